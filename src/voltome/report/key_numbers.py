"""The numbers that a reader looks for first: one value per scan, with its error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from voltome.data import ResultTable
from voltome.report.formatting import name_in_print, unit_in_print, whole_in_print, with_error_in_print
from voltome.report.measures import READ_LAST, numeric_measures, reading_rank
from voltome.report.printed_tables import entry

MOST_ROWS_PER_SCAN = 12
MOST_SCANS_ACROSS = 6
ALL_SCANS = "all scans"

COLLECTED = frozenset({"sweep", "subvolumes", "comparison"})

OF_ALL_SCANS = frozenset({"volumes"})
"""Kinds of tables that belong to no one scan, and have a figure of their own."""


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """One number for every scan: a measure of a phase, or of all particles."""

    name: str
    unit: str
    meaning: str
    values: dict[str, str]


def key_numbers(tables: Mapping[str, ResultTable], *, by: str | None = None) -> list[KeyNumber]:
    """Return the key numbers of all tables that hold a few rows per scan, and of the particles.

    Parameters
    ----------
    tables : mapping of str to ResultTable
        All tables of the study.
    by : str, optional
        The column by which scans are compared: it describes a scan and does not tell its rows apart.
    """
    ranked: list[tuple[int, KeyNumber]] = []
    for table in tables.values():
        if is_summary(table):
            ranked += _of_summary(table, by)
    last = reading_rank(READ_LAST, "")
    numbers = [number for rank, number in sorted(ranked, key=lambda pair: pair[0]) if rank < last]
    if not any(table.kind == "particle_statistics" for table in tables.values()):
        for table in tables.values():
            if is_particles(table):
                numbers += _of_particles(table)
    return numbers + [number for rank, number in ranked if rank == last]


def is_summary(table: ResultTable) -> bool:
    """Say whether a table holds a few numbers per scan, and not a profile or a list of particles."""
    if table.kind in COLLECTED | OF_ALL_SCANS or is_particles(table):
        return False
    if table.names("position") or table.names("label") or not numeric_measures(table) or not len(table.frame):
        return False
    return max(len(rows) for _, rows in scans_of(table)) <= MOST_ROWS_PER_SCAN


def is_particles(table: ResultTable) -> bool:
    """Say whether a table holds one row per particle, with its diameter and volume."""
    needed = {"equivalent_diameter_um", "volume_um3", "label"}
    return needed <= set(table.frame.columns) and table.kind not in COLLECTED


def scans_of(table: ResultTable) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the rows of every scan; a table without the column `scan` is of all scans."""
    if "scan" not in table.frame:
        yield ALL_SCANS, table.frame
        return
    for scan, rows in table.frame.groupby("scan", sort=False):
        yield str(scan), rows


def _of_summary(table: ResultTable, by: str | None) -> list[tuple[int, KeyNumber]]:
    """Return one key number for each measure and each combination of keys, with its place among all of them."""
    keys = [name for name in table.names("key") if name not in ("scan", by)]
    measures = numeric_measures(table)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name in measures:
        for scan, rows in scans_of(table):
            for _, row in rows.astype(object).iterrows():
                key = ", ".join(str(row[key]) for key in keys)
                found.setdefault((name, key), {})[scan] = entry(table, row, table.column(name))
    return [
        (reading_rank(table.kind, name), _number(table, name, key, values)) for (name, key), values in found.items()
    ]


def _number(table: ResultTable, name: str, key: str, values: dict[str, str]) -> KeyNumber:
    """Return a key number with its name in words."""
    column = table.column(name)
    of = "alignment " if table.kind == READ_LAST else ""
    label = of + name_in_print(name) + (f", {key}" if key else "")
    return KeyNumber(label, unit_in_print(column.unit), column.meaning, values)


def _of_particles(table: ResultTable) -> list[KeyNumber]:
    """Return the number of particles and their mean diameter with its standard error."""
    counts, means = {}, {}
    for scan, rows in scans_of(table):
        sizes = rows["equivalent_diameter_um"].to_numpy(np.float64)
        counts[scan] = whole_in_print(len(sizes))
        if len(sizes) > 1:
            means[scan] = with_error_in_print(float(sizes.mean()), float(sizes.std(ddof=1) / np.sqrt(len(sizes))))
    unit = unit_in_print(table.column("equivalent_diameter_um").unit)
    meaning = (
        "Mean of the equivalent diameters, every particle counting the same; error: deviation over root of number."
    )
    numbers = [KeyNumber("particles", "", "Number of particles.", counts)]
    return [*numbers, KeyNumber("mean equivalent diameter", unit, meaning, means)] if means else numbers

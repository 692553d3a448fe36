"""The numbers that a reader looks for first: one value per scan, with its error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from voltome.data import ResultTable
from voltome.report.formatting import name_in_print, number_in_print, unit_in_print, whole_in_print, with_error_in_print
from voltome.report.measures import (
    KEY_ROWS,
    MEANS_TO_SAY,
    READ_LAST,
    USUAL_KEYS,
    key_measures,
    numeric_measures,
    reading_rank,
)
from voltome.report.printed_tables import entry

MOST_ROWS_PER_SCAN = 12
MOST_SCANS_ACROSS = 6
ALL_SCANS = "all scans"

COLLECTED = frozenset({"sweep", "subvolumes", "settling", "trend", "comparison"})

OF_ALL_SCANS = frozenset({"volumes", "events", "matches", "replicates"})
"""Kinds of tables that belong to no one scan, and have a figure of their own."""


DRAWN_WHOLE = frozenset({"confusion", "importances"})
"""Kinds of tables that say something as a whole, by their figure, and little by a number."""


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """One number for every scan: a measure of a phase, or of all particles."""

    name: str
    unit: str
    meaning: str
    values: dict[str, str]
    bands: dict[str, dict[str, str]] = field(default_factory=dict)
    """Scan -> the choice that was varied, in words -> the lowest and the highest value."""

    @property
    def choices(self) -> list[str]:
        """The choices that were varied, in words."""
        return list(dict.fromkeys(choice for of_scan in self.bands.values() for choice in of_scan))


def key_numbers(
    tables: Mapping[str, ResultTable], *, by: str | None = None, bands: Sequence[Mapping[str, Any]] = ()
) -> list[KeyNumber]:
    """Return the key numbers of all tables that hold a few rows per scan, and of the particles.

    Parameters
    ----------
    tables : mapping of str to ResultTable
        All tables of the study.
    by : str, optional
        The column by which scans are compared: it describes a scan and does not tell its rows apart.
    bands : sequence of mapping
        Which sweep belongs to which table, and from where to where: ``bands`` of the provenance.
    """
    ranked: list[tuple[int, KeyNumber]] = []
    for name, table in tables.items():
        if is_summary(table):
            here = [band for band in bands if band["table"] == name and band["sweep"] in tables]
            ranked += _of_summary(table, by, tables, here)
    last = reading_rank(READ_LAST, "")
    numbers = [number for rank, number in sorted(ranked, key=lambda pair: pair[0]) if rank < last]
    if not any(table.kind == "particle_statistics" for table in tables.values()):
        for table in tables.values():
            if is_particles(table):
                numbers += _of_particles(table)
    for table in tables.values():
        if table.kind in MEANS_TO_SAY and len(table.frame):
            numbers += _means(table)
    return _each_once(numbers + [number for rank, number in ranked if rank == last])


def is_summary(table: ResultTable) -> bool:
    """Say whether a table holds a few numbers per scan, and not a profile or a list of particles."""
    if table.kind in COLLECTED | OF_ALL_SCANS | DRAWN_WHOLE or is_particles(table):
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


def _each_once(numbers: Sequence[KeyNumber]) -> list[KeyNumber]:
    """Return the numbers without those that two tables say alike, such as one area by two steps."""
    said: dict[tuple[str, ...], KeyNumber] = {}
    for number in numbers:
        same = (number.name, number.unit, *sorted(f"{scan} {value}" for scan, value in number.values.items()))
        if same not in said or number.bands:
            said[same] = number
    return list(said.values())


def _rows_to_say(table: ResultTable) -> ResultTable:
    """Return a table with the rows alone that are key numbers; all where it has none of them."""
    column, value = KEY_ROWS.get(table.kind, ("", ""))
    if column not in table.frame or not (chosen := table.frame[column] == value).any():
        return table
    return ResultTable(table.frame[chosen], columns=table.columns, kind=table.kind, method=table.method)


def _of_summary(
    table: ResultTable, by: str | None, tables: Mapping[str, ResultTable], bands: Sequence[Mapping[str, Any]]
) -> list[tuple[int, KeyNumber]]:
    """Return one key number for each measure and each combination of keys, with its place among all of them."""
    keys = [name for name in table.names("key") if name not in ("scan", by)]
    table = _rows_to_say(table)
    measures = key_measures(table)
    found: dict[tuple[str, str], dict[str, str]] = {}
    ranges: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for name in measures:
        for scan, rows in scans_of(table):
            for _, row in rows.astype(object).iterrows():
                key = ", ".join(str(row[key]) for key in keys if (key, row[key]) not in USUAL_KEYS)
                found.setdefault((name, key), {})[scan] = entry(table, row, table.column(name))
                over = band_in_words(tables, bands, scan, name, {each: row[each] for each in keys})
                if over:
                    ranges.setdefault((name, key), {})[scan] = over
    return [
        (reading_rank(table.kind, name), _number(table, name, key, values, ranges.get((name, key), {})))
        for (name, key), values in found.items()
    ]


def band_in_words(
    tables: Mapping[str, ResultTable],
    bands: Sequence[Mapping[str, Any]],
    scan: str,
    measure: str,
    keys: Mapping[str, Any],
) -> dict[str, str]:
    """Return for every choice that was varied the lowest and highest value of a measure of one scan, in words.

    A choice that does not change the measure is left out.

    Parameters
    ----------
    tables : mapping of str to ResultTable
        All tables of the study, the sweeps among them.
    bands : sequence of mapping
        The sweeps that belong to the measure: ``scan``, ``sweep``, ``over``, ``low``, ``high``.
    scan, measure : str
        Which scan, and which column.
    keys : mapping
        What tells the row apart: its phase, its estimator.
    """
    said: dict[str, str] = {}
    for band in bands:
        frame, over = tables[band["sweep"]].frame, band["over"]
        if band["scan"] != scan or measure not in frame:
            continue
        rows = frame[frame[over].between(band["low"], band["high"])]
        for key, value in ({"scan": scan} | dict(keys)).items():
            rows = rows[rows[key] == value] if key in rows else rows
        low, high = (number_in_print(float(end)) for end in (rows[measure].min(), rows[measure].max()))
        if len(rows) and low != high:
            ends = " to ".join(number_in_print(band[end], digits=10) for end in ("low", "high"))
            said[f"{name_in_print(over)} {ends}"] = f"{low} to {high}"
    return said


def _number(
    table: ResultTable, name: str, key: str, values: dict[str, str], bands: dict[str, dict[str, str]]
) -> KeyNumber:
    """Return a key number with its name in words."""
    column = table.column(name)
    of = "alignment " if table.kind == READ_LAST else ""
    label = of + name_in_print(name) + (f", {key}" if key else "")
    label += " (all known errors)" if table.kind == "combined_uncertainty" else ""
    return KeyNumber(label, unit_in_print(column.unit), column.meaning, values, bands)


def _means(table: ResultTable) -> list[KeyNumber]:
    """Return the means of the measures that tell most of all rows of a scan, with their standard errors."""
    has_border = "touches_border" in table.frame
    of = "particles that do not touch the border, where there are any" if has_border else "rows of the table"
    numbers = []
    for name, label in MEANS_TO_SAY[table.kind].items():
        column, values = table.column(name), {}
        for scan, rows in scans_of(table):
            found = whole_rows(rows)[name].to_numpy(np.float64)
            error = float(found.std(ddof=1) / np.sqrt(len(found))) if len(found) > 1 else 0.0
            values[scan] = with_error_in_print(float(found.mean()), error) if error else number_in_print(found.mean())
        meaning = f"Mean over all {of}; error: deviation over root of number. {column.meaning}"
        numbers.append(KeyNumber(label, unit_in_print(column.unit), meaning, values))
    return numbers


def whole_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of particles that do not touch the border; all rows where none is left, or nothing is known."""
    whole = rows[~rows["touches_border"].astype(bool)] if "touches_border" in rows else rows
    return whole if len(whole) else rows


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

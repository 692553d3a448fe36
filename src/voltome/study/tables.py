"""The tables of a study: the scans' tables of one measure under each other, and how the scans compare."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np
import pandas as pd

from voltome.data import Column, ResultTable
from voltome.data.tables import unit_in_name
from voltome.io import write
from voltome.study.model import ALL_SCANS, Output, Study
from voltome.study.operations import prefixed, stacked
from voltome.study.replicates import has_replicates, replicates, without_unit
from voltome.study.store import Store, replace_folder

__all__ = ["combined_tables", "common_method", "comparison", "write_tables"]

NOT_COMPARED = frozenset({"combined_uncertainty", "growing_volume", "trend"})
"""Kinds of tables that say how far to trust another, in which the scans are compared."""

_NUMBER = re.compile(r"(?<![A-Za-z_])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
"""A number, and no digit of a name such as r50 or crofton13."""


def write_tables(study: Study, store: Store, outputs: Iterable[Output]) -> None:
    """Write every table as CSV and Parquet, and the meaning of all columns as JSON.

    The folder ``tables`` is made anew and put in the place of the old one when it is complete.
    """
    temporary = store.folder / ".tables.new"
    if temporary.exists():
        shutil.rmtree(temporary)
    temporary.mkdir()
    tables = combined_tables(study, store, outputs)
    for name, table in tables.items():
        write(table, temporary / f"{name}.csv")
        write(table, temporary / f"{name}.parquet")
    (temporary / "columns.json").write_text(
        json.dumps(_meanings(tables), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    replace_folder(temporary, store.folder / "tables")


def combined_tables(study: Study, store: Store, outputs: Iterable[Output]) -> dict[str, ResultTable]:
    """Return the table of every measure for all scans together, then the comparisons."""
    parts: list[tuple[str, bool, list[tuple[str, ResultTable]]]] = []
    for output in outputs:
        if issubclass(output.noun, ResultTable) and not study.graph.maker_of(output.ref).inner:
            table = cast(ResultTable, store.load(output))
            name, whole = output.ref.name, output.ref.scan == ALL_SCANS
            alike = (found for known, all_of, found in parts if (known, all_of) == (name, whole))
            rows = next((found for found in alike if _is_one_table(found[0][1], table)), None)
            if rows is None:
                parts.append((name, whole, rows := []))
            rows.append((output.ref.scan, table))
    tables: dict[str, ResultTable] = {}
    compared: dict[str, ResultTable] = {}
    order = list(study.scans)
    for name, whole, found in parts:
        found.sort(key=lambda part: order.index(part[0]) if part[0] in order else -1)
        candidates = (name, f"{name}-{found[0][0]}", *(f"{name}-{n}" for n in range(2, len(parts) + 2)))
        free = next(candidate for candidate in candidates if candidate not in tables)
        measured = found[0][1]
        tables[free] = measured if whole else _combined(study, found)
        if whole or study.compare_by is None or measured.kind in NOT_COMPARED:
            continue
        # of several samples in one state none is the first that others are compared with
        name, compare = ("replicates", replicates) if has_replicates(study) else ("comparison", comparison)
        changes = compare(study, tables[free], like=measured)
        if changes is not None:
            compared[f"{name}-{free}"] = changes
    return tables | compared


def _is_one_table(one: ResultTable, other: ResultTable) -> bool:
    """Say whether two tables of one name can stand under each other.

    Two pipelines may use one name for different things: these are no rows of one table. But a scan may lack a measure
    that it does not allow.
    """
    ours, theirs = ({column.name for column in table.columns} for table in (one, other))
    return one.kind == other.kind and (ours <= theirs or theirs <= ours)


def comparison(study: Study, table: ResultTable, *, like: ResultTable) -> ResultTable | None:
    """Return a table's measures with their change since the first scan, or None where rows have no partner.

    Rows are partners when the keys that they have in one scan's table, `like`, are the same (phase, estimator). Tables
    along a position are compared by their figures and not here; the label of a particle says nothing in another scan,
    so particles have no partner. The relative change is given where the first scan's values are not zero.
    """
    keys = like.names("key")
    measures = [name for name in like.names("measure") if name in table.frame]
    # of what is infinite for a scan there is no change
    numbers = [
        name for name in measures if table.frame[name].dtype.kind in "if" and np.isfinite(table.frame[name]).all()
    ]
    order = [name for name in study.scans if name in set(table.frame["scan"])]
    if (
        table.names("position")
        or table.names("label")
        or not numbers
        or len(order) < 2
        or table.frame.duplicated(["scan", *keys]).any()
    ):
        return None
    frame = table.frame.assign(_order=table.frame["scan"].map(order.index)).sort_values(
        [*keys, "_order"], kind="stable"
    )
    frame = frame.drop(columns="_order").reset_index(drop=True)
    base = frame[frame["scan"] == order[0]]
    merged = (
        frame.merge(base[[*keys, *numbers]], on=keys or None, how="left", suffixes=("", "_first"))
        if keys
        else (frame.assign(**{f"{name}_first": base[name].iloc[0] for name in numbers}))
    )
    if merged[[f"{name}_first" for name in numbers]].isna().any(axis=None):
        return None  # the first scan lacks a row that others have: there is nothing to compare with
    return _with_changes(study, table, merged, numbers, order[0])


def _with_changes(
    study: Study, table: ResultTable, merged: pd.DataFrame, numbers: Sequence[str], first: str
) -> ResultTable:
    """Return the compared table with the columns of the changes declared."""
    columns, frame = list(table.columns), merged[[column.name for column in table.columns]].copy()
    for name in numbers:
        reference = merged[f"{name}_first"]
        unit = table.column(name).unit
        change = f"change_of_{name}"
        frame[change] = merged[name] - reference
        columns.append(Column(change, unit, f"{name} minus that of scan {first!r}."))
        if bool((reference != 0).all()):
            relative = f"relative_change_of_{without_unit(name)}"
            frame[relative] = (merged[name] - reference) / np.abs(reference)
            columns.append(Column(relative, "1", f"Change of {name} as a share of that of scan {first!r}."))
    return ResultTable(
        frame,
        columns=tuple(columns),
        kind="comparison",
        measured_on=table.measured_on,
        method=f"{table.method}; compared by {study.compare_by}",
    )


def _combined(study: Study, found: Sequence[tuple[str, ResultTable]]) -> ResultTable:
    """Return the scans' tables under each other, with the scan in front."""
    front = [Column("scan", "", "Name of the scan in the study file.", "key")]
    by = study.compare_by if study.compare_by != "scan" else None
    if by is not None and by in found[0][1].frame:
        by = None
    if by is not None:
        front.append(Column(by, unit_in_name(by) or "1", f"{by} of the scan, from the study file.", "key"))
    frames = [
        prefixed(table.frame, {"scan": scan, **({by: study.scans[scan].attributes[by]} if by else {})})
        for scan, table in found
    ]
    table = stacked(found[0][1], frames, tuple(front), kind=found[0][1].kind)
    places = dict.fromkeys(table.measured_on for _, table in found)
    return ResultTable(
        table.frame,
        columns=table.columns,
        kind=table.kind,
        measured_on="; ".join(places),
        method=common_method([table.method for _, table in found]),
        warnings=tuple(_of_scan(scan, warning, study) for scan, table in found for warning in table.warnings),
    )


def _of_scan(scan: str, warning: str, study: Study) -> str:
    """Return a warning with the scan that it is about, where there are several."""
    return warning if len(study.scans) == 1 else f"{scan}: {warning}"


def common_method(methods: Sequence[str]) -> str:
    """Return how the tables of all scans were made, once.

    A method is written in parts with ``"; "`` between them. What all scans say stays. A part that differs in its
    numbers alone gives the result of a scan: it stays in the table of that scan, and here only what stands before its
    colon, if that is the same for all. A part in other words stays, as it is another method.

    Examples
    --------
    >>> common_method(["balls in 9 bins; mean 4 um; below 1 um left out: 3 %",
    ...                "balls in 9 bins; mean 5 um; below 1 um left out: 2 %"])
    'balls in 9 bins; below 1 um left out'
    """
    variants: dict[str, dict[str, None]] = {}
    for method in methods:
        for part in method.split("; "):
            variants.setdefault(_NUMBER.sub("#", part), {})[part] = None
    kept = [said for parts in variants.values() if (said := _said_by_all(list(parts)))]
    return "; ".join(kept) or "; ".join(dict.fromkeys(methods))


def _said_by_all(parts: Sequence[str]) -> str:
    """Return a part of a method that is the same for all scans, or what it says before its colon, or nothing."""
    if len(parts) == 1:
        return parts[0]
    heads = {head if colon else "" for head, colon, _ in (part.partition(": ") for part in parts)}
    return heads.pop() if len(heads) == 1 else ""


def _meanings(tables: dict[str, ResultTable]) -> dict[str, object]:
    """Return what every column of every table means."""
    return {
        name: {
            "kind": table.kind,
            "measured_on": table.measured_on,
            "method": table.method,
            "warnings": list(table.warnings),
            "columns": {
                column.name: {"unit": column.unit, "role": column.role, "meaning": column.meaning, "of": column.of}
                for column in table.columns
            },
        }
        for name, table in tables.items()
    }

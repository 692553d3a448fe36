"""Result tables as they are printed: heads with units, values with errors, long tables cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from voltome.data import Column, ResultTable
from voltome.report.formatting import (
    grid_in_print,
    name_in_print,
    number_in_print,
    title_in_print,
    unit_in_print,
    value_in_print,
    whole_in_print,
    with_error_in_print,
)

MOST_ROWS = 16
FIRST_ROWS = 8
MOST_COLUMNS = 13
MOST_SUMMARISED = 4


@dataclass(frozen=True, slots=True)
class Head:
    """Head of a printed column."""

    name: str
    unit: str
    meaning: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table as the report prints it.

    Attributes
    ----------
    anchor, title : str
        Name in links, and heading.
    about : str
        What was measured, on what and how.
    heads : tuple of Head
        One for each column.
    rows, summary : tuple of tuple of str
        Entries; the summary stands below the rows.
    note : str
        What is not shown, and where it is.
    """

    anchor: str
    title: str
    about: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    summary: tuple[tuple[str, ...], ...] = ()
    note: str = ""


def printed(name: str, table: ResultTable, *, files: Sequence[str]) -> PrintedTable:
    """Return a table as it is printed.

    Parameters
    ----------
    name : str
        Name of the table in the results.
    table : ResultTable
        The table.
    files : sequence of str
        Where the whole table lies, relative to the report.
    """
    columns = _columns(table)
    shown = columns[:MOST_COLUMNS]
    is_long = len(table.frame) > MOST_ROWS
    rows = table.frame.head(FIRST_ROWS) if is_long else table.frame
    return PrintedTable(
        anchor=f"table-{name}",
        title=title_in_print(name),
        about=_about(table),
        heads=tuple(_head(table, column) for column in shown),
        rows=tuple(_rows(table, rows, shown)),
        summary=tuple(_summary(table, shown)) if is_long and not table.names("position") else (),
        note=_note(table, len(columns) - len(shown), is_long=is_long, files=files),
    )


def entry(table: ResultTable, row: pd.Series, column: Column) -> str:
    """Return one entry, with its standard error where the table has one."""
    error = error_of(table, column)
    if error is not None:
        return with_error_in_print(float(row[column.name]), float(row[error]))
    return value_in_print(row[column.name])


def error_of(table: ResultTable, column: Column) -> str | None:
    """Return the name of the column that holds the standard error of a measure."""
    return next((other.name for other in table.columns if other.of == column.name), None)


def _columns(table: ResultTable) -> list[Column]:
    """Return the columns to print: errors stand beside their values; of a comparison the keys and the changes."""
    columns = [column for column in table.columns if column.role != "standard_error"]
    if table.kind == "comparison":
        columns = [column for column in columns if column.role == "key" or "change_of_" in column.name]
    constant = [c for c in columns if c.name == "phase" and c is columns[-1] and len(columns) > MOST_COLUMNS]
    front = constant + [column for column in columns if column not in constant]
    return sorted(front, key=lambda column: column.name != "scan")


def _head(table: ResultTable, column: Column) -> Head:
    """Return the head of a column."""
    meaning = column.meaning + (" ± standard error." if error_of(table, column) else "")
    is_number = table.frame[column.name].dtype.kind in "iuf"
    return Head(name_in_print(column.name), unit_in_print(column.unit), meaning, is_number)


def _rows(table: ResultTable, frame: pd.DataFrame, columns: Sequence[Column]) -> Iterable[tuple[str, ...]]:
    """Yield the rows as text."""
    for _, row in frame.astype(object).iterrows():
        yield tuple(entry(table, row, column) for column in columns)


def _summary(table: ResultTable, columns: Sequence[Column]) -> Iterable[tuple[str, ...]]:
    """Yield mean, lowest and highest of the measures, scan by scan where there are few."""
    parts = [("all rows", table.frame)]
    if "scan" in table.frame and table.frame["scan"].nunique() <= MOST_SUMMARISED:
        parts = [(str(scan), rows) for scan, rows in table.frame.groupby("scan", sort=False)]
    for scan, rows in parts:
        for word in ("mean", "min", "max"):
            label = f"{scan}, {word}, {whole_in_print(len(rows))} rows" if word == "mean" else f"{scan}, {word}"
            yield (label, *(_one(rows[column.name], column, word) for column in columns[1:]))


def _one(values: pd.Series, column: Column, word: str) -> str:
    """Return mean, lowest or highest of one column, or nothing where that has no meaning."""
    if column.role not in ("measure", "position") or values.dtype.kind not in "iuf":
        return ""
    number = float(getattr(values, word)())
    return value_in_print(int(number)) if number.is_integer() and word != "mean" else number_in_print(number)


def _about(table: ResultTable) -> str:
    """Return what was measured and how, as a sentence or two."""
    parts = [f"Measured on {grid_in_print(table.measured_on)}." if table.measured_on else ""]
    parts.append(f"Method: {grid_in_print(table.method)}." if table.method else "")
    return " ".join(part for part in parts if part).replace("..", ".")


def _note(table: ResultTable, hidden: int, *, is_long: bool, files: Sequence[str]) -> str:
    """Return what is left out of the printed table, and where the whole is."""
    parts = []
    if is_long:
        parts.append(f"The first {FIRST_ROWS} of {whole_in_print(len(table.frame))} rows")
    if hidden:
        parts.append(f"{hidden} {'more ' if parts else ''}{'column is' if hidden == 1 else 'columns are'} not shown")
    if table.kind == "comparison":
        parts.append("the values themselves are in the table that is compared")
    where = f"The whole table: {', '.join(files)}." if files else ""
    said = "; ".join(parts)
    return " ".join(part for part in (f"{said[0].upper()}{said[1:]}." if said else "", where) if part)

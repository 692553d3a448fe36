"""The lines that a table draws: one for every scan and key, with colour, dashes and name; and their panels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label, name_in_print
from voltome.report.measures import numeric_measures

MOST_PANELS = 6
MOST_LINES = 20

Line = tuple[str, str, pd.DataFrame]
"""Scan (or nothing), key (or nothing), and the rows of one line."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of a figure: a measure, of one key (such as a phase) or of all."""

    measure: str
    key: str
    lines: tuple[Line, ...]


def panels_of(measures: Sequence[str], lines: Sequence[Line]) -> list[Panel]:
    """Return the panels of a figure.

    Keys get panels of their own where there is room: 5 % and 95 % on one axis would hide every change. Of more
    measures than there are panels the first are drawn.
    """
    keys = list(dict.fromkeys(key for _, key, _ in lines))
    if len(keys) == 1 or len(keys) * len(measures) > MOST_PANELS:
        return [Panel(measure, "", tuple(lines)) for measure in measures[:MOST_PANELS]]
    return [
        Panel(measure, key, tuple(line for line in lines if line[1] == key)) for measure in measures for key in keys
    ]


def position_of(table: ResultTable) -> Column:
    """Return the first column of role ``position``."""
    names = table.names("position")
    if not names or not len(table.frame):
        raise ValuesError(f"a table of {table.kind} has no {'rows' if names else 'position'}; nothing can be drawn.")
    return table.column(names[0])


def measures_of(table: ResultTable) -> list[str]:
    """Return the measures that are numbers and not the same everywhere; at least one."""
    numbers = numeric_measures(table)
    if not numbers:
        raise ValuesError(f"a table of {table.kind} has no measure that is a number; nothing can be drawn.")
    return [name for name in numbers if table.frame[name].nunique() > 1] or numbers[:1]


def lines_of(table: ResultTable) -> Iterator[Line]:
    """Yield the rows of every scan and of every combination of its other keys."""
    has_scan = "scan" in table.frame.columns
    keys = [name for name in table.names("key") if name != "scan" and differs(table.frame, name, has_scan=has_scan)]
    for scan, of_scan in table.frame.groupby("scan", sort=False) if has_scan else [("", table.frame)]:
        if not keys:
            yield str(scan), "", of_scan
            continue
        for values, rows in of_scan.groupby(keys, sort=False):
            yield str(scan), ", ".join(str(value) for value in values), rows


def differs(frame: pd.DataFrame, key: str, *, has_scan: bool) -> bool:
    """Say whether a key tells rows of one scan apart; what only describes the scan does not."""
    different = frame.groupby("scan")[key].nunique().max() if has_scan else frame[key].nunique()
    return bool(different > 1)


def names_of_lines(frame: pd.DataFrame) -> pd.Series[str]:
    """Return for every row its scan, its phase, or both: what differs among the rows."""
    telling = [name for name in ("scan", "phase") if name in frame and frame[name].nunique() > 1] or ["phase"]
    return frame[telling].astype(str).agg(", ".join, axis=1)


def tints_of(lines: Sequence[Line], colours: Mapping[str, str] | None) -> dict[tuple[str, str], str]:
    """Return the colour of every line: that of its phase, or of its scan where all lines are of one phase."""
    scans = list(dict.fromkeys(scan for scan, _, _ in lines))
    keys = list(dict.fromkeys(key for _, key, _ in lines))
    of_scans = style.scan_colours(scans)
    of_keys = style.phase_colours(keys) | dict(colours or {})
    by_scan = len(keys) == 1 and (len(scans) > 1 or not keys[0])
    return {(scan, key): of_scans[scan] if by_scan else of_keys[key] for scan, key, _ in lines}


def dashes_of(lines: Sequence[Line]) -> dict[str, str]:
    """Return the line style of every scan; all solid where the colour tells scans apart."""
    scans = list(dict.fromkeys(scan for scan, _, _ in lines))
    styles = ("-", "--", ":", "-.")
    many_keys = len({key for _, key, _ in lines}) > 1
    return {scan: styles[i % 4] if many_keys else "-" for i, scan in enumerate(scans)}


def label_of(lines: Sequence[Line], scan: str, key: str) -> str:
    """Return what a line is called among the others: what is the same for all lines is left out."""
    parts = [scan] if len({line[0] for line in lines}) > 1 else []
    parts += [name_in_print(key)] if len({line[1] for line in lines}) > 1 else []
    return ", ".join(parts) or scan or key


def draw_lines(
    axis: Axes,
    lines: Sequence[Line],
    position: Column,
    measure: Column,
    table: ResultTable,
    colours: Mapping[str, str] | None,
    marker: str = "",
) -> None:
    """Draw one measure along the position, a line for every scan and key, with its standard error as a band."""
    error = next((column.name for column in table.columns if column.of == measure.name), None)
    tints, dashes = tints_of(lines, colours), dashes_of(lines)
    for scan, key, rows in lines:
        ordered = rows.sort_values(position.name, kind="stable")
        x, y = (ordered[name].to_numpy(np.float64) for name in (position.name, measure.name))
        single = "o" if len(x) == 1 else marker
        shown = np.where(np.isinf(y), np.nan, y)
        label = label_of(lines, scan, key)
        axis.plot(x, shown, color=tints[scan, key], linestyle=dashes[scan], marker=single, label=label)
        mark_infinite(axis, x[np.isinf(y)], tints[scan, key])
        if error is not None:
            half = ordered[error].to_numpy(np.float64)
            axis.fill_between(x, y - half, y + half, color=tints[scan, key], alpha=0.2, linewidth=0)
    axis.set_xlabel(axis_label(position))
    axis.set_ylabel(axis_label(measure))
    style.plain_numbers(axis.xaxis, axis.yaxis)


def mark_infinite(axis: Axes, x: NDArray[np.float64], colour: str) -> None:
    """Mark at the upper edge of an axis where a value is infinite."""
    if not len(x):
        return
    for place in np.unique(x):
        axis.text(
            place, 0.98, "∞", transform=axis.get_xaxis_transform(), color=colour, ha="center", va="top", fontsize=9,
            fontweight="bold", clip_on=False,
        )  # fmt: skip
    # the axis reaches these places too, and what is finite keeps clear of them
    axis.update_datalim(np.column_stack([x, np.zeros(len(x))]), updatey=False)
    axis.margins(y=0.15)

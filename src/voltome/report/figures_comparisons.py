"""Measures of several scans beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label
from voltome.report.lines import Panel, label_of, lines_of, mark_infinite, panels_of, tints_of
from voltome.report.measures import most_telling_first

MOST_TICKS = 6
LONGEST_LABEL = 32
"""Letters that stand beside a panel in one line."""


@style.styled
def figure_comparison(table: ResultTable, *, by: str | None = None, colours: Mapping[str, str] | None = None) -> Figure:
    """Draw every measure of a table against an attribute of the scans, or scan by scan.

    Parameters
    ----------
    table : ResultTable
        One row per scan, or one per scan and phase, its first column `scan`; or, with `by`, one per state.
    by : str, optional
        Column to compare by, such as ``cycle``; None: scan by scan, in their order.
    colours : mapping of str to str, optional
        Colour of every phase.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per measure and phase, or per measure where that would be more than six; standard errors as bars
        where the table has them. Of more than six measures those are drawn that tell most (`MOST_TELLING`).

    Raises
    ------
    ValuesError
        A table without the column `by` (without a column `scan` where there is none), or without a measure.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("scan", "", "Scan.", "key"), vt.data.Column("cycle", "1", "Cycles done.", "key"),
    ...            vt.data.Column("fraction", "1", "Volume fraction."))
    >>> frame = pd.DataFrame({"scan": ["a", "b"], "cycle": [0, 10], "fraction": [0.3, 0.2]})
    >>> table = vt.data.ResultTable(frame, columns=columns, kind="phase_fractions")
    >>> figure_comparison(table, by="cycle").axes[0].get_xlabel()
    'cycle'
    """
    missing = [name for name in ("scan" if by is None else by,) if name not in table.frame.columns]
    measures = most_telling_first(table)
    if missing or not measures:
        what = f"column {missing[0]!r}" if missing else "measure that is a number"
        raise ValuesError(f"a table of {table.kind} has no {what}; it cannot be compared across scans.")
    panels = comparison_panels(table, by, measures)
    figure, axes = style.panels(len(panels))
    for axis, panel in zip(axes, panels, strict=True):
        _draw(axis, table, panel, by, colours)
        axis.set_title(panel.key)
    style.shared_legend(figure, axes[0])
    return figure


def comparison_panels(table: ResultTable, by: str | None, measures: Sequence[str]) -> list[Panel]:
    """Return the panels of a comparison; a line runs through all scans."""
    columns = tuple(column for column in table.columns if column.name not in ("scan", by))
    of_all = ResultTable(table.frame[[column.name for column in columns]], columns=columns, kind=table.kind)
    return panels_of(measures, list(lines_of(of_all)))


def _draw(axis: Axes, table: ResultTable, panel: Panel, by: str | None, colours: Mapping[str, str] | None) -> None:
    """Draw one measure: one line per phase or other key; points alone where several samples have one place."""
    measure = table.column(panel.measure)
    numeric = by is not None and table.frame[by].dtype.kind in "iuf"
    places = _places(table.frame, by)
    error = next((column.name for column in table.columns if column.of == measure.name), None)
    tints = tints_of(panel.lines, colours)
    for scan, key, rows in panel.lines:
        x = places[table.frame.index.get_indexer(rows.index)]
        order = np.argsort(x, kind="stable")
        y = rows[measure.name].to_numpy(np.float64)[order]
        half = None if error is None else rows[error].to_numpy(np.float64)[order]
        mark_infinite(axis, x[order][np.isinf(y)], tints[scan, key])
        y = np.where(np.isinf(y), np.nan, y)
        half = half if half is None else np.where(np.isinf(half), np.nan, half)
        line = "" if len(np.unique(x)) < len(x) else "-" if numeric else ":"
        axis.errorbar(
            x[order], y, yerr=half, fmt="o" + line, color=tints[scan, key], capsize=2,
            elinewidth=0.8, label=label_of(panel.lines, scan, key),
        )  # fmt: skip
    _label_scans(axis, table, by, places, numeric=numeric)
    axis.set_ylabel(fill(axis_label(measure), LONGEST_LABEL))
    style.plain_numbers(axis.yaxis)
    axis.margins(x=0.12, y=0.12)


def _places(frame: pd.DataFrame, by: str | None) -> NDArray[np.float64]:
    """Return where every row is drawn along the horizontal axis."""
    if by is not None and frame[by].dtype.kind in "iuf":
        return frame[by].to_numpy(np.float64)
    codes, _ = pd.factorize(frame[by if by is not None else "scan"].astype(str))
    return np.asarray(codes, dtype=np.float64)


def _label_scans(axis: Axes, table: ResultTable, by: str | None, places: NDArray[np.float64], *, numeric: bool) -> None:
    """Write what the horizontal axis is: numbers with a name, or the scans themselves."""
    if numeric and by is not None:
        axis.set_xlabel(axis_label(table.column(by)))
        style.plain_numbers(axis.xaxis)
        different = sorted(set(places.tolist()))
        if len(different) <= MOST_TICKS:
            axis.set_xticks(different)
        return
    names = table.frame[by if by is not None else "scan"].astype(str)
    ticks = dict(zip(places.tolist(), names, strict=True))
    turned = len(ticks) > 3
    axis.set_xticks(list(ticks), list(ticks.values()), rotation=35 if turned else 0, ha="right" if turned else "center")

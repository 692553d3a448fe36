"""How much a number hangs on a choice: sweeps of a parameter, subvolumes of growing size."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import ResultTable
from voltome.report import style
from voltome.report.formatting import axis_label
from voltome.report.lines import (
    draw_lines,
    label_of,
    lines_of,
    mark_infinite,
    measures_of,
    panels_of,
    position_of,
    tints_of,
)

NESTED = "nested"
"""Column that tells sub-volumes that grow from the middle or a corner from disjoint ones."""


@style.styled
def figure_sweep(
    table: ResultTable,
    *,
    chosen: Mapping[str, float] | None = None,
    colours: Mapping[str, str] | None = None,
    band: tuple[float, float] | None = None,
) -> Figure:
    """Draw every measure of a sweep against the swept parameter: how much a number hangs on a choice.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``sweep``: the swept parameter is its column of role ``position``.
    chosen : mapping of str to float, optional
        Scan -> the value that the study uses, drawn as a dashed line.
    colours : mapping of str to str, optional
        Colour of every phase.
    band : tuple of float, optional
        Lowest and highest value that may be right, shaded.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per measure and phase, or per measure where that would be more than six; one line per scan.

    Raises
    ------
    ValuesError
        A table without a position, without a measure, or without rows.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("threshold.intervals.sulfur.0", "1", "Swept.", "position"),
    ...            vt.data.Column("fraction", "1", "Volume fraction."))
    >>> frame = pd.DataFrame({"threshold.intervals.sulfur.0": [30000, 31000], "fraction": [0.31, 0.29]})
    >>> figure_sweep(vt.data.ResultTable(frame, columns=columns, kind="sweep")).axes[0].get_xlabel()
    'lower grey threshold of sulfur'
    """
    position, panels = position_of(table), panels_of(measures_of(table), list(lines_of(table)))
    figure, axes = style.panels(len(panels))
    for axis, panel in zip(axes, panels, strict=True):
        draw_lines(axis, panel.lines, position, table.column(panel.measure), table, colours, marker="o")
        axis.set_title(panel.key)
        for value in sorted(set((chosen or {}).values())):
            axis.axvline(value, color="#222222", linewidth=0.7, linestyle=(0, (3, 2)), zorder=0)
        if band is not None:
            axis.axvspan(*band, color="#222222", alpha=0.07, linewidth=0, zorder=-1)
    style.shared_legend(figure, axes[0])
    return figure


@style.styled
def figure_subvolumes(
    table: ResultTable,
    *,
    settled: ResultTable | None = None,
    trend: ResultTable | None = None,
    colours: Mapping[str, str] | None = None,
) -> Figure:
    """Draw every measure of subvolumes against their edge, with mean and standard deviation at each edge.

    It shows from which size on a piece of the sample speaks for the whole: where the scatter has closed.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``subvolumes``: the edge is its first column of role ``position``. Where it has disjoint cubes
        and some that grow from the middle and the corners (`nested`), mean and deviation are of the disjoint ones.
    settled : ResultTable, optional
        The table of kind ``settling`` that goes with it: where each measure has settled is drawn as a vertical line.
    trend : ResultTable, optional
        The table of kind ``trend`` that goes with it: its straight lines are drawn dotted.
    colours : mapping of str to str, optional
        Colour of every phase.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per measure and phase, or per measure where that would be more than six; points are subvolumes,
        crosses those that grow, and what is infinite is marked at the upper edge.

    Raises
    ------
    ValuesError
        A table without a position, without a measure, or without rows.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("edge_um", "um", "Edge of the subvolume.", "position"),
    ...            vt.data.Column("fraction", "1", "Volume fraction."))
    >>> frame = pd.DataFrame({"edge_um": [20.0, 20.0, 40.0], "fraction": [0.2, 0.4, 0.3]})
    >>> figure_subvolumes(vt.data.ResultTable(frame, columns=columns, kind="subvolumes")).axes[0].get_ylabel()
    'fraction'
    """
    position, panels = position_of(table), panels_of(measures_of(table), list(lines_of(table)))
    step = _smallest_step(table.frame[position.name])
    figure, axes = style.panels(len(panels))
    for axis, panel in zip(axes, panels, strict=True):
        tints = tints_of(panel.lines, colours)
        for number, (scan, key, rows) in enumerate(panel.lines):
            shift = step * 0.12 * ((number + 0.5) / len(panel.lines) - 0.5)
            label = label_of(panel.lines, scan, key)
            _scatter(axis, rows, position.name, panel.measure, shift=shift, colour=tints[scan, key], label=label)
            _trend(axis, trend, panel.measure, rows, tints[scan, key])
            for edge in _edges_settled(settled, panel.measure, rows):
                axis.axvline(edge + shift, color=tints[scan, key], linewidth=0.8, linestyle=(0, (3, 2)), zorder=0)
        axis.set_title(panel.key)
        axis.set_xlabel(axis_label(position))
        axis.set_ylabel(axis_label(table.column(panel.measure)))
        style.plain_numbers(axis.xaxis, axis.yaxis)
    style.shared_legend(figure, axes[0])
    return figure


def _scatter(axis: Axes, rows: pd.DataFrame, x: str, y: str, *, shift: float, colour: str, label: str) -> None:
    """Draw the subvolumes of one line as points, and mean and standard deviation beside them."""
    if NESTED in rows and rows[NESTED].any() and not rows[NESTED].all():
        grown, rows = rows[rows[NESTED]], rows[~rows[NESTED]]
        axis.plot(grown[x] + shift, grown[y], "x", color=colour, alpha=0.6, markersize=3, markeredgewidth=0.6)
    endless = np.isinf(rows[y].to_numpy(np.float64))
    mark_infinite(axis, rows[x].to_numpy(np.float64)[endless] + shift, colour)
    rows = rows[~endless]
    axis.plot(rows[x] + shift, rows[y], "o", color=colour, alpha=0.45, markersize=3, markeredgewidth=0)
    groups = rows.groupby(x, sort=True)[y]
    deviation = groups.std(ddof=1).fillna(0.0)
    axis.errorbar(
        groups.mean().index + shift, groups.mean(), yerr=deviation, fmt="D-", color=colour, label=label,
        capsize=2, linewidth=0.8, markersize=3.5,
        markerfacecolor="white",
    )  # fmt: skip


def _edges_settled(settled: ResultTable | None, measure: str, rows: pd.DataFrame) -> list[float]:
    """Return the edge at which a measure of these rows has settled, or nothing."""
    return [] if settled is None else [float(edge) for edge in _of_rows(settled, measure, rows)["edge_um"]]


def _of_rows(table: ResultTable, measure: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what a table says of a measure of these rows of sub-volumes."""
    found = table.frame[table.frame["measure"] == measure]
    for name in table.names("key"):
        if name in rows:
            found = found[found[name] == rows[name].iloc[0]]
    return found


def _trend(axis: Axes, trend: ResultTable | None, measure: str, rows: pd.DataFrame, colour: str) -> None:
    """Draw the straight line through the sub-volumes of one line, where it was fitted."""
    if trend is None or not len(found := _of_rows(trend, measure, rows)):
        return
    line = found.iloc[0]
    if NESTED in rows and not rows[NESTED].all():
        rows = rows[~rows[NESTED].astype(bool)]
    edges = rows["edge_um"].to_numpy(np.float64)
    mean = float(np.average(rows[measure], weights=edges**3))
    ends = np.array([edges.min(), edges.max()])
    shown = mean + abs(mean) * line["relative_slope_per_um"] * (ends - line["mean_edge_um"])
    axis.plot(ends, shown, color=colour, linestyle=":", linewidth=1.1, zorder=1)


def _smallest_step(values: pd.Series) -> float:
    """Return the smallest distance between different values, for shifting points beside each other."""
    different = np.unique(values.to_numpy(np.float64))
    return float(np.diff(different).min()) if len(different) > 1 else 0.0

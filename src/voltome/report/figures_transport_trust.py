"""How far to trust a tortuosity: against the threshold, and against the volume that it is measured in."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label, name_in_print, number_in_print
from voltome.report.lines import MOST_LINES, Line, mark_infinite, position_of

SURFACE = "area_per_total_volume_per_um"
LEFT, RIGHT = "#0072B2", "#D55E00"
DASHED = (0, (3, 2))


@style.styled
def figure_transport_sensitivity(
    table: ResultTable,
    *,
    surface: ResultTable | None = None,
    chosen: float | None = None,
    band: tuple[float, float] | None = None,
) -> Figure:
    """Draw what a threshold does to transport: diffusivity with porosity, tortuosity with surface area.

    Parameters
    ----------
    table : ResultTable
        The table of a ``sweep`` over `tortuosity`, of one scan, phase and axis.
    surface : ResultTable, optional
        The table of the same sweep over `surface_area`.
    chosen : float, optional
        The value that the study uses, drawn as a dashed line.
    band : tuple of float, optional
        Lowest and highest value that may be right, shaded.

    Returns
    -------
    matplotlib.figure.Figure
        Two panels, each with an axis on the left (filled circles) and one on the right (open squares); the second has
        only the left one without `surface`.

    Raises
    ------
    ValuesError
        A table without a position, rows or the measures, or with more rows than one for each value.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("threshold.intervals.pore.1", "1", "Swept.", "position"),
    ...            vt.data.Column("porosity", "1", "Porosity."),
    ...            vt.data.Column("relative_diffusivity", "1", "D over D0."),
    ...            vt.data.Column("tortuosity", "1", "Porosity over that."))
    >>> frame = pd.DataFrame([[90, 0.3, 0.1, 3.0], [100, 0.4, 0.2, 2.0]], columns=[column.name for column in columns])
    >>> table = vt.data.ResultTable(frame, columns=columns, kind="sweep")
    >>> [axis.get_ylabel() for axis in figure_transport_sensitivity(table).axes]
    ['relative diffusivity', 'tortuosity', 'porosity']
    """
    over = position_of(table)
    for name in ("porosity", "relative_diffusivity", "tortuosity"):
        table.column(name)
    if table.frame[over.name].duplicated().any():
        raise ValuesError(
            f"a table of {table.kind} has several rows for one value of {over.name}; expected one scan, phase and axis."
        )
    figure, axes = style.panels(2)
    _pair(axes[0], over, table, "relative_diffusivity", (table, "porosity"))
    _pair(axes[1], over, table, "tortuosity", None if surface is None else (surface, SURFACE))
    for axis in axes:
        if chosen is not None:
            axis.axvline(chosen, color="#222222", linewidth=0.7, linestyle=DASHED, zorder=0)
        if band is not None:
            axis.axvspan(*band, color="#222222", alpha=0.07, linewidth=0, zorder=-1)
    return figure


def _pair(axis: Axes, over: Column, table: ResultTable, left: str, right: tuple[ResultTable, str] | None) -> None:
    """Draw one measure on the left axis and, where there is one, another on the right."""
    _one(axis, table, over, left, LEFT, filled=True)
    axis.set_xlabel(axis_label(over))
    style.plain_numbers(axis.xaxis)
    if right is not None:
        _one(axis.twinx(), right[0], over, right[1], RIGHT, filled=False)


def _one(axis: Axes, table: ResultTable, over: Column, name: str, colour: str, *, filled: bool) -> None:
    """Draw one measure in the colour of its axis."""
    rows = table.frame.sort_values(over.name, kind="stable")
    x, y = (rows[column].to_numpy(np.float64) for column in (over.name, name))
    axis.plot(
        x, np.where(np.isinf(y), np.nan, y), color=colour, marker="o" if filled else "s", linewidth=0.9, markersize=4,
        linestyle="-" if filled else "--", markerfacecolor=colour if filled else "white",
    )  # fmt: skip
    mark_infinite(axis, x[np.isinf(y)], colour)
    axis.set_ylabel(axis_label(table.column(name)), color=colour)
    axis.tick_params(axis="y", colors=colour)
    axis.spines["right"].set_visible(not filled)
    style.plain_numbers(axis.yaxis)


@style.styled
def figure_growing_volume(table: ResultTable) -> Figure:
    """Draw the tortuosity of growing cubes against the share of their volume, and against their diffusivity.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``growing_volume``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        One panel for each axis, one line for each cube (and scan); then one of the local tortuosity against the local
        diffusivity in the pieces of the largest cube. What does not percolate is marked at the upper edge.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = (np.random.default_rng(0).random((8, 8, 8)) < 0.7).astype(np.uint8)
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    >>> table = vt.transport.growing_volume(image, phase="pore", edges_um=(6, 8), axes=("z",))
    >>> [axis.get_xlabel() for axis in figure_growing_volume(table).axes]
    ['share of the cube (%)', 'relative diffusivity']
    """
    if not {"share", "edge_um", "axis", "tortuosity"} <= set(table.frame) or not len(table.frame):
        raise ValuesError(f"a table of {table.kind} has no rows of growing volumes; nothing can be drawn.")
    along = list(dict.fromkeys(table.frame["axis"]))
    figure, axes = style.panels(len(along) + 1, per_row=2)
    tallest = table.frame["tortuosity"][np.isfinite(table.frame["tortuosity"])]
    for axis, name in zip(axes, along, strict=False):
        for number, (_, label, rows) in enumerate(_curves(table.frame[table.frame["axis"] == name])):
            _curve(axis, rows, f"C{number}" if number > 9 else _tint(number), label)
        axis.set_title(f"along {name}")
        axis.set_xlabel("share of the cube (%)")
        axis.set_ylabel("tortuosity")
        axis.set_xlim(0, 103)
        if len(tallest):
            low, high = float(tallest.min()), float(tallest.max())
            axis.set_ylim(low - 0.08 * (high - low or 1), high + 0.15 * (high - low or 1))
        style.plain_numbers(axis.xaxis, axis.yaxis)
    _local(axes[-1], table)
    style.shared_legend(figure, axes[0])
    return figure


def _tint(number: int) -> str:
    """Return the colour of a curve."""
    return style.PHASE_COLOURS[number % len(style.PHASE_COLOURS)]


def _curves(frame: pd.DataFrame) -> list[Line]:
    """Return the curves of one axis: scan, label and rows of each cube."""
    keys = [name for name in ("scan", "phase", "edge_um") if name in frame]
    several = [name for name in keys[:-1] if frame[name].nunique() > 1]
    found: list[Line] = []
    for _, rows in frame.groupby(keys, sort=False):
        first = rows.iloc[0]
        parts = [str(first[name]) for name in several]
        label = ", ".join([*parts, f"{number_in_print(float(first['edge_um']), 3)} µm"])
        found.append((str(first.get("scan", "")), label, rows))
    return found[:MOST_LINES]


def _curve(axis: Axes, rows: pd.DataFrame, colour: str, label: str) -> None:
    """Draw one curve."""
    x, y = 100 * rows["share"].to_numpy(np.float64), rows["tortuosity"].to_numpy(np.float64)
    axis.plot(x, np.where(np.isinf(y), np.nan, y), "o-", color=colour, label=label, linewidth=0.9, markersize=3)
    mark_infinite(axis, x[np.isinf(y)], colour)


def _local(axis: Axes, table: ResultTable) -> None:
    """Draw the local tortuosity against the local diffusivity in the pieces of the largest cube."""
    frame = table.frame[table.frame["edge_um"] == table.frame["edge_um"].max()]
    frame = frame[np.isfinite(frame["tortuosity"])]
    tints = style.scan_colours(list(dict.fromkeys(frame["scan"]))) if "scan" in frame else {}
    several = len(tints) > 1
    for marker, (name, of_axis) in zip("os^", frame.groupby("axis", sort=False), strict=False):
        for scan, rows in of_axis.groupby("scan", sort=False) if several else [("", of_axis)]:
            axis.plot(
                rows["relative_diffusivity"], rows["tortuosity"], marker, markersize=3.5, markerfacecolor="none",
                color=tints[scan] if several else "#222222", label=", ".join(filter(None, (f"along {name}", scan))),
            )  # fmt: skip
    axis.set_title(f"largest cube, {number_in_print(float(table.frame['edge_um'].max()), 3)} µm")
    axis.set_xlabel(name_in_print("relative_diffusivity"))
    axis.set_ylabel("local tortuosity")
    style.legend(axis, fontsize=6)
    style.plain_numbers(axis.xaxis, axis.yaxis)

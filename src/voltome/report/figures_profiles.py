"""Measures along a position, such as phase profiles."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import Column, ResultTable
from voltome.report import style
from voltome.report.formatting import axis_label, name_in_print, unit_in_print
from voltome.report.lines import MOST_LINES, MOST_PANELS, Line, draw_lines, lines_of, measures_of, position_of


@style.styled
def figure_profile(table: ResultTable, *, colours: Mapping[str, str] | None = None) -> Figure:
    """Draw the first measure of a table along its position: one panel per phase, one line per scan.

    So the states of a sample lie over each other. The phases of one scan share a panel; with more than six phases
    every scan has a panel of its own.

    Parameters
    ----------
    table : ResultTable
        A table with one column of role ``position``, such as a phase profile; a first column `scan` may say
        which scan a row belongs to.
    colours : mapping of str to str, optional
        Colour of every phase.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide for one panel, 183 mm for several; standard errors as bands.

    Raises
    ------
    ValuesError
        A table without a position, without a measure, or without rows.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("z_um", "um", "Position.", "position"),
    ...            vt.data.Column("fraction", "1", "Volume fraction."))
    >>> frame = pd.DataFrame({"z_um": [0.5, 1.5], "fraction": [0.2, 0.3]})
    >>> figure_profile(vt.data.ResultTable(frame, columns=columns, kind="phase_profile")).axes[0].get_xlabel()
    'z (µm)'
    """
    position, measure = position_of(table), table.column(measures_of(table)[0])
    parts = profile_panels(table)
    figure, axes = style.panels(len(parts))
    for axis, (title, lines) in zip(axes, parts.items(), strict=True):
        draw_lines(axis, lines, position, measure, table, colours)
        axis.set_title(title, loc="center")
        axis.set_xlabel(_position_label(table, position))
    if not shares_panels(table):
        _share_limits(axes)
    style.shared_legend(figure, axes[0])
    return figure


def shares_panels(table: ResultTable) -> bool:
    """Say whether all scans share panels: there are not more phases than panels."""
    return len({key for _, key, _ in lines_of(table)}) <= MOST_PANELS


def profile_panels(table: ResultTable) -> dict[str, list[Line]]:
    """Return the lines of every panel by its title."""
    lines = list(lines_of(table))
    scans, keys = list(dict.fromkeys(line[0] for line in lines)), list(dict.fromkeys(line[1] for line in lines))
    if len(keys) == 1 or (len(scans) == 1 and shares_panels(table)):
        return {"": lines[:MOST_LINES]}
    if shares_panels(table):
        return {name_in_print(key): [line for line in lines if line[1] == key][:MOST_LINES] for key in keys}
    return {scan: [("", key, rows) for of, key, rows in lines if of == scan] for scan in scans[:MOST_PANELS]}


def _position_label(table: ResultTable, position: Column) -> str:
    """Return what the position is: along z it is counted from the current collector."""
    axes = set(re.findall(r"along ([zyx])\b", table.method))
    if position.name != "position_um" or len(axes) != 1:
        return axis_label(position)
    (axis,) = axes
    unit = unit_in_print(position.unit)
    return f"distance from the current collector ({unit})" if axis == "z" else f"{axis} ({unit})"


def _share_limits(axes: Sequence[Axes]) -> None:
    """Give all panels the same vertical axis."""
    limits = [axis.get_ylim() for axis in axes]
    for axis in axes:
        axis.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))

"""Measures along a position, such as phase profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import ResultTable
from voltome.report import style
from voltome.report.lines import MOST_LINES, MOST_PANELS, draw_lines, lines_of, measures_of, position_of


@style.styled
def figure_profile(table: ResultTable, *, colours: Mapping[str, str] | None = None) -> Figure:
    """Draw the first measure of a table along its position: one panel per scan, one line per phase.

    With one line per scan, all scans share a panel.

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
    position, measures = position_of(table), measures_of(table)
    lines = list(lines_of(table))
    scans = list(dict.fromkeys(scan for scan, _, _ in lines))[:MOST_PANELS]
    if len({key for _, key, _ in lines}) == 1:
        figure, axes = style.panels(1)
        draw_lines(axes[0], lines[:MOST_LINES], position, table.column(measures[0]), table, colours)
        style.shared_legend(figure, axes[0])
        return figure
    figure, axes = style.panels(len(scans))
    for axis, scan in zip(axes, scans, strict=True):
        own = [("", key, rows) for line_scan, key, rows in lines if line_scan == scan]
        draw_lines(axis, own, position, table.column(measures[0]), table, colours)
        axis.set_title(scan, loc="center")
    _share_limits(axes)
    style.shared_legend(figure, axes[0])
    return figure


def _share_limits(axes: Sequence[Axes]) -> None:
    """Give all panels the same vertical axis."""
    limits = [axis.get_ylim() for axis in axes]
    for axis in axes:
        axis.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))

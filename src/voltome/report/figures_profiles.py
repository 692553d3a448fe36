"""Measures along a position: phase profiles, sweeps of a parameter, subvolumes of growing size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label, name_in_print
from voltome.report.measures import numeric_measures

MOST_PANELS = 6
MOST_LINES = 20

Line = tuple[str, str, pd.DataFrame]
"""Scan (or nothing), key (or nothing), and the rows of one line."""


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
    position, measures = _position(table), _measures(table)
    lines = list(lines_of(table))
    scans = list(dict.fromkeys(scan for scan, _, _ in lines))[:MOST_PANELS]
    if len({key for _, key, _ in lines}) == 1:
        figure, axes = style.panels(1)
        _draw_lines(axes[0], lines[:MOST_LINES], position, table.column(measures[0]), table, colours)
        style.scan_legend(figure, axes[0])
        return figure
    figure, axes = style.panels(len(scans))
    for axis, scan in zip(axes, scans, strict=True):
        own = [line for line in lines if line[0] == scan]
        _draw_lines(axis, own, position, table.column(measures[0]), table, colours)
        axis.set_title(scan, loc="center")
    _share_limits(axes)
    style.scan_legend(figure, axes[0])
    return figure


@style.styled
def figure_sweep(
    table: ResultTable, *, chosen: Mapping[str, float] | None = None, colours: Mapping[str, str] | None = None
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

    Returns
    -------
    matplotlib.figure.Figure
        One panel per measure, at most six; one line per scan and phase.

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
    position, measures = _position(table), _measures(table)[:MOST_PANELS]
    lines = list(lines_of(table))[:MOST_LINES]
    figure, axes = style.panels(len(measures))
    for axis, name in zip(axes, measures, strict=True):
        _draw_lines(axis, lines, position, table.column(name), table, colours, marker="o")
        for value in sorted(set((chosen or {}).values())):
            axis.axvline(value, color="#222222", linewidth=0.7, linestyle=(0, (3, 2)), zorder=0)
    style.scan_legend(figure, axes[0])
    return figure


@style.styled
def figure_subvolumes(table: ResultTable, *, colours: Mapping[str, str] | None = None) -> Figure:
    """Draw every measure of subvolumes against their edge, with mean and standard deviation at each edge.

    It shows from which size on a piece of the sample speaks for the whole: where the scatter has closed.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``subvolumes``: the edge is its first column of role ``position``.
    colours : mapping of str to str, optional
        Colour of every phase.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per measure, at most six; points are subvolumes.

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
    position, measures = _position(table), _measures(table)[:MOST_PANELS]
    lines = list(lines_of(table))[:MOST_LINES]
    tints = _tints(lines, colours)
    step = _smallest_step(table.frame[position.name])
    figure, axes = style.panels(len(measures))
    for axis, name in zip(axes, measures, strict=True):
        for number, (scan, key, rows) in enumerate(lines):
            shift = step * 0.5 * ((number + 0.5) / len(lines) - 0.5)
            _scatter(axis, rows, position.name, name, shift=shift, colour=tints[scan, key], label=_label(scan, key))
        axis.set_xlabel(axis_label(position))
        axis.set_ylabel(axis_label(table.column(name)))
    style.scan_legend(figure, axes[0])
    return figure


def _scatter(axis: Axes, rows: pd.DataFrame, x: str, y: str, *, shift: float, colour: str, label: str) -> None:
    """Draw the subvolumes of one line as points, and mean and standard deviation beside them."""
    axis.plot(rows[x] + shift, rows[y], "o", color=colour, alpha=0.35, markersize=2.5, markeredgewidth=0)
    groups = rows.groupby(x, sort=True)[y]
    deviation = groups.std(ddof=1).fillna(0.0)
    axis.errorbar(
        groups.mean().index + shift, groups.mean(), yerr=deviation, fmt="_-", color=colour, label=label,
        capsize=2, linewidth=0.8, markersize=5,
    )  # fmt: skip


def _draw_lines(
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
    tints, dashes = _tints(lines, colours), _dashes(lines)
    for scan, key, rows in lines:
        ordered = rows.sort_values(position.name, kind="stable")
        x, y = (ordered[name].to_numpy(np.float64) for name in (position.name, measure.name))
        single = "o" if len(x) == 1 else marker
        axis.plot(x, y, color=tints[scan, key], linestyle=dashes[scan], marker=single, label=_label(scan, key))
        if error is not None:
            half = ordered[error].to_numpy(np.float64)
            axis.fill_between(x, y - half, y + half, color=tints[scan, key], alpha=0.2, linewidth=0)
    axis.set_xlabel(axis_label(position))
    axis.set_ylabel(axis_label(measure))
    style.plain_numbers(axis.xaxis, axis.yaxis)


def _position(table: ResultTable) -> Column:
    """Return the first column of role ``position``."""
    names = table.names("position")
    if not names or not len(table.frame):
        raise ValuesError(f"a table of {table.kind} has no {'rows' if names else 'position'}; nothing can be drawn.")
    return table.column(names[0])


def _measures(table: ResultTable) -> list[str]:
    """Return the measures that are numbers and not the same everywhere; at least one."""
    numbers = numeric_measures(table)
    if not numbers:
        raise ValuesError(f"a table of {table.kind} has no measure that is a number; nothing can be drawn.")
    return [name for name in numbers if table.frame[name].nunique() > 1] or numbers[:1]


def lines_of(table: ResultTable) -> Iterator[Line]:
    """Yield the rows of every scan and of every combination of its other keys."""
    has_scan = "scan" in table.frame.columns
    keys = [name for name in table.names("key") if name != "scan" and name in table.frame.columns]
    keys = [name for name in keys if not has_scan or table.frame.groupby("scan")[name].nunique().max() > 1]
    for scan, of_scan in table.frame.groupby("scan", sort=False) if has_scan else [("", table.frame)]:
        if not keys:
            yield str(scan), "", of_scan
            continue
        for values, rows in of_scan.groupby(keys, sort=False):
            yield str(scan), ", ".join(str(value) for value in values), rows


def _tints(lines: Sequence[Line], colours: Mapping[str, str] | None) -> dict[tuple[str, str], str]:
    """Return the colour of every line: that of its phase, or that of its scan where it has no key."""
    scans = style.scan_colours(list(dict.fromkeys(scan for scan, _, _ in lines)))
    keys = [key for _, key, _ in lines if key]
    known = (style.phase_colours(keys) if keys else {}) | dict(colours or {})
    return {(scan, key): known[key] if key else scans[scan] for scan, key, _ in lines}


def _dashes(lines: Sequence[Line]) -> dict[str, str]:
    """Return the line style of every scan; all solid where the colour tells scans apart."""
    scans = list(dict.fromkeys(scan for scan, _, _ in lines))
    styles = ("-", "--", ":", "-.")
    return {scan: styles[i % 4] if any(key for _, key, _ in lines) else "-" for i, scan in enumerate(scans)}


def _label(scan: str, key: str) -> str:
    """Return what a line is called."""
    return ", ".join(part for part in (scan, name_in_print(key)) if part)


def _smallest_step(values: pd.Series) -> float:
    """Return the smallest distance between different values, for shifting points beside each other."""
    different = np.unique(values.to_numpy(np.float64))
    return float(np.diff(different).min()) if len(different) > 1 else 0.0


def _share_limits(axes: Sequence[Axes]) -> None:
    """Give all panels the same vertical axis."""
    limits = [axis.get_ylim() for axis in axes]
    for axis in axes:
        axis.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))

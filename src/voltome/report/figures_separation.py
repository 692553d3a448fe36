"""The number of particles against the depth of the necks at which they are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from voltome.data import ResultTable
from voltome.report import style
from voltome.report.formatting import axis_label, number_in_print
from voltome.report.lines import MOST_PANELS, Line, label_of, lines_of, position_of, tints_of

PARTICLES = "particles"
SHADE = "#d9d9d9"
DARK = "#222222"

TITLE_WIDTH = 32
"""Letters in a line of the title of a panel, which must not run into its neighbour."""

LOGARITHMIC = 8.0
"""Ratio of the largest to the smallest number from which on an axis is logarithmic."""


@style.styled
def figure_separation_curve(
    table: ResultTable, *, chosen: Mapping[str, float] | None = None, colours: Mapping[str, str] | None = None
) -> Figure:
    """Draw the number of particles against the depth of the necks between them, as steps.

    It shows whether the number hangs on the depth: within the shaded range, the widest in which it does not change, any
    depth gives the same particles.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``separation_curve``, of one scan or, with a column `scan`, of several.
    chosen : mapping of str to float, optional
        Scan -> depth in um by which the study separates; with the name "" for a table without scans.
    colours : mapping of str to str, optional
        Colour of every phase.

    Returns
    -------
    matplotlib.figure.Figure
        One panel per scan and phase, at most six. Dotted: the default depth; dashed: the depth of the study.

    Raises
    ------
    ValuesError
        A table without a position, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[:20, :20, :34]
    >>> left, right = ((z - 10) ** 2 + (y - 10) ** 2 + (x - centre) ** 2 < 64 for centre in (10, 23))
    >>> values = (left | right).astype(np.uint8)
    >>> phases = vt.data.PhaseImage(values, voxel_size_um=0.5, phases={0: "pore", 1: "sulfur"})
    >>> table = vt.segmentation.separation_curve(phases, phase="sulfur")
    >>> figure_separation_curve(table).axes[0].get_xlabel()
    'depth (µm)'
    """
    position = position_of(table)
    lines = list(lines_of(table))[:MOST_PANELS]
    tints = tints_of(lines, colours)
    figure, axes = style.panels(len(lines))
    for axis, line in zip(axes, lines, strict=True):
        scan, key, _ = line
        _marks(axis, line, (chosen or {}).get(scan))
        _steps(axis, line, tints[scan, key])
        if len(lines) > 1:
            axis.set_title(fill(label_of(lines, scan, key), TITLE_WIDTH))
        axis.set_xlabel(axis_label(position))
        axis.set_ylabel(axis_label(table.column(PARTICLES)))
    style.shared_legend(figure, axes[0])
    return figure


def _steps(axis: Axes, line: Line, colour: str) -> None:
    """Draw the counts: each holds down to the depth before it, the first one down to the edge of the panel."""
    rows = line[2].sort_values("depth_um", kind="stable")
    depths, counts = rows["depth_um"].to_numpy(np.float64), rows[PARTICLES].to_numpy(np.float64)
    marked = rows[["plateau_to_um", "default_depth_um"]].iloc[0].to_numpy(np.float64)
    low, high = min(depths[0], *marked) / 1.6, max(depths[-1], *marked) * 1.15
    axis.plot([low, *depths], [counts[0], *counts], color=colour, drawstyle="steps-pre", label=PARTICLES, zorder=3)
    axis.set_xscale("log")
    _few_numbers(axis.xaxis)
    axis.set_xlim(low, high)
    if counts.max() >= LOGARITHMIC * max(counts.min(), 1.0):
        axis.set_yscale("log")
        _few_numbers(axis.yaxis)
        axis.set_ylim(counts.min() / 1.3, counts.max() * 1.8)
    else:
        style.plain_numbers(axis.yaxis)
        axis.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
        axis.set_ylim(0, counts.max() * 1.2)


def _marks(axis: Axes, line: Line, chosen_um: float | None) -> None:
    """Shade the plateau, and draw the default depth and that of the study."""
    row = line[2].iloc[0]
    low, high = float(row["plateau_from_um"]), float(row["plateau_to_um"])
    count = number_in_print(row["plateau_particles"])
    axis.axvspan(max(low, high / 1e6), high, color=SHADE, linewidth=0, zorder=0, label="widest plateau")
    axis.annotate(
        count, (np.sqrt(max(low, high / 30) * high), 0.98), xycoords=("data", "axes fraction"), ha="center", va="top"
    )
    axis.axvline(row["default_depth_um"], color=DARK, linewidth=0.8, linestyle=":", zorder=2, label="default depth")
    if chosen_um is not None:
        axis.axvline(chosen_um, color=DARK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=2, label="depth of this study")


def _few_numbers(axis: object) -> None:
    """Write 1, 2 and 5 times powers of ten along a logarithmic axis, in full."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))  # type: ignore[attr-defined]
    axis.set_major_formatter(FuncFormatter(lambda value, _: number_in_print(value)))  # type: ignore[attr-defined]
    axis.set_minor_formatter(NullFormatter())  # type: ignore[attr-defined]

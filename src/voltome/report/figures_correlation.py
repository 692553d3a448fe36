"""The two-point correlation of a phase against the distance."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label, name_in_print
from voltome.report.lines import MOST_LINES, names_of_lines

OVER_ALL = "all"
COLOURS = {"z": "#D55E00", "y": "#009E73", "x": "#0072B2", OVER_ALL: "#222222"}
"""Colour of each direction."""


@style.styled
def figure_correlation(table: ResultTable) -> Figure:
    """Draw the two-point correlation of a phase against the distance.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``two_point_correlation``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        Of one scan the probability along each axis and over all directions, with the fraction (dotted) from which it
        starts and the fraction's square (dashed) to which it falls. Of several scans or phases the correlation, which
        goes from 1 to 0: one panel per direction, one line for each.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.random.default_rng(0).integers(0, 2, (12, 12, 12)).astype(np.uint8)
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "pore", 1: "solid"})
    >>> table = vt.morphology.two_point_correlation(image, phase="solid", maximum_um=5)
    >>> figure_correlation(table).axes[0].get_xlabel()
    'distance (µm)'
    """
    if "two_point_probability" not in table.frame.columns or not len(table.frame):
        raise ValuesError(f"a table of {table.kind} has no rows with two-point probabilities; nothing can be drawn.")
    frame = table.frame
    names = names_of_lines(frame)
    chosen = list(dict.fromkeys(names))[:MOST_LINES]
    if len(chosen) == 1:
        figure, axes = style.panels(1)
        _probability(axes[0], frame)
        axes[0].set_ylabel(f"both points in {name_in_print(str(frame['phase'].iloc[0]))} (probability)")
    else:
        directions = [name for name in COLOURS if name in set(frame["direction"])]
        figure, axes = style.panels(len(directions))
        tints = style.scan_colours(chosen)
        for axis, direction in zip(axes, directions, strict=True):
            for name in chosen:
                rows = frame[(frame["direction"] == direction) & (names == name)]
                axis.plot(rows["distance_um"], rows["correlation"], color=tints[name], label=name)
            axis.axhline(0, color="#888888", linewidth=0.6, linestyle="--", zorder=0)
            axis.set_title("over all directions" if direction == OVER_ALL else f"along {direction}")
            axis.set_ylabel(axis_label(table.column("correlation")))
    for axis in axes:
        axis.set_xlabel(axis_label(table.column("distance_um")))
        axis.set_xlim(left=0)
        style.plain_numbers(axis.xaxis, axis.yaxis)
    style.shared_legend(figure, axes[0])
    return figure


def _probability(axis: Axes, frame: pd.DataFrame) -> None:
    """Draw the probability along every direction, between the fraction and its square."""
    for direction, rows in frame.groupby("direction", sort=False):
        label = "all directions" if direction == OVER_ALL else f"along {direction}"
        x, y, colour = rows["distance_um"], rows["two_point_probability"], COLOURS[str(direction)]
        axis.plot(x, y, color=colour, label=label, linewidth=1.4 if direction == OVER_ALL else 0.9)
    fraction = float(frame["fraction"].iloc[0])
    axis.axhline(fraction, color="#888888", linewidth=0.7, linestyle=":", zorder=0)
    axis.axhline(fraction**2, color="#888888", linewidth=0.7, linestyle="--", zorder=0)

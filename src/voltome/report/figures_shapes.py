"""Shapes of particles and how they touch: Zingg's diagram, sphericities, neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label
from voltome.report.key_numbers import scans_of, whole_rows
from voltome.report.lines import MOST_LINES

MOST_DIAGRAMS = 3
"""Scans of which a Zingg diagram is drawn."""

ZINGG = 2 / 3
"""The ratio of axes at which Zingg parts discs, rods, blades and what is equal in all directions."""

_CLASSES = {(-1, 1): "discs", (1, 1): "equant", (-1, -1): "blades", (1, -1): "rods"}
"""Name of each class by the side of the ratio on which it lies, across and up."""

_BINS = 20

TITLE_WIDTH = 32
"""Letters in a line of the title of a panel, which must not run into its neighbour."""


@style.styled
def figure_shapes(table: ResultTable) -> Figure:
    """Draw the shapes of particles: Zingg's diagram coloured by size, and how sphericity is distributed.

    Particles that touch the border are left out, as they may be cut, unless all do.

    Parameters
    ----------
    table : ResultTable
        Kind ``particle_shapes``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide. For each of the first three scans a diagram of elongation against flatness, a point for each
        particle, coloured by its mean breadth; then the share of particles in each bin of sphericity, a line per scan.

    Raises
    ------
    ValuesError
        A table of another kind, or without a particle.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[-15:16, -15:16, -15:16]
    >>> ball = (z**2 + y**2 + x**2 <= 13.2**2).astype(np.int32)
    >>> image = vt.data.ParticleImage(ball, voxel_size_um=0.1, phase="sulfur")
    >>> figure = figure_shapes(vt.morphology.measure_shapes(image))
    >>> figure.axes[0].get_ylabel()
    'elongation b/a'
    """
    scans = _scans(table, "particle_shapes")
    drawn = list(scans)[:MOST_DIAGRAMS]
    figure, axes = style.panels(len(drawn) + 1, per_row=2)
    sizes = np.concatenate([scans[scan]["feret_mean_um"].to_numpy(np.float64) for scan in drawn])
    clouds = []
    for scan, axis in zip(drawn, axes, strict=False):
        clouds.append(_draw_zingg(axis, scans[scan], float(sizes.min()), float(sizes.max())))
        axis.set_title(fill(scan, TITLE_WIDTH) if len(scans) > 1 else "")
    bar = figure.colorbar(clouds[0], ax=axes[: len(drawn)], shrink=0.85, pad=0.02)
    bar.set_label(f"breadth ({axis_label(table.column('feret_mean_um')).partition('(')[2]}")
    bar.outline.set_linewidth(0.4)
    _draw_sphericities(axes[len(drawn)], scans, table)
    style.shared_legend(figure, axes[len(drawn)])
    return figure


@style.styled
def figure_neighbours(table: ResultTable) -> Figure:
    """Draw how many neighbours particles have, and how much of their surface touches others.

    Particles that touch the border are left out, as they miss neighbours, unless all do.

    Parameters
    ----------
    table : ResultTable
        Kind ``particle_neighbours``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide: a, share of the particles with each number of neighbours; b, share of the particles of which up to
        a share of the surface touches others. A line per scan.

    Raises
    ------
    ValuesError
        A table of another kind, or without a particle.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((12, 12, 24), np.int32)
    >>> labels[2:10, 2:10, 2:12], labels[2:10, 2:10, 12:22] = 1, 2
    >>> image = vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="sulfur")
    >>> figure = figure_neighbours(vt.morphology.particle_neighbours(image))
    >>> figure.axes[0].get_xlabel()
    'neighbours'
    """
    scans = _scans(table, "particle_neighbours")
    colours = style.scan_colours(list(scans))
    figure, (counts, shares) = style.panels(2, per_row=2)
    most = max(int(rows["neighbours"].max()) for rows in scans.values())
    edges = np.arange(most + 2, dtype=np.float64) - 0.5
    for scan, rows in scans.items():
        found = np.bincount(rows["neighbours"].to_numpy(np.int64), minlength=most + 1)
        _stairs(counts, 100 * found / found.sum(), edges, colours[scan], scan, len(scans))
        values = np.sort(100 * rows["contact_share"].to_numpy(np.float64))
        held = 100 * np.arange(1, len(values) + 1) / len(values)
        shares.step([0, *values, 100], [0, *held, 100], where="post", color=colours[scan], label=scan)
    counts.set_xlabel("neighbours")
    counts.set_ylabel("particles (%)")
    counts.set_ylim(bottom=0)
    counts.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    shares.set_xlabel("surface in contact with other particles (%)")
    shares.set_ylabel("cumulative particles (%)")
    shares.set_ylim(0, 103)
    shares.set_xlim(0, max(1.0, 1.1 * max(100 * float(rows["contact_share"].max()) for rows in scans.values())))
    style.plain_numbers(counts.yaxis, shares.xaxis, shares.yaxis)
    style.shared_legend(figure, counts)
    return figure


def _scans(table: ResultTable, kind: str) -> dict[str, pd.DataFrame]:
    """Return the rows of every scan that is drawn, without particles at the border."""
    if table.kind != kind or not len(table.frame):
        found = "no row" if table.kind == kind else f"the kind {table.kind!r}"
        raise ValuesError(f"the table has {found}; expected one of kind {kind!r} with at least one particle.")
    return {scan: whole_rows(rows) for scan, rows in list(scans_of(table))[:MOST_LINES]}


def _draw_zingg(axis: Axes, rows: pd.DataFrame, low: float, high: float) -> PathCollection:
    """Draw the ratios of axes of every particle, with Zingg's classes."""
    for place in (axis.axhline, axis.axvline):
        place(ZINGG, color="#888888", linewidth=0.6, linestyle=":", zorder=0)
    for (right, up), name in _CLASSES.items():
        text = axis.text(ZINGG + 0.01 * right, ZINGG + 0.01 * up, name, color="#666666", zorder=0.5)
        text.set_horizontalalignment("left" if right > 0 else "right")
        text.set_verticalalignment("bottom" if up > 0 else "top")
        text.set_path_effects([withStroke(linewidth=1.6, foreground="white")])
    order = np.argsort(rows["feret_mean_um"].to_numpy(), kind="stable")
    values = rows.iloc[order]
    points = axis.scatter(
        values["flatness"], values["elongation"], c=values["feret_mean_um"], vmin=low, vmax=high if high > low else
        None, s=float(np.clip(4000 / len(values), 4, 18)), cmap="viridis", linewidths=0.2, edgecolors="white",
        rasterized=len(values) > 3000,
    )  # fmt: skip
    lowest = float(min(values["flatness"].min(), values["elongation"].min()))
    start = min(0.4, np.floor(10 * lowest) / 10)
    axis.set_xlim(start, 1.01)
    axis.set_ylim(start, 1.01)
    axis.set_xlabel("flatness c/b")
    axis.set_ylabel("elongation b/a")
    style.plain_numbers(axis.xaxis, axis.yaxis)
    return points


def _draw_sphericities(axis: Axes, scans: dict[str, pd.DataFrame], table: ResultTable) -> None:
    """Draw the share of the particles in each bin of sphericity."""
    values = [rows["sphericity"].to_numpy(np.float64) for rows in scans.values()]
    edges = _edges(values)
    colours = style.scan_colours(list(scans))
    for scan, found in zip(scans, values, strict=True):
        counts, _ = np.histogram(found, bins=edges)
        _stairs(axis, 100 * counts / counts.sum(), edges, colours[scan], scan, len(scans))
    axis.set_xlabel(axis_label(table.column("sphericity")))
    axis.set_ylabel("particles per bin (%)")
    axis.set_xlim(edges[0], edges[-1])
    axis.set_ylim(bottom=0)
    style.plain_numbers(axis.xaxis, axis.yaxis)


def _edges(values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return edges of equal bins, common to all scans; their number follows the fewest particles (square root)."""
    low, high = min(float(found.min()) for found in values), max(float(found.max()) for found in values)
    margin = max(0.02 * (high - low), 0.01)
    count = int(np.clip(2 * np.sqrt(min(len(found) for found in values)), 4, _BINS))
    edges: NDArray[np.float64] = np.linspace(low - margin, high + margin, count + 1)
    return edges


def _stairs(
    axis: Axes, heights: NDArray[np.float64], edges: NDArray[np.float64], colour: str, label: str, scans: int
) -> None:
    """Draw a histogram as a line, with a light filling."""
    axis.stairs(heights, edges, color=colour, label=label, linewidth=1.1)
    axis.stairs(heights, edges, color=colour, fill=True, alpha=0.35 / scans, linewidth=0)

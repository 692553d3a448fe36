"""Size distributions of particles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label

SIZE = "equivalent_diameter_um"
VOLUME = "volume_um3"
MOST_BINS = 30


@style.styled
def figure_size_distribution(particles: Mapping[str, ResultTable]) -> Figure:
    """Draw how the volume of the particles is distributed over their diameters: histogram and cumulative.

    Weighted by volume, so that a thousand specks do not hide the few particles that hold the material.

    Parameters
    ----------
    particles : mapping of str to ResultTable
        Scan -> its particles, with the columns `equivalent_diameter_um` and `volume_um3`.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide: a, share of the volume in each bin; b, share of the volume in particles up to a diameter,
        a dotted line at one half.

    Raises
    ------
    ValuesError
        No particle in any table.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("equivalent_diameter_um", "um", "Diameter of the sphere of the same volume."),
    ...            vt.data.Column("volume_um3", "um3", "Volume."))
    >>> frame = pd.DataFrame({"equivalent_diameter_um": [2.0, 4.0], "volume_um3": [4.2, 33.5]})
    >>> table = vt.data.ResultTable(frame, columns=columns, kind="particles")
    >>> len(figure_size_distribution({"uncycled": table}).axes)
    2
    """
    filled = {scan: table for scan, table in particles.items() if len(table.frame)}
    if not filled:
        raise ValuesError("figure_size_distribution got no particle; expected at least one in one table.")
    edges = _edges(filled)
    colours = style.scan_colours(list(particles))
    figure, (shares, sums) = style.panels(2, per_row=2)
    for scan, table in filled.items():
        sizes, weights = (table.frame[name].to_numpy(np.float64) for name in (SIZE, VOLUME))
        weights = 100 * weights / weights.sum()
        binned, _ = np.histogram(sizes, bins=edges, weights=weights)
        shares.stairs(binned, edges, color=colours[scan], label=scan, linewidth=1.1)
        shares.stairs(binned, edges, color=colours[scan], fill=True, alpha=0.35 / len(filled), linewidth=0)
        sums.plot(*_cumulative(sizes, weights, float(edges[0]), float(edges[-1])), color=colours[scan], label=scan)
    label = axis_label(next(iter(filled.values())).column(SIZE))
    for axis in (shares, sums):
        axis.set_xlabel(label)
        axis.set_xlim(edges[0], edges[-1])
        axis.set_ylim(bottom=0)
        style.plain_numbers(axis.xaxis, axis.yaxis)
    shares.set_ylabel("volume per bin (%)")
    sums.set_ylabel("cumulative volume (%)")
    sums.set_ylim(0, 103)
    sums.axhline(50, color="#888888", linewidth=0.6, linestyle=":", zorder=0)
    style.shared_legend(figure, sums)
    return figure


def _edges(tables: Mapping[str, ResultTable]) -> NDArray[np.float64]:
    """Return edges of equal bins, common to all scans; their number follows the fewest particles (square root)."""
    sizes = [table.frame[SIZE].to_numpy(np.float64) for table in tables.values()]
    high = max(float(values.max()) for values in sizes)
    low = min(float(values.min()) for values in sizes)
    count = int(np.clip(2 * np.sqrt(min(len(values) for values in sizes)), 5, MOST_BINS))
    margin = 0.02 * (high - low) or 0.05 * high
    edges: NDArray[np.float64] = np.linspace(max(0.0, low - margin), high + margin, count + 1)
    return edges


def _cumulative(
    sizes: NDArray[np.float64], weights: NDArray[np.float64], low: float, high: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the steps of the cumulative distribution, from one end of the axis to the other."""
    order = np.argsort(sizes, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(weights[order])])
    places = np.concatenate([[low], sizes[order], [high]])
    return np.repeat(places, 2)[1:-1], np.repeat(sums, 2)

"""Streamlines as they are drawn: points of all lines, what runs along them, and its colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.colors import Normalize
from numpy.typing import NDArray

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report.fields import FIELDS, Scale, scale_of
from voltome.report.key_numbers import scans_of
from voltome.report.rendering import Bodies

ROBUST = 97.0
"""Percentile of the points that has the last colour: lower than that of slices, as lines crowd in fast places."""

MEASURES: Mapping[str, tuple[str, str]] = {
    "speed_m_per_s": ("speed", "m/s"),
    "magnitude": ("magnitude of the flux", ""),
}
"""Column with the size of the field -> its name in print, and its unit."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The streamlines of one scan.

    Attributes
    ----------
    points_um : numpy.ndarray
        Points (z, y, x) of all lines in the frame of the scan, shape (n, 3).
    values : numpy.ndarray
        Size of the field at every point.
    joined : numpy.ndarray
        Numbers of the points that have the next point of their line behind them.
    """

    points_um: NDArray[np.float64]
    values: NDArray[np.float64]
    joined: NDArray[np.int64]

    @property
    def lines(self) -> int:
        """Number of lines."""
        return len(self.points_um) - len(self.joined)

    def inside(self, bodies: Bodies) -> NDArray[np.float64]:
        """Return the points about the middle of the box of bodies."""
        placed: NDArray[np.float64] = self.points_um - bodies.origin_um - np.array(bodies.size_um) / 2
        return placed

    def colours(self, scale: Scale) -> NDArray[np.float64]:
        """Return the RGBA colour of every point."""
        tints: NDArray[np.float64] = _map()(Normalize(scale.low, scale.high)(scale.factor * self.values))
        return tints


def _map() -> Any:
    """Return the colours of lines: those of the speed without the palest, which would not be seen on white."""
    whole = matplotlib.colormaps[FIELDS["speed"].colours]
    return matplotlib.colors.ListedColormap(whole(np.linspace(0, 0.92, 256)))


def colour_map() -> Any:
    """Return the colour map of lines."""
    return _map()


def measure_of(table: ResultTable) -> str:
    """Return the column with the size of the field, or refuse a table that is none of streamlines."""
    found = [name for name in MEASURES if name in table.frame]
    if table.kind != "streamlines" or not len(table.frame) or not found:
        what = "no rows" if table.kind == "streamlines" else f"the kind {table.kind!r}"
        raise ValuesError(f"the table has {what}; expected rows of kind 'streamlines'.")
    return found[0]


def paths_of(table: ResultTable) -> dict[str, Paths]:
    """Return the streamlines of every scan."""
    measure = measure_of(table)
    return {scan: _paths(rows, measure) for scan, rows in scans_of(table)}


def _paths(rows: pd.DataFrame, measure: str) -> Paths:
    """Return the streamlines of the rows of one scan."""
    lines = rows["line"].to_numpy(np.int64)
    return Paths(
        rows[["z_um", "y_um", "x_um"]].to_numpy(np.float64),
        rows[measure].to_numpy(np.float64),
        np.flatnonzero(lines[1:] == lines[:-1]),
    )


def scale_of_paths(paths: Mapping[str, Paths], measure: str) -> Scale:
    """Return one scale for the lines of all scans."""
    values = np.concatenate([each.values for each in paths.values()])
    return scale_of(values, FIELDS["speed"], MEASURES[measure][1], robust=ROBUST)


def box_of(paths: Paths) -> Bodies:
    """Return an empty box around lines, where nothing is known of what is around them."""
    low, high = paths.points_um.min(axis=0), paths.points_um.max(axis=0)
    z, y, x = np.maximum(high - low, 1e-3 * max(float((high - low).max()), 1e-3))
    corner = (float(low[0]), float(low[1]), float(low[2]))
    return Bodies(np.zeros((1, 1, 1), np.uint8), (float(z), float(y), float(x)), None, {}, corner)

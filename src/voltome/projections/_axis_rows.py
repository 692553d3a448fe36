"""The rows of a scan as absorbance, for the search of the axis of rotation: from counts, transmission or absorbance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from voltome.data import ParallelBeam, Projections
from voltome.errors import GeometryError, ValuesError

LOWEST_TRANSMISSION = 1e-3
"""Below it a logarithm would be noise; such pixels count as this much in the search, and nowhere else."""

EDGE_WIDTH_PX = 2.0
"""Width of the Gaussian whose derivative is taken along the columns: edges stay, offsets and shading do not."""

STEPS_OFF = 0.05
"""Share of the angular step by which an angle may be off and still count as the one that was looked for."""

Lines = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AxisRows:
    """Some rows of a scan under all angles.

    Attributes
    ----------
    numbers : tuple of int
        The rows of the detector.
    values : numpy.ndarray
        Shape (row, angle, column): absorbance.
    angles_deg : numpy.ndarray
        Rising from the first angle.
    """

    numbers: tuple[int, ...]
    values: Lines
    angles_deg: NDArray[np.float64]


def check_parallel(projections: Projections, task: str) -> None:
    """Refuse a cone beam, in which no view is another one mirrored, and views that were shifted on the detector."""
    if not isinstance(projections.geometry, ParallelBeam):
        raise GeometryError(
            f"{task} takes a parallel beam; these projections have a cone beam, whose views are not repeated after "
            f"half a turn. Give the axis that the scanner says with voltome.projections.set_rotation_axis."
        )
    if projections.shifts_px is not None and np.any(projections.shifts_px):
        raise GeometryError(
            f"the views are shifted on the detector by up to {np.abs(projections.shifts_px).max():g} pixels; expected "
            f"views with one axis. Move them back with voltome.projections.undo_shifts first."
        )


def spread_rows(projections: Projections, most: int) -> tuple[int, ...]:
    """Return at most so many rows, spread evenly over the detector."""
    count = projections.row_count
    if count <= most:
        return tuple(range(count))
    places = (np.arange(most) + 0.5) * count / most
    return tuple(int(place) for place in places)


def read_rows(projections: Projections, numbers: tuple[int, ...]) -> AxisRows:
    """Return these rows as absorbance, the angles in rising order."""
    order = np.argsort(projections.angles_deg, kind="stable")
    lines = np.stack([_absorbance(projections, projections.values[:, row : row + 1], (row,))[:, 0] for row in numbers])
    return AxisRows(numbers, lines[:, order], projections.angles_deg[order])


def read_views(projections: Projections, view: int, numbers: tuple[int, ...]) -> Lines:
    """Return these rows of one view as absorbance, shape (row, column)."""
    seen = projections.values[view : view + 1]
    found: Lines = _absorbance(projections, seen[:, numbers], numbers)[0]
    return found


def edges_of(lines: Lines) -> Lines:
    """Return the slope of lines along the columns, smoothed: what is constant along the detector does not count."""
    found: Lines = gaussian_filter1d(lines, EDGE_WIDTH_PX, axis=-1, order=1, mode="nearest")
    return found


def check_seen(edges: Lines, task: str) -> None:
    """Refuse lines without any structure."""
    if float(np.abs(edges).max()) <= 1e-7:
        raise ValuesError(
            f"{task} finds the same value in all columns of the rows it looks at: blank images, or a sample outside of "
            f"them. Expected a sample with edges; choose other rows, or check flats and darks."
        )


def angular_step_deg(angles_deg: NDArray[np.float64]) -> float:
    """Return the usual step between angles in rising order; views that repeat an angle do not count."""
    steps = np.diff(np.unique(np.round(angles_deg, 6)))
    if len(steps) < 3:
        raise GeometryError(
            f"there are {len(steps) + 1} different angles; expected at least 4, over half a turn or more."
        )
    return float(np.median(steps))


def _absorbance(projections: Projections, seen: NDArray[Any], numbers: tuple[int, ...]) -> Lines:
    """Return views (angle, row, column) of some rows as absorbance."""
    values = np.asarray(seen, np.float64)
    if not np.isfinite(values).all():  # only values that lie in a file have not been looked through
        raise ValuesError(
            f"the rows {', '.join(map(str, numbers[:4]))} hold {np.count_nonzero(~np.isfinite(values)):,} NaN or "
            f"infinite pixels; expected finite numbers. Read the scan without lazy=True, which says where they are."
        )
    if projections.kind == "absorbance":
        return values
    if projections.kind == "counts":
        values = _transmission(projections, values, numbers)
    found: Lines = -np.log(np.maximum(values, LOWEST_TRANSMISSION))
    return found


def _transmission(projections: Projections, counts: Lines, numbers: tuple[int, ...]) -> Lines:
    """Return counts over mean flats, both less mean darks; where a flat is no brighter than the dark, its neighbour."""
    if projections.flats is None:
        raise ValuesError(
            "the projections are counts without flats; expected images of the beam without sample beside them, or "
            "transmission or absorbance. Divide by a flat first, or give the flats to the Projections."
        )
    rows = list(numbers)
    dark = 0.0 if projections.darks is None else projections.darks[:, rows].mean(axis=0, dtype=np.float64)
    light = projections.flats[:, rows].mean(axis=0, dtype=np.float64) - dark
    dead = light <= 0
    if dead.all():
        raise ValuesError("the flats are nowhere brighter than the darks; expected counts of the beam in the flats.")
    found: Lines = (counts - dark) / np.where(dead, 1.0, light)
    places = np.arange(light.shape[-1])
    for row in np.flatnonzero(dead.any(axis=1)):
        good = np.flatnonzero(~dead[row]) if not dead[row].all() else places
        nearest = good[np.abs(places[:, np.newaxis] - good).argmin(axis=1)]
        found[:, row] = found[:, row][:, nearest]
    return found

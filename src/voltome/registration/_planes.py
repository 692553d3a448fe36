"""A plane through heights of which some are wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

MAD_TO_DEVIATION = 1.4826
"""Median absolute deviation to standard deviation, for normal residuals."""

HUBER = 1.345
TRIMMED_AT = 3.0
ROUNDS = 50
STEADY = 1e-12


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane z = at_centre + along_y y + along_x x.

    Attributes
    ----------
    at_centre, along_y, along_x : float
        Its coefficients.
    used : numpy.ndarray of bool
        The points that are no outliers.
    rms : float
        Root mean square residual of these.
    """

    at_centre: float
    along_y: float
    along_x: float
    used: NDArray[np.bool_]
    rms: float

    def at(self, y: Array, x: Array) -> Array:
        """Return the heights of the plane."""
        return self.at_centre + self.along_y * y + self.along_x * x


def robust_plane(y: Array, x: Array, z: Array, *, smallest_deviation: float) -> Plane:
    """Fit a plane by Huber's weights, then by least squares without the points beyond 3 deviations.

    `smallest_deviation` keeps the weights finite where the points lie in a plane.
    """
    design = np.column_stack([np.ones(z.size), y, x])
    weights: Array = np.ones(z.size)
    found: Array = np.zeros(3)
    for _ in range(ROUNDS):
        before = found
        found = _weighted(design, z, weights)
        residual = np.abs(z - design @ found)
        deviation = max(MAD_TO_DEVIATION * float(np.median(residual)), smallest_deviation)
        weights = np.minimum(1.0, HUBER * deviation / np.maximum(residual, smallest_deviation * 1e-6))
        if np.abs(found - before).max() < STEADY * max(1.0, float(np.abs(found).max())):
            break
    used = residual <= TRIMMED_AT * deviation
    at_centre, along_y, along_x = (float(number) for number in _weighted(design, z, used.astype(np.float64)))
    rest = z[used] - design[used] @ np.array([at_centre, along_y, along_x])
    return Plane(at_centre, along_y, along_x, used, float(np.sqrt(np.mean(rest**2))))


def _weighted(design: Array, z: Array, weights: Array) -> Array:
    """Return the coefficients of weighted least squares."""
    root = np.sqrt(weights)
    found: Array = np.linalg.lstsq(design * root[:, np.newaxis], z * root, rcond=None)[0]
    return found

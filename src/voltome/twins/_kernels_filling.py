"""The share of each voxel that a solid fills, at sample points: for the kinds of solids that the twins have."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from voltome.twins.solids import CAPSULE, ELLIPSOID

CLEAR = 1e-9
"""How far beyond doubt a whole voxel must be inside or outside, relative to the solid."""


@numba.njit(cache=True, nogil=True)
def _side(kind, matrix, dz, dy, dx, size):  # type: ignore[no-untyped-def]
    """Return 1 where all points of a voxel about an offset from the centre are inside, -1 where none is, else 0."""
    if kind == CAPSULE:
        axis = matrix[0]
        along = (dz * axis[0] + dy * axis[1] + dx * axis[2]) / (axis[0] ** 2 + axis[1] ** 2 + axis[2] ** 2)
        along = min(1.0, max(0.0, along))
        away = np.sqrt((dz - along * axis[0]) ** 2 + (dy - along * axis[1]) ** 2 + (dx - along * axis[2]) ** 2)
        away /= matrix[1, 0]
        reach = 0.5 * np.sqrt(size[0] ** 2 + size[1] ** 2 + size[2] ** 2) / matrix[1, 0]
        return 1 if away + reach < 1.0 - CLEAR else (-1 if away - reach > 1.0 + CLEAR else 0)
    squares, reaches, nearest, farthest = 0.0, 0.0, 0.0, 0.0
    for row in range(3):
        place = abs(matrix[row, 0] * dz + matrix[row, 1] * dy + matrix[row, 2] * dx)
        reach = 0.5 * (abs(matrix[row, 0]) * size[0] + abs(matrix[row, 1]) * size[1] + abs(matrix[row, 2]) * size[2])
        squares, reaches = squares + place * place, reaches + reach * reach
        nearest, farthest = max(nearest, place - reach), max(farthest, place + reach)
    if kind == ELLIPSOID:
        nearest, farthest = np.sqrt(squares) - np.sqrt(reaches), np.sqrt(squares) + np.sqrt(reaches)
    return 1 if farthest < 1.0 - CLEAR else (-1 if nearest > 1.0 + CLEAR else 0)


@numba.njit(cache=True, nogil=True)
def fill(  # type: ignore[no-untyped-def]
    kind: int,
    centre: NDArray[np.float64],
    matrix: NDArray[np.float64],
    first: NDArray[np.int64],
    size: NDArray[np.float64],
    points: int,
    share: NDArray[Any],
):
    """Write the share of the voxels from `first` on that a solid fills.

    Parameters
    ----------
    kind : int
        What the numbers mean, for an offset d from `centre`. `ELLIPSOID`: inside where |matrix d| <= 1. `BLOCK`: inside
        where no component of matrix d is beyond 1. `CAPSULE`: `centre` is its start, row 0 of the matrix its axis, and
        the first number of row 1 its radius.
    centre, matrix : numpy.ndarray
        float64, shapes (3,) and (3, 3), in um and 1/um.
    first : numpy.ndarray
        int64, index (z, y, x) of the first voxel.
    size : numpy.ndarray
        float64, edges of a voxel in um.
    points : int
        Sample points along each edge of a voxel.
    share : numpy.ndarray of float32
        What is written, shape (z, y, x).
    """
    step_z, step_y, step_x = size[0] / points, size[1] / points, size[2] / points
    axis = matrix[0]
    length2 = axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]
    radius2 = matrix[1, 0] * matrix[1, 0]
    for k in range(share.shape[0]):
        for j in range(share.shape[1]):
            for i in range(share.shape[2]):
                dz = (first[0] + k + 0.5) * size[0] - centre[0]
                dy = (first[1] + j + 0.5) * size[1] - centre[1]
                dx = (first[2] + i + 0.5) * size[2] - centre[2]
                side = _side(kind, matrix, dz, dy, dx, size)
                if side != 0:
                    share[k, j, i] = 1.0 if side > 0 else 0.0
                    continue
                count = 0
                for c in range(points):
                    dz = ((first[0] + k) * points + c + 0.5) * step_z - centre[0]
                    for b in range(points):
                        dy = ((first[1] + j) * points + b + 0.5) * step_y - centre[1]
                        for a in range(points):
                            dx = ((first[2] + i) * points + a + 0.5) * step_x - centre[2]
                            if kind == CAPSULE:
                                along = (dz * axis[0] + dy * axis[1] + dx * axis[2]) / length2
                                along = min(1.0, max(0.0, along))
                                u, v, w = dz - along * axis[0], dy - along * axis[1], dx - along * axis[2]
                                count += u * u + v * v + w * w <= radius2
                            else:
                                u = matrix[0, 0] * dz + matrix[0, 1] * dy + matrix[0, 2] * dx
                                v = matrix[1, 0] * dz + matrix[1, 1] * dy + matrix[1, 2] * dx
                                w = matrix[2, 0] * dz + matrix[2, 1] * dy + matrix[2, 2] * dx
                                if kind == ELLIPSOID:
                                    count += u * u + v * v + w * w <= 1.0
                                else:
                                    count += max(abs(u), max(abs(v), abs(w))) <= 1.0
                share[k, j, i] = count / points**3

"""The share of each voxel that a solid fills, at sample points: for the kinds of solids that the twins have."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from voltome.twins.solids import BLOCK, CAPSULE, ELLIPSOID


@numba.njit(cache=True, nogil=True, inline="always")
def _from_middle(  # type: ignore[no-untyped-def]
    kind: int,
    k: int,
    j: int,
    i: int,
    centre: NDArray[np.float64],
    matrix: NDArray[np.float64],
    size: NDArray[np.float64],
    length2: float,
):
    """Return how far a voxel's centre is from the axis of a capsule, or from that of an ellipsoid in its measure."""
    dz, dy, dx = (k + 0.5) * size[0] - centre[0], (j + 0.5) * size[1] - centre[1], (i + 0.5) * size[2] - centre[2]
    if kind == CAPSULE:
        along = (dz * matrix[0, 0] + dy * matrix[0, 1] + dx * matrix[0, 2]) / length2
        along = min(1.0, max(0.0, along))
        u, v, w = dz - along * matrix[0, 0], dy - along * matrix[0, 1], dx - along * matrix[0, 2]
    else:
        u = matrix[0, 0] * dz + matrix[0, 1] * dy + matrix[0, 2] * dx
        v = matrix[1, 0] * dz + matrix[1, 1] * dy + matrix[1, 2] * dx
        w = matrix[2, 0] * dz + matrix[2, 1] * dy + matrix[2, 2] * dx
    return np.sqrt(u * u + v * v + w * w)


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
    # no point of a voxel is farther from its centre, as the solid measures lengths: a little more, for round-off
    reach = 0.5 * np.sqrt(size[0] * size[0] + size[1] * size[1] + size[2] * size[2]) * (1.0 + 1e-6)
    if kind == ELLIPSOID:
        reach *= np.sqrt((matrix * matrix).sum())
    for k in range(share.shape[0]):
        for j in range(share.shape[1]):
            for i in range(share.shape[2]):
                if kind != BLOCK:
                    middle = _from_middle(kind, first[0] + k, first[1] + j, first[2] + i, centre, matrix, size, length2)
                    edge = abs(matrix[1, 0]) if kind == CAPSULE else 1.0
                    if middle > edge + reach or middle < edge - reach:
                        share[k, j, i] = 1.0 if middle < edge else 0.0
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

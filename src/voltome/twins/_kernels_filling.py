"""The share of each voxel that a solid fills, at sample points: for the kinds of solids that the twins have."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from voltome.twins.solids import CAPSULE, ELLIPSOID


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

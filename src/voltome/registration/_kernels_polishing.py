"""Sums over the voxels of a region from which a small motion follows; each layer has its own, added in fixed order."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True, nogil=True)
def moments(
    fixed: NDArray[Any],
    found: NDArray[Any],
    inside: NDArray[np.bool_],
    start: int,
    stop: int,
    sums: NDArray[np.float64],
) -> None:
    """Write for the layers `start` to `stop` the sums (n, f, m, f f, m m, f m) of fixed values f and found values m.

    Parameters
    ----------
    fixed, found : numpy.ndarray of float32
        Values (z, y, x) of the fixed scan and of the moved one.
    inside : numpy.ndarray of bool
        Which voxels count.
    sums : numpy.ndarray of float64
        What is written, shape (layers, 6).
    """
    for k in range(start, stop):
        n, f, m, ff, mm, fm = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for j in range(fixed.shape[1]):
            for i in range(fixed.shape[2]):
                if inside[k, j, i]:
                    a, b = np.float64(fixed[k, j, i]), np.float64(found[k, j, i])
                    n += 1.0
                    f += a
                    m += b
                    ff += a * a
                    mm += b * b
                    fm += a * b
        sums[k, 0], sums[k, 1], sums[k, 2], sums[k, 3], sums[k, 4], sums[k, 5] = n, f, m, ff, mm, fm


@numba.njit(cache=True, nogil=True)
def equations(
    slopes: NDArray[Any],
    apart: NDArray[Any],
    inside: NDArray[np.bool_],
    middle: NDArray[np.float64],
    size: NDArray[np.float64],
    start: int,
    stop: int,
    left: NDArray[np.float64],
    right: NDArray[np.float64],
) -> None:
    """Write for the layers `start` to `stop` the normal equations of a small rotation and shift.

    Parameters
    ----------
    slopes : numpy.ndarray of float32
        Gradient of the fixed scan per um, shape (3, z, y, x).
    apart : numpy.ndarray of float32
        What the fixed scan has more than the moved one, shape (z, y, x).
    inside : numpy.ndarray of bool
        Which voxels count.
    middle, size : numpy.ndarray of float64
        Point about which is rotated, from the corner of the region, and edges of a voxel (z, y, x), in um.
    left, right : numpy.ndarray of float64
        What is written, shapes (layers, 6, 6) and (layers, 6); the unknowns are radians about and um along z, y, x.
    """
    change = np.empty(6)
    for k in range(start, stop):
        left[k] = 0.0
        right[k] = 0.0
        z = (k + 0.5) * size[0] - middle[0]
        for j in range(apart.shape[1]):
            y = (j + 0.5) * size[1] - middle[1]
            for i in range(apart.shape[2]):
                if not inside[k, j, i]:
                    continue
                x = (i + 0.5) * size[2] - middle[2]
                dz, dy, dx = slopes[0, k, j, i], slopes[1, k, j, i], slopes[2, k, j, i]
                # a point moves by rotation x offset, with z, y, x as the first, second and third axis
                change[0] = dx * y - dy * x
                change[1] = dz * x - dx * z
                change[2] = dy * z - dz * y
                change[3], change[4], change[5] = dz, dy, dx
                for a in range(6):
                    right[k, a] += change[a] * apart[k, j, i]
                    for b in range(a + 1):
                        left[k, a, b] += change[a] * change[b]

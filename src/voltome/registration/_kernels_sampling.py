"""Cubic B-splines and linear interpolation at the voxels of a turned grid."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True, nogil=True, inline="always")
def _mirrored(index: int, count: int) -> int:
    """Return the voxel that stands for one beyond a face: the image is mirrored at the centres of its last voxels."""
    if count == 1:
        return 0
    period = 2 * (count - 1)
    index = abs(index) % period
    return period - index if index >= count else index


@numba.njit(cache=True, nogil=True)
def read_cubic(
    known: NDArray[Any],
    first: NDArray[np.float64],
    matrix: NDArray[np.float64],
    start: int,
    stop: int,
    found: NDArray[Any],
) -> None:
    """Write the layers `start` to `stop` of the spline with coefficients `known`.

    Parameters
    ----------
    known : numpy.ndarray
        float32 or float64, coefficients (z, y, x) of the cubic B-spline, as scipy.ndimage.spline_filter gives them.
    first : numpy.ndarray
        float64 (3,), where voxel (0, 0, 0) of the grid lies, in voxels from the first centre of `known`.
    matrix : numpy.ndarray
        float64 (3, 3), step in `known` for one voxel of the grid along each axis (columns).
    start, stop : int
        Layers to write: each depends on itself alone.
    found : numpy.ndarray
        Of the type of `known`, the values (z, y, x).
    """
    depth, height, width = known.shape
    w = np.empty((3, 4), known.dtype)
    at = np.empty((3, 4), np.int64)
    sizes = (depth, height, width)
    for k in range(start, stop):
        for j in range(found.shape[1]):
            for i in range(found.shape[2]):
                outer = False
                for axis in range(3):
                    place = first[axis] + matrix[axis, 0] * k + matrix[axis, 1] * j + matrix[axis, 2] * i
                    low = np.floor(place)
                    t = place - low
                    s = 1.0 - t
                    w[axis, 0] = s * s * s / 6.0
                    w[axis, 1] = (4.0 - 6.0 * t * t + 3.0 * t * t * t) / 6.0
                    w[axis, 2] = (4.0 - 6.0 * s * s + 3.0 * s * s * s) / 6.0
                    w[axis, 3] = t * t * t / 6.0
                    base = np.int64(low) - 1
                    at[axis, 0] = base
                    outer = bool(outer or base < 0 or base + 3 >= sizes[axis])
                value = known[0, 0, 0] * 0
                if not outer:
                    z, y, x = at[0, 0], at[1, 0], at[2, 0]
                    for c in range(4):
                        plane = known[0, 0, 0] * 0
                        for b in range(4):
                            row = known[z + c, y + b]
                            plane += w[1, b] * (
                                w[2, 0] * row[x] + w[2, 1] * row[x + 1] + w[2, 2] * row[x + 2] + w[2, 3] * row[x + 3]
                            )
                        value += w[0, c] * plane
                else:
                    for axis in range(3):
                        base = at[axis, 0]
                        for step in range(4):
                            at[axis, step] = _mirrored(base + step, sizes[axis])
                    for c in range(4):
                        plane = known[0, 0, 0] * 0
                        for b in range(4):
                            row = known[at[0, c], at[1, b]]
                            plane += w[1, b] * (
                                w[2, 0] * row[at[2, 0]]
                                + w[2, 1] * row[at[2, 1]]
                                + w[2, 2] * row[at[2, 2]]
                                + w[2, 3] * row[at[2, 3]]
                            )
                        value += w[0, c] * plane
                found[k, j, i] = value


@numba.njit(cache=True, nogil=True)
def read_linear(
    known: NDArray[Any],
    first: NDArray[np.float64],
    matrix: NDArray[np.float64],
    start: int,
    stop: int,
    found: NDArray[Any],
) -> None:
    """Write the layers `start` to `stop` of linear interpolation; as `read_cubic`, but `known` are values."""
    depth, height, width = known.shape
    for k in range(start, stop):
        for j in range(found.shape[1]):
            for i in range(found.shape[2]):
                z = first[0] + matrix[0, 0] * k + matrix[0, 1] * j + matrix[0, 2] * i
                y = first[1] + matrix[1, 0] * k + matrix[1, 1] * j + matrix[1, 2] * i
                x = first[2] + matrix[2, 0] * k + matrix[2, 1] * j + matrix[2, 2] * i
                # beyond a face the values of the face go on
                z, y, x = min(max(z, 0.0), depth - 1.0), min(max(y, 0.0), height - 1.0), min(max(x, 0.0), width - 1.0)
                z0, y0, x0 = int(z), int(y), int(x)
                z1, y1, x1 = min(z0 + 1, depth - 1), min(y0 + 1, height - 1), min(x0 + 1, width - 1)
                c, b, a = z - z0, y - y0, x - x0
                near = (1 - b) * ((1 - a) * known[z0, y0, x0] + a * known[z0, y0, x1]) + b * (
                    (1 - a) * known[z0, y1, x0] + a * known[z0, y1, x1]
                )
                far = (1 - b) * ((1 - a) * known[z1, y0, x0] + a * known[z1, y0, x1]) + b * (
                    (1 - a) * known[z1, y1, x0] + a * known[z1, y1, x1]
                )
                found[k, j, i] = (1 - c) * near + c * far


@numba.njit(cache=True, nogil=True)
def read_nearest(
    known: NDArray[Any],
    first: NDArray[np.float64],
    matrix: NDArray[np.float64],
    round_off: float,
    start: int,
    stop: int,
    found: NDArray[Any],
    inside: NDArray[np.bool_],
) -> None:
    """Write the layers `start` to `stop` of the nearest voxels, and whether each place lies within the outer faces.

    A place may miss a face by `round_off` voxels; beyond a face the values of the face go on.
    """
    depth, height, width = known.shape
    for k in range(start, stop):
        for j in range(found.shape[1]):
            for i in range(found.shape[2]):
                z = first[0] + matrix[0, 0] * k + matrix[0, 1] * j + matrix[0, 2] * i
                y = first[1] + matrix[1, 0] * k + matrix[1, 1] * j + matrix[1, 2] * i
                x = first[2] + matrix[2, 0] * k + matrix[2, 1] * j + matrix[2, 2] * i
                inside[k, j, i] = (
                    -0.5 - round_off <= z <= depth - 0.5 + round_off
                    and -0.5 - round_off <= y <= height - 0.5 + round_off
                    and -0.5 - round_off <= x <= width - 0.5 + round_off
                )
                zn = min(max(np.int64(np.floor(z + 0.5)), 0), depth - 1)
                yn = min(max(np.int64(np.floor(y + 0.5)), 0), height - 1)
                xn = min(max(np.int64(np.floor(x + 0.5)), 0), width - 1)
                found[k, j, i] = known[zn, yn, xn]

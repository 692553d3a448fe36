# mypy: disable-error-code="no-untyped-def"
"""How much an image is blurred, by the edges of a phase, and how its grey values bend there.

Blur of the standard deviation s moves the place where the grey value crosses a level by s^2 times the mean curvature of
the surface, towards the side on which it is hollow. What is counted is whole, so the results are the same bits for any
number of threads.
"""

from __future__ import annotations

from math import erf, sqrt
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs, slab_count

Triple = tuple[float, float, float]

FAR = 3
"""Voxels on either side of the surface that must be of its side alone: there its blur ends."""

STRAIGHT = 0.35
"""Slope across over slope along an axis, up to which the axis is taken for the normal of a surface."""

BINS, WIDEST = 300, 3.0
"""Classes of the blur, and its largest, in voxels."""

_STEPS = np.array([(-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)], np.int64)
"""From a voxel outside to the neighbour at each of its sides."""


def blur_of(phase: NDArray[np.bool_], other: NDArray[np.bool_], grey: NDArray[Any], edges: Triple) -> float:
    """Return the standard deviation of the blur in the unit of the edges, with that of voxels and of straight lines.

    For each axis the median over the surfaces across it, where both sides are 3 voxels thick; their root mean square.
    0 where there are none.
    """
    counts = np.zeros((slab_count(phase.shape), 3, BINS), np.int64)
    in_slabs(phase.shape, lambda slab, first, stop: _count_blurs(phase, other, grey, first, stop, counts[slab]))
    widths = []
    for axis, of_axis in enumerate(counts.sum(axis=0)):
        if of_axis.sum():
            middle = int(np.searchsorted(np.cumsum(of_axis), of_axis.sum() / 2))
            widths.append((middle + 0.5) * WIDEST / BINS * edges[axis])
    return sqrt(sum(width * width for width in widths) / len(widths)) if widths else 0.0


@njit(cache=True, nogil=True)
def _value(grey, z, y, x):
    """Return a grey value; beyond the image that of its border."""
    k, j, i = min(max(z, 0), grey.shape[0] - 1), min(max(y, 0), grey.shape[1] - 1), min(max(x, 0), grey.shape[2] - 1)
    return np.float64(grey[k, j, i])


@njit(cache=True, nogil=True)
def _width(drop):
    """Return the blur in voxels at which the grey value falls by this share over a voxel on either side."""
    low, high = 1e-3, WIDEST
    for _ in range(20):
        middle = (low + high) / 2
        if erf(1 / (sqrt(2.0) * middle)) > drop:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@njit(cache=True, nogil=True)
def _blur_at(phase, other, grey, z, y, x, dz, dy, dx):
    """Return the blur in voxels between a voxel outside and its neighbour in the phase, -1 where it is not known."""
    for step in range(FAR):
        oz, oy, ox = z - step * dz, y - step * dy, x - step * dx
        iz, iy, ix = z + (step + 1) * dz, y + (step + 1) * dy, x + (step + 1) * dx
        if min(oz, oy, ox, iz, iy, ix) < 0:
            return -1.0
        if max(oz, iz) >= grey.shape[0] or max(oy, iy) >= grey.shape[1] or max(ox, ix) >= grey.shape[2]:
            return -1.0
        if not other[oz, oy, ox] or not phase[iz, iy, ix]:
            return -1.0
    low, high = _value(grey, z - 2 * dz, y - 2 * dy, x - 2 * dx), _value(grey, z + 3 * dz, y + 3 * dy, x + 3 * dx)
    before, here = _value(grey, z - dz, y - dy, x - dx), _value(grey, z, y, x)
    there, behind = _value(grey, z + dz, y + dy, x + dx), _value(grey, z + 2 * dz, y + 2 * dy, x + 2 * dx)
    half = (low + high) / 2
    if low == high or (here - half) * (there - half) > 0 or here == there:
        return -1.0
    along = abs(there - here)
    for axis in range(3):
        ez, ey, ex = np.int64(axis == 0), np.int64(axis == 1), np.int64(axis == 2)
        if ez * dz + ey * dy + ex * dx == 0:
            across = _value(grey, z + ez, y + ey, x + ex) - _value(grey, z - ez, y - ey, x - ex)
            across += _value(grey, z + dz + ez, y + dy + ey, x + dx + ex)
            across -= _value(grey, z + dz - ez, y + dy - ey, x + dx - ex)
            if abs(across) / 4 > STRAIGHT * along:
                return -1.0
    share = (half - here) / (there - here)
    drop = (there + share * (behind - there) - before - share * (here - before)) / (high - low)
    return _width(drop)


@njit(cache=True, nogil=True)
def _count_blurs(phase, other, grey, first, stop, counts):
    """Count the blurs at the surfaces of a slab, [axis, class]."""
    depth, height, width = phase.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                if not other[z, y, x]:
                    continue
                for side in range(6):
                    dz, dy, dx = _STEPS[side, 0], _STEPS[side, 1], _STEPS[side, 2]
                    if not (0 <= z + dz < depth and 0 <= y + dy < height and 0 <= x + dx < width):
                        continue
                    if not phase[z + dz, y + dy, x + dx]:
                        continue
                    blur = _blur_at(phase, other, grey, z, y, x, dz, dy, dx)
                    if blur >= 0:
                        counts[side // 2, min(BINS - 1, int(blur * BINS / WIDEST))] += 1


@njit(cache=True, nogil=True)
def _bend(grey, edges, z, y, x):
    """Return half the divergence of the direction of the slope at a voxel: the mean curvature of its level."""
    slope, second, mixed = np.empty(3), np.empty(3), np.empty(3)
    here = _value(grey, z, y, x)
    for axis in range(3):
        a, b, c = np.int64(axis == 0), np.int64(axis == 1), np.int64(axis == 2)
        after, before = _value(grey, z + a, y + b, x + c), _value(grey, z - a, y - b, x - c)
        slope[axis] = (after - before) / (2 * edges[axis])
        second[axis] = (after - 2 * here + before) / edges[axis] ** 2
        # the two other axes
        p, q = (axis + 1) % 3, (axis + 2) % 3
        pz, py, px = np.int64(p == 0), np.int64(p == 1), np.int64(p == 2)
        qz, qy, qx = np.int64(q == 0), np.int64(q == 1), np.int64(q == 2)
        corners = _value(grey, z + pz + qz, y + py + qy, x + px + qx)
        corners += _value(grey, z - pz - qz, y - py - qy, x - px - qx)
        corners -= _value(grey, z + pz - qz, y + py - qy, x + px - qx)
        corners -= _value(grey, z - pz + qz, y - py + qy, x - px + qx)
        mixed[axis] = corners / (4 * edges[p] * edges[q])
    square = slope[0] ** 2 + slope[1] ** 2 + slope[2] ** 2
    if square == 0:
        return 0.0
    along = slope[0] ** 2 * second[0] + slope[1] ** 2 * second[1] + slope[2] ** 2 * second[2]
    along += 2 * (slope[1] * slope[2] * mixed[0] + slope[2] * slope[0] * mixed[1] + slope[0] * slope[1] * mixed[2])
    return (second[0] + second[1] + second[2] - along / square) / (2 * sqrt(square))


@njit(cache=True, nogil=True)
def bend_at(grey, edges, place, side, share):
    """Return the mean curvature of the level at a point of the surface, above 0 where the phase bulges outwards.

    The point lies at a share of the way from the voxel `place` outside to its neighbour in the phase.
    """
    height, width = grey.shape[1], grey.shape[2]
    z, y, x = place // width // height, place // width % height, place % width
    iz, iy, ix = z + _STEPS[side, 0], y + _STEPS[side, 1], x + _STEPS[side, 2]
    bend = (1 - share) * _bend(grey, edges, z, y, x) + share * _bend(grey, edges, iz, iy, ix)
    return -bend if grey[iz, iy, ix] > grey[z, y, x] else bend

# mypy: disable-error-code="no-untyped-def"
"""Largest balls finer than the grid: distances to the surface where grey values cross a level, and centres anywhere.

Between a voxel outside and one of the phase at its face the surface is where the grey value, drawn as a straight line,
crosses the level. The distance of a voxel inside is that to the nearest such point, sought around the nearest voxel
outside and among the points of its neighbours. From there a ball grows away from that point until it meets another side
of the body; where that is within the voxel it is a largest ball.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, inf, sqrt
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs
from voltome.morphology._kernels_bends import bend_at
from voltome.morphology._kernels_nearest import write_nearest
from voltome.morphology._kernels_thickness import Triple, bits_of_phase, paint_word

SAME_SIDE = 0.3
"""Cosine of the angle between two directions to the surface above which both are to the same side of a body."""

SLACK = 0.15
"""How far beyond its radius, in shortest edges, a ball holds a voxel: the distances are not exact to the last digit."""

_LEAST = np.float32(1e-3)
_PARTS = 254
_NO_POINT = 255
"""Points lie at so many parts of the way between two voxels; what is noted where there is none."""


_FIRST_STEP, _STEPS_OF_CENTRE = 0.3, 16
"""How a centre is sought: the first step, in shortest edges, and how many."""

_TOUCHING = 0.1
"""How much farther than the nearest point, in shortest edges, a point may be for a ball to touch it."""

_STEPS = np.array([(-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)], np.int64)
"""From a voxel outside to the neighbour at each of its sides."""


@dataclass(frozen=True, slots=True)
class Surface:
    """How far the voxels of a phase are from its surface.

    Attributes
    ----------
    distance : numpy.ndarray of float32
        Distance to the nearest point of the surface, in units in which the edges are; 0 outside the phase.
    points : numpy.ndarray of uint8
        ``[z, y, x, side]``: parts of the way from a voxel outside to its neighbour in the phase where the surface is.
    nearest : numpy.ndarray of int32 or int64
        Flat index into `points` of the nearest point.
    crossed_share : float
        Share of the pairs of neighbours across the surface between whose grey values a level lies.
    """

    distance: NDArray[np.float32]
    points: NDArray[np.uint8]
    nearest: NDArray[Any]
    crossed_share: float


def surface_at_level(
    phase: NDArray[np.bool_], other: NDArray[np.bool_], grey: NDArray[Any], levels: NDArray[np.float64], edges: Triple
) -> Surface:
    """Find the surface of a phase at the levels of the grey values, and how far its voxels are from it."""
    steps = np.array(edges)
    index: Any = np.int32 if 6 * phase.size < 1 << 31 else np.int64
    nearest = np.empty(phase.shape, index)
    write_nearest(other, edges, nearest)
    points = np.empty((*phase.shape, 6), np.uint8)
    found = np.zeros((phase.shape[0], 2), np.int64)
    in_slabs(phase.shape, lambda _, first, stop: _points(phase, other, grey, levels, first, stop, points, found))
    distance = np.zeros(phase.shape, np.float32)
    in_slabs(phase.shape, lambda _, first, stop: _refine(phase, points, steps, first, stop, nearest, distance))
    nearer = np.empty_like(nearest)
    flat = points.ravel()
    in_slabs(phase.shape, lambda _, first, stop: _compare(distance, nearest, flat, steps, first, stop, nearer))
    pairs, crossed = found.sum(axis=0)
    return Surface(distance, points, nearer, float(crossed / pairs))


def largest_free_balls(surface: Surface, edges: Triple, grey: NDArray[Any], blur: float) -> NDArray[np.float32]:
    """Return for every voxel of the phase the radius of the largest ball that holds it; 0 outside.

    What a blur of this standard deviation has taken from a ball, as the grey values bend where it touches, is put back.
    """
    distance, steps = surface.distance, np.array(edges)
    known = (distance, surface.nearest, surface.points.ravel(), steps)
    counts = np.zeros(distance.shape[0] + 1, np.int64)
    largest = np.zeros(distance.shape, np.bool_)
    in_slabs(distance.shape, lambda _, first, stop: _mark(*known, first, stop, largest, counts[1:]))
    starts = np.cumsum(counts)
    balls = np.empty((starts[-1], 4), np.float32)
    in_slabs(distance.shape, lambda _, first, stop: _list(*known, grey, blur, first, stop, largest, starts, balls))
    balls = balls[np.argsort(-balls[:, 3], kind="stable")]
    painted = np.zeros(distance.shape, np.float32)
    in_slabs(distance.shape, lambda _, first, stop: _paint(balls, distance, steps, SLACK, first, stop, painted))
    return np.maximum(painted, distance, out=painted)


@njit(cache=True, nogil=True)
def _crossing(inside, outside, levels):
    """Return how far from the voxel outside to that inside a level is crossed, and whether one is; else half."""
    for level in levels:
        if (inside - level) * (outside - level) <= 0 and inside != outside:
            return (level - outside) / (inside - outside), True
    return 0.5, False


@njit(cache=True, nogil=True)
def _points(phase, other, grey, levels, first, stop, points, found):
    """Note where the surface lies between each voxel outside and its neighbours in the phase, for a slab."""
    depth, height, width = phase.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                for side in range(6):
                    points[z, y, x, side] = _NO_POINT
                    if not other[z, y, x]:
                        continue
                    zz, yy, xx = z + _STEPS[side, 0], y + _STEPS[side, 1], x + _STEPS[side, 2]
                    if not (0 <= zz < depth and 0 <= yy < height and 0 <= xx < width) or not phase[zz, yy, xx]:
                        continue
                    share, met = _crossing(np.float64(grey[zz, yy, xx]), np.float64(grey[z, y, x]), levels)
                    points[z, y, x, side] = round(share * _PARTS)
                    found[z, 0] += 1
                    found[z, 1] += met


@njit(cache=True, nogil=True)
def _refine(phase, points, edges, first, stop, nearest, distance):
    """Write the distance of the voxels of a slab to the surface, and the point that gives it."""
    depth, height, width = phase.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                if not phase[z, y, x]:
                    continue
                near = np.int64(nearest[z, y, x])
                px, rest = near % width, near // width
                py, pz = rest % height, rest // height
                least, chosen = np.inf, np.int64(0)
                for qz in range(max(0, pz - 1), min(depth, pz + 2)):
                    for qy in range(max(0, py - 1), min(height, py + 2)):
                        for qx in range(max(0, px - 1), min(width, px + 2)):
                            for side in range(6):
                                part = points[qz, qy, qx, side]
                                if part == _NO_POINT:
                                    continue
                                share = part / _PARTS
                                dz = edges[0] * (qz + share * _STEPS[side, 0] - z)
                                dy = edges[1] * (qy + share * _STEPS[side, 1] - y)
                                dx = edges[2] * (qx + share * _STEPS[side, 2] - x)
                                away = dz * dz + dy * dy + dx * dx
                                if away < least:
                                    least, chosen = away, ((qz * height + qy) * width + qx) * 6 + side
                distance[z, y, x] = max(sqrt(least), _LEAST)
                nearest[z, y, x] = chosen


@njit(cache=True, nogil=True)
def _from_point(code, part, z, y, x, height, width, edges):
    """Return the steps from a point of the surface to a voxel."""
    side, place = code % 6, code // 6
    share = part / _PARTS
    return (
        edges[0] * (z - place // width // height - share * _STEPS[side, 0]),
        edges[1] * (y - place // width % height - share * _STEPS[side, 1]),
        edges[2] * (x - place % width - share * _STEPS[side, 2]),
    )


@njit(cache=True, nogil=True)
def _compare(distance, nearest, points, edges, first, stop, nearer):
    """Write the nearest among the points of a voxel and its neighbours, and the distance to it, for a slab."""
    depth, height, width = distance.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                if distance[z, y, x] == 0:
                    continue
                nearer[z, y, x], least = nearest[z, y, x], np.float64(distance[z, y, x]) ** 2
                for qz in range(max(0, z - 1), min(depth, z + 2)):
                    for qy in range(max(0, y - 1), min(height, y + 2)):
                        for qx in range(max(0, x - 1), min(width, x + 2)):
                            if distance[qz, qy, qx] > 0:
                                code = np.int64(nearest[qz, qy, qx])
                                dz, dy, dx = _from_point(code, points[code], z, y, x, height, width, edges)
                                square = dz * dz + dy * dy + dx * dx
                                if square < least:
                                    nearer[z, y, x], least = code, square
                distance[z, y, x] = max(np.float32(sqrt(least)), _LEAST)


@njit(cache=True, nogil=True)
def _growth(distance, nearest, points, edges, z, y, x, towards):
    """Write the direction away from the surface, and return how far a ball can grow along it; -1 where it is not held.

    A ball that meets no other side within the reach of its voxel is held by that of a voxel further on, unless there is
    none: then it stays as it is.
    """
    depth, height, width = distance.shape
    code = np.int64(nearest[z, y, x])
    towards[0], towards[1], towards[2] = _from_point(code, points[code], z, y, x, height, width, edges)
    own = max(1e-6, sqrt(towards[0] ** 2 + towards[1] ** 2 + towards[2] ** 2))
    most, longest = 0.05, 1e-6
    for axis in range(3):
        towards[axis] /= own
        most += 0.5 * abs(towards[axis]) * edges[axis]
        longest = max(longest, abs(towards[axis]) / edges[axis])
    grown = inf
    for qz in range(max(0, z - 1), min(depth, z + 2)):
        for qy in range(max(0, y - 1), min(height, y + 2)):
            for qx in range(max(0, x - 1), min(width, x + 2)):
                if distance[qz, qy, qx] == 0:
                    continue
                code = np.int64(nearest[qz, qy, qx])
                dz, dy, dx = _from_point(code, points[code], z, y, x, height, width, edges)
                square = dz * dz + dy * dy + dx * dx
                along = dz * towards[0] + dy * towards[1] + dx * towards[2]
                if along <= SAME_SIDE * sqrt(square) and own - along > 1e-6:
                    grown = min(grown, max(0.0, (square - own * own) / (2 * (own - along))))
    if grown <= most:
        return grown
    nz = z + round(towards[0] / edges[0] / longest)
    ny = y + round(towards[1] / edges[1] / longest)
    nx = x + round(towards[2] / edges[2] / longest)
    beyond = not (0 <= nz < depth and 0 <= ny < height and 0 <= nx < width)
    return 0.0 if beyond or distance[nz, ny, nx] == 0 else -1.0


@njit(cache=True, nogil=True)
def _mark(distance, nearest, points, edges, first, stop, largest, counts):
    """Mark the voxels of a slab whose balls are largest ones, and count them plane by plane."""
    towards = np.empty(3)
    for z in range(first, stop):
        for y in range(distance.shape[1]):
            for x in range(distance.shape[2]):
                if distance[z, y, x] > 0:
                    largest[z, y, x] = _growth(distance, nearest, points, edges, z, y, x, towards) >= 0
                    counts[z] += largest[z, y, x]


@njit(cache=True, nogil=True)
def _points_around(distance, nearest, points, edges, z, y, x, around, codes):
    """Write the steps from a voxel to the nearest points of it and its neighbours, and return how many they are."""
    depth, height, width = distance.shape
    count = 0
    for qz in range(max(0, z - 1), min(depth, z + 2)):
        for qy in range(max(0, y - 1), min(height, y + 2)):
            for qx in range(max(0, x - 1), min(width, x + 2)):
                if distance[qz, qy, qx] > 0:
                    code = np.int64(nearest[qz, qy, qx])
                    dz, dy, dx = _from_point(code, points[code], z, y, x, height, width, edges)
                    around[count, 0], around[count, 1], around[count, 2] = -dz, -dy, -dx
                    codes[count] = code
                    count += 1
    return count


@njit(cache=True, nogil=True)
def _nearest_of(around, count, centre):
    """Return which point is nearest to a centre, and its squared distance."""
    least, chosen = inf, 0
    for point in range(count):
        square = 0.0
        for axis in range(3):
            square += (around[point, axis] - centre[axis]) ** 2
        if square < least:
            least, chosen = square, point
    return chosen, least


@njit(cache=True, nogil=True)
def _widen(around, count, edges, centre, trial):
    """Move a centre from whatever point is nearest, within its voxel, while the ball grows; return its radius.

    From where a ball meets two sides, this follows the middle between them. The radius is the mean over the points that
    the ball touches, as each is off the surface by a few hundredths of a voxel.
    """
    near, square = _nearest_of(around, count, centre)
    step = _FIRST_STEP
    for _ in range(_STEPS_OF_CENTRE):
        away = max(1e-6, sqrt(square))
        for axis in range(3):
            moved = centre[axis] + step * (centre[axis] - around[near, axis]) / away
            half = 0.55 * edges[axis]
            trial[axis] = min(half, max(-half, moved))
        other, wider = _nearest_of(around, count, trial)
        if wider > square:
            near, square = other, wider
            centre[:] = trial
        else:
            step *= 0.6
    total, touched = 0.0, 0
    for point in range(count):
        away = 0.0
        for axis in range(3):
            away += (around[point, axis] - centre[axis]) ** 2
        if sqrt(away) <= sqrt(square) + _TOUCHING:
            total += sqrt(away)
            touched += 1
    return total / touched


@njit(cache=True, nogil=True)
def _bend_where_touched(grey, points, edges, around, codes, count, centre, radius):
    """Return the mean curvature of the grey values, towards the phase, over the points that a ball touches."""
    total, touched = 0.0, 0
    for point in range(count):
        away = 0.0
        for axis in range(3):
            away += (around[point, axis] - centre[axis]) ** 2
        if sqrt(away) <= radius + _TOUCHING:
            side, place = codes[point] % 6, codes[point] // 6
            total += bend_at(grey, edges, place, side, points[codes[point]] / _PARTS)
            touched += 1
    # a ball that touches from within is not wider than the surface bends; the other limit is for noise
    return 0.0 if touched == 0 else min(max(total / touched, -1 / radius), 1 / radius)


@njit(cache=True, nogil=True)
def _list(distance, nearest, points, edges, grey, blur, first, stop, largest, starts, balls):
    """List centre (z, y, x) and radius of the largest balls of a slab."""
    centre, trial, around, codes = np.empty(3), np.empty(3), np.empty((27, 3)), np.empty(27, np.int64)
    for z in range(first, stop):
        entry = starts[z]
        for y in range(distance.shape[1]):
            for x in range(distance.shape[2]):
                if largest[z, y, x]:
                    centre *= _growth(distance, nearest, points, edges, z, y, x, centre)
                    count = _points_around(distance, nearest, points, edges, z, y, x, around, codes)
                    radius = _widen(around, count, edges, centre, trial)
                    if blur > 0:
                        bend = _bend_where_touched(grey, points, edges, around, codes, count, centre, radius)
                        radius += blur * blur * bend
                    balls[entry, 3] = radius
                    balls[entry, 0] = edges[0] * z + centre[0]
                    balls[entry, 1] = edges[1] * y + centre[1]
                    balls[entry, 2] = edges[2] * x + centre[2]
                    entry += 1


@njit(cache=True, nogil=True)
def _paint(balls, distance, edges, slack, first, stop, painted):
    """Paint the balls, which come largest first, into the planes from `first` to `stop`."""
    _, height, width = painted.shape
    words = (width + 63) // 64
    unpainted, flat = bits_of_phase(distance, first, stop), painted.ravel()
    for ball in range(balls.shape[0]):
        own = balls[ball, 3]
        reach, cz, cy, cx = own + slack, balls[ball, 0], balls[ball, 1], balls[ball, 2]
        for z in range(max(first, ceil((cz - reach) / edges[0])), min(stop, floor((cz + reach) / edges[0]) + 1)):
            left_z = reach * reach - (edges[0] * z - cz) ** 2
            half_y = sqrt(max(0.0, left_z))
            for y in range(max(0, ceil((cy - half_y) / edges[1])), min(height, floor((cy + half_y) / edges[1]) + 1)):
                half = sqrt(max(0.0, left_z - (edges[1] * y - cy) ** 2))
                left = max(0, ceil((cx - half) / edges[2]))
                right = min(width - 1, floor((cx + half) / edges[2]))
                if left > right:
                    continue
                word, at = ((z - first) * height + y) * words, (z * height + y) * width
                for part in range(left >> 6, (right >> 6) + 1):
                    start = part << 6
                    low, high = max(left - start, 0), min(right - start, 63)
                    paint_word(unpainted, word + part, low, high, flat, at + start, own)

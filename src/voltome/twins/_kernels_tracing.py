"""Path lengths of parallel rays in solids, from closed forms; rays meet what the earlier solid has left."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from voltome.twins._kernels_filling import rough_radius
from voltome.twins.solids import BLOCK, CAPSULE, CYLINDER, ELLIPSOID, SHELL

FAR = 1e300
"""Beyond every place along a ray."""

MOST_PIECES = 64
"""Pieces that one solid may cut out of a ray: rough spheres have more than one."""

CLOSE, MOST_TRIALS = 1e-9, 60
"""So near to a rough surface, relative to the sphere, a crossing is found, and trials at most."""

STEPS_PER_WAVE = 12
"""Shortest step of a ray near a rough surface, in parts of the shortest length over which that varies."""


@numba.njit(cache=True, nogil=True)
def _between_roots(a, b, c):  # type: ignore[no-untyped-def]
    """Return where a t^2 + 2 b t + c <= 0, an empty piece (start beyond stop) where it never is."""
    if a <= 1e-300:
        return (-FAR, FAR) if c <= 0 else (FAR, -FAR)
    under = b * b - a * c
    if under <= 0:
        return FAR, -FAR
    root = np.sqrt(under)
    return (-b - root) / a, (-b + root) / a


@numba.njit(cache=True, nogil=True)
def _ball(o0, o1, o2, d0, d1, d2, radius):  # type: ignore[no-untyped-def]
    """Return the piece of a ray in a ball about the origin."""
    a, b = d0 * d0 + d1 * d1 + d2 * d2, o0 * d0 + o1 * d1 + o2 * d2
    # from the ray's point nearest to the middle: o * o - radius^2 would lose digits far from it
    m0, m1, m2 = o0 - b / a * d0, o1 - b / a * d1, o2 - b / a * d2
    start, stop = _between_roots(a, 0.0, m0 * m0 + m1 * m1 + m2 * m2 - radius * radius)
    return start - b / a, stop - b / a


@numba.njit(cache=True, nogil=True)
def _slab(o, d, low, high):  # type: ignore[no-untyped-def]
    """Return where low <= o + t d <= high."""
    if abs(d) <= 1e-15:
        return (-FAR, FAR) if low <= o <= high else (FAR, -FAR)
    first, second = (low - o) / d, (high - o) / d
    return min(first, second), max(first, second)


@numba.njit(cache=True, nogil=True)
def _rod(matrix, o0, o1, o2, d0, d1, d2):  # type: ignore[no-untyped-def]
    """Return the piece of a ray in a cylinder with flat ends."""
    axis = matrix[0]
    long2 = axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]
    along_o = (o0 * axis[0] + o1 * axis[1] + o2 * axis[2]) / long2
    along_d = (d0 * axis[0] + d1 * axis[1] + d2 * axis[2]) / long2
    p0, p1, p2 = o0 - along_o * axis[0], o1 - along_o * axis[1], o2 - along_o * axis[2]
    q0, q1, q2 = d0 - along_d * axis[0], d1 - along_d * axis[1], d2 - along_d * axis[2]
    if q0 * q0 + q1 * q1 + q2 * q2 <= 1e-28:  # along the axis
        inside = p0 * p0 + p1 * p1 + p2 * p2 <= matrix[1, 0] ** 2
        start, stop = (-FAR, FAR) if inside else (FAR, -FAR)
    else:
        start, stop = _ball(p0, p1, p2, q0, q1, q2, matrix[1, 0])
    first, last = _slab(along_o, along_d, 0.0, 1.0)
    return max(start, first), min(stop, last)


@numba.njit(cache=True, nogil=True)
def _convex(kind, matrix, o0, o1, o2, d0, d1, d2):  # type: ignore[no-untyped-def]
    """Return the piece of a ray in a convex solid, from its origin o in units of its direction d."""
    if kind == ELLIPSOID or kind == BLOCK:
        u0 = matrix[0, 0] * o0 + matrix[0, 1] * o1 + matrix[0, 2] * o2
        u1 = matrix[1, 0] * o0 + matrix[1, 1] * o1 + matrix[1, 2] * o2
        u2 = matrix[2, 0] * o0 + matrix[2, 1] * o1 + matrix[2, 2] * o2
        w0 = matrix[0, 0] * d0 + matrix[0, 1] * d1 + matrix[0, 2] * d2
        w1 = matrix[1, 0] * d0 + matrix[1, 1] * d1 + matrix[1, 2] * d2
        w2 = matrix[2, 0] * d0 + matrix[2, 1] * d1 + matrix[2, 2] * d2
        if kind == ELLIPSOID:
            return _ball(u0, u1, u2, w0, w1, w2, 1.0)
        start, stop = _slab(u0, w0, -1.0, 1.0)
        first, last = _slab(u1, w1, -1.0, 1.0)
        start, stop = max(start, first), min(stop, last)
        first, last = _slab(u2, w2, -1.0, 1.0)
        return max(start, first), min(stop, last)
    start, stop = _rod(matrix, o0, o1, o2, d0, d1, d2)
    if kind == CAPSULE:  # convex: from where the ray enters any of its three parts to where it leaves the last
        if start > stop:
            start, stop = FAR, -FAR
        for end in range(2):
            e0, e1, e2 = o0 - end * matrix[0, 0], o1 - end * matrix[0, 1], o2 - end * matrix[0, 2]
            first, last = _ball(e0, e1, e2, d0, d1, d2, matrix[1, 0])
            if first < last:
                start, stop = min(start, first), max(stop, last)
    return start, stop


@numba.njit(cache=True, nogil=True)
def _depth(matrix, t, o0, o1, o2, d0, d1, d2):  # type: ignore[no-untyped-def]
    """Return how deep in a rough sphere a place on a ray is, below 0 outside."""
    p0, p1, p2 = o0 + t * d0, o1 + t * d1, o2 + t * d2
    length = np.sqrt(p0 * p0 + p1 * p1 + p2 * p2)
    if length <= matrix[0, 2]:
        return matrix[0, 2] - length + 1e-300
    return rough_radius(matrix, p0, p1, p2, length) - length


@numba.njit(cache=True, nogil=True)
def _crossing(matrix, low, high, under, over, o0, o1, o2, d0, d1, d2):  # type: ignore[no-untyped-def]
    """Return where a ray crosses a rough surface between two places of known depths: regula falsi, Illinois's way."""
    side = 0
    for _ in range(MOST_TRIALS):
        place = (low * over - high * under) / (over - under)
        found = _depth(matrix, place, o0, o1, o2, d0, d1, d2)
        if abs(found) < CLOSE * matrix[0, 3] or high - low < CLOSE * matrix[0, 3]:
            return place
        if (found >= 0) == (over >= 0):
            high, over = place, found
            under, side = (0.5 * under if side == 1 else under), 1
        else:
            low, under = place, found
            over, side = (0.5 * over if side == -1 else over), -1
    return 0.5 * (low + high)


@numba.njit(cache=True, nogil=True)
def _rough(matrix, o0, o1, o2, d0, d1, d2, starts, stops):  # type: ignore[no-untyped-def]
    """Write the pieces of a ray in a rough sphere: steps along the ray, then its crossings. Return their number."""
    first, last = _ball(o0, o1, o2, d0, d1, d2, matrix[0, 3])
    if first >= last:
        return 0
    core_first, core_last = _ball(o0, o1, o2, d0, d1, d2, matrix[0, 2])
    finest, steepest = matrix[1, 0] / STEPS_PER_WAVE, matrix[1, 1]
    count = 0
    here, depth, inside = first, min(-1e-300, _depth(matrix, first, o0, o1, o2, d0, d1, d2)), False
    while here < last:
        ahead = min(last, here + max(finest, abs(depth) / steepest))
        if inside and core_first < ahead < core_last:
            ahead = core_last
        deeper = _depth(matrix, ahead, o0, o1, o2, d0, d1, d2)
        if ahead >= last:
            deeper = min(-1e-300, deeper)
        if (deeper >= 0) != inside:
            place = _crossing(matrix, here, ahead, depth, deeper, o0, o1, o2, d0, d1, d2)
            if inside:
                stops[count] = place
                count += 1
                if count == MOST_PIECES:
                    return count
            else:
                starts[count] = place
            inside = not inside
        here, depth = ahead, deeper
    return count


@numba.njit(cache=True, nogil=True)
def _pieces(kind, matrix, o0, o1, o2, d0, d1, d2, starts, stops):  # type: ignore[no-untyped-def]
    """Write the pieces of a ray in any solid, about its centre. Return their number."""
    if kind == SHELL:
        outer, beyond = _ball(o0, o1, o2, d0, d1, d2, matrix[0, 0])
        inner, behind = _ball(o0, o1, o2, d0, d1, d2, matrix[1, 0])
        if outer >= beyond:
            return 0
        starts[0], stops[0] = outer, beyond
        if inner >= behind:
            return 1
        stops[0], starts[1], stops[1] = inner, behind, beyond
        return 2
    if kind == ELLIPSOID or kind == BLOCK or kind == CAPSULE or kind == CYLINDER:
        starts[0], stops[0] = _convex(kind, matrix, o0, o1, o2, d0, d1, d2)
        return 1 if starts[0] < stops[0] else 0
    return _rough(matrix, o0, o1, o2, d0, d1, d2, starts, stops)


@numba.njit(cache=True, nogil=True)
def _take(start, stop, taken_starts, taken_stops, taken):  # type: ignore[no-untyped-def]
    """Return how much of a piece is free, and how many pieces are taken with it: they stay in order and apart."""
    free = stop - start
    low, high = start, stop
    kept, place = 0, 0
    for number in range(taken):
        first, last = taken_starts[number], taken_stops[number]
        if last < start or first > stop:
            if last < start:
                place = kept + 1
            taken_starts[kept], taken_stops[kept] = first, last
            kept += 1
        else:
            free -= min(last, stop) - max(first, start)
            low, high = min(low, first), max(high, last)
    for number in range(kept, place, -1):
        taken_starts[number], taken_stops[number] = taken_starts[number - 1], taken_stops[number - 1]
    taken_starts[place], taken_stops[place] = low, high
    return max(0.0, free), kept + 1


@numba.njit(cache=True, nogil=True)
def trace(  # type: ignore[no-untyped-def]
    kinds: NDArray[np.int64],
    materials: NDArray[np.int64],
    centres: NDArray[np.float64],
    lows: NDArray[np.float64],
    highs: NDArray[np.float64],
    matrices: NDArray[np.float64],
    firsts: NDArray[np.int64],
    axis: NDArray[np.float64],
    cosine: float,
    sine: float,
    heights: NDArray[np.float64],
    places: NDArray[np.float64],
    lengths: NDArray[np.float64],
):
    """Add the path lengths of the parallel rays of one view in the materials of a scene.

    Parameters
    ----------
    kinds, materials : numpy.ndarray
        int64: kind of every solid (`voltome.twins.solids.Numbers`), and which layer of `lengths` its material is.
    centres, lows, highs : numpy.ndarray
        float64, shape (solid, 3): centres and bounds (z, y, x) in um.
    matrices, firsts : numpy.ndarray
        float64, shape (row, 4), and int64, shape (solid + 1,): the matrices below each other, and where each begins.
    axis : numpy.ndarray
        float64, (y, x) of the axis of rotation in um.
    cosine, sine : float
        Of the angle of the view.
    heights : numpy.ndarray
        float64, z in um of every row of rays, in any order.
    places : numpy.ndarray
        float64, rising and equally spaced: place across the axis in um of every column of rays.
    lengths : numpy.ndarray
        float64, shape (material, row, column), to which path lengths in um are added.
    """
    solids, columns = len(kinds), len(places)
    pitch = places[1] - places[0] if columns > 1 else 1.0
    left, right = np.empty(solids, np.int64), np.empty(solids, np.int64)
    for solid in range(solids):
        middle_y = 0.5 * (lows[solid, 1] + highs[solid, 1]) - axis[0]
        middle_x = 0.5 * (lows[solid, 2] + highs[solid, 2]) - axis[1]
        middle = middle_x * cosine + middle_y * sine
        half = 0.5 * abs(cosine) * (highs[solid, 2] - lows[solid, 2])
        half += 0.5 * abs(sine) * (highs[solid, 1] - lows[solid, 1])
        first = np.floor((middle - half - places[0]) / pitch)
        last = np.ceil((middle + half - places[0]) / pitch) + 1
        left[solid], right[solid] = max(0, min(columns, int(first))), max(0, min(columns, int(last)))
    starts, stops = np.empty(MOST_PIECES), np.empty(MOST_PIECES)
    taken_starts, taken_stops = np.empty(MOST_PIECES * 4), np.empty(MOST_PIECES * 4)
    ends = np.empty(columns + 1, np.int64)
    for row in range(len(heights)):
        # which solids meet which column of this row, in the order of the scene
        ends[:] = 0
        for solid in range(solids):
            if lows[solid, 0] <= heights[row] <= highs[solid, 0]:
                for column in range(left[solid], right[solid]):
                    ends[column + 1] += 1
        for column in range(columns):
            ends[column + 1] += ends[column]
        met = np.empty(ends[columns], np.int64)
        filled = ends[:columns].copy()
        for solid in range(solids):
            if lows[solid, 0] <= heights[row] <= highs[solid, 0]:
                for column in range(left[solid], right[solid]):
                    met[filled[column]] = solid
                    filled[column] += 1
        for column in range(columns):
            taken = 0
            for entry in range(ends[column], ends[column + 1]):
                solid = met[entry]
                o0 = heights[row] - centres[solid, 0]
                o1 = axis[0] + places[column] * sine - centres[solid, 1]
                o2 = axis[1] + places[column] * cosine - centres[solid, 2]
                matrix = matrices[firsts[solid] : firsts[solid + 1]]
                count = _pieces(kinds[solid], matrix, o0, o1, o2, 0.0, cosine, -sine, starts, stops)
                for piece in range(count):
                    if taken + 1 >= len(taken_starts):
                        longer_starts, longer_stops = np.empty(2 * taken + 2), np.empty(2 * taken + 2)
                        longer_starts[:taken], longer_stops[:taken] = taken_starts[:taken], taken_stops[:taken]
                        taken_starts, taken_stops = longer_starts, longer_stops
                    free, taken = _take(starts[piece], stops[piece], taken_starts, taken_stops, taken)
                    lengths[materials[solid], row, column] += free

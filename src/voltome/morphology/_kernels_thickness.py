# mypy: disable-error-code="no-untyped-def"
"""Local thickness, exact on the grid: every voxel gets the largest ball inside the phase that holds it.

A ball is given by its centre, a voxel, and the squared distance from there to the nearest voxel outside the phase; it
holds the voxels whose centres are nearer. Most balls are held by a larger one beside them but for a few voxels at their
rim. So a ball of which no neighbour holds nearly all is painted whole, the largest ball first and each voxel once; of
the others only the rim is painted, where it is larger than what is there. Every voxel ends with the largest value, in
whatever order the rims come, so the result does not depend on the number of threads.
"""

from __future__ import annotations

from itertools import permutations, product
from math import sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs

Triple = tuple[float, float, float]

TIE = 1e-6
"""On voxels that are no cubes, squared distances that differ by a smaller share are equal, as rounding parts them."""

_CUBE = (1.0, 1.0, 1.0)
_LEVELS_PER_UNIT = 8
_MOST_LEVELS = 1 << 16
_LONGEST_RIM = 96
_MOST_RIM_ENTRIES = 1 << 23

_HELD = 255
_WHOLE = 254
INNER = 253
"""What is noted of a ball: held by a neighbour, to be painted whole, not needed, or else the move to a neighbour."""


def largest_balls(
    squared: NDArray[np.float32], edges: Triple, noted: NDArray[np.uint8] | None = None
) -> NDArray[np.float32]:
    """Return for every voxel the largest squared radius of the balls that hold it; 0 outside the phase.

    Parameters
    ----------
    squared : numpy.ndarray of float32
        Squared distance to the nearest voxel outside, in units in which `edges` are; 0 outside the phase.
    edges : tuple of float
        Edges of a voxel along (z, y, x), the smallest 1.
    noted : numpy.ndarray of uint8, optional
        `INNER` where a ball has no voxel that the balls of others, and the radii at the voxels themselves, do not
        give; 0 elsewhere. Written over.
    """
    cubes = edges == _CUBE
    highest = float(squared.max())
    scale = 1.0 if cubes else min(float(_LEVELS_PER_UNIT), _MOST_LEVELS / highest)
    moves, kinds, classes, turns = _moves(cubes)
    steps, tie = np.array(edges), 0.0 if cubes else TIE
    levels = int(highest * scale) + 1
    length = max(1, min(_LONGEST_RIM, _MOST_RIM_ENTRIES // (len(kinds) * (levels + 1))))
    away, rims = _rims(kinds, steps, levels, scale, tie, length)
    noted = np.zeros(squared.shape, np.uint8) if noted is None else noted
    in_slabs(
        squared.shape,
        lambda _slab, first, stop: _note(squared, moves, classes, away, scale, first, stop, noted),
    )
    whole = np.flatnonzero(noted == _WHOLE)
    whole = whole[np.argsort(-squared.ravel()[whole], kind="stable")]
    painted = np.zeros(squared.shape, np.float32)

    def paint(_slab: int, first: int, stop: int) -> None:
        _paint_whole(whole, squared, steps, tie, first, stop, painted)
        reach = int(sqrt(highest) / edges[0]) + 1
        _paint_rims(squared, noted, moves, classes, turns, away, rims, steps, tie, scale, reach, first, stop, painted)

    in_slabs(squared.shape, paint)
    return np.maximum(painted, squared, out=painted)  # a ball holds its centre; that of an inner one was not painted


def _moves(cubes: bool) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the moves to 26 neighbours, the kinds of move, the kind of each, and how a kind is turned into it.

    A turn is (axis, sign) for each axis: entry i of a turned vector is sign_i times entry axis_i of the vector.
    """
    moves = sorted((step for step in product((-1, 0, 1), repeat=3) if any(step)), key=lambda s: sum(map(abs, s)))
    kinds: list[tuple[int, ...]] = []
    classes, turns = [], []
    for move in moves:
        size = tuple(map(abs, move))
        kind = tuple(sorted(size, reverse=True)) if cubes else size
        if kind not in kinds:
            kinds.append(kind)
        axes = next(order for order in permutations(range(3)) if tuple(kind[axis] for axis in order) == size)
        classes.append(kinds.index(kind))
        turns.append([(axis, -1 if step < 0 else 1) for axis, step in zip(axes, move, strict=True)])
    return np.array(moves), np.array(kinds), np.array(classes), np.array(turns)


@njit(cache=True, nogil=True)
def _voxels_by_level(edges, levels, scale):
    """Return the steps (z, y, x), none negative, sorted by level, and where each level starts."""
    ez, ey, ex = edges[0] ** 2, edges[1] ** 2, edges[2] ** 2
    limit = (levels + 1) / scale
    most_z, most_y, most_x = int(sqrt(limit / ez)) + 1, int(sqrt(limit / ey)) + 1, int(sqrt(limit / ex)) + 1
    starts = np.zeros(levels + 2, np.int64)
    voxels = np.empty((0, 3), np.int16)
    for listing in range(2):
        if listing:
            for level in range(levels + 1):
                starts[level + 1] += starts[level]
            voxels = np.empty((starts[levels + 1], 3), np.int16)
            filled = starts.copy()
        else:
            filled = starts
        for z in range(most_z + 1):
            for y in range(most_y + 1):
                for x in range(most_x + 1):
                    level = int((ez * z * z + ey * y * y + ex * x * x) * scale)
                    if level > levels:
                        break
                    if listing:
                        at = filled[level]
                        voxels[at, 0], voxels[at, 1], voxels[at, 2] = z, y, x
                        filled[level] += 1
                    else:
                        starts[level + 1] += 1
    return voxels, starts


@njit(cache=True, nogil=True)
def _rims(kinds, edges, levels, scale, tie, length):
    """Return, for every kind of move and level, the voxels of a ball that are farthest from the neighbour.

    Returns ``away[kind, level, i]``, the squared distance to the neighbour in descending order, 0 where the ball has no
    more voxels, and ``rims[kind, level, i]``, the steps from the centre. The level of a ball is its squared radius
    times `scale`. On cubes that is exact, and the open ball holds the voxels of lower levels; elsewhere those of its
    level are taken, too, and distances a little long, so that no voxel of a rim is missed.
    """
    ez, ey, ex = edges[0] ** 2, edges[1] ** 2, edges[2] ** 2
    voxels, starts = _voxels_by_level(edges, levels, scale)
    away = np.zeros((kinds.shape[0], levels + 1, length), np.float32)
    rims = np.zeros((kinds.shape[0], levels + 1, length, 3), np.int16)
    for kind in range(kinds.shape[0]):
        a, b, c = kinds[kind, 0], kinds[kind, 1], kinds[kind, 2]
        far, rim = np.zeros(length, np.float32), np.zeros((length, 3), np.int16)
        for level in range(levels + 1):
            if tie == 0:
                _copy_rim(far, rim, away[kind, level], rims[kind, level])
            for entry in range(starts[level], starts[level + 1]):
                z, y, x = np.int64(voxels[entry, 0]), np.int64(voxels[entry, 1]), np.int64(voxels[entry, 2])
                for signs in range(8):
                    vz, vy, vx = z * (1 - 2 * (signs & 1)), y * (1 - (signs & 2)), x * (1 - (signs & 4) // 2)
                    if (z == 0 and signs & 1) or (y == 0 and signs & 2) or (x == 0 and signs & 4):
                        continue
                    squared = ez * (vz - a) ** 2 + ey * (vy - b) ** 2 + ex * (vx - c) ** 2
                    _keep_farthest(far, rim, np.float32(squared * (1 + 3 * tie)), vz, vy, vx)
            if tie > 0:
                _copy_rim(far, rim, away[kind, level], rims[kind, level])
    return away, rims


@njit(cache=True, nogil=True)
def _copy_rim(far, rim, into_far, into_rim):
    """Copy a rim; written out, as assigning slices takes seconds to compile."""
    for place in range(far.size):
        into_far[place] = far[place]
        for axis in range(3):
            into_rim[place, axis] = rim[place, axis]


@njit(cache=True, nogil=True)
def _keep_farthest(far, rim, squared, vz, vy, vx):
    """Put a voxel at its place among the farthest, and drop the last, unless it is nearer than all of them."""
    place = far.size - 1
    if squared <= far[place]:
        return
    while place > 0 and far[place - 1] < squared:
        far[place] = far[place - 1]
        for axis in range(3):
            rim[place, axis] = rim[place - 1, axis]
        place -= 1
    far[place] = squared
    rim[place, 0], rim[place, 1], rim[place, 2] = vz, vy, vx


@njit(cache=True, nogil=True)
def _largest_neighbours(squared, z, y, moves, classes, largest):
    """Write, for every voxel of a row, the largest squared radius among its neighbours by kind of move."""
    depth, height, width = squared.shape
    largest[:] = 0
    for move in range(moves.shape[0]):
        zz, yy, dx = z + moves[move, 0], y + moves[move, 1], moves[move, 2]
        if not (0 <= zz < depth and 0 <= yy < height):
            continue
        first, stop = max(0, -dx), min(width, width - dx)
        there, so_far = squared[zz, yy, first + dx : stop + dx], largest[classes[move], first:stop]
        for x in range(there.size):
            so_far[x] = there[x] if there[x] > so_far[x] else so_far[x]


@njit(cache=True, nogil=True)
def _note(squared, moves, classes, away, scale, first, stop, noted):
    """Note of every ball centred in the planes from `first` to `stop` the neighbour that leaves the shortest rim.

    The neighbour must come before in the order by size and then by place; so its own voxels are all painted, by
    itself, by its neighbour, and so on up to one that is painted whole.
    """
    kinds = away.shape[0]
    largest = np.empty((kinds, squared.shape[2]), np.float32)
    for z in range(first, stop):
        for y in range(squared.shape[1]):
            _largest_neighbours(squared, z, y, moves, classes, largest)
            for x in range(squared.shape[2]):
                own = squared[z, y, x]
                if noted[z, y, x] == INNER:
                    continue
                held = own == 0
                if not held:
                    level = int(own * scale)
                    for kind in range(kinds):
                        held |= away[kind, level, 0] < largest[kind, x]
                if held:
                    noted[z, y, x] = _HELD
                else:
                    noted[z, y, x] = _best_neighbour(squared, noted, z, y, x, moves, classes, away, level)


@njit(cache=True, nogil=True)
def _best_neighbour(squared, noted, z, y, x, moves, classes, away, level):
    """Return the move to the neighbour that leaves the shortest rim of a ball, or that it is to be painted whole.

    An inner ball of the same size is no such neighbour: its voxels are painted by those that would lean on it.
    """
    depth, height, width = squared.shape
    own = squared[z, y, x]
    best, shortest = _WHOLE, away.shape[2]
    for move in range(moves.shape[0]):
        dz, dy, dx = moves[move, 0], moves[move, 1], moves[move, 2]
        if not (0 <= z + dz < depth and 0 <= y + dy < height and 0 <= x + dx < width):
            continue
        other = squared[z + dz, y + dy, x + dx]
        if other < own or not away[classes[move], level, shortest - 1] < other:
            continue
        if other == own and (dz > 0 or (dz == 0 and (dy > 0 or (dy == 0 and dx > 0)))):
            continue
        if other == own and noted[z + dz, y + dy, x + dx] == INNER:
            continue
        best = move
        while away[classes[move], level, shortest - 1] < other:
            shortest -= 1
    return best


@njit(cache=True, nogil=True)
def _paint_rims(squared, noted, moves, classes, turns, away, rims, edges, tie, scale, reach, first, stop, painted):
    """Paint what each ball has beyond its neighbour's, where that is more than what is there."""
    depth, height, width = squared.shape
    ez, ey, ex = edges[0] ** 2, edges[1] ** 2, edges[2] ** 2
    for z in range(max(0, first - reach), min(depth, stop + reach)):
        for y in range(height):
            for x in range(width):
                move = noted[z, y, x]
                if move >= INNER:
                    continue
                own = squared[z, y, x]
                limit = own * (1 - tie)
                level, kind = int(own * scale), classes[move]
                turn = turns[move]
                other = squared[z + moves[move, 0], y + moves[move, 1], x + moves[move, 2]]
                for entry in range(away.shape[2]):
                    if away[kind, level, entry] < other:
                        break
                    voxel = rims[kind, level, entry]
                    vz = np.int64(voxel[turn[0, 0]]) * turn[0, 1]
                    vy = np.int64(voxel[turn[1, 0]]) * turn[1, 1]
                    vx = np.int64(voxel[turn[2, 0]]) * turn[2, 1]
                    zz, yy, xx = z + vz, y + vy, x + vx
                    if not (first <= zz < stop and 0 <= yy < height and 0 <= xx < width):
                        continue
                    if tie > 0 and not ez * vz * vz + ey * vy * vy + ex * vx * vx < limit:
                        continue
                    if painted[zz, yy, xx] < own and squared[zz, yy, xx] > 0:
                        painted[zz, yy, xx] = own


@njit(cache=True, nogil=True)
def _rows_of_ball(limit, edges, rows):
    """List (dz, dy, half width) of the rows of the open ball of squared radius `limit`; return how many."""
    ez, ey, ex = edges[0] ** 2, edges[1] ** 2, edges[2] ** 2
    count = 0
    most_z, most_y = int(sqrt(limit / ez)) + 1, int(sqrt(limit / ey)) + 1
    for dz in range(-most_z, most_z + 1):
        for dy in range(-most_y, most_y + 1):
            rest = limit - ez * dz * dz - ey * dy * dy
            if rest <= 0:
                continue
            half = int(sqrt(rest / ex))
            while half > 0 and ex * half * half >= rest:
                half -= 1
            while ex * (half + 1) * (half + 1) < rest:
                half += 1
            rows[count, 0], rows[count, 1], rows[count, 2] = dz, dy, half
            count += 1
    return count


@njit(cache=True, nogil=True)
def bits_of_phase(squared, first, stop):
    """Return one bit for every voxel of the planes from `first` to `stop`, set in the phase; whole words for a row."""
    _, height, width = squared.shape
    words = (width + 63) // 64
    bits = np.zeros((stop - first) * height * words, np.uint64)
    for z in range(first, stop):
        for y in range(height):
            at = ((z - first) * height + y) * words
            for x in range(width):
                bits[at + (x >> 6)] |= np.uint64(squared[z, y, x] > 0) << np.uint64(x & 63)
    return bits


@njit(cache=True, nogil=True)
def paint_word(bits, word, low, high, flat, at, value):
    """Give `value` to the voxels from `low` to `high` of a word that starts `at`, where its bit is set; clear those."""
    span = (np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(63 - (high - low))) << np.uint64(low)
    new = bits[word] & span
    if new != 0:
        bits[word] ^= new
        new >>= np.uint64(low)
        place = at + low
        while new != 0:
            if new & np.uint64(1):
                flat[place] = value
            new >>= np.uint64(1)
            place += 1


@njit(cache=True, nogil=True)
def _paint_whole(centres, squared, edges, tie, first, stop, painted):
    """Paint the balls at `centres`, which come largest first, into the planes from `first` to `stop`."""
    if centres.size == 0:
        return
    _, height, width = painted.shape
    words = (width + 63) // 64
    unpainted = bits_of_phase(squared, first, stop)
    radii, flat = squared.ravel(), painted.ravel()
    largest = sqrt(radii[centres[0]])
    widest_z, widest_y = int(largest / edges[0]) + 2, int(largest / edges[1]) + 2
    rows = np.empty(((2 * widest_z + 1) * (2 * widest_y + 1), 3), np.int64)
    count, shape_of = 0, np.float32(-1)
    for ball in range(centres.size):
        own = radii[centres[ball]]
        x, rest = centres[ball] % width, centres[ball] // width
        y, z = rest % height, rest // height
        if own != shape_of:
            shape_of = own
            count = _rows_of_ball(own * (1 - tie), edges, rows)
        reach = -rows[0, 0]
        if z + reach < first or z - reach >= stop:
            continue
        for row in range(count):
            zz, yy, half = z + rows[row, 0], y + rows[row, 1], rows[row, 2]
            if first <= zz < stop and 0 <= yy < height:
                left, right = max(x - half, 0), min(x + half, width - 1)
                word, at = ((zz - first) * height + yy) * words, (zz * height + yy) * width
                for part in range(left >> 6, (right >> 6) + 1):
                    start = part << 6
                    low, high = max(left - start, 0), min(right - start, 63)
                    paint_word(unpainted, word + part, low, high, flat, at + start, own)

# mypy: disable-error-code="no-untyped-def"
"""Which ball can reach a voxel from the inlet: the widest of all ways, each as wide as its narrowest place.

From every voxel the distance rises, step by step, to a summit; the voxels of one summit are its hill. A way to a voxel
is as wide as the voxel allows and as the way to its summit is, so the ways from hill to hill are enough. Hills are
taken in falling order of the width of their way, and each widens those beside it, over the voxels at its rim.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs
from voltome.morphology._kernels_thickness import INNER, TIE, Triple

_CUBE = (1.0, 1.0, 1.0)
_LEVELS_PER_UNIT = 8
_MOST_LEVELS = 1 << 16

_SUMMIT, _OUTSIDE = 254, 255
"""In place of the step upwards: there is none; the voxel is not in the phase."""

_NONE = -1
"""In place of a hill: none."""


def narrow_to_ways(distance: NDArray[np.float32], seeds: NDArray[np.int64], edges: Triple) -> None:
    """Replace squared distances by the squared width of the widest way from the seeds; 0 where there is none.

    A way goes from voxel to voxel of the phase, across corners and edges only where neither of the two has a voxel
    outside the phase at its faces: otherwise it would go through a thin wall.

    Parameters
    ----------
    distance : numpy.ndarray of float32
        Squared distance to the nearest voxel outside, in units in which `edges` are; 0 outside the phase. Written over.
    seeds : numpy.ndarray of int64
        Flat indices of the voxels at which ways begin.
    edges : tuple of float
        Edges of a voxel along (z, y, x), the smallest 1.
    """
    cubes, tight = edges == _CUBE, max(edges) ** 2 * (1 + TIE)
    highest = float(distance.max())
    scale = 1.0 if cubes else min(float(_LEVELS_PER_UNIT), _MOST_LEVELS / highest)
    moves = np.array([move for move in product((-1, 0, 1), repeat=3) if any(move)], np.int64)
    upwards = np.empty(distance.shape, np.uint8)
    in_slabs(distance.shape, lambda _, first, stop: _climb(distance, moves, tight, cubes, first, stop, upwards))
    index: Any = np.int32 if distance.size < 1 << 31 else np.int64
    hills = np.full(distance.shape, _NONE, index)
    count = _gather(upwards, moves, hills, hills.ravel())
    in_slabs(distance.shape, lambda _, first, stop: _note_rims(hills, moves, first, stop, upwards))
    starts = np.zeros(count + 1, np.int64)
    rims = np.empty(_count_rims(upwards.ravel(), hills.ravel(), starts), index)
    _list_rims(upwards.ravel(), hills.ravel(), starts, rims)
    widths = np.zeros(count, np.float32)
    heads = np.full(int(highest * scale) + 1, _NONE, np.int64)
    _flood(distance, hills.ravel(), seeds, moves, scale, tight, cubes, heads, starts, rims, widths)
    in_slabs(distance.shape, lambda _, first, stop: _narrow(distance, hills, widths, first, stop))


def inner_voxels(access: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return `INNER` for every voxel of which no neighbour has a smaller value, 0 for the others.

    What the ball of such a voxel holds, others give: on the way from its centre to a voxel that it holds, each step to
    the neighbour that is nearest, every voxel has at least its value, and so the voxel itself, or the last one
    before the value falls is not inner, has at least that radius, and is nearer.
    """
    noted = np.zeros(access.shape, np.uint8)
    in_slabs(access.shape, lambda _slab, first, stop: _note_inner(access, first, stop, noted))
    return noted


@njit(cache=True, nogil=True)
def _climb(image, moves, tight, cubes, first, stop, upwards):
    """Write the number of the move to the highest neighbour, of equals one at a later place, for a slab."""
    depth, height, width = image.shape
    highest, best = np.empty(width, np.float32), np.empty(width, np.int32)
    for z in range(first, stop):
        for y in range(height):
            highest[:], best[:] = image[z, y], _SUMMIT
            for move in range(moves.shape[0]):
                zz, yy, dx = z + moves[move, 0], y + moves[move, 1], moves[move, 2]
                if not (0 <= zz < depth and 0 <= yy < height):
                    continue
                left, right = max(0, -dx), min(width, width - dx)
                there, here, chosen = image[zz, yy, left + dx : right + dx], highest[left:right], best[left:right]
                # moves are in the order of places: the second half leads to later ones, also where all are equal
                for x in range(there.size):
                    better = there[x] > here[x] or (move >= 13 and there[x] == here[x])
                    here[x] = there[x] if better else here[x]
                    chosen[x] = move if better else chosen[x]
            for x in range(width):
                own = image[z, y, x]
                if own == 0:
                    best[x] = _OUTSIDE
                elif own <= tight:
                    best[x] = _climb_narrow(image, z, y, x, moves, tight, cubes)
                upwards[z, y, x] = best[x]


@njit(cache=True, nogil=True)
def _climb_narrow(image, z, y, x, moves, tight, cubes):
    """Return the move to the highest neighbour of a voxel that may have a wall at a face."""
    depth, height, width = image.shape
    narrow = _is_narrow(image, z, y, x, tight, cubes)
    best, highest = _SUMMIT, image[z, y, x]
    for move in range(moves.shape[0]):
        dz, dy, dx = moves[move, 0], moves[move, 1], moves[move, 2]
        straight = abs(dz) + abs(dy) + abs(dx) == 1
        if narrow and not straight:
            continue
        zz, yy, xx = z + dz, y + dy, x + dx
        if not (0 <= zz < depth and 0 <= yy < height and 0 <= xx < width):
            continue
        other = image[zz, yy, xx]
        if other > highest or (other == highest and move >= 13):
            if straight or not _is_narrow(image, zz, yy, xx, tight, cubes):
                best, highest = move, other
    return best


@njit(cache=True, nogil=True)
def _gather(upwards, moves, image, hills):
    """Give every voxel the number of its summit, and return how many there are."""
    _, height, width = upwards.shape
    steps, count = upwards.ravel(), 0
    offsets = (moves[:, 0] * height + moves[:, 1]) * width + moves[:, 2]
    for start in range(steps.size):
        if steps[start] == _OUTSIDE:
            continue
        place = start
        while hills[place] == _NONE and steps[place] != _SUMMIT:
            place += offsets[steps[place]]
        if hills[place] == _NONE:
            hills[place] = count
            count += 1
        hill, place = hills[place], start
        while hills[place] == _NONE:
            hills[place] = hill
            place += offsets[steps[place]]
    return count


@njit(cache=True, nogil=True)
def _note_rims(hills, moves, first, stop, at_rim):
    """Note 1 for every voxel of the planes of a slab that has a voxel of another hill beside it, else 0."""
    depth, height, width = hills.shape
    found = np.empty(width, np.int32)
    for z in range(first, stop):
        for y in range(height):
            found[:] = 0
            for move in range(moves.shape[0]):
                zz, yy, dx = z + moves[move, 0], y + moves[move, 1], moves[move, 2]
                if not (0 <= zz < depth and 0 <= yy < height):
                    continue
                left, right = max(0, -dx), min(width, width - dx)
                there, here, so_far = hills[zz, yy, left + dx : right + dx], hills[z, y, left:right], found[left:right]
                for x in range(there.size):
                    so_far[x] |= np.int32(there[x] != here[x]) & np.int32(there[x] >= 0)
            for x in range(width):
                at_rim[z, y, x] = found[x] if hills[z, y, x] >= 0 else 0


@njit(cache=True, nogil=True)
def _count_rims(at_rim, hills, starts):
    """Write where the list of each hill's rim starts, and return the length of all."""
    for place in range(hills.size):
        if at_rim[place]:
            starts[hills[place] + 1] += 1
    for hill in range(starts.size - 1):
        starts[hill + 1] += starts[hill]
    return starts[-1]


@njit(cache=True, nogil=True)
def _list_rims(at_rim, hills, starts, rims):
    """List the voxels at the rims, hill by hill."""
    filled = starts.copy()
    for place in range(hills.size):
        if at_rim[place]:
            rims[filled[hills[place]]] = place
            filled[hills[place]] += 1


@njit(cache=True, nogil=True)
def _flood(image, hills, seeds, moves, scale, tight, cubes, heads, starts, rims, widths):
    """Fill `widths`, the squared width of the widest way to each hill, from the widest to the narrowest.

    Hills wait in one list for each level, and move up when a wider way is found. Where a level holds several widths a
    hill that was taken may be widened and taken again; so the result is that of the widest ways in any order.
    """
    depth, height, width = image.shape
    distance = image.ravel()
    offsets = (moves[:, 0] * height + moves[:, 1]) * width + moves[:, 2]
    straight = np.abs(moves).sum(axis=1) == 1
    before, after = np.full(widths.size, _NONE, np.int64), np.full(widths.size, _NONE, np.int64)
    waiting = np.zeros(widths.size, np.bool_)
    for seed in seeds:
        if hills[seed] != _NONE:
            _widen(hills[seed], distance[seed], scale, heads, before, after, waiting, widths)
    for level in range(heads.size - 1, -1, -1):
        while heads[level] != _NONE:
            hill = heads[level]
            _unlink(hill, level, heads, before, after)
            waiting[hill] = False
            for entry in range(starts[hill], starts[hill + 1]):
                place = np.int64(rims[entry])
                own = min(widths[hill], distance[place])
                x, rest = place % width, place // width
                y, z = rest % height, rest // height
                narrow = _is_narrow(image, z, y, x, tight, cubes)
                inside = 0 < z < depth - 1 and 0 < y < height - 1 and 0 < x < width - 1
                for move in range(moves.shape[0]):
                    if not inside:
                        zz, yy, xx = z + moves[move, 0], y + moves[move, 1], x + moves[move, 2]
                        if not (0 <= zz < depth and 0 <= yy < height and 0 <= xx < width):
                            continue
                    there = place + offsets[move]
                    other = hills[there]
                    if other == hill or other == _NONE or own <= widths[other]:
                        continue
                    reached = min(own, distance[there])
                    if reached <= widths[other] or (narrow and not straight[move]):
                        continue
                    if not straight[move] and reached <= tight:
                        zz, yy, xx = z + moves[move, 0], y + moves[move, 1], x + moves[move, 2]
                        if _is_narrow(image, zz, yy, xx, tight, cubes):
                            continue
                    _widen(other, reached, scale, heads, before, after, waiting, widths)


@njit(cache=True, nogil=True)
def _widen(hill, reached, scale, heads, before, after, waiting, widths):
    """Note a wider way to a hill, and let it wait at its level."""
    if reached <= widths[hill]:
        return
    if waiting[hill]:
        _unlink(hill, int(widths[hill] * scale), heads, before, after)
    widths[hill], level = reached, int(reached * scale)
    before[hill], after[hill] = _NONE, heads[level]
    if heads[level] != _NONE:
        before[heads[level]] = hill
    heads[level], waiting[hill] = hill, True


@njit(cache=True, nogil=True)
def _unlink(hill, level, heads, before, after):
    """Take a hill out of the list of its level."""
    if before[hill] == _NONE:
        heads[level] = after[hill]
    else:
        after[before[hill]] = after[hill]
    if after[hill] != _NONE:
        before[after[hill]] = before[hill]


@njit(cache=True, nogil=True)
def _narrow(distance, hills, widths, first, stop):
    """Lower every distance of the planes from `first` to `stop` to the width of the way to its hill."""
    for z in range(first, stop):
        for y in range(distance.shape[1]):
            for x in range(distance.shape[2]):
                if hills[z, y, x] != _NONE:
                    distance[z, y, x] = min(distance[z, y, x], widths[hills[z, y, x]])


@njit(cache=True, nogil=True)
def _is_narrow(image, z, y, x, tight, cubes):
    """Say whether a voxel has one outside the phase at a face; on cubes the distance says it."""
    return image[z, y, x] <= tight and (cubes or _has_wall(image, z, y, x))


@njit(cache=True, nogil=True)
def _has_wall(image, z, y, x):
    """Say whether a voxel has one outside the phase at a face."""
    depth, height, width = image.shape
    return (
        (z > 0 and image[z - 1, y, x] == 0)
        or (z < depth - 1 and image[z + 1, y, x] == 0)
        or (y > 0 and image[z, y - 1, x] == 0)
        or (y < height - 1 and image[z, y + 1, x] == 0)
        or (x > 0 and image[z, y, x - 1] == 0)
        or (x < width - 1 and image[z, y, x + 1] == 0)
    )


@njit(cache=True, nogil=True)
def _note_inner(access, first, stop, noted):
    """Note, in the planes from `first` to `stop`, the voxels of which no neighbour has a smaller value."""
    depth, height, width = access.shape
    lowest = np.empty(width, np.float32)
    for z in range(first, stop):
        for y in range(height):
            lowest[:] = access[z, y]
            for zz in range(max(0, z - 1), min(depth, z + 2)):
                for yy in range(max(0, y - 1), min(height, y + 2)):
                    row = access[zz, yy]
                    for x in range(width):
                        lowest[x] = row[x] if row[x] < lowest[x] else lowest[x]
            for x in range(width):
                least = min(lowest[x], min(lowest[max(0, x - 1)], lowest[min(width - 1, x + 1)]))
                if access[z, y, x] > 0 and least >= access[z, y, x]:
                    noted[z, y, x] = INNER

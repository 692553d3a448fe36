"""Where basins meet, in which order they merge, and the numbers of what is left: plain arrays.

Basins are numbered from 1, the highest peak first; 0 is outside. Images are padded by one voxel on every side.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

FREE = -1
"""Key of a place of the table of passes that is not taken."""


@numba.njit(cache=True, nogil=True)
def _place(keys: NDArray[np.int64], key: int) -> int:
    """Return where `key` is in a table of a power of two of places, or where it may be put."""
    place = (np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    last = np.uint64(keys.size - 1)
    place &= last
    while keys[np.int64(place)] != FREE and keys[np.int64(place)] != key:
        place = (place + np.uint64(1)) & last
    return int(place)


@numba.njit(cache=True, nogil=True)
def _grown(keys: NDArray[np.int64], levels: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the same table with twice the places."""
    new_keys, new_levels = np.full(2 * keys.size, FREE, np.int64), np.zeros(2 * keys.size, np.float32)
    for old in range(keys.size):
        if keys[old] != FREE:
            place = _place(new_keys, keys[old])
            new_keys[place], new_levels[place] = keys[old], levels[old]
    return new_keys, new_levels


@numba.njit(cache=True, nogil=True)
def passes(
    height: NDArray[np.float32],
    labels: NDArray[np.int32],
    forward: NDArray[np.int64],
    basins: int,
    row_length: int,
    layer_size: int,
    begin: int,
    end: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the pairs of basins that meet, as ``lower number * (basins + 1) + higher number``, and the highest pass.

    The pass between two voxels is the lower of them. `forward` holds one of each two opposite neighbours.
    `begin` and `end` are whole layers, of which the padding is left out.
    """
    keys, levels, taken = np.full(1024, FREE, np.int64), np.zeros(1024, np.float32), 0
    meets = np.zeros(row_length - 2, np.bool_)
    base = np.int64(basins + 1)
    for row in range(begin + 1, end, row_length):
        if not row_length < row % layer_size < layer_size - row_length:
            continue
        own = labels[row : row + meets.size]
        meets[:] = False
        for n in range(forward.size):
            start = row + forward[n]
            other = labels[start : start + meets.size]
            for x in range(meets.size):
                meets[x] |= (own[x] != other[x]) & (own[x] > 0) & (other[x] > 0)
        for x in range(meets.size):
            if not meets[x]:
                continue
            for n in range(forward.size):
                here, there = own[x], labels[row + x + forward[n]]
                if there == here or there == 0:
                    continue
                if 2 * taken >= keys.size:
                    keys, levels = _grown(keys, levels)
                key = min(here, there) * base + max(here, there)
                place = _place(keys, key)
                level = min(height[row + x], height[row + x + forward[n]])
                if keys[place] == FREE:
                    keys[place], levels[place] = key, level
                    taken += 1
                elif level > levels[place]:
                    levels[place] = level
    found = np.flatnonzero(keys != FREE)
    return keys[found], levels[found]


@numba.njit(cache=True)
def _root(parent: NDArray[np.int32], basin: int) -> int:
    """Return the basin that `basin` was merged into, shortening the way for the next call."""
    while parent[basin] != basin:
        parent[basin] = parent[parent[basin]]
        basin = parent[basin]
    return basin


@numba.njit(cache=True)
def merges(
    keys: NDArray[np.int64], levels: NDArray[np.float32], peaks: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return which passes join what was apart, going down, and how far each lies below the lower peak it joins.

    `keys` and `levels` are passes in falling order. The basin with the lower peak ends there: its dynamics.
    """
    base = np.int64(peaks.size)
    parent = np.arange(peaks.size).astype(np.int32)
    used, depths, count = np.empty(keys.size, np.int64), np.empty(keys.size, np.float64), 0
    for i in range(keys.size):
        here, there = _root(parent, keys[i] // base), _root(parent, keys[i] % base)
        if here == there:
            continue
        lower, upper = max(here, there), min(here, there)  # the numbers fall with the peaks
        parent[lower] = upper
        used[count], depths[count] = i, np.float64(peaks[lower]) - np.float64(levels[i])
        count += 1
    return used[:count], depths[:count]


@numba.njit(cache=True)
def joined(first: NDArray[np.int64], second: NDArray[np.int64], basins: int) -> NDArray[np.int32]:
    """Return the number, lowest first, of the basin that stands for each basin once pairs are joined; entry 0 is 0."""
    parent = np.arange(basins + 1).astype(np.int32)
    for i in range(first.size):
        here, there = _root(parent, first[i]), _root(parent, second[i])
        parent[max(here, there)] = min(here, there)
    for basin in range(basins + 1):
        parent[basin] = _root(parent, basin)
    return parent


@numba.njit(cache=True, nogil=True)
def first_voxels(padded: NDArray[np.int32], stands_for: NDArray[np.int32], first: int, stop: int) -> NDArray[np.int64]:
    """Return the first voxel of each particle in some layers, counted with the padding; -1 where there is none."""
    found = np.full(stands_for.size, -1, np.int64)
    at = np.int64(first + 1) * padded.shape[1] * padded.shape[2]
    for z in range(first + 1, stop + 1):
        for y in range(padded.shape[1]):
            last = 0
            for x in range(padded.shape[2]):
                basin = padded[z, y, x]
                if basin != last:  # most neighbours lie in one basin
                    last = basin
                    if found[stands_for[basin]] < 0:
                        found[stands_for[basin]] = at + x
            at += padded.shape[2]
    return found


@numba.njit(cache=True, nogil=True)
def write_numbers(
    padded: NDArray[np.int32], numbers: NDArray[np.int32], particles: NDArray[np.int32], first: int, stop: int
) -> None:
    """Write the number of the particle of each basin, without the padding, for some layers."""
    for z in range(first, stop):
        for y in range(particles.shape[1]):
            for x in range(particles.shape[2]):
                particles[z, y, x] = numbers[padded[z + 1, y + 1, x + 1]]

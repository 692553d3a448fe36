"""Flooding of heights from their maxima: the neighbours that rise from a voxel say together to which basin it belongs.

Arrays are flat and padded by one voxel on every side, so that all 26 neighbours of a voxel exist and no bound is
checked. Height 0 is outside. Neighbours are numbered from 0 to 26 in raster order: 13 is the voxel itself, 26 - n lies
opposite to n.

The basin of a voxel is a function of the basins of its higher neighbours, so voxels may be done in any order that
does the higher ones first: the result depends neither on that order nor on threads.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

TOP = -100
"""Label of a voxel that no neighbour rises from, until it has a way out of its plateau or begins a basin."""
QUEUED = -101

SEVERAL = np.uint32(1 << 13)
LOWER = np.uint32((1 << 27) - 1) & ~SEVERAL
ONE, WAITS = np.uint32(1 << 27), np.uint32(31 << 27)
"""Parts of the state of a voxel: a bit for each neighbour that waits for it (`LOWER`); how many it waits for itself,
in units of `ONE`; whether those that are done lie in several basins, in the place of the voxel itself."""

_DE_BRUIJN = np.uint32(0x077CB531)
"""Times a power of two up to 2^31, the upper five bits are another number for every power."""


@numba.njit(cache=True, nogil=True)
def look_around(
    height: NDArray[np.float32],
    state: NDArray[np.uint32],
    labels: NDArray[np.int32],
    neighbours: NDArray[np.int64],
    row_length: int,
    layer_size: int,
    begin: int,
    end: int,
) -> NDArray[np.int64]:
    """Write the state of each voxel: it waits for its higher neighbours; return those with none, marked as `TOP`.

    `begin` and `end` are whole layers, of which the padding is left out. What is returned is in raster order.
    """
    tops, count = np.empty(1024, np.int64), 0
    none, length = np.uint32(0), row_length - 2
    for row in range(begin + 1, end, row_length):
        if not row_length < row % layer_size < layer_size - row_length:
            continue
        here, found = height[row : row + length], state[row : row + length]
        found[:] = 0
        for n in range(0, 27, 3):  # three neighbours beside each other along the row
            start = row + neighbours[n]
            there = height[start : start + length + 2]
            bit = np.uint32(1) << np.uint32(n)
            for x in range(length):
                own, left, middle, right = here[x], there[x], there[x + 1], there[x + 2]
                waits = np.uint32(left > own) + np.uint32(middle > own) + np.uint32(right > own)
                below = bit if (left < own) & (left > 0) else none
                below |= bit << np.uint32(1) if (middle < own) & (middle > 0) else none
                below |= bit << np.uint32(2) if (right < own) & (right > 0) else none
                found[x] += np.uint32(waits << np.uint32(27)) + np.uint32(below)
        for x in range(length):
            if here[x] > 0 and not found[x] & WAITS:
                if count == tops.size:
                    tops = np.concatenate((tops, np.empty_like(tops)))
                tops[count] = row + x
                labels[row + x] = TOP
                count += 1
    return tops[:count]


@numba.njit(cache=True)
def leave_plateaus(
    tops: NDArray[np.int64],
    height: NDArray[np.float32],
    labels: NDArray[np.int32],
    state: NDArray[np.uint32],
    neighbours: NDArray[np.int64],
    nearest: NDArray[np.int64],
) -> None:
    """Hang every top that has a way out of its plateau below the neighbour one step nearer to it.

    Wave by wave from the rim of the plateau, so that it is shared by distance. Of several neighbours that are as near,
    the first of `nearest` counts. Tops without a way out are maxima and keep the label `TOP`, all others get 0.
    """
    wave, size = np.empty(tops.size, np.int64), 0
    ways = np.empty(tops.size, np.int8)
    for i in range(tops.size):
        for n in nearest:
            there = tops[i] + neighbours[n]
            if height[there] == height[tops[i]] and labels[there] == 0:
                wave[size], ways[size] = tops[i], n
                size += 1
                break
    first = 0
    while first < size:
        stop = size
        for i in range(first, stop):
            labels[wave[i]] = 0
            state[wave[i]] += ONE
            state[wave[i] + neighbours[ways[i]]] |= np.uint32(1) << np.uint32(26 - ways[i])
        for i in range(first, stop):
            for n in range(neighbours.size):
                there = wave[i] + neighbours[n]
                if labels[there] == TOP and height[there] == height[wave[i]]:
                    labels[there] = QUEUED
                    wave[size] = there
                    size += 1
        for i in range(stop, size):
            for n in nearest:
                there = wave[i] + neighbours[n]
                if height[there] == height[wave[i]] and labels[there] == 0:
                    ways[i] = n
                    break
        first = stop


@numba.njit(cache=True)
def begin_basins(
    tops: NDArray[np.int64], height: NDArray[np.float32], labels: NDArray[np.int32], neighbours: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Give the maxima numbers from 1 in the order of `tops`; return their voxels, and the height of each basin.

    A maximum is a plateau from which nothing rises. No heights are returned if there are more than int32 counts.
    """
    voxels, size = np.empty(tops.size, np.int64), 0
    peaks = np.zeros(1024, np.float32)
    count = 0
    for i in range(tops.size):
        if labels[tops[i]] != TOP:
            continue
        count += 1
        if count == np.iinfo(np.int32).max:
            return voxels[:0], peaks[:0]
        if count == peaks.size:
            peaks = np.concatenate((peaks, np.zeros_like(peaks)))
        peaks[count] = height[tops[i]]
        labels[tops[i]] = count
        voxels[size], first = tops[i], size
        size += 1
        while first < size:
            for n in range(neighbours.size):
                there = voxels[first] + neighbours[n]
                if labels[there] == TOP and height[there] == peaks[count]:
                    labels[there] = count
                    voxels[size] = there
                    size += 1
            first += 1
    return voxels[:size], peaks[: count + 1]


@numba.njit(cache=True, nogil=True)
def _most_rising(
    voxel: int,
    height: NDArray[np.float32],
    labels: NDArray[np.int32],
    neighbours: NDArray[np.int64],
    weights: NDArray[np.float64],
    basins: NDArray[np.int64],
    votes: NDArray[np.float64],
) -> int:
    """Return the basin towards which the higher neighbours rise most, summed; of equals that with the higher peak.

    Every neighbour votes with its slope, not only the steepest: a wall between two basins then goes on straight
    in any direction, where the steepest of 26 directions would bend it towards the axes of the grid.
    """
    found = 0
    for n in range(neighbours.size):
        there = voxel + neighbours[n]
        rise = np.float64(height[there]) - np.float64(height[voxel])
        if rise <= 0.0:
            continue
        slot = 0
        while slot < found and basins[slot] != labels[there]:
            slot += 1
        if slot == found:
            basins[slot], votes[slot] = labels[there], 0.0
            found += 1
        votes[slot] += weights[n] * rise
    best = 0
    for slot in range(1, found):
        if votes[slot] > votes[best] or (votes[slot] == votes[best] and basins[slot] < basins[best]):
            best = slot
    return int(basins[best])


@numba.njit(cache=True, nogil=True)
def _place_of_lowest(bits: np.uint32) -> np.uint32:
    """Return a number from 0 to 31 that stands for the lowest bit that is set."""
    return (np.uint32(bits & (~bits + np.uint32(1))) * _DE_BRUIJN & np.uint32(0xFFFFFFFF)) >> np.uint32(27)


@numba.njit(cache=True, nogil=True)
def _offsets_of_bits(neighbours: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the offsets of the neighbours by `_place_of_lowest` of their bit."""
    offsets = np.zeros(32, np.int64)
    for n in range(neighbours.size):
        offsets[_place_of_lowest(np.uint32(1) << np.uint32(n))] = neighbours[n]
    return offsets


@numba.njit(cache=True, nogil=True)
def _reach(voxel: int, basin: int, labels: NDArray[np.int32], state: NDArray[np.uint32]) -> np.bool_:
    """Tell a voxel the basin of one of its higher neighbours, and say whether that was the last of them."""
    if labels[voxel] == 0:
        labels[voxel] = basin
    elif labels[voxel] != basin:
        state[voxel] |= SEVERAL
    state[voxel] -= ONE
    return np.bool_((state[voxel] & WAITS) == 0)


@numba.njit(cache=True, nogil=True)
def flood(
    height: NDArray[np.float32],
    labels: NDArray[np.int32],
    state: NDArray[np.uint32],
    neighbours: NDArray[np.int64],
    weights: NDArray[np.float64],
    ready: NDArray[np.int64],
    begin: int,
    end: int,
) -> NDArray[np.int64]:
    """Give a basin to every voxel from `begin` to `end` that lies, by way of those alone, below the `ready` ones.

    Depth first, so that what is read was read shortly before. Only voxels that several basins reach are voted on.

    Parameters
    ----------
    height : numpy.ndarray
        Heights, 0 outside.
    labels : numpy.ndarray
        Basins, written in place; of a voxel that is not done, that of one of its higher neighbours, or 0.
    state : numpy.ndarray
        From `look_around`; what a voxel waits for is counted down in place.
    neighbours, weights : numpy.ndarray
        Flat offsets of the neighbours, and one over their distance.
    ready : numpy.ndarray
        Voxels whose higher neighbours are done, or that begin a basin.
    begin, end : int
        The voxels that may be written.

    Returns
    -------
    numpy.ndarray
        The voxels done for which a voxel outside `begin` to `end` waits.
    """
    stack = np.empty(ready.size + 1024, np.int64)
    stack[: ready.size] = ready
    size = ready.size
    above = np.empty(1024, np.int64)
    beyond = 0
    basins, votes = np.zeros(neighbours.size, np.int64), np.zeros(neighbours.size, np.float64)
    offsets = _offsets_of_bits(neighbours)
    while size:
        size -= 1
        voxel = stack[size]
        if size + neighbours.size > stack.size:
            stack = np.concatenate((stack, np.empty_like(stack)))
        if state[voxel] & SEVERAL:
            labels[voxel] = _most_rising(voxel, height, labels, neighbours, weights, basins, votes)
        basin, bits, is_above = labels[voxel], state[voxel] & LOWER, False
        while bits:
            there = voxel + offsets[_place_of_lowest(bits)]
            bits &= bits - np.uint32(1)
            if not begin <= there < end:
                is_above = True
            elif _reach(there, basin, labels, state):
                stack[size] = there
                size += 1
        if is_above:
            if beyond == above.size:
                above = np.concatenate((above, np.empty_like(above)))
            above[beyond] = voxel
            beyond += 1
    return above[:beyond]


@numba.njit(cache=True)
def release(
    above: NDArray[np.int64],
    labels: NDArray[np.int32],
    state: NDArray[np.uint32],
    neighbours: NDArray[np.int64],
    begin: int,
    end: int,
) -> NDArray[np.int64]:
    """Reach the voxels outside `begin` to `end` that wait for those `above`, and return the ones that are ready."""
    ready, size = np.empty(above.size * neighbours.size, np.int64), 0
    for i in range(above.size):
        for n in range(neighbours.size):
            there = above[i] + neighbours[n]
            if begin <= there < end or not state[above[i]] >> np.uint32(n) & np.uint32(1):
                continue
            if _reach(there, labels[above[i]], labels, state):
                ready[size] = there
                size += 1
    return ready[:size]

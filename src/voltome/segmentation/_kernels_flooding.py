"""Flooding of a distance image from its maxima, with shallow basins merged on the way: plain arrays.

Arrays are padded by one voxel on every side, so that all 26 neighbours of a voxel exist and no bound is checked.
One thread: the order of the flood is the definition of the result.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

UNVISITED, QUEUED = -1, -2

ON_PLATEAU = 1e-3
"""Rise that every neighbour has at least, so that votes count on a plateau too; far below any rise in a flank."""


@numba.njit(cache=True)
def levels_downwards(
    squared: NDArray[np.float32], labels: NDArray[np.int32], scale: float, highest: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the unvisited voxels by level, the highest first and in raster order within one, and where levels start.

    The level of a voxel is ``int(squared * scale)``. A counting sort: linear in the voxels, and stable.
    """
    starts = np.zeros(highest + 2, np.int64)
    for voxel in range(labels.size):
        if labels[voxel] == UNVISITED:
            starts[highest - int(squared[voxel] * scale) + 1] += 1
    for level in range(1, highest + 2):
        starts[level] += starts[level - 1]
    order = np.empty(starts[-1], np.int64)
    place = starts[:-1].copy()
    for voxel in range(labels.size):
        if labels[voxel] == UNVISITED:
            level = highest - int(squared[voxel] * scale)
            order[place[level]] = voxel
            place[level] += 1
    return order, starts


@numba.njit(cache=True)
def _root(parent: NDArray[np.int32], basin: int) -> int:
    """Return the basin that `basin` was merged into, shortening the way for the next call."""
    while parent[basin] != basin:
        parent[basin] = parent[parent[basin]]
        basin = parent[basin]
    return basin


@numba.njit(cache=True)
def _strongest_basin(
    voxel: int,
    squared: NDArray[np.float32],
    labels: NDArray[np.int32],
    parent: NDArray[np.int32],
    neighbours: NDArray[np.int64],
    weights: NDArray[np.float64],
    basins: NDArray[np.int64],
    votes: NDArray[np.float64],
) -> int:
    """Return the basin towards which the flooded neighbours rise most, summed, or 0 where none is flooded.

    Every neighbour votes with its slope, not only the steepest: a wall between two basins then goes on straight
    in any direction, where the steepest of 26 directions would bend it towards the axes of the grid.
    """
    found, slot, last = 0, 0, 0
    depth = np.sqrt(squared[voxel])
    for n in range(neighbours.size):
        label = labels[voxel + neighbours[n]]
        if label <= 0:
            continue
        if label != last:  # most neighbours lie in one basin: look it up once
            last = label
            basin = _root(parent, label)
            slot = 0
            while slot < found and basins[slot] != basin:
                slot += 1
            if slot == found:
                basins[slot] = basin
                votes[slot] = 0.0
                found += 1
        rise = max(np.sqrt(squared[voxel + neighbours[n]]) - depth, 0.0)
        votes[slot] += weights[n] * (rise + ON_PLATEAU)
    if found == 0:
        return 0
    best = 0
    for slot in range(1, found):
        if votes[slot] > votes[best] or (votes[slot] == votes[best] and basins[slot] < basins[best]):
            best = slot
    return int(basins[best])


@numba.njit(cache=True)
def _touches_basin(voxel: int, labels: NDArray[np.int32], neighbours: NDArray[np.int64]) -> bool:
    """Say whether a neighbour of `voxel` is flooded."""
    for n in range(neighbours.size):
        if labels[voxel + neighbours[n]] > 0:
            return True
    return False


@numba.njit(cache=True)
def _merge_shallow(
    voxel: int,
    squared: NDArray[np.float32],
    labels: NDArray[np.int32],
    parent: NDArray[np.int32],
    peak: NDArray[np.float64],
    neighbours: NDArray[np.int64],
    min_depth: float,
) -> None:
    """Merge the basins that meet at `voxel` if the lower of the two peaks rises less than `min_depth` above it."""
    own = labels[voxel]
    for n in range(neighbours.size):
        label = labels[voxel + neighbours[n]]
        if label <= 0 or label == own:
            continue
        here, there = _root(parent, own), _root(parent, label)
        if there == here:
            continue
        saddle = np.sqrt(min(squared[voxel], squared[voxel + neighbours[n]]))
        if min(peak[here], peak[there]) - saddle >= min_depth:
            continue
        if peak[there] > peak[here] or (peak[there] == peak[here] and there < here):
            parent[here] = there
        else:
            parent[there] = here


@numba.njit(cache=True)
def flood(
    squared: NDArray[np.float32],
    labels: NDArray[np.int32],
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    scale: float,
    neighbours: NDArray[np.int64],
    weights: NDArray[np.float64],
    min_depth: float,
) -> NDArray[np.int32]:
    """Give every unvisited voxel a basin, in place, and return the basin that each basin was merged into.

    Level by level from the highest: first the voxels beside flooded ones, wave by wave (so that a plateau
    is shared by distance and not by raster order), then what is left begins new basins.

    Parameters
    ----------
    squared : numpy.ndarray
        Squared distances, flat.
    labels : numpy.ndarray
        0 outside the phase, `UNVISITED` in it, flat; holds the basins afterwards.
    order, starts : numpy.ndarray
        From `levels_downwards`.
    scale : float
        Levels per unit of squared distance.
    neighbours, weights : numpy.ndarray
        Flat offsets of the neighbours, and one over their distance.
    min_depth : float
        Depth below which a basin is merged into the one it meets, in the unit of the distance.

    Returns
    -------
    numpy.ndarray
        Parent of each basin; entry 0 is the background. Its length is 0 if there are more basins than int32 counts.
    """
    levels = starts.size - 1
    largest = 0
    for level in range(levels):
        largest = max(largest, starts[level + 1] - starts[level])
    wave = np.empty(largest, np.int64)
    choice = np.empty(largest, np.int32)
    parent = np.zeros(1024, np.int32)
    peak = np.zeros(1024, np.float64)
    basins, votes = np.zeros(neighbours.size, np.int64), np.zeros(neighbours.size, np.float64)
    count = 0
    for level in range(levels):
        begin, end = starts[level], starts[level + 1]
        if begin == end:
            continue
        key = levels - 1 - level
        size, stranded = 0, 0
        for i in range(begin, end):
            basin = _strongest_basin(order[i], squared, labels, parent, neighbours, weights, basins, votes)
            if basin:
                wave[size], choice[size] = order[i], basin
                size += 1
            else:
                order[begin + stranded] = order[i]
                stranded += 1
        first = 0
        while first < size:
            for i in range(first, size):
                labels[wave[i]] = choice[i]
            for i in range(first, size):
                _merge_shallow(wave[i], squared, labels, parent, peak, neighbours, min_depth)
            stop = size
            if first == 0:
                for i in range(begin, begin + stranded):
                    if _touches_basin(order[i], labels, neighbours):
                        wave[size] = order[i]
                        size += 1
            else:
                for i in range(first, stop):
                    for n in range(neighbours.size):
                        voxel = wave[i] + neighbours[n]
                        if labels[voxel] == UNVISITED and int(squared[voxel] * scale) == key:
                            labels[voxel] = QUEUED
                            wave[size] = voxel
                            size += 1
            first = stop
            for i in range(first, size):
                choice[i] = _strongest_basin(wave[i], squared, labels, parent, neighbours, weights, basins, votes)
        for i in range(begin, begin + stranded):
            if labels[order[i]] != UNVISITED:
                continue
            count += 1
            if count == np.iinfo(np.int32).max:
                return np.zeros(0, np.int32)
            if count == parent.size:
                parent = np.concatenate((parent, np.zeros(count, np.int32)))
                peak = np.concatenate((peak, np.zeros(count, np.float64)))
            parent[count] = count
            labels[order[i]] = count
            wave[0], size, first = order[i], 1, 0
            highest = squared[order[i]]
            while first < size:
                highest = max(highest, squared[wave[first]])
                for n in range(neighbours.size):
                    voxel = wave[first] + neighbours[n]
                    if labels[voxel] == UNVISITED and int(squared[voxel] * scale) == key:
                        labels[voxel] = count
                        wave[size] = voxel
                        size += 1
                first += 1
            peak[count] = np.sqrt(highest)
    return parent[: count + 1]


@numba.njit(cache=True)
def number_in_raster_order(padded: NDArray[np.int32], parent: NDArray[np.int32], particles: NDArray[np.int32]) -> int:
    """Write the particles without the padding, numbered by their first voxel, and return how many there are."""
    number = np.zeros(parent.size, np.int32)
    count = 0
    for z in range(particles.shape[0]):
        for y in range(particles.shape[1]):
            for x in range(particles.shape[2]):
                basin = _root(parent, padded[z + 1, y + 1, x + 1])
                if basin and not number[basin]:
                    count += 1
                    number[basin] = count
                particles[z, y, x] = number[basin]
    return count

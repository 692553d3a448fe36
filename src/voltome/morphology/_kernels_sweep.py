# mypy: disable-error-code="no-untyped-def"
"""Voxels of every cell of grey value, and pairs of neighbours in every two cells, by direction and octant.

A surface at a threshold crosses exactly the pairs of neighbours with a cell on either side of it: the pairs are counted
once, and every threshold adds up its own. Only integers are added up, so the counts are the same for any number of
threads.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs, slab_count
from voltome.morphology._kernels_phases import CLASSES

_BLOCK = 32
"""Voxels of a row that are skipped together where all neighbours are in the same cell."""


def cell_voxels(
    cells: NDArray[np.uint8], count: int, lower: NDArray[np.int64], upper: NDArray[np.int64], split: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the voxels [octant, cell] of the box from `lower` to `upper`, cut into octants at `split`."""
    box = tuple(int(edge) for edge in upper - lower)
    voxels = np.zeros((slab_count(box), 8, count + 1), np.int64)

    def add(slab: int, first: int, stop: int) -> None:
        _count_voxels(cells, lower, upper, split, int(lower[0]) + first, int(lower[0]) + stop, voxels[slab])

    in_slabs(box, add)
    total: NDArray[np.int64] = voxels.sum(axis=0)[:, :count]
    return total


def cell_pairs(
    cells: NDArray[np.uint8], count: int, lower: NDArray[np.int64], upper: NDArray[np.int64], split: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the pairs [octant, class of direction, cell, other cell] as `mixed_pairs` counts them.

    Every voxel of the sample (a cell below `count`) is compared with its 26 neighbours, so a pair inside is counted
    from both its voxels; where a neighbour lies outside, the image goes on as it is at its border. Pairs in one
    and the same cell are left out, and which of the two cells comes first has no meaning.
    """
    box = tuple(int(edge) for edge in upper - lower)
    width = count + 1
    pairs = np.zeros((slab_count(box), 8, CLASSES, width * width + _BLOCK), np.int64)
    spans = np.empty((*cells.shape[:2], 2), np.int64)

    def note(slab: int, first: int, stop: int) -> None:
        _find_spans(cells, count, int(lower[0]) + first, int(lower[0]) + stop, spans)

    def add(slab: int, first: int, stop: int) -> None:
        ends = int(lower[0]) + first, int(lower[0]) + stop
        _count_inside(cells, count, lower, upper, split, *ends, pairs[slab])
        _count_at_border(cells, count, masked, spans, lower, upper, split, *ends, pairs[slab])

    in_slabs(box, note)
    masked = bool((spans[lower[0] : upper[0], lower[1] : upper[1]] != (lower[2], upper[2])).any())
    in_slabs(box, add)
    table = pairs.sum(axis=0)[:, :, : width * width].reshape(8, CLASSES, width, width)
    total: NDArray[np.int64] = table[:, :, :count, :count]
    return total


@njit(cache=True, nogil=True)
def _count_voxels(cells, lower, upper, split, first, stop, voxels):
    """Add the voxels of the planes from `first` to `stop`; neighbours go to two tables, so that none waits."""
    other = np.zeros_like(voxels)
    for z in range(first, stop):
        for y in range(lower[1], upper[1]):
            row = cells[z, y]
            octant = 4 * np.int64(z >= split[0]) + 2 * np.int64(y >= split[1])
            for half in range(2):
                begin, end = (lower[2], split[2]) if half == 0 else (split[2], upper[2])
                here, there = voxels[octant + half], other[octant + half]
                for x in range(begin, end - 1, 2):
                    here[row[x]] += 1
                    there[row[x + 1]] += 1
                if (end - begin) % 2:
                    here[row[end - 1]] += 1
    voxels += other


@njit(cache=True, nogil=True)
def _find_spans(cells, outside, first, stop, spans):
    """Write the first and one past the last voxel of the sample in each row, or an empty span if it has gaps."""
    width = cells.shape[2]
    for z in range(first, stop):
        for y in range(cells.shape[1]):
            row = cells[z, y]
            inside, begin, last = 0, width, -1
            for x in range(width):
                if row[x] != outside:
                    inside += 1
                    begin = min(begin, x)
                    last = x
            if inside and inside == last - begin + 1:
                spans[z, y, 0], spans[z, y, 1] = begin, last + 1
            else:
                spans[z, y, 0], spans[z, y, 1] = width, 0


@njit(cache=True, nogil=True)
def _differ(block, beside):
    """Say whether any pair of two blocks has two cells."""
    found = np.uint8(0)
    for i in range(_BLOCK):
        found = np.uint8(found | (block[i] ^ beside[i]))
    return found != 0


@njit(cache=True, nogil=True)
def _add_rows(here, there, shift, begin, end, width, weight, table):
    """Add the pairs of two rows with the first voxel from `begin` to `end`.

    In a block in which any pair has two cells, those in one cell go to spare places behind the table, a place for each:
    a branch would be foretold wrongly, and one place would have to be waited for.
    """
    row_length, spare = np.uint64(width), np.uint64(width * width)
    x = begin
    while x + _BLOCK <= end:
        block, beside = here[x : x + _BLOCK], there[x + shift : x + shift + _BLOCK]
        if _differ(block, beside):
            for i in range(_BLOCK):
                first, second = block[i], beside[i]
                same = np.uint64(first == second)
                at = np.uint64(first) * row_length + np.uint64(second)
                table[at * (np.uint64(1) - same) + same * (spare + np.uint64(i))] += weight
        x += _BLOCK
    for i in range(x, end):
        if here[i] != there[i + shift]:
            table[np.int64(here[i]) * width + there[i + shift]] += weight


@njit(cache=True, nogil=True)
def _count_inside(cells, outside, lower, upper, split, first, stop, pairs):
    """Add the pairs along the 13 forward directions whose first voxel is in the planes from `first` to `stop`.

    One direction after the other for a whole plane, so that the table of one direction stays in the nearest cache.
    Pairs with a voxel outside the sample go to the last cell, which nobody reads.
    """
    for z in range(first, stop):
        for dz in range(2 if z + 1 < upper[0] else 1):
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    if dz or dy > 0 or (dy == 0 and dx > 0):
                        _count_direction(cells, outside + 1, lower, upper, split, z, dz, dy, dx, pairs)


@njit(cache=True, nogil=True)
def _count_direction(cells, width, lower, upper, split, z, dz, dy, dx, pairs):
    """Add the pairs along one direction whose first voxel is in the plane `z`.

    A pair in one octant counts twice there, from both its voxels, and a pair across two octants once in each.
    """
    kind = _class_of(dz, abs(dy), abs(dx))
    begin, end = max(lower[2], lower[2] - dx), min(upper[2], upper[2] - dx)
    # the pairs of which both voxels lie before the split end here, and those of which both lie beyond it begin there
    before, beyond = min(end, split[2] - max(dx, 0)), max(begin, split[2] - min(dx, 0))
    for half in range(2):
        start, stop = (begin, before) if half == 0 else (beyond, end)
        for y in range(max(lower[1], lower[1] - dy), min(upper[1], upper[1] - dy)):
            here, there = cells[z, y], cells[z + dz, y + dy]
            mine = 4 * np.int64(z >= split[0]) + 2 * np.int64(y >= split[1]) + half
            its = 4 * np.int64(z + dz >= split[0]) + 2 * np.int64(y + dy >= split[1]) + half
            if mine == its:
                _add_rows(here, there, dx, start, stop, width, 2, pairs[mine, kind])
            else:
                _add_rows(here, there, dx, start, stop, width, 1, pairs[mine, kind])
                _add_rows(here, there, dx, start, stop, width, 1, pairs[its, kind])
            if half == 0:
                for x in range(max(begin, before), min(end, beyond)):
                    at = np.int64(here[x]) * width + there[x + dx]
                    if here[x] != there[x + dx]:
                        pairs[mine + np.int64(x >= split[2]), kind, at] += 1
                        pairs[its + np.int64(x + dx >= split[2]), kind, at] += 1


@njit(cache=True, nogil=True)
def _class_of(z, y, x):
    """Return the class of a direction that moves by one along these axes: z, y, x, zy, zx, yx, zyx."""
    if z + y + x == 1:
        return 0 if z else (1 if y else 2)
    if z + y + x == 2:
        return 3 if not x else (4 if not y else 5)
    return 6


@njit(cache=True, nogil=True)
def _cell(cells, outside, z, y, x):
    """Return the cell of a voxel that may lie beyond the image."""
    if 0 <= z < cells.shape[0] and 0 <= y < cells.shape[1] and 0 <= x < cells.shape[2]:
        return cells[z, y, x]
    return np.uint8(outside)


@njit(cache=True, nogil=True)
def _add_clipped(cells, outside, masked, z, y, x, width, pairs):
    """Add the pairs of one voxel with neighbours outside, taken where the direction no longer leaves the sample."""
    here = cells[z, y, x]
    below = _cell(cells, outside, z - 1, y, x) != outside
    above = _cell(cells, outside, z + 1, y, x) != outside
    before = _cell(cells, outside, z, y - 1, x) != outside
    after = _cell(cells, outside, z, y + 1, x) != outside
    left = _cell(cells, outside, z, y, x - 1) != outside
    right = _cell(cells, outside, z, y, x + 1) != outside
    for dz in range(-1, 2):
        ez = dz if (dz == 0 or (below if dz < 0 else above)) else 0
        for dy in range(-1, 2):
            ey = dy if (dy == 0 or (before if dy < 0 else after)) else 0
            for dx in range(-1, 2):
                ex = dx if (dx == 0 or (left if dx < 0 else right)) else 0
                if not masked and ez == dz and ey == dy and ex == dx:
                    continue
                if masked and _cell(cells, outside, z + dz, y + dy, x + dx) != outside:
                    continue
                there = _cell(cells, outside, z + ez, y + ey, x + ex)
                if there != outside and there != here:
                    kind = _class_of(abs(dz), abs(dy), abs(dx))
                    pairs[kind, np.int64(here) * width + there] += 1


@njit(cache=True, nogil=True)
def _count_at_border(cells, outside, masked, spans, lower, upper, split, first, stop, pairs):
    """Add the pairs with neighbours outside of the sample, for the voxels in the planes from `first` to `stop`."""
    width = outside + 1
    for z in range(first, stop):
        for y in range(lower[1], upper[1]):
            # between low and high all 26 neighbours are inside
            low, high = lower[2], upper[2]
            for nz in range(z - 1, z + 2):
                for ny in range(y - 1, y + 2):
                    if lower[0] <= nz < upper[0] and lower[1] <= ny < upper[1]:
                        low, high = max(low, spans[nz, ny, 0] + 1), min(high, spans[nz, ny, 1] - 1)
                    else:
                        low, high = upper[2], upper[2]
            if high <= low:
                low = high = upper[2]
            octant = 4 * np.int64(z >= split[0]) + 2 * np.int64(y >= split[1])
            for x in range(lower[2], upper[2]):
                if (x < low or x >= high) and cells[z, y, x] != outside:
                    _add_clipped(cells, outside, masked, z, y, x, width, pairs[octant + np.int64(x >= split[2])])

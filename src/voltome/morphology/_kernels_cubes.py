# mypy: disable-error-code="no-untyped-def"
"""Counts over the cubes between eight voxel centres: configurations of a phase, and mixed pairs of every two phases.

A cube counts once from each of its eight voxels in the sample, as that voxel sees it: a neighbour outside the sample is
replaced by the image going on as it is at its border (`_seen_from`), by the rule of `_kernels_phases`. Only integers
are added up, so the counts are the same for any number of threads and any cut into slabs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs, slab_count
from voltome.morphology._kernels_phases import CLASSES, _mask_or_stand_in

CONFIGURATIONS = 256
"""Which of the eight voxels of a cube are of the phase: bit 4 iz + 2 iy + ix stands for one of them."""

QUARTERS = 4
"""Pairs are counted in quarters: four cubes share a pair along an edge, two one along the diagonal of a face."""

_EMPTY, _WHOLE, _CUT = 0, 1, 2
"""Cubes without a mixed pair; mixed and inside the sample; partly outside."""


def configuration_counts(
    values: NDArray[Any],
    label: int,
    mask: NDArray[np.bool_] | None,
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    split: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return how often each configuration is seen from a voxel, [octant, 256]; cubes of one kind are left out."""
    inside, masked = _mask_or_stand_in(mask)
    box = tuple(int(edge) + 1 for edge in upper - lower)
    counts = np.zeros((slab_count(box), 8, CONFIGURATIONS), np.int64)

    def add(slab: int, first: int, stop: int) -> None:
        ends = int(lower[0]) - 1 + first, int(lower[0]) - 1 + stop
        _count_configurations(values, label, inside, masked, lower, upper, split, *ends, counts[slab])

    in_slabs(box, add)
    total: NDArray[np.int64] = counts.sum(axis=0)
    return total


def pair_counts(
    values: NDArray[Any],
    place_of: NDArray[np.int64],
    places: int,
    mask: NDArray[np.bool_] | None,
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    split: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the quarters of mixed pairs, [octant, place of the one, place of the other, class of direction].

    `place_of` gives the place of a label among the `places` that are counted. A pair is counted twice, from both its
    voxels or twice from one: add up both orders of two phases.
    """
    inside, masked = _mask_or_stand_in(mask)
    box = tuple(int(edge) + 1 for edge in upper - lower)
    slabs = slab_count(box)
    counts = np.zeros((slabs, 8, places, places, CLASSES), np.int64)
    of_two = np.zeros((slabs, 8, places, places, CONFIGURATIONS), np.int64)

    def add(slab: int, first: int, stop: int) -> None:
        ends = int(lower[0]) - 1 + first, int(lower[0]) - 1 + stop
        _count_by_phases(values, place_of, inside, masked, lower, upper, split, *ends, counts[slab], of_two[slab])

    in_slabs(box, add)
    total: NDArray[np.int64] = counts.sum(axis=0) + of_two.sum(axis=0) @ _pairs_of_configurations()
    return total


def _pairs_of_configurations() -> NDArray[np.int64]:
    """Return the quarters of mixed pairs in each configuration, [configuration, class], each for both its voxels."""
    pairs = np.zeros((CONFIGURATIONS, 2, 2, CLASSES), np.int64)
    place_of = np.array([0, 1])
    for code in range(CONFIGURATIONS):
        seen = (code >> np.arange(8)) & 1
        for corner in range(8):
            _add_pairs(seen, corner, corner, 2, place_of, pairs[code])
    of_both: NDArray[np.int64] = pairs.sum(axis=(1, 2))
    return of_both


@njit(cache=True, nogil=True)
def _is_inside(mask, masked, lower, upper, z, y, x):
    """Say whether a voxel belongs to the sample."""
    if z < lower[0] or z >= upper[0] or y < lower[1] or y >= upper[1] or x < lower[2] or x >= upper[2]:
        return False
    return not masked or mask[z, y, x]


@njit(cache=True, nogil=True)
def _octant_of(split, z, y, x):
    """Return the octant of a voxel."""
    return 4 * np.int64(z >= split[0]) + 2 * np.int64(y >= split[1]) + np.int64(x >= split[2])


@njit(cache=True, nogil=True)
def _sort_cubes(values, mask, masked, lower, upper, split, z, y, kinds):
    """Write the kind of every cube of a row, from the one before the first voxel to the one at the last.

    Whole cubes that lie in two octants are taken as cut, as their voxels count for different octants.
    """
    width = upper[2] - lower[2]
    apart = z < lower[0] or z + 1 >= upper[0] or y < lower[1] or y + 1 >= upper[1]
    if apart or z + 1 == split[0] or y + 1 == split[1]:
        kinds[: width + 1] = _CUT
        return
    kinds[0] = kinds[width] = _CUT
    a = values[z, y, lower[2] : upper[2]]
    b = values[z, y + 1, lower[2] : upper[2]]
    c = values[z + 1, y, lower[2] : upper[2]]
    d = values[z + 1, y + 1, lower[2] : upper[2]]
    for x in range(width - 1):
        here = (a[x] ^ b[x]) | (a[x] ^ c[x]) | (a[x] ^ d[x])
        there = (a[x + 1] ^ b[x + 1]) | (a[x + 1] ^ c[x + 1]) | (a[x + 1] ^ d[x + 1])
        kinds[x + 1] = np.uint8((here | there | (a[x] ^ a[x + 1])) != 0)
    if lower[2] < split[2] < upper[2]:
        kinds[split[2] - lower[2]] = _CUT
    if masked:
        for x in range(width - 1):
            for index in range(8):
                if not mask[z + (index >> 2), y + ((index >> 1) & 1), lower[2] + x + (index & 1)]:
                    kinds[x + 1] = _CUT


@njit(cache=True, nogil=True)
def _seen_from(values, mask, masked, lower, upper, z, y, x, corner, seen):
    """Write the eight labels of a cube as seen from one of its voxels, which is inside.

    Where a neighbour lies outside the sample, its direction loses the components that leave the sample by
    themselves; where what remains is outside too, the voxel sees its own label.
    """
    cz, cy, cx = z + (corner >> 2), y + ((corner >> 1) & 1), x + (corner & 1)
    own = np.int64(values[cz, cy, cx])
    for index in range(8):
        tz, ty, tx = z + (index >> 2), y + ((index >> 1) & 1), x + (index & 1)
        if not _is_inside(mask, masked, lower, upper, tz, ty, tx):
            if not _is_inside(mask, masked, lower, upper, tz, cy, cx):
                tz = cz
            if not _is_inside(mask, masked, lower, upper, cz, ty, cx):
                ty = cy
            if not _is_inside(mask, masked, lower, upper, cz, cy, tx):
                tx = cx
            if not _is_inside(mask, masked, lower, upper, tz, ty, tx):
                seen[index] = own
                continue
        seen[index] = np.int64(values[tz, ty, tx])


@njit(cache=True, nogil=True)
def _is_uniform(values, mask, masked, lower, upper, z, y, x):
    """Say whether all voxels of a cube that are inside the sample have one label."""
    first = np.int64(-1)
    for index in range(8):
        tz, ty, tx = z + (index >> 2), y + ((index >> 1) & 1), x + (index & 1)
        if _is_inside(mask, masked, lower, upper, tz, ty, tx):
            label = np.int64(values[tz, ty, tx])
            if first < 0:
                first = label
            elif label != first:
                return False
    return True


@njit(cache=True, nogil=True)
def _count_configurations(values, label, mask, masked, lower, upper, split, first, stop, counts):
    """Add the configurations of the cubes whose first plane is from `first` to `stop`."""
    kinds = np.empty(upper[2] - lower[2] + 1, np.uint8)
    seen = np.empty(8, np.int64)
    for z in range(first, stop):
        for y in range(lower[1] - 1, upper[1]):
            _sort_cubes(values, mask, masked, lower, upper, split, z, y, kinds)
            for place in range(kinds.size):
                x = lower[2] - 1 + place
                if kinds[place] == _WHOLE:
                    code = np.int64(0)
                    for index in range(8):
                        there = values[z + (index >> 2), y + ((index >> 1) & 1), x + (index & 1)]
                        code |= np.int64(there == label) << index
                    counts[_octant_of(split, z, y, x), code] += 8
                elif kinds[place] == _CUT and not _is_uniform(values, mask, masked, lower, upper, z, y, x):
                    for corner in range(8):
                        cz, cy, cx = z + (corner >> 2), y + ((corner >> 1) & 1), x + (corner & 1)
                        if not _is_inside(mask, masked, lower, upper, cz, cy, cx):
                            continue
                        _seen_from(values, mask, masked, lower, upper, z, y, x, corner, seen)
                        code = np.int64(0)
                        for index in range(8):
                            code |= np.int64(seen[index] == label) << index
                        counts[_octant_of(split, cz, cy, cx), code] += 1


@njit(cache=True, nogil=True)
def _add_pairs(seen, corner, others, times, place_of, counts):
    """Add the pairs of one voxel of a cube with the first `others` of the eight, each so many times."""
    own = seen[corner]
    for index in range(others):
        if seen[index] == own:
            continue
        kind = index ^ corner
        # classes by the axes moved along, as the kernel of phases has them; quarters by the cubes that share a pair
        if kind == 4:
            which, quarters = 0, 1
        elif kind == 2:
            which, quarters = 1, 1
        elif kind == 1:
            which, quarters = 2, 1
        elif kind == 6:
            which, quarters = 3, 2
        elif kind == 5:
            which, quarters = 4, 2
        elif kind == 3:
            which, quarters = 5, 2
        else:
            which, quarters = 6, 4
        counts[place_of[own], place_of[seen[index]], which] += times * quarters


@njit(cache=True, nogil=True)
def _count_by_phases(values, place_of, mask, masked, lower, upper, split, first, stop, counts, of_two):
    """Add the mixed pairs of the cubes whose first plane is from `first` to `stop`.

    Cubes of two phases, as most are, are counted by their configuration.
    """
    kinds = np.empty(upper[2] - lower[2] + 1, np.uint8)
    seen = np.empty(8, np.int64)
    for z in range(first, stop):
        for y in range(lower[1] - 1, upper[1]):
            _sort_cubes(values, mask, masked, lower, upper, split, z, y, kinds)
            for place in range(kinds.size):
                x = lower[2] - 1 + place
                if kinds[place] == _WHOLE:
                    code, other = np.int64(0), np.int64(-1)
                    several = np.int64(0)
                    for index in range(8):
                        label = np.int64(values[z + (index >> 2), y + ((index >> 1) & 1), x + (index & 1)])
                        seen[index] = label
                        if label != seen[0]:
                            several += np.int64(other >= 0 and label != other)
                            other = label
                            code |= 1 << index
                    octant = _octant_of(split, z, y, x)
                    if several == 0:
                        of_two[octant, place_of[seen[0]], place_of[other], code] += 1
                        continue
                    for corner in range(8):
                        # each pair once, for both its voxels
                        _add_pairs(seen, corner, corner, 2, place_of, counts[octant])
                elif kinds[place] == _CUT and not _is_uniform(values, mask, masked, lower, upper, z, y, x):
                    for corner in range(8):
                        cz, cy, cx = z + (corner >> 2), y + ((corner >> 1) & 1), x + (corner & 1)
                        if not _is_inside(mask, masked, lower, upper, cz, cy, cx):
                            continue
                        _seen_from(values, mask, masked, lower, upper, z, y, x, corner, seen)
                        _add_pairs(seen, corner, 8, 1, place_of, counts[_octant_of(split, cz, cy, cx)])

# mypy: disable-error-code="no-untyped-def"
"""Counts of pairs of voxels at a distance, and counts in cells: whole numbers, the same for any number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs, slab_count


def coincidences(here: NDArray[np.bool_], shift: tuple[int, int, int]) -> int:
    """Return in how many pairs of voxels, the second `shift` from the first, both are True; its z is not below 0."""
    counts = np.zeros(slab_count(here.shape), np.int64)
    seen = here.view(np.uint8)

    def count(slab: int, first: int, stop: int) -> None:
        counts[slab] = _count_pairs(seen, shift[0], shift[1], shift[2], first, stop)

    in_slabs(here.shape, count)
    return int(counts.sum())


def cell_counts(
    values: NDArray[Any], label: int, mask: NDArray[np.bool_] | None, cell: tuple[int, int, int]
) -> NDArray[np.int64]:
    """Return the voxels of the phase and of the sample in cells of `cell` voxels, shape (2, cells along z, y, x)."""
    shape = tuple(-(-count // edge) for count, edge in zip(values.shape, cell, strict=True))
    counts = np.zeros((2, *shape), np.int64)
    inside = np.ones((1, 1, 1), np.bool_) if mask is None else mask

    def count(slab: int, first: int, stop: int) -> None:
        _count_cells(values, label, inside, mask is not None, cell[0], cell[1], cell[2], first, stop, counts)

    # a thread has whole layers of cells to itself
    in_slabs((shape[0], *values.shape), count)
    return counts


@njit(cache=True, nogil=True)
def _count_pairs(seen, dz, dy, dx, first, stop):
    """Count the pairs whose first voxel lies in the planes from `first` to `stop`."""
    depth, height, width = seen.shape
    begin, end = max(0, -dx), min(width, width - dx)
    total = np.int64(0)
    for z in range(first, min(stop, depth - dz)):
        for y in range(max(0, -dy), min(height, height - dy)):
            here, there = seen[z, y, begin:end], seen[z + dz, y + dy, begin + dx : end + dx]
            both = np.int32(0)
            for x in range(here.size):
                both = np.int32(both + np.uint8(here[x] & there[x]))
            total += both
    return total


@njit(cache=True, nogil=True)
def _count_cells(values, label, mask, masked, cell_z, cell_y, cell_x, first, stop, counts):
    """Count the layers of cells from `first` to `stop`; `mask` is read only if `masked`."""
    depth, height, width = values.shape
    for z in range(first * cell_z, min(stop * cell_z, depth)):
        for y in range(height):
            for column in range(counts.shape[3]):
                here, inside = np.int64(0), np.int64(0)
                for x in range(column * cell_x, min((column + 1) * cell_x, width)):
                    if masked and not mask[z, y, x]:
                        continue
                    inside += 1
                    here += np.int64(values[z, y, x] == label)
                counts[0, z // cell_z, y // cell_y, column] += here
                counts[1, z // cell_z, y // cell_y, column] += inside

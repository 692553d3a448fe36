# mypy: disable-error-code="no-untyped-def"
"""Counts over a phase image: labels by layer, and mixed pairs of neighbours by direction and octant.

Only integers are added up, so the counts are the same for any number of threads and any cut into slabs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs, slab_count

LABELS = 256
CLASSES = 7
"""Classes of direction by the axes they move along: z, y, x, zy, zx, yx, zyx."""

SAMPLE_VOXELS = 7
PHASE_VOXELS = 8
COUNTS = 9
"""Counts of one octant: mixed pairs by class of direction, voxels of the sample, voxels of the phase."""

_OUTSIDE = 2
_STRIP_BYTES = 1 << 18
"""Three planes of a strip of rows stay in the cache of one core."""


def layer_counts(values: NDArray[Any], mask: NDArray[np.bool_] | None, axis: int) -> NDArray[np.int64]:
    """Return the voxels [layer along `axis`, label] of the sample."""
    inside, masked = _mask_or_stand_in(mask)
    counts = np.zeros((slab_count(values.shape), values.shape[axis], LABELS), np.int64)
    in_slabs(
        values.shape,
        lambda slab, first, stop: _count_layers(values, inside, masked, axis, first, stop, counts[slab]),
    )
    total: NDArray[np.int64] = counts.sum(axis=0)
    return total


def mixed_pairs(
    values: NDArray[Any],
    label: int,
    mask: NDArray[np.bool_] | None,
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    split: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the counts [octant, `COUNTS`] of the box from `lower` to `upper`, cut into octants at `split`.

    Every voxel is compared with its 26 neighbours, so a pair inside the box is counted from both its voxels.
    Octant 4 iz + 2 iy + ix has the voxels beyond the split along the axes whose i is 1.
    """
    inside, masked = _mask_or_stand_in(mask)
    box = tuple(int(edge) for edge in upper - lower)
    counts = np.zeros((slab_count(box), 8, COUNTS), np.int64)

    def add(slab: int, first: int, stop: int) -> None:
        ends = int(lower[0]) + first, int(lower[0]) + stop
        _count_pairs(values, label, inside, masked, lower, upper, split, *ends, counts[slab])

    in_slabs(box, add)
    total: NDArray[np.int64] = counts.sum(axis=0)
    return total


def _mask_or_stand_in(mask: NDArray[np.bool_] | None) -> tuple[NDArray[np.bool_], bool]:
    """Return an array of bool, which compiled code needs, and whether it is to be read."""
    return (np.ones((1, 1, 1), np.bool_), False) if mask is None else (mask, True)


@njit(cache=True, nogil=True)
def _count_layers(values, mask, masked, axis, first, stop, counts):
    """Add the voxels of the planes from `first` to `stop` to `counts` [layer, label]."""
    _, height, width = values.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                if masked and not mask[z, y, x]:
                    continue
                layer = z if axis == 0 else (y if axis == 1 else x)
                counts[layer, values[z, y, x]] += 1


@njit(cache=True, nogil=True)
def _load_plane(values, label, mask, masked, z, lower, upper, first_row, plane, spans):
    """Write 1 where the phase is, 0 elsewhere in the sample, 2 outside; note where each row is inside.

    `spans[row]` becomes the first and one past the last column that are inside with all columns between,
    or an empty span where the sample is not in one piece along the row.
    """
    width = upper[2] - lower[2]
    for index in range(plane.shape[0]):
        y = first_row + index
        row = plane[index]
        spans[index, 0], spans[index, 1] = width + 2, 0
        row[:] = _OUTSIDE
        if not (lower[0] <= z < upper[0] and lower[1] <= y < upper[1]):
            continue
        if not masked:
            for x in range(width):
                row[x + 1] = values[z, y, x + lower[2]] == label
            spans[index, 0], spans[index, 1] = 1, width + 1
            continue
        inside, first, last = 0, width, -1
        for x in range(width):
            if mask[z, y, x + lower[2]]:
                row[x + 1] = values[z, y, x + lower[2]] == label
                inside += 1
                first = min(first, x)
                last = x
        if inside and inside == last - first + 1:
            spans[index, 0], spans[index, 1] = first + 1, last + 2


@njit(cache=True, nogil=True)
def _move_up(block, spans, rows):
    """Make room for the next plane."""
    for plane in range(2):
        for row in range(rows):
            spans[plane, row, 0], spans[plane, row, 1] = spans[plane + 1, row, 0], spans[plane + 1, row, 1]
            for x in range(block.shape[2]):
                block[plane, row, x] = block[plane + 1, row, x]


@njit(cache=True, nogil=True)
def _mixed(block, z, y, x, dz, dy, dx):
    """Say whether the voxel and its neighbour along a direction are of different phases.

    Where the neighbour lies outside the sample, the image goes on as it is at its border: the direction loses
    the components that leave the sample, as an index that is clipped.
    """
    there = block[z + dz, y + dy, x + dx]
    if there == _OUTSIDE:
        ez = dz if block[z + dz, y, x] != _OUTSIDE else 0
        ey = dy if block[z, y + dy, x] != _OUTSIDE else 0
        ex = dx if block[z, y, x + dx] != _OUTSIDE else 0
        there = block[z + ez, y + ey, x + ex]
        if there == _OUTSIDE:
            return 0
    return np.int64(there != block[z, y, x])


@njit(cache=True, nogil=True)
def _add_voxel(block, y, x, counts):
    """Count the mixed pairs of one voxel near the border of the sample along all 26 directions."""
    if block[1, y, x] == _OUTSIDE:
        return
    for dz in range(-1, 2):
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                kind = 4 * abs(dz) + 2 * abs(dy) + abs(dx)
                if kind == 4:
                    which = 0
                elif kind == 2:
                    which = 1
                elif kind == 1:
                    which = 2
                elif kind == 6:
                    which = 3
                elif kind == 5:
                    which = 4
                elif kind == 3:
                    which = 5
                elif kind == 7:
                    which = 6
                else:
                    continue
                counts[which] += _mixed(block, 1, y, x, dz, dy, dx)
    counts[SAMPLE_VOXELS] += 1
    counts[PHASE_VOXELS] += np.int64(block[1, y, x])


@njit(cache=True, nogil=True)
def _add_span(above_before, above, above_after, before, here, after, below_before, below, below_after, counts):
    """Count the mixed pairs of voxels whose 26 neighbours are all inside; rows have one column more at each end."""
    z = y = x = zy = zx = yx = zyx = phase = np.int32(0)
    for i in range(here.size - 2):
        c = here[i + 1]
        phase = np.int32(phase + c)
        z = np.int32(z + np.uint8((above[i + 1] ^ c) + (below[i + 1] ^ c)))
        y = np.int32(y + np.uint8((before[i + 1] ^ c) + (after[i + 1] ^ c)))
        x = np.int32(x + np.uint8((here[i] ^ c) + (here[i + 2] ^ c)))
        zy = np.int32(
            zy
            + np.uint8(
                (above_before[i + 1] ^ c)
                + (above_after[i + 1] ^ c)
                + (below_before[i + 1] ^ c)
                + (below_after[i + 1] ^ c)
            )
        )
        zx = np.int32(zx + np.uint8((above[i] ^ c) + (above[i + 2] ^ c) + (below[i] ^ c) + (below[i + 2] ^ c)))
        yx = np.int32(yx + np.uint8((before[i] ^ c) + (before[i + 2] ^ c) + (after[i] ^ c) + (after[i + 2] ^ c)))
        zyx = np.int32(
            zyx
            + np.uint8(
                (above_before[i] ^ c)
                + (above_before[i + 2] ^ c)
                + (above_after[i] ^ c)
                + (above_after[i + 2] ^ c)
                + (below_before[i] ^ c)
                + (below_before[i + 2] ^ c)
                + (below_after[i] ^ c)
                + (below_after[i + 2] ^ c)
            )
        )
    counts[0] += z
    counts[1] += y
    counts[2] += x
    counts[3] += zy
    counts[4] += zx
    counts[5] += yx
    counts[6] += zyx
    counts[SAMPLE_VOXELS] += max(0, here.size - 2)
    counts[PHASE_VOXELS] += phase


@njit(cache=True, nogil=True)
def _add_row(block, spans, y, start, stop, counts):
    """Count the mixed pairs of the voxels `start` to `stop` of one row of the middle plane."""
    low, high = start, stop
    for plane in range(3):
        for row in range(y - 1, y + 2):
            low = max(low, spans[plane, row, 0] + 1)
            high = min(high, spans[plane, row, 1] - 1)
    if high <= low:
        low = high = stop
    for x in range(start, low):
        _add_voxel(block, y, x, counts)
    if high > low:
        first, last = low - 1, high + 1
        _add_span(
            block[0, y - 1, first:last],
            block[0, y, first:last],
            block[0, y + 1, first:last],
            block[1, y - 1, first:last],
            block[1, y, first:last],
            block[1, y + 1, first:last],
            block[2, y - 1, first:last],
            block[2, y, first:last],
            block[2, y + 1, first:last],
            counts,
        )
    for x in range(high, stop):
        _add_voxel(block, y, x, counts)


@njit(cache=True, nogil=True)
def _count_pairs(values, label, mask, masked, lower, upper, split, first, stop, counts):
    """Add the planes from `first` to `stop` to the counts [octant, `COUNTS`]; `mask` is read only if `masked`."""
    height, width = upper[1] - lower[1], upper[2] - lower[2]
    strip = max(1, min(height, _STRIP_BYTES // (3 * (width + 2)) - 2))
    middle = split[2] - lower[2] + 1
    block = np.empty((3, strip + 2, width + 2), np.uint8)
    spans = np.empty((3, strip + 2, 2), np.int64)
    for top in range(lower[1], upper[1], strip):
        rows = min(strip, upper[1] - top) + 2
        for plane in range(1, 3):
            z = first + plane - 2
            _load_plane(values, label, mask, masked, z, lower, upper, top - 1, block[plane, :rows], spans[plane])
        for z in range(first, stop):
            _move_up(block, spans, rows)
            _load_plane(values, label, mask, masked, z + 1, lower, upper, top - 1, block[2, :rows], spans[2])
            for row in range(1, rows - 1):
                octant = 4 * np.int64(z >= split[0]) + 2 * np.int64(top + row - 1 >= split[1])
                _add_row(block, spans, row, 1, middle, counts[octant])
                _add_row(block, spans, row, middle, width + 1, counts[octant + 1])

# mypy: disable-error-code="no-untyped-def"
"""One pass over a label image: everything `measure_particles` needs, as whole numbers.

Only integers are added up, so the sums are the same for any number of threads and any cut into slabs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs, slab_count

WIDTH = 24
"""Accumulators of one particle: 17 sums, 3 lowest and 3 highest indices, and one unused to fill cache lines."""

COUNT = 0
SUMS = slice(0, 17)
FIRST_MOMENTS = slice(1, 4)  # z, y, x
SECOND_MOMENTS = slice(4, 10)  # zz, yy, xx, zy, zx, yx
EXITS = slice(10, 17)  # by class of direction: z, y, x, zy, zx, yx, zyx
LOWEST = slice(17, 20)
HIGHEST = slice(20, 23)

_STRIP_BYTES = 1 << 19
"""Two planes of a strip of rows stay in the cache of one core."""


@njit(cache=True, nogil=True)
def _load_row(labels, mask, masked, z, y, row):
    """Copy one row into the middle of `row`, 0 outside the mask; say whether any voxel has a label."""
    width = labels.shape[2]
    anything = np.uint32(0)
    if masked:
        for x in range(width):
            value = np.uint32(labels[z, y, x]) if mask[z, y, x] else np.uint32(0)
            row[x + 1] = value
            anything |= value
    else:
        for x in range(width):
            value = np.uint32(labels[z, y, x])
            row[x + 1] = value
            anything |= value
    return anything != 0


@njit(cache=True, nogil=True)
def _load_plane(labels, mask, masked, z, first_row, plane, filled):
    """Copy the rows from `first_row` on; rows and planes outside the image are background."""
    for index in range(plane.shape[0]):
        y = first_row + index
        if 0 <= z < labels.shape[0] and 0 <= y < labels.shape[1]:
            filled[index] = _load_row(labels, mask, masked, z, y, plane[index])
        else:
            plane[index, :] = 0
            filled[index] = False


@njit(cache=True, nogil=True)
def _mark_exits(here, beside, below_before, below, below_after, marks):
    """Write for every voxel of a row which of four neighbours straight ahead have another label, a byte each."""
    for x in range(here.size):
        label = here[x]
        marks[x] = np.uint32(
            (np.uint32(beside[x] != label))
            | (np.uint32(below[x] != label) << np.uint32(8))
            | (np.uint32(below_before[x] != label) << np.uint32(16))
            | (np.uint32(below_after[x] != label) << np.uint32(24))
        )


@njit(cache=True, nogil=True)
def _find_runs(here, marks, starts, sums_of_marks):
    """List where runs of equal labels start and the sum of the marks before; return how many. No branches."""
    runs = 0
    total = np.uint32(0)
    previous = ~here[0]
    for x in range(here.size):
        label = here[x]
        starts[runs] = x
        sums_of_marks[runs] = total
        # the entry is kept only where a run starts; otherwise the next voxel overwrites it
        runs += label != previous
        previous = label
        total = np.uint32(total + marks[x])
    starts[runs] = here.size
    sums_of_marks[runs] = total
    return runs


@njit(cache=True, nogil=True)
def _ends(row, start, last, stop, label):
    """Return the exits towards -x and +x less twice those straight ahead: the window gains and loses a voxel."""
    return (
        np.int64(row[start - 1] != label)
        - np.int64(row[last] != label)
        + np.int64(row[stop] != label)
        - np.int64(row[start] != label)
    )


@njit(cache=True, nogil=True)
def _add_runs(z, y, runs, starts, sums_of_marks, here, beside, below_before, below, below_after, powers, found):
    """Add the runs of a row to the accumulators; an exit along a diagonal follows from the ends of a run."""
    for run in range(runs):
        start = starts[run]
        label = here[start]
        if label == 0:
            continue
        stop = starts[run + 1]
        last = stop - 1
        count = stop - start
        marks = np.uint32(sums_of_marks[run + 1] - sums_of_marks[run])
        beside_n = np.int64(marks & np.uint32(255))
        below_n = np.int64((marks >> np.uint32(8)) & np.uint32(255))
        corner_n = np.int64((marks >> np.uint32(16)) & np.uint32(255)) + np.int64(marks >> np.uint32(24))
        corner_ends = _ends(below_before, start, last, stop, label) + _ends(below_after, start, last, stop, label)
        sum_x = powers[0, last] - powers[0, start - 1]
        one = found[label]
        one[0] += count
        one[1] += count * z
        one[2] += count * y
        one[3] += sum_x
        one[4] += count * z * z
        one[5] += count * y * y
        one[6] += powers[1, last] - powers[1, start - 1]
        one[7] += count * z * y
        one[8] += sum_x * z
        one[9] += sum_x * y
        one[10] += below_n
        one[11] += beside_n
        one[12] += np.int64(here[stop] != label)
        one[13] += corner_n
        one[14] += 2 * below_n + _ends(below, start, last, stop, label)
        one[15] += 2 * beside_n + _ends(beside, start, last, stop, label)
        one[16] += 2 * corner_n + corner_ends
        one[17] = min(one[17], z)
        one[18] = min(one[18], y)
        one[19] = min(one[19], start - 1)
        one[20] = max(one[20], z)
        one[21] = max(one[21], y)
        one[22] = max(one[22], last - 1)


@njit(cache=True, nogil=True)
def _add_row(z, y, here, beside, below_before, below, below_after, powers, marks, starts, sums_of_marks, found):
    """Add one row: `beside` is row y + 1 of the same plane, the next three rows y - 1, y, y + 1 of the plane z + 1.

    A row is taken in pieces of at most 255 voxels, so that a sum of marks fits its byte; a run that goes on in
    the next piece is two runs without an exit between them.
    """
    width = here.size - 2
    pieces = (width + 254) // 255
    for piece in range(pieces):
        first, stop = 1 + piece * width // pieces, 1 + (piece + 1) * width // pieces
        # in parts of the rows, as a loop from 0 on is one that the compiler can vectorise
        part = here[first:stop]
        _mark_exits(
            part, beside[first:stop], below_before[first:stop], below[first:stop], below_after[first:stop], marks
        )
        runs = _find_runs(part, marks, starts, sums_of_marks)
        for run in range(runs + 1):
            starts[run] += first
        _add_runs(z, y, runs, starts, sums_of_marks, here, beside, below_before, below, below_after, powers, found)


@njit(cache=True, nogil=True)
def _add_plane(z, first_row, this, this_filled, following, powers, found):
    """Add the rows of one plane of a strip; its first and last row belong to the neighbouring strips."""
    marks = np.empty(this.shape[1], np.uint32)
    starts = np.empty(this.shape[1], np.int64)
    sums_of_marks = np.empty(this.shape[1], np.uint32)
    for index in range(1, this.shape[0] - 1):
        if this_filled[index]:
            _add_row(
                z,
                first_row + index,
                this[index],
                this[index + 1],
                following[index - 1],
                following[index],
                following[index + 1],
                powers,
                marks,
                starts,
                sums_of_marks,
                found,
            )


def accumulate(labels: NDArray[Any], mask: NDArray[np.bool_] | None, label_count: int) -> NDArray[np.int64]:
    """Return the accumulators [label, `WIDTH`] of all labels from 0 to `label_count` - 1, inside the mask."""
    unsigned = labels.view(f"u{labels.itemsize}")  # half as many versions to compile; labels are not negative
    inside = np.ones((1, 1, 1), np.bool_) if mask is None else mask
    # every slab has its own accumulators: no more of them than take a few bytes for each voxel
    affordable = 1 + 4 * labels.size // (8 * WIDTH * label_count)
    found = np.zeros((slab_count(labels.shape, affordable), label_count, WIDTH), np.int64)
    found[:, :, LOWEST], found[:, :, HIGHEST] = np.iinfo(np.int64).max, -1
    k = np.arange(labels.shape[2], dtype=np.int64)
    powers = np.zeros((2, k.size + 1), np.int64)  # sums of i and i^2 below each index
    powers[0, 1:], powers[1, 1:] = np.cumsum(k), np.cumsum(k**2)

    def add(slab: int, first: int, stop: int) -> None:
        _add_slab(unsigned, inside, mask is not None, first, stop, powers, found[slab])

    in_slabs(labels.shape, add, affordable)
    return _merged(found)


def _add_slab(
    labels: NDArray[Any],
    mask: NDArray[np.bool_],
    masked: bool,
    first: int,
    stop: int,
    powers: NDArray[np.int64],
    found: NDArray[np.int64],
) -> None:
    """Add the planes from `first` to `stop`, strip by strip of rows; `mask` is read only if `masked`."""
    _, height, width = labels.shape
    strip = max(1, min(height, _STRIP_BYTES // (8 * (width + 2)) - 2))
    for top in range(0, height, strip):
        rows = min(strip, height - top) + 2
        this, following = (np.zeros((rows, width + 2), np.uint32) for _ in range(2))
        this_filled, following_filled = (np.zeros(rows, np.bool_) for _ in range(2))
        _load_plane(labels, mask, masked, first, top - 1, this, this_filled)
        for z in range(first, stop):
            _load_plane(labels, mask, masked, z + 1, top - 1, following, following_filled)
            _add_plane(z, top - 1, this, this_filled, following, powers, found)
            this, following = following, this
            this_filled, following_filled = following_filled, this_filled


def _merged(found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the accumulators [label, `WIDTH`] of all slabs together."""
    total: NDArray[np.int64] = found[0]
    for other in found[1:]:
        total[:, SUMS] += other[:, SUMS]
        np.minimum(total[:, LOWEST], other[:, LOWEST], out=total[:, LOWEST])
        np.maximum(total[:, HIGHEST], other[:, HIGHEST], out=total[:, HIGHEST])
    return total


@njit(cache=True, nogil=True)
def touches_mask(labels, mask, label_count):
    """Return which labels have a voxel that shares a face with a voxel outside the mask."""
    depth, height, width = labels.shape
    touches = np.zeros(label_count, np.bool_)
    for z in range(depth):
        for y in range(height):
            for x in range(width):
                if labels[z, y, x] == 0 or not mask[z, y, x]:
                    continue
                if (
                    (z > 0 and not mask[z - 1, y, x])
                    or (z + 1 < depth and not mask[z + 1, y, x])
                    or (y > 0 and not mask[z, y - 1, x])
                    or (y + 1 < height and not mask[z, y + 1, x])
                    or (x > 0 and not mask[z, y, x - 1])
                    or (x + 1 < width and not mask[z, y, x + 1])
                ):
                    touches[labels[z, y, x]] = True
    return touches

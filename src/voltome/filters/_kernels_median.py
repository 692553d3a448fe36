# mypy: disable-error-code="no-untyped-def"
"""Median of the 3^3 or 5^3 voxels around each voxel: plain arrays of any numeric type.

Everything is done to rows at once, without a branch, so that the compiler works on as many voxels as a register holds.
The rows of one strip lie in one array at fixed distances: the compiler must see that they do not overlap. Offsets are
unsigned, for an index that may be negative keeps it from working on several voxels at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs

_ROW = 320
"""Elements between two rows of a strip; also the widest strip, the voxels beyond its ends included."""

_STEP = np.uint64(_ROW)
_ROWS = [np.uint64(_ROW * row) for row in range(28)]
_R1, _R2, _R3, _R4, _R5, _R6, _R7, _R8 = _ROWS[1:9]
_TRIAL, _COUNT, _FOUND = _ROWS[25:28]
_X1, _X2, _X3, _X4 = (np.uint64(x) for x in range(1, 5))

_SORTED = 9
"""First row of the scratch with columns sorted along z: three rows (low, middle, high) for each of three y."""


def median_of_27(values: NDArray[Any]) -> NDArray[Any]:
    """Return the median of the 3^3 voxels around each voxel, the nearest voxel repeated beyond the faces."""
    signed = values.dtype.kind == "i"  # as unsigned, there are fewer types to compile for
    image = _as_keys(values) if signed else np.ascontiguousarray(values)
    medians = np.empty_like(image)
    in_slabs(image.shape, lambda slab, first, stop: _fill_27(image, medians, first, stop))
    return _from_keys(medians, values.dtype) if signed else medians


def median_of_125(values: NDArray[Any]) -> NDArray[Any]:
    """Return the median of the 5^3 voxels around each voxel, the nearest voxel repeated beyond the faces."""
    keys = _as_keys(values)
    low, high = int(keys.min()), int(keys.max())
    bits = (low ^ high).bit_length()  # above these, all keys are equal
    alike = keys.dtype.type(low >> bits << bits)
    medians = np.empty_like(keys)
    in_slabs(keys.shape, lambda slab, first, stop: _fill_125(keys, medians, alike, bits, first, stop))
    return _from_keys(medians, values.dtype)


def _as_keys(values: NDArray[Any]) -> NDArray[Any]:
    """Return unsigned integers in the order of the values, of the same width."""
    keys = np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}")
    sign = _sign(keys)
    if values.dtype.kind == "u":
        return keys
    if values.dtype.kind == "i":
        flipped: NDArray[Any] = keys ^ sign
        return flipped
    # the bits of a float rise with its size: below zero all are turned round, above only the sign
    turned = _spread_sign(keys)
    turned |= sign
    turned ^= keys
    return turned


def _from_keys(keys: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the values that have these keys, which are overwritten."""
    if dtype.kind == "i":
        keys ^= _sign(keys)
    elif dtype.kind == "f":
        turned = ~_spread_sign(keys)
        turned |= _sign(keys)
        keys ^= turned
    return keys.view(dtype)


def _sign(keys: NDArray[Any]) -> Any:
    """Return the highest bit of a key."""
    return keys.dtype.type(1 << (8 * keys.dtype.itemsize - 1))


def _spread_sign(keys: NDArray[Any]) -> NDArray[Any]:
    """Return all bits set where the highest bit of a key is, else none."""
    signed = keys.view(f"i{keys.dtype.itemsize}") >> (8 * keys.dtype.itemsize - 1)
    spread: NDArray[Any] = signed.view(keys.dtype)
    return spread


# ---- comparators: two values in, the same two out, so that ties lose none


@njit(cache=True, nogil=True)
def _lower(a, b):
    return a if a < b else b


@njit(cache=True, nogil=True)
def _upper(a, b):
    return b if a < b else a


@njit(cache=True, nogil=True)
def _sort_3(a, b, c):
    a, b = _lower(a, b), _upper(a, b)
    b, c = _lower(b, c), _upper(b, c)
    a, b = _lower(a, b), _upper(a, b)
    return a, b, c


@njit(cache=True, nogil=True)
def _lowest(a, b, c):
    return _lower(_lower(a, b), c)


@njit(cache=True, nogil=True)
def _middle(a, b, c):
    return _upper(_lower(a, b), _lower(_upper(a, b), c))


@njit(cache=True, nogil=True)
def _highest(a, b, c):
    return _upper(_upper(a, b), c)


@njit(cache=True, nogil=True)
def _lowest_and_middle(a, b, c):
    a, b = _lower(a, b), _upper(a, b)
    b = _lower(b, c)
    return _lower(a, b), _upper(a, b)


@njit(cache=True, nogil=True)
def _middle_and_highest(a, b, c):
    a, b = _lower(a, b), _upper(a, b)
    b, c = _lower(b, c), _upper(b, c)
    return _upper(a, b), c


# ---- 27 voxels: sort 3 along z, once for all; sort 9 in the plane z-y, once for three x; select among 3 x 9


@njit(cache=True, nogil=True)
def _sort_along_z(voxels, below, here, above, rows, into, length):
    """Write the three voxels at each x in order into three rows."""
    for x in range(length):
        a, b, c = _sort_3(voxels[below + x], voxels[here + x], voxels[above + x])
        rows[into + x] = a
        rows[into + _R1 + x] = b
        rows[into + _R2 + x] = c


@njit(cache=True, nogil=True)
def _sort_9(rows, y0, y1, y2, into, length):
    """Merge three columns that are sorted along z into nine rows in order, from `into` on.

    Sorting along y leaves the columns sorted; of the sequences of comparators that finish, none is shorter than these
    seven (all those of up to six were tried).
    """
    for x in range(length):
        a0, a1, a2 = _sort_3(rows[y0 + x], rows[y1 + x], rows[y2 + x])
        b0, b1, b2 = _sort_3(rows[y0 + _R1 + x], rows[y1 + _R1 + x], rows[y2 + _R1 + x])
        c0, c1, c2 = _sort_3(rows[y0 + _R2 + x], rows[y1 + _R2 + x], rows[y2 + _R2 + x])
        a1, b0 = _lower(a1, b0), _upper(a1, b0)
        a2, b1 = _lower(a2, b1), _upper(a2, b1)
        a2, c0 = _lower(a2, c0), _upper(a2, c0)
        b0, a2 = _lower(b0, a2), _upper(b0, a2)
        b1, c0 = _lower(b1, c0), _upper(b1, c0)
        b2, c1 = _lower(b2, c1), _upper(b2, c1)
        c0, b2 = _lower(c0, b2), _upper(c0, b2)
        rows[into + x] = a0
        rows[into + _R1 + x] = a1
        rows[into + _R2 + x] = b0
        rows[into + _R3 + x] = a2
        rows[into + _R4 + x] = b1
        rows[into + _R5 + x] = c0
        rows[into + _R6 + x] = b2
        rows[into + _R7 + x] = c1
        rows[into + _R8 + x] = c2


@njit(cache=True, nogil=True)
def _three(rows, at):
    return rows[at], rows[at + _X1], rows[at + _X2]


@njit(cache=True, nogil=True)
def _select_27(rows, medians, into, length):
    """Write the 14th of the three sorted nines around each x.

    Sorted across x too, the nines are a table with rows i = 0..8 and columns j = 0..2 in order both ways. An entry has
    (i + 1)(j + 1) - 1 others that are not above it and (9 - i)(3 - j) - 1 not below it, so where either
    exceeds 13 it is not the median. 13 entries remain: a0..a3 of column 0, b0..b4 of column 1, c0..c3 of column 2,
    and the median is the 7th of them.
    """
    for x in range(length):
        c0 = _highest(*_three(rows, x))
        c1 = _highest(*_three(rows, _R1 + x))
        b0, c2 = _middle_and_highest(*_three(rows, _R2 + x))
        b1, c3 = _middle_and_highest(*_three(rows, _R3 + x))
        b2 = _middle(*_three(rows, _R4 + x))
        a0, b3 = _lowest_and_middle(*_three(rows, _R5 + x))
        a1, b4 = _lowest_and_middle(*_three(rows, _R6 + x))
        a2 = _lowest(*_three(rows, _R7 + x))
        a3 = _lowest(*_three(rows, _R8 + x))
        # merge the fours, even places and odd places first; of the eight, the first and the last are not needed
        c0 = _upper(a0, c0)
        a2, c2 = _lower(a2, c2), _upper(a2, c2)
        a2, c0 = _lower(a2, c0), _upper(a2, c0)
        a1, c1 = _lower(a1, c1), _upper(a1, c1)
        a3 = _lower(a3, c3)
        a3, c1 = _lower(a3, c1), _upper(a3, c1)
        s1, s2 = _lower(a2, a1), _upper(a2, a1)
        s3, s4 = _lower(c0, a3), _upper(c0, a3)
        s5, s6 = _lower(c2, c1), _upper(c2, c1)
        # the 7th of two sorted lists is the least upper end of the ways to take 7 from their beginnings
        early = _lower(_upper(s1, b4), _upper(s2, b3))
        late = _lower(_upper(s3, b2), _upper(s4, b1))
        medians[into + x] = _lower(_lower(early, late), _lower(_upper(s5, b0), s6))


@njit(cache=True, nogil=True)
def _fill_27(values, medians, first, stop):
    """Fill the layers from `first` to `stop`, strip by strip."""
    depth, height, width = values.shape
    voxels, filled = values.reshape(-1), medians.reshape(-1)
    rows = np.zeros(_ROW * (_SORTED + 9), values.dtype)
    widest = _ROW - 2
    for x0 in range(0, width, widest):
        x1 = min(x0 + widest, width)
        left, right = max(x0 - 1, 0), min(x1 + 1, width)
        length = np.uint64(right - left)
        for z in range(first, stop):
            below, here, above = max(z - 1, 0) * height, z * height, min(z + 1, depth - 1) * height
            for ahead in range(height + 1):
                if ahead < height:
                    row0 = np.uint64((below + ahead) * width + left)
                    row1 = np.uint64((here + ahead) * width + left)
                    row2 = np.uint64((above + ahead) * width + left)
                    into = np.uint64(_ROW * (_SORTED + 3 * (ahead % 3)))
                    _sort_along_z(voxels, row0, row1, row2, rows, into, length)
                y = ahead - 1
                if y < 0:
                    continue
                y0 = np.uint64(_ROW * (_SORTED + 3 * (max(y - 1, 0) % 3)))
                y1 = np.uint64(_ROW * (_SORTED + 3 * (y % 3)))
                y2 = np.uint64(_ROW * (_SORTED + 3 * (min(y + 1, height - 1) % 3)))
                # x0 - 1 is at the beginning of a row, and is repeated where the image begins at x0
                _sort_9(rows, y0, y1, y2, np.uint64(left - x0 + 1), length)
                for row in range(9):
                    if left == x0:
                        rows[_ROW * row] = rows[_ROW * row + 1]
                    if right == x1:
                        rows[_ROW * row + x1 - x0 + 1] = rows[_ROW * row + x1 - x0]
                _select_27(rows, filled, np.uint64((here + y) * width + x0), np.uint64(x1 - x0))


# ---- 125 voxels: the bits of the median one by one, the highest first


@njit(cache=True, nogil=True)
def _begin_bit(rows, bit, length):
    """Try the bit in every median, and forget the counts."""
    for x in range(length):
        rows[_TRIAL + x] = rows[_FOUND + x] | bit
        rows[_COUNT + x] = 0


@njit(cache=True, nogil=True)
def _count_reaching(rows, row, length):
    """Count those of five voxels in a row that reach the trial."""
    for x in range(length):
        trial, at = rows[_TRIAL + x], row + x
        near = (rows[at] >= trial) + (rows[at + _X1] >= trial) + (rows[at + _X2] >= trial)
        far = (rows[at + _X3] >= trial) + (rows[at + _X4] >= trial)
        rows[_COUNT + x] += near + far


@njit(cache=True, nogil=True)
def _end_bit(rows, length):
    """Keep the bit where more than half of the 125 reach it."""
    for x in range(length):
        rows[_FOUND + x] = rows[_TRIAL + x] if rows[_COUNT + x] >= 63 else rows[_FOUND + x]


@njit(cache=True, nogil=True)
def _load_5(keys, z, y, x0, x1, rows, into):
    """Copy the row y of five layers, two voxels longer at both ends."""
    depth, _, width = keys.shape
    left, right = max(x0 - 2, 0), min(x1 + 2, width)
    for dz in range(5):
        source = keys[min(max(z + dz - 2, 0), depth - 1), y]
        row = into + _ROW * dz + 2 - x0
        rows[row + left : row + right] = source[left:right]
        rows[row + x0 - 2 : row + left] = source[0]
        rows[row + right : row + x1 + 2] = source[width - 1]


@njit(cache=True, nogil=True)
def _fill_125(keys, medians, alike, bits, first, stop):
    """Fill the layers from `first` to `stop`; `alike` are the bits above the lowest `bits`, which all keys share."""
    _, height, width = keys.shape
    rows = np.zeros(_ROW * 28, keys.dtype)
    widest = _ROW - 4
    for x0 in range(0, width, widest):
        x1 = min(x0 + widest, width)
        length = np.uint64(x1 - x0)
        for z in range(first, stop):
            for y in range(height):
                for ahead in range(0 if y == 0 else y + 2, min(y + 3, height)):
                    _load_5(keys, z, ahead, x0, x1, rows, _ROW * 5 * (ahead % 5))
                rows[_FOUND : _FOUND + length] = alike
                for place in range(bits - 1, -1, -1):
                    _begin_bit(rows, keys.dtype.type(np.uint64(1) << np.uint64(place)), length)
                    for dy in range(-2, 3):
                        five = 5 * (min(max(y + dy, 0), height - 1) % 5)
                        for row in range(five, five + 5):
                            _count_reaching(rows, np.uint64(_ROW * row), length)
                    _end_bit(rows, length)
                medians[z, y, x0:x1] = rows[_FOUND : _FOUND + length]

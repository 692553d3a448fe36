# mypy: disable-error-code="no-untyped-def"
"""Pairs of voxels of two particles that touch, counted by direction and pair of particles: whole numbers only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs, slab_count

WIDTH = 31
CROSSINGS = slice(0, 7)
"""Pairs of voxels by class of direction: z, y, x, zy, zx, yx, zyx."""
PLACES = slice(7, 28)
"""For each class the sums of the places between the two voxels, less a half, doubled: (z, y, x) each."""
FACES = slice(28, 31)
"""Shared faces across z, y, x; positive where the particle of the lower label comes first."""

_CLASS_OF = np.array([-1, 2, 1, 5, 0, 4, 3, 6])
"""Class of a direction by the axes along which it moves: z counts 4, y 2, x 1."""

_EMPTY = -1


@njit(cache=True, nogil=True)
def _slot(keys, key):
    """Return where a key is or belongs in a table of a power of two entries, of which some are free."""
    last = keys.size - 1
    place = ((key * np.int64(7046029254386353131)) >> 20) & last
    while keys[place] != _EMPTY and keys[place] != key:
        place = (place + 1) & last
    return place


@njit(cache=True, nogil=True)
def _add(one, kind, z, y, x, dz, dy, dx, is_first_lower):
    """Add a pair of voxels, of which the first is at z, y, x, to the sums of its pair of particles."""
    one[kind] += 1
    one[7 + 3 * kind] += 2 * z + dz
    one[8 + 3 * kind] += 2 * y + dy
    one[9 + 3 * kind] += 2 * x + dx
    if kind < 3:
        one[28 + kind] += 1 if is_first_lower else -1


@njit(cache=True, nogil=True)
def _count_rows(labels, mask, masked, first, stop, keys, sums, known, label_count):
    """Add the pairs between each row and the rows ahead of it; return the next row and how many keys are known.

    Rows are numbered through all layers. It stops early where the next row might fill the table.
    """
    depth, height, width = labels.shape
    for number in range(first, stop):
        if 4 * (known + 13 * width) > 3 * keys.size:
            return number, known
        z, y = number // height, number % height
        here = labels[z, y]
        for ahead in range(5):  # rows 0, 0 and 0, 1 and 1, -1 and 1, 0 and 1, 1 of (z, y)
            dz = 0 if ahead < 2 else 1
            dy = ahead if ahead < 2 else ahead - 3
            if z + dz >= depth or y + dy < 0 or y + dy >= height:
                continue
            there = labels[z + dz, y + dy]
            for dx in range(1 if ahead == 0 else -1, 2):
                kind = _CLASS_OF[4 * (dz != 0) + 2 * (dy != 0) + (dx != 0)]
                for x in range(max(0, -dx), min(width, width - dx)):
                    a, b = np.int64(here[x]), np.int64(there[x + dx])
                    if a == 0 or b == 0 or a == b:
                        continue
                    if masked and not (mask[z, y, x] and mask[z + dz, y + dy, x + dx]):
                        continue
                    key = min(a, b) * label_count + max(a, b)
                    place = _slot(keys, key)
                    if keys[place] == _EMPTY:
                        keys[place] = key
                        known += 1
                    _add(sums[place], kind, z, y, x, dz, dy, dx, a < b)
    return stop, known


@njit(cache=True, nogil=True)
def _grown(keys, sums):
    """Return the table with twice as many entries."""
    more_keys, more_sums = np.full(2 * keys.size, _EMPTY, np.int64), np.zeros((2 * keys.size, WIDTH), np.int64)
    for place in range(keys.size):
        if keys[place] != _EMPTY:
            new = _slot(more_keys, keys[place])
            more_keys[new], more_sums[new] = keys[place], sums[place]
    return more_keys, more_sums


def _count_layers(
    labels: NDArray[Any], mask: NDArray[np.bool_], masked: bool, first: int, stop: int, label_count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the keys and sums of the pairs of some layers; the table grows as needed."""
    height, width = labels.shape[1:]
    size = 1 << int(np.ceil(np.log2(18 * (width + 2))))
    keys, sums = np.full(size, _EMPTY, np.int64), np.zeros((size, WIDTH), np.int64)
    row, known = first * height, 0
    while True:
        row, known = _count_rows(labels, mask, masked, row, stop * height, keys, sums, known, label_count)
        if row == stop * height:
            break
        keys, sums = _grown(keys, sums)
    used = keys != _EMPTY
    return keys[used], sums[used]


def count_contacts(
    labels: NDArray[Any], mask: NDArray[np.bool_] | None, label_count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the lower and the higher label of every pair that touches, in rising order, and their `WIDTH` sums.

    Two voxels touch when they are among each other's 26 neighbours; each pair of voxels counts once.
    """
    unsigned = labels.view(f"u{labels.itemsize}")
    inside = np.ones((1, 1, 1), np.bool_) if mask is None else mask
    parts: list[Any] = [None] * slab_count(labels.shape)

    def count(slab: int, first: int, stop: int) -> None:
        parts[slab] = _count_layers(unsigned, inside, mask is not None, first, stop, label_count)

    in_slabs(labels.shape, count)
    keys, places = np.unique(np.concatenate([keys for keys, _ in parts]), return_inverse=True)
    sums = np.zeros((len(keys), WIDTH), np.int64)
    np.add.at(sums, places, np.concatenate([sums for _, sums in parts]))
    return keys // label_count, keys % label_count, sums

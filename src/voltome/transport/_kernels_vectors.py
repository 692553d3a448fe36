# mypy: disable-error-code="no-untyped-def"
"""Sums and updates of whole fields: every layer has its own sum, so that no result depends on the number of threads."""

from __future__ import annotations

import numpy as np
from numba import njit

_ANY_ORDER = {"reassoc", "contract", "nsz"}
"""Sums along one row may be taken in the order of the machine's vectors, which is the same for every thread."""


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER)
def dot(one, other, sums, first, stop):
    """Write for every layer the sum of the products of two fields."""
    _, height, width = one.shape
    for z in range(first, stop):
        total = 0.0
        for y in range(height):
            row, column = one[z, y], other[z, y]
            part = np.float32(0.0)
            for x in range(width):
                part += row[x] * column[x]
            total += np.float64(part)
        sums[z] = total


@njit(cache=True, nogil=True)
def add_scaled(target, source, scale, first, stop):
    """Add `scale` times `source` to `target`."""
    _, height, width = target.shape
    for z in range(first, stop):
        for y in range(height):
            row, given = target[z, y], source[z, y]
            for x in range(width):
                row[x] += scale * given[x]


@njit(cache=True, nogil=True)
def scale_and_add(target, scale, source, first, stop):
    """Make `target` equal to `scale` times itself plus `source`."""
    _, height, width = target.shape
    for z in range(first, stop):
        for y in range(height):
            row, given = target[z, y], source[z, y]
            for x in range(width):
                row[x] = scale * row[x] + given[x]

# mypy: disable-error-code="no-untyped-def"
"""The largest box in a field of voxels."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def largest_rectangle(plane, heights, stack):
    """Return (cells, y0, y1, x0, x1) of the largest rectangle of True cells; of equal ones the first that ends.

    Row by row, every column knows how many True cells stand above it; a stack of rising heights gives the widest
    rectangle that ends in the row.
    """
    rows, columns = plane.shape
    best = np.zeros(5, np.int64)
    heights[:] = 0
    for y in range(rows):
        top = 0
        for x in range(columns + 1):
            height = np.int64(0)
            if x < columns:
                heights[x] = heights[x] + 1 if plane[y, x] else 0
                height = heights[x]
            while top > 0 and heights[stack[top - 1]] >= height:
                tall = heights[stack[top - 1]]
                top -= 1
                left = stack[top - 1] + 1 if top > 0 else 0
                cells = tall * (x - left)
                if cells > best[0]:
                    best[0], best[1], best[2], best[3], best[4] = cells, y + 1 - tall, y + 1, left, x
            if x < columns:
                stack[top] = x
                top += 1
    return best


@njit(cache=True, nogil=True)
def largest_box(field):
    """Return (z0, z1, y0, y1, x0, x1) of the box of True cells with the most cells; zeros where there is none.

    Every pair of first and last layer is tried, with the largest rectangle that is in all layers between.
    """
    layers, rows, columns = field.shape
    heights, stack = np.zeros(columns, np.int64), np.zeros(columns + 1, np.int64)
    best, most = np.zeros(6, np.int64), np.int64(0)
    for first in range(layers):
        common = field[first].copy()
        for last in range(first, layers):
            left = np.int64(0)
            for y in range(rows):
                for x in range(columns):
                    common[y, x] = common[y, x] and field[last, y, x]
                    left += common[y, x]
            if left * (layers - first) <= most:
                break
            found = largest_rectangle(common, heights, stack)
            cells = found[0] * (last + 1 - first)
            if cells > most:
                most = cells
                best[0], best[1] = first, last + 1
                best[2:] = found[1:]
    return best

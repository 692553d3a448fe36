# mypy: disable-error-code="no-untyped-def"
"""Cells of grey value: between which two ends of many intervals a voxel lies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs

BY_TABLE_BYTES = 2
"""Whole numbers of so many bytes are looked up in a table of all there are."""


def fill_cells(
    values: NDArray[Any], mask: NDArray[np.bool_] | None, cuts: NDArray[Any], outside: int, cells: NDArray[np.uint8]
) -> None:
    """Write to `cells` how many of the rising `cuts` are at or below each voxel, and `outside` beyond the mask.

    The cuts have the type of the values.
    """
    table = _table(cuts) if values.dtype.kind in "ui" and values.dtype.itemsize <= BY_TABLE_BYTES else None

    def fill(slab: int, first: int, stop: int) -> None:
        for z in range(first, stop):
            plane = np.ascontiguousarray(values[z], dtype=cuts.dtype).ravel()
            row = cells[z].reshape(-1)
            if table is None:
                _search(plane, cuts, row)
            else:
                _look_up(plane.view(f"u{plane.itemsize}"), table, row)
            if mask is not None:
                cells[z][~mask[z]] = outside

    in_slabs(values.shape, fill)


def _table(cuts: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the cell of every possible grey value, a negative one at the place of its bits."""
    grey = np.arange(2 ** (8 * cuts.itemsize), dtype=f"u{cuts.itemsize}").view(cuts.dtype)
    return np.searchsorted(cuts, grey, side="right").astype(np.uint8)


@njit(cache=True, nogil=True)
def _look_up(plane, table, cells):
    """Write the cell of every voxel of a plane."""
    for i in range(plane.size):
        cells[i] = table[plane[i]]


@njit(cache=True, nogil=True)
def _search(plane, cuts, cells):
    """Write the number of cuts at or below every voxel of a plane, halving the cuts that are left."""
    for i in range(plane.size):
        grey = plane[i]
        base, left = 0, cuts.size
        while left > 1:
            half = left >> 1
            base = base + half if cuts[base + half - 1] <= grey else base
            left -= half
        if left == 1 and cuts[base] <= grey:
            base += 1
        cells[i] = base

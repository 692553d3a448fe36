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

_BINS = 4096
"""Other numbers are looked up in a table of so many bins between the lowest and the highest cut."""


def fill_cells(
    values: NDArray[Any], mask: NDArray[np.bool_] | None, cuts: NDArray[Any], outside: int, cells: NDArray[np.uint8]
) -> None:
    """Write to `cells` how many of the rising `cuts` are at or below each voxel, and `outside` beyond the mask.

    The cuts have the type of the values.
    """
    table = _table(cuts) if values.dtype.kind in "ui" and values.dtype.itemsize <= BY_TABLE_BYTES else None
    bins = _bins(cuts)

    def fill(slab: int, first: int, stop: int) -> None:
        for z in range(first, stop):
            plane = np.ascontiguousarray(values[z], dtype=cuts.dtype).ravel()
            row = cells[z].reshape(-1)
            if table is None:
                _search(plane, cuts, *bins, row)
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


def _bins(cuts: NDArray[Any]) -> tuple[float, float, NDArray[np.int64]]:
    """Return half the first cut, bins per half grey value, and how many cuts lie in the bins before each.

    A higher value is never in a lower bin, whatever is rounded: so the cuts of lower bins lie below a value, and only
    those of its own bin are compared with it. Halves, so that the span of the largest floats does not overflow.
    """
    halves = cuts.astype(np.float64) / 2
    span = halves[-1] - halves[0] if cuts.size else 0.0
    scale = _BINS / span if span > _BINS * np.finfo(np.float64).tiny else 0.0
    first = halves[0] if cuts.size else 0.0
    places = np.minimum(((halves - first) * scale).astype(np.int64), _BINS - 1)
    return first, scale, np.searchsorted(places, np.arange(_BINS), side="left")


@njit(cache=True, nogil=True)
def _search(plane, cuts, first, scale, before, cells):
    """Write the number of cuts at or below every voxel of a plane."""
    count = cuts.size
    for i in range(plane.size):
        grey = plane[i]
        if count == 0 or grey < cuts[0]:
            cells[i] = 0
        elif grey >= cuts[count - 1]:
            cells[i] = count
        else:
            cell = before[min(np.int64((np.float64(grey) / 2 - first) * scale), _BINS - 1)]
            while cuts[cell] <= grey:
                cell += 1
            cells[i] = cell

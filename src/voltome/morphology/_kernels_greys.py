# mypy: disable-error-code="no-untyped-def"
"""Medians of the grey values on both sides of the surface of every particle, away from its blurred edge."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs

_WORK_OF_A_PARTICLE = 1 << 14
"""Voxels of a usual box: what is too little work for a second thread is done by one."""


@njit(cache=True, nogil=True)
def _gather(grey, labels, mask, masked, depth, wanted, low, high, least, depths, values):
    """Write depth and grey value of the voxels of one label in a box that are deeper than `least`; return how many."""
    count = 0
    for z in range(low[0], high[0]):
        for y in range(low[1], high[1]):
            for x in range(low[2], high[2]):
                if labels[z, y, x] == wanted and depth[z, y, x] > least and not (masked and not mask[z, y, x]):
                    depths[count] = depth[z, y, x]
                    values[count] = grey[z, y, x]
                    count += 1
    return count


@njit(cache=True, nogil=True)
def _median(grey, labels, mask, masked, depth, wanted, low, high, edge, fewest):
    """Return the median of the voxels further than `edge` from others, or of the deepest; NaN where there is none."""
    size = (high[0] - low[0]) * (high[1] - low[1]) * (high[2] - low[2])
    depths, values = np.empty(size, np.float32), np.empty(size, np.float64)
    count = _gather(grey, labels, mask, masked, depth, wanted, low, high, edge, depths, values)
    if count >= fewest:
        return np.median(values[:count])
    count = _gather(grey, labels, mask, masked, depth, wanted, low, high, np.float32(0), depths, values)
    if count == 0:
        return np.nan
    least = np.sort(depths[:count])[max(0, count - fewest)]
    kept = 0
    for index in range(count):
        if depths[index] >= least:
            values[kept] = values[index]
            kept += 1
    return np.median(values[:kept])


@njit(cache=True, nogil=True)
def _medians(
    grey, labels, mask, masked, depth, numbers, lowest, highest, around, edge, fewest, first, stop, inside, outside
):  # fmt: skip
    """Write the medians of the particles from `first` to `stop`."""
    shape = np.array(labels.shape)
    for particle in range(first, stop):
        low, high = lowest[particle], highest[particle] + 1
        inside[particle] = _median(grey, labels, mask, masked, depth, numbers[particle], low, high, edge, fewest)
        low, high = np.maximum(low - around, 0), np.minimum(high + around, shape)
        outside[particle] = _median(grey, labels, mask, masked, depth, 0, low, high, edge, fewest)


def medians(
    grey: NDArray[Any],
    labels: NDArray[np.int32],
    mask: NDArray[np.bool_] | None,
    depth: NDArray[np.float32],
    numbers: NDArray[np.int64],
    lowest: NDArray[np.int64],
    highest: NDArray[np.int64],
    *,
    around: int,
    edge: float,
    fewest: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the medians inside and around the particles; every particle is done alone, so by any number of threads."""
    inside, outside = np.empty(len(numbers)), np.empty(len(numbers))
    known = np.ones((1, 1, 1), np.bool_) if mask is None else mask

    def find(_slab: int, first: int, stop: int) -> None:
        _medians(
            grey, labels, known, mask is not None, depth, numbers, lowest, highest, around, np.float32(edge), fewest,
            first, stop, inside, outside,
        )  # fmt: skip

    in_slabs((len(numbers), _WORK_OF_A_PARTICLE), find)
    return inside, outside

# mypy: disable-error-code="no-untyped-def"
"""Volumes of the components of a phase, and a value for each of their voxels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs


def component_voxels(labels: NDArray[Any], components: int) -> NDArray[np.int64]:
    """Return the voxels of every label from 0 to `components`; in one thread, as there may be millions of labels."""
    counts = np.zeros(components + 1, np.int64)
    _count_labels(labels, counts)
    return counts


def painted(labels: NDArray[Any], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the entry of `table` for the label of every voxel."""
    values = np.empty(labels.shape, np.uint8)
    in_slabs(labels.shape, lambda slab, first, stop: _paint(labels, table, values, first, stop))
    return values


@njit(cache=True, nogil=True)
def _count_labels(labels, counts):
    """Add the voxels of every label to `counts`."""
    depth, height, width = labels.shape
    for z in range(depth):
        for y in range(height):
            for x in range(width):
                counts[labels[z, y, x]] += 1


@njit(cache=True, nogil=True)
def _paint(labels, table, values, first, stop):
    """Write the entry of `table` for every voxel of the planes from `first` to `stop`."""
    _, height, width = labels.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                values[z, y, x] = table[labels[z, y, x]]

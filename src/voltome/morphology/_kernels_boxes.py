# mypy: disable-error-code="no-untyped-def"
"""Counts of labels in the octants of many boxes of one image, the same for any number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs
from voltome.morphology._kernels_phases import LABELS


def box_label_counts(values: NDArray[Any], corners: NDArray[np.int64], splits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the voxels [box, octant, label] of boxes with the corners [box, lower or upper, axis], cut at `splits`."""
    counts = np.zeros((len(corners), 8, LABELS), np.int64)

    def count(slab: int, first: int, stop: int) -> None:
        _count_boxes(values, corners, splits, first, stop, counts)

    # a thread has whole boxes to itself
    voxels = int(np.prod(corners[:, 1] - corners[:, 0], axis=1).sum())
    in_slabs((len(corners), -(-voxels // len(corners))), count)
    return counts


@njit(cache=True, nogil=True)
def _count_boxes(values, corners, splits, first, stop, counts):
    """Count the boxes from `first` to `stop`."""
    for box in range(first, stop):
        for z in range(corners[box, 0, 0], corners[box, 1, 0]):
            for y in range(corners[box, 0, 1], corners[box, 1, 1]):
                octant = 4 * np.int64(z >= splits[box, 0]) + 2 * np.int64(y >= splits[box, 1])
                for x in range(corners[box, 0, 2], splits[box, 2]):
                    counts[box, octant, values[z, y, x]] += 1
                for x in range(splits[box, 2], corners[box, 1, 2]):
                    counts[box, octant + 1, values[z, y, x]] += 1

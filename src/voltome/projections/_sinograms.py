"""Work on one row of the detector after another: its sinogram, all views beside each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from voltome.data import Projections
from voltome.data._kernels_slabs import in_slabs

Sinogram = NDArray[np.float32]


def row_by_row(
    projections: Projections, clean: Callable[[Sinogram], tuple[Sinogram, int]]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return what `clean` makes of the sinogram (angle, column) of every row, and what it counts there, on all cores.

    A row never sees another, so that a few rows alone give the same bits as within the whole detector.
    """
    values = projections.in_memory().values
    found = np.empty(values.shape, np.float32)
    counts = np.zeros(values.shape[1], np.int64)

    def work(_: int, first: int, stop: int) -> None:
        for row in range(first, stop):
            found[:, row], counts[row] = clean(np.ascontiguousarray(values[:, row], np.float32))

    views, rows, columns = values.shape
    in_slabs((rows, views, columns), work)
    return found, counts

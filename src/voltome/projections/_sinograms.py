"""Work on one row of the detector after another: its sinogram, all views beside each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Projections
from voltome.data._kernels_slabs import in_slabs

Sinogram = NDArray[np.float32]


def row_by_row(
    projections: Projections, clean: Callable[[Sinogram], NDArray[Any]], *, into: np.dtype[Any] | None = None
) -> NDArray[Any]:
    """Return what `clean` makes of the sinogram (angle, column) of every row, on all cores.

    A row never sees another, so that a few rows alone give the same bits as within the whole detector.
    """
    values = projections.in_memory().values
    found = np.empty(values.shape, np.float32 if into is None else into)

    def work(_: int, first: int, stop: int) -> None:
        for row in range(first, stop):
            found[:, row] = clean(np.ascontiguousarray(values[:, row], np.float32))

    views, rows, columns = values.shape
    in_slabs((rows, views, columns), work)
    return found

"""Direct backprojection of a batch of slices."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs
from voltome.reconstruction._kernels_backprojection import backproject_rows
from voltome.reconstruction._lines import PaddedLines
from voltome.reconstruction._slice_grid import SliceGrid


def backproject_directly(
    spectra: NDArray[np.complex64],
    lines: PaddedLines,
    *,
    axis: float,
    angles_rad: NDArray[np.float64],
    weights: NDArray[np.float64],
    filtering: NDArray[np.float64],
    grid: SliceGrid,
) -> NDArray[np.float32]:
    """Return slices[slice, y, x]: the sum over views of weight times filtered line, linear between its samples."""
    spectra *= (weights[:, np.newaxis, np.newaxis] * filtering).astype(np.float32)
    first = math.floor(axis - grid.reach) - 1
    count = math.ceil(axis + grid.reach) + 3 - first
    samples = lines.lines(spectra, first, count)
    y, x = grid.places
    cosines, sines = np.cos(angles_rad), np.sin(angles_rad)
    found = np.empty((*grid.shape, spectra.shape[1]), np.float32)

    def work(_: int, begin: int, stop: int) -> None:
        backproject_rows(samples, axis - first, cosines, sines, y, x, found, begin, stop)

    in_slabs((*grid.shape, len(samples)), work)
    return found.transpose(2, 0, 1)

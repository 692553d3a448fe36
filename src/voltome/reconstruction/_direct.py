"""Direct backprojection of a batch of slices."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs
from voltome.reconstruction._kernels_backprojection import backproject_rows
from voltome.reconstruction._lines import PaddedLines, by_views
from voltome.reconstruction._slice_grid import SliceGrid


def backproject_directly(
    spectra: Callable[[slice], NDArray[np.complex64]],
    lines: PaddedLines,
    *,
    axis: float,
    angles_rad: NDArray[np.float64],
    weights: NDArray[np.float64],
    filtering: NDArray[np.float64],
    grid: SliceGrid,
    slices: int,
) -> NDArray[np.float32]:
    """Return slices[slice, y, x]: the sum over views of weight times filtered line, linear between its samples."""
    first = math.floor(axis - grid.reach) - 1
    count = math.ceil(axis + grid.reach) + 3 - first
    samples = np.empty((len(angles_rad), count, slices), np.float32)

    def sample(some: slice) -> None:
        weighted = spectra(some) * (weights[some, np.newaxis, np.newaxis] * filtering).astype(np.float32)
        samples[some] = lines.samples(weighted, first, count).transpose(0, 2, 1)

    by_views(len(samples), samples[0].size, sample)
    y, x = grid.places
    cosines, sines = np.cos(angles_rad), np.sin(angles_rad)
    found = np.empty((*grid.shape, slices), np.float32)
    in_slabs(
        (*grid.shape, len(samples)),
        lambda _, a, b: backproject_rows(samples, axis - first, cosines, sines, y, x, found, a, b),
    )
    return found.transpose(2, 0, 1)

"""Lines of the detector, padded so that a filter does not wrap around, and what a filter makes of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from voltome.data._kernels_slabs import in_slabs

Padding = Literal["zero", "edge"]


@dataclass(frozen=True, slots=True)
class PaddedLines:
    """How a line of the detector lies in a longer, periodic one.

    Attributes
    ----------
    columns : int
        Columns of the detector; column 0 is sample 0 of the longer line.
    length : int
        Samples of the longer line: even, at least twice the columns.
    padding : {"zero", "edge"}
        What stands beside the detector: nothing, or its outermost pixels, each on its half of the rest.
    """

    columns: int
    length: int
    padding: Padding = "zero"

    def spectra(self, values: NDArray[Any]) -> NDArray[np.complex64]:
        """Return the real transform of values[view, slice, column] along the columns."""
        views, slices, _ = values.shape
        found = np.empty((views, slices, self.length // 2 + 1), np.complex64)

        def work(_: int, first: int, stop: int) -> None:
            for some in _portions(first, stop):
                found[some] = fft.rfft(self._padded(values[some]), axis=2)

        in_slabs((views, slices, self.length), work)
        return found

    def lines(self, spectra: NDArray[np.complex64], first: int, count: int) -> NDArray[np.float32]:
        """Return the samples `first` to `first` + `count` of the lines of these spectra; the slices come last."""
        views, slices, _ = spectra.shape
        found = np.empty((views, count, slices), np.float32)
        wanted = np.arange(first, first + count) % self.length

        def work(_: int, begin: int, stop: int) -> None:
            for some in _portions(begin, stop):
                lines = fft.irfft(spectra[some], self.length, axis=2)
                found[some] = lines[:, :, wanted].transpose(0, 2, 1)

        in_slabs((views, slices, self.length), work)
        return found

    def _padded(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Return values[view, slice, column] on the longer lines."""
        longer = np.zeros((*values.shape[:2], self.length), np.float32)
        longer[:, :, : self.columns] = values
        if self.padding == "edge":
            middle = (self.columns + self.length) // 2
            longer[:, :, self.columns : middle] = longer[:, :, self.columns - 1, np.newaxis]
            longer[:, :, middle:] = longer[:, :, :1]
        return longer


def padded_lines(columns: int, reach: float, axis: float, padding: Padding) -> PaddedLines:
    """Return lines long enough for a detector of so many columns and voxels up to `reach` pixels from the axis.

    A voxel may lie farther from a pixel than the detector is wide; half a detector is left between it and the next period.
    """
    farthest = reach + max(axis, columns - 1 - axis)
    return PaddedLines(columns, even_length(max(2 * columns, math.ceil(farthest + columns / 2))), padding)


def even_length(least: int) -> int:
    """Return the next even length whose transform is fast."""
    return 2 * int(fft.next_fast_len((least + 1) // 2, real=True))


def _portions(first: int, stop: int, size: int = 16) -> list[slice]:
    """Return the views `first` to `stop` in portions that stay in the cache of a core."""
    return [slice(start, min(start + size, stop)) for start in range(first, stop, size)]

"""Lines of the detector, padded so that a filter does not wrap around, and what a filter makes of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from voltome.data._kernels_slabs import in_slabs

Padding = Literal["zero", "edge"]

PORTION = 16
"""Views that are transformed at a time."""


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
        longer = np.zeros((*values.shape[:2], self.length), np.float32)
        longer[:, :, : self.columns] = values
        if self.padding == "edge":
            middle = (self.columns + self.length) // 2
            longer[:, :, self.columns : middle] = longer[:, :, self.columns - 1, np.newaxis]
            longer[:, :, middle:] = longer[:, :, :1]
        found: NDArray[np.complex64] = fft.rfft(longer, axis=2)
        return found

    def samples(self, spectra: NDArray[np.complex64], first: int, count: int) -> NDArray[np.float32]:
        """Return the samples `first` to `first` + `count` of the lines of spectra[view, slice, frequency]."""
        wanted = np.arange(first, first + count) % self.length
        found: NDArray[np.float32] = fft.irfft(spectra, self.length, axis=2)[:, :, wanted]
        return found


def padded_lines(columns: int, reach: float, axis: float, padding: Padding) -> PaddedLines:
    """Return lines long enough for a detector of so many columns and voxels up to `reach` pixels from the axis.

    A voxel may lie farther from a pixel than the detector is wide; half a detector is left before the next period.
    """
    farthest = reach + max(axis, columns - 1 - axis)
    return PaddedLines(columns, even_length(max(2 * columns, math.ceil(farthest + columns / 2))), padding)


def waves(length: int) -> NDArray[np.float64]:
    """Return how often every frequency of a real transform counts in a sample of a line of this even length."""
    counts = np.full(length // 2 + 1, 2.0 / length)
    counts[[0, -1]] = 1.0 / length
    return counts


def even_length(least: int) -> int:
    """Return the next even length whose transform is fast."""
    return 2 * int(fft.next_fast_len((least + 1) // 2, real=True))


def by_views(views: int, each: int, work: Callable[[slice], None]) -> None:
    """Call `work` for portions of the views, of `each` values, that stay in the cache of a core, on all threads."""

    def some(_: int, first: int, stop: int) -> None:
        for start in range(first, stop, PORTION):
            work(slice(start, min(start + PORTION, stop)))

    in_slabs((views, each), some)

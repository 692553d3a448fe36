"""Filters of whole views in Fourier space, with their edges continued so that nothing wraps around."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Frame = NDArray[np.float64]
Margins = tuple[int, int]


@dataclass(frozen=True)
class Padding:
    """How a view is continued by its edges: margins before it, and a size that transforms fast."""

    shape: tuple[int, int]
    before: Margins
    padded: tuple[int, int]

    @classmethod
    def of(cls, shape: tuple[int, int], margins: Margins) -> Padding:
        """Return the padding of views of this shape with at least these margins on each side."""
        rows, columns = (fft.next_fast_len(n + 2 * margin, real=True) for n, margin in zip(shape, margins, strict=True))
        return cls(shape, margins, (rows, columns))

    def pad(self, view: Frame) -> Frame:
        """Return the view continued."""
        widths = [
            (before, whole - extent - before)
            for extent, before, whole in zip(self.shape, self.before, self.padded, strict=True)
        ]
        return np.pad(view, widths, mode="edge")

    def crop(self, padded: Frame) -> Frame:
        """Return the view without its margins."""
        (rows, columns), (top, left) = self.shape, self.before
        return padded[top : top + rows, left : left + columns]

    def frequencies(self, *, half: bool) -> tuple[Frame, Frame]:
        """Return the frequencies along rows and columns in cycles per pixel; half of the columns for real images."""
        rows, columns = self.padded
        across = fft.rfftfreq(columns) if half else fft.fftfreq(columns)
        return fft.fftfreq(rows)[:, np.newaxis], across[np.newaxis, :]


@dataclass(frozen=True)
class ViewFilter:
    """A real, even transfer function for views of one shape."""

    padding: Padding
    transfer: Frame

    @classmethod
    def of(cls, shape: tuple[int, int], margins: Margins, transfer: Callable[[Frame, Frame], Frame]) -> ViewFilter:
        """Return a filter from its transfer function of the frequencies (row, column) in cycles per pixel."""
        padding = Padding.of(shape, margins)
        return cls(padding, transfer(*padding.frequencies(half=True)))

    def __call__(self, view: Frame) -> Frame:
        """Return the view filtered."""
        transformed = fft.rfft2(self.padding.pad(view))
        transformed *= self.transfer
        return self.padding.crop(fft.irfft2(transformed, s=self.padding.padded))

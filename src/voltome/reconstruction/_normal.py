"""The normal operator of a parallel beam: what projecting a slice and projecting it back makes of it.

By the model of `project` a view is the part of the slice's Fourier transform along one line. Projecting and projecting
back is then a convolution with one kernel, the sum of all those lines, and on a grid twice as wide a product of Fourier
transforms: an iteration costs two of them, however many views there are. That is exact for least squares in which every
ray counts alike, with the detector as wide as its lines are padded and zeros where it was not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from voltome.data import Projections
from voltome.reconstruction._gridding import Lattice, lattice_of
from voltome.reconstruction._lines import PaddedLines, even_length, padded_lines, waves
from voltome.reconstruction._slice_grid import SliceGrid, centred_grid

Image = NDArray[np.float32]

POWER_STEPS = 12
"""Steps of the power iteration: the second eigenvalue is about half of the first, so the error falls fourfold in
each."""

SAFETY = 1.02

TINY = float(np.finfo(np.float32).tiny)
"""Below the norm of every slice but an empty one."""


@dataclass(frozen=True, slots=True)
class NormalOperator:
    """Projection and back-projection for the views of a scan, in units of a voxel's edge.

    Attributes
    ----------
    lattice : Lattice
        Between slices and the lines of their Fourier transform.
    lines : PaddedLines
        The detector with zeros beside.
    spectrum : numpy.ndarray
        Fourier transform of the kernel of the convolution: real, as the kernel is symmetric.
    """

    lattice: Lattice
    lines: PaddedLines
    spectrum: Image

    @property
    def grid(self) -> SliceGrid:
        """The voxels of a slice."""
        return self.lattice.grid

    @property
    def size(self) -> int:
        """Voxels of a slice along y and x."""
        return self.grid.shape[0]

    @property
    def views(self) -> int:
        """Number of views."""
        return len(self.lattice.turns)

    def back(self, sinograms: NDArray[Any]) -> Image:
        """Return slices [slice, y, x] that sinograms [view, slice, column] are projected back to."""
        factors, alike = waves(self.lines.length), np.ones(self.views)
        return self.lattice.to_slices(
            lambda some: self.lines.spectra(sinograms[some]), factors, alike, sinograms.shape[1]
        )

    def apply(self, image: Image) -> Image:
        """Return one slice projected and projected back."""
        wide = len(self.spectrum)
        # one axis after the other, so that the rows of zeros are not transformed
        transform = scipy.fft.fft(scipy.fft.rfft(image, wide, axis=1), wide, axis=0)
        transform *= self.spectrum
        rows = scipy.fft.ifft(transform, axis=0, overwrite_x=True)[: self.size]
        return np.ascontiguousarray(scipy.fft.irfft(rows, wide, axis=1)[:, : self.size])

    def largest_eigenvalue(self) -> float:
        """Return a number a little above the largest eigenvalue of the operator, by which a step is safe."""
        image, found = np.full((self.size, self.size), 1 / self.size, np.float32), 1.0
        for _ in range(POWER_STEPS):
            image = self.apply(image / np.float32(found))
            found = norm(image)
        return SAFETY * found


def normal_operator(projections: Projections, axis_px: float) -> NormalOperator:
    """Return the operator for slices as wide as the detector, the axis of rotation in their middle."""
    size, angles = projections.column_count, np.radians(projections.angles_deg)
    grid = centred_grid((size, size))
    lines = padded_lines(size, grid.reach, axis_px, "zero")
    lattice = lattice_of(grid, angles_rad=angles, axis=axis_px, length=lines.length)
    return NormalOperator(lattice, lines, _spectrum(size, angles, lines.length))


def _spectrum(size: int, angles_rad: NDArray[np.float64], length: int) -> Image:
    """Return the Fourier transform of the kernel, for all distances between two voxels of a slice."""
    wide = even_length(2 * size)
    distances = SliceGrid((wide, wide), (-wide / 2, -wide / 2))
    lattice = lattice_of(distances, angles_rad=angles_rad, axis=0.0, length=length)
    point = np.ones((1, 1, length // 2 + 1), np.complex64)
    kernel = lattice.to_slices(
        lambda some: np.repeat(point, len(angles_rad[some]), axis=0), waves(length), np.ones(len(angles_rad)), 1
    )[0]
    kernel[0, :] = kernel[:, 0] = (
        0  # the distance -wide / 2 has no partner of the other sign, and no two voxels have it
    )
    return np.ascontiguousarray(scipy.fft.rfft2(scipy.fft.ifftshift(kernel), workers=1).real)


def inner(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Return the sum of products, added up in double precision in one order."""
    return float(np.multiply(a, b, dtype=np.float64).sum())


def norm(a: NDArray[Any]) -> float:
    """Return the root of the sum of squares."""
    return float(np.sqrt(inner(a, a)))

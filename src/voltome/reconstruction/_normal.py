"""The normal operator of a parallel beam: what projecting a slice and projecting it back makes of it.

The model is band-limited. A slice holds one sample per voxel; the Fourier transform of a view is the transform of the
slice along the line at the angle of the view. Projecting and projecting back is then a convolution of the slice with
one kernel, the sum of all those lines, and on a grid twice as wide it is a product of Fourier transforms: an iteration
costs two of them, however many views there are. That is exact for least squares in which every ray counts alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import finufft
import numpy as np
import scipy.fft
from numpy.typing import NDArray

Image = NDArray[np.float32]

PRECISION = 1e-4
"""Relative error of a non-uniform transform; that of the operator is below 1e-3."""

OVERSAMPLING = 1.25

POWER_STEPS = 12
"""Steps of the power iteration: the second eigenvalue is about half of the first, so the error falls fourfold in
each."""

SAFETY = 1.02


@dataclass(frozen=True, slots=True)
class NormalOperator:
    """Projection and back-projection of one slice for the views of a scan, in units of a voxel's edge.

    Attributes
    ----------
    size : int
        Voxels along y and x; the axis of rotation is in the middle.
    views, columns : int
        Shape of the sinograms.
    padded : int
        Columns of the detector with zeros beside: twice as many, so that nothing is seen twice.
    wave_y, wave_x : numpy.ndarray
        Where the views have frequencies above 0, in radians per voxel, view after view.
    phase : numpy.ndarray
        Turns the transform of a sinogram about the axis of rotation, and about the middle of the slice.
    spectrum : numpy.ndarray
        Fourier transform of the kernel of the convolution: real, as the kernel is symmetric.
    """

    size: int
    views: int
    columns: int
    padded: int
    wave_y: NDArray[np.float32]
    wave_x: NDArray[np.float32]
    phase: NDArray[np.complex64]
    spectrum: Image

    def adjoint(self) -> Callable[[NDArray[np.float32]], Image]:
        """Return the back-projection, from a sinogram (view, column) to a slice; for one thread, not for several."""
        plan = _plan(self.size, self.wave_y, self.wave_x)
        frequencies = self.phase.shape[1]

        def back(sinogram: NDArray[np.float32]) -> Image:
            """Return the slice that the sinogram, zero beyond its columns, is projected back to."""
            seen = scipy.fft.rfft(sinogram, self.padded, axis=1, workers=1)
            turned = (seen[:, 1 : frequencies + 1] * self.phase).astype(np.complex64, copy=False)
            mean = np.float32(seen[:, 0].real.sum(dtype=np.float64))
            return np.ascontiguousarray((2 * plan.execute(turned.ravel()).real + mean) / np.float32(self.padded))

        return back

    def apply(self, image: Image) -> Image:
        """Return the slice projected and projected back."""
        wide = 2 * (self.spectrum.shape[1] - 1)
        waves = scipy.fft.rfft2(image, (wide, wide), workers=1)
        waves *= self.spectrum
        return np.ascontiguousarray(scipy.fft.irfft2(waves, (wide, wide), workers=1)[: self.size, : self.size])

    def largest_eigenvalue(self) -> float:
        """Return a number a little above the largest eigenvalue of the operator, by which a step is safe."""
        image, found = np.ones((self.size, self.size), np.float32), 1.0
        for _ in range(POWER_STEPS):
            image = self.apply(image / np.float32(found))
            found = norm(image)
        return SAFETY * found


def normal_operator(angles_deg: NDArray[np.float64], *, columns: int, axis_px: float, size: int) -> NormalOperator:
    """Return the operator for views at these angles of a detector of `columns`, for slices of `size` x `size`."""
    # zeros beside the detector as far as the corners of the slice are seen
    padded = scipy.fft.next_fast_len(max(2 * columns, columns + 2 * size), real=True)
    # the frequency of Nyquist has no partner of the other sign, and is left out
    waves = 2 * np.pi * np.arange(1, (padded - 1) // 2 + 1) / padded
    angles = np.deg2rad(angles_deg)[:, np.newaxis]
    wave_y, wave_x = np.sin(angles) * waves, np.cos(angles) * waves
    # modes are counted from -size // 2; with an even size the middle lies half a voxel beside a mode
    between = 0.5 if size % 2 == 0 else 0.0
    phase = np.exp(1j * (waves * axis_px + between * (wave_y + wave_x))).astype(np.complex64)
    flat_y, flat_x = (np.ascontiguousarray(wave, np.float32).ravel() for wave in (wave_y, wave_x))
    return NormalOperator(
        size,
        len(angles_deg),
        columns,
        padded,
        flat_y,
        flat_x,
        phase,
        _spectrum(size, padded, flat_y, flat_x, len(angles)),
    )


def _spectrum(size: int, padded: int, wave_y: NDArray[np.float32], wave_x: NDArray[np.float32], views: int) -> Image:
    """Return the Fourier transform of the kernel, for all distances between two voxels of a slice."""
    wide = scipy.fft.next_fast_len(2 * size, real=True)
    while wide % 2:
        wide = scipy.fft.next_fast_len(wide + 1, real=True)
    lines = _plan(wide, wave_y, wave_x).execute(np.ones(wave_y.size, np.complex64)).real
    kernel = (2 * lines + np.float32(views)) / np.float32(padded)
    kernel[0, :] = kernel[:, 0] = 0  # the distance -wide / 2 has no partner of the other sign
    return np.ascontiguousarray(scipy.fft.rfft2(scipy.fft.ifftshift(kernel), workers=1).real)


def _plan(size: int, wave_y: NDArray[np.float32], wave_x: NDArray[np.float32]) -> finufft.Plan:
    """Return a transform from waves to a grid; of one thread, so that sums have one order."""
    plan = finufft.Plan(1, (size, size), 1, PRECISION, isign=1, dtype="complex64", nthreads=1, upsampfac=OVERSAMPLING)
    plan.setpts(wave_y, wave_x)
    return plan


def inner(a: Image, b: Image) -> float:
    """Return the sum of products, added up in double precision in one order."""
    return float(np.multiply(a, b, dtype=np.float64).sum())


TINY = float(np.finfo(np.float32).tiny)
"""Below the norm of every slice but an empty one."""


def norm(a: Image) -> float:
    """Return the root of the sum of squares."""
    return float(np.sqrt(inner(a, a)))

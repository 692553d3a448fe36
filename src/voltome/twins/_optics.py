"""From path lengths to the light that reaches the camera: absorption, or Zernike's phase contrast."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import gaussian_filter

from voltome.twins.scanners import ParallelNanoCT, ParallelScanner

Image = NDArray[np.float32]
Optics = Callable[[NDArray[np.float64]], Image]
"""From path lengths (material, row, column) in um to the share of the beam at each place."""


def optics_of(
    scanner: ParallelScanner,
    attenuation_per_um: NDArray[np.float64],
    phase_per_um: NDArray[np.float64],
    *,
    shape: tuple[int, int],
    pitch_um: float,
) -> Optics:
    """Return what a scanner makes of path lengths on a grid of some shape and pitch."""
    sigma = scanner.blur_um / pitch_um

    def blurred(light: Image) -> Image:
        return gaussian_filter(light, sigma, mode="nearest") if sigma else light

    def absorbed(lengths: NDArray[np.float64]) -> Image:
        return blurred(np.exp(-np.tensordot(attenuation_per_um, lengths, 1)).astype(np.float32))

    if not (isinstance(scanner, ParallelNanoCT) and scanner.contrast == "zernike"):
        return absorbed
    ring = _ring_of(scanner)
    padded = (fft.next_fast_len(shape[0]), fft.next_fast_len(shape[1]))
    pupils = pupils_of(ring, padded, pitch_um)
    faded = _faded(shape, math.ceil(scanner.margin_um / 2 / pitch_um))
    exponents = -attenuation_per_um / 2 - 1j * phase_per_um

    def contrasted(lengths: NDArray[np.float64]) -> Image:
        wave = np.ones(padded, np.complex64)
        wave[: shape[0], : shape[1]] = np.exp(np.tensordot(exponents, lengths, 1) * faded)
        return blurred(intensity(wave, pupils)[: shape[0], : shape[1]] / np.float32(ring.transmission))

    return contrasted


class Ring:
    """Aperture and phase ring in periods per um, and the points of the hollow cone that shines on it."""

    def __init__(
        self, aperture: float, inner: float, outer: float, *, shift_rad: float, transmission: float, points: int
    ) -> None:
        self.aperture, self.inner, self.outer = aperture, inner, outer
        self.factor = math.sqrt(transmission) * complex(math.cos(shift_rad), math.sin(shift_rad))
        self.transmission = transmission
        self.sources = self._sources(points)

    def _sources(self, points: int) -> NDArray[np.float64]:
        """Return points (row, column) spread evenly over the ring, along a spiral of the golden angle."""
        numbers = np.arange(points)
        # half of them opposite the others: what is odd in the frequency cancels as in a whole ring
        half = (points + 1) // 2
        squares = self.inner**2 + (np.arange(half) + 0.5) / half * (self.outer**2 - self.inner**2)
        order = np.argsort((np.arange(half) * 0.6180339887498949) % 1)
        radii = np.sqrt(squares[order][numbers % half])
        turns = math.pi * (numbers % half + 0.5) / half + math.pi * (numbers // half)
        return np.stack([radii * np.sin(turns), radii * np.cos(turns)], axis=1)


def pupils_of(ring: Ring, shape: tuple[int, int], pitch_um: float) -> list[NDArray[np.complex64]]:
    """Return what the aperture does to the Fourier transform of a wave, for every point of the hollow cone."""
    rows, columns = (fft.fftfreq(count, pitch_um) for count in shape)
    found = []
    for source in ring.sources:
        radii = np.hypot((rows + source[0])[:, None], (columns + source[1])[None, :])
        pupil = (radii <= ring.aperture).astype(np.complex64)
        pupil[(radii >= ring.inner) & (radii <= ring.outer)] = ring.factor
        found.append(pupil)
    return found


def intensity(wave: NDArray[np.complex64], pupils: list[NDArray[np.complex64]]) -> Image:
    """Return the mean intensity of the images that all points of the hollow cone make of a wave."""
    spectrum = fft.fft2(wave, workers=1)
    total = np.zeros(wave.shape, np.float32)
    for pupil in pupils:
        image = fft.ifft2(spectrum * pupil, workers=1)
        total += image.real**2 + image.imag**2
    return total / np.float32(len(pupils))


def _ring_of(scanner: ParallelNanoCT) -> Ring:
    """Return the ring of a scanner in periods per um."""
    return Ring(
        scanner.aperture_per_um,
        scanner.ring_inner * scanner.aperture_per_um,
        scanner.ring_outer * scanner.aperture_per_um,
        shift_rad=math.radians(scanner.ring_shift_deg),
        transmission=scanner.ring_transmission,
        points=scanner.illumination_points,
    )


def _faded(shape: tuple[int, int], width: int) -> NDArray[np.float64]:
    """Return weights that fall to 0 at the borders: what repeats there must not be a step."""
    sides = []
    for count in shape:
        places = np.minimum(np.arange(count) + 0.5, count - np.arange(count) - 0.5)
        sides.append(0.5 - 0.5 * np.cos(math.pi * np.minimum(1.0, places / max(width, 1))))
    faded: NDArray[np.float64] = sides[0][:, None] * sides[1][None, :]
    return faded

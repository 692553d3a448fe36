"""Zernike's phase contrast with a ring: what it does to a sample of one material, and back.

A hollow cone of light shines through the sample and falls onto a ring in the aperture of the objective. The ring shifts
the wave that was not scattered by a quarter of a wavelength and lets the share rho² of its intensity through, so that
it interferes with the scattered wave beside the ring.

A sample of one material with the absorbance a = mu t leaves the wave u = exp(-a/2 (1 + i g)), g = delta / beta. Light
from the point s of the cone (in periods per um across the aperture) gives the image |F⁻¹[P(q + s) F[u]]|², where P is
rho exp(+-i pi/2) on the ring, 1 beside it, 0 outside the aperture. What is seen is the mean T of these images over all
points of the cone, divided by rho², which is what it is without sample.

To first order in a, with on(q) the share of the cone for which q + s falls on the ring as well, and beside(q) that for
which it passes beside it::

    1 - T = F⁻¹[H F[a]],    H(q) = on(q) + sign (g / rho) beside(q)

Coarse detail, much coarser than 1 / (width of the ring), is on the ring: on = 1, and it is seen by its absorption only.
Fine detail is beside it and g / rho times as strong. The difference makes halos around things and shade-off within
them, and dividing by H takes both away. The sign is + where matter looks dark (positive contrast). Both shares are
overlaps of a ring with itself and with a disc, which have closed forms.

Beyond first order, 2 (1 - sqrt(T)) follows a more closely than 1 - T: for fine detail of the phase p = g a / 2, T is
(1 - p / rho)² to second order. What is left is taken away by steps a <- a + F⁻¹[F[2 (sqrt(T(a)) - sqrt(T))] / H], with
T(a) by the whole wave. For that the cone is a few points; what these few do wrong to first order is known, as their H
is, and is put right, so that they have to tell only the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from voltome.projections._fourier import Frame, Padding

_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class PhaseRing:
    """Ring, aperture and sample, in periods per um."""

    inner: float
    outer: float
    aperture: float
    amplitude: float  # rho
    sign: int
    ratio: float  # delta over beta

    def transfer(self, frequencies: Frame) -> Frame:
        """Return H: how strongly the absorbance of each frequency is seen."""
        area = np.pi * (self.outer**2 - self.inner**2)
        on = (
            _overlap(self.outer, self.outer, frequencies)
            - 2 * _overlap(self.outer, self.inner, frequencies)
            + _overlap(self.inner, self.inner, frequencies)
        ) / area
        through = (
            _overlap(self.outer, self.aperture, frequencies) - _overlap(self.inner, self.aperture, frequencies)
        ) / area
        beside = np.maximum(through - on, 0)
        return np.asarray(on + self.sign * self.ratio / self.amplitude * beside, np.float64)

    def pupils(self, rows: Frame, columns: Frame, points: int) -> Iterator[NDArray[np.int8]]:
        """Yield for points of the cone where each frequency goes: 0 lost, 1 beside the ring, 2 on it."""
        for row, column in self._cone(points):
            places = np.hypot(rows + row, columns + column)
            where = (places <= self.aperture).astype(np.int8)
            where[(places >= self.inner) & (places <= self.outer)] = 2
            yield where

    def transfer_of(self, pupils: tuple[NDArray[np.int8], ...], *, columns: int) -> Frame:
        """Return H as it is for these points of the cone alone, in the first columns."""
        found = np.zeros((pupils[0].shape[0], columns))
        for pupil in pupils:
            found += (pupil[:, :columns] == 2) + self.sign * self.ratio / self.amplitude * (pupil[:, :columns] == 1)
        return found / len(pupils)

    def factors(self) -> NDArray[np.complex64]:
        """Return what the wave is multiplied by where it is lost, beside the ring, and on it."""
        return np.array([0, 1, self.sign * 1j * self.amplitude], np.complex64)

    def _cone(self, points: int) -> Iterator[tuple[float, float]]:
        """Yield points spread evenly over the ring, in opposite pairs: what is odd in the frequency cancels."""
        pairs = points // 2
        for number in range(pairs):
            share = (0.5 + number * _GOLDEN) % 1
            radius = float(np.sqrt(self.inner**2 + share * (self.outer**2 - self.inner**2)))
            angle = np.pi * (number + 0.5) / pairs
            for side in (radius, -radius):
                yield side * float(np.sin(angle)), side * float(np.cos(angle))


@dataclass(frozen=True)
class HaloCorrection:
    """The way back from what is seen to the absorbance, for views of one shape."""

    padding: Padding
    ring: PhaseRing
    inverse: Frame
    pupils: tuple[NDArray[np.int8], ...]
    amiss: Frame
    steps: int

    @classmethod
    def of(
        cls,
        ring: PhaseRing,
        padding: Padding,
        pixels_um: tuple[float, float],
        *,
        points: int,
        steps: int,
        regularisation: float,
    ) -> HaloCorrection:
        """Return the correction for views with pixels of this size."""
        rows, columns = (each / pixel for each, pixel in zip(padding.frequencies(half=True), pixels_um, strict=True))
        transfer = ring.transfer(np.hypot(rows, columns))
        inverse = transfer / (transfer**2 + regularisation)
        rows, columns = (each / pixel for each, pixel in zip(padding.frequencies(half=False), pixels_um, strict=True))
        pupils = tuple(ring.pupils(rows, columns, points)) if steps else ()
        amiss = ring.transfer_of(pupils, columns=transfer.shape[1]) - transfer if steps else transfer
        return cls(padding, ring, inverse, pupils, amiss, steps)

    def __call__(self, transmission: Frame) -> tuple[Frame, bool]:
        """Return the absorbance, and whether every step brought the model closer to what was seen."""
        seen = np.sqrt(self.padding.pad(transmission))
        best = found = self._back(2 * (1 - seen))
        misfit = np.inf
        for step in range(self.steps + 1 if self.steps else 0):
            rest = 2 * (np.sqrt(self._seen_of(found)) - seen)
            size = float(np.square(rest).mean())
            if size >= misfit:
                return self.padding.crop(best), False
            misfit, best = size, found
            if step < self.steps:
                found = found + self._back(rest)
        return self.padding.crop(best), True

    def _back(self, seen: Frame) -> Frame:
        """Return the absorbance that is seen so to first order."""
        return np.asarray(fft.irfft2(fft.rfft2(seen) * self.inverse, s=self.padding.padded), np.float64)

    def _seen_of(self, absorbance: Frame) -> Frame:
        """Return the transmission that the ring shows of an absorbance."""
        wave = np.exp(absorbance * (-0.5 - 0.5j * self.ring.ratio)).astype(np.complex64)
        spectrum = fft.fft2(wave, overwrite_x=True)
        factors, total = self.ring.factors(), np.zeros(wave.shape, np.float32)
        for pupil in self.pupils:
            image = fft.ifft2(spectrum * factors[pupil], overwrite_x=True)
            total += image.real**2 + image.imag**2
        amiss = fft.irfft2(fft.rfft2(absorbance) * self.amiss, s=self.padding.padded)
        seen = np.maximum(total / (len(self.pupils) * self.ring.amplitude**2) + amiss, 0.0)
        return np.asarray(seen, np.float64)


def _overlap(first: float, second: float, distances: Frame) -> Frame:
    """Return the area that two discs of these radii share, by the distance of their centres."""
    smaller, larger = sorted((first, second))
    if smaller == 0:
        return np.zeros(distances.shape)
    if np.isinf(larger):
        return np.full(distances.shape, np.pi * smaller**2)
    inside, apart = distances <= larger - smaller, distances >= larger + smaller
    between = np.where(inside | apart, larger, distances)  # a distance at which nothing below is out of range
    to_small = np.clip((between**2 + smaller**2 - larger**2) / (2 * between * smaller), -1, 1)
    to_large = np.clip((between**2 + larger**2 - smaller**2) / (2 * between * larger), -1, 1)
    lens = smaller**2 * (np.arccos(to_small) - to_small * np.sqrt(1 - to_small**2)) + larger**2 * (
        np.arccos(to_large) - to_large * np.sqrt(1 - to_large**2)
    )
    return np.asarray(np.where(inside, np.pi * smaller**2, np.where(apart, 0.0, lens)), np.float64)

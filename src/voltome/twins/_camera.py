"""From light to counts: photons, the response of the pixels, noise, rounding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voltome.twins.scanners import ParallelScanner

DARK, FLAT, VIEW, PIXELS, JITTER = range(5)
"""What random numbers are for: each purpose and each frame has its own stream, so that no thread's order counts."""

LARGEST = 65535
DRIFT = 0.2
"""By how much the response of a drifting pixel changes at most."""

ZINGER_PHOTONS = 20
"""Mean of the exponential energy of a stray photon, in parts of the beam."""


class Camera:
    """A camera with the faults that a scanner's numbers and a seed give it."""

    def __init__(self, scanner: ParallelScanner, seed: int, frames: int) -> None:
        self.scanner, self.seed, self.frames = scanner, seed, max(frames, 1)
        rng = self._stream(PIXELS, 0)
        shape = scanner.shape
        self.response = np.clip(1 + scanner.gain_scatter * rng.standard_normal(shape), 0, None)
        self.change = np.clip(1 + scanner.ring_scatter * rng.standard_normal(shape), 0, None)
        self.drift = np.zeros(shape)
        places = rng.permutation(self.response.size)
        dead, drifting = np.split(places[: scanner.dead_pixels + scanner.drifting_pixels], [scanner.dead_pixels])
        self.drift.flat[drifting] = rng.uniform(-DRIFT, DRIFT, len(drifting))
        self.response.flat[dead] = 0
        self.beam = scanner.photons_per_pixel * _profile(shape, scanner.beam_falloff)

    def dark(self, number: int) -> NDArray[np.uint16]:
        """Return a frame without beam."""
        return self._read(np.zeros(self.scanner.shape), self._stream(DARK, number))

    def flat(self, number: int, frame: int) -> NDArray[np.uint16]:
        """Return a frame without sample, the how manieth of the scan it is."""
        rng = self._stream(FLAT, number)
        photons = rng.poisson(self.beam * self._strength(frame, rng))
        return self._read(photons * self.response, rng)

    def view(self, number: int, frame: int, share: NDArray[np.float64], turned: float) -> NDArray[np.uint16]:
        """Return a view through which a share of the beam comes, after a part of the scan from 0 to 1."""
        rng = self._stream(VIEW, number)
        photons = rng.poisson(self.beam * share * self._strength(frame, rng)).astype(np.float64)
        if self.scanner.zinger_share:
            hit = rng.random(photons.shape) < self.scanner.zinger_share
            photons += hit * rng.exponential(ZINGER_PHOTONS * self.scanner.photons_per_pixel, photons.shape)
        return self._read(photons * self.response * self.change * (1 + self.drift * turned), rng)

    def jitter(self, views: int) -> NDArray[np.float64]:
        """Return the shift (row, column) of every view in pixels."""
        return self.scanner.jitter_px * self._stream(JITTER, 0).standard_normal((views, 2))

    def _strength(self, frame: int, rng: np.random.Generator) -> float:
        """Return how strong the beam is at a frame of the scan, 1 at the first."""
        decayed = 1 - self.scanner.beam_decay * frame / max(self.frames - 1, 1)
        return max(0.0, decayed * (1 + self.scanner.beam_flicker * float(rng.standard_normal())))

    def _read(self, photons: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.uint16]:
        """Return whole counts, held at the ends of their range as an analogue-digital converter does."""
        scanner = self.scanner
        counts = photons * scanner.counts_per_photon + scanner.offset_counts
        if scanner.readout_noise_counts:
            counts = counts + scanner.readout_noise_counts * rng.standard_normal(counts.shape)
        return np.clip(np.rint(counts), 0, LARGEST).astype(np.uint16)

    def _stream(self, purpose: int, number: int) -> np.random.Generator:
        """Return the random numbers of one frame for one purpose."""
        return np.random.default_rng([self.seed, purpose, number])


def _profile(shape: tuple[int, int], falloff: float) -> NDArray[np.float64]:
    """Return the beam over the detector: 1 in the middle, weaker with the square of the distance from it."""
    rows, columns = (((np.arange(count) + 0.5) / count * 2 - 1) ** 2 for count in shape)
    profile: NDArray[np.float64] = 1 - falloff * (rows[:, None] + columns[None, :]) / 2
    return profile

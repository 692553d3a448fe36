"""The rotation and shift to begin with: every candidate angle is tried, and the one that stands out is taken."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import affine_transform

from voltome.errors import ConvergenceError
from voltome.registration._angles import apart_deg
from voltome.registration._grids import CoarseScan

DISTINCT_DEG = 3.0
"""Angles nearer to each other than this are the same answer."""

LEAST_OVERLAP = 0.4
"""Share of the region that must lie inside the moving scan for a shift to count."""

CONTROLS = 12
"""Angles spread over the turn that say how well scans match by chance."""

RIVAL = 0.6
"""Of two rotations, the second must rise above chance by less than this share of the first."""

STANDS_OUT = 5.0
"""The best rotation must rise above chance by so many times the spread of the others."""

LEAST_SPREAD = 0.01
"""Spread of the others that is taken at least."""

MEND = (
    "Give start_deg, the angle to within a few degrees, or another region: one that has structure (fibres, edges, "
    "particles), lies in both scans and did not change."
)


@dataclass(frozen=True, slots=True)
class Seed:
    """One rotation about the axis with the shift that fits best, axes with the axis of rotation first.

    The moving scan is turned by `angle_deg` about `centre_um` and then shifted by `shift_um`.
    """

    score: float
    angle_deg: float
    shift_um: NDArray[np.float64]
    centre_um: NDArray[np.float64]


class Matcher:
    """Correlates the region of the fixed scan with the moving scan, turned by any angle, at every shift."""

    def __init__(self, region: CoarseScan, moving: CoarseScan, most_along_um: float) -> None:
        self.region, self.moving = region, moving
        shapes = np.array([region.values.shape, moving.values.shape])
        self.most = np.maximum(shapes.max(axis=0) // 2, 2)
        self.size = [
            fft.next_fast_len(int(a + b), real=True) for a, b in zip(shapes.max(axis=0), self.most, strict=True)
        ]
        self.size[0] = fft.next_fast_len(int(shapes[:, 0].sum()), real=True)
        self.most_along_um = most_along_um
        self._is_allowed = self._allowed()
        self._values = self._spectrum(region.values)
        self._squares = self._spectrum(region.values**2)
        self._weight = self._spectrum(region.weight)

    def best(self, angle_deg: float) -> Seed:
        """Return the shift at which the region fits best when the moving scan is turned by this angle."""
        turned, weight = self._turned(angle_deg)
        values, squares, counted = (self._spectrum(array) for array in (turned, turned**2, weight))
        overlap = self._correlation(self._weight, counted)
        energy = self._correlation(self._squares, counted) * self._correlation(self._weight, squares)
        score = self._correlation(self._values, values) / np.sqrt(np.maximum(energy, energy.max() * 1e-6 + 1e-30))
        score[(overlap < LEAST_OVERLAP * self.region.weight.sum()) | ~self._is_allowed] = -1.0
        peak = np.unravel_index(int(np.argmax(score)), score.shape)
        lag = self._signed(np.asarray(peak))
        shift = self.region.first_um - self.moving.first_um - lag * self.region.pitch_um
        return Seed(float(score[peak]), angle_deg, shift, self.moving.middle_um)

    def best_of_each(self, angles_deg: Sequence[float]) -> list[Seed]:
        """Return what `best` gives for each angle, in their order."""
        with ThreadPoolExecutor(min(len(angles_deg), os.cpu_count() or 1)) as threads:
            return list(threads.map(self.best, angles_deg))

    def _signed(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return lags from places in a circular correlation."""
        return np.where(place < np.asarray(self.moving.values.shape), place, place - np.asarray(self.size))

    def _allowed(self) -> NDArray[np.bool_]:
        """Return which lags may be: not far along the axis, at most half the width across."""
        allowed = np.ones(tuple(self.size), np.bool_)
        for axis, size in enumerate(self.size):
            places = np.arange(size)
            lags = np.where(places < self.moving.values.shape[axis], places, places - size)
            shifts = self.region.first_um[axis] - self.moving.first_um[axis] - lags * self.region.pitch_um
            most = self.most_along_um if axis == 0 else self.most[axis] * self.region.pitch_um
            between = 0.0 if axis == 0 else float(self.region.middle_um[axis] - self.moving.middle_um[axis])
            near = np.abs(shifts - between) <= most + 1e-9
            allowed &= near.reshape([-1 if other == axis else 1 for other in range(3)])
        return allowed

    def _turned(self, angle_deg: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return values and weight of the moving scan turned about its middle."""
        cosine, sine = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
        back = np.array([[1, 0, 0], [0, cosine, sine], [0, -sine, cosine]])
        middle = (np.asarray(self.moving.values.shape) - 1) / 2
        offset = middle - back @ middle
        values, weight = (
            affine_transform(array, back, offset, order=1, mode="constant")
            for array in (self.moving.values, self.moving.weight)
        )
        whole = (weight > 0.99).astype(np.float32)
        return values * whole, whole

    def _spectrum(self, values: NDArray[np.float32]) -> NDArray[np.complex64]:
        spectrum: NDArray[np.complex64] = fft.rfftn(values, self.size)
        return spectrum

    def _correlation(self, fixed: NDArray[np.complex64], moving: NDArray[np.complex64]) -> NDArray[np.float32]:
        correlation: NDArray[np.float32] = fft.irfftn(np.conj(fixed) * moving, self.size)
        return correlation


def seed_from_nothing(matcher: Matcher, candidates: Iterable[float]) -> Seed:
    """Return the rotation that stands out among candidates and controls, or say that none does."""
    angles = list(candidates)
    for control in np.arange(CONTROLS) * (360 / CONTROLS):
        if all(apart_deg(float(control), other) > DISTINCT_DEG for other in angles):
            angles.append(float(control))
    found = sorted(matcher.best_of_each(angles), key=lambda seed: -seed.score)
    best = refined(matcher, found[0])
    others = [seed for seed in found[1:] if apart_deg(seed.angle_deg, best.angle_deg) > DISTINCT_DEG]
    scores = np.array([seed.score for seed in others])
    chance = float(np.median(scores))
    spread = max(1.4826 * float(np.median(np.abs(scores - chance))), LEAST_SPREAD)
    if best.score - chance < STANDS_OUT * spread:
        raise ConvergenceError(
            f"no rotation stands out: the best, {_in_turn(best.angle_deg):.1f} degrees, correlates by "
            f"{best.score:.3f}, rotations by chance by {chance:.3f} with a spread of {spread:.3f}; expected at least "
            f"{STANDS_OUT:g} spreads above chance. {MEND}"
        )
    _check_rivals(matcher, best, others, chance)
    return best


def seed_near(matcher: Matcher, start_deg: float, reach_deg: float) -> Seed:
    """Return the best rotation within so many degrees of a given one."""
    angles = np.arange(-reach_deg, reach_deg + 0.5) + start_deg
    found = max(matcher.best_of_each(angles.tolist()), key=lambda seed: seed.score)
    return refined(matcher, found)


def refined(matcher: Matcher, seed: Seed) -> Seed:
    """Return the best rotation in half degrees around a seed."""
    nearby = matcher.best_of_each([seed.angle_deg + step for step in (-1.0, -0.5, 0.5, 1.0)])
    return max([seed, *nearby], key=lambda other: other.score)


def _check_rivals(matcher: Matcher, best: Seed, others: list[Seed], chance: float) -> None:
    """Refuse a best rotation beside which another one, not on the slope of the same peak, fits nearly as well."""
    for other in others:
        if other.score - chance <= RIVAL * (best.score - chance):
            return
        rival = _climbed(matcher, other)
        if apart_deg(rival.angle_deg, best.angle_deg) > DISTINCT_DEG:
            raise ConvergenceError(
                f"two rotations fit: {_in_turn(best.angle_deg):.1f} degrees correlates by {best.score:.3f} and "
                f"{_in_turn(rival.angle_deg):.1f} degrees by {rival.score:.3f} (by chance: {chance:.3f}); expected one "
                f"that is clearly better. {MEND}"
            )


def _climbed(matcher: Matcher, seed: Seed) -> Seed:
    """Return the top of the peak on whose slope a seed stands."""
    for _ in range(30):
        nearby = matcher.best_of_each([seed.angle_deg - 1.0, seed.angle_deg + 1.0])
        higher = max(nearby, key=lambda other: other.score)
        if higher.score <= seed.score:
            break
        seed = higher
    return seed


def _in_turn(angle_deg: float) -> float:
    """Return the same angle from -180 to 180 degrees."""
    return (angle_deg + 180) % 360 - 180

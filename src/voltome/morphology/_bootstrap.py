"""How far a distribution in bins would scatter if another sample of as many particles had been measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
"""Share of the resamples that lie inside a band."""

_BLOCK = 1 << 20
"""Particles drawn at a time: bounds the memory."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Lower and upper end of the share in each bin, and of the share up to its upper edge."""

    share_low: NDArray[np.float64]
    share_high: NDArray[np.float64]
    cumulative_low: NDArray[np.float64]
    cumulative_high: NDArray[np.float64]


def bands(
    values: NDArray[np.float64], weights: NDArray[np.float64], edges: NDArray[np.float64], *, resamples: int, seed: int
) -> Bands:
    """Draw as many particles as there are, with replacement, again and again, and return where most shares lie."""
    count = len(edges) - 1
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, count - 1)
    random = np.random.default_rng(seed)
    if (weights == weights[0]).all():
        drawn = random.multinomial(len(values), np.bincount(places, minlength=count) / len(values), size=resamples)
        shares = drawn / len(values)
    else:
        shares = _shares(places, weights, count, resamples, random)
    ends = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    low, high = np.quantile(shares, ends, axis=0)
    sums_low, sums_high = np.quantile(np.minimum(np.cumsum(shares, axis=1), 1.0), ends, axis=0)
    return Bands(low, high, sums_low, sums_high)


def _shares(
    places: NDArray[np.intp], weights: NDArray[np.float64], count: int, resamples: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Return the share of the weight in each bin, for every resample."""
    particles = len(places)
    at_once = max(1, _BLOCK // particles)
    shares = np.empty((resamples, count))
    for first in range(0, resamples, at_once):
        rows = min(at_once, resamples - first)
        drawn = random.integers(particles, size=(rows, particles))
        into = places[drawn] + count * np.arange(rows)[:, np.newaxis]
        sums = np.bincount(into.ravel(), weights[drawn].ravel(), minlength=rows * count).reshape(rows, count)
        shares[first : first + rows] = sums / sums.sum(axis=1, keepdims=True)
    return shares

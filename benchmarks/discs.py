"""A slice of discs and its exact sinogram: every pixel the mean of the line integrals over its width."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Discs = NDArray[np.float64]
"""One row for each disc: y, x from the axis of rotation and radius in pixels, value."""


def scene(columns: int, count: int, seed: int = 1) -> Discs:
    """Return a body of value 1 about the axis with discs of -0.6, 0.5, 1 and 2 more in it, which do not touch."""
    random, body = np.random.default_rng(seed), 0.42 * columns
    found = [(0.0, 0.0, body, 1.0)]
    while len(found) <= count:
        radius, turn = body * random.uniform(0.02, 0.08), random.uniform(0, 2 * np.pi)
        reach = (0.97 * body - radius) * np.sqrt(random.random())
        y, x = reach * np.sin(turn), reach * np.cos(turn)
        if all(np.hypot(y - b, x - a) > radius + r + 1 for b, a, r, _ in found[1:]):
            found.append((y, x, radius, (-0.6, 0.5, 1.0, 2.0)[len(found) % 4]))
    return np.array(found)


def sinogram(discs: Discs, columns: int, angles_deg: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the line integrals (view, column), from the antiderivative of a chord."""
    angles = np.radians(angles_deg)
    edges = np.arange(columns + 1) - columns / 2
    seen = np.zeros((len(angles), columns))
    for y, x, radius, value in discs:
        s = np.clip(edges - (x * np.cos(angles) + y * np.sin(angles))[:, np.newaxis], -radius, radius)
        seen += value * np.diff(s * np.sqrt(radius**2 - s**2) + radius**2 * np.arcsin(s / radius), axis=1)
    return seen.astype(np.float32)


def truth(discs: Discs, columns: int, finer: int = 5) -> NDArray[np.float64]:
    """Return the slice (y, x), every voxel the mean of `finer` x `finer` points."""
    places = (np.arange(columns * finer) + 0.5) / finer - columns / 2
    values = np.zeros((columns * finer, columns * finer), np.float32)
    for y, x, radius, value in discs:
        rows, across = (np.flatnonzero(np.abs(places - at) <= radius) for at in (y, x))
        box = np.ix_(rows, across)
        values[box] += value * ((places[rows, np.newaxis] - y) ** 2 + (places[across] - x) ** 2 <= radius**2)
    return values.reshape(columns, finer, columns, finer).mean(axis=(1, 3), dtype=np.float64)

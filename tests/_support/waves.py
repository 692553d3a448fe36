"""A texture that is known between pixels: what neighbouring images of one object see of it."""

from __future__ import annotations

import numpy as np


class Texture:
    """A sum of waves: its value is known anywhere, so that tiles are exact at any place."""

    def __init__(self, axes: int, seed: int = 0, waves: int = 120) -> None:
        random = np.random.default_rng(seed)
        self.waves = random.normal(0, 0.22, (waves, axes))
        self.phases = random.uniform(0, 2 * np.pi, waves)

    def at(self, corner: tuple[float, ...], shape: tuple[int, ...]) -> np.ndarray:
        """Return the texture from a place on, of mean 0 and variance 1."""
        found = np.exp(1j * self.phases)
        for axis, (place, count) in enumerate(zip(corner, shape, strict=True)):
            along = np.exp(1j * np.outer(place + np.arange(count), self.waves[:, axis]))
            last = axis == len(shape) - 1
            found = found @ along.T if last else found[..., np.newaxis, :] * along
        return found.real * np.sqrt(2 / len(self.phases))

"""Smoothing by total variation: the image nearest to a noisy one of those with little gradient."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs
from voltome.reconstruction._kernels_total_variation import image_of_dual, next_dual, variation_of_slice

Image = NDArray[np.float32]


@dataclass(slots=True)
class TotalVariation:
    """Fast gradient projection on the dual, which it keeps: the next image that is like the last needs few steps.

    Attributes
    ----------
    shape : tuple of int
        Slices, rows and columns of the images.
    depth : float
        What a difference along z counts against one in the slice: edge of a voxel in the slice over that along z; 0:
        slices are smoothed each for itself.
    non_negative : bool
        Whether the smoothed image may not go below zero.
    steps : int
        Steps of the dual for each image.
    """

    shape: tuple[int, int, int]
    depth: float
    non_negative: bool
    steps: int = 10
    dual: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        self.dual = np.zeros((3 if self.depth > 0 else 2, *self.shape), np.float32)

    def smoothed(self, noisy: Image, strength: float) -> Image:
        """Return the image x with the least ``|x - noisy|^2 / 2 + strength * variation``, as far as the steps go."""
        image, former = np.empty_like(noisy), self.dual.copy()
        lowest = 0.0 if self.non_negative else -np.inf

        def show(_: int, first: int, stop: int) -> None:
            image_of_dual(noisy, self.dual, strength, self.depth, lowest, image, first, stop)

        if strength > 0:
            step = 1 / ((8 + 4 * self.depth**2) * strength)  # one over the largest eigenvalue of the dual's problem
            pace = 1.0
            for number in range(self.steps):
                in_slabs(self.shape, show)
                ahead = (1 + np.sqrt(1 + 4 * pace**2)) / 2
                # the last step leaves the dual where it is, for the next image to begin from
                momentum, pace = (pace - 1) / ahead if number + 1 < self.steps else 0.0, ahead
                self._step(image, former, step, momentum)
        in_slabs(self.shape, show)
        return image

    def _step(self, image: Image, former: NDArray[np.float32], step: float, momentum: float) -> None:
        """Take one step of the dual."""
        in_slabs(
            self.shape,
            lambda _, first, stop: next_dual(image, former, self.dual, step, momentum, self.depth, first, stop),
        )

    def of(self, image: Image) -> float:
        """Return the total variation of an image, added up slice after slice."""
        parts = np.empty(self.shape[0])

        def work(_: int, first: int, stop: int) -> None:
            for z in range(first, stop):
                parts[z] = variation_of_slice(image, z, self.depth, self.depth > 0)

        in_slabs(self.shape, work)
        return float(parts.sum())

"""Fast proximal gradients: least squares of a block of slices, with little total variation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voltome.data._kernels_slabs import in_slabs
from voltome.errors import ConvergenceError
from voltome.reconstruction._normal import TINY, Image, NormalOperator, inner, norm
from voltome.reconstruction._solving import Solved, check_finite, share_of_data
from voltome.reconstruction._total_variation import TotalVariation

RUNAWAY = 10.0
"""How many times its first value the objective may reach before the iteration counts as running away."""


@dataclass(frozen=True, slots=True)
class Block:
    """Least squares of some slices together, in units of a voxel's edge.

    Attributes
    ----------
    operator : NormalOperator
        Projection and back-projection of one slice.
    back : numpy.ndarray
        Shape (slice, y, x): the sinograms projected back.
    squares : float
        Sum of squares of the sinograms.
    """

    operator: NormalOperator
    back: Image
    squares: float

    def apply(self, image: Image) -> Image:
        """Return every slice projected and projected back."""
        found = np.empty_like(image)

        def work(_: int, first: int, stop: int) -> None:
            for z in range(first, stop):
                found[z] = self.operator.apply(image[z])

        in_slabs(image.shape, work)
        return found

    def residual_squares(self, image: Image, applied: Image) -> float:
        """Return the sum of squares of what is left of the sinograms."""
        of_slices = (
            inner(here, there) - 2 * inner(here, back)
            for here, there, back in zip(image, applied, self.back, strict=True)
        )
        return max(sum(of_slices) + self.squares, 0.0)


def by_fista(
    block: Block,
    start: Image,
    variation: TotalVariation,
    *,
    weight: float,
    largest: float,
    steps: int,
    tolerance: float,
) -> Solved:
    """Return the slices that have the least ``|A x - b|^2 / (2 views) + weight * variation``, as far as it came.

    Attributes of `Solved` are as of the other solvers; it stops early where an iteration changes the slices by less
    than `tolerance`.
    """
    views = block.operator.views
    step = views / largest
    image = variation.smoothed(start, 0.0)  # no smoothing: only the bound at zero
    applied = block.apply(image)
    former, former_applied, pace = image, applied, 1.0
    residuals: list[float] = []
    changes: list[float] = []
    objectives = [_objective(block, image, applied, variation, weight)]
    check_finite("fista_tv", objectives[0])
    for _ in range(steps):
        ahead = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        momentum = np.float32((pace - 1) / ahead)
        # projecting is linear, so what the operator makes of the point ahead follows from what it made of the last two
        gradient = applied + momentum * (applied - former_applied) - block.back
        point = image + momentum * (image - former)
        former, former_applied, pace = image, applied, ahead
        image = variation.smoothed(point - np.float32(step / views) * gradient, weight * step)
        applied = block.apply(image)
        objectives.append(_objective(block, image, applied, variation, weight))
        check_finite("fista_tv", objectives[-1])
        _check_descent(objectives)
        if objectives[-1] > objectives[-2]:
            pace = 1.0  # momentum carried it past the valley: start anew
        residuals.append(share_of_data(block.residual_squares(image, applied), block.squares))
        changes.append(norm(image - former) / max(norm(image), TINY))
        if changes[-1] < tolerance:
            break
    return Solved(image, tuple(residuals), tuple(changes))


def _objective(block: Block, image: Image, applied: Image, variation: TotalVariation, weight: float) -> float:
    return block.residual_squares(image, applied) / (2 * block.operator.views) + weight * variation.of(image)


def _check_descent(objectives: list[float]) -> None:
    """Raise `ConvergenceError` where the objective grows far beyond where it began."""
    if objectives[-1] > RUNAWAY * max(objectives[0], TINY):
        raise ConvergenceError(
            f"fista_tv ran away: its objective rose from {objectives[0]:.3g} to {objectives[-1]:.3g} in "
            f"{len(objectives) - 1} iterations; expected it to fall. Check the scale of the absorbance."
        )

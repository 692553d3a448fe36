"""Conjugate gradients with a bound of the error in energy, which is the error of an effective coefficient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from voltome.transport._multigrid import Field, Multigrid, Operator

StoppedBy = Literal["tolerance", "iterations", "float32"]
"""Why a solution is not iterated further: good enough, too many iterations, or float32 gives no more."""

SAFETY = 0.1
"""Part of the smallest Ritz value that is taken to lie below the smallest eigenvalue."""

COARSEST = 1e-2
"""Larger tolerances are taken for this one: after the few iterations that they take, the bound was too small by up to a
factor of eight in long channels and elongated voxels."""

ROUNDING = 6e-8
"""No bound below this is reported, as fields in float32 are not better than it."""

FEWEST_ITERATIONS = 4
"""Before so many iterations the Ritz values say too little of the smallest eigenvalue."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A field, by how much the iterations lowered its energy, and how much lower the exact one may be."""

    values: Field
    gained: float
    relative_error_bound: float
    iterations: int
    stopped_by: StoppedBy


@dataclass(slots=True)
class ErrorBound:
    """Upper bound of the squared error in the energy norm from the coefficients of conjugate gradients.

    The Gauss-Radau rule of Golub and Meurant, with the update of Meurant and Tichy (Numer. Algorithms 82, 937,
    2019): safe as long as the prescribed value lies below the smallest eigenvalue of the preconditioned operator.
    The smallest Ritz value, which falls to that eigenvalue from above, is divided for it by a margin. Islands that
    conduct far better than what is around them have eigenvalues as small as the ratio, which no Ritz value sees for
    many iterations: `slowest` is an eigenvalue that is taken to be there, seen or not.
    """

    slowest: float = np.inf

    steps: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def add(self, step: float, ratio: float) -> None:
        """Note the step length of an iteration, and the ratio of (r, z) after to before it."""
        self.steps.append(step)
        self.ratios.append(ratio)

    def smallest_ritz_value(self) -> float:
        """Return the estimate of the smallest eigenvalue of the preconditioned operator, from above."""
        steps, ratios = np.array(self.steps), np.array(self.ratios)
        matrix = np.diag(1.0 / steps)
        matrix[1:, 1:] += np.diag(ratios[:-1] / steps[:-1])
        beside = np.sqrt(ratios[:-1]) / steps[:-1]
        return float(np.linalg.eigvalsh(matrix + np.diag(beside, 1) + np.diag(beside, -1))[0])

    def factor(self) -> float:
        """Return the factor of the current (r, z) that bounds the squared error."""
        if not self.steps:
            return np.inf
        prescribed = SAFETY * min(self.smallest_ritz_value(), self.slowest)
        found = 1.0 / prescribed
        for step, ratio in zip(self.steps, self.ratios, strict=True):
            found = (found - step) / (prescribed * (found - step) + ratio)
        return found


def solve(
    operator: Operator,
    source: Field,
    *,
    tolerance: float,
    start: Field | None = None,
    energy_beyond: float | None = None,
    multigrid: Multigrid | None = None,
    most_iterations: int = 500,
    slowest: float = np.inf,
) -> Solution:
    """Solve ``A x = source`` until the error of the energy is certainly below the tolerance.

    Parameters
    ----------
    operator
        The operator A; it may be singular where `source` sums to zero over every connected part.
    source
        Right-hand side, float32; it is overwritten by the residual. Zero where the operator's voxels do not take part.
    tolerance
        Largest relative error of the energy; `COARSEST` at most.
    start
        First guess, zero where the operator's voxels do not take part; it is overwritten by the solution. None for
        zero.
    energy_beyond
        What the first guess x has of an energy beyond ``x . A x``, in a problem whose energy falls to a positive
        minimum, such as the dissipation between two ends of known value; the tolerance is relative to that minimum.
        None: relative to ``x . A x`` of the solution minus the first guess.
    multigrid
        The grids of `operator`, where they exist already.
    most_iterations
        Iterations after which the solution is returned as it is, with its bound.
    slowest
        Smallest conductivity over the largest, where they differ; see `ErrorBound`.
    """
    tolerance = min(tolerance, COARSEST)
    levels = Multigrid(operator) if multigrid is None else multigrid
    residual, values = source, np.zeros(operator.shape, np.float32) if start is None else start
    smoothed, direction = np.zeros(operator.shape, np.float32), np.zeros(operator.shape, np.float32)
    energy_at_start = energy_beyond
    if start is not None:
        energy = operator.apply(values, smoothed)
        residual -= smoothed
        energy_at_start = None if energy_beyond is None else energy + energy_beyond
    bound, gained, error, ratio, iterations = ErrorBound(slowest), 0.0, np.inf, 0.0, 0
    product = levels.cycle(residual, smoothed)
    while product > 0.0 and iterations < most_iterations:
        curvature = operator.turn(direction, ratio, smoothed)
        if curvature <= 0.0:
            product = -1.0
            break
        step = product / curvature
        operator.advance(direction, step, values, residual, smoothed)
        before, product = product, levels.cycle(residual, smoothed)
        gained, ratio, iterations = gained + step * before, product / before, iterations + 1
        if product <= 0.0:
            # the bound of the iterate before holds for this one too, which is better
            break
        bound.add(step, ratio)
        error = bound.factor() * product
        if iterations >= FEWEST_ITERATIONS and error <= tolerance * _least(energy_at_start, gained, error):
            return Solution(values, gained, _relative(energy_at_start, gained, error), iterations, "tolerance")
    if product == 0.0:
        return Solution(values, gained, 0.0, iterations, "tolerance")
    stopped_by: StoppedBy = "iterations" if product > 0.0 else "float32"
    return Solution(values, gained, _relative(energy_at_start, gained, error), iterations, stopped_by)


def _least(energy_at_start: float | None, gained: float, error: float) -> float:
    """Return a lower bound of the energy of the exact solution."""
    return gained if energy_at_start is None else energy_at_start - gained - error


def _relative(energy_at_start: float | None, gained: float, error: float) -> float:
    """Return the error relative to the energy; infinity where nothing is known."""
    least = _least(energy_at_start, gained, error)
    return max(error / least, ROUNDING) if least > 0.0 and np.isfinite(error) else np.inf

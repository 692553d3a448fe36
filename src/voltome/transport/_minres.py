"""Minimal residuals for a symmetric indefinite system, stopped by the error of the number that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import svdvals

from voltome.transport._kernels_stokes import Field, Operator, add, advance, product, scale

CHECKED_EVERY = 5
"""Iterations between two looks at the error: a look costs one more use of the operator."""

Precondition = Callable[[Field, Field], float]
"""Writes the approximate solution for a residual, and returns the product of both."""


@dataclass(frozen=True, slots=True)
class Solution:
    """What the iteration found.

    Attributes
    ----------
    field : numpy.ndarray
        The solution.
    work : float
        Product of right-hand side and solution, corrected by the residual: its error is of second order.
    error_bound : float
        Estimated bound of the relative error of `work`.
    iterations : int
        Iterations made.
    converged : bool
        Whether the bound is below the tolerance.
    """

    field: Field
    work: float
    error_bound: float
    iterations: int
    converged: bool


def minimal_residual(
    operator: Operator, precondition: Precondition, force: Field, *, tolerance: float, most: int
) -> Solution:
    """Solve ``operator x = force`` until the product of `force` and `x` is right to a relative `tolerance`.

    The method of C. C. Paige and M. A. Saunders, SIAM J. Numer. Anal. 12, 617 (1975), preconditioned. With the residual
    r of an iterate x, the product with the exact solution is ``force x + x r`` up to ``e A e``, the square of the
    error, which is below the square of the preconditioned residual over the smallest eigenvalue; that is taken from the
    tridiagonal matrix which the iteration makes.
    """
    newer, older = force.copy(), np.zeros_like(force)
    preconditioned, basis, solution = np.zeros_like(force), np.zeros_like(force), np.zeros_like(force)
    near, far = np.zeros_like(force), np.zeros_like(force)
    beta = np.sqrt(precondition(newer, preconditioned))
    before, residual, cosine, sine, delta_bar, epsilon = 0.0, beta, -1.0, 0.0, 0.0, 0.0
    diagonal: list[float] = []
    beside: list[float] = []
    work, bound = 0.0, np.inf
    for iteration in range(1, most + 1):
        scale(preconditioned, 1 / beta, basis)
        alpha = operator.apply(basis, older, -beta / before if before else 0.0)
        add(newer, -alpha / beta, older)
        older, newer = newer, older
        square = precondition(newer, preconditioned)
        before, beta = beta, np.sqrt(max(square, 0.0))
        diagonal.append(alpha)
        beside.append(beta)
        old_epsilon = epsilon
        delta = cosine * delta_bar + sine * alpha
        gamma_bar = sine * delta_bar - cosine * alpha
        epsilon, delta_bar = sine * beta, -cosine * beta
        gamma = max(hypot(gamma_bar, beta), 1e-30)
        cosine, sine = gamma_bar / gamma, beta / gamma
        advance(basis, far, near, solution, (old_epsilon, delta, 1 / gamma, cosine * residual))
        far, near = near, far
        residual *= sine
        if iteration % CHECKED_EVERY == 0 or beta <= 1e-7 * before:
            work, bound = _work(operator, force, solution, basis, residual, diagonal, beside)
            if bound <= tolerance:
                return Solution(solution, work, bound, iteration, True)
        if beta <= 1e-7 * before:
            break
    return Solution(solution, work, bound, len(diagonal), bound <= tolerance)


def _work(
    operator: Operator,
    force: Field,
    solution: Field,
    spare: Field,
    residual: float,
    diagonal: list[float],
    beside: list[float],
) -> tuple[float, float]:
    """Return the product of force and solution, corrected to second order, and the bound of its relative error."""
    spare[:] = force
    scale(force, -1.0, spare)
    operator.apply(solution, spare, 1.0)
    plain = product(force, solution)
    work = plain - product(solution, spare)
    if work <= 0:
        return work, np.inf
    return work, residual**2 / smallest_eigenvalue(diagonal, beside) / work


def smallest_eigenvalue(diagonal: list[float], beside: list[float]) -> float:
    """Return the smallest magnitude of an eigenvalue that the tridiagonal matrix of the iteration knows of."""
    count = len(diagonal)
    matrix: NDArray[np.float64] = np.zeros((count + 1, count))
    index = np.arange(count)
    matrix[index, index], matrix[index + 1, index] = diagonal, beside
    matrix[index[:-1], index[1:]] = beside[:-1]
    return float(svdvals(matrix)[-1])

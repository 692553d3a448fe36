"""Least squares by iteration: conjugate gradients, and simultaneous steps that can hold values above zero."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from voltome.data import Positive, Projections, Volume
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError
from voltome.reconstruction._checking import parallel_absorbance
from voltome.reconstruction._normal import TINY, Image, inner, norm, normal_operator
from voltome.reconstruction._solving import (
    Problem,
    Solved,
    as_attenuation,
    beyond_in_words,
    check_finite,
    check_iterations,
    check_room,
    check_start,
    left_in_words,
    share_of_data,
    solve_slices,
)

Watch = Callable[[Image], None]


def unwatched(image: Image) -> None:
    """Look at nothing."""


CONVERGED = 1e-6
"""Share of the first gradient below which single precision finds no better direction."""


def cgls(projections: Projections, *, iterations: int = 20, start: Volume | None = None) -> Volume:
    """Reconstruct by conjugate gradients: the slices whose projections are nearest to the data, by least squares.

    Use it for few, uneven or missing views, where `fbp` makes streaks; the number of iterations is the strength of the
    smoothing: coarse structure comes first, noise last, so more are not better (`iteration_curve`
    finds how many). With a
    few hundred views over the half turn `fbp` gives as good a slice sooner. For noisy scans of few flat materials
    see `fista_tv`; for values that may not be negative `sirt`.

    Parameters
    ----------
    projections : Projections
        Absorbance in a parallel beam, the axis of rotation known. The sample lies within the detector in every view.
    iterations : int
        Steps, 1 or more; 10 to 30 are usual.
    start : Volume, optional
        Attenuation in 1/cm on the grid of the result, from which the iteration begins; None: zero.

    Returns
    -------
    Volume
        Attenuation in 1/cm, float32 of shape (row, column, column): a slice for every row of the detector, the
        axis of rotation in its middle.

    Raises
    ------
    ValuesError
        Projections that are not absorbance.
    GeometryError
        A cone beam, an axis that is not known, fewer than 2 views, a `start` on another grid.
    ParameterError
        A number of iterations below 1.
    MemoryEstimateError
        A volume that does not fit.
    ConvergenceError
        Data so large that numbers ran away.

    Notes
    -----
    Minimises the sum of squares of ``A x - b``, each slice for itself, every ray with the same weight. ``A`` is
    band-limited: a view is the part of the slice's Fourier transform along one line. Then the product of ``A`` with its
    transpose is a convolution, two Fourier transforms of twice the width per iteration. Beyond the detector
    the absorbance counts as zero: a sample wider than the detector gets a bright rim. It stops before `iterations`
    where the gradient has fallen to a millionth. The history says
    the residual, and where the detector was too narrow.

    Cost: for the kernel once, and for each slice, about as many operations as a slice of `fbp`; then per iteration and
    slice two transforms of (2 columns)^2. Memory: the volume, and about 12 slices for each thread.

    References
    ----------
    M. R. Hestenes, E. Stiefel, J. Res. Natl. Bur. Stand. 49, 409 (1952) (section 10); J. A. Fessler, B. P. Sutton, IEEE
    Trans. Signal Process. 51, 560 (2003) (section V: the normal operator as a convolution).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> angles = np.arange(60) * 3.0
    >>> s = np.arange(32) - 15.5
    >>> chord = 2 * np.sqrt(np.clip(8.0**2 - s**2, 0, None)) * 1e-4  # a disc of 8 um radius and 1/cm
    >>> seen = np.repeat(chord[np.newaxis].astype(np.float32), 60, axis=0)
    >>> beam = vt.data.ParallelBeam(1, rotation_axis_px=15.5)
    >>> scan = vt.data.Projections(seen, angles_deg=angles, geometry=beam, kind="absorbance")
    >>> slices = vt.reconstruction.cgls(scan, iterations=10)
    >>> print(f"{slices.values[0, 14:18, 14:18].mean():.2f} {slices.unit}")
    1.00 1/cm
    """
    _, axis = parallel_absorbance(projections, "cgls")
    steps = check_iterations("iterations", iterations)
    begin = check_start(start, projections)
    check_room(projections, task="cgls", volumes=1)
    operator = normal_operator(projections, axis)
    values, traces = solve_slices(projections, operator, partial(by_gradients, steps=steps), begin)
    did = f"cgls: {steps} iterations, {left_in_words(traces)}{beyond_in_words(projections)}"
    return as_attenuation(projections, operator, values, did)


def sirt(
    projections: Projections,
    *,
    iterations: int = 200,
    relaxation: Positive = 1.0,
    non_negative: bool = True,
    start: Volume | None = None,
) -> Volume:
    """Reconstruct by simultaneous steps down the gradient, with values that may be held at zero or above.

    It is slow and forgiving: each step is safe, few iterations give a smooth slice, and what is known to be air
    stays above zero. `cgls` reaches the same residual in about the root of the number of iterations, without the bound.

    Parameters
    ----------
    projections : Projections
        Absorbance in a parallel beam, the axis of rotation known. The sample lies within the detector in every view.
    iterations : int
        Steps, 1 or more; 100 to 500 are usual.
    relaxation : float
        Length of a step, above 0 and below 2; 1 is safe, 1.9 is nearly twice as fast.
    non_negative : bool
        Whether values below zero become zero after every step.
    start : Volume, optional
        Attenuation in 1/cm on the grid of the result, from which the iteration begins; None: zero.

    Returns
    -------
    Volume
        Attenuation in 1/cm, float32 of shape (row, column, column), as of `cgls`.

    Raises
    ------
    ValuesError
        Projections that are not absorbance.
    GeometryError
        A cone beam, an axis that is not known, fewer than 2 views, a `start` on another grid.
    ParameterError
        A number of iterations below 1, a relaxation of 2 or more.
    MemoryEstimateError
        A volume that does not fit.
    ConvergenceError
        Data so large that numbers ran away.

    Notes
    -----
    ``x += relaxation / L * (A^T b - A^T A x)``, ``L`` the largest eigenvalue: every ray has the same weight (a
    Landweber step). Where SIRT is written with one over the length of each ray, the rays near the rim of the slice
    count for more, and the least squares that it tends to are others; within a round sample the two differ little.

    Cost: per iteration and slice as `cgls`. Memory: the volume, and about 12 slices for each thread.

    References
    ----------
    P. Gilbert, J. Theor. Biol. 36, 105 (1972); L. Landweber, Am. J. Math. 73, 615 (1951).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> angles = np.arange(60) * 3.0
    >>> s = np.arange(32) - 15.5
    >>> chord = 2 * np.sqrt(np.clip(8.0**2 - s**2, 0, None)) * 1e-4  # a disc of 8 um radius and 1/cm
    >>> seen = np.repeat(chord[np.newaxis].astype(np.float32), 60, axis=0)
    >>> beam = vt.data.ParallelBeam(1, rotation_axis_px=15.5)
    >>> scan = vt.data.Projections(seen, angles_deg=angles, geometry=beam, kind="absorbance")
    >>> slices = vt.reconstruction.sirt(scan, iterations=100)
    >>> print(f"{slices.values[0, 14:18, 14:18].mean():.1f} {slices.unit}, none below {slices.values.min():.0f}")
    1.0 1/cm, none below 0
    """
    _, axis = parallel_absorbance(projections, "sirt")
    steps = check_iterations("iterations", iterations)
    if check_positive("relaxation", relaxation) >= 2:
        raise ParameterError(
            f"relaxation is {relaxation:g}; expected a number above 0 and below 2: longer steps diverge."
        )
    begin = check_start(start, projections)
    check_room(projections, task="sirt", volumes=1)
    operator = normal_operator(projections, axis)
    step = relaxation / operator.largest_eigenvalue()
    solve = partial(by_simultaneous_steps, steps=steps, step=step, non_negative=non_negative)
    values, traces = solve_slices(projections, operator, solve, begin)
    held = ", none below 0" if non_negative else ""
    found = f"{left_in_words(traces)}{beyond_in_words(projections)}"
    did = f"sirt: {steps} iterations, relaxation {relaxation:g}{held}, {found}"
    return as_attenuation(projections, operator, values, did)


def by_gradients(problem: Problem, *, steps: int, watch: Watch = unwatched) -> Solved:
    """Return the slice after some steps of conjugate gradients; `watch` is shown it after each."""
    image, operator = problem.start.copy(), problem.operator
    gradient = problem.back - operator.apply(image) if image.any() else problem.back.copy()
    direction, squares = gradient.copy(), inner(gradient, gradient)
    first, left = inner(problem.back, problem.back), problem.residual_squares(image, problem.back - gradient)
    check_finite("cgls", first, problem.squares)
    residuals, changes = [], []
    for _ in range(steps):
        if squares <= CONVERGED**2 * first:
            break
        applied = operator.apply(direction)
        length = squares / inner(direction, applied)
        image += np.float32(length) * direction
        gradient -= np.float32(length) * applied
        left = max(left - length * squares, 0.0)  # what a step along a conjugate direction takes away
        former, squares = squares, inner(gradient, gradient)
        check_finite("cgls", length, squares)
        residuals.append(share_of_data(left, problem.squares))
        changes.append(length * norm(direction) / max(norm(image), TINY))
        watch(image)
        direction *= np.float32(squares / former)
        direction += gradient
    return Solved(image, tuple(residuals) or (share_of_data(left, problem.squares),), tuple(changes) or (0.0,))


def by_simultaneous_steps(
    problem: Problem, *, steps: int, step: float, non_negative: bool, watch: Watch = unwatched
) -> Solved:
    """Return the slice after some steps of one length down the gradient; `watch` is shown it after each."""
    image, operator = problem.start.copy(), problem.operator
    check_finite("sirt", problem.squares, inner(problem.back, problem.back))
    residuals, changes = [], []
    applied = operator.apply(image)
    for _ in range(steps):
        former = image
        image = former + np.float32(step) * (problem.back - applied)
        if non_negative:
            np.maximum(image, 0, out=image)
        applied = operator.apply(image)
        left = problem.residual_squares(image, applied)
        check_finite("sirt", left)
        residuals.append(share_of_data(left, problem.squares))
        changes.append(norm(image - former) / max(norm(image), TINY))
        watch(image)
    return Solved(image, tuple(residuals), tuple(changes))

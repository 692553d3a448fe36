"""How many iterations: what a slice explains of views that it was not made of."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import Positive, Projections, ResultTable
from voltome.data._parameters import check_choice, check_positive
from voltome.errors import AxisError, ParameterError
from voltome.reconstruction._checking import parallel_absorbance
from voltome.reconstruction._normal import Image, NormalOperator, inner, normal_operator
from voltome.reconstruction._solving import Problem, Solved, check_iterations, check_room, share_of_data
from voltome.reconstruction.columns_judging import ITERATION_CURVE
from voltome.reconstruction.iterative import Watch, by_gradients, by_simultaneous_steps
from voltome.reconstruction.splitting import split_views

Method = Literal["cgls", "sirt"]


def iteration_curve(
    projections: Projections,
    *,
    method: Method = "cgls",
    iterations: int = 40,
    relaxation: Positive = 1.0,
    row: int | None = None,
) -> ResultTable:
    """Measure how many iterations a scan bears: one slice of half the views, held against the other half.

    Iteration explains structure first and noise last. Of the views that a slice is made of it explains more and
    more; of those held out only as long as it is structure. The least of that curve is the number to take for `cgls` or
    `sirt`. With twice the views the whole scan bears about as many, rather more.

    Parameters
    ----------
    projections : Projections
        Absorbance in a parallel beam, the axis of rotation known; 4 views or more, in the order of their angles.
    method : {"cgls", "sirt"}
        Whose iterations; those of `sirt` with values held at zero or above.
    iterations : int
        Iterations to try, 1 or more: 40 for `cgls`, 500 for `sirt`.
    relaxation : float
        Of `sirt`: length of a step, above 0 and below 2.
    row : int, optional
        Row of the detector whose slice it is; None: the middle one.

    Returns
    -------
    ResultTable
        Kind ``iteration_curve``, one row per iteration: `held_out_share`, `residual_share`, `change_share`, and the
        same in every row `best_iteration`.

    Raises
    ------
    ValuesError
        Projections that are not absorbance.
    GeometryError
        A cone beam, an axis that is not known, fewer than 4 views.
    AxisError
        A row that is not on the detector.
    ParameterError
        An unknown method, a number of iterations below 1, a relaxation of 2 or more.
    MemoryEstimateError
        A slice that does not fit.
    ConvergenceError
        Data so large that numbers ran away.

    Notes
    -----
    The share of the views held out holds their noise, and so does not go to 0. Cost: that of the iterations of one
    slice, twice. Memory: about 20 slices.

    References
    ----------
    P. C. Hansen, Discrete Inverse Problems, SIAM (2010), chapter 6 (iteration as regularisation).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> s = np.arange(32) - 15.5
    >>> chord = 2 * np.sqrt(np.clip(8.0**2 - s**2, 0, None)) * 1e-2  # a disc of 8 um radius and 100/cm
    >>> seen = chord + np.random.default_rng(0).normal(0, 0.02, (60, 32))
    >>> beam = vt.data.ParallelBeam(1, rotation_axis_px=15.5)
    >>> scan = vt.data.Projections(seen.astype(np.float32), angles_deg=np.arange(60) * 3.0, geometry=beam,
    ...                            kind="absorbance")
    >>> table = vt.reconstruction.iteration_curve(scan)
    >>> int(table.frame.best_iteration[0]) < 15
    True
    """
    _, axis = parallel_absorbance(projections, "iteration_curve")
    check_choice("method", method, get_args(Method))
    steps = check_iterations("iterations", iterations)
    if check_positive("relaxation", relaxation) >= 2:
        raise ParameterError(f"relaxation is {relaxation:g}; expected a number above 0 and below 2.")
    chosen: Any = projections.row_count // 2 if row is None else row
    whole = isinstance(chosen, int | np.integer) and not isinstance(chosen, bool)
    if not whole or not 0 <= chosen < projections.row_count:
        raise AxisError(f"row is {row!r}; expected one of the detector, 0 to {projections.row_count - 1}.")
    one = projections.rows(chosen, chosen + 1)
    check_room(one, task="iteration_curve", volumes=2)
    halves = split_views(one)
    operator, other = (normal_operator(half, axis) for half in (halves.split_views, halves.other_views))
    held_out: list[float] = []
    problem, test = _problem(halves.split_views, operator), _problem(halves.other_views, other)

    def watch(image: Image) -> None:
        held_out.append(share_of_data(test.residual_squares(image, other.apply(image)), test.squares))

    found = _run(problem, method, steps, relaxation, watch)
    return _table(projections, held_out, found, method, chosen)


def _problem(projections: Projections, operator: NormalOperator) -> Problem:
    """Return least squares of a scan of one row, from zero."""
    values: NDArray[np.float32] = np.asarray(projections.values, np.float32)
    back = operator.back(values)[0]
    return Problem(operator, back, inner(values, values), np.zeros_like(back))


def _run(problem: Problem, method: Method, steps: int, relaxation: float, watch: Watch) -> Solved:
    """Return the slice after the iterations of a method."""
    if method == "cgls":
        return by_gradients(problem, steps=steps, watch=watch)
    solve = partial(by_simultaneous_steps, non_negative=True, watch=watch)
    return solve(problem, steps=steps, step=relaxation / problem.operator.largest_eigenvalue())


def _table(projections: Projections, held_out: list[float], found: Solved, method: Method, row: int) -> ResultTable:
    """Return the curve; a slice that needed no iteration has none but the first."""
    shares = held_out or [0.0]
    best = int(np.argmin(shares)) + 1
    frame = pd.DataFrame(
        {
            "iteration": np.arange(1, len(shares) + 1),
            "held_out_share": shares,
            "residual_share": found.residuals,
            "change_share": found.changes,
            "best_iteration": best,
        }
    )
    falls = best == len(shares) > 1
    return ResultTable(
        frame,
        columns=ITERATION_CURVE,
        kind="iteration_curve",
        measured_on=f"row {row} of {projections.view_count} views of {projections.column_count} columns",
        method=f"{method} of every other view, held against the rest",
        history=projections.history,
        warnings=(
            (
                f"What is left of the views held out still falls after {best} iterations of {method}. Give more "
                f"iterations.",
            )
            if falls
            else ()
        ),
    )

"""Least squares with little total variation: few flat materials with sharp borders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voltome.data import NonNegative, Projections, Volume
from voltome.data._kernels_slabs import in_slabs
from voltome.data._parameters import check_choice, check_not_negative
from voltome.reconstruction._checking import parallel_absorbance
from voltome.reconstruction._fista import Block, by_fista
from voltome.reconstruction._normal import Image, NormalOperator, inner, normal_operator
from voltome.reconstruction._solving import (
    Problem,
    Solved,
    as_attenuation,
    batches_of,
    beyond_in_words,
    check_iterations,
    check_room,
    check_start,
    left_in_words,
    per_cm_of,
    solve_slices,
)
from voltome.reconstruction._total_variation import TotalVariation
from voltome.reconstruction.iterative import by_gradients

Neighbours = Literal["slice", "volume"]

FIRST_STEPS = 10
"""Steps of conjugate gradients from which it begins where no start is given."""

VOLUMES_AT_ONCE = 16
"""Arrays as large as the volume that smoothing over all slices holds."""


def fista_tv(
    projections: Projections,
    *,
    weight_per_cm: NonNegative,
    iterations: int = 100,
    tolerance: NonNegative = 1e-3,
    non_negative: bool = True,
    neighbours: Neighbours = "slice",
    start: Volume | None = None,
) -> Volume:
    """Reconstruct by least squares with a price on the gradient, so that flat materials come out flat.

    Use it for few or noisy views of samples of a few materials, each even inside: cracks, particles in a binder.
    What has texture, or gradients, turns into plateaus: then see `cgls` or `fbp`. Contrast falls a
    little with the weight, of small things most: a disc of a radius of r voxels loses about 2 weight / r^2.

    Parameters
    ----------
    projections : Projections
        Absorbance in a parallel beam, the axis of rotation known. The sample lies within the detector in every view.
    weight_per_cm : float
        Price of the gradient in 1/cm, 0 or above. Begin with the standard deviation of the noise of `fbp`, and take the
        least weight at which the noise is gone.
    iterations : int
        Steps at most, 1 or more.
    tolerance : float
        It stops where an iteration changes the slice by less than this share of its norm; 0: never.
    non_negative : bool
        Whether values are held at zero or above.
    neighbours : {"slice", "volume"}
        Whether the gradient is that within each slice, or in the volume, where neighbouring slices smooth each other.
    start : Volume, optional
        Attenuation in 1/cm on the grid of the result, from which the iteration begins; None: 10 steps of `cgls`.

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
        A weight or tolerance below 0, a number of iterations below 1, unknown `neighbours`.
    MemoryEstimateError
        A volume that does not fit.
    ConvergenceError
        An objective that grows instead of falling, or numbers that ran away.

    Notes
    -----
    Minimises ``|A x - b|^2 / (2 views) + weight * sum |gradient x|``, with the length of the gradient over y and x (and
    z, by the size of the voxels): isotropic total variation. The data term is divided by the number of views, so that
    one weight means about the same for few and many. Each step is a gradient step with momentum, begun anew where the
    objective rises, and ten steps of smoothing by fast gradient projection, which go on where the last ended.

    With ``"slice"`` every slice is a problem of its own: a slab gives the same bits as the whole. With ``"volume"`` all
    are one, and slabs differ near their ends.

    Cost: per iteration and slice as `cgls`, and about as much for smoothing. Memory: the volume and about 20 slices for
    each thread; with ``"volume"`` about 16 times the volume.

    References
    ----------
    A. Beck, M. Teboulle, IEEE Trans. Image Process. 18, 2419 (2009) (sections III and IV); B. O'Donoghue, E. Candès,
    Found. Comput. Math. 15, 715 (2015) (restart).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> angles = np.arange(30) * 6.0
    >>> s = np.arange(32) - 15.5
    >>> chord = 2 * np.sqrt(np.clip(8.0**2 - s**2, 0, None)) * 1e-4  # a disc of 8 um radius and 1/cm
    >>> noise = np.random.default_rng(0).normal(0, 5e-5, (30, 32))
    >>> beam = vt.data.ParallelBeam(1, rotation_axis_px=15.5)
    >>> scan = vt.data.Projections((chord + noise).astype(np.float32), angles_deg=angles, geometry=beam,
    ...                            kind="absorbance")
    >>> smooth = vt.reconstruction.fista_tv(scan, weight_per_cm=0.2).values[0, 12:20, 12:20]
    >>> rough = vt.reconstruction.cgls(scan).values[0, 12:20, 12:20]
    >>> bool(smooth.std() < rough.std() / 5)
    True
    """
    _, axis = parallel_absorbance(projections, "fista_tv")
    price = check_not_negative("weight_per_cm", weight_per_cm)
    steps = check_iterations("iterations", iterations)
    least = check_not_negative("tolerance", tolerance)
    together = check_choice("neighbours", neighbours, get_args(Neighbours)) == "volume"
    begin = check_start(start, projections)
    check_room(projections, task="fista_tv", volumes=VOLUMES_AT_ONCE if together else 1)
    operator = normal_operator(projections, axis)
    z_um, _, x_um = projections.geometry.voxel_size_um
    search = _Search(
        weight=price / per_cm_of(projections),
        largest=operator.largest_eigenvalue(),
        steps=steps,
        tolerance=least,
        non_negative=non_negative,
        depth=x_um / z_um if together else 0.0,
    )
    solve = search.of_volume if together else search.of_slices
    values, traces = solve(projections, operator, begin)
    taken = max(len(trace.changes) for trace in traces)
    last = max(trace.changes[-1] for trace in traces)
    held = ", none below 0" if non_negative else ""
    did = (
        f"fista_tv: weight {price:g} 1/cm over the {neighbours}{held}, {taken} iterations, last change "
        f"{last:.2%}, {left_in_words(traces)}{beyond_in_words(projections)}"
    )
    return as_attenuation(projections, operator, values, did)


@dataclass(frozen=True, slots=True)
class _Search:
    """What is asked of the iteration, in units of a voxel's edge."""

    weight: float
    largest: float
    steps: int
    tolerance: float
    non_negative: bool
    depth: float

    def run(self, operator: NormalOperator, back: Image, squares: float, start: Image) -> Solved:
        """Return the slices that the iteration comes to."""
        variation = TotalVariation(_shape(back), self.depth, self.non_negative)
        return by_fista(
            Block(operator, back, squares),
            start,
            variation,
            weight=self.weight,
            largest=self.largest,
            steps=self.steps,
            tolerance=self.tolerance,
        )

    def of_slices(
        self, projections: Projections, operator: NormalOperator, start: NDArray[Any] | None
    ) -> tuple[NDArray[np.float32], list[Solved]]:
        """Return the volume in 1/cm, every slice for itself."""

        def solve(problem: Problem) -> Solved:
            begin = problem.start if start is not None else by_gradients(problem, steps=FIRST_STEPS).image
            found = self.run(operator, problem.back[np.newaxis], problem.squares, begin[np.newaxis])
            return Solved(found.image[0], found.residuals, found.changes)

        return solve_slices(projections, operator, solve, start)

    def of_volume(
        self, projections: Projections, operator: NormalOperator, start: NDArray[Any] | None
    ) -> tuple[NDArray[np.float32], list[Solved]]:
        """Return the volume in 1/cm, all slices together."""
        size, rows, per_cm = operator.size, projections.row_count, per_cm_of(projections)
        back, begin = (np.empty((rows, size, size), np.float32) for _ in range(2))
        squares = 0.0
        for first, sinograms in batches_of(projections):
            back[first : first + sinograms.shape[1]] = operator.back(sinograms)
            squares += sum(inner(sinograms[:, row], sinograms[:, row]) for row in range(sinograms.shape[1]))

        def work(_: int, first: int, stop: int) -> None:
            for row in range(first, stop):
                if start is None:
                    zero = Problem(operator, back[row], squares, np.zeros((size, size), np.float32))
                    begin[row] = by_gradients(zero, steps=FIRST_STEPS).image
                else:
                    begin[row] = start[row] / per_cm

        in_slabs(back.shape, work)
        found = self.run(operator, back, squares, begin)
        return found.image * np.float32(per_cm), [found]


def _shape(values: Image) -> tuple[int, int, int]:
    slices, height, width = values.shape
    return slices, height, width

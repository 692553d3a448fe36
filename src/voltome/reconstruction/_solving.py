"""Slices solved one by one: every slice is a problem of its own, so threads and slabs change no bit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Projections, Volume
from voltome.data._kernels_slabs import in_slabs
from voltome.errors import ConvergenceError, GeometryError, ParameterError
from voltome.reconstruction._normal import Image, NormalOperator, inner
from voltome.reconstruction._slabs import UM_PER_CM, batch_bytes, batch_of, volume_of
from voltome.runtime import check_memory

BEYOND = 0.1
"""Mean absorbance at the edge of the detector, as a share of the largest, from which the sample reaches beyond it."""

RESOLVED = 0.01
"""Share of the data below which no residual is known: gridding errs by 3e-4, and it shows in the squares."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Least squares of one slice, in units of a voxel's edge.

    Attributes
    ----------
    operator : NormalOperator
        Projection and back-projection.
    back : numpy.ndarray
        The sinogram projected back.
    squares : float
        Sum of squares of the sinogram.
    start : numpy.ndarray
        The slice from which the iteration begins.
    """

    operator: NormalOperator
    back: Image
    squares: float
    start: Image

    def residual_squares(self, image: Image, applied: Image) -> float:
        """Return the sum of squares of what is left of the sinogram, from the slice and the operator's result of it."""
        left = inner(image, applied) - 2 * inner(image, self.back) + self.squares
        return max(left, 0.0)


def share_of_data(left: float, squares: float) -> float:
    """Return a sum of squares as a share of that of the data: the root of their ratio."""
    return float(np.sqrt(left / squares)) if squares > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Solved:
    """One slice, and what became of the residual on the way.

    Attributes
    ----------
    image : numpy.ndarray
        The slice, in units of one over a voxel's edge.
    residuals, changes : tuple of float
        After every iteration: the norm of the residual over that of the data; and that of the change of the slice over
        that of the slice.
    """

    image: Image
    residuals: tuple[float, ...]
    changes: tuple[float, ...]


Solve = Callable[[Problem], Solved]


def check_iterations(name: str, iterations: Any) -> int:
    """Return a number of iterations: whole, 1 or more."""
    if isinstance(iterations, bool) or not isinstance(iterations, int | np.integer) or iterations < 1:
        raise ParameterError(f"{name} is {iterations!r}; expected a whole number, 1 or above.")
    return int(iterations)


def check_start(start: Volume | None, projections: Projections) -> NDArray[Any] | None:
    """Return the values of the volume to begin with, on the grid of the result."""
    if start is None:
        return None
    size = projections.column_count
    expected = (projections.row_count, size, size)
    if start.shape != expected or not np.allclose(start.voxel_size_um, projections.geometry.voxel_size_um, rtol=1e-6):
        raise GeometryError(
            f"start has {start.grid_in_words}; expected {' x '.join(map(str, expected))} voxels (z, y, x) of "
            f"{' x '.join(f'{edge:g}' for edge in projections.geometry.voxel_size_um)} um, as the result has."
        )
    if start.unit != "1/cm":
        raise GeometryError(f"start is in {start.unit or 'no unit'}; expected attenuation in 1/cm.")
    return start.values


def check_room(projections: Projections, *, task: str, volumes: int) -> None:
    """Refuse what does not fit: so many volumes, and what a batch of slices needs to be projected back."""
    slices, size = projections.row_count, projections.column_count
    batch = batch_bytes(projections.view_count, size, size * size, slices)
    need = 4 * size * size * slices * volumes + batch + bytes_of_threads(size)
    check_memory(need, task=task, voxels=slices * size * size)


def bytes_of_threads(size: int) -> int:
    """Return what the operator, and the iteration of a slice on each thread, need."""
    return 64 * size * size * (1 + (os.cpu_count() or 1))


def solve_slices(
    projections: Projections, operator: NormalOperator, solve: Solve, start: NDArray[Any] | None
) -> tuple[NDArray[np.float32], list[Solved]]:
    """Return the volume in 1/cm, and of every slice what became of its residual."""
    size, per_cm = operator.size, per_cm_of(projections)
    values = np.zeros((projections.row_count, size, size), np.float32)
    if start is not None:
        np.divide(start, per_cm, out=values, casting="same_kind")
    traces: list[Solved] = []
    for first, sinograms in batches_of(projections):
        traces += _solve_batch(operator, sinograms, solve, values[first : first + sinograms.shape[1]])
    values *= np.float32(per_cm)
    return values, traces


def _solve_batch(
    operator: NormalOperator, sinograms: NDArray[np.float32], solve: Solve, values: NDArray[np.float32]
) -> list[Solved]:
    """Replace the starts in values[slice, y, x] by what is solved, and return what became of the residuals."""
    back = operator.back(sinograms)
    traces = [NOTHING] * len(back)

    def work(_: int, first: int, stop: int) -> None:
        for each in range(first, stop):
            squares = inner(sinograms[:, each], sinograms[:, each])
            found = solve(Problem(operator, back[each], squares, values[each]))
            values[each] = found.image
            traces[each] = Solved(NOTHING.image, found.residuals, found.changes)

    in_slabs((len(back), *operator.spectrum.shape), work)
    return traces


NOTHING = Solved(np.zeros((0, 0), np.float32), (), ())


def batches_of(projections: Projections) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the sinograms [view, slice, column] of some rows, with the number of the first."""
    batch = batch_of(projections.view_count, projections.column_count)
    for first in range(0, projections.row_count, batch):
        stop = min(first + batch, projections.row_count)
        # rows() checks what comes from a file; values in memory were checked when the noun was made
        lazy = projections.is_lazy
        values = projections.rows(first, stop).values[:] if lazy else projections.values[:, first:stop]
        yield first, values.astype(np.float32, copy=False)


def per_cm_of(projections: Projections) -> float:
    """Return by what a value per edge of a voxel is multiplied to be one in 1/cm."""
    return UM_PER_CM / projections.geometry.voxel_size_um[2]


def as_attenuation(projections: Projections, operator: NormalOperator, values: NDArray[np.float32], did: str) -> Volume:
    """Return reconstructed values in 1/cm as a volume."""
    return volume_of(projections, values, grid=operator.grid, quantity="attenuation", unit="1/cm", did=did)


def left_in_words(traces: Sequence[Solved]) -> str:
    """Return how much of the data the slices leave unexplained, for the history."""
    shares = sorted(trace.residuals[-1] for trace in traces)
    low, middle, high = (
        f"{share:.1%}" if share > RESOLVED else f"below {RESOLVED:.0%}"
        for share in (shares[0], shares[len(shares) // 2], shares[-1])
    )
    return f"residual {middle} of the data" + (f" in the median slice, {low} to {high}" if len(shares) > 1 else "")


def beyond_in_words(projections: Projections) -> str:
    """Return, for the history, that the sample reaches beyond the detector, as the middle row shows; or nothing."""
    middle = projections.row_count // 2
    profile = np.asarray(projections.values[:, middle : middle + 1], np.float64).mean(axis=(0, 1))
    highest, edge = float(profile.max()), float(max(profile[0], profile[-1]))
    if highest <= 0 or edge < BEYOND * highest:
        return ""
    return f", sample wider than the detector ({edge / highest:.0%} of the absorbance at its edge), so with a false rim"


def check_finite(task: str, *values: float) -> None:
    """Raise `ConvergenceError` where a number ran away."""
    if not np.isfinite(values).all():
        raise ConvergenceError(
            f"{task} ran away: numbers beyond single precision; expected absorbance of 0 to about 10. Check flats, "
            f"darks and the logarithm."
        )

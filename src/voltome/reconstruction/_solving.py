"""Slices solved one by one: every slice is a problem of its own, so threads and slabs change no bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Projections, Volume
from voltome.data._kernels_slabs import in_slabs
from voltome.errors import ConvergenceError, GeometryError, ParameterError
from voltome.reconstruction._normal import Image, NormalOperator, inner, normal_operator
from voltome.runtime import check_memory

CM_PER_UM = 1e-4

ROWS_AT_ONCE = 8
"""Rows that a thread reads together: of a file, one row of all views is scattered over it."""

RESOLVED = 1e-6
"""Share of the sum of squares of the data below which single precision knows no residual."""


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
    return float(np.sqrt(max(left / squares, RESOLVED))) if squares > 0 else 0.0


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


def operator_of(projections: Projections, axis_px: float) -> NormalOperator:
    """Return the operator for slices as wide as the detector."""
    columns = projections.column_count
    return normal_operator(projections.angles_deg, columns=columns, axis_px=axis_px, size=columns)


def check_room(projections: Projections, *, task: str, arrays: int) -> None:
    """Refuse what does not fit: the volume `arrays` times as float32, and about a dozen slices for a thread."""
    slices, size = projections.row_count, projections.column_count
    views = projections.view_count * size * 2
    check_memory(
        4 * size * size * slices * arrays + 16 * (12 * size * size + 6 * views),
        task=task,
        voxels=slices * size * size,
    )


def solve_slices(
    projections: Projections, operator: NormalOperator, solve: Solve, start: NDArray[Any] | None
) -> tuple[NDArray[np.float32], list[Solved]]:
    """Return the volume in 1/cm, and of every slice what became of its residual."""
    size, per_cm = operator.size, per_cm_of(projections)
    values = np.empty((projections.row_count, size, size), np.float32)
    traces: list[Solved] = [NOTHING] * projections.row_count

    def work(_: int, first: int, stop: int) -> None:
        back = operator.adjoint()
        for row, sinogram in rows_of(projections, first, stop):
            begin = np.zeros((size, size), np.float32) if start is None else (start[row] / per_cm).astype(np.float32)
            found = solve(Problem(operator, back(sinogram), inner(sinogram, sinogram), begin))
            np.multiply(found.image, np.float32(per_cm), out=values[row])
            traces[row] = Solved(NOTHING.image, found.residuals, found.changes)

    in_slabs((projections.row_count, projections.view_count, operator.padded), work)
    return values, traces


NOTHING = Solved(np.zeros((0, 0), np.float32), (), ())


def rows_of(projections: Projections, first: int, stop: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the sinograms (view, column) of some rows, read a few at a time."""
    for begin in range(first, stop, ROWS_AT_ONCE):
        end = min(begin + ROWS_AT_ONCE, stop)
        block = projections.values[:, begin:end]
        for row in range(begin, end):
            yield row, np.ascontiguousarray(block[:, row - begin], np.float32)


def per_cm_of(projections: Projections) -> float:
    """Return by what a value per edge of a voxel is multiplied to be one in 1/cm."""
    return 1 / (projections.geometry.voxel_size_um[2] * CM_PER_UM)


def as_attenuation(projections: Projections, values: NDArray[np.float32], did: str) -> Volume:
    """Return reconstructed values in 1/cm as a volume."""
    return Volume(
        values,
        voxel_size_um=projections.geometry.voxel_size_um,
        quantity="attenuation",
        unit="1/cm",
        history=(*projections.history, did),
    )


def left_in_words(traces: Sequence[Solved]) -> str:
    """Return how much of the data the slices leave unexplained, for the history."""
    shares = sorted(trace.residuals[-1] for trace in traces)
    middle = shares[len(shares) // 2]
    return f"residual {middle:.2%} of the data in the median slice, {shares[0]:.2%} to {shares[-1]:.2%}"


def check_finite(task: str, *values: float) -> None:
    """Raise `ConvergenceError` where a number ran away."""
    if not np.isfinite(values).all():
        raise ConvergenceError(
            f"{task} ran away: numbers beyond single precision; expected absorbance of 0 to about 10. Check flats, "
            f"darks and the logarithm."
        )

"""The seven-point finite-volume operator on a box of voxels, and the multigrid cycle that nearly inverts it.

A field holds zero in every voxel that does not take part. Coarse cells are blocks of up to 2 x 2 x 2 voxels; the
conductance between two of them is the sum over the faces they share, halved where they are twice as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs
from voltome.transport import _kernels_faces as faces

Field = NDArray[np.float32]
Triple = tuple[int, int, int]

NOTHING = np.zeros((0, 0, 0), np.float32)
"""The extra terms of an operator that has none."""

EVEN, ODD = 0, 1
"""The colours of the voxels: whether the sum of their indices is even or odd."""


@dataclass(frozen=True, slots=True)
class Operator:
    """The flow out of every voxel through its six faces, plus an extra term times its own value.

    Attributes
    ----------
    along_z, along_y, along_x
        Conductance of the face between every voxel and the next one along an axis, float32; the last face along an
        axis joins the last voxel to the first, and is zero where the box does not repeat.
    extra
        What is added to the diagonal, float32, not negative: walls, ends of known value, reactions. Size 0 for none.
    inverse
        One over the diagonal; zero in voxels that do not take part.
    weights
        Typical conductance of a face along each axis: only for the choice of the axes that coarse grids thin out first.
    """

    along_z: Field
    along_y: Field
    along_x: Field
    extra: Field
    inverse: Field
    weights: tuple[float, float, float]

    @property
    def shape(self) -> Triple:
        """Voxels along z, y and x."""
        depth, height, width = self.inverse.shape
        return depth, height, width

    @property
    def active(self) -> NDArray[np.bool_]:
        """Voxels that take part."""
        return self.inverse > 0

    def apply(self, values: Field, out: Field) -> None:
        """Write the operator's action on `values` to `out`, another field of the same shape."""
        z, y, x = self.along_z, self.along_y, self.along_x
        in_slabs(self.shape, lambda _, first, stop: faces.apply(z, y, x, self.extra, values, out, first, stop))

    def energy(self, values: Field) -> float:
        """Return ``values . A values`` as a float64 sum over face differences and extra terms."""
        return float(self.layer_energies(values).sum())

    def layer_energies(self, values: Field) -> NDArray[np.float64]:
        """Return the part of `energy` of every layer, with its faces towards the next layer."""
        sums = np.empty(self.shape[0])
        z, y, x = self.along_z, self.along_y, self.along_x
        in_slabs(self.shape, lambda _, first, stop: faces.energy(z, y, x, self.extra, values, sums, first, stop))
        return sums

    def start(self, source: Field, values: Field) -> None:
        """Smooth the even voxels from a guess of zero."""
        in_slabs(self.shape, lambda _, first, stop: faces.start(self.inverse, source, values, first, stop))

    def sweep(self, source: Field, values: Field, colour: int) -> None:
        """Solve the equation of every voxel of one colour for that voxel."""
        z, y, x = self.along_z, self.along_y, self.along_x
        below, above = values[-1], values[0]
        if self.shape[0] % 2:
            # where such a box repeats, its first and last layer neighbour voxels of their own colour
            below, above = below.copy(), above.copy()

        def smooth(_: int, first: int, stop: int) -> None:
            faces.sweep(z, y, x, self.inverse, source, values, below, above, colour, first, stop)

        in_slabs(self.shape, smooth)

    def restrict_residual(self, source: Field, values: Field, coarse: Field, factors: Triple) -> None:
        """Sum ``source - A values`` over the voxels of every coarse cell."""
        z, y, x = self.along_z, self.along_y, self.along_x

        def restrict(_: int, first: int, stop: int) -> None:
            faces.restrict_residual(z, y, x, self.inverse, source, values, coarse, factors, first, stop)

        in_slabs(coarse.shape, restrict)

    def prolong(self, coarse: Field, values: Field, factors: Triple) -> None:
        """Add the value of its coarse cell to every voxel that takes part."""
        in_slabs(self.shape, lambda _, first, stop: faces.prolong(self.inverse, coarse, values, factors, first, stop))

    def coarser(self) -> tuple[Operator, Triple] | None:
        """Return the operator between coarse cells and the voxels in one along each axis; None for a single cell."""
        factors = _factors(self.shape, self.weights)
        if factors == (1, 1, 1):
            return None
        shape = tuple(-(-size // by) for size, by in zip(self.shape, factors, strict=True))
        along = [np.empty(shape, np.float32) for _ in range(3)]
        for axis, fine in enumerate((self.along_z, self.along_y, self.along_x)):
            _coarsen(fine, axis, factors, along[axis])
        extra = NOTHING
        if self.extra.size:
            extra = np.empty(shape, np.float32)
            in_slabs(shape, lambda _, first, stop: faces.coarsen_extra(self.extra, factors, extra, first, stop))
        # only their ratios count: a cell twice as long conducts a quarter as well along that axis as before, per volume
        weights = [weight / by**2 for weight, by in zip(self.weights, factors, strict=True)]
        return _assembled(along, extra, (weights[0], weights[1], weights[2])), factors


def of_conductances(
    along_z: Field,
    along_y: Field,
    along_x: Field,
    *,
    extra: Field | None = None,
    weights: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Operator:
    """Return the operator with these conductances of faces; the arrays are kept, not copied.

    Parameters
    ----------
    along_z, along_y, along_x
        Conductance between every voxel and the next one along an axis, float32, not negative, of the shape of the
        box; the last one along an axis is between the last voxel and the first: zero where the box does not repeat
        along the axis, and along an axis of one voxel.
    extra
        Added to the diagonal, float32, not negative.
    weights
        Typical conductance of a face along z, y and x: ``area / length`` of a voxel.
    """
    return _assembled([along_z, along_y, along_x], NOTHING if extra is None else extra, weights)


def of_mask(
    active: NDArray[np.bool_] | NDArray[np.uint8],
    *,
    weights: tuple[float, float, float] = (1.0, 1.0, 1.0),
    extra: Field | None = None,
    periodic: tuple[bool, bool, bool] = (False, False, False),
) -> Operator:
    """Return the operator on the voxels of a mask: every face between two of them has the weight of its axis.

    Parameters
    ----------
    active
        Voxels that take part, True or not zero.
    weights
        Conductance of a face along z, y and x.
    extra
        Added to the diagonal of these voxels, float32, not negative; entries of other voxels are ignored.
    periodic
        Whether the last voxel along z, y and x is joined to the first.
    """
    taking_part = active.astype(bool, copy=False)
    along = []
    for axis, (weight, repeats) in enumerate(zip(weights, periodic, strict=True)):
        joined = np.zeros(taking_part.shape, np.float32)
        if taking_part.shape[axis] > 1:
            mine, theirs = _without(taking_part, axis, -1), _without(taking_part, axis, 0)
            _without(joined, axis, -1)[...] = mine & theirs
            if repeats:
                _at(joined, axis, -1)[...] = _at(taking_part, axis, -1) & _at(taking_part, axis, 0)
        joined *= np.float32(weight)
        along.append(joined)
    return _assembled(along, NOTHING if extra is None else np.where(taking_part, extra, np.float32(0.0)), weights)


@dataclass(frozen=True, slots=True)
class _Level:
    """One grid with its fields; `factors` are the voxels in a cell of the next coarser grid along each axis."""

    operator: Operator
    factors: Triple
    source: Field
    values: Field


@dataclass(frozen=True, slots=True)
class Multigrid:
    """Coarser and coarser grids of one operator, down to a single cell.

    `cycle` is symmetric and linear, so that it may precondition conjugate gradients and MINRES. Singular operators
    (no ends of known value) are allowed; the residual should then sum to zero over every connected part.
    """

    operator: Operator
    levels: tuple[_Level, ...] = field(init=False)
    first_factors: Triple = field(init=False)

    def __post_init__(self) -> None:
        levels: list[_Level] = []
        found = self.operator.coarser()
        object.__setattr__(self, "first_factors", (1, 1, 1) if found is None else found[1])
        while found is not None:
            operator = found[0]
            found = operator.coarser()
            source, values = (np.zeros(operator.shape, np.float32) for _ in range(2))
            levels.append(_Level(operator, (1, 1, 1) if found is None else found[1], source, values))
        object.__setattr__(self, "levels", tuple(levels))

    def cycle(self, residual: Field, out: Field) -> None:
        """Write to `out` nearly the solution of ``A out = residual``: one symmetric V-cycle from zero.

        `out` is another array than `residual`; both are zero where the operator's voxels do not take part.
        """
        _cycle(self.operator, self.first_factors, self.levels, residual, out)


def _cycle(operator: Operator, factors: Triple, coarser: Sequence[_Level], source: Field, values: Field) -> None:
    """Smooth, correct from the coarser grids, and smooth in the opposite order."""
    operator.start(source, values)
    operator.sweep(source, values, ODD)
    if coarser:
        below = coarser[0]
        operator.restrict_residual(source, values, below.source, factors)
        _cycle(below.operator, below.factors, coarser[1:], below.source, below.values)
        operator.prolong(below.values, values, factors)
    operator.sweep(source, values, ODD)
    operator.sweep(source, values, EVEN)


def _factors(shape: Triple, weights: tuple[float, float, float]) -> Triple:
    """Return how many voxels a coarse cell has along each axis: short voxels are joined first, until they are cubes."""
    strongest = max((weight for size, weight in zip(shape, weights, strict=True) if size > 1), default=0.0)
    z, y, x = (2 if size > 1 and 3.0 * weight > strongest else 1 for size, weight in zip(shape, weights, strict=True))
    return z, y, x


def _assembled(along: Sequence[Field], extra: Field, weights: tuple[float, float, float]) -> Operator:
    """Return the operator with its inverse diagonal."""
    inverse = np.empty(along[0].shape, np.float32)
    in_slabs(
        inverse.shape,
        lambda _, first, stop: faces.invert(along[0], along[1], along[2], extra, inverse, first, stop),
    )
    return Operator(along[0], along[1], along[2], extra, inverse, weights)


def _coarsen(fine: Field, axis: int, factors: Triple, coarse: Field) -> None:
    in_slabs(coarse.shape, lambda _, first, stop: faces.coarsen(fine, axis, factors, coarse, first, stop))


def _without(values: NDArray[Any], axis: int, end: int) -> NDArray[Any]:
    """Return the view without the first (0) or the last (-1) layer along an axis."""
    return np.moveaxis(np.moveaxis(values, axis, 0)[1:] if end == 0 else np.moveaxis(values, axis, 0)[:-1], 0, axis)


def _at(values: NDArray[Any], axis: int, layer: int) -> NDArray[Any]:
    """Return the view of one layer along an axis."""
    found: NDArray[Any] = np.moveaxis(values, axis, 0)[layer]
    return found

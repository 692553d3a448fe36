"""The seven-point finite-volume operator with a conductance for every face of a box of voxels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs
from voltome.transport import _kernels_faces as faces
from voltome.transport import _kernels_vectors as vectors

Field = NDArray[np.float32]
Triple = tuple[int, int, int]
Weights = tuple[float, float, float]

EVEN, ODD = 0, 1
"""The colours of the voxels: whether the sum of their indices is even or odd."""

NOTHING = np.zeros((0, 0, 0), np.float32)
"""The extra terms of an operator that has none."""


@dataclass(frozen=True, slots=True)
class Faces:
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
    weights: Weights

    @property
    def shape(self) -> Triple:
        """Voxels along z, y and x."""
        depth, height, width = self.inverse.shape
        return depth, height, width

    @property
    def active(self) -> NDArray[np.bool_]:
        """Voxels that take part."""
        return self.inverse > 0

    def apply(self, values: Field, out: Field) -> float:
        """Write the operator's action on `values` to `out`, another field, and return the energy of `values`."""
        z, y, x, sums = self.along_z, self.along_y, self.along_x, np.empty(self.shape[0])
        in_slabs(self.shape, lambda _, first, stop: faces.apply(z, y, x, self.extra, values, out, sums, first, stop))
        return float(sums.sum())

    def energy(self, values: Field) -> float:
        """Return ``values . A values`` in float64 from face differences and extra terms."""
        return self.apply(values, np.empty_like(values))

    def start(self, source: Field, values: Field, smoothings: int = 1) -> None:
        """Smooth from a guess of zero: the even voxels, then the odd ones, so many times."""
        odd = odd_places(self.shape[2])
        in_slabs(self.shape, lambda _, first, stop: faces.start(self.inverse, source, values, odd, first, stop))
        self._sweep(source, values, ODD)
        for _ in range(smoothings - 1):
            self._sweep(source, values, EVEN)
            self._sweep(source, values, ODD)

    def finish(self, source: Field, values: Field, coarse: Field, factors: Triple, smoothings: int = 1) -> float:
        """Add the values of coarse cells, smooth the odd voxels, then the even ones, so many times.

        Returns ``source . values``.
        """
        in_slabs(self.shape, lambda _, first, stop: faces.prolong(self.inverse, coarse, values, factors, first, stop))
        product = 0.0
        for _ in range(smoothings):
            self._sweep(source, values, ODD)
            product = self._sweep(source, values, EVEN)
        return product

    def _sweep(self, source: Field, values: Field, colour: int) -> float:
        """Solve the equation of every voxel of one colour for that voxel, and return ``source . values``."""
        z, y, x, odd = self.along_z, self.along_y, self.along_x, odd_places(self.shape[2])
        sums = np.empty(self.shape[0])
        below, above = values[-1], values[0]
        if self.shape[0] % 2:
            # where such a box repeats, its first and last layer neighbour voxels of their own colour
            below, above = below.copy(), above.copy()

        def smooth(_: int, first: int, stop: int) -> None:
            faces.sweep(z, y, x, self.inverse, source, values, below, above, odd, colour, sums, first, stop)

        in_slabs(self.shape, smooth)
        return float(sums.sum())

    def turn(self, direction: Field, ratio: float, smoothed: Field) -> float:
        """Make `direction` equal to `ratio` times itself plus `smoothed`, and return ``direction . A direction``."""
        factor = np.float32(ratio)
        in_slabs(self.shape, lambda _, first, stop: vectors.scale_and_add(direction, factor, smoothed, first, stop))
        return self.energy(direction)

    def advance(self, direction: Field, length: float, values: Field, residual: Field, scratch: Field) -> None:
        """Go along a direction: change the values, and the residual by the action on the direction."""
        forward, back = np.float32(length), np.float32(-length)
        self.apply(direction, scratch)
        in_slabs(self.shape, lambda _, first, stop: vectors.add_scaled(values, direction, forward, first, stop))
        in_slabs(self.shape, lambda _, first, stop: vectors.add_scaled(residual, scratch, back, first, stop))

    def restrict_residual(self, source: Field, values: Field, coarse: Field, factors: Triple) -> None:
        """Sum ``source - A values`` over the voxels of every coarse cell."""
        z, y, x = self.along_z, self.along_y, self.along_x

        def restrict(_: int, first: int, stop: int) -> None:
            faces.restrict_residual(z, y, x, self.inverse, source, values, coarse, factors, first, stop)

        in_slabs(coarse.shape, restrict)

    def coarser(self) -> tuple[Faces, Triple] | None:
        """Return the operator between coarse cells and the voxels in one along each axis; None for a single cell."""
        factors = coarse_factors(self.shape, self.weights)
        if factors == (1, 1, 1):
            return None
        shape = tuple(-(-size // by) for size, by in zip(self.shape, factors, strict=True))
        along = [np.empty(shape, np.float32) for _ in range(3)]
        for axis, fine in enumerate((self.along_z, self.along_y, self.along_x)):
            _coarsen(fine, axis, factors, along[axis])
        extra = NOTHING
        if self.extra.size:
            extra, unit = np.empty(shape, np.float32), np.float32(1.0)
            in_slabs(shape, lambda _, first, stop: faces.coarsen_extra(self.extra, unit, factors, extra, first, stop))
        # only their ratios count: a cell twice as long conducts a quarter as well along that axis as before, per volume
        weights = [weight / by**2 for weight, by in zip(self.weights, factors, strict=True)]
        return assembled(along, extra, (weights[0], weights[1], weights[2])), factors


def of_conductances(
    along_z: Field,
    along_y: Field,
    along_x: Field,
    *,
    extra: Field | None = None,
    weights: Weights = (1.0, 1.0, 1.0),
) -> Faces:
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
    return assembled([along_z, along_y, along_x], NOTHING if extra is None else extra, weights)


def coarse_factors(shape: Triple, weights: Weights) -> Triple:
    """Return how many voxels a coarse cell has along each axis: short voxels are joined first, until they are cubes."""
    strongest = max((weight for size, weight in zip(shape, weights, strict=True) if size > 1), default=0.0)
    z, y, x = (2 if size > 1 and 3.0 * weight > strongest else 1 for size, weight in zip(shape, weights, strict=True))
    return z, y, x


def assembled(along: Sequence[Field], extra: Field, weights: Weights) -> Faces:
    """Return the operator with its inverse diagonal."""
    inverse = np.empty(along[0].shape, np.float32)
    in_slabs(
        inverse.shape,
        lambda _, first, stop: faces.invert(along[0], along[1], along[2], extra, inverse, first, stop),
    )
    return Faces(along[0], along[1], along[2], extra, inverse, weights)


def _coarsen(fine: Field, axis: int, factors: Triple, coarse: Field) -> None:
    in_slabs(coarse.shape, lambda _, first, stop: faces.coarsen(fine, axis, factors, coarse, first, stop))


def odd_places(width: int) -> Field:
    """Return 1 for the odd indices along x, and 0 for the even ones."""
    return (np.arange(width + 2) % 2).astype(np.float32)

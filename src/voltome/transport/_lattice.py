"""The seven-point finite-volume operator on the voxels of a mask, which needs one byte for every voxel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs
from voltome.transport import _kernels_faces as faces
from voltome.transport import _kernels_lattice as lattice
from voltome.transport._faces import (
    EVEN,
    ODD,
    Faces,
    Field,
    Triple,
    Weights,
    assembled,
    coarse_factors,
    odd_places,
    of_conductances,
)

LARGEST_COUNT = 255
"""Largest diagonal that one byte holds."""

SMALLEST_WEIGHT = 1e-3
"""Smallest weight of a face relative to the largest that keeps enough digits when sums are to be exact."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """The flow between voxels of a mask, plus an extra term times their own value.

    The number of voxels along an axis that repeats is even.

    Attributes
    ----------
    diagonal
        Diagonal of the operator in units of `scale`: uint8 where it is a small number of equal faces, float32
        otherwise; zero in voxels that do not take part.
    scale
        Unit of the diagonal.
    rounded
        Weights of a face along each axis, in so few digits that sums of six are exact in float32.
    weights
        The weights that are meant.
    repeats
        Whether the last voxel along each axis is joined to the first.
    """

    diagonal: NDArray[Any]
    scale: np.float32
    rounded: tuple[np.float32, np.float32, np.float32]
    weights: Weights
    repeats: tuple[bool, bool, bool]

    @property
    def shape(self) -> Triple:
        """Voxels along z, y and x."""
        depth, height, width = self.diagonal.shape
        return depth, height, width

    @property
    def active(self) -> NDArray[np.bool_]:
        """Voxels that take part."""
        return self.diagonal > 0

    def apply(self, values: Field, out: Field) -> float:
        """Write the operator's action on `values` to `out`, another field, and return the energy of `values`."""
        sums = np.empty(self.shape[0])

        def act(_: int, first: int, stop: int) -> None:
            lattice.apply(*self._whole, self.weights, self.repeats, values, out, sums, first, stop)

        in_slabs(self.shape, act)
        return float(sums.sum())

    def energy(self, values: Field) -> float:
        """Return ``values . A values`` in float64 from face differences and extra terms."""
        return self.apply(values, np.empty_like(values))

    def start(self, source: Field, values: Field) -> None:
        """Smooth from a guess of zero: the even voxels, then the odd ones."""
        odd, sums = odd_places(self.shape[2]), np.empty(self.shape[0])

        def begin(_: int, first: int, stop: int) -> None:
            lattice.begin(*self._whole, self.repeats, source, values, odd, sums, first, stop)

        in_slabs(self.shape, begin)
        self._sweep(source, values, odd, sums, ODD, 1)

    def finish(self, source: Field, values: Field, coarse: Field, factors: Triple) -> float:
        """Add the values of coarse cells, smooth the odd voxels, then the even ones; return ``source . values``."""
        odd, sums = odd_places(self.shape[2]), np.empty(self.shape[0])

        def finish(_: int, first: int, stop: int) -> None:
            lattice.finish(*self._whole, self.repeats, source, values, coarse, factors, odd, sums, first, stop)

        in_slabs(self.shape, finish)
        self._sweep(source, values, odd, sums, ODD, 1)
        self._sweep(source, values, odd, sums, EVEN, 2)
        return float(sums.sum())

    def _sweep(
        self, source: Field, values: Field, odd: Field, sums: NDArray[np.float64], colour: int, layers: int
    ) -> None:
        """Smooth one colour in so many layers at both ends of every slab, which waited for those of the next slab."""

        def smooth(_: int, first: int, stop: int) -> None:
            for begin, end in ((first, min(first + layers, stop)), (max(first + layers, stop - layers), stop)):
                if begin < end:
                    lattice.sweep(*self._whole, self.repeats, source, values, odd, colour, sums, begin, end)

        in_slabs(self.shape, smooth)

    def restrict_residual(self, source: Field, values: Field, coarse: Field, factors: Triple) -> None:
        """Sum ``source - A values`` over every coarse cell, after `start` and a sweep over the odd voxels."""
        odd = odd_places(self.shape[2])

        def restrict(_: int, first: int, stop: int) -> None:
            lattice.restrict_even_residual(
                self.diagonal, self.rounded, self.repeats, values, odd, coarse, factors, first, stop
            )

        in_slabs(coarse.shape, restrict)

    def turn(self, direction: Field, ratio: float, smoothed: Field) -> float:
        """Make `direction` equal to `ratio` times itself plus `smoothed`, and return ``direction . A direction``."""
        factor, sums = np.float32(ratio), np.empty(self.shape[0])

        def combine(_: int, first: int, stop: int) -> None:
            lattice.turn(*self._whole, self.repeats, direction, factor, smoothed, sums, first, stop)

        def measure_ends(_: int, first: int, stop: int) -> None:
            for layer in {first, stop - 1}:
                lattice.curvature(*self._whole, self.repeats, direction, sums, layer, layer + 1)

        in_slabs(self.shape, combine)
        in_slabs(self.shape, measure_ends)
        return float(sums.sum())

    def advance(self, direction: Field, length: float, values: Field, residual: Field, scratch: Field) -> None:
        """Go along a direction: change the values, and the residual by the action on the direction."""
        forward = np.float32(length)

        def go(_: int, first: int, stop: int) -> None:
            lattice.advance(*self._whole, self.repeats, direction, forward, values, residual, first, stop)

        in_slabs(self.shape, go)

    def coarser(self) -> tuple[Faces, Triple] | None:
        """Return the operator between coarse cells and the voxels in one along each axis; None for a single voxel."""
        factors = coarse_factors(self.shape, self.weights)
        if factors == (1, 1, 1):
            return None
        shape = tuple(-(-size // by) for size, by in zip(self.shape, factors, strict=True))
        along = [np.empty(shape, np.float32) for _ in range(3)]
        for axis in range(3):
            self._coarsen(axis, factors, along[axis])
        # what a voxel has on its diagonal beyond its faces
        counted, extra = self._faces_of(self.diagonal > 0), np.empty(shape, np.float32)
        np.subtract(self.diagonal, counted, out=counted)
        in_slabs(shape, lambda _, first, stop: faces.coarsen_extra(counted, self.scale, factors, extra, first, stop))
        weights = [weight / by**2 for weight, by in zip(self.weights, factors, strict=True)]
        return assembled(along, extra, (weights[0], weights[1], weights[2])), factors

    def _faces_of(self, active: NDArray[np.bool_]) -> NDArray[Any]:
        """Return the sum of the weights of the faces of every voxel, in units of the diagonal."""
        return _counted(active.view(np.uint8), self.diagonal.dtype, self.rounded, self.repeats)

    @property
    def _whole(self) -> tuple[NDArray[Any], np.float32, tuple[np.float32, np.float32, np.float32]]:
        return self.diagonal, self.scale, self.rounded

    def _coarsen(self, axis: int, factors: Triple, coarse: Field) -> None:
        def add(_: int, first: int, stop: int) -> None:
            lattice.conductances(self.diagonal, self.rounded, self.repeats, axis, factors, coarse, first, stop)

        in_slabs(coarse.shape, add)


def of_mask(
    active: NDArray[np.bool_] | NDArray[np.uint8],
    *,
    weights: Weights = (1.0, 1.0, 1.0),
    extra: Field | None = None,
    periodic: tuple[bool, bool, bool] = (False, False, False),
) -> Faces | Lattice:
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
    z, y, x = (joined and size > 1 for joined, size in zip(periodic, active.shape, strict=True))
    repeats, largest = (z, y, x), max(weights)
    odd = any(joined and size % 2 for joined, size in zip(repeats, active.shape, strict=True))
    if odd or min(weights) < SMALLEST_WEIGHT * largest:
        # the first and the last voxel would have the same colour, or the smallest weight too few digits
        return _as_faces(active, weights, extra, repeats)
    quantum = 2.0 ** (np.floor(np.log2(largest)) - 20)
    first, second, third = (np.float32(np.rint(weight / quantum) * quantum) for weight in weights)
    rounded = (first, second, third)
    flags = (active if active.dtype == bool else active != 0).view(np.uint8)
    cubes = min(weights) == largest and (extra is None or 0 <= _largest_count(extra, first) <= LARGEST_COUNT - 12)
    scale, kind = (first, np.dtype(np.uint8)) if cubes else (np.float32(1.0), np.dtype(np.float32))
    diagonal = _counted(flags, kind, rounded, repeats)
    if extra is not None:
        unit, step = (first, np.float32(1.0)) if cubes else (np.float32(quantum), np.float32(quantum))
        in_slabs(
            active.shape, lambda _, first, stop: lattice.add_extra(extra, unit, step, flags, diagonal, first, stop)
        )
    return Lattice(diagonal, scale, rounded, weights, repeats)


def _counted(
    flags: NDArray[np.uint8],
    kind: np.dtype[Any],
    rounded: tuple[np.float32, np.float32, np.float32],
    repeats: tuple[bool, bool, bool],
) -> NDArray[Any]:
    """Return the sum of the weights of the faces of every voxel, or the number of faces as uint8."""
    steps = tuple(np.uint8(1) if kind == np.uint8 else weight for weight in rounded)
    diagonal = np.empty(flags.shape, kind)
    in_slabs(flags.shape, lambda _, first, stop: lattice.count(flags, steps, repeats, diagonal, first, stop))
    return diagonal


def _largest_count(extra: Field, unit: np.float32) -> float:
    """Return the largest extra term in units, or minus one where one is not a whole number of them."""
    found = np.empty(extra.shape[0], np.float32)
    in_slabs(extra.shape, lambda _, first, stop: lattice.largest_count(extra, unit, found, first, stop))
    return -1.0 if found.min() < 0 else float(found.max())


def _as_faces(active: NDArray[Any], weights: Weights, extra: Field | None, repeats: tuple[bool, bool, bool]) -> Faces:
    """Return the operator with the conductances of the faces between voxels of a mask."""
    taking_part, along = active.astype(bool, copy=False), []
    for axis, (weight, joined) in enumerate(zip(weights, repeats, strict=True)):
        conductance = np.zeros(active.shape, np.float32)
        mine, moved = np.moveaxis(taking_part, axis, 0), np.moveaxis(conductance, axis, 0)
        moved[:-1] = mine[:-1] & mine[1:]
        if joined:
            moved[-1] = mine[-1] & mine[0]
        conductance *= np.float32(weight)
        along.append(conductance)
    kept = None if extra is None else np.where(taking_part, extra, np.float32(0.0))
    return of_conductances(along[0], along[1], along[2], extra=kept, weights=weights)

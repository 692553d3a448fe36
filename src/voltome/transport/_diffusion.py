"""Steady diffusion between two opposite ends of a box of voxels: percolation, the equations, the fluxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import cc3d
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from voltome.data._kernels_slabs import in_slabs
from voltome.errors import ParameterError, ValuesError
from voltome.transport import _multigrid as multigrid
from voltome.transport._conjugate_gradients import StoppedBy, solve
from voltome.transport._kernels_fluxes import fluxes
from voltome.transport._multigrid import Field, Operator

Boundary = Literal["face", "voxel"]
Triple = tuple[int, int, int]

SMALLEST_TOLERANCE = 1e-7
"""What fields of float32 deliver in the effective diffusivity."""


@dataclass(frozen=True, slots=True)
class Diffused:
    """The answer of one direction.

    Attributes
    ----------
    relative_diffusivity
        Effective diffusivity relative to that of a box full of conductivity 1; 0 where nothing joins the two ends.
    relative_error_bound
        Upper bound of its relative error by the solver: the value is never too small, and never by more too large.
    iterations
        Cycles of conjugate gradients.
    stopped_by
        ``"tolerance"``, ``"iterations"`` or ``"float32"``, or ``"no path"`` where nothing joins the two ends.
    potential
        From 1 at the inlet to 0 at the outlet, 0 in voxels without a path from end to end; float32 (z, y, x).
    flux_per_slice
        Flux through every plane of faces across the axis, from the inlet to the outlet, as relative diffusivities:
        all are equal in an exact solution. One more than there are layers with ends on faces, one fewer with ends in
        voxels.
    percolating
        Voxels with a path from end to end, True or not; (z, y, x).
    """

    relative_diffusivity: float
    relative_error_bound: float
    iterations: int
    stopped_by: StoppedBy | Literal["no path"]
    potential: Field
    flux_per_slice: NDArray[np.float64]
    percolating: NDArray[np.bool_]


def diffuse(
    conducting: NDArray[np.bool_] | NDArray[np.uint8] | NDArray[np.float32],
    *,
    spacing: tuple[float, float, float],
    axis: int,
    boundary: Boundary = "face",
    periodic_sides: bool = False,
    tolerance: float = 1e-4,
    start: Field | None = None,
) -> Diffused:
    """Solve ``div(D grad u) = 0`` between u = 1 at the first end of an axis and u = 0 at the last.

    Parameters
    ----------
    conducting
        Voxels that conduct (bool or uint8), or the conductivity of every voxel (float32, 0 in walls); (z, y, x).
    spacing
        Edges of a voxel along z, y and x, in any unit.
    axis
        Axis across which the potential falls: 0, 1 or 2.
    boundary
        ``"face"``: the ends are the outer faces of the box. ``"voxel"``: they are the centres of the first and the
        last layer, and the length is one voxel shorter.
    periodic_sides
        Whether the other two axes repeat; otherwise nothing flows through the sides.
    tolerance
        Largest relative error of the effective diffusivity, at least `SMALLEST_TOLERANCE`.
    start
        A potential to begin with, such as that of nearly the same image; None for one that falls evenly.

    Raises
    ------
    ValuesError
        If the box has one layer along the axis and the ends are in its voxels, or a conductivity is negative or not
        finite.
    ParameterError
        If the tolerance is smaller than float32 allows.
    """
    _check(conducting, axis, boundary, tolerance)
    inside = percolating(conducting != 0, axis=axis, periodic_sides=periodic_sides)
    if not inside.any():
        return _nothing(conducting.shape, axis, boundary, inside)
    if np.issubdtype(conducting.dtype, np.floating):
        conductivity: NDArray[Any] = np.where(inside, conducting, np.float32(0.0)).astype(np.float32, copy=False)
    else:
        conductivity = inside.view(np.uint8)
    problem = _Problem(conductivity, spacing, axis, boundary, periodic_sides)
    return problem.solved(tolerance, start)


def percolating(conducting: NDArray[np.bool_], *, axis: int, periodic_sides: bool = False) -> NDArray[np.bool_]:
    """Return the voxels that are joined through faces to both ends of an axis."""
    labels, count = cc3d.connected_components(conducting, connectivity=6, return_N=True)
    if count == 0:
        return np.zeros(conducting.shape, bool)
    if periodic_sides:
        pairs = [(np.take(labels, 0, side).ravel(), np.take(labels, -1, side).ravel()) for side in {0, 1, 2} - {axis}]
        first, last = (np.concatenate(end) for end in zip(*pairs, strict=True))
        joined = (first > 0) & (last > 0)
        graph = coo_array((np.ones(joined.sum()), (first[joined], last[joined])), shape=(count + 1, count + 1))
        merged = 1 + connected_components(graph, directed=False)[1]
        merged[0] = 0
        labels = merged[labels]
    both = np.intersect1d(np.take(labels, 0, axis), np.take(labels, -1, axis))
    chosen, found = np.zeros(int(labels.max()) + 1, bool), np.empty(conducting.shape, bool)
    chosen[both[both > 0]] = True

    def choose(_: int, first: int, stop: int) -> None:
        np.take(chosen, labels[first:stop], out=found[first:stop], mode="clip")

    in_slabs(found.shape, choose)
    return found


def contrast(conductivity: NDArray[Any]) -> float:
    """Return the smallest conductivity over the largest, walls left out; 1 where nothing conducts."""
    largest = float(conductivity.max())
    least = float(conductivity.min(initial=conductivity.max(), where=conductivity > 0))
    return least / largest if largest > 0 else 1.0


class _Problem:
    """The equations of one image and axis.

    With ends in voxels the first and last layer are known, so that the unknowns are the layers between them: their
    conductances to the known layers are the extra terms, as the half voxels to the outer faces are otherwise.
    """

    def __init__(
        self,
        conductivity: NDArray[Any],
        spacing: tuple[float, float, float],
        axis: int,
        boundary: Boundary,
        periodic_sides: bool,
    ) -> None:
        self.conductivity, self.axis, self.boundary = conductivity, axis, boundary
        self.periodic = (periodic_sides and axis != 0, periodic_sides and axis != 1, periodic_sides and axis != 2)
        # relative to a face across the axis, and as the kernels have them, or the answer would have their rounding
        z, y, x = (float(np.float32((spacing[axis] / edge) ** 2)) for edge in spacing)
        self.weights = (z, y, x)
        self.of_mask = not np.issubdtype(conductivity.dtype, np.floating)
        layers = conductivity.shape[axis]
        self.length = layers if boundary == "face" else layers - 1
        self.scale = self.length / (conductivity.size / layers) / self.weights[axis]

    def solved(self, tolerance: float, start: Field | None) -> Diffused:
        """Solve the equations and gather what is asked."""
        inner = self.unknown(self.conductivity)
        potential = np.zeros(self.conductivity.shape, np.float32)
        if self.boundary == "voxel":
            _at(potential, self.axis, 0)[...] = _at(self.conductivity, self.axis, 0) != 0
        if inner.size == 0:
            flux = self.flux_per_slice(potential)
            return Diffused(float(flux.mean()), 0.0, 0, "tolerance", potential, flux, self.conductivity != 0)
        operator, residual = self.equations(inner)
        inflow = _layers(residual, self.axis, 0, 1).astype(np.float64)
        begin = self.even_fall(operator) if start is None else self.given(operator, start)
        beyond = self.of_inflow(inflow, begin)
        slowest = np.inf if self.of_mask else contrast(self.conductivity)
        solution = solve(operator, residual, tolerance=tolerance, start=begin, energy_beyond=beyond, slowest=slowest)
        del residual
        # the dissipation between an inlet at 1 and an outlet at 0
        final = operator.energy(solution.values) + self.of_inflow(inflow, solution.values)
        self.unknown(potential)[...] = solution.values
        return Diffused(
            relative_diffusivity=self.scale * final,
            relative_error_bound=solution.relative_error_bound,
            iterations=solution.iterations,
            stopped_by=solution.stopped_by,
            potential=potential,
            flux_per_slice=self.flux_per_slice(potential),
            percolating=self.conductivity != 0,
        )

    def unknown(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the view of the layers whose potential is not known beforehand."""
        return values if self.boundary == "face" else _layers(values, self.axis, 1, values.shape[self.axis] - 1)

    def equations(self, inner: NDArray[Any]) -> tuple[Operator, Field]:
        """Return the operator on the unknown voxels, and what flows in from an inlet at 1."""
        source, extra = np.zeros(inner.shape, np.float32), np.zeros(inner.shape, np.float32)
        _at(source, self.axis, 0)[...] = self.end(0, 1)
        _at(extra, self.axis, 0)[...] = self.end(0, 1)
        _at(extra, self.axis, -1)[...] += self.end(-1, -2)
        if self.of_mask:
            return multigrid.of_mask(inner, weights=self.weights, extra=extra, periodic=self.periodic), source
        along = [self.conductances(inner, side) for side in range(3)]
        return multigrid.of_conductances(along[0], along[1], along[2], extra=extra, weights=self.weights), source

    def end(self, layer: int, following: int) -> Field:
        """Return the conductances between the voxels beside an end and that end."""
        weight, own = np.float32(self.weights[self.axis]), _at(self.conductivity, self.axis, layer)
        if self.boundary == "face":
            found: Field = np.float32(2) * weight * own.astype(np.float32)
        else:
            found = weight * self.joined(own, _at(self.conductivity, self.axis, following))
        return found

    def joined(self, one: NDArray[Any], other: NDArray[Any]) -> Field:
        """Return the conductivity of two half voxels in series."""
        if self.of_mask:
            both: Field = ((one != 0) & (other != 0)).astype(np.float32)
            return both
        total = one + other
        series: Field = np.divide(2 * one * other, total, out=np.zeros_like(total), where=total > 0)
        return series

    def conductances(self, inner: NDArray[Any], side: int) -> Field:
        """Return the conductances of the faces between voxels and the next ones along an axis."""
        along = np.zeros(inner.shape, np.float32)
        size = inner.shape[side]
        if size > 1:
            _layers(along, side, 0, size - 1)[...] = self.joined(
                _layers(inner, side, 0, size - 1), _layers(inner, side, 1, size)
            )
            if self.periodic[side]:
                _layers(along, side, size - 1, size)[...] = self.joined(
                    _layers(inner, side, size - 1, size), _layers(inner, side, 0, 1)
                )
        along *= np.float32(self.weights[side])
        return along

    def even_fall(self, operator: Operator) -> Field:
        """Return the potential of a box without walls, in the voxels that conduct."""
        first = 0.5 if self.boundary == "face" else 1.0
        fall = 1.0 - (np.arange(operator.shape[self.axis]) + first) / self.length
        shape = [1, 1, 1]
        shape[self.axis] = -1
        evenly = np.broadcast_to(fall.astype(np.float32).reshape(shape), operator.shape)
        active, start = operator.active, np.empty(operator.shape, np.float32)

        def fill(_: int, first: int, stop: int) -> None:
            np.multiply(active[first:stop], evenly[first:stop], out=start[first:stop])

        in_slabs(operator.shape, fill)
        return start

    def given(self, operator: Operator, start: NDArray[Any]) -> Field:
        """Return the unknown part of a potential of the whole box, zero where nothing conducts."""
        if start.shape != self.conductivity.shape:
            raise ValuesError(
                f"The first guess has the shape {start.shape}, the image {self.conductivity.shape}; give a potential "
                "of an image of the same shape, or none."
            )
        return np.where(operator.active, self.unknown(start), 0.0).astype(np.float32)

    def of_inflow(self, inflow: NDArray[np.float64], values: Field) -> float:
        """Return what an inlet at 1 adds to the energy of the operator."""
        return float((inflow * (1.0 - 2.0 * _layers(values, self.axis, 0, 1))).sum())

    def flux_per_slice(self, potential: Field) -> NDArray[np.float64]:
        """Return the flux through every plane of faces across the axis, as relative diffusivities."""
        depth, height, width = potential.shape
        sums = np.zeros((depth, (1, height, width)[self.axis]))
        # the last layer along z has no faces towards a next one
        layers = (depth - 1, height, width) if self.axis == 0 else potential.shape
        if layers[0] > 0:
            in_slabs(layers, lambda _, first, stop: fluxes(self.conductivity, potential, self.axis, sums, first, stop))
        planes = self.weights[self.axis] * (sums[:-1, 0] if self.axis == 0 else sums.sum(axis=0)[:-1])
        if self.boundary == "face":
            first, last = (_at(potential, self.axis, end).astype(np.float64) for end in (0, -1))
            inlet, outlet = (self.end(0, 1) * (1.0 - first)).sum(), (self.end(-1, -2) * last).sum()
            planes = np.concatenate([[inlet], planes, [outlet]])
        found: NDArray[np.float64] = planes * self.scale
        return found


def _check(conducting: NDArray[Any], axis: int, boundary: Boundary, tolerance: float) -> None:
    """Refuse what cannot be solved."""
    if boundary == "voxel" and conducting.shape[axis] == 1:
        raise ValuesError(
            f"The box has one layer along axis {axis}, in whose voxels both ends would lie; take ends on faces "
            '(boundary="face"), or a thicker box.'
        )
    if np.issubdtype(conducting.dtype, np.floating) and not (np.isfinite(conducting).all() and conducting.min() >= 0):
        raise ValuesError("A conductivity is negative or not finite; give values of zero (walls) or more.")
    if not tolerance >= SMALLEST_TOLERANCE:
        raise ParameterError(
            f"The tolerance is {tolerance:g}, but fields of float32 deliver a relative error of {SMALLEST_TOLERANCE:g} "
            f"at best; set it to {SMALLEST_TOLERANCE:g} or more."
        )


def _nothing(shape: tuple[int, ...], axis: int, boundary: Boundary, inside: NDArray[np.bool_]) -> Diffused:
    """Return the answer of an image without a path from end to end."""
    planes = shape[axis] + 1 if boundary == "face" else shape[axis] - 1
    return Diffused(0.0, 0.0, 0, "no path", np.zeros(shape, np.float32), np.zeros(planes), inside)


def _layers(values: NDArray[Any], axis: int, first: int, stop: int) -> NDArray[Any]:
    """Return the view of some layers along an axis."""
    return values[(slice(None),) * axis + (slice(first, stop),)]


def _at(values: NDArray[Any], axis: int, layer: int) -> NDArray[Any]:
    """Return the view of one layer along an axis."""
    return values[(slice(None),) * axis + (layer,)]

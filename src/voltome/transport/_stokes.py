"""Creeping flow through a fluid of voxels, driven by a mean pressure gradient: plain arrays, lengths in voxels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from voltome.transport import _multigrid
from voltome.transport._kernels_stokes import PERIODIC, PRESSURE, SLIP, Field, Operator, diagonals, product
from voltome.transport._minres import Precondition, Solution, minimal_residual

Mask = NDArray[np.bool_]
Ends = tuple[int, int, int]
Preconditioner = Literal["multigrid", "diagonal"]

SWEEPS, RELAXATION = 2, 1.3
"""Red and black sweeps over the velocities, and by how much each goes too far."""

INSIDE = slice(1, -2)


@dataclass(frozen=True, slots=True)
class Fluid:
    """Voxels through which something flows, and what lies beyond the image along z, y, x.

    Attributes
    ----------
    open : numpy.ndarray of bool
        Where the fluid is.
    ends : tuple of int
        What lies beyond the image along each axis.
    edges : tuple of float
        Edges of a voxel in units of their geometric mean.
    """

    open: Mask
    ends: Ends
    edges: tuple[float, float, float]


class Flow:
    """The system of one fluid: prepared once, solved for a unit of pressure gradient along any axis."""

    def __init__(self, fluid: Fluid, preconditioner: Preconditioner = "multigrid") -> None:
        edges = np.asarray(fluid.edges)
        self.fluid = fluid
        weights, slopes = (1 / edges**2).astype(np.float32), (1 / edges).astype(np.float32)
        self.operator = Operator(diagonals(_padded(fluid), fluid.ends, weights), fluid.ends, weights, slopes)
        self._precondition: Precondition = self.operator.divide
        if preconditioner == "multigrid":
            self._precondition = _preconditioner(self.operator, fluid)

    def force(self, axis: int) -> Field:
        """Return the right-hand side of a unit of pressure gradient along an axis."""
        force: Field = np.zeros((4, *self.operator.diagonal.shape[1:]), np.float32)
        force[axis] = self.operator.diagonal[axis] > 0
        if self.fluid.ends[axis] == PRESSURE:
            np.moveaxis(force[axis], axis, 0)[[1, -2]] *= np.float32(0.5)
        return force

    def solve(self, axis: int, *, tolerance: float, most: int) -> Solution:
        """Return velocities and the deviation of the pressure from its mean gradient."""
        return minimal_residual(self.operator, self._precondition, self.force(axis), tolerance=tolerance, most=most)

    def mutual_work(self, one: Field, axis: int, other: Field, other_axis: int) -> float:
        """Return the work of one force along the flow of the other, right to second order and the same both ways."""
        applied = np.zeros_like(one)
        self.operator.apply(other, applied)
        return product(self.force(axis), other) + product(self.force(other_axis), one) - product(one, applied)


def _padded(fluid: Fluid) -> Mask:
    """Return the fluid with what lies beyond the image."""
    padded = np.zeros(tuple(size + 3 for size in fluid.open.shape), np.bool_)
    padded[INSIDE, INSIDE, INSIDE] = fluid.open
    for axis, kind in enumerate(fluid.ends):
        layers = np.moveaxis(padded, axis, 0)
        last = len(layers) - 3
        if kind == PERIODIC:
            layers[0], layers[last + 1] = layers[last], layers[1]
        elif kind in (PRESSURE, SLIP):
            layers[0], layers[last + 1] = layers[1], layers[last]
    return padded


def _preconditioner(operator: Operator, fluid: Fluid) -> Precondition:
    """Return sweeps over the velocities, and for the pressure itself plus a multigrid cycle of Darcy's law.

    The pressure that answers a divergence is the divergence itself within a pore, and follows Darcy's law over many.
    """
    darcy = _multigrid.Multigrid(_darcy_operator(operator, fluid, DARCY_PERMEABILITY))
    residual, pressure = np.zeros(fluid.open.shape, np.float32), np.zeros(fluid.open.shape, np.float32)

    def precondition(given: Field, result: Field) -> float:
        result[:3] = 0
        operator.sweep(given, result, SWEEPS, RELAXATION)
        inside = given[3, INSIDE, INSIDE, INSIDE]
        residual[:] = inside
        darcy.cycle(residual, pressure)
        np.add(inside, pressure, out=result[3, INSIDE, INSIDE, INSIDE])
        return product(given, result)

    return precondition


DARCY_PERMEABILITY = 1.0
"""Permeability of a pore that couples the pressures, in squares of a mean voxel edge: a guess serves."""


def _darcy_operator(operator: Operator, fluid: Fluid, permeability: float) -> _multigrid.Operator:
    """Return the flow between neighbouring voxels by Darcy's law, and out of the ends where the pressure is given."""
    along = []
    extra = np.zeros(fluid.open.shape, np.float32)
    for axis, (kind, edge) in enumerate(zip(fluid.ends, fluid.edges, strict=True)):
        weight = np.float32(permeability / edge**2)
        lower = np.moveaxis((operator.diagonal[axis] > 0)[INSIDE, INSIDE, INSIDE], axis, 0)
        joined = np.zeros(fluid.open.shape, np.float32)
        towards = np.moveaxis(joined, axis, 0)
        if len(lower) > 1:
            towards[:-1] = lower[1:]
            if kind == PERIODIC:
                towards[-1] = lower[0]
        joined *= weight
        along.append(joined)
        if kind == PRESSURE:
            at_ends, open_ends = np.moveaxis(extra, axis, 0), np.moveaxis(fluid.open, axis, 0)
            for layer in (0, -1):
                at_ends[layer] += 2 * weight * open_ends[layer]
    weights = tuple(1 / edge**2 for edge in fluid.edges)
    return _multigrid.of_conductances(*along, extra=extra, weights=(weights[0], weights[1], weights[2]))

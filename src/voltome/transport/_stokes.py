"""Creeping flow through a fluid of voxels, driven by a mean pressure gradient: plain arrays, lengths in voxels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import edt
import numpy as np
from numpy.typing import NDArray

from voltome.transport import _multigrid
from voltome.transport._kernels_stokes import PERIODIC, PRESSURE, SLIP, Field, Operator, diagonals, product
from voltome.transport._minres import Precondition, Solution, minimal_residual

Mask = NDArray[np.bool_]
Ends = tuple[int, int, int]
Preconditioner = Literal["multigrid", "diagonal"]

SWEEPS, RELAXATION = 4, 1.4
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
        weights, slopes = _summing_exactly(1 / edges**2), (1 / edges).astype(np.float32)
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


def _summing_exactly(weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the weights on so coarse a scale that the sum of a dozen is exact: a rounded diagonal would be a drag."""
    step = 2.0 ** (np.ceil(np.log2(weights.max())) - 19)
    rounded: NDArray[np.float32] = (np.round(weights / step) * step).astype(np.float32)
    return rounded


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
    darcy = _multigrid.Multigrid(_darcy_operator(fluid, _guessed_permeability(fluid)))
    residual, pressure = np.zeros(fluid.open.shape, np.float32), np.zeros(fluid.open.shape, np.float32)

    def precondition(given: Field, result: Field) -> float:
        operator.smooth(given, result, SWEEPS, RELAXATION)
        inside = given[3, INSIDE, INSIDE, INSIDE]
        residual[:] = inside
        darcy.cycle(residual, pressure)
        np.add(inside, pressure, out=result[3, INSIDE, INSIDE, INSIDE])
        return product(given, result)

    return precondition


LEAST_PERMEABILITY, MOST_PERMEABILITY = 0.5, 8.0
"""Where sweeps over the velocities do not reach over a wide pore, its permeability is of no use."""


def _guessed_permeability(fluid: Fluid) -> float:
    """Return about the permeability of one pore in squares of a mean edge: a fourth of the mean square depth.

    Between plates the mean square depth is the permeability; ways that turn and narrow have less. A guess serves.
    """
    squared = edt.edtsq(fluid.open, anisotropy=fluid.edges, black_border=False)
    mean = float(squared[fluid.open].mean(dtype=np.float64))
    if not np.isfinite(mean):
        return MOST_PERMEABILITY
    return min(max(mean / 4, LEAST_PERMEABILITY), MOST_PERMEABILITY)


def _darcy_operator(fluid: Fluid, permeability: float) -> _multigrid.Operator:
    """Return the flow between neighbouring voxels by Darcy's law, and out of the ends where the pressure is given."""
    z, y, x = (permeability / edge**2 for edge in fluid.edges)
    extra = np.zeros(fluid.open.shape, np.float32)
    for axis, (kind, weight) in enumerate(zip(fluid.ends, (z, y, x), strict=True)):
        if kind == PRESSURE:
            np.moveaxis(extra, axis, 0)[[0, -1]] += 2 * weight
    periodic = tuple(kind == PERIODIC for kind in fluid.ends)
    return _multigrid.of_mask(
        fluid.open,
        weights=(z, y, x),
        extra=extra if PRESSURE in fluid.ends else None,
        periodic=(periodic[0], periodic[1], periodic[2]),
    )

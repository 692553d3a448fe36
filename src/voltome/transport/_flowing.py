"""A phase as a fluid: its ends, its buffers, and its flow along an axis, in the units of the field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from numbers import Integral
from typing import Any, Literal

import numpy as np

from voltome.data import PhaseImage
from voltome.data._parameters import AXES, check_choice, check_not_negative, check_positive
from voltome.errors import ConvergenceError, ParameterError, PhaseError
from voltome.runtime import check_memory
from voltome.transport._kernels_stokes import PERIODIC, PRESSURE, SLIP, WALL, Field
from voltome.transport._minres import Solution
from voltome.transport._stokes import INSIDE, Ends, Flow, Fluid, Mask
from voltome.transport._winding import joining_faces, winding_through

Mode = Literal["tensor", "experiment"]
Sides = Literal["periodic", "mirrored"]

MOST_ITERATIONS = 3000
SMALLEST_TOLERANCE = 1e-7
"""What fields of 4 bytes per number can be right to."""

BYTES_PER_VOXEL = 220.0


@dataclass(frozen=True, slots=True)
class Drive:
    """What drives the flow, checked.

    Attributes
    ----------
    mode, sides : str
        Which experiment, and what lies beyond the image in the mode ``tensor``.
    viscosity_pa_s, density_kg_per_m3 : float
        Of the liquid.
    inlet_pressure_pa, outlet_pressure_pa : float
        Pressures at the ends of the sample.
    buffer_voxels : int
        Layers of free liquid before and behind the sample in the mode ``experiment``.
    tolerance : float
        Relative error of the permeability.
    """

    mode: Mode
    sides: Sides
    viscosity_pa_s: float
    density_kg_per_m3: float
    inlet_pressure_pa: float
    outlet_pressure_pa: float
    buffer_voxels: int
    tolerance: float

    def __post_init__(self) -> None:
        check_choice("mode", self.mode, ("tensor", "experiment"))
        check_choice("sides", self.sides, ("periodic", "mirrored"))
        check_positive("viscosity_pa_s", self.viscosity_pa_s)
        check_positive("density_kg_per_m3", self.density_kg_per_m3)
        check_positive("tolerance", self.tolerance)
        check_not_negative("outlet_pressure_pa", self.outlet_pressure_pa)
        check_not_negative("inlet_pressure_pa", self.inlet_pressure_pa)
        if self.inlet_pressure_pa <= self.outlet_pressure_pa:
            raise ParameterError(
                f"inlet_pressure_pa is {self.inlet_pressure_pa:g} and outlet_pressure_pa {self.outlet_pressure_pa:g}; "
                f"expected the pressure to fall from the inlet to the outlet: exchange them, or take another axis."
            )
        if not _is_count(self.buffer_voxels):
            raise ParameterError(f"buffer_voxels is {self.buffer_voxels!r}; expected a whole number, 0 or above.")
        if not SMALLEST_TOLERANCE <= self.tolerance < 1:
            raise ParameterError(
                f"tolerance is {self.tolerance:g}; expected a relative error of the permeability from "
                f"{SMALLEST_TOLERANCE:g}, which is what fields of 4 bytes per number can give, to below 1."
            )

    @property
    def periodic(self) -> bool:
        """Whether the image repeats itself along all axes."""
        return self.mode == "tensor" and self.sides == "periodic"

    def ends(self, axis: int) -> Ends:
        """Return what lies beyond the image along z, y, x for a flow along an axis."""
        if self.periodic:
            return PERIODIC, PERIODIC, PERIODIC
        beside = WALL if self.mode == "experiment" else SLIP
        z, y, x = (PRESSURE if each == axis else beside for each in range(3))
        return z, y, x

    def buffers(self) -> int:
        """Return the layers of free liquid at either end."""
        return self.buffer_voxels if self.mode == "experiment" else 0


def _is_count(value: Any) -> bool:
    return type(value) is not bool and isinstance(value, Integral) and value.__index__() >= 0


@dataclass(frozen=True, slots=True, eq=False)
class Driven:
    """The flow along one axis.

    Attributes
    ----------
    axis : int
        Axis along which the pressure falls.
    open : numpy.ndarray of bool
        The voxels of the sample that take part.
    percolates : bool
        Whether the phase leads through the image along this axis.
    permeabilities : tuple of float
        Mean velocity along z, y, x for a unit of gradient and of viscosity, in squares of a mean voxel edge.
    field : numpy.ndarray or None
        Velocities and deviation of the pressure, of the shape of the buffered sample with what lies beyond.
    error_bound, flux_spread : float
        Estimated relative error, and how far the flux through the layers differs, relative to its mean.
    iterations : int
        Iterations made.
    """

    axis: int
    open: Mask
    percolates: bool = False
    permeabilities: tuple[float, float, float] = (0.0, 0.0, 0.0)
    field: Field | None = None
    error_bound: float = 0.0
    flux_spread: float = 0.0
    iterations: int = 0


def voxels_of(phases: PhaseImage, phase: str, drive: Drive, *, task: str) -> Mask:
    """Return where the phase is, after checking that the flow through it fits in memory."""
    here = phases.is_phase(phase)
    if not here.any():
        raise PhaseError(
            f"phase {phase!r} has no voxel in the sample, so nothing can flow. Check the intervals of the threshold, "
            f"the crop and the mask."
        )
    longest = max(here.shape)
    voxels = here.size // longest * (longest + 2 * drive.buffers())
    check_memory(int(BYTES_PER_VOXEL * voxels), task=task, voxels=voxels)
    return here


def edges_of(phases: PhaseImage) -> tuple[tuple[float, float, float], float]:
    """Return the edges of a voxel in units of their geometric mean, and that mean in um."""
    mean = prod(phases.voxel_size_um) ** (1 / 3)
    z, y, x = (edge / mean for edge in phases.voxel_size_um)
    return (z, y, x), mean


def flows(phases: PhaseImage, here: Mask, axes: Sequence[int], drive: Drive, *, keep: bool = False) -> list[Driven]:
    """Return the flow along each of these axes, with its field if it is to be kept."""
    if not drive.periodic:
        return [_along_one(phases, here, axis, drive, keep) for axis in axes]
    opened, along = winding_through(here, drive.ends(0))
    if not along[list(axes)].any():
        return [Driven(axis, opened) for axis in axes]
    flow = Flow(Fluid(opened, drive.ends(0), edges_of(phases)[0]))
    found = {axis: _solved(flow, axis, drive) for axis in axes if along[axis]}
    made = []
    for axis in axes:
        if axis not in found:
            made.append(Driven(axis, opened))
            continue
        work = [0.0, 0.0, 0.0]
        for other, solution in found.items():
            if other != axis:
                work[other] = flow.mutual_work(found[axis].field, axis, solution.field, other)
        work[axis] = found[axis].work
        made.append(_driven(found[axis], axis, opened, work, phases.sample_voxels, 0, keep))
    return made


def _along_one(phases: PhaseImage, here: Mask, axis: int, drive: Drive, keep: bool) -> Driven:
    """Return the flow along one axis from a face with one pressure to a face with another."""
    buffers = drive.buffers()
    opened = joining_faces(_with_buffers(phases, here, axis, buffers), axis)
    sample = np.moveaxis(np.moveaxis(opened, axis, 0)[buffers : opened.shape[axis] - buffers], 0, axis)
    if not opened.any():
        return Driven(axis, sample)
    flow = Flow(Fluid(opened, drive.ends(axis), edges_of(phases)[0]))
    found = _solved(flow, axis, drive)
    work = [0.0, 0.0, 0.0]  # across a closed or mirrored sample the mean flow is zero
    work[axis] = found.work
    return _driven(found, axis, sample, work, phases.sample_voxels, buffers, keep)


def _solved(flow: Flow, axis: int, drive: Drive) -> Solution:
    found = flow.solve(axis, tolerance=drive.tolerance, most=MOST_ITERATIONS)
    if not found.converged:
        raise ConvergenceError(
            f"the flow along {AXES[axis]} is right to {found.error_bound:.1e} of its permeability after "
            f"{found.iterations} iterations; expected {drive.tolerance:g}. Give a larger tolerance, or clean the "
            f"phase: ways of a single voxel make it hard."
        )
    return found


def _driven(
    found: Solution, axis: int, sample: Mask, work: Sequence[float], sample_voxels: int, buffers: int, keep: bool
) -> Driven:
    """Return the flow along one axis from its solution."""
    layers = sample.shape[axis]
    share = (layers / (layers + 2 * buffers)) ** 2 / sample_voxels
    z, y, x = (float(each) * share for each in work)
    flux = np.moveaxis(found.field[axis, INSIDE, INSIDE, INSIDE], axis, 0).sum(axis=(1, 2), dtype=np.float64)
    return Driven(
        axis,
        sample,
        True,
        (z, y, x),
        found.field if keep else None,
        found.error_bound,
        float(np.ptp(flux) / flux.mean()),
        found.iterations,
    )


def _with_buffers(phases: PhaseImage, here: Mask, axis: int, buffers: int) -> Mask:
    """Return the phase with layers of free liquid before and behind it, as wide as the sample is there."""
    if not buffers:
        return here
    inside = np.ones(here.shape, np.bool_) if phases.mask is None else phases.mask
    layers, within = np.moveaxis(here, axis, 0), np.moveaxis(inside, axis, 0)
    free = [np.repeat(within[end][None], buffers, axis=0) for end in (0, -1)]
    return np.moveaxis(np.concatenate([free[0], layers, free[1]]), 0, axis)

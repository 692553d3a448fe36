"""Speed, velocities and pressure of the liquid that flows through a phase."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import AxisName, NonNegative, PhaseImage, PhaseName, Positive, ResultTable, Volume
from voltome.data._parameters import AXES, axis_index
from voltome.errors import ParameterError
from voltome.transport._flowing import Drive, Driven, Mode, Sides, edges_of, flows, voxels_of
from voltome.transport._stokes import INSIDE
from voltome.transport.permeability import mean_gradient_pa_per_m, table_of

COARSE = 0.01
"""Share of the fall of the pressure above which the steps of its map are told to the reader."""

FASTEST = float(np.finfo(np.float32).max) / 2
"""Velocity in m/s whose sum over three axes a map still holds."""


@dataclass(frozen=True, slots=True, eq=False)
class FlowField:
    """The flow of a liquid through a phase.

    Attributes
    ----------
    flow_field : Volume
        Speed in the middle of every voxel, in m/s; 0 outside of what percolates.
    velocity_z, velocity_y, velocity_x : Volume
        Its components in m/s, each the mean of those on the two faces of the voxel.
    pressure : Volume
        Pressure in the middle of every voxel in Pa; 0 outside of what percolates.
    permeability : ResultTable
        Kind ``permeability``, one row.
    """

    flow_field: Volume
    velocity_z: Volume
    velocity_y: Volume
    velocity_x: Volume
    pressure: Volume
    permeability: ResultTable


def flow_field(
    phases: PhaseImage,
    *,
    phase: PhaseName,
    axis: AxisName = "z",
    mode: Mode = "tensor",
    sides: Sides = "periodic",
    viscosity_pa_s: Positive = 0.001,
    inlet_pressure_pa: NonNegative = 130e3,
    outlet_pressure_pa: NonNegative = 100e3,
    buffer_voxels: int = 8,
    density_kg_per_m3: Positive = 1000.0,
    tolerance: Positive = 1e-5,
) -> FlowField:
    """Map speed, velocities and pressure of a liquid that is driven through a phase along one axis.

    Use it for pictures, streamlines and distributions of speed; for the permeability alone, along all axes, see
    `permeability`, which has the same limits.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Outside of its mask is wall.
    phase : str
        Name of the phase that the liquid fills.
    axis : {"z", "y", "x"}
        Axis along which the pressure falls, from the first layer of voxels to the last.
    mode : {"tensor", "experiment"}
        ``tensor``: the medium goes on beyond the image. ``experiment``: a sample sealed at its four sides, with free
        liquid before and behind it.
    sides : {"periodic", "mirrored"}
        What lies beyond the image in the mode ``tensor``: itself, or its mirror image.
    viscosity_pa_s : float
        Viscosity of the liquid in Pa s, above 0; water has 0.001.
    inlet_pressure_pa, outlet_pressure_pa : float
        Pressures at the two ends in Pa: those of the sample, in the mode ``experiment`` those of the ends of the
        buffers. The map of the pressure has 7 digits: where they are large and differ by little, give both relative to
        the lower one.
    buffer_voxels : int
        Layers of free liquid at either end in the mode ``experiment``, 0 or above; they are not in the maps.
    density_kg_per_m3 : float
        Density of the liquid in kg/m3, above 0: for the Reynolds number.
    tolerance : float
        Relative error of the permeability at which the solver stops, 1e-6 to below 1; the error of the fields is about
        its square root, so that 1e-5 makes velocities right to 0.3 %.

    Returns
    -------
    FlowField
        Volumes on the grid of the image, float32: speed and velocities in m/s, pressure in Pa; and a table of one row.

    Raises
    ------
    PhaseError
        An unknown phase, or one without a voxel in the sample.
    AxisError
        An unknown axis.
    ParameterError
        A number outside its range, an unknown mode, an inlet pressure that is not above the outlet's, or velocities
        that no map holds.
    ConvergenceError
        The solver did not reach the tolerance.
    MemoryEstimateError
        The image is too large for the memory of the machine.

    Notes
    -----
    Method as for `permeability`. Where an image repeats itself, the pressure is that of the mean gradient plus a part
    that repeats. Velocities are those of Stokes flow, which are proportional to the difference of the pressures: where
    the table warns of a Reynolds number above 1, real velocities are lower.

    Time: about twice that of `permeability` for one axis. Memory: about 250 bytes per voxel.

    References
    ----------
    F. H. Harlow, J. E. Welch, Phys. Fluids 8, 2182 (1965): the staggered grid.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((3, 10, 4), np.uint8)
    >>> labels[:, 1:9] = 1  # plates 8 voxels apart
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=0.5, phases={0: "solid", 1: "pore"})
    >>> flow = vt.transport.flow_field(image, phase="pore", axis="x", outlet_pressure_pa=129_990)
    >>> flow.flow_field
    Volume(3 x 10 x 4 voxels (z, y, x), float32, voxel 0.5 x 0.5 x 0.5 um, speed in m/s)
    >>> round(float(flow.velocity_x.values.max()), 4)  # a parabola
    0.01
    """
    drive = Drive(
        mode,
        sides,
        viscosity_pa_s,
        density_kg_per_m3,
        inlet_pressure_pa,
        outlet_pressure_pa,
        buffer_voxels,
        tolerance,
    )
    chosen = axis_index(axis)
    here = voxels_of(phases, phase, drive, task="flow_field")
    (found,) = flows(phases, here, (chosen,), drive, keep=True)
    did = f"flow_field: {phase} along {axis}, {mode}, {inlet_pressure_pa:g} to {outlet_pressure_pa:g} Pa"

    def volume(values: NDArray[np.float32], quantity: str, unit: str) -> Volume:
        return Volume(values, **phases.grid, quantity=quantity, unit=unit, history=(*phases.history, did))

    velocities = [_velocity(phases, found, drive, part) for part in range(3)]
    speed = np.hypot(np.hypot(velocities[0], velocities[1]), velocities[2])  # squares leave the range of float32
    table = table_of(phases, phase, [found], drive)
    along_z, along_y, along_x = (
        volume(values, f"velocity along {AXES[part]}", "m/s") for part, values in enumerate(velocities)
    )
    return FlowField(
        volume(speed, "speed", "m/s"),
        along_z,
        along_y,
        along_x,
        volume(_pressure(phases, found, drive), "pressure", "Pa"),
        replace(table, warnings=(*table.warnings, *_coarse(drive))),
    )


def _coarse(drive: Drive) -> tuple[str, ...]:
    """Return the warning that the pressure falls by too little to be seen in numbers of 4 bytes."""
    fall = drive.inlet_pressure_pa - drive.outlet_pressure_pa
    step = float(np.spacing(np.float32(drive.inlet_pressure_pa)))
    if step <= COARSE * fall:
        return ()
    return (
        f"The map of the pressure has steps of {step:.2g} Pa, for a fall of {fall:.2g} Pa: its numbers have 4 bytes. "
        f"Give pressures relative to that of the outlet; velocities and permeability are not touched.",
    )


def _velocity(phases: PhaseImage, flow: Driven, drive: Drive, part: int) -> NDArray[np.float32]:
    """Return one component in m/s in the middle of every voxel of the sample."""
    if flow.field is None:
        return np.zeros(phases.shape, np.float32)
    faces = np.moveaxis(flow.field[part], part, 0)
    middle = np.moveaxis(0.5 * (faces[1:-2] + faces[2:-1]), 0, part)
    others = [slice(None) if axis == part else INSIDE for axis in range(3)]
    unit_m = edges_of(phases)[1] * 1e-6
    factor = unit_m**2 * _gradient(phases, flow, drive) / drive.viscosity_pa_s
    fastest = factor * float(np.abs(middle).max())
    if not fastest < FASTEST:
        raise ParameterError(
            f"a fall of the pressure of {drive.inlet_pressure_pa - drive.outlet_pressure_pa:g} Pa at a viscosity of "
            f"{drive.viscosity_pa_s:g} Pa s gives {fastest:.1g} m/s, which numbers of 4 bytes do not hold; expected "
            f"pressures in Pa and a viscosity in Pa s: check both."
        )
    return np.where(flow.open, _sample(middle[tuple(others)], flow, phases) * np.float32(factor), np.float32(0))


def _pressure(phases: PhaseImage, flow: Driven, drive: Drive) -> NDArray[np.float32]:
    """Return the pressure in Pa in the middle of every voxel of the sample."""
    if flow.field is None:
        return np.zeros(phases.shape, np.float32)
    inside = flow.field[3, INSIDE, INSIDE, INSIDE]
    layers = inside.shape[flow.axis]
    fallen = (np.arange(layers) + 0.5) / layers * (drive.inlet_pressure_pa - drive.outlet_pressure_pa)
    mean = np.expand_dims(drive.inlet_pressure_pa - fallen, [axis for axis in range(3) if axis != flow.axis])
    factor = edges_of(phases)[1] * 1e-6 * _gradient(phases, flow, drive)
    values = _sample(mean + factor * inside.astype(np.float64), flow, phases)
    return np.where(flow.open, values, 0).astype(np.float32)


def _gradient(phases: PhaseImage, flow: Driven, drive: Drive) -> float:
    """Return the mean gradient over sample and buffers in Pa/m."""
    layers = phases.shape[flow.axis]
    return mean_gradient_pa_per_m(phases, flow.axis, drive) * layers / (layers + 2 * drive.buffers())


def _sample(values: NDArray[Any], flow: Driven, phases: PhaseImage) -> NDArray[Any]:
    """Return the part without buffers."""
    buffers = (values.shape[flow.axis] - phases.shape[flow.axis]) // 2
    layers = np.moveaxis(values, flow.axis, 0)
    return np.moveaxis(layers[buffers : len(layers) - buffers], 0, flow.axis)

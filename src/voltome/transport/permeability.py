"""Permeability of a phase from creeping flow through its voxels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from voltome.data import AxisName, NonNegative, PhaseImage, PhaseName, Positive, ResultTable
from voltome.data._parameters import AXES, axis_index
from voltome.morphology import local_thickness
from voltome.transport._flowing import Drive, Driven, Mode, Sides, edges_of, flows, voxels_of
from voltome.transport.columns_flow import PERMEABILITY

NARROW_VOXELS = 8
"""Pores narrower than this have an error from the voxels alone of several percent."""

CREEPING = 1.0
"""The Reynolds number above which inertia changes the flow."""

SEALED = "sealed"


@dataclass(frozen=True, slots=True, eq=False)
class Permeability:
    """The permeability of a phase, and what it rests on.

    Attributes
    ----------
    value : float
        Permeability along `axis` in um2; 0 where the phase does not percolate.
    axis : str
        Axis that was asked for.
    tensor_um2 : tuple or None
        Rows along z, y, x: the mean velocity along z, y, x under a gradient along the row's axis; None for an
        experiment.
    relative_error_bound : float
        Estimated bound of the error of `value`, relative to it: that of the solver, not that of the image.
    iterations : int
        Iterations along `axis`.
    stopped_by : str
        ``tolerance``, or ``does not percolate``.
    reason : str
        Why the solver stopped, in words.
    definition : str
        What was solved.
    table : ResultTable
        Kind ``permeability``: one row per axis that was solved.
    """

    value: float
    axis: str
    tensor_um2: tuple[tuple[float, float, float], ...] | None
    relative_error_bound: float
    iterations: int
    stopped_by: Literal["tolerance", "does not percolate"]
    reason: str
    definition: str
    table: ResultTable

    def to_table(self) -> ResultTable:
        """Return the table of all axes that were solved."""
        return self.table


def permeability(
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
    tolerance: Positive = 1e-3,
) -> Permeability:
    """Measure how easily a liquid flows through a phase: its permeability, from Stokes flow in its voxels.

    Use it for electrolyte in separators and electrodes, and gas in porous layers. For maps of speed and pressure see
    `flow_field`; for the error that voxels make, `permeability_refinement`. Not for pores near the mean free path of a
    gas, nor where inertia matters (a Reynolds number above 1, of which a warning tells).

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Outside of its mask is wall; the mean velocity is that over the volume of the mask.
    phase : str
        Name of the phase that the liquid fills.
    axis : {"z", "y", "x"}
        Axis along which the pressure falls; in the mode ``tensor`` all three are solved, and this is the one of
        `value`.
    mode : {"tensor", "experiment"}
        ``tensor``: the medium goes on beyond the image, and the permeability is a tensor. ``experiment``: a sample
        sealed at its four sides, with free liquid before and behind it, as in a permeameter.
    sides : {"periodic", "mirrored"}
        What lies beyond the image in the mode ``tensor``: itself, or its mirror image, of which the tensor is diagonal.
        Pores of real images do not meet themselves across a periodic face, which lowers the permeability of small
        images.
    viscosity_pa_s : float
        Viscosity of the liquid in Pa s, above 0; water has 0.001. The permeability does not depend on it.
    inlet_pressure_pa, outlet_pressure_pa : float
        Pressures at the two ends in Pa. The permeability does not depend on them; the Reynolds number does.
    buffer_voxels : int
        Layers of free liquid at either end in the mode ``experiment``, 0 or above, over which the pressure evens out.
    density_kg_per_m3 : float
        Density of the liquid in kg/m3, above 0: for the Reynolds number.
    tolerance : float
        Relative error of the permeability at which the solver stops, 1e-6 to below 1.

    Returns
    -------
    Permeability
        `value` in um2, the tensor in um2, and the table: one row per axis with porosities, mean pore diameter in um,
        mean velocity in m/s, Reynolds number, error bound. A phase that does not percolate has 0, the reason, and a
        warning.

    Raises
    ------
    PhaseError
        An unknown phase, or one without a voxel in the sample.
    AxisError
        An unknown axis.
    ParameterError
        A number outside its range, an unknown mode, or an inlet pressure that is not above the outlet's.
    ConvergenceError
        The solver did not reach the tolerance.
    MemoryEstimateError
        The image is too large for the memory of the machine.

    Notes
    -----
    Finite volumes on the staggered grid: pressures in voxels, velocities on the faces between two voxels of the phase,
    walls half a voxel beside the faces along them. Between plates H voxels apart the result is ``H^2 / 12 + 1/6``
    square voxels: too large by 2 / H^2. Of bodies with the steps of voxels it is too large by about two voxels over
    the width of the pores, of the smooth bodies that they stand for by much less: -4 to +1 % for spheres in cells of
    32 voxels. Pores narrower than 8 voxels (mean of the local thickness, weighted by volume) give a warning.

    The system is solved by preconditioned minimal residuals: sweeps over the velocities, and for the pressure itself
    plus a multigrid cycle of Darcy's law. The permeability is the work of the flow, corrected by the residual, so that
    its error is the square of that of the fields; it stops when the estimate of that error, from the residual and the
    smallest eigenvalue that the iteration has seen, is below `tolerance`. Only what percolates takes part.

    Reynolds number: density x mean velocity in the percolating pore x mean pore diameter / viscosity. In the mode
    ``experiment`` Darcy's law is taken with length and area of the sample; the drag in the buffers is counted in.

    Time: 25 to 50 iterations of about 0.05 us per voxel on one core; twice as many where pores are wider than 50
    voxels. Memory: about 250 bytes per voxel.

    References
    ----------
    F. H. Harlow, J. E. Welch, Phys. Fluids 8, 2182 (1965): the staggered grid; C. C. Paige, M. A. Saunders, SIAM J.
    Numer. Anal. 12, 617 (1975), section 6: minimal residuals; J. Cahouet, J.-P. Chabard, Int. J. Numer. Methods Fluids
    8, 869 (1988): the pressure.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((3, 10, 4), np.uint8)
    >>> labels[:, 1:9] = 1  # plates 8 voxels apart
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=0.5, phases={0: "solid", 1: "pore"})
    >>> found = vt.transport.permeability(image, phase="pore", axis="x")
    >>> round(found.value, 4), round(0.8 * 0.25 * (8**2 / 12 + 1 / 6), 4)  # pore is 80 % of the sample
    (1.1, 1.1)
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
    here = voxels_of(phases, phase, drive, task="permeability")
    found = flows(phases, here, range(3) if mode == "tensor" else (chosen,), drive)
    table = table_of(phases, phase, found, drive)
    main = next(each for each in found if each.axis == chosen)
    unit = edges_of(phases)[1] ** 2
    rows = [tuple(unit * entry for entry in each.permeabilities) for each in found]
    return Permeability(
        value=unit * main.permeabilities[chosen],
        axis=axis,
        tensor_um2=tuple((z, y, x) for z, y, x in rows) if mode == "tensor" else None,
        relative_error_bound=main.error_bound,
        iterations=main.iterations,
        stopped_by="tolerance" if main.percolates else "does not percolate",
        reason=_reason(phase, main, drive),
        definition=table.method,
        table=table,
    )


def table_of(phases: PhaseImage, phase: str, found: list[Driven], drive: Drive) -> ResultTable:
    """Return the table of the flows along one or more axes."""
    diameter_um = _mean_diameter_um(phases, phase, found)
    rows = [_row(phases, phase, each, drive, diameter_um) for each in found]
    return ResultTable(
        pd.DataFrame(rows),
        columns=PERMEABILITY,
        kind="permeability",
        measured_on=f"phases of {phases.grid_in_words}",
        method=method_of(drive),
        history=phases.history,
        warnings=_warnings(phases, phase, rows, diameter_um),
    )


def _mean_diameter_um(phases: PhaseImage, phase: str, found: list[Driven]) -> float:
    """Return the mean of the local thickness; where the phase fills the sample, the smaller distance of its sides."""
    here = phases.is_phase(phase)
    if np.count_nonzero(here) == phases.sample_voxels:
        return min(size for axis, size in enumerate(phases.size_um) if axis != found[0].axis)
    return float(local_thickness(phases, phase=phase).values[here].mean(dtype=np.float64))


def method_of(drive: Drive) -> str:
    """Return what was solved, in words."""
    if drive.mode == "experiment":
        place = f"a sample sealed at its sides, with {drive.buffer_voxels} layers of free liquid at either end"
    else:
        place = "an image that repeats itself" if drive.periodic else "an image between its mirror images"
    return (
        f"Stokes flow on the staggered grid of voxels through {place}, from {drive.inlet_pressure_pa:g} to "
        f"{drive.outlet_pressure_pa:g} Pa, viscosity {drive.viscosity_pa_s:g} Pa s, tolerance {drive.tolerance:g}"
    )


def mean_gradient_pa_per_m(phases: PhaseImage, axis: int, drive: Drive) -> float:
    """Return by how much the pressure falls per length of the sample."""
    return (drive.inlet_pressure_pa - drive.outlet_pressure_pa) / (phases.size_um[axis] * 1e-6)


def _row(phases: PhaseImage, phase: str, flow: Driven, drive: Drive, diameter_um: float) -> dict[str, Any]:
    """Return the row of one axis."""
    unit_um2 = edges_of(phases)[1] ** 2
    along_um2 = [unit_um2 * entry for entry in flow.permeabilities]
    value_um2 = along_um2[flow.axis]
    open_share = np.count_nonzero(flow.open) / phases.sample_voxels
    darcy = value_um2 * 1e-12 * mean_gradient_pa_per_m(phases, flow.axis, drive) / drive.viscosity_pa_s
    velocity = darcy / open_share if flow.percolates else 0.0
    return {
        "phase": phase,
        "axis": AXES[flow.axis],
        "mode": drive.mode,
        "sides": SEALED if drive.mode == "experiment" else drive.sides,
        "percolates": flow.percolates,
        "permeability_um2": value_um2,
        "along_z_um2": along_um2[0],
        "along_y_um2": along_um2[1],
        "along_x_um2": along_um2[2],
        "porosity": np.count_nonzero(phases.is_phase(phase)) / phases.sample_voxels,
        "percolating_porosity": open_share,
        "mean_pore_diameter_um": diameter_um,
        "mean_pore_velocity_m_per_s": velocity,
        "reynolds_number": drive.density_kg_per_m3 * velocity * diameter_um * 1e-6 / drive.viscosity_pa_s,
        "relative_error_bound": flow.error_bound,
        "flux_spread": flow.flux_spread,
        "iterations": flow.iterations,
    }


def _reason(phase: str, flow: Driven, drive: Drive) -> str:
    """Return why the solver stopped."""
    if not flow.percolates:
        return f"{phase} does not lead through the sample along {AXES[flow.axis]}: nothing can flow"
    return (
        f"the error of the permeability is estimated below {flow.error_bound:.1e} of it after {flow.iterations} "
        f"iterations; asked was {drive.tolerance:g}"
    )


def _how_to_open(phases: PhaseImage, closed: list[str]) -> str:
    """Return how a reader mends a permeability of 0: the mask may be what closes the faces of the image."""
    if phases.mask is not None:
        layers = [np.moveaxis(phases.mask, AXES.index(axis), 0)[[0, -1]].any(axis=(1, 2)).all() for axis in closed]
        if not all(layers):
            return "The mask leaves out the first or the last layer of the image, which is wall: crop the image to it."
    return "Where ways narrower than a voxel do, take a finer image; see connectivity."


def _warnings(phases: PhaseImage, phase: str, rows: list[dict[str, Any]], diameter_um: float) -> tuple[str, ...]:
    """Return what a reader must know before using the numbers."""
    made = []
    closed = [row["axis"] for row in rows if not row["percolates"]]
    if closed:
        made.append(
            f"{phase} does not lead through the sample along {' and '.join(closed)}: the permeability is 0 there. "
            f"{_how_to_open(phases, closed)}"
        )
    across = diameter_um / max(phases.voxel_size_um)
    if across < NARROW_VOXELS and len(closed) < len(rows):
        made.append(
            f"The pores of {phase} are {across:.1f} voxels wide in the mean, below {NARROW_VOXELS}: the voxels alone "
            f"make the permeability too large by up to about {2 / across:.0%} along stepped walls; see "
            f"permeability_refinement."
        )
    fast = [row for row in rows if row["reynolds_number"] > CREEPING]
    if fast:
        worst = max(row["reynolds_number"] for row in fast)
        made.append(
            f"The Reynolds number is up to {worst:.3g}, above {CREEPING:g}: a flow so fast is no longer creeping, and "
            f"less passes than Darcy's law says. It holds for slow flow; for velocities, lower the pressures."
        )
    return tuple(made)

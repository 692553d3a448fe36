"""The fields of steady diffusion: potential, and the flux in every voxel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voltome.data import AxisName, PhaseImage, PhaseName, Positive, ResultTable, Volume
from voltome.runtime import check_memory
from voltome.transport._fluxes import fluxes_of
from voltome.transport._steady import BYTES_PER_VOXEL, Boundary, Sides, steady
from voltome.transport.tortuosity import tortuosity_of

QUANTITY = "diffusive flux"


@dataclass(frozen=True, slots=True)
class DiffusionField:
    """Where diffusion goes through a phase.

    Attributes
    ----------
    diffusion_field : Volume
        Magnitude of the flux in every voxel, over D_0 times the drop of the potential over the length: 1 in an open
        box, 0 where nothing flows.
    flux_z, flux_y, flux_x : Volume
        Its components along the axes; positive in the direction in which the axis counts.
    potential : Volume
        1 at the inlet, the first face along the axis, and 0 at the outlet; 0 where nothing flows.
    tortuosity : ResultTable
        What `voltome.transport.tortuosity` gives.
    """

    diffusion_field: Volume
    flux_z: Volume
    flux_y: Volume
    flux_x: Volume
    potential: Volume
    tortuosity: ResultTable


def diffusion_field(
    phases: PhaseImage,
    *,
    phase: PhaseName,
    axis: AxisName = "z",
    boundary: Boundary = "face",
    sides: Sides = "no-flux",
    tolerance: Positive = 1e-4,
) -> DiffusionField:
    """Solve diffusion through a phase and give the potential and the flux in every voxel.

    Use it to see where the flux goes: its projection, its slices, its streamlines; which pores carry it and which are
    dead ends. For the number alone `tortuosity` needs less memory.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Outside its mask is wall; the mask must leave the same cross-section in every layer along
        the axis.
    phase : str
        Name of the phase that conducts; everything else is wall.
    axis : {"z", "y", "x"}
        Axis along which the potential falls.
    boundary : {"face", "voxel"}
        Where the potential is held: on the outer faces of the sample, or in the centres of its first and last layers;
        see `tortuosity`.
    sides : {"no-flux", "periodic"}
        What is beside the axis: walls, or the opposite side.
    tolerance : float
        Largest relative error of the relative diffusivity that the solver may leave, above 0. The error of a single
        voxel's flux can be larger, by about the square root of it: give 1e-6 where single voxels matter.

    Returns
    -------
    DiffusionField
        Magnitude and components of the flux without unit, the potential from 1 to 0, all of the shape of the image as
        float32, and the table of the tortuosity. Where the phase does not percolate all fields are 0.

    Raises
    ------
    PhaseError
        An unknown phase.
    AxisError
        An unknown axis, or a single layer of voxels along it.
    GeometryError
        A mask with another cross-section in one layer than in the next.
    ParameterError
        An unknown convention, or a tolerance that cannot be reached.
    ConvergenceError
        The solver does not reach the tolerance.
    MemoryEstimateError
        The image does not fit in memory.

    Notes
    -----
    The flux is that through the faces of the voxels, which the solver conserves; a voxel has the mean of its two faces
    along each axis, a wall counting as 0. Its mean over the sample is the relative diffusivity. At the ends it is that
    through the outer faces, or, with ``voxel``, through the one face inside. To have it in mol/(m2 s) multiply by D_0
    times the difference in concentration over the length.

    Memory: about 30 bytes per voxel.

    References
    ----------
    S. J. Cooper et al., TauFactor, SoftwareX 5, 203 (2016).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((8, 6, 6), np.uint8)
    >>> labels[:, 2:4, 2:4] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=0.5, phases={0: "solid", 1: "pore"})
    >>> found = vt.transport.diffusion_field(image, phase="pore")
    >>> print(f"{found.flux_z.values[3, 2, 2]:.4f} {found.potential.values[0, 2, 2]:.4f}")
    1.0000 0.9375
    """
    voxels = phases.values.size
    check_memory((BYTES_PER_VOXEL + 2) * voxels, task="diffusion_field", voxels=voxels)
    solved = steady(
        phases, {phase: 1.0}, axis=axis, boundary=boundary, sides=sides, tolerance=tolerance, what="diffusion_field"
    )
    sample = solved.sample
    along = [sample.placed(values) for values in fluxes_of(solved, sample.is_phase(phase))]
    magnitude = np.sqrt(along[0] ** 2 + along[1] ** 2 + along[2] ** 2)
    did = f"diffusion_field: {phase} along {axis}, {solved.conventions}"
    grid = phases.grid
    history = (*phases.history, did)

    def volume(values: np.ndarray, quantity: str) -> Volume:
        return Volume(values, **grid, quantity=quantity, history=history)

    return DiffusionField(
        diffusion_field=volume(magnitude, QUANTITY),
        flux_z=volume(along[0], f"{QUANTITY} along z"),
        flux_y=volume(along[1], f"{QUANTITY} along y"),
        flux_x=volume(along[2], f"{QUANTITY} along x"),
        potential=volume(sample.placed(solved.potential), "potential"),
        tortuosity=tortuosity_of(solved, phase).to_table(),
    )

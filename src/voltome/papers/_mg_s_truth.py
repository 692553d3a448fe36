"""What is true of the simulated Mg-S samples: by formulae where there are some, counted, or solved.

Fractions are counted at points finer than the voxels. Surfaces and triple-phase boundaries are expected values of
random media, sizes those of the solids. Of transport there is no formula: what is called true there is the solution on
the true phases, without blur, noise and threshold, on the same voxels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from voltome.data import AxisName, PhaseImage
from voltome.papers._mg_s_cathode import Cathode, Sample
from voltome.papers._mg_s_published import BINDER, FIBRE, PORE, SULFUR
from voltome.papers._mg_s_separator import MicroCT, expected_fibre_surface_per_um, fractions_of
from voltome.transport import permeability, tortuosity
from voltome.twins import (
    Ellipsoid,
    Scene,
    Sphere,
    texture_boundary_per_um2,
    texture_surface_per_um,
    true_phases,
)

__all__ = ["AXES", "LEAST_VOXELS", "Particles", "Truth", "truth_of_cathode", "truth_of_separator"]

AXES: tuple[AxisName, ...] = ("x", "y", "z")

LEAST_VOXELS = 10
"""Particles of fewer voxels are left out, as in the study."""

RESOLVED_VOXELS = 10
"""Equivalent diameter in voxels from which the sphericity of a particle is measured."""


@dataclass(frozen=True, slots=True)
class Particles:
    """Whole particles of at least `LEAST_VOXELS`: number, mean and largest diameter, share below 1 um, sphericity."""

    count: float
    mean_um: float
    largest_um: float
    below_1_um: float
    sphericity: float


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one sample.

    Attributes
    ----------
    fractions : mapping of str to float
        Volume fraction of each phase.
    surfaces : mapping of str to float
        Surface of a phase over its own volume in 1/um, where it is known.
    tpb_per_um2 : float
        Length of the triple-phase boundary over the volume; NaN where it is not known.
    particles : Particles or None
        The sulfur.
    local_fractions : mapping of str to float
        Volume fractions of the cube in the middle.
    tortuosity, permeability_um2 : mapping of str to float
        Along the axes that were solved on the true phases.
    """

    fractions: Mapping[str, float]
    surfaces: Mapping[str, float]
    tpb_per_um2: float = math.nan
    particles: Particles | None = None
    local_fractions: Mapping[str, float] = field(default_factory=dict)
    tortuosity: Mapping[str, float] = field(default_factory=dict)
    permeability_um2: Mapping[str, float] = field(default_factory=dict)


def truth_of_cathode(cathode: Cathode, sample: Sample, *, local: int) -> Truth:
    """Return what is true of one cathode."""
    fractions, nature = sample.fractions, cathode.nature
    solids = cathode.sulfur.solids
    sulfur = math.fsum(solid.surface_area_um2 for solid in solids) / math.fsum(solid.volume_um3 for solid in solids)
    embedded = sulfur * fractions[SULFUR]
    texture = texture_surface_per_um(fraction=nature.pores_in_binder, length_um=nature.length_um)
    between = texture * (1 - fractions[SULFUR])  # of pores and binder, but not inside the sulfur
    open_share = fractions[PORE] / (1 - fractions[SULFUR])
    surfaces = {
        PORE: (between + embedded * open_share) / fractions[PORE],
        BINDER: (between + embedded * (1 - open_share)) / fractions[BINDER],
        SULFUR: sulfur,
    }
    boundary = texture_boundary_per_um2(
        fraction=nature.pores_in_binder, length_um=nature.length_um, embedded_surface_per_um=embedded
    )
    phases = sample.phases
    first = (phases.shape[0] - local) // 2
    middle = (slice(first, first + local),) * 3
    axes = AXES[:1] if nature.cycle else AXES  # one solution is enough where the study has none
    cube = Sample(sample.sulfur[middle], sample.pores[middle], sample.voxel_size_um)
    return Truth(
        fractions,
        surfaces,
        boundary,
        _true_particles(cathode.sulfur, sample.voxel_size_um),
        cube.fractions,
        {axis: tortuosity(phases, phase=PORE, axis=axis, tolerance=1e-3).value for axis in axes},
    )


def truth_of_separator(scene: Scene, scanner: MicroCT) -> Truth:
    """Return what is true of one separator; only of fibres alone is the surface known."""
    fractions = fractions_of(scene, scanner)
    surfaces: dict[str, float] = {}
    if len(fractions) == 2:
        fibre = expected_fibre_surface_per_um(fractions[FIBRE])
        surfaces = {PORE: fibre * fractions[FIBRE] / fractions[PORE], FIBRE: fibre}
    phases = true_phases(scene, voxel_size_um=scanner.voxel_size_um)
    return Truth(fractions, surfaces, permeability_um2={axis: _permeability(phases, axis) for axis in AXES})


def _permeability(phases: PhaseImage, axis: AxisName) -> float:
    """Return the permeability of a sample sealed at its sides, in um2."""
    return permeability(phases, phase=PORE, axis=axis, mode="experiment").value


def _true_particles(scene: Scene, voxel_size_um: float) -> Particles:
    """Return what is true of the particles that no face cuts and that have voxels enough."""
    whole = [solid for solid in scene.solids if not scene.crosses_border(solid)]
    kept = [solid for solid in whole if solid.volume_um3 >= LEAST_VOXELS * voxel_size_um**3]
    diameter = np.array([np.cbrt(6 * solid.volume_um3 / math.pi) for solid in kept])
    shape = np.array([_sphericity(solid) for solid in kept if isinstance(solid, Ellipsoid | Sphere)])
    resolved = diameter >= RESOLVED_VOXELS * voxel_size_um
    sphericity = float(shape[resolved].mean()) if resolved.any() else math.nan
    return Particles(len(kept), float(diameter.mean()), float(diameter.max()), float((diameter < 1).mean()), sphericity)


def _sphericity(solid: Ellipsoid | Sphere) -> float:
    """Return the surface of the sphere of equal volume over that of the solid."""
    return float(math.pi ** (1 / 3) * (6 * solid.volume_um3) ** (2 / 3) / solid.surface_area_um2)

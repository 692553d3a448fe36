"""The steps of transport: phases -> tortuosity, effective diffusivity, permeability, fields, pore networks."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import FastSweep, Step

_DIFFUSION = "transport._kernels_lattice"

STEPS_OF_TRANSPORT: tuple[Step, ...] = (
    Step(
        "tortuosity",
        "transport:tortuosity",
        kind="tortuosity",
        bytes_per_voxel=29,
        kernels=_DIFFUSION,
        references=(references.TAUFACTOR, references.TORTUOSITIES, references.RADAU),
        sweeps={"threshold": FastSweep("transport.sweeps:tortuosities_over_thresholds", in_order=True)},
    ),
    Step(
        "effective_diffusivity",
        "transport:effective_diffusivity",
        kind="effective_diffusivity",
        bytes_per_voxel=55,
        kernels=_DIFFUSION,
        references=(references.FINITE_VOLUMES, references.RADAU),
    ),
    Step(
        "diffusivity_tensor",
        "transport:diffusivity_tensor",
        kind="diffusivity_tensor",
        bytes_per_voxel=55,
        kernels=_DIFFUSION,
        references=(references.TORQUATO, references.RADAU),
    ),
    Step(
        "electrode_tortuosity",
        "transport:electrode_tortuosity",
        kind="electrode_tortuosity",
        bytes_per_voxel=32,
        kernels=_DIFFUSION,
        references=(references.ELECTRODE_TORTUOSITY, references.RADAU),
    ),
    Step(
        "diffusion_field",
        "transport:diffusion_field",
        kind="diffusive flux",
        bytes_per_voxel=31,
        kernels=_DIFFUSION,
        references=(references.TAUFACTOR, references.RADAU),
    ),
    Step(
        "tortuosity_refinement",
        "transport:tortuosity_refinement",
        kind="tortuosity_refinement",
        bytes_per_voxel=232,
        kernels=_DIFFUSION,
        references=(references.GRID_REFINEMENT, references.TAUFACTOR),
    ),
    Step(
        "growing_volume",
        "transport:growing_volume",
        kind="growing_volume",
        bytes_per_voxel=31,
        kernels=_DIFFUSION,
        references=(references.TAUFACTOR, references.RADAU),
    ),
    Step(
        "combined_uncertainty",
        "transport:combined_uncertainty",
        kind="combined_uncertainty",
        references=(references.GUM, references.INTEGRAL_RANGE),
    ),
)
"""In the order in which a report shows them."""

"""The steps of transport: phases -> tortuosity, effective diffusivity, permeability, fields, pore networks."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import FastSweep, Parameters, Step


def _flow_check(parameters: Parameters) -> None:
    from voltome.transport._flowing import Drive

    Drive(**{name: value for name, value in parameters.items() if name not in ("phase", "axis")})


_STOKES = "transport._kernels_stokes"
_OF_FLOW = (references.STAGGERED, references.MINIMAL_RESIDUALS, references.STOKES_PRESSURE, references.BALLS)
_DIFFUSION = "transport._kernels_lattice"

_NETWORK = "transport._kernels_network"

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
        "permeability",
        "transport:permeability",
        kind="permeability",
        bytes_per_voxel=220,
        kernels=_STOKES,
        references=_OF_FLOW,
    ),
    Step(
        "flow_field",
        "transport:flow_field",
        kind="speed",
        bytes_per_voxel=220,
        kernels=_STOKES,
        references=_OF_FLOW,
    ),
    Step(
        "permeability_refinement",
        "transport:permeability_refinement",
        kind="permeability_refinement",
        bytes_per_voxel=1600,
        kernels=_STOKES,
        references=(*_OF_FLOW[:3], references.RICHARDSON),
    ),
    Step(
        "extract_network",
        "transport:extract_network",
        bytes_per_voxel=14,
        kernels=_NETWORK,
        references=(references.SNOW, references.CROFTON, references.DISTANCE),
    ),
    Step("measure_pores", "transport:measure_pores", kind="pores", references=(references.SNOW,)),
    Step("measure_throats", "transport:measure_throats", kind="throats", references=(references.SNOW,)),
    Step(
        "network_transport",
        "transport:network_transport",
        kind="network_transport",
        bytes_per_voxel=26,
        references=(references.SNOW, references.SHAPE_FACTORS, references.DUCTS),
    ),
    Step("project", "transport:project", bytes_per_voxel=5),
    Step(
        "streamlines",
        "transport:streamlines",
        kind="streamlines",
        bytes_per_voxel=19,
        kernels="transport._kernels_streamlines",
        references=(references.FACES,),
    ),
    Step(
        "streamline_statistics",
        "transport:streamline_statistics",
        kind="streamline_statistics",
        version=2,
        takes="streamlines",
        references=(references.FLUX_WEIGHTED,),
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

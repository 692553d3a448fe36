"""The steps that measure: phases and particles -> tables, and images of a measure."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import Step

_PHASES = "morphology._kernels_phases"
_THICKNESS = "morphology._kernels_thickness"

STEPS_OF_MEASURES = (
    Step(
        "phase_fractions",
        "morphology:phase_fractions",
        kind="phase_fractions",
        bytes_per_voxel=1,
        kernels=_PHASES,
    ),
    Step("phase_profile", "morphology:phase_profile", kind="phase_profile", bytes_per_voxel=1, kernels=_PHASES),
    Step("areal_loading", "morphology:areal_loading", kind="areal_loading", bytes_per_voxel=2),
    Step(
        "local_thickness",
        "morphology:local_thickness",
        kind="local thickness",
        bytes_per_voxel=14,
        kernels=_THICKNESS,
        references=(references.BALLS, references.DISTANCE),
    ),
    Step(
        "continuous_size_distribution",
        "morphology:continuous_size_distribution",
        kind="continuous_size_distribution",
        bytes_per_voxel=18,
        kernels=_THICKNESS,
        references=(references.BALLS, references.CONTINUOUS, references.DISTANCE),
    ),
    Step(
        "separation_curve",
        "segmentation:separation_curve",
        kind="separation_curve",
        bytes_per_voxel=16,
        kernels="segmentation._kernels_flooding",
        references=(references.DYNAMICS, references.ROWS),
    ),
    Step(
        "measure_particles",
        "morphology:measure_particles",
        version=2,
        kind="particles",
        bytes_per_voxel=4,
        kernels="morphology._kernels_labels",
        references=(references.CROFTON,),
    ),
    Step(
        "particle_statistics",
        "morphology:particle_statistics",
        version=2,
        kind="particle_statistics",
        takes="particles",
    ),
    Step(
        "size_distribution",
        "morphology:size_distribution",
        version=2,
        kind="size_distribution",
        takes="particles",
    ),
    Step(
        "surface_to_volume_distribution",
        "morphology:surface_to_volume_distribution",
        kind="surface_to_volume_distribution",
        takes="particles",
        references=(references.CROFTON,),
    ),
    Step(
        "surface_area",
        "morphology:surface_area",
        kind="surface_area",
        bytes_per_voxel=30,
        kernels=_PHASES,
        references=(references.CROFTON,),
    ),
)
"""In the order in which a report shows them."""

"""The steps that measure: phases and particles -> tables, and images of a measure."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import FastSweep, Parameters, Step


def _sensitivity_check(parameters: Parameters) -> None:
    from voltome.morphology.sensitivity import moved_cuts

    moved_cuts(*(parameters[name] for name in ("phase", "interval", "values", "bound")))


def _counts_pairs(parameters: Parameters) -> bool:
    from voltome.morphology.surfaces import by_pairs

    return by_pairs(parameters["estimator"], level=parameters["level"], smoothed=parameters["smoothed"])


_PHASES = "morphology._kernels_phases"
_CORRELATION = "morphology._kernels_correlation"
_THICKNESS = "morphology._kernels_thickness"

_CUBES = "morphology._kernels_cubes"

_INTRUSION = "morphology._kernels_intrusion"

STEPS_OF_MEASURES = (
    Step(
        "phase_fractions",
        "morphology:phase_fractions",
        kind="phase_fractions",
        bytes_per_voxel=1,
        kernels=_PHASES,
        sweeps={"threshold": FastSweep("morphology.sweeps:phase_fractions_over_thresholds")},
        subvolumes="morphology.boxes:phase_fractions_of_boxes",
    ),
    Step("phase_profile", "morphology:phase_profile", kind="phase_profile", bytes_per_voxel=1, kernels=_PHASES),
    Step("areal_loading", "morphology:areal_loading", kind="areal_loading", bytes_per_voxel=2),
    Step(
        "local_thickness",
        "morphology:local_thickness",
        kind="local thickness",
        bytes_per_voxel=24,
        kernels=_THICKNESS,
        references=(references.BALLS, references.DISTANCE),
    ),
    Step(
        "continuous_size_distribution",
        "morphology:continuous_size_distribution",
        kind="continuous_size_distribution",
        bytes_per_voxel=28,
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
        "intrusion_radius",
        "morphology:intrusion_radius",
        kind="intrusion radius",
        bytes_per_voxel=18,
        kernels=_INTRUSION,
        references=(references.CONTINUOUS, references.BALLS, references.DISTANCE),
    ),
    Step(
        "mercury_intrusion",
        "morphology:mercury_intrusion",
        kind="mercury_intrusion",
        bytes_per_voxel=22,
        kernels=_INTRUSION,
        references=(references.CONTINUOUS, references.CONSTRICTIVITY, references.DISTANCE),
    ),
    Step(
        "measure_particles",
        "morphology:measure_particles",
        version=3,
        kind="particles",
        bytes_per_voxel=4,
        kernels="morphology._kernels_labels",
        references=(references.CROFTON,),
    ),
    Step(
        "measure_shapes",
        "morphology:measure_shapes",
        version=2,
        kind="particle_shapes",
        bytes_per_voxel=12,
        kernels="morphology._kernels_hulls",
        references=(references.HULL, references.CROFTON, references.COMPONENTS),
    ),
    Step(
        "particle_contacts",
        "morphology:particle_contacts",
        kind="particle_contacts",
        bytes_per_voxel=4,
        kernels="morphology._kernels_contacts",
        references=(references.CROFTON,),
    ),
    Step(
        "particle_neighbours",
        "morphology:particle_neighbours",
        kind="particle_neighbours",
        bytes_per_voxel=4,
        kernels="morphology._kernels_contacts",
        references=(references.CROFTON,),
    ),
    Step(
        "particle_statistics",
        "morphology:particle_statistics",
        version=4,
        kind="particle_statistics",
        takes="particles",
    ),
    Step(
        "size_distribution",
        "morphology:size_distribution",
        version=3,
        kind="size_distribution",
        takes="particles",
        references=(references.WHOLE_PARTICLES,),
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
        version=3,
        kind="surface_area",
        bytes_per_voxel=4,
        kernels=_PHASES,
        references=(references.CROFTON, references.CONFIGURATIONS),
        subvolumes="morphology.boxes:surface_area_of_boxes",
        sweeps={
            "threshold": FastSweep(
                "morphology.sweeps:surface_areas_over_thresholds",
                fits=_counts_pairs,
            )
        },
    ),
    Step(
        "particle_radii",
        "morphology:particle_radii",
        version=2,
        kind="particle_radii",
        bytes_per_voxel=16,
        kernels="morphology._kernels_rays",
        references=(references.POWDER, references.CROFTON, references.DISTANCE),
    ),
    Step(
        "measure_voids",
        "morphology:measure_voids",
        version=2,
        kind="void_statistics",
        bytes_per_voxel=14,
        kernels="morphology._kernels_labels",
        references=(references.POWDER, references.WILSON, references.CROFTON, references.COMPONENTS),
    ),
    Step(
        "measure_cracks",
        "morphology:measure_cracks",
        version=2,
        kind="crack_statistics",
        bytes_per_voxel=16,
        kernels="morphology._kernels_labels",
        references=(references.SERRA, references.WILSON, references.DISTANCE),
    ),
    Step(
        "surface_areas",
        "morphology:surface_areas",
        version=2,
        kind="surface_areas",
        bytes_per_voxel=9,
        kernels=_CUBES,
        references=(references.CROFTON, references.CONFIGURATIONS, references.TRIANGLES, references.TAUFACTOR),
    ),
    Step(
        "interface_areas",
        "morphology:interface_areas",
        kind="interface_areas",
        bytes_per_voxel=1,
        kernels=_CUBES,
        references=(references.CROFTON,),
    ),
    Step(
        "triple_phase_boundary",
        "morphology:triple_phase_boundary",
        version=2,
        kind="triple_phase_boundary",
        bytes_per_voxel=8,
        kernels="morphology._kernels_lines",
        references=(references.TAUFACTOR, references.MATBOX),
    ),
    Step(
        "threshold_sensitivity",
        "morphology:threshold_sensitivity",
        kind="threshold_sensitivity",
        check=_sensitivity_check,
        decision="the range of thresholds, chosen by eye",
        bytes_per_voxel=12,
        kernels="morphology._kernels_growth",
        references=(references.CROFTON, references.UNION_FIND),
    ),
    Step(
        "match_particles",
        "morphology:match_particles",
        version=2,
        bytes_per_voxel=20,
        kernels="morphology._kernels_labels",
    ),
    Step(
        "mass_balance",
        "morphology:mass_balance",
        version=2,
        kind="mass_balance",
        bytes_per_voxel=1,
        references=(references.CAUCHY,),
    ),
    Step(
        "connectivity",
        "morphology:connectivity",
        kind="connectivity",
        bytes_per_voxel=9,
        kernels="morphology._kernels_connectivity",
        references=(references.COMPONENTS,),
    ),
    Step(
        "fraction_confidence",
        "morphology:fraction_confidence",
        kind="fraction_confidence",
        bytes_per_voxel=3,
        kernels=_CORRELATION,
        references=(references.INTEGRAL_RANGE, references.WILSON),
    ),
    Step(
        "two_point_correlation",
        "morphology:two_point_correlation",
        version=2,
        kind="two_point_correlation",
        bytes_per_voxel=3,
        kernels=_CORRELATION,
        references=(references.TORQUATO, references.INTEGRAL_RANGE),
    ),
)
"""In the order in which a report shows them."""

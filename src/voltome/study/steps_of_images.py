"""The steps that make images: filters, registration, segmentation."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import Parameters, Step


def _threshold_phases(parameters: Parameters, known: tuple[str, ...]) -> list[str]:
    rest = parameters.get("rest")
    return [*([rest] if rest else []), *parameters["intervals"]]


def _threshold_check(parameters: Parameters) -> None:
    from voltome.segmentation import check_intervals

    check_intervals(parameters["intervals"], parameters.get("rest"))


def _hysteresis_check(parameters: Parameters) -> None:
    from voltome.segmentation.hysteresis import check_hysteresis

    check_hysteresis(*(parameters[name] for name in ("phase", "strong", "weak", "rest")))


def _connectivity_phases(parameters: Parameters, known: tuple[str, ...]) -> list[str]:
    from voltome.morphology.connectivity import parts_of

    return parts_of(parameters["phase"])


def _with_voids(parameters: Parameters, known: tuple[str, ...]) -> list[str]:
    return [*known, parameters["void"]]


def _merged_phases(parameters: Parameters, known: tuple[str, ...]) -> list[str]:
    from voltome.segmentation.voids import merged_names

    return merged_names(parameters["phases_to_merge"], parameters["into"], known)


STEPS_OF_IMAGES = (
    Step("crop", "filters:crop"),
    Step(
        "align",
        "registration:align",
        decision="the region by which scans are aligned",
        bytes_per_voxel=20,
        kernels="registration._kernels_boxes",
        references=(references.POLAR, references.MASKED, references.SIMPLEITK),
    ),
    Step(
        "median",
        "filters:median",
        bytes_per_voxel=12,
        kernels="filters._kernels_median",
        references=(references.SORTED_COLUMNS,),
    ),
    Step("gaussian", "filters:gaussian", bytes_per_voxel=12),
    Step("box", "filters:box", bytes_per_voxel=12),
    Step("unsharp_mask", "filters:unsharp_mask", bytes_per_voxel=18),
    Step("equalise_histogram", "filters:equalise_histogram", bytes_per_voxel=18),
    Step("equalise_adaptive", "filters:equalise_adaptive", bytes_per_voxel=8, references=(references.CLAHE,)),
    Step(
        "find_collector",
        "registration:find_collector",
        kind="collector",
        decision="grey interval of the current collector, chosen by eye",
        bytes_per_voxel=21,
        references=(references.HUBER,),
    ),
    Step(
        "level",
        "registration:level",
        decision="grey interval of the current collector, chosen by eye",
        bytes_per_voxel=24,
        references=(references.HUBER, references.SPLINES),
    ),
    Step(
        "select_electrode",
        "filters:select_electrode",
        decision="grey intervals of the current collector and the separator, chosen by eye",
        bytes_per_voxel=1,
    ),
    Step(
        "denoise_nlm",
        "filters:denoise_nlm",
        bytes_per_voxel=8,
        kernels="filters._kernels_nlm",
        references=(references.NON_LOCAL_MEANS, references.BY_DISPLACEMENT),
    ),
    Step(
        "threshold",
        "segmentation:threshold",
        phases=_threshold_phases,
        check=_threshold_check,
        decision="grey intervals of the phases, chosen by eye",
        bytes_per_voxel=2,
    ),
    Step(
        "hysteresis_threshold",
        "segmentation:hysteresis_threshold",
        phases=lambda parameters, _: [parameters["rest"], parameters["phase"]],
        check=_hysteresis_check,
        decision="strong and weak grey value of the phase, chosen by eye",
        bytes_per_voxel=10,
        references=(references.CANNY,),
    ),
    Step(
        "otsu",
        "segmentation:otsu",
        phases=lambda parameters, _: parameters["phases"],
        bytes_per_voxel=4,
        references=(references.OTSU,),
    ),
    Step(
        "train_classifier",
        "segmentation:train_classifier",
        decision="the voxels brushed by hand, from which the phases are learnt",
        bytes_per_voxel=16,
        kernels="segmentation._kernels_forest",
        references=(references.FOREST, references.SCIKIT_LEARN),
    ),
    Step(
        "classify",
        "segmentation:classify",
        decision="a classifier trained on voxels brushed by hand",
        bytes_per_voxel=16,
        kernels="segmentation._kernels_forest",
        references=(references.FOREST,),
    ),
    Step(
        "phase_probability",
        "segmentation:phase_probability",
        kind="probability",
        bytes_per_voxel=20,
        kernels="segmentation._kernels_forest",
        references=(references.FOREST,),
    ),
    Step(
        "correct_phases",
        "segmentation:correct_phases",
        phases_of="corrected",
        decision="phases corrected by hand",
        bytes_per_voxel=1,
    ),
    Step(
        "open_phase", "segmentation:open_phase", bytes_per_voxel=10, references=(references.SERRA, references.DISTANCE)
    ),
    Step(
        "close_phase",
        "segmentation:close_phase",
        bytes_per_voxel=10,
        references=(references.SERRA, references.DISTANCE),
    ),
    Step(
        "remove_artefacts",
        "segmentation:remove_artefacts",
        bytes_per_voxel=14,
        references=(references.RECONSTRUCTION, references.DISTANCE),
    ),
    Step(
        "internal_voids",
        "segmentation:internal_voids",
        phases=_with_voids,
        bytes_per_voxel=8,
        references=(references.POWDER, references.COMPONENTS),
    ),
    Step("merge_phases", "segmentation:merge_phases", phases=_merged_phases, bytes_per_voxel=2),
    Step(
        "separate_particles",
        "segmentation:separate_particles",
        version=2,
        bytes_per_voxel=18,
        kernels="segmentation._kernels_flooding",
        references=(references.DYNAMICS, references.ROWS),
    ),
    Step(
        "correct_particles",
        "segmentation:correct_particles",
        decision="particles corrected by hand",
        bytes_per_voxel=1,
    ),
    Step("drop_touching_border", "segmentation:drop_touching_border", bytes_per_voxel=8),
    Step("filter_by_size", "segmentation:filter_by_size", bytes_per_voxel=8),
    Step(
        "label_connectivity",
        "morphology:label_connectivity",
        phases=_connectivity_phases,
        bytes_per_voxel=10,
        kernels="morphology._kernels_connectivity",
        references=(references.COMPONENTS,),
    ),
    Step("states", "segmentation:states", version=2, bytes_per_voxel=3),
    Step(
        "join_volumes",
        "registration:join_volumes",
        bytes_per_voxel=40,
        references=(references.GLOBAL_STITCHING, references.MASKED),
    ),
)
"""In the order in which a study uses them."""

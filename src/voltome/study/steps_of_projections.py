"""The steps of raw scans: projections -> cleaned and centred projections -> a volume."""

from __future__ import annotations

from voltome.study.step import Rows, Step

_ZINGERS = "projections._kernels_zingers"

_STRIPES = "projections._kernels_stripes"
_CENTRING = "projections._kernels_centring"

STEPS_OF_PROJECTIONS: tuple[Step, ...] = (
    Step("inspect_views", "projections:inspect_views", kind="views", bytes_per_voxel=1),
    Step("normalise", "projections:normalise", kind="transmission", takes="counts", bytes_per_voxel=4),
    Step("bin_pixels", "projections:bin_pixels", bytes_per_voxel=8),
    Step("crop_pixels", "projections:crop_pixels", bytes_per_voxel=1),
    Step("remove_zingers", "projections:remove_zingers", bytes_per_voxel=8, kernels=_ZINGERS),
    Step("correct_drift", "projections:correct_drift", kind="transmission", takes="transmission", bytes_per_voxel=4),
    Step("undo_shifts", "projections:undo_shifts", bytes_per_voxel=4, references=(references.SPLINES,)),
    Step("pad_columns", "projections:pad_columns", bytes_per_voxel=8, references=(references.NATTERER,)),
    Step(
        "absorbance", "projections:absorbance", kind="absorbance", takes="transmission", bytes_per_voxel=4, rows=Rows()
    ),
    Step(
        "correct_distortion",
        "projections:correct_distortion",
        bytes_per_voxel=4,
        references=(references.DISTORTION,),
    ),
    Step(
        "retrieve_phase",
        "projections:retrieve_phase",
        kind="absorbance",
        takes="transmission",
        bytes_per_voxel=4,
        references=(references.PAGANIN, references.REFRACTION, references.ATTENUATION),
    ),
    Step(
        "correct_halo",
        "projections:correct_halo",
        kind="absorbance",
        takes="transmission",
        bytes_per_voxel=4,
        references=(references.ZERNIKE, references.HALOS, references.REFRACTION, references.ATTENUATION),
    ),
    Step(
        "filter_fresnel",
        "projections:filter_fresnel",
        kind="absorbance",
        takes="absorbance",
        bytes_per_voxel=4,
        references=(references.FRESNEL,),
    ),
    Step(
        "linearise_by_polynomial",
        "projections:linearise_by_polynomial",
        kind="absorbance",
        takes="absorbance",
        bytes_per_voxel=4,
        references=(references.HARDENING_BY_POLYNOMIAL,),
    ),
    Step(
        "linearise_by_spectrum",
        "projections:linearise_by_spectrum",
        kind="absorbance",
        takes="absorbance",
        bytes_per_voxel=4,
        references=(references.HARDENING, references.ATTENUATION),
    ),
    Step(
        "remove_stripes_by_sorting",
        "projections:remove_stripes_by_sorting",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
    ),
    Step(
        "remove_stripes_by_filtering",
        "projections:remove_stripes_by_filtering",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
    ),
    Step(
        "remove_stripes_by_fitting",
        "projections:remove_stripes_by_fitting",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
    ),
    Step(
        "remove_stripes_by_wavelets",
        "projections:remove_stripes_by_wavelets",
        bytes_per_voxel=4,
        references=(references.WAVELETS,),
    ),
    Step(
        "remove_large_stripes",
        "projections:remove_large_stripes",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
    ),
    Step(
        "remove_dead_stripes",
        "projections:remove_dead_stripes",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
    ),
    Step(
        "remove_all_stripes",
        "projections:remove_all_stripes",
        bytes_per_voxel=4,
        kernels=_STRIPES,
        references=(references.STRIPES,),
    ),
    Step(
        "find_rotation_axis",
        "projections:find_rotation_axis",
        kind="rotation_axis",
        bytes_per_voxel=2,
        kernels=_CENTRING,
        references=(references.DOUBLE_WEDGE, references.SLICE_SCORES),
    ),
    Step(
        "set_rotation_axis",
        "projections:set_rotation_axis",
        bytes_per_voxel=2,
        kernels=_CENTRING,
        references=(references.DOUBLE_WEDGE, references.SLICE_SCORES),
    ),
    Step(
        "axis_candidates",
        "projections:axis_candidates",
        kind="attenuation",
        bytes_per_voxel=2,
        kernels=_CENTRING,
        references=(references.SLICE_SCORES,),
    ),
    Step(
        "find_overlap",
        "projections:find_overlap",
        kind="overlap",
        bytes_per_voxel=2,
        references=(references.OFF_AXIS,),
    ),
    Step("join_off_axis", "projections:join_off_axis", bytes_per_voxel=5, references=(references.OFF_AXIS,)),
    Step(
        "stitch_mosaic",
        "projections:stitch_mosaic",
        bytes_per_voxel=32,
        references=(references.GLOBAL_STITCHING, references.MASKED, references.POWDER),
    ),
    Step(
        "join_volumes",
        "registration:join_volumes",
        bytes_per_voxel=40,
        references=(references.GLOBAL_STITCHING, references.MASKED),
    ),
)

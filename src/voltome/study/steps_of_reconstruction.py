"""The steps of reconstruction: projections -> a volume, and how good it is."""

from __future__ import annotations

from voltome.errors import ParameterError
from voltome.study import references
from voltome.study.step import DetectorShape, Parameters, Rows, Step


def _slice_bytes(shape: DetectorShape, parameters: Parameters) -> int:
    """Return the memory of the slices of `fbp` or `backproject`, and of a batch of them on the way."""
    from voltome.reconstruction._slabs import batch_bytes

    edge_um = parameters.get("voxel_size_um") or shape.pixel_um
    side = parameters.get("size_voxels") or max(1, round(shape.column_count * shape.pixel_um / edge_um))
    voxels = side * side
    if parameters.get("region_voxels") is not None:
        (y0, y1), (x0, x1) = parameters["region_voxels"]
        voxels = (y1 - y0) * (x1 - x0)
    batch = batch_bytes(shape.view_count, shape.column_count, voxels, shape.row_count)
    return 4 * voxels * shape.row_count + batch


def _solved_bytes(shape: DetectorShape, _: Parameters) -> int:
    """Return the memory of slices found by iteration: theirs, and what each thread holds."""
    from voltome.reconstruction._solving import bytes_of_threads

    return _slice_bytes(shape, {}) + bytes_of_threads(shape.column_count)


def _unmasked(parameters: Parameters) -> int:
    """Return 0 rows beyond each end, or refuse the mask, which a volume written in slabs has not."""
    if parameters["mask_field_of_view"]:
        raise ParameterError(
            "fbp with mask_field_of_view gives a mask, which a volume written in slabs does not have; leave it out, or "
            "use voltome run."
        )
    return 0


def _slices_alone(parameters: Parameters) -> int:
    """Return 0 rows beyond each end, or refuse what smooths all slices together."""
    if parameters["neighbours"] == "volume":
        raise ParameterError(
            "fista_tv with neighbours = 'volume' works on all rows at once, not on slabs; expected 'slice', or a run "
            "in memory."
        )
    return 0


def _calibration_check(parameters: Parameters) -> None:
    from voltome.reconstruction.calibration import check_materials

    check_materials(parameters["attenuations_per_cm"])


STEPS_OF_RECONSTRUCTION: tuple[Step, ...] = (
    Step(
        "fbp",
        "reconstruction:fbp",
        kind="attenuation",
        takes="absorbance",
        bytes_per_voxel=8,
        kernels="reconstruction._kernels_gridding",
        references=(references.BACKPROJECTION, references.GRIDDING),
        rows=Rows(halo=_unmasked, peak_bytes=_slice_bytes),
    ),
    Step(
        "backproject",
        "reconstruction:backproject",
        kind="backprojection",
        takes="absorbance",
        bytes_per_voxel=8,
        kernels="reconstruction._kernels_gridding",
        references=(references.GRIDDING,),
        rows=Rows(peak_bytes=_slice_bytes),
    ),
    Step(
        "project_views",
        "reconstruction:project",
        kind="absorbance",
        takes="attenuation",
        bytes_per_voxel=12,
        kernels="reconstruction._kernels_gridding",
        references=(references.GRIDDING,),
    ),
    Step(
        "cgls",
        "reconstruction:cgls",
        kind="attenuation",
        takes="absorbance",
        bytes_per_voxel=8,
        kernels="reconstruction._kernels_gridding",
        references=(references.CONJUGATE_GRADIENTS, references.NORMAL_CONVOLUTION, references.GRIDDING),
        rows=Rows(peak_bytes=_solved_bytes),
    ),
    Step(
        "sirt",
        "reconstruction:sirt",
        kind="attenuation",
        takes="absorbance",
        bytes_per_voxel=8,
        kernels="reconstruction._kernels_gridding",
        references=(references.SIMULTANEOUS, references.NORMAL_CONVOLUTION, references.GRIDDING),
        rows=Rows(peak_bytes=_solved_bytes),
    ),
    Step(
        "fista_tv",
        "reconstruction:fista_tv",
        kind="attenuation",
        takes="absorbance",
        bytes_per_voxel=8,
        kernels="reconstruction._kernels_total_variation",
        references=(references.FISTA, references.NORMAL_CONVOLUTION, references.GRIDDING),
        rows=Rows(halo=_slices_alone, peak_bytes=_solved_bytes),
    ),
    Step(
        "iteration_curve",
        "reconstruction:iteration_curve",
        kind="iteration_curve",
        takes="absorbance",
        bytes_per_voxel=1,
        kernels="reconstruction._kernels_gridding",
        references=(references.NORMAL_CONVOLUTION,),
    ),
    Step("split_views", "reconstruction:split_views", bytes_per_voxel=4, references=(references.SHELLS,)),
    Step(
        "calibrate_attenuation",
        "reconstruction:calibrate_attenuation",
        kind="attenuation",
        bytes_per_voxel=9,
        check=_calibration_check,
    ),
    Step("signal_to_noise", "reconstruction:signal_to_noise", kind="signal_to_noise", bytes_per_voxel=13),
    Step("contrast_to_noise", "reconstruction:contrast_to_noise", kind="contrast_to_noise", bytes_per_voxel=10),
    Step(
        "fourier_shell_correlation",
        "reconstruction:fourier_shell_correlation",
        kind="fourier_shell_correlation",
        bytes_per_voxel=24,
        references=(references.SHELLS,),
    ),
    Step("ring_check", "reconstruction:ring_check", kind="rings", bytes_per_voxel=1),
)

"""The steps of reconstruction: projections -> a volume, and how good it is."""

from __future__ import annotations

from typing import Any

from voltome.errors import ParameterError
from voltome.study import references
from voltome.study.step import Parameters, Rows, Step


def _batch_bytes(projections: Any, parameters: Parameters) -> int:
    from voltome.reconstruction._slabs import batch_bytes

    columns = projections.column_count
    side = parameters.get("size_voxels") or columns
    return batch_bytes(projections.view_count, columns, side * side, projections.row_count)


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
        rows=Rows(fixed_bytes=_batch_bytes),
    ),
    Step(
        "backproject",
        "reconstruction:backproject",
        kind="backprojection",
        takes="absorbance",
        bytes_per_voxel=8,
        kernels="reconstruction._kernels_gridding",
        references=(references.GRIDDING,),
        rows=Rows(fixed_bytes=_batch_bytes),
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
        rows=Rows(fixed_bytes=_batch_bytes),
    ),
    Step(
        "sirt",
        "reconstruction:sirt",
        kind="attenuation",
        takes="absorbance",
        bytes_per_voxel=8,
        kernels="reconstruction._kernels_gridding",
        references=(references.SIMULTANEOUS, references.NORMAL_CONVOLUTION, references.GRIDDING),
        rows=Rows(fixed_bytes=_batch_bytes),
    ),
    Step(
        "fista_tv",
        "reconstruction:fista_tv",
        kind="attenuation",
        takes="absorbance",
        bytes_per_voxel=8,
        kernels="reconstruction._kernels_total_variation",
        references=(references.FISTA, references.NORMAL_CONVOLUTION, references.GRIDDING),
        rows=Rows(halo=_slices_alone, fixed_bytes=_batch_bytes),
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

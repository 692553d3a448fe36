"""The steps of raw scans: projections -> cleaned and centred projections -> a volume."""

from __future__ import annotations

from typing import Any

from voltome.study import references
from voltome.study.step import Parameters, Rows, Step


def _batch_bytes(projections: Any, parameters: Parameters) -> int:
    from voltome.reconstruction._slabs import batch_bytes

    columns = projections.column_count
    side = parameters.get("size_voxels") or columns
    return batch_bytes(projections.view_count, columns, side * side, projections.row_count)


STEPS_OF_PROJECTIONS: tuple[Step, ...] = (
    Step(
        "absorbance", "projections:absorbance", kind="absorbance", takes="transmission", bytes_per_voxel=4, rows=Rows()
    ),
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
)

"""The steps of raw scans: projections -> cleaned and centred projections -> a volume."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import Rows, Step

STEPS_OF_PROJECTIONS: tuple[Step, ...] = (
    Step(
        "absorbance", "projections:absorbance", kind="absorbance", takes="transmission", bytes_per_voxel=4, rows=Rows()
    ),
    Step(
        "fbp",
        "reconstruction:fbp",
        kind="attenuation",
        takes="absorbance",
        bytes_per_voxel=12,
        kernels="reconstruction._kernels_gridding",
        references=(references.BACKPROJECTION, references.GRIDDING),
        rows=Rows(),
    ),
    Step(
        "backproject",
        "reconstruction:backproject",
        kind="backprojection",
        takes="absorbance",
        bytes_per_voxel=12,
        kernels="reconstruction._kernels_gridding",
        references=(references.GRIDDING,),
        rows=Rows(),
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

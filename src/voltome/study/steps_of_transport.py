"""The steps of transport: phases -> tortuosity, effective diffusivity, permeability, fields, pore networks."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import Step

STEPS_OF_TRANSPORT: tuple[Step, ...] = (
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
        takes="streamlines",
        references=(references.FLUX_WEIGHTED,),
    ),
)
"""In the order in which a report shows them."""

"""The steps of transport: phases -> tortuosity, effective diffusivity, permeability, fields, pore networks."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import Parameters, Step


def _flow_check(parameters: Parameters) -> None:
    from voltome.transport._flowing import Drive

    Drive(**{name: value for name, value in parameters.items() if name not in ("phase", "axis")})


_STOKES = "transport._kernels_stokes"
_OF_FLOW = (references.STAGGERED, references.MINIMAL_RESIDUALS, references.STOKES_PRESSURE, references.BALLS)

STEPS_OF_TRANSPORT: tuple[Step, ...] = (
    Step(
        "permeability",
        "transport:permeability",
        kind="permeability",
        check=_flow_check,
        bytes_per_voxel=220,
        kernels=_STOKES,
        references=_OF_FLOW,
    ),
    Step(
        "flow_field",
        "transport:flow_field",
        kind="speed",
        check=_flow_check,
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
)
"""In the order in which a report shows them."""

"""The steps of transport: phases -> tortuosity, effective diffusivity, permeability, fields, pore networks."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import Step

_NETWORK = "transport._kernels_network"

STEPS_OF_TRANSPORT: tuple[Step, ...] = (
    Step(
        "extract_network",
        "transport:extract_network",
        bytes_per_voxel=14,
        kernels=_NETWORK,
        references=(references.SNOW, references.CROFTON, references.DISTANCE),
    ),
    Step("measure_pores", "transport:measure_pores", kind="pores", references=(references.SNOW,)),
    Step("measure_throats", "transport:measure_throats", kind="throats", references=(references.SNOW,)),
    Step(
        "network_transport",
        "transport:network_transport",
        kind="network_transport",
        bytes_per_voxel=26,
        references=(references.SNOW, references.SHAPE_FACTORS, references.DUCTS),
    ),
)
"""In the order in which a report shows them."""

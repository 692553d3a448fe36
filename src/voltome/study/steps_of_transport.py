"""The steps of transport: phases -> tortuosity, effective diffusivity, permeability, fields, pore networks."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import Step

STEPS_OF_TRANSPORT: tuple[Step, ...] = (
    Step(
        "combined_uncertainty",
        "transport:combined_uncertainty",
        kind="combined_uncertainty",
        references=(references.GUM, references.INTEGRAL_RANGE),
    ),
)
"""In the order in which a report shows them."""

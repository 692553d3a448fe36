"""The steps of transport: phases -> tortuosity, effective diffusivity, permeability, fields, pore networks."""

from __future__ import annotations

from voltome.study.step import Step

STEPS_OF_TRANSPORT: tuple[Step, ...] = ()
"""In the order in which a report shows them."""

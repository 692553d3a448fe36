"""The table of steps: the one place where a name in a study file meets the function behind it.

To add a step, write the function in its room and add one row to the `steps_of_...` module of
its subject. Everything else - its parameters with their ranges and texts, what it takes
and gives - is read from the function.
"""

from __future__ import annotations

from collections.abc import Mapping

from voltome.study.step import Source, Step, StepTable
from voltome.study.steps_of_images import STEPS_OF_IMAGES
from voltome.study.steps_of_measures import STEPS_OF_MEASURES
from voltome.study.steps_of_projections import STEPS_OF_PROJECTIONS
from voltome.study.steps_of_reconstruction import STEPS_OF_RECONSTRUCTION
from voltome.study.steps_of_transport import STEPS_OF_TRANSPORT

__all__ = ["SOURCES", "STEPS", "Source", "Step", "StepTable"]

STEPS: StepTable = {
    step.name: step
    for step in (
        *STEPS_OF_PROJECTIONS,
        *STEPS_OF_RECONSTRUCTION,
        *STEPS_OF_IMAGES,
        *STEPS_OF_MEASURES,
        *STEPS_OF_TRANSPORT,
    )
}
"""Every step of a study file, by name."""

SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source("volume", "io:read_volume", kind="grey value"),
        Source("phases", "io:read_phases"),
        Source("particles", "io:read_particles"),
        Source("projections", "io:read_projections", kind="counts"),
    )
}
"""Every kind of scan, by what a study file says after ``as:``."""

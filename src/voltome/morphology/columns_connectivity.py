"""The columns of the table of connectivity."""

from __future__ import annotations

from voltome.data import Column
from voltome.morphology.columns import PHASE

CONNECTIVITY = (
    PHASE,
    Column("axis", "", "Axis along which a way through the sample is looked for.", "key"),
    Column("percolates", "1", "Whether any component reaches both faces of the sample along the axis.", "flag"),
    Column("percolating_fraction", "1", "Share of the phase's volume in components that reach both faces."),
    Column(
        "one_face_fraction",
        "1",
        "Share of the phase's volume in components that reach one of the two faces only: connected to one face.",
    ),
    Column("isolated_fraction", "1", "Share of the phase's volume in components that reach neither face."),
    Column(
        "isolated_at_sides_fraction",
        "1",
        "The part of the isolated share whose components reach a face of the sample beside the axis: outside the image "
        "they may be connected, so the isolated share is too large by up to this.",
    ),
    Column("components", "1", "Components of the phase in the sample; the same for every axis."),
    Column(
        "largest_component_fraction", "1", "Share of the phase's volume in the largest component; the same everywhere."
    ),
)

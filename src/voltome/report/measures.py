"""Which measures of a table are worth a figure or a line of their own."""

from __future__ import annotations

from collections.abc import Sequence

from voltome.data import ResultTable

COUNTS = frozenset({"voxels"})
"""Measures that say how much was counted and not what was found."""


WORTH_SAYING = {
    # of the loading what is compared with others, not what it is computed from
    "areal_loading": ("loading_mg_per_cm2", "mass_mg"),
    # of the alignment how well it did, not the motions themselves, which say nothing of the sample
    "motions": ("residual_um", "correlation", "kept_fraction"),
    # the table of the study: frequency and dead volume, and what voids and particles are like
    "void_statistics": (
        "void_frequency",
        "dead_volume_fraction_of_voided_particles",
        "dead_volume_fraction_of_all_particles",
        "mean_void_diameter_um",
        "mean_void_sphericity",
        "mean_void_surface_to_volume_per_um",
    ),
    "crack_statistics": ("crack_frequency", "crack_volume_fraction"),
}
"""Kind of a table -> the measures that say something of their own."""

MOST_TELLING = {
    "particle_statistics": (
        "mean_radius_um",
        "particles",
        "total_volume_um3",
        "mean_surface_to_volume_per_um",
        "area_weighted_mean_surface_to_volume_per_um",
        "d50_um",
    ),
}
"""Kind of a table -> the measures that are drawn first."""

READ_FIRST = (
    "loading_mg_per_cm2",
    "mass_mg",
    "total_volume_um3",
    "volume_um3",
    "fraction",
    "particles",
    "mean_radius_um",
    "mean_surface_to_volume_per_um",
    "area_weighted_mean_surface_to_volume_per_um",
)
"""The measures that a reader looks for first, in this order, before all others."""

READ_LAST = "motions"
"""Kind of the tables that say how well scans were aligned: after all that is said of the sample."""

EXTENSIVE_UNITS = frozenset({"um2", "um3"})
"""Units of measures that grow with the piece that is measured."""


def numeric_measures(table: ResultTable) -> list[str]:
    """Return the measures that are numbers and say something of their own.

    Counts of voxels are left out; of sub-volumes also volumes and areas, which grow with the cube; and the volume of a
    phase beside its fraction, which is the same number on another scale. Of some kinds of tables only a few are kept.
    """
    numbers = [name for name in table.names("measure") if table.frame[name].dtype.kind in "iuf"]
    chosen = [name for name in numbers if name in WORTH_SAYING.get(table.kind, ())]
    if chosen:
        return chosen
    return [name for name in numbers if not _is_redundant(table, name, numbers)] or numbers


def _is_redundant(table: ResultTable, name: str, others: Sequence[str]) -> bool:
    """Say whether a measure only repeats another, or only says how much was measured."""
    if table.kind == "subvolumes" and table.column(name).unit in EXTENSIVE_UNITS:
        return True
    return name in COUNTS or (name == "volume_um3" and "fraction" in others)


def most_telling_first(table: ResultTable) -> list[str]:
    """Return the measures that are numbers, those first that tell most where a figure cannot hold all."""
    measures = numeric_measures(table)
    first = [name for name in MOST_TELLING.get(table.kind, ()) if name in measures]
    return first + [name for name in measures if name not in first]


def reading_rank(kind: str, measure: str) -> int:
    """Return the place of a measure among key numbers; what has the same place keeps its order."""
    if kind == READ_LAST:
        return len(READ_FIRST) + 1
    return READ_FIRST.index(measure) if measure in READ_FIRST else len(READ_FIRST)

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
}
"""Kind of a table -> the measures that say something of their own."""

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

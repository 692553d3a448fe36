"""Which measures of a table are worth a figure or a line of their own."""

from __future__ import annotations

from voltome.data import ResultTable

COUNTS = frozenset({"voxels"})
"""Measures that say how much was counted and not what was found."""


def numeric_measures(table: ResultTable) -> list[str]:
    """Return the measures that are numbers; counts of voxels only where there is nothing else."""
    numbers = [name for name in table.names("measure") if table.frame[name].dtype.kind in "iuf"]
    return [name for name in numbers if name not in COUNTS] or numbers

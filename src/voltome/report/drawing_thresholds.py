"""Thresholds in figures: a phase against its threshold, and the band that a study gives a swept one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_sensitivity import figure_sweep
from voltome.report.formatting import title_in_print
from voltome.report.lines import MOST_LINES, lines_of

if TYPE_CHECKING:
    from voltome.study import Results


def threshold_sensitivity(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield fraction, surface and percolation against the threshold, or a remark where they could not be read."""
    lines = len(list(lines_of(table)))
    if lines > MOST_LINES:
        looked.remarks.append(f"The table {name} has {lines} lines, too many to draw; it is in the folder tables.")
        return
    caption = f"{title_in_print(name)}. How much of the phase there is against its threshold. Method: {table.method}."
    yield Drawn(name, "sensitivity", figure_sweep(table, colours=looked.colours), caption)


def band_of(results: Results, name: str, table: ResultTable) -> tuple[float, float] | None:
    """Return the band that all scans share in a sweep, or None where it is no narrower than the sweep."""
    found = {(band["low"], band["high"]) for band in results.provenance.get("bands", []) if band["sweep"] == name}
    if len(found) != 1:
        return None
    ((low, high),) = found
    swept = table.frame[table.names("position")[0]]
    return (low, high) if low > swept.min() or high < swept.max() else None

"""The figures of the pores and throats of a network, with captions."""

from __future__ import annotations

from collections.abc import Iterator

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_network import figure_pores, figure_throats
from voltome.report.formatting import listed, title_in_print
from voltome.report.key_numbers import ALL_SCANS, scans_of, whole_rows

_DIAMETERS = "solid: the largest ball that fits in at its centre (inscribed), dashed: that of {} (equivalent)"


def draw_pores(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the figure of the pores of a network."""
    caption = (
        f"{title_in_print(name)}. a, diameters of the pores of the network, by number; "
        f"{_DIAMETERS.format('equal volume')}. b, throats of each pore. Pores: {_counts(table)}."
    )
    yield Drawn(f"pores-{name}", "distributions", figure_pores(table), caption)


def draw_throats(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the figure of the throats of a network; nothing where no pore touches another."""
    if not len(table.frame):
        return
    caption = (
        f"{title_in_print(name)}. a, diameters of the throats between pores, by number; "
        f"{_DIAMETERS.format('equal cross-section')}. b, length from the centre of one pore through the throat to the "
        f"centre of the other. Throats: {_counts(table)}."
    )
    yield Drawn(f"throats-{name}", "distributions", figure_throats(table), caption)


def _counts(table: ResultTable) -> str:
    """Return how many are drawn of every scan, and how many of the border are not."""
    parts = []
    for scan, rows in scans_of(table):
        drawn = len(whole_rows(rows))
        left = f", {len(rows) - drawn} at the border left out" if drawn < len(rows) else ""
        said = f"{scan}{left}" if scan != ALL_SCANS else left.removeprefix(", ")
        parts.append(f"{drawn} ({said})" if said else f"{drawn}")
    return listed(parts)

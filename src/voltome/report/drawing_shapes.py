"""The figures of the shapes of particles and of their neighbours, with captions."""

from __future__ import annotations

from collections.abc import Iterator

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_shapes import MOST_DIAGRAMS, figure_neighbours, figure_shapes
from voltome.report.formatting import listed, title_in_print
from voltome.report.key_numbers import ALL_SCANS, scans_of, whole_rows


def shapes_drawn(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the figure of the shapes of particles."""
    scans = table.frame["scan"].nunique() if "scan" in table.frame else 1
    more = scans - MOST_DIAGRAMS
    caption = (
        f"{title_in_print(name)}. Zingg's diagram: elongation b/a against flatness c/b, of the ellipsoid of equal "
        f"inertia with semi-axes a >= b >= c, a point for each particle, coloured by its breadth averaged over all "
        f"directions; dotted: 2/3, where the classes part. Last panel: distribution of the sphericity (crofton13), by "
        f"number. Particles: {_counts(table)}."
        + (f" Diagrams of {more} more scan{'s are' if more > 1 else ' is'} not drawn." if more > 0 else "")
    )
    yield Drawn(f"shapes-{name}", "distributions", figure_shapes(table), caption)


def neighbours_drawn(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the figure of the neighbours of particles."""
    caption = (
        f"{title_in_print(name)}. a, share of the particles with each number of neighbours (coordination number: "
        f"others that share a face of a voxel); b, share of the particles of which at most a share of the surface "
        f"touches others. Particles: {_counts(table)}."
    )
    yield Drawn(f"neighbours-{name}", "distributions", figure_neighbours(table), caption)


def _counts(table: ResultTable) -> str:
    """Return how many particles of every scan are drawn, and how many of the border are not."""
    parts = []
    for scan, rows in scans_of(table):
        drawn = len(whole_rows(rows))
        left = f", {len(rows) - drawn} at the border left out" if drawn < len(rows) else ""
        said = f"{scan}{left}" if scan != ALL_SCANS else left.removeprefix(", ")
        parts.append(f"{drawn} ({said})" if said else f"{drawn}")
    return listed(parts)

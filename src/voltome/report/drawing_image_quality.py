"""The figures that judge a reconstruction, with their captions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_image_quality import figure_shell_correlation
from voltome.report.formatting import listed, number_in_print, title_in_print
from voltome.report.lines import MOST_LINES, lines_of


def draw_shell_correlation(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the correlation against frequency; `looked` is not needed."""
    said = []
    for scan, _, rows in list(lines_of(table))[:MOST_LINES]:
        half, seventh = (float(rows[f"{which}_resolution_um"].iloc[0]) for which in ("half_bit", "one_seventh"))
        words = f"{_length(half)} by half a bit, {_length(seventh)} by 0.143"
        said.append(f"{scan}: {words}" if scan else words)
    caption = (
        f"{title_in_print(name)}. Correlation of two reconstructions of one sample in shells of their Fourier "
        f"transforms. Dashed: where a voxel carries half a bit; dotted: 0.143. Resolution, as the length of a period: "
        f"{listed(said)}. Blind to what is wrong in both alike."
    )
    yield Drawn(f"resolution-{name}", "distributions", figure_shell_correlation(table), caption)


def _length(period_um: float) -> str:
    """Return a period in words."""
    return f"{number_in_print(period_um, 3)} µm" if np.isfinite(period_um) else "none"

"""The caption of a simulated mercury intrusion: with the ratio that says how narrow the bottlenecks are."""

from __future__ import annotations

from collections.abc import Iterator

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_intrusion import figure_intrusion
from voltome.report.formatting import name_in_print, number_in_print, title_in_print
from voltome.report.lines import MOST_LINES, lines_of


def draw_intrusion(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the figure of a simulated mercury intrusion; `looked` is not needed."""
    said = []
    for scan, key, rows in list(lines_of(table))[:MOST_LINES]:
        row = rows.iloc[0]
        of = ", ".join(part for part in (scan, name_in_print(key)) if part)
        r50, free, ratio = (
            number_in_print(float(row[column]), 3) for column in ("r50_um", "continuous_r50_um", "bottleneck_ratio")
        )
        never = number_in_print(100 * float(row.never_intruded_fraction), 2)
        said.append((f"{of}: " if of else "") + f"{ratio} ({r50} over {free} µm; {never} % never reached)")
    caption = (
        f"{title_in_print(name)}. Solid: share of the volume of the phase that is filled by balls pressed in through "
        f"the inlet; dashed: that balls of the radius cover, without an inlet. Left: by bin; right: at or above a "
        f"radius. Bottleneck ratio, r50 with over r50 without an inlet: {'; '.join(said)}."
    )
    yield Drawn(f"intrusion-{name}", "distributions", figure_intrusion(table), caption)

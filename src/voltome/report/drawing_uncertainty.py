"""The figure of combined uncertainties with its caption."""

from __future__ import annotations

from collections.abc import Iterator

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_uncertainty import bars_of, figure_uncertainty
from voltome.report.formatting import title_in_print
from voltome.report.lines import MOST_LINES


def draw_uncertainty(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the bars of the uncertainties; nothing where none is finite."""
    bars = bars_of(table)
    if not bars:
        return
    more = f" {len(bars) - MOST_LINES} more are in the table." if len(bars) > MOST_LINES else ""
    missing = " ".join(said for said in table.warnings if "Not included" in said)
    caption = (
        f"{title_in_print(name)}. a, standard uncertainty (root of the sum of squares of its parts) over the value; b, "
        f"share of each part in its square: the largest is what to improve first. {missing}{more}"
    )
    yield Drawn(f"uncertainty-{name}", "sensitivity", figure_uncertainty(table), caption.strip())

"""The figures of tables that need a figure of their own, by the kind of the table.

To give a kind of table its figure, write ``figure_...`` in a module ``figures_...`` and a function here that yields it
with its caption; tables of other kinds are drawn by their shape (bins, a position, one row per scan).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from voltome.data import ResultTable
from voltome.report.drawing_separation import draw_separation_curve
from voltome.report.drawn import Drawn, Looked

FIGURES_OF_KINDS: Mapping[str, Callable[[str, ResultTable, Looked], Iterator[Drawn]]] = {
    "separation_curve": draw_separation_curve,
}
"""Kind of a table -> from its name, itself (all scans together) and what was met so far to its figures."""

"""The figures of a trained classifier and their captions."""

from __future__ import annotations

from collections.abc import Iterator

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_classifiers import MOST_FEATURES, figure_confusion, figure_importances
from voltome.report.key_numbers import ALL_SCANS, scans_of

MOST_DRAWN = 4
"""Classifiers that are drawn: one is trained for a study, seldom two."""


def confusions_drawn(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield, for every scan, what voxels of each phase were taken for."""
    for scan, part in _parts(table):
        caption = (
            f"{_of(scan)}how well the classifier finds again what was brushed: of the voxels brushed as one phase "
            "(rows, with their number) the share found as each (columns), judged by trees that had not seen "
            "them. Neighbours "
            "in a brush stroke are alike, so strokes left out say more than out of bag; neither says anything of "
            "places where "
            f"nobody brushed."
        )
        yield Drawn(f"{name}-{scan}", "classifiers", figure_confusion(part), caption)


def importances_drawn(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield, for every scan, what the classifier looks at."""
    for scan, part in _parts(table):
        more = len(part.frame) - MOST_FEATURES
        caption = (
            f"{_of(scan)}what the classifier looks at: share of each feature in the decrease of Gini impurity, "
            "mean of all "
            f"trees. Features that say the same share their importance."
            + (f" {more} more features are in the table." if more > 0 else "")
        )
        yield Drawn(f"{name}-{scan}", "classifiers", figure_importances(part), caption)


def nothing_drawn(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield nothing: the confusions show the same and more."""
    yield from ()


def _parts(table: ResultTable) -> Iterator[tuple[str, ResultTable]]:
    """Yield the table of every scan, for the first few of them."""
    for scan, rows in list(scans_of(table))[:MOST_DRAWN]:
        yield scan, ResultTable(rows.reset_index(drop=True), columns=table.columns, kind=table.kind)


def _of(scan: str) -> str:
    """Return the scan that a classifier was trained on, as a caption begins."""
    return "" if scan == ALL_SCANS else f"{scan}: "

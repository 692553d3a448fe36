"""The figures of connectivity and correlation with their captions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_confidence import figure_confidence
from voltome.report.figures_connectivity import figure_connectivity
from voltome.report.figures_correlation import OVER_ALL, figure_correlation
from voltome.report.formatting import grid_in_print, listed, name_in_print, number_in_print, title_in_print
from voltome.report.key_numbers import scans_of

MOST_SAID = 6


def draw_connectivity(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the stacked bars of the connectivity."""
    phases = listed(list(dict.fromkeys(table.frame["phase"])))
    said = []
    for scan, rows, several in _rows_of(table):
        share = number_in_print(100 * float(rows["isolated_at_sides_fraction"].max()), 2)
        said.append(f"{share} %" + (f" ({scan})" if several else ""))
    caption = (
        f"{title_in_print(name)}. How {phases} is connected: share of its volume in components that reach both faces "
        f"of the sample along an axis, one of them, or none. Of what is drawn as isolated, components that reach a "
        f"face beside the axis may be connected outside the image; they hold at most {listed(said)}. "
        f"Method: {grid_in_print(table.method)}."
    )
    yield Drawn(f"connectivity-{name}", "distributions", figure_connectivity(table), caption)


def draw_correlation(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the two-point correlation with the integral range."""
    single = "scan" not in table.frame or table.frame["scan"].nunique() == 1
    lines = (
        "Dotted: the fraction, from which it starts; dashed: its square, to which it falls where two points say "
        "nothing of each other."
        if single and table.frame["phase"].nunique() == 1
        else "Correlation: the covariance over that at distance 0."
    )
    ranges, lengths = [], []
    for scan, rows, several in _rows_of(table):
        of_all = rows[rows["direction"] == OVER_ALL]
        of = f" ({scan})" if several else ""
        ranges.append(f"{number_in_print(float(rows['integral_range_um3'].iloc[0]), 3)} µm³{of}")
        if len(of_all):
            lengths.append(f"{number_in_print(float(of_all['correlation_length_um'].iloc[0]), 3)} µm{of}")
    length = f" Correlation length over all directions: {listed(lengths)}." if lengths else ""
    caption = (
        f"{title_in_print(name)}. Probability that two points a distance apart both lie in "
        f"{listed(list(dict.fromkeys(table.frame['phase'])))}. {lines} Integral range: {listed(ranges)}.{length}"
    )
    yield Drawn(f"correlation-{name}", "distributions", figure_correlation(table), caption)


def draw_confidence(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the fractions of several scans or phases with their confidence intervals; one stands in its table."""
    if len(table.frame) < 2:
        return
    levels = [f"{number_in_print(100 * float(level), 4)} %" for level in dict.fromkeys(table.frame["confidence"])]
    caption = (
        f"{title_in_print(name)}. Bars: interval that holds the fraction of the whole electrode with a probability of "
        f"{listed(levels)}, from the two-point correlation inside each image; it holds neither the error of the "
        f"segmentation nor gradients longer than the image."
    )
    yield Drawn(f"confidence-{name}", "comparison", figure_confidence(table), caption)


def settled_in_words(settling: ResultTable | None, measures: Sequence[str]) -> str:
    """Return the sentence that says where the drawn measures settle; nothing where none does."""
    if settling is None:
        return ""
    rows = settling.frame[settling.frame["measure"].isin(measures)]
    if not len(rows):
        return " None of the drawn measures has settled." if len(settling.warnings) else ""
    return (
        " Vertical: the smallest edge from which on a measure has settled: the mean of the cubes, and their standard "
        "deviation, stay close to the value of the whole image; without a line it has not."
    )


def infinite_in_words(table: ResultTable) -> str:
    """Return the sentence that says what the sign at the upper edge stands for; nothing where all is finite."""
    names = [c.name for c in table.columns if c.may_be_infinite and np.isinf(table.frame[c.name]).any()]
    return f" ∞: {listed([name_in_print(name) for name in names])} infinite, and in no mean." if names else ""


def trend_in_words(trend: ResultTable | None, measures: Sequence[str]) -> str:
    """Return the sentence that says which of the drawn measures change with the size; nothing without lines."""
    if trend is None or not trend.frame["measure"].isin(measures).any():
        return ""
    rows = trend.frame[trend.frame["measure"].isin(measures)]
    clear = rows["relative_slope_per_um"].abs() > 2 * rows["relative_slope_standard_error_per_um"]
    names = list(dict.fromkeys(name_in_print(name) for name in rows["measure"][clear]))
    said = f"of {listed(names)} its slope is beyond twice its error" if names else "no slope is beyond twice its error"
    return f" Dotted: straight line through the cubes, weighted by volume; {said}."


def _rows_of(table: ResultTable) -> Iterator[tuple[str, pd.DataFrame, bool]]:
    """Yield scan, rows and whether there are several scans, for as many as a caption can name."""
    scans = list(scans_of(table))
    for scan, rows in scans[:MOST_SAID]:
        yield scan, rows, len(scans) > 1

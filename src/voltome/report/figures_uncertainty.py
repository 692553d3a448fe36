"""The uncertainty of measures, and which part of it each of its causes has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import name_in_print, number_in_print
from voltome.report.lines import MOST_LINES, differs
from voltome.transport.columns_uncertainty import ALL_PARTS, named

PARTS = {
    "solver": ("solver", "#0072B2"),
    "threshold": ("threshold", "#E69F00"),
    "subvolumes": ("size of the image (sub-volumes)", "#009E73"),
    "octants": ("size of the image (octants)", "#56B4E9"),
    "resolution": ("resolution", "#D55E00"),
}
"""Part of an uncertainty -> what it is called, and its colour."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One measure of one row: its name, its relative standard uncertainty, and the parts, squared, as shares."""

    name: str
    relative: float
    shares: dict[str, float]


@style.styled
def figure_uncertainty(table: ResultTable) -> Figure:
    """Draw how uncertain each measure is, and from what.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``combined_uncertainty``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        Left the relative standard uncertainty, right the share that each part has in its square, for each of the first
        twenty measures and rows; what is 0 or infinite has no bar.

    Raises
    ------
    ValuesError
        A table of another kind, or one in which nothing can be drawn.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("phase", "", "Phase.", "key"), vt.data.Column("fraction", "1", "Its share."))
    >>> whole = vt.data.ResultTable(pd.DataFrame({"phase": ["pore"], "fraction": [0.30]}), columns=columns, kind="x")
    >>> over = vt.data.Column("threshold.intervals.pore.1", "1", "Swept.", "position")
    >>> rows = pd.DataFrame({over.name: [90, 100, 110], "phase": "pore", "fraction": [0.27, 0.30, 0.33]})
    >>> sweep = vt.data.ResultTable(rows, columns=(over, *columns), kind="sweep")
    >>> figure = figure_uncertainty(vt.transport.combined_uncertainty(whole, threshold=sweep))
    >>> figure.axes[0].get_xlabel()
    'standard uncertainty (% of the value)'
    """
    bars = bars_of(table)[:MOST_LINES]
    if not bars:
        raise ValuesError(f"a table of {table.kind} has no combined uncertainties; nothing can be drawn.")
    figure = style.blank_figure(style.TWO_COLUMNS_MM, 24 + 7.5 * len(bars))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1.3))
    places = np.arange(len(bars))
    _totals(left, bars, places)
    _shares(right, bars, places)
    left.set_yticks(places, [bar.name for bar in bars])
    left.set_ylim(len(bars) - 0.4, -0.6)
    for letter, axis in zip("ab", (left, right), strict=True):
        axis.set_title(letter, loc="left", fontweight="bold", fontsize=8)
    style.shared_legend(figure, right)
    return figure


def bars_of(table: ResultTable) -> list[Bar]:
    """Return the measures of all rows, where uncertainty and value are finite and not 0."""
    return [
        Bar(name, error / abs(value), shares)
        for name, value, error, shares in _values_of(table)
        if np.isfinite(error) and error > 0 and value != 0
    ]


def _values_of(table: ResultTable) -> Iterator[tuple[str, float, float, dict[str, float]]]:
    """Yield name, value, standard uncertainty and shares of every measure of every row."""
    errors = [column for column in table.columns if column.role == "standard_error"]
    has_scan = "scan" in table.frame
    keys = [n for n in table.names("key") if n != "scan" and differs(table.frame, n, has_scan=has_scan)]
    keys += ["scan"] if has_scan and table.frame["scan"].nunique() > 1 else []
    for column in errors:
        for _, row in table.frame.iterrows():
            label = ", ".join([name_in_print(column.of), *(str(row[key]) for key in keys)])
            yield label, float(row[column.of]), float(row[column.name]), _shares_of(row, column.of, row[column.name])


def _shares_of(row: pd.Series, measure: str, total: float) -> dict[str, float]:
    """Return the share of each part in the square of the uncertainty."""
    names = {part: named(measure, f"from_{part}") for part in ALL_PARTS}
    if not np.isfinite(total) or total == 0:
        return {}
    return {part: float(row[name] / total) ** 2 for part, name in names.items() if name in row}


def _totals(axis: Axes, bars: list[Bar], places: np.ndarray) -> None:
    """Draw the relative uncertainties, each with its number."""
    percent = [100 * bar.relative for bar in bars]
    axis.barh(places, percent, height=0.6, color="#444444")
    for place, value in zip(places, percent, strict=True):
        axis.annotate(
            f"{number_in_print(value, 2)} %", (value, place), xytext=(3, 0), textcoords="offset points", va="center",
            fontsize=6,
        )  # fmt: skip
    axis.set_xlabel("standard uncertainty (% of the value)")
    axis.margins(x=0.25)
    axis.set_xlim(left=0)
    style.plain_numbers(axis.xaxis)


def _shares(axis: Axes, bars: list[Bar], places: np.ndarray) -> None:
    """Draw the shares of the parts, stacked to 100 %."""
    start = np.zeros(len(bars))
    for part, (label, colour) in PARTS.items():
        width = np.array([100 * bar.shares.get(part, 0.0) for bar in bars])
        if any(part in bar.shares for bar in bars):
            axis.barh(places, width, left=start, height=0.6, color=colour, label=label)
        start += width
    axis.set_xlabel("share of its square (%)")
    axis.set_xlim(0, 100)
    axis.tick_params(labelleft=False)

"""How well a trained classifier finds again what was brushed, and what it looks at."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import whole_in_print

MOST_FEATURES = 15

PANEL_MM, ROW_MM = 91.5, 6.0

_CELL = ("phase", "found", "voxels", "share")

DARK = 0.55
"""Share from which a number is written in white."""


@style.styled
def figure_confusion(table: ResultTable) -> Figure:
    """Draw what the voxels of each phase were taken for, one panel for each way of judging.

    Parameters
    ----------
    table : ResultTable
        Kind ``confusion``, from `voltome.segmentation.train_classifier`, of one classifier.

    Returns
    -------
    matplotlib.figure.Figure
        A square of shares for each way of judging; rows are what was brushed, columns what was found, and each row adds
        up to 100 %.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = tuple(vt.data.Column(name, "", "Of a phase.", "key") for name in ("judged_by", "phase", "found"))
    >>> columns += (vt.data.Column("voxels", "1", "Number."), vt.data.Column("share", "1", "Share."))
    >>> rows = [("out of bag", "a", "a", 9, 0.9), ("out of bag", "a", "b", 1, 0.1), ("out of bag", "b", "b", 5, 1.0)]
    >>> frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    >>> figure_confusion(vt.data.ResultTable(frame, columns=columns, kind="confusion")).axes[0].get_title()
    'out of bag'
    """
    _check_kind(table, "confusion")
    ways = list(dict.fromkeys(table.frame["judged_by"]))
    phases = list(dict.fromkeys([*table.frame["phase"], *table.frame["found"]]))
    width = style.TWO_COLUMNS_MM if len(ways) > 1 else PANEL_MM
    figure = style.blank_figure(width, 30 + max(4, len(phases)) * ROW_MM * 1.35)
    for number, way in enumerate(ways):
        axis = figure.add_subplot(1, len(ways), number + 1)
        _draw_shares(axis, table.frame[table.frame["judged_by"] == way], phases)
        axis.set_title(way)
        if len(ways) > 1:
            axis.set_title("ab"[number % 2], loc="left", fontweight="bold", fontsize=8)
    return figure


@style.styled
def figure_importances(table: ResultTable) -> Figure:
    """Draw the features that a classifier looks at most, the most important at the top.

    Parameters
    ----------
    table : ResultTable
        Kind ``importances``, from `voltome.segmentation.train_classifier`, of one classifier.

    Returns
    -------
    matplotlib.figure.Figure
        A bar for each of the fifteen most important features.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("feature", "", "Name.", "key"), vt.data.Column("importance", "1", "Share."))
    >>> frame = pd.DataFrame({"feature": ["mean, 1 um", "slope, 1 um"], "importance": [0.75, 0.25]})
    >>> figure = figure_importances(vt.data.ResultTable(frame, columns=columns, kind="importances"))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['mean, 1 µm', 'slope, 1 µm']
    """
    _check_kind(table, "importances")
    rows = table.frame.sort_values("importance", ascending=False, kind="stable").head(MOST_FEATURES)
    figure = style.blank_figure(120.0, 16 + len(rows) * 4.6)
    axis = figure.add_subplot()
    places = np.arange(len(rows))
    axis.barh(places, rows["importance"].to_numpy(np.float64), height=0.7, color=style.PHASE_COLOURS[4])
    axis.set_yticks(places, [str(name).replace(" um", " µm") for name in rows["feature"]])
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel("importance")
    axis.set_xlim(left=0)
    style.plain_numbers(axis.xaxis)
    return figure


def _draw_shares(axis: Axes, frame: pd.DataFrame, phases: list[str]) -> None:
    """Draw one square of shares, in percent."""
    square = np.full((len(phases), len(phases)), np.nan)
    voxels = np.zeros(len(phases), np.int64)
    for phase, found, count, share in zip(*(frame[name].tolist() for name in _CELL), strict=True):
        square[phases.index(phase), phases.index(found)] = share
        voxels[phases.index(phase)] += count
    axis.imshow(np.nan_to_num(square), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for at, to in np.argwhere(~np.isnan(square) & (square > 0)):
        share = float(square[at, to])
        axis.text(to, at, _percent(share), ha="center", va="center", color="white" if share > DARK else "black")
    names = [f"{phase} ({whole_in_print(int(count))})" for phase, count in zip(phases, voxels, strict=True)]
    turned = max(len(phase) for phase in phases) * len(phases) > 36
    axis.set_xticks(range(len(phases)), phases, rotation=35 if turned else 0, ha="right" if turned else "center")
    axis.set_yticks(range(len(phases)), names)
    axis.tick_params(length=0)
    axis.set_xlabel("found as")
    axis.set_ylabel("brushed as (voxels)")


def _percent(share: float) -> str:
    """Return a share in percent; a small one that is not 0 keeps a digit."""
    return f"{100 * share:.1f} %" if share < 0.0995 or 0.9 < share < 1 else f"{100 * share:.0f} %"


def _check_kind(table: ResultTable, kind: str) -> None:
    """Refuse a table that the figure is not for."""
    if table.kind != kind or not len(table.frame):
        raise ValuesError(
            f"a table of {table.kind} with {len(table.frame)} rows; expected the {kind} of a classifier, as "
            f"voltome.segmentation.train_classifier gives."
        )

"""Surfaces of one phase by every estimator, and interfaces of every two phases, as bars."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label, name_in_print

SURFACE = "area_per_total_volume_per_um"
ERROR = "area_per_total_volume_standard_error_per_um"

BAR = 0.8
"""Share of the height of a row that its bars take up."""

ROW_MM = 5.0
HEAD_MM = 24.0


@style.styled
def figure_surface_estimators(table: ResultTable) -> Figure:
    """Draw the surface of one phase by every estimator, beside what each would read on spheres.

    Parameters
    ----------
    table : ResultTable
        Of the kind ``surface_areas``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide, one row per phase and estimator and one bar per scan, with standard errors; a diamond where the
        estimator would read on a smooth surface of the size that ``crofton13`` gives.

    Raises
    ------
    ValuesError
        A table of another kind.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> grid = np.indices((16, 16, 16)) - 7.5
    >>> ball = ((grid**2).sum(axis=0) <= 30).astype(np.uint8)
    >>> image = vt.data.PhaseImage(ball, voxel_size_um=1, phases={0: "pore", 1: "NMC"})
    >>> figure = figure_surface_estimators(vt.morphology.surface_areas(image, phase="NMC"))
    >>> figure.axes[0].get_yticklabels()[0].get_text()
    'crofton13'
    """
    _check(table, "surface_areas")
    frame = table.frame.copy()
    several = frame["phase"].nunique() > 1
    frame["row"] = frame["phase"] + ": " + frame["estimator"] if several else frame["estimator"]
    expected = frame[SURFACE] / frame["ratio_to_crofton13"] * (1 + frame["bias_on_spheres"])
    figure, axis = _rows(frame["row"].nunique(), style.ONE_COLUMN_MM)
    places = _bars(axis, frame, dict.fromkeys(_scans(frame), None))
    axis.plot(expected, places, "D", color="black", markersize=3, label="if it were smooth", linestyle="none")
    axis.set_xlabel(axis_label(table.column(SURFACE)))
    _legend(figure, axis)
    return figure


@style.styled
def figure_interfaces(table: ResultTable) -> Figure:
    """Draw the surface between every two phases.

    Parameters
    ----------
    table : ResultTable
        Of the kind ``interface_areas``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide, one row per pair of phases that touch in a scan and one bar per scan, with standard errors.

    Raises
    ------
    ValuesError
        A table of another kind.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.random.default_rng(0).integers(0, 3, (8, 8, 8)).astype(np.uint8)
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "pore", 1: "NMC", 2: "binder"})
    >>> len(figure_interfaces(vt.morphology.interface_areas(image)).axes[0].get_yticklabels())
    3
    """
    _check(table, "interface_areas")
    frame = table.frame.copy()
    frame["row"] = frame["phase_a"] + " | " + frame["phase_b"]
    touching = frame.groupby("row")[SURFACE].transform("max") > 0
    frame = frame[touching] if touching.any() else frame
    figure, axis = _rows(frame["row"].nunique(), style.ONE_COLUMN_MM)
    _bars(axis, frame, dict.fromkeys(_scans(frame), None))
    axis.set_xlabel(axis_label(table.column(SURFACE)))
    _legend(figure, axis)
    return figure


def _check(table: ResultTable, kind: str) -> None:
    """Refuse a table of another kind."""
    if table.kind != kind:
        raise ValuesError(
            f"the table is of the kind {table.kind!r}; expected {kind!r}, as voltome.morphology gives it."
        )


def _scans(frame: pd.DataFrame) -> list[str]:
    """Return the scans of a table; one without a column `scan` has one without a name."""
    return list(dict.fromkeys(frame["scan"].astype(str))) if "scan" in frame else [""]


def _rows(rows: int, width_mm: float) -> tuple[Figure, Axes]:
    """Return a figure high enough for these rows, and its axes."""
    figure = style.blank_figure(width_mm, HEAD_MM + rows * ROW_MM)
    return figure, figure.add_subplot()


def _bars(axis: Axes, frame: pd.DataFrame, scans: Mapping[str, None]) -> NDArray[np.float64]:
    """Draw one bar for every row and scan; return where they are."""
    rows = list(dict.fromkeys(frame["row"]))
    colours = style.scan_colours(list(scans))
    height = BAR / len(scans)
    places = np.zeros(len(frame))
    for index, scan in enumerate(scans):
        chosen = (frame["scan"].astype(str) == scan).to_numpy() if "scan" in frame else np.ones(len(frame), np.bool_)
        here = frame[chosen]
        at = np.array([rows.index(row) for row in here["row"]]) + (index - (len(scans) - 1) / 2) * height
        places[chosen] = at
        axis.barh(
            at, here[SURFACE], height, xerr=here[ERROR], color=colours[scan], error_kw={"elinewidth": 0.8},
            capsize=1.5, label=name_in_print(scan) if scan else None,
        )  # fmt: skip
    axis.set_yticks(range(len(rows)), rows)
    axis.invert_yaxis()
    axis.set_xlim(left=0)
    style.plain_numbers(axis.xaxis)
    return places


def _legend(figure: Figure, axis: Axes) -> None:
    """Put what the marks and colours mean under the axes, where there is something to say."""
    handles, labels = axis.get_legend_handles_labels()
    if labels:
        columns, _ = style.legend_columns(labels, style.ONE_COLUMN_MM)
        figure.legend(handles, labels, loc="outside upper center", ncols=columns, columnspacing=1.4)

"""How a phase is connected through the sample: the shares that reach both faces, one, or none."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import name_in_print
from voltome.report.lines import MOST_LINES, names_of_lines

PARTS = {
    "percolating_fraction": ("reaches both faces", "#0072B2"),
    "one_face_fraction": ("reaches one face", "#56B4E9"),
    "isolated_fraction": ("isolated", "#D55E00"),
}
"""Column -> what it is called, and its colour."""


@style.styled
def figure_connectivity(table: ResultTable) -> Figure:
    """Draw the shares of a phase that reach both faces of the sample, one of them, or none, as stacked bars.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``connectivity``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        One bar per axis; of several scans or phases one panel per axis and one bar for each.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((4, 5, 5), np.uint8)
    >>> labels[:, 1, 1] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    >>> figure_connectivity(vt.morphology.connectivity(image, phase="pore")).axes[0].get_ylabel()
    'share of the pore (%)'
    """
    if not {"axis", *PARTS} <= set(table.frame.columns) or not len(table.frame):
        raise ValuesError(
            f"a table of {table.kind} has no rows with the shares of a connectivity; nothing can be drawn."
        )
    frame = table.frame
    phases = frame["phase"].unique()
    names = names_of_lines(frame)
    chosen = list(dict.fromkeys(names))[:MOST_LINES]
    of = f"share of the {name_in_print(str(phases[0]))} (%)" if len(phases) == 1 else "share of the phase (%)"
    if len(chosen) == 1:
        figure, axes = style.panels(1)
        _bars(axes[0], table, np.ones(len(frame), np.bool_), list(frame["axis"]))
        axes[0].set_xlabel("axis")
    else:
        along = list(dict.fromkeys(frame["axis"]))
        figure, axes = style.panels(len(along))
        for axis, name in zip(axes, along, strict=True):
            rows = ((frame["axis"] == name) & names.isin(chosen)).to_numpy()
            _bars(axis, table, rows, list(names[rows]))
            axis.set_title(f"along {name}")
            axis.set_xlabel("scan" if "scan" in frame and frame["scan"].nunique() > 1 else "phase")
    for axis in axes:
        axis.set_ylabel(of)
        axis.set_ylim(0, 100)
    style.shared_legend(figure, axes[0])
    return figure


def _bars(axis: Axes, table: ResultTable, rows: np.ndarray, names: list[str]) -> None:
    """Draw one stacked bar for each of these rows."""
    places = np.arange(len(names))
    bottom = np.zeros(len(names))
    for column, (label, colour) in PARTS.items():
        height = 100 * table.frame.loc[rows, column].to_numpy(np.float64)
        axis.bar(places, height, bottom=bottom, width=0.6, color=colour, label=label)
        bottom += height
    turned = len(names) > 3 or max(map(len, names)) > 8
    axis.set_xticks(places, names, rotation=35 if turned else 0, ha="right" if turned else "center")
    axis.set_xlim(-0.7, len(names) - 0.3)

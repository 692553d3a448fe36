"""Tortuosity and relative diffusivity of scans, beside what porosity alone would let expect."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.lines import MOST_LINES

BARS = "#56B4E9"
OF_POROSITY = {
    "Bruggeman": ("_", "#D55E00", 9.0),
    "Hashin–Shtrikman bound": ("v", "#222222", 5.5),
}
"""What porosity alone lets expect -> marker, colour and size."""


@style.styled
def figure_tortuosity(table: ResultTable) -> Figure:
    """Draw the tortuosity and the relative diffusivity of every scan and axis, beside what porosity alone lets expect.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``tortuosity``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        Two panels, one bar per row: the tortuosity, where the phase does not percolate the sign of infinity instead of
        a bar, and the relative diffusivity. Marks: the relation of Bruggeman, and the bound of Hashin and Shtrikman.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Notes
    -----
    For a porosity e the relation of Bruggeman is a tortuosity of e^-1/2. No isotropic medium conducts better than the
    bound of Hashin and Shtrikman, a tortuosity of (3 - e) / 2: a lower one means that the medium has a direction.

    References
    ----------
    Z. Hashin, S. Shtrikman, J. Appl. Phys. 33, 3125 (1962); D. A. G. Bruggeman, Ann. Phys. 416, 636 (1935).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = (np.random.default_rng(0).random((8, 8, 8)) < 0.7).astype(np.uint8)
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    >>> table = vt.transport.tortuosity(image, phase="pore").to_table()
    >>> figure_tortuosity(table).axes[0].get_ylabel()
    'tortuosity factor'
    """
    frame = table.frame
    if not {"tortuosity", "relative_diffusivity", "porosity"} <= set(frame.columns) or not len(frame):
        raise ValuesError(f"a table of {table.kind} has no rows with tortuosity and porosity; nothing can be drawn.")
    frame = frame.head(MOST_LINES)
    names = _names(table)
    porosity, factor, relative = (
        frame[column].to_numpy(np.float64) for column in ("porosity", "tortuosity", "relative_diffusivity")
    )
    with np.errstate(divide="ignore"):
        expected = {"Bruggeman": 1 / np.sqrt(porosity), "Hashin–Shtrikman bound": (3 - porosity) / 2}
    expected["Bruggeman"][porosity == 0] = np.inf
    figure, axes = style.panels(2)
    _bars(axes[0], factor, expected, names)
    _bars(axes[1], relative, {name: porosity / values for name, values in expected.items()}, names)
    axes[0].set_ylabel("tortuosity factor")
    axes[1].set_ylabel("relative diffusivity")
    for axis in axes:
        axis.set_xlabel(_what_differs(table))
    style.shared_legend(figure, axes[0])
    return figure


def _bars(axis: Axes, values: NDArray[np.float64], expected: dict[str, NDArray[np.float64]], names: list[str]) -> None:
    """Draw one bar for each value with its marks; the sign of infinity where there can be no bar."""
    places = np.arange(len(values))
    finite = np.isfinite(values)
    axis.bar(places, np.where(finite, values, 0.0), width=0.6, color=BARS, label="measured")
    for name, (marker, colour, size) in OF_POROSITY.items():
        marks = np.where(np.isfinite(expected[name]), expected[name], np.nan)
        axis.plot(
            places,
            marks,
            marker,
            color=colour,
            markersize=size,
            markeredgewidth=0.8 if marker == "v" else 1.4,
            markeredgecolor="white" if marker == "v" else colour,
            label=name,
        )
    for place in places[~finite]:
        axis.annotate("∞", (place, 1), xycoords=("data", "axes fraction"), ha="center", va="top", fontsize=11)
    turned = len(names) > 3 or max(map(len, names)) > 10
    axis.set_xticks(places, names, rotation=35 if turned else 0, ha="right" if turned else "center")
    beside = 0.7 if len(names) > 2 else 1.4
    axis.set_xlim(-beside, len(names) - 1 + beside)
    axis.set_ylim(0, axis.get_ylim()[1] * (1.0 if finite.all() else 1.15))
    style.plain_numbers(axis.yaxis)


def _differing(table: ResultTable) -> list[str]:
    """Return the keys in which the rows differ; the axis where they do not."""
    keys = [name for name in table.names("key") if name in table.frame and table.frame[name].nunique() > 1]
    return keys or ["axis"]


def _names(table: ResultTable) -> list[str]:
    """Return what each row is called: that in which it differs from the others."""
    rows = table.frame.head(MOST_LINES)[_differing(table)].astype(str)
    return [", ".join(row) for row in rows.to_numpy().tolist()]


def _what_differs(table: ResultTable) -> str:
    """Return in what the rows differ, in words."""
    return ", ".join(_differing(table))

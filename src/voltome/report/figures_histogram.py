"""Histogram of grey values with the intervals of the phases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from voltome.data import PhaseImage, Volume
from voltome.report import style
from voltome.report.formatting import name_in_print, number_in_print, unit_in_print, whole_in_print

BINS = 256
MOST_VOXELS = 2**26

LEAST_SPAN = 1e-6
"""Share of a grey value that the axis shows to either side where all voxels have that one."""


@style.styled
def figure_histogram(
    volume: Volume, phases: PhaseImage | None = None, *, colours: Mapping[str, str] | None = None
) -> Figure:
    """Draw the histogram of the grey values, the interval of each phase shaded and its thresholds marked.

    Parameters
    ----------
    volume : Volume
        The volume that was segmented; voxels outside its mask are not counted.
    phases : PhaseImage, optional
        The phases cut from it; used are its `grey_intervals`, where it has them.
    colours : mapping of str to str, optional
        Colour of every phase.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide; the count of voxels is on a logarithmic axis.

    Notes
    -----
    At most 2^26 voxels are counted: of a larger volume every second, third ... slice along z. Bins are a whole
    number of grey values wide where these are whole numbers, so that no bin is full by chance.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.arange(512, dtype=np.uint16).reshape(8, 8, 8), voxel_size_um=1)
    >>> figure_histogram(volume).axes[0].get_yscale()
    'log'
    """
    figure = style.blank_figure(style.ONE_COLUMN_MM, 60)
    axis = figure.add_subplot()
    counts, edges = _counts(_values(volume))
    axis.stairs(counts, edges, color="#222222", fill=False, linewidth=0.8, baseline=None)
    axis.set_yscale("log")
    axis.set_xlim(edges[0], edges[-1])
    axis.set_ylim(0.7, 4 * float(counts.max()))
    style.powers_of_ten(axis.yaxis)
    style.plain_numbers(axis.xaxis)
    unit = unit_in_print(volume.unit)
    axis.set_xlabel(f"{name_in_print(volume.quantity)} ({unit})" if unit else name_in_print(volume.quantity))
    axis.set_ylabel("voxels per bin")
    if phases is not None and phases.grey_intervals:
        names = list(phases.phases.values())
        chosen = dict(colours) if colours is not None else style.phase_colours(names)
        touching = 1.0 if volume.values.dtype.kind in "ui" else 0.0
        _shade(axis, phases.grey_intervals, chosen, (float(edges[0]), float(edges[-1])), touching)
    return figure


def _values(volume: Volume) -> NDArray[Any]:
    """Return the grey values to be counted: those inside the mask, of not too many slices."""
    step = -(-volume.values.size // MOST_VOXELS)
    values = volume.values[::step]
    return values.ravel() if volume.mask is None else values[volume.mask[::step]]


def _counts(values: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return counts and edges of the bins."""
    if values.size == 0:
        return np.zeros(1, np.int64), np.array([0.0, 1.0])
    low, high = float(values.min()), float(values.max())
    if low == high:
        half = max(0.5, abs(low) * LEAST_SPAN)
        edges = np.array([low - half, high + half])
    elif values.dtype.kind in "ui":
        width = max(1, -(-int(high - low + 1) // BINS))
        edges = low - 0.5 + float(width) * np.arange(-(-int(high - low + 1) // width) + 1)
        edges[-1] = max(edges[-1], high)  # rounding of the largest whole numbers must not lose a voxel
    else:
        edges = np.linspace(low, high, BINS + 1)
    counts, _ = np.histogram(values, bins=edges)
    return counts.astype(np.int64), np.asarray(edges, dtype=np.float64)


def _shade(
    axis: Axes,
    intervals: Mapping[str, tuple[float | None, float | None]],
    colours: Mapping[str, str],
    limits: tuple[float, float],
    touching: float,
) -> None:
    """Shade the interval of each phase, mark its ends and write them beside."""
    thresholds: dict[float, str] = {}
    for phase, (low, high) in intervals.items():
        colour = colours.get(phase, style.REST_COLOUR)
        left, right = max(limits[0], _or(low, limits[0])), min(limits[1], _or(high, limits[1]))
        if left < right:
            axis.axvspan(left, right, color=colour, alpha=0.3, linewidth=0, zorder=0, label=phase)
        thresholds |= {end: colour for end in (low, high) if end is not None}
    for value in _apart(sorted(thresholds), limits, touching):
        axis.axvline(value, color="#222222", linewidth=0.7, linestyle=(0, (3, 2)))
        text = whole_in_print(int(value)) if float(value).is_integer() else number_in_print(value)
        axis.annotate(
            text, (value, 1), xycoords=("data", "axes fraction"), xytext=(2, -2), textcoords="offset points",
            rotation=90, va="top", ha="left", fontsize=6,
        )  # fmt: skip
    style.legend(axis, loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=4, handlelength=1, columnspacing=1.2)


def _or(value: float | None, otherwise: float) -> float:
    """Return the value, or what stands for an open end."""
    return otherwise if value is None else float(value)


def _apart(values: list[float], limits: tuple[float, float], touching: float) -> list[float]:
    """Return the thresholds that are inside the axis; of neighbours like 99 and 100, which touch, the upper one."""
    inside = [value for value in values if limits[0] <= value <= limits[1]]
    nearest = max((limits[1] - limits[0]) / 200, touching)
    return [v for v, after in zip(inside, [*inside, np.inf][1:], strict=True) if after - v > nearest]

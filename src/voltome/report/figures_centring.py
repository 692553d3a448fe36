"""The axis of rotation: what each method says of it, and the slices that candidates of it make."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import ResultTable, Volume
from voltome.errors import GeometryError, ValuesError
from voltome.report import style

METHODS = ("fourier", "pairs", "sharpness", "given")
AXIS, ERROR = "rotation_axis_px", "uncertainty_px"
SCORES = {"entropy": "entropy", "edge_sum": "edges", "negative_share": "negativity"}
MOST_CANDIDATES = 9
PER_ROW = 3
SLICE_MM = 44.0

FAR_SPREADS = 6.0
"""Parts of a scan that are further off than so many spreads are not drawn: they would press all others together."""


@style.styled
def figure_rotation_axis(table: ResultTable) -> Figure:
    """Draw where each method sees the axis of rotation, from the whole scan and from its parts.

    Parameters
    ----------
    table : ResultTable
        Of kind ``rotation_axis``, of one scan.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide. Large dots: all rows or pairs together, with standard errors; small ones: one row or pair. Line and
        shade: the result. Parts that are far off are left out.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> scan = vt.data.Projections(np.ones((4, 1, 64), np.float32), angles_deg=[0, 45, 90, 135],
    ...                            geometry=vt.data.ParallelBeam(1), kind="absorbance")
    >>> found = vt.projections.set_rotation_axis(scan, rotation_axis_px=30.25).rotation_axis
    >>> figure_rotation_axis(found).axes[0].get_xlabel()
    'axis of rotation (column)'
    """
    if table.kind != "rotation_axis" or not len(table.frame):
        raise ValuesError(f"the table is of kind {table.kind!r}; expected rows of kind 'rotation_axis'.")
    frame = table.frame
    names = [name for name in METHODS if (frame["method"] == name).any()]
    colours = style.scan_colours(names)
    figure, (axis,) = style.panels(1, height_mm=14 + 9 * len(names))
    result = frame.iloc[0]
    middle, error = float(result[AXIS]), float(result[ERROR])
    axis.axvspan(middle - error, middle + error, color="#000000", alpha=0.12, linewidth=0)
    axis.axvline(middle, color="#000000", linewidth=0.8)
    drawn = [middle - error, middle + error]
    for place, name in enumerate(names):
        whole, *parts = (row for _, row in frame[frame["method"] == name].iterrows())
        level = -float(place)
        near = [part for part in parts if abs(part[AXIS] - middle) <= FAR_SPREADS * max(error, 0.1)]
        lift = level + 0.12 + 0.2 * (np.arange(len(near)) % 2)
        axis.plot([part[AXIS] for part in near], lift, ".", color=colours[name], markersize=3, alpha=0.6)
        axis.errorbar(whole[AXIS], level, xerr=whole[ERROR], fmt="o", color=colours[name], markersize=5, capsize=2)
        drawn += [float(whole[AXIS] - whole[ERROR]), float(whole[AXIS] + whole[ERROR])]
        drawn += [float(part[AXIS]) for part in near]
    room = max(0.1 * (max(drawn) - min(drawn)), 0.05)
    axis.set_xlim(min(drawn) - room, max(drawn) + room)
    axis.set_yticks([-float(place) for place in range(len(names))], names)
    axis.set_ylim(0.6 - len(names), 0.6)
    axis.set_xlabel("axis of rotation (column)")
    style.plain_numbers(axis.xaxis)
    return figure


@style.styled
def figure_axis_candidates(candidates: Volume, scores: ResultTable) -> Figure:
    """Draw the slices that candidates of the axis of rotation make, and their scores.

    Parameters
    ----------
    candidates : Volume
        One slice for each candidate, as `voltome.projections.axis_candidates` gives them.
    scores : ResultTable
        Kind ``axis_candidates``, one row for each slice.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide: up to nine slices about the middle one, each with its axis, all at one grey scale; below them the
        three scores, each from 0 at its lowest to 1.

    Raises
    ------
    ValuesError
        A table of another kind.
    GeometryError
        Another number of slices than rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> angles, columns = np.arange(0, 180, 2.0), np.arange(64)
    >>> places = 30 + 14 * np.cos(np.deg2rad(angles - 30))
    >>> seen = np.exp(-(((columns - places[:, None]) / 4) ** 2)).astype(np.float32)
    >>> scan = vt.data.Projections(seen, angles_deg=angles, geometry=vt.data.ParallelBeam(1), kind="absorbance")
    >>> sheet = vt.projections.axis_candidates(scan, around_px=30, candidates=3)
    >>> len(figure_axis_candidates(sheet.axis_candidates, sheet.candidate_scores).axes)
    4
    """
    if scores.kind != "axis_candidates":
        raise ValuesError(f"the table is of kind {scores.kind!r}; expected rows of kind 'axis_candidates'.")
    count = len(scores.frame)
    if candidates.shape[0] != count:
        raise GeometryError(
            f"{candidates.shape[0]} slices and {count} rows; expected a slice for each candidate, as "
            f"voltome.projections.axis_candidates gives."
        )
    first = max(0, (count - MOST_CANDIDATES) // 2)
    shown = range(first, min(count, first + MOST_CANDIDATES))
    rows = -(-len(shown) // PER_ROW)
    figure = style.blank_figure(style.TWO_COLUMNS_MM, rows * (SLICE_MM + 5) + 46)
    grid = figure.add_gridspec(rows + 1, PER_ROW, height_ratios=[*[SLICE_MM + 5] * rows, 44])
    axes_px = scores.frame[AXIS].to_numpy(np.float64)
    low, high = (float(end) for end in np.percentile(candidates.values[count // 2], (0.5, 99.5)))
    for place, number in enumerate(shown):
        panel = figure.add_subplot(grid[place // PER_ROW, place % PER_ROW])
        panel.imshow(candidates.values[number], cmap="gray", vmin=low, vmax=max(high, low + 1e-12))
        panel.set_axis_off()
        panel.set_title(f"column {axes_px[number]:.2f}", fontsize=7)
    _draw_scores(figure.add_subplot(grid[rows, :]), scores)
    return figure


def _draw_scores(axis: Axes, scores: ResultTable) -> None:
    """Draw the scores against the candidate."""
    axes_px = scores.frame[AXIS].to_numpy(np.float64)
    colours = style.scan_colours(list(SCORES))
    for name, said in SCORES.items():
        values = scores.frame[name].to_numpy(np.float64)
        reach = float(np.ptp(values)) or 1.0
        axis.plot(axes_px, (values - values.min()) / reach, "o-", markersize=3, color=colours[name], label=said)
    axis.set_xlabel("axis of rotation (column)")
    axis.set_ylabel("score, 0 at its lowest")
    style.plain_numbers(axis.xaxis)
    style.legend(axis)

"""Particles or phases of several scans in three dimensions, all from one side and at one scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from voltome.data import ParticleImage, PhaseImage
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.rendering import AZIMUTH_DEG, ELEVATION_DEG, Bodies, View, bodies_of, extent_um, render

MOST_RENDERED = 6
DOTS_PER_MM = 300 * style.MM
GAP_MM = 4.0
HEAD_MM = 6.0
FOOT_MM = 6.0
LINE_MM = 4.0
TALLEST_MM = 92.0
NAME_MM = 3.0
"""Room around a box for the names of its axes."""

BOX = "#555555"


@style.styled
def figure_renderings(
    images: Mapping[str, ParticleImage | PhaseImage],
    *,
    colours: Mapping[str, str] | None = None,
    azimuth_deg: float = AZIMUTH_DEG,
    elevation_deg: float = ELEVATION_DEG,
) -> Figure:
    """Draw particles or phases in three dimensions: one panel per scan, all from one side and at one scale.

    A picture to show what a structure looks like; it hides whatever lies behind, so numbers are taken from tables.

    Parameters
    ----------
    images : mapping of str to ParticleImage or PhaseImage
        Scan -> its particles, or its phases, of which all but the first are drawn; at most six. Voxels outside a
        mask are not drawn.
    colours : mapping of str to str, optional
        Colour of every phase; by default as `phase_colours`. A particle has the colour of its number.
    azimuth_deg, elevation_deg : float
        From where: turned about z, and lifted above the xy plane.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide for one scan, 183 mm for several; z runs upwards. Parallel projection: the scale bar holds for
        every length parallel to the page.

    Raises
    ------
    ValuesError
        No image, more than six, or one in which there is nothing to be seen.

    Notes
    -----
    An image is reduced to at most 160 voxels along its longest edge, its surface smoothed by 1.25 of these voxels,
    lit from the upper left, paler with the distance and darker in hollows. Takes about a second for each scan.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((12, 12, 12), np.int32)
    >>> labels[2:6, 2:6, 2:6], labels[7:11, 7:11, 7:11] = 1, 2
    >>> particles = vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur")
    >>> len(figure_renderings({"uncycled": particles}).axes)
    1
    """
    if not 1 <= len(images) <= MOST_RENDERED:
        raise ValuesError(f"figure_renderings got {len(images)} images; expected one to {MOST_RENDERED}.")
    chosen = dict(colours) if colours is not None else colours_of(images)
    bodies = {scan: bodies_of(image, colours=chosen) for scan, image in images.items()}
    return draw_bodies(bodies, View(azimuth_deg, elevation_deg))


def colours_of(images: Mapping[str, ParticleImage | PhaseImage]) -> dict[str, str]:
    """Return a colour for every phase of some images."""
    names = [name for image in images.values() if isinstance(image, PhaseImage) for name in image.phases.values()]
    return style.phase_colours(names) if names else {}


@style.styled
def draw_bodies(bodies: Mapping[str, Bodies], view: View) -> Figure:
    """Return the figure of what was reduced already."""
    per_row = 2 if len(bodies) in (2, 4) else min(3, len(bodies))
    rows = -(-len(bodies) // per_row)
    width = style.ONE_COLUMN_MM if per_row == 1 else style.TWO_COLUMNS_MM
    slot = (width - GAP_MM * (per_row - 1)) / per_row
    extents = [extent_um(body, view) for body in bodies.values()]
    widest, tallest = max(extent[0] for extent in extents), max(extent[1] for extent in extents)
    scale = min((slot - 2 * NAME_MM) / widest, (TALLEST_MM - 2 * NAME_MM) / tallest)
    high = tallest * scale + 2 * NAME_MM
    names = {name: colour for body in bodies.values() for name, colour in body.names.items()}
    columns, lines = style.legend_columns(list(names), width)
    foot = FOOT_MM + LINE_MM * lines
    height = rows * (high + HEAD_MM) + foot
    figure = style.blank_figure(width, height, constrained=False)
    for number, (scan, body) in enumerate(bodies.items()):
        left, top = (number % per_row) * (slot + GAP_MM), height - (number // per_row) * (high + HEAD_MM)
        bottom = top - HEAD_MM - high
        axis = figure.add_axes((left / width, bottom / height, slot / width, high / height))
        _panel(axis, body, view, scale, (slot, high))
        letter = "abcdef"[number] if len(bodies) > 1 else ""
        figure.text((left + 1) / width, (top - 2) / height, letter, weight="bold", fontsize=8, va="top")
        figure.text((left + (4 if letter else 1)) / width, (top - 2.1) / height, scan, va="top")
    length = style.round_length(widest / 4)
    style.scale_bar_below(figure, length, scale, left_mm=2, bottom_mm=LINE_MM * lines + 2.5)
    if names:
        patches = [Patch(facecolor=colour, edgecolor="none", label=name) for name, colour in names.items()]
        figure.legend(handles=patches, loc="lower center", ncols=columns, handlelength=1, handleheight=1)
    return figure


def _panel(axis: Axes, body: Bodies, view: View, scale: float, room_mm: tuple[float, float]) -> None:
    """Draw one scan: the edges of its box behind and before the picture, and the names of the axes."""
    pixel_um = 1 / (scale * DOTS_PER_MM)
    picture = render(body, view, pixel_um=pixel_um)
    half = [pixel_um * count / 2 for count in (picture.shape[1], picture.shape[0])]
    axis.imshow(picture, extent=(-half[0], half[0], -half[1], half[1]), aspect="auto", zorder=2)
    draw_box(axis, body, view, scale)
    axis.set_xlim(-room_mm[0] / scale / 2, room_mm[0] / scale / 2)
    axis.set_ylim(-room_mm[1] / scale / 2, room_mm[1] / scale / 2)
    axis.set_axis_off()


def draw_box(axis: Axes, body: Bodies, view: View, scale: float) -> None:
    """Draw the edges of a box, those behind dashed, and the names of its axes."""
    corners = view.project(body.corners_um)
    farthest = int(corners[:, 2].argmin())
    for bit in (4, 2, 1):
        for corner in range(8):
            if corner & bit:
                continue
            ends = corners[[corner, corner | bit]]
            behind = farthest in (corner, corner | bit)
            axis.plot(
                ends[:, 0], ends[:, 1], color=BOX, linewidth=0.5, zorder=1 if behind else 3,
                linestyle=(0, (3, 2)) if behind else "-", alpha=0.6 if behind else 0.9,
            )  # fmt: skip
    _name_axes(axis, corners, scale)


def _name_axes(axis: Axes, corners: NDArray[np.float64], scale: float) -> None:
    """Write z, y, x beside the edge of each direction that lies farthest outside."""
    for name, bit in zip("zyx", (4, 2, 1), strict=True):
        middles = [(corners[corner, :2] + corners[corner | bit, :2]) / 2 for corner in range(8) if not corner & bit]
        # of the outer edges that at the lower left, where axes are looked for
        middle = min(middles, key=lambda place: (place[0] if name == "z" else place[1], place[0]))
        away = middle / max(float(np.hypot(*middle)), 1e-12) * 2.0 / scale
        u, v = middle + away
        axis.text(float(u), float(v), name, ha="center", va="center", color=BOX, zorder=4, style="italic")

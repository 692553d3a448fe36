"""Streamlines in three dimensions, coloured by their speed, inside the pale body that they pass."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from voltome.data import ParticleImage, PhaseImage, ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.fields import Scale
from voltome.report.figures_renderings import DOTS_PER_MM, colours_of, draw_box
from voltome.report.formatting import unit_in_print
from voltome.report.key_numbers import ALL_SCANS
from voltome.report.paths import MEASURES, Paths, box_of, colour_map, measure_of, paths_of, scale_of_paths
from voltome.report.rendering import AZIMUTH_DEG, ELEVATION_DEG, Bodies, View, bodies_of, extent_um, render

MOST_DRAWN = 4
PALE = 0.16
"""How much of the colour of the body is left."""

GAP_MM = 4.0
HEAD_MM = 6.0
FOOT_MM = 14.0
NAME_MM = 3.0
TALLEST_MM = 92.0
BAR_MM = 3.0
WIDTH_POINTS = 0.7


@style.styled
def figure_streamlines(
    streamlines: ResultTable,
    *,
    images: Mapping[str, PhaseImage | ParticleImage] | None = None,
    azimuth_deg: float = AZIMUTH_DEG,
    elevation_deg: float = ELEVATION_DEG,
) -> Figure:
    """Draw streamlines in three dimensions, coloured by speed or by the size of the flux, one panel per scan.

    A picture of the paths; what lies behind is covered by what lies before. Lengths of paths are in
    `voltome.transport.streamline_statistics`.

    Parameters
    ----------
    streamlines : ResultTable
        Of kind ``streamlines``; a first column `scan` may say which scan a row belongs to. The first four are drawn.
    images : mapping of str to PhaseImage or ParticleImage, optional
        Scan -> the image through which its lines run, drawn pale around them: particles, or every phase but the first.
        Without a column `scan` its name is of no matter. By default nothing is drawn around the lines.
    azimuth_deg, elevation_deg : float
        From where: turned about z, and lifted above the xy plane.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide for one scan, 183 mm for several; z runs upwards. Parallel projection: the scale bar holds for every
        length parallel to the page. One scale of colours for all, which ends at the 97th percentile of the points.

    Raises
    ------
    ValuesError
        A table of another kind or without rows; an image in which there is nothing to be seen.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> zero = vt.data.Volume(np.zeros((6, 6, 6), np.float32), voxel_size_um=1, unit="m/s")
    >>> down = zero.derive("flow", values=np.full((6, 6, 6), 2e-6, np.float32))
    >>> lines = vt.transport.streamlines(down, along_y=zero, along_x=zero, count=9)
    >>> figure_streamlines(lines).axes[-1].get_xlabel()
    'speed (µm s⁻¹)'
    """
    measure = measure_of(streamlines)
    paths = dict(list(paths_of(streamlines).items())[:MOST_DRAWN])
    given = dict(images or {})
    if len(given) == 1 and len(paths) == 1:
        given = {next(iter(paths)): next(iter(given.values()))}
    if unknown := set(given) - set(paths):
        raise ValuesError(
            f"there is an image for {', '.join(map(repr, sorted(unknown)))} but no streamlines; expected scans of the "
            f"table: {', '.join(map(repr, paths))}."
        )
    colours = colours_of(given)
    bodies = {scan: bodies_of(image, colours=colours) for scan, image in given.items()}
    return draw_streamlines(paths, bodies, measure, View(azimuth_deg, elevation_deg))


@style.styled
def draw_streamlines(paths: Mapping[str, Paths], bodies: Mapping[str, Bodies], measure: str, view: View) -> Figure:
    """Return the figure of lines and of bodies that were reduced already; a scan without a body has a box only."""
    boxes = {scan: bodies.get(scan) or box_of(lines) for scan, lines in paths.items()}
    per_row = min(2, len(paths))
    rows = -(-len(paths) // per_row)
    width = style.ONE_COLUMN_MM if per_row == 1 else style.TWO_COLUMNS_MM
    slot = (width - GAP_MM * (per_row - 1)) / per_row
    extents = [extent_um(box, view) for box in boxes.values()]
    widest, tallest = max(extent[0] for extent in extents), max(extent[1] for extent in extents)
    scale = min((slot - 2 * NAME_MM) / widest, (TALLEST_MM - 2 * NAME_MM) / tallest)
    high = tallest * scale + 2 * NAME_MM
    height = rows * (high + HEAD_MM) + FOOT_MM
    figure = style.blank_figure(width, height, constrained=False)
    shades = scale_of_paths(paths, measure)
    for number, (scan, lines) in enumerate(paths.items()):
        left, top = (number % per_row) * (slot + GAP_MM), height - (number // per_row) * (high + HEAD_MM)
        place = (left / width, (top - HEAD_MM - high) / height, slot / width, high / height)
        _panel(figure.add_axes(place), lines, boxes[scan], view, scale, (slot, high), shades)
        letter = "abcd"[number] if len(paths) > 1 else ""
        figure.text((left + 1) / width, (top - 2) / height, letter, weight="bold", fontsize=8, va="top")
        title = "" if scan == ALL_SCANS else scan
        figure.text((left + (4 if letter else 1)) / width, (top - 2.1) / height, title, va="top")
    style.scale_bar_below(figure, style.round_length(widest / 4), scale, left_mm=2, bottom_mm=FOOT_MM - 3)
    long = min(50.0, width - 34.0)
    bar = figure.add_axes(((width - long - 4) / width, (FOOT_MM - 4.5) / height, long / width, BAR_MM / height))
    mapped = ScalarMappable(Normalize(shades.low, shades.high), colour_map())
    figure.colorbar(mapped, cax=bar, orientation="horizontal", extend="max" if shades.cut else "neither")
    unit = unit_in_print(shades.unit)
    bar.set_xlabel(MEASURES[measure][0] + (f" ({unit})" if unit else ""))
    style.plain_numbers(bar.xaxis)
    return figure


def _panel(
    axis: Axes, lines: Paths, box: Bodies, view: View, scale: float, room_mm: tuple[float, float], shades: Scale
) -> None:
    """Draw one scan: the pale body, the lines from the farthest to the nearest, and the edges of the box."""
    if box.labels.any():
        picture = render(box, view, pixel_um=1 / (scale * DOTS_PER_MM))
        half = [count / (2 * scale * DOTS_PER_MM) for count in (picture.shape[1], picture.shape[0])]
        axis.imshow(picture, extent=(-half[0], half[0], -half[1], half[1]), aspect="auto", zorder=1.5, alpha=PALE)
    points = view.project(lines.inside(box))
    first, second = points[lines.joined], points[lines.joined + 1]
    order = np.argsort(first[:, 2] + second[:, 2], kind="stable")
    segments = np.stack([first[:, :2], second[:, :2]], axis=1)[order]
    tints = lines.colours(shades)[lines.joined][order]
    drawn = LineCollection(list(segments), colors=tints, linewidths=WIDTH_POINTS, capstyle="round", zorder=2)
    drawn.set_rasterized(True)  # tens of thousands of short lines
    axis.add_collection(drawn)
    draw_box(axis, box, view, scale)
    axis.set_xlim(-room_mm[0] / scale / 2, room_mm[0] / scale / 2)
    axis.set_ylim(-room_mm[1] / scale / 2, room_mm[1] / scale / 2)
    axis.set_axis_off()

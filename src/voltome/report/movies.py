"""Movies as GIF: through the slices of a scan, and around its particles or phases."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from voltome.data import AxisName, ImageNoun, ParticleImage, PhaseImage, Volume
from voltome.data._parameters import AXES, axis_index
from voltome.errors import ParameterError, ValuesError
from voltome.report import style
from voltome.report.figures_renderings import BOX, colours_of
from voltome.report.figures_slices import check_grids, picture_of, plane_across
from voltome.report.formatting import length_in_print
from voltome.report.rendering import AZIMUTH_DEG, ELEVATION_DEG, Bodies, View, bodies_of, render

MOST_BYTES = 3_000_000
"""Size of a movie above which it is made again with smaller pictures."""

LONGEST_PX, SHORTEST_PX = 480, 96
MOST_FRAMES = 60
COLOURS = 96
SLICE_MS, VIEW_MS = 90, 110
FOOT_PX = 22
FINEST = 112
"""Voxels along the longest edge of what turns: half of what stands still may show."""

FONT = matplotlib.get_data_path() + "/fonts/ttf/DejaVuSans.ttf"
"""The font that matplotlib brings, so that it is there on every machine."""

FINER = 1.25
"""How much larger a view is drawn than it is shown, so that edges are smooth."""

INSIDE = 0.97
"""Share of the picture that the box fills."""

Picture = NDArray[np.uint8]


def slice_movie(
    volume: Volume | None = None,
    phases: PhaseImage | None = None,
    *,
    axis: AxisName = "z",
    colours: Mapping[str, str] | None = None,
) -> bytes:
    """Make a movie that runs through the slices of a volume, its phases drawn over it.

    To look for what three slices of a figure do not show: drift, rings, a layer that was segmented wrongly.

    Parameters
    ----------
    volume : Volume, optional
        Grey values.
    phases : PhaseImage, optional
        Phases on the same grid; the first stays clear. Voxels outside a mask are white.
    axis : {"z", "y", "x"}
        The axis along which the movie runs.
    colours : mapping of str to str, optional
        Colour of every phase; by default as `phase_colours`.

    Returns
    -------
    bytes
        A GIF: at most 60 slices, evenly spaced, at most 480 pixels wide and high and below 3 MB (pictures become
        smaller until it is), with a scale bar and the position of the slice. The same images give the same bytes.

    Raises
    ------
    GeometryError
        No image, or images on different grids.
    AxisError
        An unknown axis.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.arange(512, dtype=np.uint16).reshape(8, 8, 8), voxel_size_um=1)
    >>> vt.report.slice_movie(volume, axis="y")[:6]
    b'GIF89a'
    """
    images: list[ImageNoun] = [image for image in (volume, phases) if image is not None]
    check_grids(images, "slice_movie")
    across = axis_index(axis)
    first = images[0]
    chosen = dict(colours or {})
    if phases is not None and colours is None:
        chosen = style.phase_colours(phases.phases.values())
    count = first.shape[across]
    planes = [plane_across(first, across, index) for index in _spread(count, min(count, MOST_FRAMES))]
    pictures = [picture_of(volume, phases, plane, chosen) for plane in planes]
    notes = [f"{AXES[across]} = {length_in_print(plane.place_um)}" for plane in planes]
    size = (planes[0].width_um, planes[0].height_um)

    def frames(longest_px: int) -> list[Image.Image]:
        return [_framed(picture, size, note, longest_px) for picture, note in zip(pictures, notes, strict=True)]

    return _fitting(frames, SLICE_MS)


def turntable(image: ParticleImage | PhaseImage, *, colours: Mapping[str, str] | None = None, views: int = 36) -> bytes:
    """Make a movie that goes once around particles or phases.

    Parameters
    ----------
    image : ParticleImage or PhaseImage
        The particles, or the phases, of which all but the first are drawn. Voxels outside a mask are not drawn.
    colours : mapping of str to str, optional
        Colour of every phase; by default as `phase_colours`. A particle has the colour of its number.
    views : int
        Pictures of the whole turn, 2 to 120.

    Returns
    -------
    bytes
        A GIF: at most 480 pixels wide and high and below 3 MB (pictures become smaller until it is); z runs upwards,
        parallel projection. The same image gives the same bytes.

    Raises
    ------
    ParameterError
        `views` is not a whole number from 2 to 120.
    ValuesError
        There is nothing to be seen.

    Notes
    -----
    The image is reduced to 112 voxels along its longest edge. Takes about a fifth of a second for each picture.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((12, 12, 12), np.int32)
    >>> labels[2:6, 2:6, 2:6], labels[7:11, 7:11, 7:11] = 1, 2
    >>> particles = vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur")
    >>> vt.report.turntable(particles, views=4)[:6]
    b'GIF89a'
    """
    _check_views(views)
    chosen = dict(colours) if colours is not None else colours_of({"": image})
    return turn(bodies_of(image, colours=chosen, finest=FINEST), views)


def _check_views(views: Any) -> None:
    """Refuse anything but a whole number from 2 to 120."""
    if isinstance(views, bool) or not isinstance(views, int) or not 2 <= views <= 120:
        raise ParameterError(f"views is {views!r}; expected a whole number from 2 to 120.")


def turn(bodies: Bodies, views: int = 36) -> bytes:
    """Return the movie around what was reduced already."""
    z, y, x = bodies.size_um
    around = float(np.hypot(y, x))
    lift = np.radians(ELEVATION_DEG)
    size = (around, float(around * np.sin(lift) + z * np.cos(lift)))
    pixel_um = max(size) / (LONGEST_PX * INSIDE * FINER)
    angles = [AZIMUTH_DEG + 360.0 * number / views for number in range(views)]
    pictures = [_view(bodies, View(angle, ELEVATION_DEG), pixel_um, size) for angle in angles]

    def frames(longest_px: int) -> list[Image.Image]:
        return [_framed(picture, size, "", longest_px) for picture in pictures]

    return _fitting(frames, VIEW_MS)


def _spread(count: int, wanted: int) -> list[int]:
    """Return `wanted` slices of `count`, evenly spaced."""
    return [int((number + 0.5) * count / wanted) for number in range(wanted)]


def _view(bodies: Bodies, view: View, pixel_um: float, size: tuple[float, float]) -> Picture:
    """Return one view on white, with the edges of the box behind and before the bodies."""
    width, height = (int(edge / (pixel_um * INSIDE)) for edge in size)
    canvas = Image.new("RGBA", (width, height), "white")
    corners = view.project(bodies.corners_um)
    places = [(width / 2 + u / pixel_um, height / 2 - v / pixel_um) for u, v in corners[:, :2]]
    farthest = int(corners[:, 2].argmin())
    edges = [(corner, corner | bit) for bit in (4, 2, 1) for corner in range(8) if not corner & bit]
    pen = ImageDraw.Draw(canvas)
    for ends in edges:
        if farthest in ends:
            pen.line([places[end] for end in ends], fill="#c4c4c4", width=1)
    picture = Image.fromarray(render(bodies, view, pixel_um=pixel_um))
    canvas.alpha_composite(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
    for ends in edges:
        if farthest not in ends:
            pen.line([places[end] for end in ends], fill=BOX, width=1)
    return np.asarray(canvas.convert("RGB"))


def _framed(picture: Picture, size_um: tuple[float, float], note: str, longest_px: int) -> Image.Image:
    """Return a picture at its size in the movie, above a line with a scale bar and a note."""
    scale = longest_px / max(size_um)
    width, height = (max(1, round(edge * scale)) for edge in size_um)
    way = Image.Resampling.BOX if max(picture.shape[:2]) > longest_px else Image.Resampling.NEAREST
    frame = Image.new("RGB", (max(width, 120), height + FOOT_PX), "white")
    frame.paste(Image.fromarray(picture).resize((width, height), way), (0, 0))
    pen, font = ImageDraw.Draw(frame), ImageFont.truetype(FONT, 11)
    length = style.round_length(frame.width / scale / 4)
    middle = height + FOOT_PX // 2
    pen.rectangle((4, middle - 1, 4 + round(length * scale), middle + 1), fill="black")
    pen.text((10 + round(length * scale), middle), length_in_print(length), fill="black", font=font, anchor="lm")
    if note:
        pen.text((frame.width - 4, middle), note, fill="black", font=font, anchor="rm")
    return frame


def _fitting(frames: Callable[[int], Sequence[Image.Image]], frame_ms: int) -> bytes:
    """Return the largest movie that is below the size that movies may have."""
    longest_px = LONGEST_PX
    while True:
        movie = _gif(frames(longest_px), frame_ms)
        if len(movie) < MOST_BYTES:
            return movie
        if longest_px == SHORTEST_PX:
            raise ValuesError(
                f"a movie of {SHORTEST_PX} pixels has {len(movie):,} bytes; expected fewer than {MOST_BYTES:,}. "
                f"Crop the image."
            )
        # bytes grow with the area; a little less, so that the next one fits
        longest_px = max(SHORTEST_PX, int(0.95 * longest_px * (MOST_BYTES / len(movie)) ** 0.5))


def _gif(frames: Sequence[Image.Image], frame_ms: int) -> bytes:
    """Return frames as a GIF that repeats, all with one palette."""
    palette = _palette(frames)
    reduced = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    buffer = io.BytesIO()
    reduced[0].save(
        buffer, format="GIF", save_all=True, append_images=reduced[1:], duration=frame_ms, loop=0, optimize=False
    )
    return buffer.getvalue()


def _palette(frames: Sequence[Image.Image]) -> Image.Image:
    """Return an image with the colours that suit some of the frames."""
    some = [frames[index] for index in _spread(len(frames), min(6, len(frames)))]
    sheet = Image.new("RGB", (some[0].width, sum(frame.height for frame in some)))
    top = 0
    for frame in some:
        sheet.paste(frame, (0, top))
        top += frame.height
    return sheet.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)

"""Three slices through the centre of an image, the segmentation drawn over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from voltome.data import ImageNoun, ParticleImage, PhaseImage, Volume
from voltome.data._grids import difference_of_grids
from voltome.data._parameters import AXES
from voltome.errors import GeometryError
from voltome.report import style
from voltome.report.formatting import length_in_print, name_in_print

MOST_PIXELS = 720
"""Pixels along the longer side of a panel: what 60 mm hold at 300 dots per inch."""

TALLEST_MM = 72.0
FILL = 0.5
GAP_MM = 3.0
HEAD_MM = 5.0
FOOT_MM = 2.0
LINE_MM = 4.0
SMALLEST_SLOT_MM = 34.0
"""Width of a title: a narrower picture has this much room."""

SMALLEST_BAR_MM = (16.0, 9.0)
"""Width and height of the smallest picture that holds a scale bar."""

Picture = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Plane:
    """One of the three planes through the centre.

    Attributes
    ----------
    across : int
        Axis at a right angle to the plane: 0, 1, 2 for z, y, x.
    index : int
        Slice along that axis.
    height_um, width_um : float
        Size of the plane.
    place_um : float
        Position of the middle of the slice, in the frame of the scan.
    """

    across: int
    index: int
    height_um: float
    width_um: float
    place_um: float

    @property
    def title(self) -> str:
        """Name of the plane and where it lies."""
        down, right = (axis for i, axis in enumerate(AXES) if i != self.across)
        return f"{right}{down} plane, {AXES[self.across]} = {length_in_print(self.place_um)}"

    def of(self, values: NDArray[Any]) -> Picture:
        """Return the slice of a 3-D array, as a copy."""
        return np.array(np.take(values, self.index, axis=self.across))


@style.styled
def figure_slices(
    volume: Volume | None = None,
    phases: PhaseImage | None = None,
    particles: ParticleImage | None = None,
    *,
    colours: Mapping[str, str] | None = None,
) -> Figure:
    """Draw three planes through the centre: grey values, phases over them, particles.

    Rows that have no image are left out; a plane that is one voxel thin is left out. Voxels outside a mask are
    white. The first phase stays clear, the others are filled and outlined along their voxels. A particle has the
    same colour wherever its number is the same.

    Parameters
    ----------
    volume : Volume, optional
        Grey values.
    phases : PhaseImage, optional
        Phases on the same grid.
    particles : ParticleImage, optional
        Particles on the same grid.
    colours : mapping of str to str, optional
        Colour of every phase; by default the grey and the colours of Okabe and Ito in the order of the labels.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide (less for one plane), with scale bars.

    Raises
    ------
    GeometryError
        No image at all, or images on different grids.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.arange(512, dtype=np.uint16).reshape(8, 8, 8), voxel_size_um=1)
    >>> len(figure_slices(volume).axes)
    3
    """
    images: list[ImageNoun] = [image for image in (volume, phases, particles) if image is not None]
    check_grids(images, "figure_slices")
    planes = planes_of(images[0])
    rows: list[tuple[str, list[Picture]]] = []
    if volume is not None:
        rows.append((name_in_print(volume.quantity), [_with_mask(volume, plane) for plane in planes]))
    if phases is not None:
        chosen = dict(colours) if colours is not None else style.phase_colours(phases.phases.values())
        rows.append(("phases", [_with_phases(volume, phases, plane, chosen) for plane in planes]))
    if particles is not None:
        title = f"particles of {particles.phase}"
        rows.append((title, [_with_particles(volume, particles, plane) for plane in planes]))
    names = list(phases.phases.values()) if phases is not None else []
    columns, legend_rows = style.legend_columns(names, style.TWO_COLUMNS_MM if len(planes) > 1 else style.ONE_COLUMN_MM)
    figure = draw_pictures(rows, planes, foot_mm=FOOT_MM + LINE_MM * legend_rows)
    if names:
        patches = [Patch(facecolor=chosen[name], edgecolor="none", label=name) for name in names]
        figure.legend(handles=patches, loc="lower center", ncols=columns, handlelength=1, handleheight=1)
    return figure


def check_grids(images: list[ImageNoun], what: str) -> None:
    """Refuse no image, and images that do not lie on one grid."""
    if not images:
        raise GeometryError(f"{what} got no image; expected at least one.")
    first = images[0]
    for image in images[1:]:
        if not same_grid(first, image):
            raise GeometryError(
                f"the images lie on different grids: {first.grid_in_words} from {first.origin_um} um and "
                f"{image.grid_in_words} from {image.origin_um} um; expected the same. Crop them alike."
            )


def same_grid(one: ImageNoun, other: ImageNoun) -> bool:
    """Say whether two images have the same voxels at the same place."""
    return difference_of_grids(one, other) is None


def planes_of(image: ImageNoun) -> list[Plane]:
    """Return the planes through the centre that are more than one voxel wide both ways (at least the xy plane)."""
    planes = []
    for across in range(3):
        down, right = (axis for axis in range(3) if axis != across)
        if across == 0 or min(image.shape[down], image.shape[right]) > 1:
            planes.append(plane_across(image, across))
    return planes


def plane_across(image: ImageNoun, across: int, index: int | None = None) -> Plane:
    """Return the slice in the middle, or at `index`, of the axis `across` (0, 1, 2 for z, y, x)."""
    down, right = (axis for axis in range(3) if axis != across)
    index = image.shape[across] // 2 if index is None else index
    place = image.origin_um[across] + (index + 0.5) * image.voxel_size_um[across]
    return Plane(across, index, image.size_um[down], image.size_um[right], place)


def picture_of(volume: Volume | None, phases: PhaseImage | None, plane: Plane, colours: Mapping[str, str]) -> Picture:
    """Return a slice as RGB: grey values, phases, or phases over grey values; at least one of them is there."""
    if phases is not None:
        return _with_phases(volume, phases, plane, colours)
    assert volume is not None  # noqa: S101 - said above
    return _with_mask(volume, plane)


def labels_shown(labels: Picture) -> Picture:
    """Return a slice of labels as it is printed: reduced where it is large, its pixels repeated where it is small."""
    return _enlarged(_reduced_labels(labels))


def _grey(volume: Volume, plane: Plane) -> Picture:
    """Return a slice of grey values as RGB, black and white at the 0.5 and 99.5 percentiles of the slice's stack."""
    picture = _reduced_mean(plane.of(volume.values).astype(np.float64))
    low, high = _contrast(volume)
    shade = np.clip((picture - low) / (high - low), 0, 1)
    return np.repeat((255 * shade).astype(np.uint8)[..., None], 3, axis=2)


def _with_mask(volume: Volume, plane: Plane) -> Picture:
    """Return a slice of grey values as RGB, white outside the sample."""
    picture = _grey(volume, plane)
    return picture if volume.mask is None else _outside_white(_enlarged(picture), volume, plane)


def _contrast(volume: Volume) -> tuple[float, float]:
    """Return the grey values to be drawn black and white: one choice for all three planes, from the sample only."""
    every = tuple(slice(None, None, max(1, count // 64)) for count in volume.shape)
    sample = volume.values[every]
    if volume.mask is not None:
        inside = volume.mask[every]
        sample = sample[inside] if inside.any() else volume.values[volume.mask]
    low, high = (float(value) for value in np.percentile(sample, (0.5, 99.5)))
    margin = max(1.0, 1e-6 * abs(low))  # of one grey value only, however large
    return (low, high) if high > low else (low - margin, high + margin)


def _with_phases(volume: Volume | None, phases: PhaseImage, plane: Plane, colours: Mapping[str, str]) -> Picture:
    """Return grey values with every phase but the first filled and outlined; without a volume, plain colours."""
    labels = labels_shown(plane.of(phases.values))
    table = np.zeros((256, 3), np.uint8)
    for label, name in phases.phases.items():
        table[label] = _rgb(colours[name])
    filled = np.isin(labels, list(phases.phases)[1:])
    if volume is None:
        picture = table[labels]
    else:
        picture = _tinted(_fit(_grey(volume, plane), labels), table[labels], filled)
        outline = _edges(labels) & filled
        picture[outline] = table[labels][outline]
    return _outside_white(picture, phases, plane)


def _with_particles(volume: Volume | None, particles: ParticleImage, plane: Plane) -> Picture:
    """Return the particles in their colours, light outlines between them, over dimmed grey values."""
    labels = labels_shown(plane.of(particles.values))
    colours = style.particle_colours(labels)
    if volume is None:
        below = np.full((*labels.shape, 3), 235, np.uint8)
    else:
        below = (0.55 * _fit(_grey(volume, plane), labels)).astype(np.uint8)
    inside = labels > 0
    picture = np.where(inside[..., None], colours, below)
    picture[_edges(labels) & inside] = 255
    return _outside_white(picture, particles, plane)


def _outside_white(picture: Picture, image: ImageNoun, plane: Plane) -> Picture:
    """Return the picture, white where the voxels do not belong to the sample."""
    if image.mask is not None:
        inside = labels_shown(plane.of(image.mask).astype(np.uint8))
        picture[inside == 0] = 255
    return picture


def _tinted(grey: Picture, colour: Picture, where: Picture) -> Picture:
    """Return the grey values, tinted where a phase is filled."""
    mixed = ((1 - FILL) * grey + FILL * colour).astype(np.uint8)
    return np.where(where[..., None], mixed, grey)


def _edges(labels: Picture) -> Picture:
    """Return the pixels that have a neighbour of another label; the border of the picture is no edge."""
    edge = np.zeros(labels.shape, bool)
    down, right = labels[1:] != labels[:-1], labels[:, 1:] != labels[:, :-1]
    edge[1:] |= down
    edge[:-1] |= down
    edge[:, 1:] |= right
    edge[:, :-1] |= right
    return edge


def _reduction(shape: tuple[int, ...]) -> int:
    """Return by how much a slice is reduced, so that it is not larger than can be seen."""
    return max(1, -(-max(shape) // MOST_PIXELS))


def _reduced_mean(picture: Picture) -> Picture:
    """Return means over square blocks of a large slice."""
    factor = min(_reduction(picture.shape), *picture.shape)
    if factor == 1:
        return picture
    rows, columns = (count // factor for count in picture.shape)
    blocks = picture[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor)
    means: Picture = blocks.mean(axis=(1, 3))
    return means


def _reduced_labels(labels: Picture) -> Picture:
    """Return the middle label of square blocks of a large slice, on the grid of `_reduced_mean`."""
    factor = min(_reduction(labels.shape), *labels.shape)
    rows, columns = (count // factor for count in labels.shape)
    return labels[factor // 2 :: factor, factor // 2 :: factor][:rows, :columns]


def _enlarged(labels: Picture) -> Picture:
    """Return a small slice with its pixels repeated, so that outlines are thinner than a voxel."""
    factor = min(6, max(1, MOST_PIXELS // max(labels.shape[:2])))
    return np.repeat(np.repeat(labels, factor, axis=0), factor, axis=1)


def _fit(picture: Picture, like: Picture) -> Picture:
    """Return an RGB picture with its pixels repeated to the size of `like`."""
    rows, columns = like.shape[0] // picture.shape[0], like.shape[1] // picture.shape[1]
    return np.repeat(np.repeat(picture, rows, axis=0), columns, axis=1)


def _rgb(colour: str) -> list[int]:
    """Return a colour as three numbers from 0 to 255."""
    return [round(255 * part) for part in to_rgb(colour)]


def draw_pictures(rows: list[tuple[str, list[Picture]]], planes: list[Plane], *, foot_mm: float) -> Figure:
    """Return the figure with every picture in its place, all at the same scale."""
    margin = 5.0
    width = style.ONE_COLUMN_MM if len(planes) == 1 else style.TWO_COLUMNS_MM
    scale = _scale(planes, width - margin - GAP_MM * len(planes))
    with_bar = [plane for plane in planes if _holds_bar(plane, scale)]
    foot_mm += 0 if with_bar else LINE_MM
    length = style.round_length(min((plane.width_um for plane in with_bar), default=60.0 / scale) / 3)
    tallest = max(plane.height_um for plane in planes) * scale
    height = HEAD_MM + (tallest + GAP_MM) * len(rows) + foot_mm
    figure = style.blank_figure(width, height, constrained=False)
    for number, (title, pictures) in enumerate(rows):
        left, top = margin, height - HEAD_MM - number * (tallest + GAP_MM)
        figure.text(1.2 / width, (top - tallest / 2) / height, title, rotation=90, va="center", ha="left")
        for plane, picture in zip(planes, pictures, strict=True):
            wide, high = plane.width_um * scale, plane.height_um * scale
            axis = figure.add_axes((left / width, (top - high) / height, wide / width, high / height))
            axis.imshow(picture, extent=(0, plane.width_um, plane.height_um, 0), aspect="auto")
            axis.set_axis_off()
            if plane in with_bar:
                style.scale_bar(axis, length, scale)
            if number == 0:
                figure.text(left / width, (top + 1) / height, plane.title, va="bottom", ha="left")
            left += max(wide, SMALLEST_SLOT_MM) + GAP_MM
    if not with_bar:
        style.scale_bar_below(figure, length, scale, left_mm=margin, bottom_mm=foot_mm - 1)
    return figure


def _holds_bar(plane: Plane, scale: float) -> bool:
    """Say whether a picture is large enough in print to hold a scale bar."""
    return plane.width_um * scale >= SMALLEST_BAR_MM[0] and plane.height_um * scale >= SMALLEST_BAR_MM[1]


def _scale(planes: list[Plane], room_mm: float) -> float:
    """Return the mm in print of one um, so that all planes fit beside each other, narrow ones with their titles."""
    scale = min(room_mm / sum(plane.width_um for plane in planes), TALLEST_MM / max(p.height_um for p in planes))
    for _ in planes:  # each pass may find one more plane that is narrower than its title
        narrow = [plane for plane in planes if plane.width_um * scale < SMALLEST_SLOT_MM]
        wide = sum(plane.width_um for plane in planes if plane not in narrow)
        if wide:
            scale = min(scale, (room_mm - SMALLEST_SLOT_MM * len(narrow)) / wide)
    return scale

"""A small renderer of particles and phases: surface elements, drawn nearest first, lit from the upper left.

Everything is parallel projection, so that a length is the same wherever it lies in the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from scipy import ndimage

from voltome.data import ImageNoun, ParticleImage, PhaseImage
from voltome.errors import ValuesError
from voltome.report import style

FINEST = 160
"""Voxels along the longest edge of what is rendered: finer detail is not seen in a panel."""

AZIMUTH_DEG = -62.0
ELEVATION_DEG = 24.0

AMBIENT = 0.5
FARTHEST = 0.55
"""Share of its colour that the farthest corner of the box keeps; the rest fades to white."""

OUTLINE = 0.5
SMOOTHING = 1.25
"""Width in voxels of the Gaussian with which a surface is smoothed."""

ELEMENT = 0.95
"""Radius of a surface element in voxels: elements overlap, so that a surface has no holes."""

STEEPEST = 0.08
"""Cosine between an element and the view below which it is seen from its edge and not drawn."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """From where a body is seen: turned about z, then lifted; z points upwards in the picture."""

    azimuth_deg: float = AZIMUTH_DEG
    elevation_deg: float = ELEVATION_DEG

    @property
    def axes(self) -> Floats:
        """Right, up and towards the viewer as unit vectors (z, y, x), shape (3, 3)."""
        turn, lift = np.radians((self.azimuth_deg, self.elevation_deg))
        right = (0.0, np.cos(turn), -np.sin(turn))
        up = (np.cos(lift), -np.sin(lift) * np.sin(turn), -np.sin(lift) * np.cos(turn))
        viewer = (np.sin(lift), np.cos(lift) * np.sin(turn), np.cos(lift) * np.cos(turn))
        return np.array((right, up, viewer))

    def project(self, points_um: Floats) -> Floats:
        """Return points (z, y, x) as (right, up, towards the viewer), all in um."""
        z, y, x = points_um.T  # summed in this order, whatever the library of linear algebra would do
        return np.stack([axis[0] * z + axis[1] * y + axis[2] * x for axis in self.axes], axis=1)


@dataclass(frozen=True)
class Bodies:
    """Labels to be rendered, reduced to what a picture can show, in a box around the origin.

    Attributes
    ----------
    labels : numpy.ndarray
        Whole numbers (z, y, x), 0 where nothing is drawn.
    size_um : tuple of float
        Edges of the box.
    palette : numpy.ndarray or None
        RGB colour of every label; None: particles, coloured by their number.
    names : mapping of str to str
        What the colours mean, for a legend.
    origin_um : tuple of float
        Corner of the box in the frame of the scan, for what is drawn inside it.
    """

    labels: NDArray[Any]
    size_um: tuple[float, float, float]
    palette: NDArray[np.uint8] | None
    names: Mapping[str, str]
    origin_um: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def spacing_um(self) -> Floats:
        """Edges of a voxel of `labels`."""
        return np.array(self.size_um) / self.labels.shape

    @property
    def corners_um(self) -> Floats:
        """The eight corners of the box, shape (8, 3): the index in binary says which face of z, y, x."""
        signs = np.array([[(corner >> bit) & 1 for bit in (2, 1, 0)] for corner in range(8)]) - 0.5
        corners: Floats = signs * self.size_um
        return corners

    @cached_property
    def tints(self) -> NDArray[np.uint8]:
        """RGB colour of every element of the surface."""
        return self.colours(self.surface.labels)

    def colours(self, labels: NDArray[Any]) -> NDArray[np.uint8]:
        """Return the RGB colours of labels."""
        return style.particle_colours(labels) if self.palette is None else self.palette[labels]

    @cached_property
    def surface(self) -> Surface:
        """The elements of all surfaces that can be seen, the same for every view."""
        return _surface(self.labels, self.spacing_um, np.array(self.size_um))


@dataclass(frozen=True, slots=True)
class Surface:
    """Surface elements: places and unit normals (z, y, x), labels, and how open their surroundings are (0 to 1)."""

    places_um: Floats
    normals: Floats
    labels: NDArray[Any]
    openness: Floats


def bodies_of(image: ParticleImage | PhaseImage, *, colours: Mapping[str, str], finest: int = FINEST) -> Bodies:
    """Return what is to be rendered: particles, or every phase but the first.

    Parameters
    ----------
    image : ParticleImage or PhaseImage
        Voxels outside its mask are not rendered.
    colours : mapping of str to str
        Colour of every phase.
    finest : int
        Voxels along the longest edge.

    Raises
    ------
    ValuesError
        There is nothing to be seen.
    """
    index = _reduced_index(image, finest)
    labels = image.values[index]
    if image.mask is not None:
        labels = np.where(image.mask[index], labels, 0 if isinstance(image, ParticleImage) else min(image.phases))
    palette, names = None, {}
    if isinstance(image, PhaseImage):
        clear, *seen = image.phases.items()
        palette = np.zeros((256, 3), np.uint8)
        for label, name in seen:
            palette[label] = [round(255 * part) for part in to_rgb(colours[name])]
            names[name] = colours[name]
        labels = np.where(labels == clear[0], 0, labels)  # the lowest label, so that no other has 0
    if not labels.any():
        raise ValuesError("there is nothing to render: no particle, and no phase beside the first, inside the sample.")
    return Bodies(labels, image.size_um, palette, names, image.origin_um)


def reduced(bodies: Bodies, finest: int) -> Bodies:
    """Return bodies with at most `finest` voxels along the longest edge."""
    step = max(float(bodies.spacing_um.min()), max(bodies.size_um) / finest)
    return replace(bodies, labels=bodies.labels[_places(bodies.labels.shape, bodies.size_um, step)])


def _reduced_index(image: ImageNoun, finest: int) -> tuple[NDArray[np.int64], ...]:
    """Return the voxels to take along each axis: as fine along all axes, and not finer than can be seen."""
    step = max(min(image.voxel_size_um), max(image.size_um) / finest)
    return _places(image.shape, image.size_um, step)


def _places(
    shape: tuple[int, ...], size_um: tuple[float, float, float], step_um: float
) -> tuple[NDArray[np.int64], ...]:
    """Return the voxels nearest to the points of a grid with this step."""
    counts = [max(1, round(size / step_um)) for size in size_um]
    return np.ix_(
        *(
            ((np.arange(count) + 0.5) * extent / count).astype(np.int64)
            for count, extent in zip(counts, shape, strict=True)
        )
    )


def _surface(labels: NDArray[Any], spacing: Floats, size: Floats) -> Surface:
    """Return an element for every voxel that has a free face, moved onto the smoothed surface."""
    solid = np.pad(labels > 0, 1)
    soft = ndimage.gaussian_filter(solid.astype(np.float32), SMOOTHING, mode="constant")
    around = solid.astype(np.float32)
    for _ in range(2):  # twice a mean over a cube is nearly a Gaussian, and quick at any width
        around = ndimage.uniform_filter(around, 7, mode="constant")
    free = solid & ~ndimage.binary_erosion(solid)
    where = np.nonzero(free)
    slope = np.stack([_difference(soft, where, axis) / (2 * spacing[axis]) for axis in range(3)], axis=1)
    steepness = np.linalg.norm(slope, axis=1)
    normals = np.where(steepness[:, None] > 0, -slope / np.maximum(steepness, 1e-12)[:, None], 0.0)
    outwards = (soft[where].astype(np.float64) - 0.5) / np.maximum(steepness, 1e-12)
    outwards = np.clip(outwards, -0.5 * spacing.min(), 0.7 * spacing.min())
    places = (np.stack(where, axis=1) - 0.5) * spacing - size / 2 + normals * outwards[:, None]
    openness = np.clip(1.5 - 1.25 * around[where].astype(np.float64), 0.0, 1.0)
    return Surface(places, normals, labels[tuple(index - 1 for index in where)], openness)


def _difference(values: NDArray[Any], where: tuple[NDArray[Any], ...], axis: int) -> Floats:
    """Return the difference between the two neighbours along an axis, at some voxels of a padded array."""
    after, before = list(where), list(where)
    after[axis], before[axis] = where[axis] + 1, where[axis] - 1
    difference: Floats = values[tuple(after)].astype(np.float64) - values[tuple(before)]
    return difference


def extent_um(bodies: Bodies, view: View) -> tuple[float, float]:
    """Return width and height of the picture of a box, in um."""
    corners = view.project(bodies.corners_um)
    width, height = 2 * np.abs(corners[:, :2]).max(axis=0)
    return float(width), float(height)


def render(bodies: Bodies, view: View, *, pixel_um: float) -> NDArray[np.uint8]:
    """Return the picture of bodies seen from `view`, as RGBA with square pixels, transparent where nothing is.

    Notes
    -----
    A pixel shows the nearest surface element; its brightness is the mean over the elements of the same body that
    lie there at nearly the same depth, so that surfaces are smooth. Particles are divided by dark lines.
    """
    width, height = (max(1, int(np.ceil(edge / pixel_um))) for edge in extent_um(bodies, view))
    surface = bodies.surface
    places, normals = view.project(surface.places_um), view.project(surface.normals)
    step = float(bodies.spacing_um.max())
    seen = np.nonzero((normals[:, 2] > STEEPEST) | ~normals.any(axis=1))[0]
    seen = seen[_not_hidden(places[seen], step)]
    places, normals, labels = places[seen], normals[seen], surface.labels[seen]
    bright = _brightness(normals, surface.openness[seen])
    pixels, depths, elements, weights = _covered(places, normals, width, height, pixel_um, ELEMENT * step)
    front = np.full(width * height, -np.inf)
    np.maximum.at(front, pixels, depths)
    nearest = np.full(width * height, -1, np.int64)
    first = depths == front[pixels]
    nearest[pixels[first]] = elements[first]
    picture_labels = np.where(nearest >= 0, labels[nearest], 0)
    same = (depths > front[pixels] - step) & (labels[elements] == picture_labels[pixels])
    total = np.bincount(pixels[same], weights[same], width * height)
    summed = np.bincount(pixels[same], weights[same] * bright[elements[same]], width * height)
    shade = summed / np.maximum(total, 1e-12)
    tints = np.multiply(bodies.tints[seen][nearest], shade[:, None], dtype=np.float64)
    far, near = np.sort(view.project(bodies.corners_um)[:, 2])[[0, -1]]
    grid = (height, width)
    depth = np.where(nearest >= 0, front, far).reshape(grid)
    return _coloured(tints.reshape(*grid, 3), picture_labels.reshape(grid), depth, (far, near), step)


def _not_hidden(places: Floats, step: float) -> NDArray[np.bool_]:
    """Return the elements that are not far behind others, in coarse pixels and those around them: the rest is lost."""
    column, row = (np.floor((across - across.min()) / step).astype(np.int64) for across in places.T[:2])
    front = np.full((row.max() + 1, column.max() + 1), -np.inf)
    np.maximum.at(front, (row, column), places[:, 2])
    covered = ndimage.minimum_filter(front, 5, mode="nearest")
    visible: NDArray[np.bool_] = places[:, 2] >= covered[row, column] - step
    return visible


def _brightness(normals: Floats, openness: Floats) -> Floats:
    """Return the brightness of elements with these normals (right, up, viewer): lit from the upper left."""
    light = np.array((-0.45, 0.6, 0.66))
    light /= np.sqrt((light**2).sum())
    lit = np.clip(normals[:, 0] * light[0] + normals[:, 1] * light[1] + normals[:, 2] * light[2], 0.0, 1.0)
    lit = np.where(normals.any(axis=1), lit, 0.6)
    bright: Floats = (AMBIENT + (1 - AMBIENT) * lit) * (0.5 + 0.5 * openness)
    return bright


def _covered(
    places: Floats, normals: Floats, width: int, height: int, pixel_um: float, radius_um: float
) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64], Floats]:
    """Return which pixels the discs of the elements cover: pixel, depth there, element, weight."""
    across = places[:, 0] / pixel_um + width / 2
    down = height / 2 - places[:, 1] / pixel_um
    column, row = np.floor(across).astype(np.int64), np.floor(down).astype(np.int64)
    facing = np.where(normals[:, 2] > STEEPEST, normals[:, 2], 1.0)
    reach = int(np.ceil(radius_um / pixel_um))
    found: list[tuple[Any, ...]] = []
    for dy in range(-reach, reach + 1):
        right_rows = (row + dy >= 0) & (row + dy < height)
        v = (down - (row + dy + 0.5)) * pixel_um
        for dx in range(-reach, reach + 1):
            u = (column + dx + 0.5 - across) * pixel_um
            w = -(normals[:, 0] * u + normals[:, 1] * v) / facing
            distance = u * u + v * v + w * w
            here = right_rows & (column + dx >= 0) & (column + dx < width) & (distance <= radius_um**2)
            element = np.nonzero(here)[0]
            pixel = (row[element] + dy) * width + column[element] + dx
            weight = np.exp(-3.0 * distance[element] / radius_um**2)
            found.append((pixel, places[element, 2] + w[element], element, weight))
    pixels, depths, elements, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return pixels, depths, elements, weights


def _coloured(
    tints: Floats, labels: NDArray[Any], depth: Floats, ends: tuple[float, float], step: float
) -> NDArray[np.uint8]:
    """Return the shaded picture, paler with the distance, particles outlined."""
    solid = labels > 0
    keep = FARTHEST + (1 - FARTHEST) * np.clip((depth - ends[0]) / (ends[1] - ends[0]), 0, 1)
    outlined = keep * np.where(_outlined(labels, depth, 4 * step), OUTLINE, 1.0)
    picture = np.full((*labels.shape, 4), 255, np.uint8)
    shaded = np.clip(outlined[..., None] * tints + 255 * (1 - keep)[..., None], 0, 255)
    picture[..., :3][solid] = shaded[solid]
    picture[..., 3] = 255 * solid
    return picture


def _outlined(labels: NDArray[Any], depth: Floats, jump: float) -> NDArray[np.bool_]:
    """Return the pixels of a body that have a neighbour of another body, or one that lies far behind."""
    edge = np.zeros(labels.shape, bool)
    for axis in (0, 1):
        for shift in (1, -1):
            behind = depth - np.roll(depth, shift, axis) > jump
            edge |= behind | ((labels != np.roll(labels, shift, axis)) & (depth >= np.roll(depth, shift, axis)))
    outlined: NDArray[np.bool_] = edge & (labels > 0)
    return outlined

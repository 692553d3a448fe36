"""The solids of a scene in arrays, and the rays of a view through them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from voltome.errors import ParameterError
from voltome.twins._kernels_tracing import trace
from voltome.twins.bodies import Block
from voltome.twins.scenes import Scene
from voltome.twins.solids import Numbers, Solid

MOST_POINTS = 16
"""Rays along each edge of a pixel, at most."""

Pair = tuple[float, float]


class SolidArrays(NamedTuple):
    """The solids as `voltome.twins._kernels_tracing.trace` takes them."""

    kinds: NDArray[np.int64]
    materials: NDArray[np.int64]
    centres: NDArray[np.float64]
    lows: NDArray[np.float64]
    highs: NDArray[np.float64]
    matrices: NDArray[np.float64]
    firsts: NDArray[np.int64]


@dataclass(frozen=True)
class Rays:
    """A scene prepared for tracing.

    Attributes
    ----------
    materials : tuple of str
        Names, in the order of the layers of path lengths.
    arrays : SolidArrays
        The solids.
    axis_um : numpy.ndarray
        Place (y, x) of the axis of rotation in the scene.
    pixel_um : pair of float
        Edges of a pixel (row, column).
    rotation_axis_px : float
        Column at which the axis is seen.
    """

    materials: tuple[str, ...]
    arrays: SolidArrays
    axis_um: NDArray[np.float64]
    pixel_um: Pair
    rotation_axis_px: float

    def lengths(
        self, angle_deg: float, shift_px: Pair, shape: tuple[int, int], *, points: int, margin: int = 0
    ) -> NDArray[np.float64]:
        """Return path lengths (material, row, column) in um at `points` x `points` rays in every pixel of a view.

        The image is shifted by `shift_px` (row, column); `margin` pixels are added on all four sides.
        """
        rows, columns = (_points(count, margin, points) for count in shape)
        heights = (rows + 0.5 - shift_px[0]) * self.pixel_um[0]
        places = (columns - self.rotation_axis_px - shift_px[1]) * self.pixel_um[1]
        found = np.zeros((len(self.materials), len(rows), len(columns)))
        angle = math.radians(angle_deg)
        trace(*self.arrays, self.axis_um, math.cos(angle), math.sin(angle), heights, places, found)
        return found


def rays_of(scene: Scene, *, pixel_um: Pair, rotation_axis_px: float, axis_um: Any, with_background: bool) -> Rays:
    """Prepare a scene for tracing; its background, where it is asked for, fills what the solids leave of the box."""
    solids: tuple[Solid, ...] = scene.solids
    names = scene.materials
    if with_background:
        solids, names = (*solids, box_of(scene)), (*names, scene.background)
    numbers = [_numbers(number, solid) for number, solid in enumerate(solids, start=1)]
    bounds = np.array([solid.bounds_um for solid in solids], np.float64).reshape(-1, 2, 3)
    matrices = [_four_columns(each.matrix) for each in numbers]
    firsts = np.concatenate([[0], np.cumsum([len(matrix) for matrix in matrices], dtype=np.int64)]).astype(np.int64)
    arrays = SolidArrays(
        np.array([each.kind for each in numbers], np.int64),
        np.array([names.index(solid.material) for solid in solids], np.int64),
        np.array([each.centre_um for each in numbers], np.float64).reshape(-1, 3),
        np.ascontiguousarray(bounds[:, 0]),
        np.ascontiguousarray(bounds[:, 1]),
        np.concatenate([np.empty((0, 4)), *matrices]),
        firsts,
    )
    return Rays(names, arrays, place_of_axis(scene, axis_um), pixel_um, rotation_axis_px)


def box_of(scene: Scene) -> Block:
    """Return the box of a scene as a solid made of its background."""
    middle = tuple(edge / 2 for edge in scene.size_um)
    return Block((middle[0], middle[1], middle[2]), scene.size_um, material=scene.background)


def place_of_axis(scene: Scene, axis_um: Any) -> NDArray[np.float64]:
    """Return (y, x) of the axis of rotation; where it is not given, the middle of the box."""
    if axis_um is None:
        return np.array(scene.size_um[1:]) / 2
    try:
        place = np.asarray(axis_um, np.float64)
    except (TypeError, ValueError):
        place = np.empty(0)
    if place.shape != (2,) or not np.isfinite(place).all():
        raise ParameterError(f"axis_um is {axis_um!r}; expected two finite numbers (y, x) in um, or None: the middle.")
    return place


def check_points(supersampling: Any) -> int:
    """Return the number of rays along each edge of a pixel."""
    whole = isinstance(supersampling, int | np.integer) and not isinstance(supersampling, bool)
    if not (whole and 1 <= supersampling <= MOST_POINTS):
        raise ParameterError(f"supersampling is {supersampling!r}; expected a whole number from 1 to {MOST_POINTS}.")
    return int(supersampling)


def check_detector(shape: Any) -> tuple[int, int]:
    """Return rows and columns of a detector."""
    numbers = tuple(shape) if isinstance(shape, tuple | list) else ()
    if len(numbers) != 2 or not all(isinstance(number, int | np.integer) and number >= 1 for number in numbers):
        raise ParameterError(f"shape is {shape!r}; expected two whole numbers (rows, columns), 1 or above each.")
    return int(numbers[0]), int(numbers[1])


def mean_of_pixels(fine: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    """Return the mean over the points of every pixel, of the last two axes."""
    rows, columns = fine.shape[-2] // points, fine.shape[-1] // points
    parts = fine.reshape(*fine.shape[:-2], rows, points, columns, points)
    found: NDArray[np.float64] = parts.mean(axis=(-3, -1))
    return found


def _points(count: int, margin: int, points: int) -> NDArray[np.float64]:
    """Return the places of the rays in pixels; those of the pixel k lie about k."""
    numbers = np.arange(-margin * points, (count + margin) * points, dtype=np.float64)
    places: NDArray[np.float64] = (numbers + 0.5) / points - 0.5
    return places


def _four_columns(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a matrix with zeros up to four columns."""
    wide = np.zeros((len(matrix), 4))
    wide[:, : matrix.shape[1]] = matrix
    return wide


def _numbers(number: int, solid: Solid) -> Numbers:
    """Return a solid in numbers, or refuse one whose path lengths have no formula here."""
    numbers = getattr(solid, "numbers", None)
    if not isinstance(numbers, Numbers):
        raise ParameterError(
            f"solid {number} is a {type(solid).__name__}, through which no ray can be traced; expected the solids of "
            f"voltome.twins: Sphere, Ellipsoid, Capsule, Cylinder, Block, Shell, RoughSphere."
        )
    return numbers

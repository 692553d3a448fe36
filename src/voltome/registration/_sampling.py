"""Images at the voxels of another grid: plane by plane on threads, the same values for any number of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import spline_filter

from voltome.data import ImageNoun, Transform
from voltome.data._checks import Triple
from voltome.registration._kernels_sampling import read_cubic, read_linear, read_nearest

Interpolation = Literal["cubic", "linear"]

Box = tuple[slice, slice, slice]

MARGIN_VOXELS = 12
"""What a spline needs around the voxels that are read: beyond, a voxel weighs less than 1e-6."""

ROUND_OFF = 1e-6
"""Share of a voxel by which a point may miss the face of the image and still lie in it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Shape, voxel size and corner of an image."""

    shape: tuple[int, int, int]
    voxel_size_um: Triple
    origin_um: Triple

    def part(self, box: Box) -> Grid:
        """Return the grid of a box of this one."""
        z, y, x = (part.stop - part.start for part in box)
        corner = zip(self.origin_um, box, self.voxel_size_um, strict=True)
        z0, y0, x0 = (origin + part.start * edge for origin, part, edge in corner)
        return Grid((z, y, x), self.voxel_size_um, (z0, y0, x0))


def grid_of(image: ImageNoun) -> Grid:
    """Return the grid of an image."""
    return Grid(image.shape, image.voxel_size_um, image.origin_um)


class Sampler:
    """Reads a moving image at the voxels of a grid in the fixed frame."""

    def __init__(self, moving: ImageNoun, motion: Transform, grid: Grid) -> None:
        self.moving, self.grid = moving, grid
        size, edge = np.asarray(moving.voxel_size_um), np.asarray(grid.voxel_size_um)
        self.matrix = motion.matrix.T * edge[None, :] / size[:, None]
        first = motion.inverse().apply(np.asarray(grid.origin_um) + edge / 2)
        self.first = (first - moving.origin_um) / size - 0.5

    def inside(self) -> NDArray[np.bool_]:
        """Return which voxels of the grid lie within the moving image and its mask."""
        known = np.ones((1, 1, 1), np.bool_) if self.moving.mask is None else self.moving.mask
        found, inside = self._nearest(np.broadcast_to(known, self.moving.shape))
        return found & inside

    def labels(self) -> NDArray[Any]:
        """Return the label of the nearest voxel everywhere; outside the image that of its nearest face."""
        return self._nearest(self.moving.values)[0]

    def greys(self, interpolation: Interpolation) -> NDArray[np.float32] | NDArray[np.float64]:
        """Return interpolated values everywhere; outside the image they mean nothing."""
        values, corner = self._needed()
        exact = values.dtype.itemsize > 2
        kind = np.float64 if exact and values.dtype != np.float32 else np.float32
        found = np.empty(self.grid.shape, kind)
        if interpolation == "cubic":
            known = spline_filter(values, order=3, output=kind)
            on_threads(lambda z: read_cubic(known, self.first - corner, self.matrix, z, z + 1, found), len(found))
            return found
        given = values.astype(kind, copy=False)
        on_threads(lambda z: read_linear(given, self.first - corner, self.matrix, z, z + 1, found), len(found))
        return found

    def _nearest(self, known: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Return the values of the nearest voxels, and which places lie within the image."""
        found, inside = np.empty(self.grid.shape, known.dtype), np.empty(self.grid.shape, np.bool_)
        on_threads(
            lambda z: read_nearest(known, self.first, self.matrix, ROUND_OFF, z, z + 1, found, inside), len(found)
        )
        return found, inside

    def _needed(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Return the part of the moving values that the grid needs, and its first voxel."""
        ends = np.stack(np.meshgrid(*[(0, count - 1) for count in self.grid.shape], indexing="ij"), axis=-1)
        corners = ends.reshape(-1, 3) @ self.matrix.T + self.first
        shape = np.asarray(self.moving.shape)
        low = np.clip(np.floor(corners.min(axis=0)).astype(np.int64) - MARGIN_VOXELS, 0, shape - 1)
        high = np.clip(np.ceil(corners.max(axis=0)).astype(np.int64) + MARGIN_VOXELS + 1, low + 1, shape)
        return self.moving.values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))], low


def on_threads(read: Callable[[int], None], layers: int) -> None:
    """Call `read` for every layer; each writes only its own."""
    with ThreadPoolExecutor(min(layers, os.cpu_count() or 1)) as threads:
        list(threads.map(read, range(layers)))

"""Where the voxels of a slice lie, seen from the axis of rotation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import ParallelBeam
from voltome.data._parameters import check_positive
from voltome.errors import AxisError, ParameterError

RegionVoxels = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class SliceGrid:
    """Voxels of a slice; lengths in pixels of the detector, from the axis of rotation.

    Attributes
    ----------
    shape : tuple of int
        Voxels along (y, x).
    first : tuple of float
        Place (y, x) of the centre of the first voxel.
    step : float
        Edge of a voxel.
    """

    shape: tuple[int, int]
    first: tuple[float, float]
    step: float = 1.0

    @property
    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Places of the centres of the voxels along y and along x."""
        (y, x), (rows, columns) = self.first, self.shape
        return y + self.step * np.arange(rows, dtype=np.float64), x + self.step * np.arange(columns, dtype=np.float64)

    @property
    def reach(self) -> float:
        """Distance of the farthest voxel's centre from the axis."""
        ends = (
            max(abs(start), abs(start + self.step * (count - 1)))
            for start, count in zip(self.first, self.shape, strict=True)
        )
        return math.hypot(*ends)

    def origin_um(self, columns: int, pixel_um: float) -> tuple[float, float]:
        """Corner (y, x) of the first voxel, from the corner of a slice as wide as the detector."""
        y, x = ((start - self.step / 2 + columns / 2) * pixel_um for start in self.first)
        return y, x


def centred_grid(shape: tuple[int, int], step: float = 1.0) -> SliceGrid:
    """Return the grid with the axis of rotation in its middle."""
    y, x = (-(count - 1) / 2 * step for count in shape)
    return SliceGrid(shape, (y, x), step)


def grid_of(
    geometry: ParallelBeam,
    columns: int,
    voxel_size_um: float | None,
    size_voxels: int | None,
    region_voxels: RegionVoxels | None,
) -> SliceGrid:
    """Return the grid that parameters of a reconstruction ask for."""
    pixel = geometry.pixel_size_um[1]
    step = 1.0 if voxel_size_um is None else check_positive("voxel_size_um", voxel_size_um) / pixel
    size = max(1, round(columns / step)) if size_voxels is None else _whole("size_voxels", size_voxels)
    whole = centred_grid((size, size), step)
    if region_voxels is None:
        return whole
    (y0, y1), (x0, x1) = _region(region_voxels, size)
    y, x = whole.first
    return SliceGrid((y1 - y0, x1 - x0), (y + step * y0, x + step * x0), step)


def _whole(name: str, value: Any) -> int:
    """Return a number of voxels."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ParameterError(f"{name} is {value!r}; expected a whole number of voxels, 1 or more.")
    return int(value)


def _region(region: Any, size: int) -> RegionVoxels:
    """Return ((y0, y1), (x0, x1)) within a slice of `size` x `size` voxels."""
    try:
        (y0, y1), (x0, x1) = region
    except (TypeError, ValueError) as fault:
        raise ParameterError(
            f"region_voxels is {region!r}; expected ((y0, y1), (x0, x1)): first voxel, and the one behind the last."
        ) from fault
    edges = (y0, y1, x0, x1)
    if not all(isinstance(edge, Real) and float(edge).is_integer() for edge in edges):
        raise ParameterError(f"region_voxels is {region!r}; expected whole numbers of voxels.")
    y0, y1, x0, x1 = map(int, edges)
    if not (0 <= y0 < y1 <= size and 0 <= x0 < x1 <= size):
        raise AxisError(
            f"region_voxels is {region!r}, a slice has {size} x {size} voxels; expected 0 <= first < stop <= {size}."
        )
    return (y0, y1), (x0, x1)

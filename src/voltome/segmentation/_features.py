"""What a pixel classifier knows of a voxel: smoothed values, slopes, curvatures and texture, at several scales.

A scale below three voxels is worked on the voxels themselves, tile by tile with a margin, a larger one on a grid of
means of `STEPS_PER_SCALE` cells to the scale, from which it is interpolated. The tiles depend on the image alone, and
every number is computed from the same neighbours in any tiling, so features do not depend on the number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from voltome.data import Volume
from voltome.errors import ValuesError
from voltome.segmentation import _kernels_forest

STEPS_PER_SCALE = 1.5
"""Cells of a coarse grid along one standard deviation, at least: a Gaussian has nothing left between them."""

REACH = 3.0
"""Standard deviations at which a Gaussian ends."""

TILE = (48, 48, 48)
FLAT_TILE = (1, 384, 384)
"""Voxels of a tile (z, y, x): with what is needed on the way, their features take about 40 MB for each thread."""

LARGEST = 1e18
"""Of a grey value."""

Box = tuple[slice, slice, slice]
Array = NDArray[np.float32]


def names_of_features(scales_um: Sequence[float], *, slice_wise: bool) -> tuple[str, ...]:
    """Return the name of every feature, in their order."""
    ends = ("larger", "smaller") if slice_wise else ("largest", "middle", "smallest")
    each = ["mean", "standard deviation", "slope", "curvature"]
    each += [f"{end} curvature" for end in ends] + [f"{end} texture" for end in ends]
    return ("grey value", *(f"{name}, {scale:g} um" for scale in scales_um for name in each))


@dataclass(frozen=True, slots=True)
class Level:
    """One scale: the grid it is worked on, and how far its Gaussian reaches there.

    Attributes
    ----------
    values, squares : numpy.ndarray
        Grey values less the offset, or None for those of the volume itself; on a coarse grid means, and means of
        squares.
    steps : tuple of int
        Voxels in a cell of the grid along (z, y, x).
    sigmas : tuple of float
        Standard deviations in cells; 0 along an axis that is not smoothed.
    spacing : tuple of float
        Edges of a cell in standard deviations of the whole scale; slopes come out per standard deviation.
    """

    values: Array | None
    squares: Array | None
    steps: tuple[int, int, int]
    sigmas: tuple[float, float, float]
    spacing: tuple[float, float, float]


class Features:
    """The features of a volume, given tile by tile.

    Parameters
    ----------
    volume : Volume
        Grey values.
    scales_um : sequence of float
        Standard deviations in um.
    slice_wise : bool
        Whether slices are worked one by one.
    offset : float
        Subtracted from the grey values, so that squares of float32 are exact enough.
    """

    def __init__(self, volume: Volume, scales_um: Sequence[float], *, slice_wise: bool, offset: float) -> None:
        self.volume, self.slice_wise, self.offset = volume, slice_wise, offset
        _check_squares(volume, offset)
        self.each = 8 if slice_wise else 10
        self.count = 1 + self.each * len(scales_um)
        self.levels = [self._level(scale) for scale in scales_um]
        self.coarse = [None if level.values is None else self._whole(level) for level in self.levels]

    def tiles(self, shape: Sequence[int] | None = None) -> Iterator[Box]:
        """Yield the tiles of the volume, or of a coarse grid of another shape."""
        of = self.volume.shape if shape is None else shape
        edges = FLAT_TILE if self.slice_wise or of[0] == 1 else TILE
        starts = [range(0, count, edge) for count, edge in zip(of, edges, strict=True)]
        for place in product(*starts):
            z, y, x = (slice(p, min(p + e, n)) for p, e, n in zip(place, edges, of, strict=True))
            yield z, y, x

    def of_tile(self, box: Box) -> Array:
        """Return the features [voxel, feature] of a tile, float32."""
        shape = [side.stop - side.start for side in box]
        out: Array = np.empty((math.prod(shape), self.count), np.float32)
        out[:, 0] = self._grey(box).ravel()
        for number, (level, coarse) in enumerate(zip(self.levels, self.coarse, strict=True)):
            column = 1 + number * self.each
            if coarse is None:
                out[:, column : column + self.each] = self._of_level(level, box, self.volume.shape)
            else:
                first = np.array([side.start for side in box], np.int64)
                _kernels_forest.interpolate(
                    coarse, first, np.array(shape, np.int64), np.array(level.steps, np.int64), out, column
                )
        return out

    def _grey(self, box: Box) -> Array:
        """Return grey values less the offset."""
        values = self.volume.values[box]
        return (values - self.offset).astype(np.float32) if self.offset else values.astype(np.float32)

    def _level(self, scale_um: float) -> Level:
        """Return how one scale is worked."""
        edges = self.volume.voxel_size_um
        in_voxels = [0.0 if count == 1 else scale_um / e for count, e in zip(self.volume.shape, edges, strict=True)]
        if self.slice_wise:
            in_voxels[0] = 0.0
        z, y, x = (max(1, int(sigma / STEPS_PER_SCALE)) for sigma in in_voxels)
        steps = (z, y, x)
        # means over cells have smoothed already, by the variance of a cell
        sigmas = [math.sqrt(max(s * s - (n * n - 1) / 12, 0)) / n for s, n in zip(in_voxels, steps, strict=True)]
        spacing = [n * edge / scale_um for n, edge in zip(steps, edges, strict=True)]
        values = squares = None
        if max(steps) > 1:
            values, squares = self._means(steps)
        return Level(values, squares, steps, triple(sigmas), triple(spacing))

    def _means(self, steps: Sequence[int]) -> tuple[Array, Array]:
        """Return the means of grey values and of their squares over cells; the last cell of an axis may be smaller."""
        shape = [-(-count // step) for count, step in zip(self.volume.shape, steps, strict=True)]
        values, squares = np.empty(shape, np.float32), np.empty(shape, np.float32)
        for layer in range(shape[0]):
            begin = layer * steps[0]
            box = (slice(begin, min(begin + steps[0], self.volume.shape[0])), slice(None), slice(None))
            grey = self._grey(box).astype(np.float64)
            values[layer] = _cell_means(grey.mean(axis=0), steps)
            squares[layer] = _cell_means(np.square(grey).mean(axis=0), steps)
        return values, squares

    def _whole(self, level: Level) -> Array:
        """Return the features of a coarse grid as a whole, worked in tiles to spare memory."""
        assert level.values is not None  # noqa: S101 - only coarse grids come here
        out: Array = np.empty((*level.values.shape, self.each), np.float32)
        for box in self.tiles(level.values.shape):
            out[box] = self._of_level(level, box, level.values.shape).reshape(*out[box].shape)
        return out

    def _of_level(self, level: Level, box: Box, shape: Sequence[int]) -> Array:
        """Return the features of one scale [voxel, feature] in a tile of its grid."""
        radii = [int(REACH * sigma + 0.5) for sigma in level.sigmas]
        margin = [2 * radius + 2 if sigma else 0 for radius, sigma in zip(radii, level.sigmas, strict=True)]
        z, y, x = (
            slice(max(0, side.start - m), min(n, side.stop + m)) for side, m, n in zip(box, margin, shape, strict=True)
        )
        wide, inner = (z, y, x), _inside(box, (z, y, x))
        values = self._grey(wide) if level.values is None else level.values[wide]
        squares = np.square(values) if level.squares is None else level.squares[wide]
        mean = _smooth(values, level)
        variance = _smooth(squares, level)[inner] - np.square(mean[inner])
        slopes = [_slope(mean, axis, level.spacing) for axis in self._axes]
        out: Array = np.empty((variance.size, self.each), np.float32)
        out[:, 0] = mean[inner].ravel()
        out[:, 1] = np.sqrt(np.maximum(variance, 0)).ravel()
        out[:, 2] = np.sqrt(sum(np.square(slope[inner]) for slope in slopes)).ravel()
        axes = range(len(self._axes))
        pairs = [(i, j) for i in axes for j in axes if j >= i]
        # copies, so that the margins are let go one by one
        curvatures = [_slope(slopes[i], self._axes[j], level.spacing)[inner].ravel() for i, j in pairs]
        textures = [_smooth(slopes[i] * slopes[j], level)[inner].ravel() for i, j in pairs]
        self._eigenvalues(curvatures, out[:, 4 : 4 + len(axes)])
        self._eigenvalues(textures, out[:, 4 + len(axes) :])
        out[:, 3] = out[:, 4 : 4 + len(axes)].sum(axis=1)
        # the root of a mean square, so that all features have the unit of the grey values
        out[:, 4 + len(axes) :] = np.sqrt(np.maximum(out[:, 4 + len(axes) :], 0))
        return out

    @property
    def _axes(self) -> tuple[int, ...]:
        """The axes along which there are surroundings."""
        return (1, 2) if self.slice_wise else (0, 1, 2)

    def _eigenvalues(self, parts: Sequence[Array], out: Array) -> None:
        """Write the eigenvalues of symmetric matrices, given by their upper triangle."""
        found: Array = np.empty(out.shape, np.float32)
        if self.slice_wise:
            _kernels_forest.eigenvalues_of_two(parts[0], parts[1], parts[2], found)
        else:
            _kernels_forest.eigenvalues_of_three(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], found)
        out[...] = found


def _check_squares(volume: Volume, offset: float) -> None:
    """Refuse grey values whose squares float32 cannot hold."""
    low, high = float(volume.values.min()), float(volume.values.max())
    if max(abs(low - offset), abs(high - offset)) > LARGEST:
        raise ValuesError(
            f"grey values run from {low:g} to {high:g}; expected at most {LARGEST:g} in size, as features are made of "
            f"their squares in float32. Divide them, or crop what is no sample."
        )


def triple(numbers: Sequence[float]) -> tuple[float, float, float]:
    """Return three floats."""
    z, y, x = numbers
    return float(z), float(y), float(x)


def _cell_means(plane: NDArray[np.float64], steps: Sequence[int]) -> NDArray[np.float64]:
    """Return the means of a plane over cells along y and x."""
    for axis in (0, 1):
        starts = np.arange(0, plane.shape[axis], steps[axis + 1])
        sums = np.add.reduceat(plane, starts, axis=axis)
        counts = np.diff(np.append(starts, plane.shape[axis]))
        plane = sums / (counts[:, np.newaxis] if axis == 0 else counts)
    return plane


def _smooth(values: Array, level: Level) -> Array:
    """Return the Gaussian mean; beyond the faces of the image the nearest voxel is repeated."""
    smooth: Array = ndimage.gaussian_filter(values, level.sigmas, mode="nearest", truncate=REACH)
    return smooth


def _slope(values: Array, axis: int, spacing: Sequence[float]) -> Array:
    """Return the change along an axis per standard deviation of the scale."""
    if values.shape[axis] == 1:
        return np.zeros_like(values)
    slope: Any = np.gradient(values, np.float32(spacing[axis]), axis=axis)
    return np.asarray(slope, np.float32)


def _inside(box: Box, wide: Box) -> Box:
    """Return where a tile lies within itself and its margin."""
    z, y, x = (
        slice(side.start - around.start, side.stop - around.start) for side, around in zip(box, wide, strict=True)
    )
    return z, y, x

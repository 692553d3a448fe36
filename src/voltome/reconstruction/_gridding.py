"""Slices from lines of their Fourier transform, and back: a non-uniform fast Fourier transform for many slices.

By the Fourier slice theorem the transform of a projection is a line through the origin of the transform of the slice.
The lines are spread onto a regular grid by a Kaiser-Bessel kernel, transformed, and divided by the kernel's own
transform.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

from voltome.data._kernels_slabs import in_slabs
from voltome.reconstruction._kernels_gridding import gather_lines, spread_tiles, turn_back, turn_lines
from voltome.reconstruction._lines import by_views, even_length
from voltome.reconstruction._slice_grid import SliceGrid

WIDTH = 6
"""Cells of the grid, along an axis, to which a point is spread."""

FINER = 1.25
"""How much finer than that of the slice the grid of frequencies is."""

ENTRIES = 1024
"""Entries of the table of the kernel between two cells; linear between them is exact to 1e-7."""

TILE = 32
"""Edge in cells of what a thread works on at a time: with 16 slices it stays in the cache of a core."""


ROWS = 64
"""Rows of a slice that are transformed at a time."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """One slice grid, its finer grid of frequencies, and where the frequencies of every view lie on it.

    Attributes
    ----------
    grid : SliceGrid
        The voxels.
    finer : tuple of int
        Cells of the grid of frequencies along (y, x), both even.
    count : int
        Frequencies of every view, from 0.
    steps : numpy.ndarray
        Shape (view, 2): cells (row, column) from one frequency to the next; no column below 0.
    turns : numpy.ndarray
        Shape (view,): phase in radians per frequency that moves the axis of rotation to its place in the slice.
    mirrored : numpy.ndarray of bool
        Views whose lines run to columns below 0: their conjugates, on the other side of the origin, stand for them.
    """

    grid: SliceGrid
    finer: tuple[int, int]
    count: int
    steps: NDArray[np.float64]
    turns: NDArray[np.float64]
    mirrored: NDArray[np.bool_]

    def to_slices(
        self,
        spectra: Callable[[slice], NDArray[np.complex64]],
        factors: NDArray[np.float64],
        weights: NDArray[np.float64],
        slices: int,
    ) -> NDArray[np.float32]:
        """Return slices[slice, y, x]: the sum over views and frequencies of their waves, as real numbers.

        `spectra` gives the real transforms [view, slice, frequency] of some views; it may be called from any thread.
        """
        points = np.empty((len(self.turns), self.count, slices), np.complex64)

        def turn(some: slice) -> None:
            turn_lines(spectra(some), factors, weights[some], self.turns[some], self.mirrored[some], points[some])

        by_views(len(points), points[0].size, turn)
        planes = np.empty((slices, *self._extent), np.complex64)
        tiles, real, table, origin = _tiles(self._extent), points.view(np.float32), kernel_table(), self._origin
        in_slabs(
            (len(tiles), points.size),
            lambda _, a, b: spread_tiles(real, self.steps, table, origin, tiles, TILE, planes, a, b),
        )
        found = np.empty((slices, *self.grid.shape), np.float32)

        def transform(_: int, first: int, stop: int) -> None:
            for each in range(first, stop):
                self._slice(planes[each], found[each])

        in_slabs(planes.shape, transform)
        return found

    def to_lines(
        self,
        slices: NDArray[Any],
        factors: NDArray[np.float64],
        frequencies: int,
        take: Callable[[slice, NDArray[np.complex64]], None],
    ) -> None:
        """Give to `take`, for some views at a time, the real transforms [view, slice, frequency] of their lines.

        It is the adjoint of `to_slices` where its weights are 1.
        """
        grid = np.empty((*self._extent, len(slices)), np.complex64)

        def transform(_: int, first: int, stop: int) -> None:
            for each in range(first, stop):
                grid[:, :, each] = self._plane(slices[each])

        in_slabs((len(slices), *self._extent), transform)
        real, table, origin = grid.view(np.float32), kernel_table(), self._origin

        def gather(some: slice) -> None:
            turns = self.turns[some]
            points = np.empty((len(turns), self.count, len(slices)), np.complex64)
            gather_lines(real, self.steps[some], table, origin, points.view(np.float32))
            spectra = np.zeros((len(turns), len(slices), frequencies), np.complex64)
            turn_back(points, factors, turns, self.mirrored[some], spectra)
            take(some, spectra)

        by_views(len(self.turns), self.count * len(slices), gather)

    def bytes_for(self, slices: int) -> int:
        """Return about what `to_slices` and `to_lines` need for so many slices at once, without the result."""
        rows, columns = self._extent
        return 8 * slices * (len(self.turns) * self.count + 2 * rows * columns)

    @property
    def _extent(self) -> tuple[int, int]:
        """Rows and columns of a plane: all rows, half of the columns, and margins."""
        return self.finer[0] + 2 * WIDTH, self.finer[1] // 2 + 1 + 2 * WIDTH

    @property
    def _origin(self) -> NDArray[np.int64]:
        """The cell of frequency 0."""
        return np.array([self.finer[0] // 2 + WIDTH, WIDTH])

    def _slice(self, plane: NDArray[np.complex64], found: NDArray[np.float32]) -> None:
        """Fill one slice from its plane of frequencies, whose margins are folded back first."""
        rows, columns = self.finer
        half = columns // 2
        plane[WIDTH : 2 * WIDTH] += plane[-WIDTH:]
        plane[-2 * WIDTH : -WIDTH] += plane[:WIDTH]
        inner = plane[WIDTH:-WIDTH]
        # what reached columns below 0, or above the highest, belongs to the conjugates of points on the other side
        mirror = np.concatenate(([0], np.arange(rows - 1, 0, -1)))
        low, high = inner[:, : WIDTH + 1][mirror][:, ::-1].conj(), inner[:, half + WIDTH :][mirror][:, ::-1].conj()
        inner[:, WIDTH : 2 * WIDTH + 1] += low
        inner[:, half : half + WIDTH + 1] += high
        columned = fft.ifft(inner[:, WIDTH : half + WIDTH + 1], axis=0, overwrite_x=True)
        y, x = self._undo
        scale = (0.5 * rows * columns * y)[:, np.newaxis]
        for here, there in _halves(self.grid.shape[0], rows):
            for start in range(0, here.stop - here.start, ROWS):
                some = slice(start, start + ROWS)  # few enough rows to stay in the cache of a core
                lines = fft.irfft(columned[there][some], columns, axis=1) * scale[here][some]
                for across, behind in _halves(self.grid.shape[1], columns):
                    np.multiply(lines[:, behind], x[across], out=found[here][some][:, across])

    def _plane(self, values: NDArray[np.float32]) -> NDArray[np.complex64]:
        """Return the plane of frequencies of one slice, with its margins: the adjoint of `_slice`."""
        rows, columns = self.finer
        half = columns // 2
        y, x = self._undo
        padded = np.zeros((rows, half + 1), np.complex64)
        for here, there in _halves(self.grid.shape[0], rows):
            for start in range(0, here.stop - here.start, ROWS):
                some = slice(start, start + ROWS)
                scaled = values[here][some] * y[here, np.newaxis][some] * x
                spaced = np.zeros((len(scaled), columns), np.float32)
                for across, behind in _halves(self.grid.shape[1], columns):
                    spaced[:, behind] = scaled[:, across]
                padded[there][some] = fft.rfft(spaced, axis=1)
        inner = fft.fft(padded, axis=0, overwrite_x=True)
        mirror = np.concatenate(([0], np.arange(rows - 1, 0, -1)))
        low = inner[:, 1 : WIDTH + 1][mirror][:, ::-1].conj()
        high = inner[:, half - WIDTH : half][mirror][:, ::-1].conj()
        whole = np.concatenate((low, inner, high), axis=1)
        return np.concatenate((whole[-WIDTH:], whole, whole[:WIDTH]))

    @property
    def _undo(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Factors along y and x that undo the kernel; rows run from minus the highest frequency: signs alternate."""
        y, x = (_undoing(count, finer) for count, finer in zip(self.grid.shape, self.finer, strict=True))
        signs = np.where(np.arange(-(len(y) // 2), len(y) - len(y) // 2) % 2, -1, 1)
        return (y * signs).astype(np.float32), x.astype(np.float32)


def lattice_of(
    grid: SliceGrid, *, angles_rad: NDArray[np.float64], axis: float, length: int, count: int | None = None
) -> Lattice:
    """Return the lattice for views under these angles, of lines of `length` with the axis of rotation at `axis`.

    `count` frequencies of every line are used; None: all that voxels of this size can show.
    """
    finer = _finer(grid.shape[0]), _finer(grid.shape[1])
    shown = length // 2 + 1 if grid.step <= 1 else math.floor(length / 2 / grid.step + 1e-9) + 1
    cosines, sines = np.cos(angles_rad), np.sin(angles_rad)
    # frequency 0 of a transform is at voxel count // 2 of the slice
    y, x = (first + grid.step * (size // 2) for first, size in zip(grid.first, grid.shape, strict=True))
    turns = 2 * np.pi / length * (axis + x * cosines + y * sines)
    mirrored = cosines < 0
    sign = np.where(mirrored, -1.0, 1.0)
    steps = np.stack((sines * finer[0], cosines * finer[1]), axis=1) * (sign * grid.step / length)[:, np.newaxis]
    return Lattice(grid, finer, shown if count is None else min(count, shown), steps, turns, mirrored)


def _finer(count: int) -> int:
    """Return the cells of the grid of frequencies for so many voxels; a few more keep the kernel off its own image."""
    return even_length(max(math.ceil(FINER * count), 4 * WIDTH))


def _halves(count: int, period: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return where the two halves of the voxels lie, and where in a transform that has voxel count // 2 first."""
    before = count // 2
    return (slice(0, before), slice(period - before, period)), (slice(before, count), slice(0, count - before))


def _tiles(extent: tuple[int, int]) -> NDArray[np.int64]:
    """Return the first cell (row, column) of every tile, such that full and empty ones are dealt out evenly."""
    rows, columns = (np.arange(0, cells, TILE) for cells in extent)
    tiles = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    deal = 64  # threads that a plane can keep busy evenly
    return np.concatenate([tiles[start::deal] for start in range(deal)])


def _kernel(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Kaiser-Bessel kernel at distances in cells, with the shape that suits its width and the finer grid."""
    beta = np.pi * math.sqrt((WIDTH / FINER * (FINER - 0.5)) ** 2 - 0.8)
    inside = np.maximum(0.0, 1.0 - (2 * distance / WIDTH) ** 2)
    return np.where(inside > 0, special.i0(beta * np.sqrt(inside)) / special.i0(beta), 0.0)


@cache
def kernel_table() -> NDArray[np.float32]:
    """Return the shares of the cells, shape (entry, cell), for a point so far behind half the width from the first."""
    offsets = np.arange(ENTRIES + 2) / ENTRIES
    return _kernel(offsets[:, np.newaxis] - WIDTH / 2 + np.arange(WIDTH)).astype(np.float32)


@lru_cache(maxsize=8)
def _undoing(count: int, finer: int) -> NDArray[np.float64]:
    """Return one over the transform of the kernel at the voxels of a slice."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    place = nodes * WIDTH / 2
    waves = np.cos(2 * np.pi * np.outer(np.arange(-(count // 2), count - count // 2) / finer, place))
    return 1.0 / (waves @ (_kernel(place) * weights * WIDTH / 2))

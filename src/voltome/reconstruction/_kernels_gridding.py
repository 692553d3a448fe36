"""Between points on lines through the origin of frequency space and a regular grid, for many slices at once.

The slices are the innermost axis, real and imaginary part beside each other: what is worked out for a point serves all
of them, and every number is the same however many slices there are. A grid holds half of frequency space: the points
have columns of 0 or above, and a margin on every side takes what reaches beyond.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(nogil=True, cache=True)
def turn_lines(
    spectra: NDArray[Any],
    factors: NDArray[Any],
    weights: NDArray[Any],
    turns: NDArray[Any],
    mirrored: NDArray[Any],
    points: NDArray[Any],
) -> None:
    """Fill points[view, frequency, slice]: spectra[view, slice, frequency], weighted and turned by a phase.

    The phase of frequency k is k times turns[view]; the spectrum of a mirrored view is conjugated.
    """
    for view in range(points.shape[0]):
        step = complex(math.cos(turns[view]), math.sin(turns[view]))
        turn = complex(weights[view], 0.0)
        for k in range(points.shape[1]):
            factor = np.complex64(turn * factors[k])
            if mirrored[view]:
                for each in range(points.shape[2]):
                    points[view, k, each] = np.conj(spectra[view, each, k] * factor)
            else:
                for each in range(points.shape[2]):
                    points[view, k, each] = spectra[view, each, k] * factor
            turn *= step


@njit(nogil=True, cache=True)
def turn_back(
    points: NDArray[Any],
    factors: NDArray[Any],
    turns: NDArray[Any],
    mirrored: NDArray[Any],
    spectra: NDArray[Any],
) -> None:
    """Fill spectra[view, slice, frequency] from points[view, frequency, slice]: what turn_lines does, the other way."""
    for view in range(points.shape[0]):
        step = complex(math.cos(turns[view]), -math.sin(turns[view]))
        turn = complex(1.0, 0.0)
        for k in range(points.shape[1]):
            factor = np.complex64(turn * factors[k])
            for each in range(points.shape[2]):
                value = points[view, k, each]
                spectra[view, each, k] = (np.conj(value) if mirrored[view] else value) * factor
            turn *= step


@njit(nogil=True, cache=True)
def _share_of(place: float, first: int, table: NDArray[Any], shares: NDArray[Any]) -> None:
    """Fill the shares of the cells from `first` on of a point at `place`, linear between the entries of the table."""
    entry = (first - place + shares.shape[0] / 2) * (table.shape[0] - 2)
    lower = int(entry)
    rest = np.float32(entry - lower)
    for cell in range(shares.shape[0]):
        shares[cell] = table[lower, cell] + rest * (table[lower + 1, cell] - table[lower, cell])


@njit(nogil=True, cache=True)
def _frequencies(step: float, lowest: float, highest: float, first: int, stop: int) -> tuple[int, int]:
    """Return the range within first to stop for which step times frequency may lie between two places."""
    if abs(step) < 1e-9:
        return (first, stop) if lowest <= 0.0 <= highest else (0, 0)
    one, other = lowest / step, highest / step
    begin, end = (one, other) if step > 0 else (other, one)
    return max(first, math.floor(min(max(begin, -1.0), 1e9))), min(stop, math.ceil(min(end, 1e9)) + 1)


@njit(nogil=True, cache=True)
def spread_tiles(
    points: NDArray[Any],
    steps: NDArray[Any],
    table: NDArray[Any],
    origin: NDArray[Any],
    tiles: NDArray[Any],
    edge: int,
    planes: NDArray[Any],
    first: int,
    stop: int,
) -> None:
    """Add points[view, frequency, 2 slice] to the cells of the tiles `first` to `stop` of planes[slice, row, column].

    Frequency k of a view lies at k times steps[view], (row, column); origin is the cell in which (0, 0) is. A tile is
    written once and by one thread, and its points come in a fixed order.
    """
    width, channels = table.shape[1], points.shape[2]
    slices, rows, columns = planes.shape
    tile = np.empty((edge, edge * channels), np.float32)
    line = np.empty(width * channels, np.float32)
    along, across = np.empty(width, np.float32), np.empty(width, np.float32)
    half = width / 2
    for number in range(first, stop):
        row0, column0 = tiles[number, 0], tiles[number, 1]
        row_edge, column_edge = min(edge, rows - row0), min(edge, columns - column0)
        tile[:] = 0
        top, left = row0 - origin[0], column0 - origin[1]
        for view in range(points.shape[0]):
            down, right = steps[view, 0], steps[view, 1]
            begin, end = _frequencies(right, left - half - 1, left + column_edge + half, 0, points.shape[1])
            begin, end = _frequencies(down, top - half - 1, top + row_edge + half, begin, end)
            for k in range(begin, end):
                x, y = k * right, k * down
                column, row = math.ceil(x - half), math.ceil(y - half)
                c0, c1 = max(0, left - column), min(width, left + column_edge - column)
                r0, r1 = max(0, top - row), min(width, top + row_edge - row)
                if c0 >= c1 or r0 >= r1:
                    continue
                _share_of(x, column, table, along)
                _share_of(y, row, table, across)
                point = points[view, k]
                for c in range(c0, c1):
                    share, part = along[c], line[(c - c0) * channels : (c - c0 + 1) * channels]
                    for each in range(channels):
                        part[each] = share * point[each]
                begins, ends = (column + c0 - left) * channels, (column + c1 - left) * channels
                for r in range(r0, r1):
                    share, cells = across[r], tile[row + r - top, begins:ends]
                    for each in range(ends - begins):
                        cells[each] += share * line[each]
        for each in range(slices):
            for r in range(row_edge):
                for c in range(column_edge):
                    at = c * channels + 2 * each
                    planes[each, row0 + r, column0 + c] = complex(tile[r, at], tile[r, at + 1])


@njit(nogil=True, cache=True)
def gather_lines(
    grid: NDArray[Any],
    steps: NDArray[Any],
    table: NDArray[Any],
    origin: NDArray[Any],
    points: NDArray[Any],
) -> None:
    """Fill points[view, frequency, 2 slice] from grid[row, column, 2 slice]: what spread_tiles does, the other way."""
    width, channels = table.shape[1], points.shape[2]
    along, across = np.empty(width, np.float32), np.empty(width, np.float32)
    total, line = np.empty(channels, np.float32), np.empty(channels, np.float32)
    half = width / 2
    for view in range(points.shape[0]):
        for k in range(points.shape[1]):
            x, y = k * steps[view, 1], k * steps[view, 0]
            column, row = math.ceil(x - half), math.ceil(y - half)
            _share_of(x, column, table, along)
            _share_of(y, row, table, across)
            total[:] = 0
            for r in range(width):
                line[:] = 0
                for c in range(width):
                    share, cell = along[c], grid[row + r + origin[0], column + c + origin[1]]
                    for each in range(channels):
                        line[each] += share * cell[each]
                share = across[r]
                for each in range(channels):
                    total[each] += share * line[each]
            points[view, k] = total

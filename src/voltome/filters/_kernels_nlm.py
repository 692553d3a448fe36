# mypy: disable-error-code="no-untyped-def"
"""Non-local means on tiles of an image: plain arrays.

For one displacement t after the other, the weights w(p) of all pairs (p, p + t) of a tile are found row by row. A pair
counts at both its ends, so half the displacements do: voxel p gets w(p) v(p + t) + w(p - t) v(p - t). Near the lower
faces of a tile w(p - t) belongs to its neighbour and is found there once more, so that no tile needs another one.

Every sum has an order that is the same wherever tiles are cut, and nothing is carried along a row, so the result is the
same to the bit. Rows are filled up to whole registers; what lies beyond their end is never read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs

MOST_RADIUS = 15
"""Largest search radius in voxels; the margins of a tile have room for it and for a patch of 5."""

_TILE_WIDTH = 256
_TILE_DEPTH = 16
_ROW = 304
"""Voxels from row to row of a tile: its width, both margins of 15 + 2 voxels, and the fill up to a register."""

_ROWS = 56
"""Rows of a layer of a tile, margins included."""

_FILL = 64
_NEXT_ROW, _NEXT_LAYER = np.uint64(_ROW), np.uint64(_ROW * _ROWS)
_X1, _X2, _X3, _X4 = (np.uint64(x) for x in range(1, 5))
_TWO_ROWS, _THREE_ROWS, _FOUR_ROWS = (np.uint64(_ROW * row) for row in range(2, 5))
_TWO_LAYERS = np.uint64(2 * _ROW * _ROWS)

_ZERO, _HALF, _ONE, _SIXTH = np.float32(0), np.float32(0.5), np.float32(1), np.float32(1 / 6)
_ROOT = 16
"""exp(-u) is found as the 16th power of a cubic for exp(-u / 16)."""


def non_local_means(
    values: NDArray[Any], radius: tuple[int, int, int], patch: int, noise: float, strength: float
) -> NDArray[Any]:
    """Return the weighted means of the image; the noise is above 0, in grey values."""
    image = np.ascontiguousarray(values)
    means = np.empty_like(image)
    low, high = float(image.min()), float(image.max())
    # in these units the sum of squared differences over a patch is (distance / strength / noise)^2 / 16
    unit = noise * strength * (_ROOT * patch**3) ** 0.5
    free = np.float32(2 / strength**2 / _ROOT)
    centre, whole = low + (high - low) / 2, image.dtype.kind != "f"

    def fill(_: int, first: int, stop: int) -> None:
        _fill(image, means, radius, patch // 2, centre, unit, free, low, high, whole, first, stop)

    in_slabs(image.shape, fill)
    return means


@njit(cache=True, nogil=True)
def _whole(length):
    """Return the length of a row filled up to whole registers."""
    return np.uint64((length + 7) // 8 * 8)


@njit(cache=True, nogil=True)
def _differences_3(grey, here, there, squares, into, length):
    """Write the squared differences of two rows, summed over three layers."""
    for x in range(length):
        a, b = here + x, there + x
        before = grey[a - _NEXT_LAYER] - grey[b - _NEXT_LAYER]
        at = grey[a] - grey[b]
        after = grey[a + _NEXT_LAYER] - grey[b + _NEXT_LAYER]
        squares[into + x] = before * before + at * at + after * after


@njit(cache=True, nogil=True)
def _differences_5(grey, here, there, squares, into, length):
    """Write the squared differences of two rows, summed over five layers."""
    for x in range(length):
        a, b = here + x, there + x
        first = grey[a - _TWO_LAYERS] - grey[b - _TWO_LAYERS]
        before = grey[a - _NEXT_LAYER] - grey[b - _NEXT_LAYER]
        at = grey[a] - grey[b]
        after = grey[a + _NEXT_LAYER] - grey[b + _NEXT_LAYER]
        last = grey[a + _TWO_LAYERS] - grey[b + _TWO_LAYERS]
        squares[into + x] = (before * before + at * at + after * after) + (first * first + last * last)


@njit(cache=True, nogil=True)
def _add_rows_3(squares, sums, length):
    for x in range(length):
        sums[x] = (squares[x] + squares[x + _NEXT_ROW]) + squares[x + _TWO_ROWS]


@njit(cache=True, nogil=True)
def _add_rows_5(squares, sums, length):
    for x in range(length):
        near = (squares[x] + squares[x + _NEXT_ROW]) + squares[x + _TWO_ROWS]
        sums[x] = near + (squares[x + _THREE_ROWS] + squares[x + _FOUR_ROWS])


@njit(cache=True, nogil=True)
def _weight(distance, free):
    """Return exp(-16 max(distance - free, 0)), off by less than 6e-5."""
    most = free + _ONE  # exp(-16) and less is 0
    y = distance if distance < most else most
    y = y - free
    y = y if y > _ZERO else _ZERO
    root = ((_HALF - y * _SIXTH) * y - _ONE) * y + _ONE
    root = root * root
    root = root * root
    root = root * root
    return root * root


@njit(cache=True, nogil=True)
def _weigh_3(sums, weights, into, length, free):
    for x in range(length):
        weights[into + x] = _weight(sums[x] + sums[x + _X1] + sums[x + _X2], free)


@njit(cache=True, nogil=True)
def _weigh_5(sums, weights, into, length, free):
    for x in range(length):
        near = sums[x] + sums[x + _X1] + sums[x + _X2]
        weights[into + x] = _weight(near + (sums[x + _X3] + sums[x + _X4]), free)


@njit(cache=True, nogil=True)
def _add_weighted(totals, into, weights, here, back, grey, ahead, behind, length):
    """Add both neighbours of each voxel of a row, and in the row beside it their weights."""
    for x in range(length):
        forth, to = weights[here + x], weights[back + x]
        totals[into + x] += forth * grey[ahead + x] + to * grey[behind + x]
        totals[into + _NEXT_ROW + x] += forth + to


@njit(cache=True, nogil=True)
def _weigh_layer(grey, squares, sums, weights, tile, shape, margins, half, z, t, free, layer):
    """Write the weights of the pairs (p, p + t) of layer z of a tile, 0 where either is outside the image."""
    (z0, y0, x0), (_, rows, columns) = tile
    tz, ty, tx = t
    top, bottom = -max(ty, 0), rows + max(-ty, 0)
    left, right = -max(tx, 0), columns + max(-tx, 0)
    # between these columns, both ends of a pair are in the image
    begin = max(left, -x0, -x0 - tx)
    end = max(begin, min(right, shape[2] - x0, shape[2] - x0 - tx))
    ahead = (tz * _ROWS + ty) * _ROW + tx
    empty = z0 + z < 0 or z0 + z + tz >= shape[0]
    for y in range(top - half, bottom + half):
        if not empty:
            start = ((z + margins[0]) * _ROWS + y + margins[1]) * _ROW + margins[2] + begin - half
            into = np.uint64((y + half - top) % (2 * half + 1) * _ROW)
            length = _whole(end - begin + 2 * half)
            if half == 1:
                _differences_3(grey, np.uint64(start), np.uint64(start + ahead), squares, into, length)
            else:
                _differences_5(grey, np.uint64(start), np.uint64(start + ahead), squares, into, length)
        row = y - half
        if row < top:
            continue
        at = layer + (row + margins[1]) * _ROW + margins[2]
        if empty or min(y0 + row, y0 + row + ty) < 0 or max(y0 + row, y0 + row + ty) >= shape[1]:
            weights[at + left : at + right] = _ZERO
            continue
        if half == 1:
            _add_rows_3(squares, sums, _whole(end - begin + 2))
            _weigh_3(sums, weights, np.uint64(at + begin), _whole(end - begin), free)
        else:
            _add_rows_5(squares, sums, _whole(end - begin + 4))
            _weigh_5(sums, weights, np.uint64(at + begin), _whole(end - begin), free)
        weights[at + left : at + begin] = _ZERO
        weights[at + end : at + right] = _ZERO


@njit(cache=True, nogil=True)
def _add_displacement(grey, squares, sums, weights, totals, tile, shape, margins, half, t, free, ring):
    """Add to the totals of a tile the voxels at t and at -t from each of its own."""
    _, (layers, rows, columns) = tile
    tz, ty, tx = t
    ahead = (tz * _ROWS + ty) * _ROW + tx
    for z in range(-tz, layers):
        layer = (z + tz) % ring * _ROWS * _ROW
        _weigh_layer(grey, squares, sums, weights, tile, shape, margins, half, z, t, free, layer)
        if z < 0:
            continue
        earlier = z % ring * _ROWS * _ROW
        for y in range(rows):
            at = ((z + margins[0]) * _ROWS + y + margins[1]) * _ROW + margins[2]
            here = layer + (y + margins[1]) * _ROW + margins[2]
            back = earlier + (y - ty + margins[1]) * _ROW + margins[2] - tx
            into, length = np.uint64((z * rows + y) * 2 * _ROW), _whole(columns)
            forth, to = np.uint64(at + ahead), np.uint64(at - ahead)
            _add_weighted(totals, into, weights, np.uint64(here), np.uint64(back), grey, forth, to, length)


@njit(cache=True, nogil=True)
def _load(values, grey, totals, tile, margins, centre, unit):
    """Copy a tile with its margins, the nearest voxel repeated beyond the image; begin the totals with itself."""
    (z0, y0, x0), (layers, rows, columns) = tile
    depth, height, width = values.shape
    for z in range(-margins[0], layers + margins[0]):
        for y in range(-margins[1], rows + margins[1]):
            source = values[min(max(z0 + z, 0), depth - 1), min(max(y0 + y, 0), height - 1)]
            at = ((z + margins[0]) * _ROWS + y + margins[1]) * _ROW + margins[2]
            for x in range(-margins[2], columns + margins[2]):
                grey[at + x] = (source[min(max(x0 + x, 0), width - 1)] - centre) / unit
            if 0 <= z < layers and 0 <= y < rows:
                total = (z * rows + y) * 2 * _ROW
                totals[total : total + columns] = grey[at : at + columns]
                totals[total + _ROW : total + _ROW + columns] = _ONE


@njit(cache=True, nogil=True)
def _store(totals, means, tile, centre, unit, low, high, whole):
    """Write the means of a tile in grey values; rounding never takes them beyond those of the image."""
    (z0, y0, x0), (layers, rows, columns) = tile
    for z in range(layers):
        for y in range(rows):
            total = (z * rows + y) * 2 * _ROW
            for x in range(columns):
                mean = np.float64(totals[total + x]) / np.float64(totals[total + _ROW + x]) * unit + centre
                mean = min(max(mean, low), high)
                means[z0 + z, y0 + y, x0 + x] = np.rint(mean) if whole else mean


@njit(cache=True, nogil=True)
def _fill(values, means, radius, half, centre, unit, free, low, high, whole, first, stop):
    """Fill the layers from `first` to `stop`, tile by tile."""
    shape = values.shape
    margins = (radius[0] + half, radius[1] + half, radius[2] + half)
    highest = _ROWS - 2 * margins[1]
    strips = (shape[2] + _TILE_WIDTH - 1) // _TILE_WIDTH
    widest = (shape[2] + strips - 1) // strips
    ring = radius[0] + 1
    grey = np.zeros((min(_TILE_DEPTH, stop - first) + 2 * margins[0]) * _ROWS * _ROW + _FILL, np.float32)
    weights = np.zeros(ring * _ROWS * _ROW + _FILL, np.float32)
    totals = np.zeros(min(_TILE_DEPTH, stop - first) * highest * 2 * _ROW + _FILL, np.float32)
    squares = np.zeros((2 * half + 1) * _ROW + _FILL, np.float32)
    sums = np.zeros(_ROW + _FILL, np.float32)
    for z0 in range(first, stop, _TILE_DEPTH):
        for y0 in range(0, shape[1], highest):
            for x0 in range(0, shape[2], widest):
                size = (min(_TILE_DEPTH, stop - z0), min(highest, shape[1] - y0), min(widest, shape[2] - x0))
                tile = ((z0, y0, x0), size)
                _load(values, grey, totals, tile, margins, centre, unit)
                for tz in range(radius[0] + 1):
                    for ty in range(-radius[1] if tz else 0, radius[1] + 1):
                        for tx in range(-radius[2] if tz or ty else 1, radius[2] + 1):
                            _add_displacement(
                                grey,
                                squares,
                                sums,
                                weights,
                                totals,
                                tile,
                                shape,
                                margins,
                                half,
                                (tz, ty, tx),
                                free,
                                ring,
                            )
                _store(totals, means, tile, centre, unit, low, high, whole)

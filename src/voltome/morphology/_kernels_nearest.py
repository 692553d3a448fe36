# mypy: disable-error-code="no-untyped-def"
"""Which voxel outside is nearest: exact, line by line along one axis after the other (lower envelope of parabolas)."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs


def write_nearest(other: NDArray[np.bool_], edges: tuple[float, float, float], nearest: NDArray[Any]) -> None:
    """Write for every voxel the flat index of the nearest voxel in `other`; -1 where there is none."""
    steps = np.array(edges)
    in_slabs(other.shape, lambda _, first, stop: _nearest_in_planes(other, steps, first, stop, nearest))
    turned = (other.shape[1], other.shape[0], other.shape[2])
    in_slabs(turned, lambda _, first, stop: _nearest_across_planes(steps, first, stop, nearest))


@njit(cache=True, nogil=True)
def _nearest_in_planes(other, edges, first, stop, nearest):
    """Write the nearest voxel outside in the same plane, -1 where there is none, for the planes of a slab."""
    _, height, width = other.shape
    sites, bounds = np.empty(height, np.int64), np.empty(height + 1)
    offsets, column = np.empty(height), np.empty(height, np.int64)
    for z in range(first, stop):
        for y in range(height):
            row, last = (z * height + y) * width, -1
            for x in range(width):
                if other[z, y, x]:
                    last = x
                nearest[z, y, x] = row + last if last >= 0 else -1
            last = -1
            for x in range(width - 1, -1, -1):
                if other[z, y, x]:
                    last = x
                if last >= 0 and (nearest[z, y, x] < 0 or last - x < x - (nearest[z, y, x] - row)):
                    nearest[z, y, x] = row + last
        for x in range(width):
            for y in range(height):
                column[y] = nearest[z, y, x]
                away = edges[2] * (column[y] % width - x)
                offsets[y] = away * away if column[y] >= 0 else inf
            _least_of_parabolas(offsets, edges[1], sites, bounds)
            for y in range(height):
                nearest[z, y, x] = column[sites[y]] if sites[y] >= 0 else -1


@njit(cache=True, nogil=True)
def _nearest_across_planes(edges, first, stop, nearest):
    """Turn the nearest voxels in the same plane into the nearest ones, for rows `first` to `stop` of all planes."""
    depth, height, width = nearest.shape
    sites, bounds = np.empty(depth, np.int64), np.empty(depth + 1)
    offsets, column = np.empty(depth), np.empty(depth, np.int64)
    for y in range(first, stop):
        for x in range(width):
            for z in range(depth):
                column[z] = nearest[z, y, x]
                away_x = edges[2] * (column[z] % width - x)
                away_y = edges[1] * (column[z] // width % height - y)
                offsets[z] = away_x * away_x + away_y * away_y if column[z] >= 0 else inf
            _least_of_parabolas(offsets, edges[0], sites, bounds)
            for z in range(depth):
                nearest[z, y, x] = column[sites[z]] if sites[z] >= 0 else -1


@njit(cache=True, nogil=True)
def _least_of_parabolas(offsets, edge, sites, bounds):
    """Write, for every place of a line, the place whose parabola is lowest there; -1 where all are infinite.

    `sites` serves as the list of the parabolas of the lower envelope first; `bounds` says where each begins.
    """
    count, square = 0, edge * edge
    for place in range(offsets.size):
        if offsets[place] == inf:
            continue
        start = -inf
        while count > 0:
            before = sites[count - 1]
            rise = offsets[place] - offsets[before] + square * (place * place - before * before)
            start = rise / (2 * square * (place - before))
            if start > bounds[count - 1]:
                break
            count -= 1
            start = -inf
        sites[count], bounds[count] = place, start
        count += 1
    if count == 0:
        sites[:] = -1
        return
    part = count - 1
    chosen = np.empty(offsets.size, np.int64)
    for place in range(offsets.size - 1, -1, -1):
        while part > 0 and bounds[part] > place:
            part -= 1
        chosen[place] = sites[part]
    sites[:] = chosen

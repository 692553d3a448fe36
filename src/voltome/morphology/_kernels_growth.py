# mypy: disable-error-code="no-untyped-def"
"""A phase that grows level by level: its clusters, and those that reach from face to face, at every level in one pass.

Voxels join in the order of their level, and clusters that meet are united in a forest (union by size, paths halved).
What holds at a level is read off before the next one begins, so that no level is labelled anew.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs

VOXELS, LARGEST, PERCOLATING, CLUSTERS = range(4)
"""Columns of `clusters_by_level`: voxels in all, of the largest cluster, of those from face to face; clusters."""

_BOTH = 3
_MOST_32 = 2**31 - 1


def clusters_by_level(
    levels: NDArray[np.uint8],
    count: int,
    connectivity: int,
    axis: int,
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return [level, column] for the voxels of each level and all below it.

    Parameters
    ----------
    levels : numpy.ndarray of uint8
        Level at which a voxel joins, from 0; `count` and above: never. Contiguous.
    connectivity : int
        6, 18 or 26 neighbours.
    axis : int
        A cluster percolates if it has a voxel in the layers `lower` and `upper` - 1 of this axis.
    """
    depth, height, width = levels.shape
    starts = np.zeros((depth, count + 1), np.int64)
    order = np.empty((depth, height * width), np.uint32)
    in_slabs(levels.shape, lambda slab, first, stop: _sort(levels, count, first, stop, starts, order))
    parents = np.full(levels.size, -1, np.int32 if levels.size <= _MOST_32 else np.int64)
    touches = np.zeros(levels.shape, np.uint8)
    for bit, layer in ((1, lower[axis]), (2, upper[axis] - 1)):
        np.moveaxis(touches, axis, 0)[layer] |= bit
    found = np.zeros((count, 4), np.int64)
    _grow(levels, order, starts, _steps(connectivity), parents, touches.reshape(-1), found)
    return found


def _steps(connectivity: int) -> NDArray[np.int64]:
    """Return the steps (z, y, x) to the neighbours."""
    most = {6: 1, 18: 2, 26: 3}[connectivity]
    near = [(z, y, x) for z in (-1, 0, 1) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return np.array([step for step in near if 0 < sum(map(abs, step)) <= most], np.int64)


@njit(cache=True, nogil=True)
def _sort(levels, count, first, stop, starts, order):
    """Write, plane by plane, the places of the voxels in the order of their level, and where each level starts."""
    _, height, width = levels.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                if levels[z, y, x] < count:
                    starts[z, levels[z, y, x] + 1] += 1
        for level in range(count):
            starts[z, level + 1] += starts[z, level]
        at = starts[z, :count].copy()
        for y in range(height):
            for x in range(width):
                level = levels[z, y, x]
                if level < count:
                    order[z, at[level]] = y * width + x
                    at[level] += 1


@njit(cache=True, nogil=True)
def _root(parents, place):
    """Return the root of a voxel, and shorten the way to it."""
    while parents[place] >= 0:
        above = np.int64(parents[place])
        if parents[above] >= 0:
            parents[place] = parents[above]
        place = above
    return place


@njit(cache=True, nogil=True)
def _grow(levels, order, starts, steps, parents, touches, found):
    """Let the voxels of each level join; a root holds minus the voxels of its cluster, and which faces it touches."""
    depth, height, width = levels.shape
    plane = np.int64(height * width)
    voxels = largest = percolating = clusters = np.int64(0)
    single = touches.max() == _BOTH
    for level in range(found.shape[0]):
        joining = np.int64(0)
        for z in range(depth):
            joining += starts[z, level + 1] - starts[z, level]
        voxels += joining
        clusters += joining
        largest = max(largest, np.int64(joining > 0))
        if single:  # an axis of one layer: every voxel reaches from face to face
            percolating += joining
        for z in range(depth):
            for index in range(starts[z, level], starts[z, level + 1]):
                at = np.int64(order[z, index])
                y, x = at // width, at % width
                mine = _root(parents, z * plane + at)
                for step in range(steps.shape[0]):
                    nz, ny, nx = z + steps[step, 0], y + steps[step, 1], x + steps[step, 2]
                    if not (0 <= nz < depth and 0 <= ny < height and 0 <= nx < width) or levels[nz, ny, nx] > level:
                        continue
                    its = _root(parents, nz * plane + ny * width + nx)
                    if its == mine:
                        continue
                    if parents[its] < parents[mine]:
                        mine, its = its, mine
                    percolating += parents[mine] if touches[mine] == _BOTH else 0
                    percolating += parents[its] if touches[its] == _BOTH else 0
                    parents[mine] += parents[its]
                    parents[its] = mine
                    touches[mine] |= touches[its]
                    percolating -= parents[mine] if touches[mine] == _BOTH else 0
                    largest = max(largest, -np.int64(parents[mine]))
                    clusters -= 1
        found[level, VOXELS], found[level, LARGEST] = voxels, largest
        found[level, PERCOLATING], found[level, CLUSTERS] = percolating, clusters

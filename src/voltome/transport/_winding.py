"""Which parts of a fluid lead through the image, where it ends at two faces or repeats itself."""

from __future__ import annotations

from typing import Any

import cc3d
import numpy as np
from numpy.typing import NDArray

from voltome.transport._kernels_stokes import PERIODIC

Mask = NDArray[np.bool_]


def joining_faces(fluid: Mask, axis: int) -> Mask:
    """Return the voxels of the parts that reach the first and the last layer along an axis."""
    labels, count = _parts(fluid)
    through = np.zeros(count + 1, np.bool_)
    first, last = (np.unique(np.take(labels, layer, axis=axis)) for layer in (0, -1))
    through[np.intersect1d(first, last)] = True
    through[0] = False
    joining: Mask = through[labels]
    return joining


def winding_through(fluid: Mask, ends: tuple[int, int, int]) -> tuple[Mask, Mask]:
    """Return the voxels of the parts that meet themselves in another copy of the image, and along which axes."""
    labels, count = _parts(fluid)
    through, along = _winding(labels, count, ends)
    return through[labels], along


def _parts(fluid: Mask) -> tuple[NDArray[Any], int]:
    """Return the number of the part that each voxel belongs to, 0 outside, and how many there are."""
    labels, count = cc3d.connected_components(fluid, connectivity=6, return_N=True, binary_image=True)
    return labels, int(count)


def _winding(labels: NDArray[Any], count: int, ends: tuple[int, int, int]) -> tuple[Mask, Mask]:
    """Return which labels belong to parts that meet themselves in another copy, and along which axes any does."""
    neighbours: dict[int, list[tuple[int, int, int]]] = {}
    for axis in (axis for axis in range(3) if ends[axis] == PERIODIC):
        last, first = np.take(labels, -1, axis=axis).ravel(), np.take(labels, 0, axis=axis).ravel()
        joined = (last > 0) & (first > 0)
        for one, other in np.unique(np.stack([last[joined], first[joined]]), axis=1).T.tolist():
            neighbours.setdefault(one, []).append((other, axis, 1))
            neighbours.setdefault(other, []).append((one, axis, -1))
    through, along = np.zeros(count + 1, np.bool_), np.zeros(3, np.bool_)
    copies: dict[int, NDArray[np.int64]] = {}
    for start in neighbours:
        if start not in copies:
            members, found = _visited(start, neighbours, copies)
            through[members] = found.any()
            along |= found
    return through, along


def _visited(
    start: int, neighbours: dict[int, list[tuple[int, int, int]]], copies: dict[int, NDArray[np.int64]]
) -> tuple[list[int], Mask]:
    """Return the labels joined to one, and along which axes it meets itself; `copies` says in which copy each is."""
    copies[start], waiting, members, found = np.zeros(3, np.int64), [start], [start], np.zeros(3, np.bool_)
    while waiting:
        here = waiting.pop()
        for there, axis, step in neighbours[here]:
            copy = copies[here].copy()
            copy[axis] += step
            if there in copies:
                found |= copies[there] != copy
            else:
                copies[there] = copy
                waiting.append(there)
                members.append(there)
    return members, found

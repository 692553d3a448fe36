"""Clusters of voxels that conduct, in a box whose sides may be joined; and whether they wind around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cc3d
import numpy as np
from numpy.typing import NDArray

Crossing = tuple[int, int, int]
"""A cluster at the last layer, the one it touches at the first, and the axis that is crossed."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Voxels that share faces, inside the box and across its joined sides.

    Attributes
    ----------
    labels : numpy.ndarray
        Number of the piece inside the box that a voxel belongs to; 0 is wall.
    group : numpy.ndarray of int64
        Number of the cluster of each piece; pieces that touch across a joined side have the same.
    winds : numpy.ndarray of bool
        Shape (pieces + 1, 3): whether the cluster of a piece winds around the box, so that a way along it leaves
        through one face of an axis and comes back through the other.
    """

    labels: NDArray[Any]
    group: NDArray[np.int64]
    winds: NDArray[np.bool_]

    def touching(self, layer: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which pieces are of a cluster that has a voxel in this layer of labels."""
        groups = self.group[np.unique(layer[layer > 0])]
        found: NDArray[np.bool_] = np.isin(self.group, groups)
        found[0] = False
        return found

    def where(self, pieces: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the voxels of these pieces."""
        voxels: NDArray[np.bool_] = pieces[self.labels]
        return voxels


def clusters_of(conducting: NDArray[Any], *, periodic: tuple[bool, bool, bool]) -> Clusters:
    """Return the clusters of the voxels that are not 0."""
    labels, pieces = cc3d.connected_components(conducting != 0, connectivity=6, return_N=True, binary_image=True)
    links: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for one, other, axis in _crossings(labels, periodic):
        links[one].append((other, axis, 1))
        links[other].append((one, axis, -1))
    group = np.arange(int(pieces) + 1)
    winds = np.zeros((int(pieces) + 1, 3), np.bool_)
    seen: set[int] = set()
    for start in sorted(links):
        if start not in seen:
            members, around = _explored(start, links)
            seen.update(members)
            group[members] = start
            winds[members] = around
    return Clusters(labels, group, winds)


def _crossings(labels: NDArray[Any], periodic: tuple[bool, bool, bool]) -> Iterator[Crossing]:
    """Yield every two pieces that touch across a joined side, once."""
    for axis in range(3):
        if not periodic[axis]:
            continue
        last, first = (np.take(labels, layer, axis=axis).ravel().astype(np.int64) for layer in (-1, 0))
        both = (last > 0) & (first > 0)
        for one, other in np.unique(np.stack([last[both], first[both]], axis=1), axis=0).tolist():
            yield one, other, axis


def _explored(start: int, links: dict[int, list[tuple[int, int, int]]]) -> tuple[list[int], NDArray[np.bool_]]:
    """Return the pieces of a cluster, and along which axes a closed way through it goes around the box.

    Every piece has the copy of the box in which it is first met; meeting it again in another copy is a way around.
    """
    copies = {start: (0, 0, 0)}
    around = np.zeros(3, np.bool_)
    waiting = [start]
    while waiting:
        piece = waiting.pop()
        for other, axis, step in links[piece]:
            copy = list(copies[piece])
            copy[axis] += step
            if other not in copies:
                copies[other] = (copy[0], copy[1], copy[2])
                waiting.append(other)
            else:
                around |= np.array(copies[other]) != copy
    return list(copies), around

"""Linked particles of two scans -> groups, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from voltome.morphology._overlaps import Seen

EVENTS = ("unchanged", "grown", "shrunk", "merged", "split", "regrouped", "vanished", "new")

ROUNDING = 1e-9
"""A share that is met exactly is met, whatever rounding makes of it."""

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Particles before, particles after, and the voxels that each pair shares."""


@dataclass(frozen=True, slots=True)
class Group:
    """Particles of two scans that belong together.

    Attributes
    ----------
    before, after : tuple of int
        Rows of the particles in `Seen`.
    event : str
        What became of them.
    same : tuple of pairs
        Particles before and after that are one: each shares most with the other.
    shared_voxels : int
        Voxels in which a particle of one scan and one of the other lie.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    event: str
    same: tuple[tuple[int, int], ...]
    shared_voxels: int


def groups_of(
    before: Seen,
    after: Seen,
    shared: Pairs,
    minimum_overlap: float,
    tolerance: float,
    search_um: float | None,
    edge_volume: float,
) -> list[Group]:
    """Return the groups of two scans, in the order of their lowest particle before, then of new ones."""
    ones, others, voxels = shared
    smaller = np.minimum(before.voxels[ones], after.voxels[others])
    linked = voxels >= minimum_overlap * smaller * (1 - ROUNDING)
    ones, others, voxels = ones[linked], others[linked], voxels[linked]
    alone = (
        np.setdiff1d(np.flatnonzero(before.voxels), ones),
        np.setdiff1d(np.flatnonzero(after.voxels), others),
    )
    moved = _moved(before, after, alone, tolerance, search_um, edge_volume)
    pairs = np.array(moved, np.int64).reshape(-1, 2)
    ones, others = np.concatenate([ones, pairs[:, 0]]), np.concatenate([others, pairs[:, 1]])
    voxels = np.concatenate([voxels, np.zeros(len(pairs), np.int64)])
    groups = [
        _group(before, after, members, tolerance)
        for members in _components(ones, others, voxels, len(before.voxels), len(after.voxels))
    ]
    gone = np.setdiff1d(alone[0], pairs[:, 0])
    fresh = np.setdiff1d(alone[1], pairs[:, 1])
    groups += [Group((int(one),), (), "vanished", (), 0) for one in gone]
    groups += [Group((), (int(other),), "new", (), 0) for other in fresh]
    return sorted(groups, key=lambda group: (not group.before, group.before or group.after))


def _components(
    ones: NDArray[np.int64], others: NDArray[np.int64], voxels: NDArray[np.int64], left: int, right: int
) -> list[Pairs]:
    """Return the links of every set of particles that hang together."""
    if not ones.size:
        return []
    size = left + right
    graph = coo_array((np.ones(ones.size, np.int8), (ones, left + others)), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    of_link = component[ones]
    order = np.argsort(of_link, kind="stable")
    ends = np.flatnonzero(np.diff(of_link[order])) + 1
    return [(ones[links], others[links], voxels[links]) for links in np.split(order, ends)]


def _group(before: Seen, after: Seen, links: Pairs, tolerance: float) -> Group:
    """Return one group of linked particles."""
    ones, others, voxels = links
    left, right = np.unique(ones), np.unique(others)
    if len(left) == len(right) == 1:
        change = after.voxels[right[0]] / before.voxels[left[0]] - 1
        event = "unchanged" if abs(change) <= tolerance + ROUNDING else "grown" if change > 0 else "shrunk"
    elif len(right) == 1:
        event = "merged"
    else:
        event = "split" if len(left) == 1 else "regrouped"
    best_of_left, best_of_right = _best(ones, others, voxels), _best(others, ones, voxels)
    same = tuple((one, other) for one, other in best_of_left.items() if best_of_right[other] == one)
    return Group(tuple(left.tolist()), tuple(right.tolist()), event, same, int(voxels.sum()))


def _best(own: NDArray[np.int64], partner: NDArray[np.int64], voxels: NDArray[np.int64]) -> dict[int, int]:
    """Return for every particle the partner that shares most with it, of equals the one with the lowest number."""
    best: dict[int, int] = {}
    for index in np.lexsort((partner, -voxels)).tolist():
        best.setdefault(int(own[index]), int(partner[index]))
    return best


def _moved(
    before: Seen,
    after: Seen,
    alone: tuple[NDArray[np.int64], NDArray[np.int64]],
    tolerance: float,
    search_um: float | None,
    edge_volume: float,
) -> list[tuple[int, int]]:
    """Return the particles without overlap that are one elsewhere: the pairing with the least sum of distances."""
    left, right = alone
    if not left.size or not right.size or search_um == 0:
        return []
    diameter = np.cbrt(6 * before.voxels[left] * edge_volume / np.pi)
    reach = diameter if search_um is None else np.full(left.size, search_um)
    near = cKDTree(after.centroid_um[right]).query_ball_point(before.centroid_um[left], reach)
    volumes = before.voxels[left], after.voxels[right]
    links = [
        (row, column)
        for row, candidates in enumerate(near)
        for column in sorted(candidates)
        if abs(volumes[1][column] / volumes[0][row] - 1) <= tolerance + ROUNDING
    ]
    pairs: list[tuple[int, int]] = []
    if not links:
        return pairs
    rows, cells = np.array(links, np.int64).T
    for of_rows, of_cells, _ in _components(rows, cells, np.zeros(rows.size, np.int64), left.size, right.size):
        ones, others = np.unique(of_rows), np.unique(of_cells)
        apart = np.linalg.norm(
            before.centroid_um[left[ones], np.newaxis] - after.centroid_um[right[others]][np.newaxis], axis=2
        )
        # what is too far or too different costs more than all distances together, so as many as can be are paired
        never = float(apart.sum()) + 1.0
        cost = np.full(apart.shape, never)
        allowed = np.searchsorted(ones, of_rows), np.searchsorted(others, of_cells)
        cost[allowed] = apart[allowed]
        for one, other in zip(*linear_sum_assignment(cost), strict=True):
            if cost[one, other] < never:
                pairs.append((int(left[ones[one]]), int(right[others[other]])))
    return pairs

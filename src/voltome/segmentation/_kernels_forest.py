"""Decision trees asked for many voxels, and what their features are made of: plain arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numba
import numpy as np
from numba import get_num_threads
from numpy.typing import NDArray

Part = TypeVar("Part")
Done = TypeVar("Done")

BLOCK = 128
"""Voxels that one tree is asked for in a row: their features stay in the cache through all trees."""


def on_threads(work: Callable[[Part], Done], parts: Sequence[Part]) -> list[Done]:
    """Do the work on every part, on as many threads as numba may use, and return what it gives, in order."""
    if get_num_threads() == 1 or len(parts) == 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(get_num_threads()) as threads:
        return list(threads.map(work, parts))


@numba.njit(cache=True, nogil=True)
def depths(roots: NDArray[np.int64], asked: NDArray[np.int64], next_nodes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many questions the deepest branch of every tree asks; children stand after their parents."""
    below = np.zeros(asked.size, np.int64)
    for node in range(asked.size - 1, -1, -1):
        if asked[node] >= 0:
            below[node] = 1 + max(below[next_nodes[2 * node]], below[next_nodes[2 * node + 1]])
    return below[roots]


@numba.njit(cache=True, nogil=True)
def add_votes(
    features: NDArray[np.float32],
    roots: NDArray[np.uint64],
    levels: NDArray[np.int64],
    asked: NDArray[np.uint64],
    thresholds: NDArray[np.float32],
    next_nodes: NDArray[np.uint64],
    shares: NDArray[np.float64],
    votes: NDArray[np.float64],
) -> None:
    """Add the shares that every tree gives a voxel to its votes [voxel, phase], tree by tree.

    All voxels of a block go down a tree level by level, without a branch to be guessed: a leaf leads back to itself
    (feature 0, threshold infinity), until the deepest branch has ended. Unsigned indices need no check for those that
    count from the end, which takes half of the time.

    Parameters
    ----------
    features : numpy.ndarray
        Shape (voxel, feature).
    roots, levels : numpy.ndarray
        First node and depth of each tree.
    asked, thresholds : numpy.ndarray
        Feature and threshold of each node.
    next_nodes : numpy.ndarray
        Two for each node: where a feature up to the threshold leads, and where a larger one.
    shares, votes : numpy.ndarray
        Shapes (node, phase) and (voxel, phase).
    """
    nodes = np.empty(BLOCK, np.uint64)
    two = np.uint64(2)
    for begin in range(0, features.shape[0], BLOCK):
        here = features[begin : begin + BLOCK]
        for tree in range(roots.size):
            for voxel in range(here.shape[0]):
                nodes[voxel] = roots[tree]
            for _ in range(levels[tree]):
                for voxel in range(here.shape[0]):
                    node = nodes[voxel]
                    larger = here[np.uint64(voxel), asked[node]] > thresholds[node]
                    nodes[voxel] = next_nodes[two * node + np.uint64(larger)]
            for voxel in range(here.shape[0]):
                for phase in range(shares.shape[1]):
                    votes[begin + voxel, phase] += shares[nodes[voxel], phase]


@numba.njit(cache=True, nogil=True)
def eigenvalues_of_two(
    yy: NDArray[np.float32], yx: NDArray[np.float32], xx: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Write the two eigenvalues of symmetric matrices, the larger first, to out [voxel, 2]."""
    for voxel in range(yy.size):
        a, b, c = float(yy[voxel]), float(yx[voxel]), float(xx[voxel])
        mean = 0.5 * (a + c)
        half = math.sqrt(0.25 * (a - c) * (a - c) + b * b)
        out[voxel, 0] = mean + half
        out[voxel, 1] = mean - half


@numba.njit(cache=True, nogil=True)
def eigenvalues_of_three(
    zz: NDArray[np.float32],
    zy: NDArray[np.float32],
    zx: NDArray[np.float32],
    yy: NDArray[np.float32],
    yx: NDArray[np.float32],
    xx: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Write the three eigenvalues of symmetric matrices, the largest first, to out [voxel, 3].

    The roots of the characteristic polynomial by the cosine of a third of an angle.
    """
    for voxel in range(zz.size):
        a, b, c = float(zz[voxel]), float(yy[voxel]), float(xx[voxel])
        d, e, f = float(zy[voxel]), float(zx[voxel]), float(yx[voxel])
        mean = (a + b + c) / 3
        a, b, c = a - mean, b - mean, c - mean
        spread = math.sqrt((a * a + b * b + c * c + 2 * (d * d + e * e + f * f)) / 6)
        if spread == 0:
            out[voxel, 0] = out[voxel, 1] = out[voxel, 2] = mean
            continue
        determinant = a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)
        cosine = max(-1.0, min(1.0, determinant / (2 * spread * spread * spread)))
        angle = math.acos(cosine) / 3
        highest = 2 * spread * math.cos(angle)
        lowest = 2 * spread * math.cos(angle + 2 * math.pi / 3)
        out[voxel, 0] = mean + highest
        out[voxel, 1] = mean - highest - lowest
        out[voxel, 2] = mean + lowest


@numba.njit(cache=True, nogil=True)
def interpolate(
    coarse: NDArray[np.float32],
    first: NDArray[np.int64],
    shape: NDArray[np.int64],
    steps: NDArray[np.int64],
    out: NDArray[np.float32],
    column: int,
) -> None:
    """Write features of a coarse grid [z, y, x, feature] at the voxels of a tile to out [voxel, column ...], linearly.

    Beyond the outermost centres of the coarse grid the nearest one is repeated.
    """
    low, high, part = np.zeros(3, np.int64), np.zeros(3, np.int64), np.zeros(3)
    voxel = 0
    for z in range(shape[0]):
        for y in range(shape[1]):
            for x in range(shape[2]):
                for axis in range(3):
                    place = first[axis] + (z if axis == 0 else y if axis == 1 else x)
                    at = (place + 0.5) / steps[axis] - 0.5
                    at = min(max(at, 0.0), coarse.shape[axis] - 1.0)
                    low[axis] = int(at)
                    high[axis] = min(low[axis] + 1, coarse.shape[axis] - 1)
                    part[axis] = at - low[axis]
                for feature in range(coarse.shape[3]):
                    total = 0.0
                    for corner in range(8):
                        weight, i, j, k = 1.0, low[0], low[1], low[2]
                        if corner & 1:
                            weight, i = weight * part[0], high[0]
                        else:
                            weight *= 1 - part[0]
                        if corner & 2:
                            weight, j = weight * part[1], high[1]
                        else:
                            weight *= 1 - part[1]
                        if corner & 4:
                            weight, k = weight * part[2], high[2]
                        else:
                            weight *= 1 - part[2]
                        if weight > 0:
                            total += weight * coarse[i, j, k, feature]
                    out[voxel, column + feature] = total
                voxel += 1

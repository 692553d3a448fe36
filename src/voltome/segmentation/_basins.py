"""The basins of the distance inside a phase, and the tree in which they merge: one flood for every depth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseImage
from voltome.data._kernels_slabs import in_slabs
from voltome.errors import PhaseError, ValuesError
from voltome.segmentation import _kernels_basins as trees
from voltome.segmentation import _kernels_distance as distances
from voltome.segmentation import _kernels_flooding as kernels

LEVELS_PER_UNIT = 1024.0
"""Squared distances on voxels that are no cubes are rounded to this: equal sums may differ in their last bits."""

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Basins:
    """The basins of a phase and the tree in which they merge; lengths in smallest voxel edges.

    Attributes
    ----------
    labels : numpy.ndarray of int32
        Basins from 1, the one with the highest peak first; 0 elsewhere; padded by one voxel.
    peaks : numpy.ndarray of float32
        Height of every basin: the largest distance to the surface in it; entry 0 is the outside.
    first, second : numpy.ndarray of int64
        The two basins that every merge of the tree joins where they meet, the highest pass first.
    depths : numpy.ndarray of float64
        How far the pass of every merge lies below the lower of the two peaks that it joins.
    """

    labels: NDArray[np.int32]
    peaks: NDArray[np.float32]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    depths: NDArray[np.float64]

    @property
    def count(self) -> int:
        """The number of basins."""
        return self.peaks.size - 1

    def particle_count(self, depth: float) -> int:
        """Return how many particles there are once basins are merged across necks shallower than `depth`."""
        return self.count - int(np.count_nonzero(self.depths < depth))

    def particles(self, depth: float) -> NDArray[np.int32]:
        """Return the particles at a depth, without padding, numbered in the order of their first voxels."""
        shallow = self.depths < depth
        stands_for = trees.joined(self.first[shallow], self.second[shallow], self.count)
        shape = tuple(count - 2 for count in self.labels.shape)
        firsts: dict[int, NDArray[np.int64]] = {}
        in_slabs(shape, lambda slab, a, b: firsts.update({slab: trees.first_voxels(self.labels, stands_for, a, b)}))
        numbers = _numbers(stands_for, [firsts[slab] for slab in sorted(firsts)])
        particles = np.empty(shape, np.int32)
        in_slabs(shape, lambda _, a, b: trees.write_numbers(self.labels, numbers, particles, a, b))
        return particles


def basins_of(phases: PhaseImage, *, phase: str) -> Basins:
    """Return the basins of the distance to the surface of a phase.

    The faces of the image and the edge of the mask are no surface.
    """
    solid = phases.is_phase(phase)
    if not solid.any():
        where = "" if phases.mask is None else " inside the mask"
        raise PhaseError(
            f"the phase {phase!r} has no voxel{where}, so there are no particles to separate; "
            f"expected at least one. Look at voltome.morphology.phase_fractions."
        )
    edges = _in_smallest_edges(phases.voxel_size_um)
    height = _height(phases, solid, edges)
    shape = height.shape
    del solid
    return _merge_tree(shape, height.ravel(), *_flooded(height.ravel(), shape, edges))


def _in_smallest_edges(voxel_size_um: Triple) -> Triple:
    """Return the voxel edges in units of the smallest; rounded, so that the unit of length changes no label."""
    z, y, x = (round(edge / min(voxel_size_um), 6) for edge in voxel_size_um)
    return z, y, x


def _height(phases: PhaseImage, solid: NDArray[np.bool_], edges: Triple) -> NDArray[np.float32]:
    """Return the distance to the nearest voxel of another phase inside the mask, 0 outside the phase; padded."""
    height = np.zeros([count + 2 for count in solid.shape], np.float32)
    other = ~solid if phases.mask is None else phases.mask & ~solid
    if not other.any():
        height[1:-1, 1:-1, 1:-1] = solid  # no surface anywhere: every voxel is equally deep, not infinitely
        return height
    levels = 0.0 if set(edges) == {1.0} else LEVELS_PER_UNIT  # on cubes squared distances are whole numbers
    in_slabs(solid.shape, lambda _, first, stop: distances.within_layers(other, height, edges, first, stop))
    rows = (solid.shape[1], solid.shape[0], solid.shape[2])
    in_slabs(rows, lambda _, first, stop: distances.between_layers(solid, height, edges, levels, first, stop))
    return height


def _neighbourhood(shape: tuple[int, ...], edges: Triple) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the flat offsets of 26 neighbours and the voxel itself in raster order, and one over the distance."""
    steps = np.array(list(product((-1, 0, 1), repeat=3)), np.int64)
    strides = np.array([shape[1] * shape[2], shape[2], 1], np.int64)
    distances = np.linalg.norm(steps * np.array(edges), axis=1)
    distances[13] = np.inf  # itself: no rise, no weight
    return steps @ strides, 1.0 / distances


def _flooded(
    height: NDArray[np.float32], shape: tuple[int, ...], edges: Triple
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
    """Return the basin of every voxel, the peak of every basin, and the neighbourhood."""
    neighbours, weights = _neighbourhood(shape, edges)
    labels, state = np.zeros(height.size, np.int32), np.empty(height.size, np.uint32)
    layers, layer = (shape[0] - 2, *shape[1:]), shape[1] * shape[2]
    tops: dict[int, NDArray[np.int64]] = {}

    def look(slab: int, first: int, stop: int) -> None:
        ends = (first + 1) * layer, (stop + 1) * layer
        tops[slab] = kernels.look_around(height, state, labels, neighbours, shape[2], layer, *ends)

    in_slabs(layers, look)
    found = np.concatenate([tops[slab] for slab in sorted(tops)])
    kernels.leave_plateaus(found, height, labels, state, neighbours, np.argsort(-weights, kind="stable")[:26])
    found = found[np.argsort(-height[found], kind="stable")]
    maxima, peaks = kernels.begin_basins(found, height, labels, neighbours)
    if peaks.size == 0:
        raise ValuesError(
            f"the phase falls into more than {np.iinfo(np.int32).max:,} pieces; expected fewer. "
            f"Smooth the image before the threshold, or crop it."
        )
    ready: list[NDArray[np.int64]] = []

    def fill(_: int, first: int, stop: int) -> None:
        ends = (first + 1) * layer, (stop + 1) * layer
        own = np.sort(maxima[(maxima >= ends[0]) & (maxima < ends[1])])
        above = kernels.flood(height, labels, state, neighbours, weights, own, *ends)
        left.append((above, *ends))

    left: list[tuple[NDArray[np.int64], int, int]] = []
    in_slabs(layers, fill)
    for above, begin, end in left:  # what hangs on other slabs
        ready.append(kernels.release(above, labels, state, neighbours, begin, end))
    kernels.flood(height, labels, state, neighbours, weights, np.concatenate(ready), 0, height.size)
    return labels, peaks, neighbours


def _merge_tree(
    shape: tuple[int, ...],
    height: NDArray[np.float32],
    labels: NDArray[np.int32],
    peaks: NDArray[np.float32],
    neighbours: NDArray[np.int64],
) -> Basins:
    """Return the basins with the tree in which they merge: passes from the highest down, by union and find."""
    forward, layer, base = neighbours[neighbours > 0], shape[1] * shape[2], peaks.size
    found: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []

    def meet(_: int, first: int, stop: int) -> None:
        ends = (first + 1) * layer, (stop + 1) * layer
        found.append(trees.passes(height, labels, forward, base - 1, shape[2], layer, *ends))

    in_slabs((shape[0] - 2, *shape[1:]), meet)
    keys, levels = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((keys, -levels))
    keys, levels = keys[order], levels[order]
    used, depths = trees.merges(keys, levels, peaks)
    return Basins(labels.reshape(shape), peaks, keys[used] // base, keys[used] % base, depths)


def _numbers(stands_for: NDArray[np.int32], firsts: list[NDArray[np.int64]]) -> NDArray[np.int32]:
    """Return the number of the particle of each basin: particles in the order of their first voxels."""
    first = firsts[0]
    for more in firsts[1:]:  # slabs follow each other
        first = np.where(first < 0, more, first)
    particles = np.flatnonzero((np.arange(stands_for.size) == stands_for) & (stands_for > 0))
    numbers = np.zeros(stands_for.size, np.int32)
    numbers[particles[np.argsort(first[particles])]] = np.arange(1, particles.size + 1)
    return numbers[stands_for]

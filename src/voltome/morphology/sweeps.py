"""A measure for many thresholds in one pass: what `sweep` uses in place of one segmentation for each.

Each function takes the volume and the parameters of `voltome.segmentation.threshold` for every value, then those of its
measure, and yields what the measure gives for each value in turn, number by number the same. What the segmentation
or the measure would raise for a value is raised in its turn. They are named in the table of steps (`Step.sweeps`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseName, ResultTable, Volume
from voltome.errors import PhaseError
from voltome.morphology._kernels_phases import CLASSES, COUNTS, PHASE_VOXELS, SAMPLE_VOXELS
from voltome.morphology._kernels_sweep import cell_pairs, cell_voxels
from voltome.morphology._octants import Octants, octants_of
from voltome.morphology.fractions import fractions_of_counts
from voltome.morphology.surfaces import Estimator, SurfaceArea, areas_of_pairs_um2, in_words, of_counts
from voltome.segmentation.cells import Cells, Cut, cells_of, ends_of

MOST_ENDS = 63
"""Ends of intervals in one pass: with more, the table of pairs of cells would leave the cache of a core."""

Variants = Sequence[Mapping[str, Any]]


def phase_fractions_over_thresholds(volume: Volume, *, variants: Variants) -> Iterator[ResultTable]:
    """Yield what `phase_fractions` gives for each of the thresholds.

    Time: 1 to 12 ns per voxel for up to 63 different ends, by the type of the values. Memory: one byte per voxel.
    """
    octants = octants_of(volume)
    for cells in _chunks(volume, variants):
        voxels = cell_voxels(cells.values, cells.count, octants.lower, octants.upper, octants.split)
        for number, cut in enumerate(cells.cuts):
            cells.check(number, voxels.sum(axis=0))
            counts = np.array([voxels[:, cells.is_phase(number, name)].sum(axis=1) for name in cut.names], np.float64)
            yield fractions_of_counts(volume, cut.names, counts.T, cells.history(number))


def surface_areas_over_thresholds(
    volume: Volume,
    *,
    variants: Variants,
    phase: PhaseName,
    estimator: Estimator = "crofton13",
    level: None = None,
    smoothed: bool = False,
) -> Iterator[SurfaceArea]:
    """Yield what `surface_area` gives for each of the thresholds, by the estimators that count pairs of neighbours.

    Time: 5 to 30 ns per voxel for up to 63 different ends, the more of the neighbours are in different cells. Memory:
    one byte per voxel.
    """
    octants = octants_of(volume)
    for cells in _chunks(volume, variants):
        voxels, pairs = counted(cells, octants)
        counts_of_cuts = counts_of_phases(voxels, pairs, [cells.is_phase(n, phase) for n in range(len(cells.cuts))])
        for number, (cut, counts) in enumerate(zip(cells.cuts, counts_of_cuts, strict=True)):
            cells.check(number, voxels.sum(axis=0))
            if phase not in cut.names:
                raise PhaseError(f"unknown phase {phase!r}; expected one of {', '.join(map(repr, cut.names))}.")
            areas = areas_of_pairs_um2(volume.voxel_size_um, estimator, counts)
            yield of_counts(
                volume, phase, estimator, areas, counts, method=in_words(estimator), history=cells.history(number)
            )


def counted(cells: Cells, octants: Octants) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the voxels [octant, cell] and the pairs [octant, class of direction, cell, other cell] of a volume."""
    box = octants.lower, octants.upper, octants.split
    return cell_voxels(cells.values, cells.count, *box), cell_pairs(cells.values, cells.count, *box)


def counts_of_phases(
    voxels: NDArray[np.int64], pairs: NDArray[np.int64], are_phase: Sequence[NDArray[np.bool_]]
) -> NDArray[np.int64]:
    """Return what `mixed_pairs` counts, [phase, octant, count], for phases that are each made of some of the cells.

    The sums are exact: in float64, for speed, as no count comes near 2^53.
    """
    inside = np.array(are_phase, np.float64)
    # [octant, direction, cell, phase]: pairs of a cell with the outside of a phase, and with its inside
    beyond, within = (pairs.astype(np.float64) @ side.T for side in (1 - inside, inside))
    mixed = np.einsum("odcp,pc->pod", beyond, inside) + np.einsum("odcp,pc->pod", within, 1 - inside)
    counts = np.empty((len(inside), len(voxels), COUNTS), np.int64)
    counts[..., :CLASSES] = mixed
    counts[..., SAMPLE_VOXELS] = voxels.sum(axis=1)
    counts[..., PHASE_VOXELS] = inside @ voxels.T
    return counts


def _chunks(volume: Volume, variants: Variants) -> Iterator[Cells]:
    """Yield the cells of as many thresholds at a time as have at most `MOST_ENDS` different ends, at least of one."""
    dtype = volume.values.dtype
    chunk: list[Cut] = []
    ends: set[Any] = set()
    for variant in variants:
        cut = Cut(variant["intervals"], variant.get("rest"))
        more = ends | set(ends_of(dtype, list(cut.intervals.values())))
        if chunk and len(more) > MOST_ENDS:
            yield cells_of(volume, chunk)
            chunk, more = [], set(ends_of(dtype, list(cut.intervals.values())))
        chunk.append(cut)
        ends = more
    if chunk:
        yield cells_of(volume, chunk)

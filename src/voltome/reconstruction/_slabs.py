"""What every reconstruction of a parallel beam shares: slices in batches, read as they are needed, made a volume."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Projections, Volume
from voltome.reconstruction._lines import PORTION
from voltome.reconstruction._slice_grid import SliceGrid
from voltome.runtime import check_memory

UM_PER_CM = 1e4

BATCH_BYTES = 1 << 28
"""What the lines of a batch of slices may take."""

FEWEST, MOST = 16, 64
"""Slices of a batch: with fewer the work of every point is not shared, with more they leave the cache."""


def batch_of(views: int, columns: int) -> int:
    """Return how many slices are worked on together."""
    return int(np.clip(BATCH_BYTES // (8 * views * columns), FEWEST, MOST))


def in_batches(
    projections: Projections, grid: SliceGrid, reconstruct: Callable[[NDArray[Any]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Return slices[row, y, x]; `reconstruct` makes some slices of values[view, slice, column]."""
    rows, batch = projections.row_count, batch_of(projections.view_count, projections.column_count)
    found = np.empty((rows, *grid.shape), np.float32)
    for first in range(0, rows, batch):
        stop = min(first + batch, rows)
        # rows() checks what comes from a file; values in memory were checked when the noun was made
        lazy = projections.is_lazy
        some = projections.rows(first, stop).values[:] if lazy else projections.values[:, first:stop]
        found[first:stop] = reconstruct(some)
    return found


def check_fits(projections: Projections, grid: SliceGrid, task: str) -> None:
    """Refuse what does not fit in memory: the volume, and what a batch needs."""
    views, columns = projections.view_count, projections.column_count
    voxels = projections.row_count * grid.shape[0] * grid.shape[1]
    batch = batch_bytes(views, columns, grid.shape[0] * grid.shape[1], projections.row_count)
    check_memory(4 * voxels + batch, task=task, voxels=voxels)


def batch_bytes(views: int, columns: int, voxels: int, rows: int) -> int:
    """Return what a batch of slices of so many voxels needs, at most of `rows` slices.

    The frequencies of every view, the plane of every slice and the slice; and of each thread the lines of some views
    and the plane that it transforms.
    """
    slices = min(batch_of(views, columns), rows)
    threads = min(os.cpu_count() or 1, slices)
    return slices * (9 * views * columns + 11 * voxels) + threads * (16 * PORTION * slices * columns + 14 * voxels)


def field_of_view(projections: Projections, grid: SliceGrid, axis: float) -> NDArray[np.bool_]:
    """Return which voxels every view sees: those nearer to the axis than the nearer edge of the detector."""
    radius = min(axis, projections.column_count - 1 - axis) + 0.5
    y, x = grid.places
    inside = y[:, np.newaxis] ** 2 + x**2 <= radius**2
    return np.repeat(inside[np.newaxis], projections.row_count, axis=0)


def volume_of(
    projections: Projections,
    values: NDArray[np.float32],
    *,
    grid: SliceGrid,
    quantity: str,
    unit: str,
    did: str,
    mask: NDArray[np.bool_] | None = None,
) -> Volume:
    """Return slices as a volume that knows where it lies and what was done."""
    row_um, pixel_um = projections.geometry.pixel_size_um
    edge_um = grid.step * pixel_um
    y, x = grid.origin_um(projections.column_count, pixel_um)
    return Volume(
        values,
        voxel_size_um=(row_um, edge_um, edge_um),
        origin_um=(0.0, y, x),
        mask=mask,
        quantity=quantity,
        unit=unit,
        history=(*projections.history, did),
    )

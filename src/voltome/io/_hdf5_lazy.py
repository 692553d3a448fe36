"""Frames of an HDF5 dataset that are read when they are asked for, from any thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from voltome.data import LazyArray
from voltome.data.lazy import Box
from voltome.errors import AxisError, FileFormatError
from voltome.io._hdf5 import FAULTS, refuse_unreadable

_LOCK = threading.Lock()
"""HDF5 is not safe from several threads; h5py's own lock does not span opening, reading and closing."""


def frames_of(dataset: Any, chosen: NDArray[np.int64] | None = None, *, rows: int | None = None) -> LazyArray:
    """Return a dataset as (frame, row, column), or some of its frames.

    Two axes are (frame, column), a sinogram of one row; with as many rows and `rows` given, a single frame.
    """
    axes = _axes_of(dataset, rows)
    refuse_unreadable(dataset, complete=True)
    shape = {"frc": dataset.shape, "fc": (dataset.shape[0], 1, dataset.shape[-1]), "rc": (1, *dataset.shape)}[axes]
    indices = np.arange(shape[0]) if chosen is None else chosen
    file, name = Path(os.fsdecode(dataset.file.filename)), dataset.name
    dtype = dataset.dtype.newbyteorder("=")

    def read(box: Box) -> NDArray[Any]:
        frames, rows, columns = box
        empty = (0, len(range(rows.start, rows.stop, rows.step)), len(range(columns.start, columns.stop, columns.step)))
        parts = [np.empty(empty, dtype)]
        with _LOCK:
            try:
                with h5py.File(file, "r") as opened:
                    parts += [_part(opened[name], axes, run, rows, columns) for run in _runs(indices[frames])]
            except FAULTS as fault:
                told = " ".join(str(fault).split())[:200]
                raise FileFormatError(
                    f"{file}::{name}: cannot be read: {type(fault).__name__}: {told}. Copy it again from its source."
                ) from fault
        return parts[1].astype(dtype, copy=False) if len(parts) == 2 else np.concatenate(parts).astype(dtype)

    return LazyArray((len(indices), shape[1], shape[2]), dtype, read, f"{file}::{name}")


def _axes_of(dataset: Any, rows: int | None) -> str:
    """Return what the axes of a dataset are: frame, row, column."""
    shape: tuple[int, ...] = dataset.shape or ()
    if dataset.dtype.kind not in "uif" or (dataset.dtype.kind == "f" and dataset.dtype.itemsize not in (4, 8)):
        raise FileFormatError(f"dataset {dataset.name!r} holds {dataset.dtype}; expected integers, float32 or float64.")
    if len(shape) not in (2, 3) or 0 in shape:
        raise AxisError(
            f"dataset {dataset.name!r} has the shape {shape}; expected (angle, row, column), none of them 0. Choose "
            f"another dataset, or save one channel alone."
        )
    if len(shape) == 3:
        return "frc"
    return "rc" if rows is not None and rows > 1 and shape[0] == rows else "fc"


def _runs(indices: NDArray[np.int64]) -> Iterator[slice]:
    """Yield slices for indices that grow by the same step, which HDF5 reads in one go."""
    if indices.size == 0:
        return
    steps = np.diff(indices)
    if steps.size and (steps == steps[0]).all() and steps[0] > 0:
        yield slice(int(indices[0]), int(indices[-1]) + 1, int(steps[0]))
        return
    for run in np.split(indices, np.flatnonzero(steps != 1) + 1):
        yield slice(int(run[0]), int(run[-1]) + 1, 1)


def _part(dataset: Any, axes: str, frames: slice, rows: slice, columns: slice) -> NDArray[Any]:
    """Read a box of consecutive frames."""
    if axes == "frc":
        return np.asarray(dataset[frames, rows, columns])
    if axes == "rc":
        return np.asarray(dataset[rows, columns])[np.newaxis]
    return np.asarray(dataset[frames, columns])[:, np.newaxis][:, rows]

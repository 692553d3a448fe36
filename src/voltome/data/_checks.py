"""Checks that the image nouns share; each returns the value in its canonical form or says every fault."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.errors import AxisError, GeometryError, PhaseError, ValuesError, VoxelSizeError, did_you_mean

Triple = tuple[float, float, float]

Interval = tuple[float | None, float | None]

HIGHEST_PHASE_LABEL = 255
HIGHEST_PARTICLE_LABEL = 2**63 - 1


def three_axes(values: Any, noun: str) -> NDArray[Any]:
    """Return `values` with three axes; a 2-D image becomes one slice, without a copy."""
    if not isinstance(values, np.ndarray):
        raise ValuesError(
            f"{noun} values are a {type(values).__name__}; expected a numpy array [z, y, x]: use numpy.asarray(values)."
        )
    if isinstance(values, np.ma.MaskedArray):
        raise ValuesError(
            f"{noun} values are a masked array, whose mask would be lost; expected a plain array: give values.data, "
            f"and mask=~numpy.ma.getmaskarray(values) (True inside the sample)."
        )
    if not values.dtype.isnative:
        raise ValuesError(
            f"{noun} values are {values.dtype.str!r}, in another byte order than this machine's; expected its own: "
            f"use values.astype(values.dtype.newbyteorder('='))."
        )
    array: NDArray[Any] = values[np.newaxis] if values.ndim == 2 else values
    if array.ndim != 3:
        raise AxisError(
            f"{noun} values have {values.ndim} axes, shape {values.shape}; expected 3 (z, y, x), or 2 (y, x) "
            f"for one slice. Select one channel or one time point before."
        )
    if array.size == 0:
        raise ValuesError(f"{noun} values are empty, shape {values.shape}; expected at least one voxel.")
    return array


def voxel_size(value: Any) -> Triple:
    """Return the voxel size as (z, y, x) in um; one number means a cube."""
    how = "Give voxel_size_um as one number or as (z, y, x) in micrometres."
    if value is None:
        raise VoxelSizeError(f"the voxel size is missing; there is no default. {how}")
    sizes = numbers(value)
    if sizes is None or len(sizes) not in (1, 3):
        raise VoxelSizeError(f"voxel_size_um is {value!r}; expected one number or three. {how}")
    if not all(math.isfinite(size) and size > 0 for size in sizes):
        raise VoxelSizeError(f"voxel_size_um is {value!r}; expected finite numbers above 0. {how}")
    z, y, x = sizes * 3 if len(sizes) == 1 else sizes
    return z, y, x


def origin(value: Any) -> Triple:
    """Return the position of the first voxel's corner as (z, y, x) in um."""
    place = numbers(value)
    if place is None or len(place) != 3 or not all(map(math.isfinite, place)):
        raise GeometryError(f"origin_um is {value!r}; expected three finite numbers (z, y, x) in micrometres.")
    z, y, x = place
    return z, y, x


def history(value: Any, *, name: str = "history") -> tuple[str, ...]:
    """Return the history, or another list of remarks, as a tuple of lines."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(line, str) for line in value):
        each = "thing that was done" if name == "history" else "of them"
        raise ValuesError(f"{name} is {value!r}; expected a tuple of texts, one for each {each}.")
    return tuple(value)


def grey_values(values: NDArray[Any]) -> None:
    """Refuse types that are no grey values, and NaN and infinity, saying how many and where first."""
    if values.dtype.kind not in "uif" or (values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8)):
        raise ValuesError(
            f"Volume values are {values.dtype}; expected unsigned or signed integers, float32 or float64. "
            f"Convert with values.astype(numpy.float32)."
        )
    if values.dtype.kind != "f":
        return
    bad, first = 0, None
    for z, plane in enumerate(values):  # slice by slice: no second array as large as the image
        faults = ~np.isfinite(plane)
        count = int(np.count_nonzero(faults))
        if count and first is None:
            y, x = (int(index) for index in np.argwhere(faults)[0])
            first = (z, y, x)
        bad += count
    if bad:
        raise ValuesError(
            f"Volume values hold {bad:,} NaN or infinite voxels, the first at (z, y, x) = {first}; expected finite "
            f"numbers. Crop them away, or replace them by a value you choose with numpy.nan_to_num."
        )


def phase_labels(values: NDArray[Any]) -> None:
    """Refuse phase labels that are not integers from 0 to 255; booleans are 0 and 1."""
    if values.dtype.kind not in "uib":
        raise ValuesError(
            f"PhaseImage values are {values.dtype}; expected integers. A grey volume becomes phases with "
            f"voltome.segmentation.threshold or otsu."
        )
    _labels_within(values, "PhaseImage", HIGHEST_PHASE_LABEL)


def particle_labels(values: NDArray[Any]) -> None:
    """Refuse particle labels that are not integers, 0 or above."""
    if values.dtype.kind not in "ui":
        raise ValuesError(
            f"ParticleImage values are {values.dtype}; expected integers, one number for each particle. Phases become "
            f"particles with voltome.segmentation.separate_particles."
        )
    _labels_within(values, "ParticleImage", HIGHEST_PARTICLE_LABEL)


def _labels_within(values: NDArray[Any], noun: str, highest: int) -> None:
    """Refuse labels below 0 or above `highest`."""
    lowest, largest = int(values.min()), int(values.max())
    if lowest < 0 or largest > highest:
        raise ValuesError(
            f"{noun} labels run from {lowest} to {largest}; expected 0 to {highest}. "
            f"Renumber them before (fastremap.renumber)."
        )


def phase_names(phases: Any) -> dict[int, str]:
    """Return the phases as {label: name}, in the order of their labels."""
    if not isinstance(phases, Mapping) or not phases:
        raise PhaseError(
            f"phases is {phases!r}; expected label -> name, such as {{0: 'pore', 1: 'sulfur'}}, with at least one."
        )
    faults = [label for label in phases if not _is_label(label)]
    if faults:
        raise PhaseError(
            f"phases has the labels {faults}; expected whole numbers from 0 to {HIGHEST_PHASE_LABEL} "
            f"(label -> name, not name -> label)."
        )
    names = [str(name) for name in phases.values()]
    unnamed = [label for label, name in phases.items() if not isinstance(name, str) or not name.strip()]
    if unnamed:
        raise PhaseError(f"the phases with labels {unnamed} have no name; expected a name for every label.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PhaseError(f"the phase names {twice} are used twice; expected one label per name.")
    return {int(label): str(phases[label]) for label in sorted(phases)}


def only_known_labels(values: NDArray[Any], phases: Mapping[int, str]) -> None:
    """Refuse labels that no phase is named for."""
    counts = np.zeros(HIGHEST_PHASE_LABEL + 1, np.int64)
    for plane in values:  # slice by slice: counting makes 8 bytes of every voxel
        counts += np.bincount(plane.ravel().astype(np.uint8, copy=False), minlength=counts.size)
    unknown = [int(label) for label in np.flatnonzero(counts) if int(label) not in phases]
    if unknown:
        share = counts[unknown].sum() / values.size
        raise PhaseError(
            f"the image has the labels {unknown} ({share:.2%} of its voxels) for which no phase is named; named are "
            f"{dict(phases)}. Name every label in phases."
        )


def grey_intervals(intervals: Any, phases: Mapping[int, str]) -> dict[str, Interval] | None:
    """Return the grey values of each phase as {name: (lowest, highest)}, None for an open end."""
    if intervals is None:
        return None
    if not isinstance(intervals, Mapping):
        raise PhaseError(f"grey_intervals is {intervals!r}; expected phase -> (lowest, highest), None for an open end.")
    for name in intervals:
        if name not in phases.values():
            known = ", ".join(map(repr, phases.values()))
            raise PhaseError(
                f"grey_intervals names the phase {name!r}; this image has {known}.{did_you_mean(name, phases.values())}"
            )
    return {name: _interval(name, interval) for name, interval in intervals.items()}


def _interval(name: str, interval: Any) -> Interval:
    """Return (lowest, highest) of one phase, each a finite number or None."""
    if isinstance(interval, Sequence) and not isinstance(interval, str) and len(interval) == 2:
        lowest, highest = interval
        ends = [end for end in (lowest, highest) if end is not None]
        found = numbers(ends)
        if found is not None and all(map(math.isfinite, found)) and found == sorted(found):
            return lowest, highest
    raise PhaseError(
        f"grey_intervals of {name!r} is {interval!r}; expected (lowest, highest), finite and in this order, "
        f"None for an open end."
    )


def particle_phase(phase: Any) -> str:
    """Return the name of the phase that the particles are made of."""
    if not isinstance(phase, str) or not phase.strip():
        raise PhaseError(f"phase is {phase!r}; expected the name of what the particles are made of.")
    return phase


def mask_like(mask: Any, shape: Sequence[int], noun: str) -> NDArray[np.bool_] | None:
    """Return the mask as (z, y, x) booleans on the grid of the values, or None."""
    if mask is None:
        return None
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        raise ValuesError(f"the mask of a {noun} is not an array of bool; expected True inside the sample.")
    inside: NDArray[np.bool_] = mask[np.newaxis] if mask.ndim == 2 else mask
    if inside.shape != tuple(shape):
        raise GeometryError(
            f"the mask of a {noun} has the shape {inside.shape}, its values {tuple(shape)}; expected the same grid."
        )
    if not inside.any():
        raise ValuesError(f"the mask of a {noun} leaves no voxel inside; expected at least one.")
    return inside


def _is_label(label: Any) -> bool:
    """Say whether `label` is a whole number that a phase may have."""
    whole = isinstance(label, int | np.integer) and not isinstance(label, bool)
    return whole and 0 <= int(label) <= HIGHEST_PHASE_LABEL


def numbers(value: Any) -> list[float] | None:
    """Return one number, or the numbers of a sequence, as floats; None where anything else is in it."""
    plain = value.tolist() if isinstance(value, np.ndarray) else value
    items = list(plain) if isinstance(plain, list | tuple) else [plain]
    if not all(isinstance(item, Real) and not isinstance(item, bool) for item in items):
        return None
    try:
        return [float(item) for item in items]
    except OverflowError:  # a whole number beyond the largest float
        return None

"""Checks that the image nouns share; each returns the value in its canonical form or says every fault."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.errors import AxisError, GeometryError, PhaseError, ValuesError, VoxelSizeError

Triple = tuple[float, float, float]

HIGHEST_PHASE_LABEL = 255


def three_axes(values: Any, noun: str) -> NDArray[Any]:
    """Return `values` with three axes; a 2-D image becomes one slice, without a copy."""
    if not isinstance(values, np.ndarray):
        raise ValuesError(
            f"{noun} values are a {type(values).__name__}; expected a numpy array [z, y, x]: use numpy.asarray(values)."
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
    sizes = _triple(value)
    if sizes is None:
        raise VoxelSizeError(f"voxel_size_um is {value!r}; expected one number or three. {how}")
    if not all(math.isfinite(size) and size > 0 for size in sizes):
        raise VoxelSizeError(f"voxel_size_um is {value!r}; expected finite numbers above 0. {how}")
    return sizes


def origin(value: Any) -> Triple:
    """Return the position of the first voxel's corner as (z, y, x) in um."""
    place = _triple(value)
    if place is None or isinstance(value, int | float) or not all(map(math.isfinite, place)):
        raise GeometryError(f"origin_um is {value!r}; expected three finite numbers (z, y, x) in micrometres.")
    return place


def grey_values(values: NDArray[Any]) -> None:
    """Refuse types that are no grey values, and NaN and infinity, saying how many and where first."""
    if values.dtype.kind not in "uif" or values.dtype == np.float16:
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


def labels(values: NDArray[Any], noun: str, highest: int) -> None:
    """Refuse labels that are not integers from 0 to `highest`."""
    if values.dtype.kind not in "uib":
        raise ValuesError(
            f"{noun} values are {values.dtype}; expected integers. A grey volume becomes phases with "
            f"voltome.segmentation.threshold or otsu."
        )
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
    counts = np.bincount(values.ravel().astype(np.uint8, copy=False), minlength=HIGHEST_PHASE_LABEL + 1)
    unknown = [int(label) for label in np.flatnonzero(counts) if int(label) not in phases]
    if unknown:
        share = counts[unknown].sum() / values.size
        raise PhaseError(
            f"the image has the labels {unknown} ({share:.2%} of its voxels) for which no phase is named; named are "
            f"{dict(phases)}. Name every label in phases."
        )


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


def _triple(value: Any) -> Triple | None:
    """Return three floats from one number or three, or None where it is neither."""
    if isinstance(value, bool | str):
        return None
    try:
        numbers = [float(number) for number in np.ravel(np.asarray(value, dtype=float))]
    except (TypeError, ValueError):
        return None
    if len(numbers) == 1:
        numbers = numbers * 3
    if len(numbers) != 3:
        return None
    return numbers[0], numbers[1], numbers[2]

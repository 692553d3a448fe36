"""Numbers with their unit in HDF5 files: angles in degrees, lengths in um, energies in keV, times in s."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from voltome.errors import FileFormatError, GeometryError
from voltome.io._hdf5_attributes import PLAIN, is_plain, text_of
from voltome.io._units import to_um

UNIT_KEYS = ("units", "unit")

MOST_NUMBERS = 10_000_000
"""In a dataset of angles, keys or times."""

DEGREES = {"deg": 1.0, "degree": 1.0, "degrees": 1.0, "°": 1.0, "degs": 1.0}

RADIANS = ("rad", "radian", "radians", "rads")

KEV = {"ev": 1e-3, "kev": 1.0, "mev": 1e3}

SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "min": 60.0}


def at(group: Any, address: str) -> Any:
    """Return the dataset at an address below a group, or None; links to files that are missing lead nowhere."""
    try:
        found = group.get(address)
    except (KeyError, OSError, ValueError, RuntimeError):
        return None
    return found if isinstance(found, h5py.Dataset) else None


def unit_of(dataset: Any) -> str:
    """Return the unit that a dataset states, or nothing."""
    named = (key for key in UNIT_KEYS if key in dataset.attrs and is_plain(dataset, key))
    return next((text_of(dataset, key).strip("[]' ") for key in named), "")


def numbers_in(dataset: Any) -> NDArray[np.float64]:
    """Return the numbers of a small dataset, flat; none where it holds something else."""
    shape = dataset.shape or ()
    if dataset.dtype.kind not in "uif" or math.prod(shape) > MOST_NUMBERS:
        return np.empty(0)
    return np.ravel(np.asarray(dataset[()], np.float64))


def text_in(dataset: Any) -> str:
    """Return the text of a dataset; nothing where it holds something else, or more than one."""
    if dataset is None or dataset.id.get_type().get_class() not in PLAIN or dataset.size != 1:
        return ""
    value = np.ravel(np.asarray(dataset[()], object))[0]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def angles_in(dataset: Any, views: int, *, without_unit: str) -> NDArray[np.float64]:
    """Return the angle of every view in degrees; `without_unit` is the unit where none is stated, or empty."""
    found, unit = numbers_in(dataset), unit_of(dataset)
    known = unit.lower() or without_unit
    if not np.isfinite(found).all():
        raise GeometryError(f"{dataset.name!r} has {np.count_nonzero(~np.isfinite(found))} angles that are not finite")
    if len(found) != views:
        raise GeometryError(f"{dataset.name!r} has {len(found)} angles for {views} views; expected one for each")
    if known in RADIANS:
        return np.degrees(found)
    if known in DEGREES:
        return found
    said = f"the unit {unit!r}" if unit else "no unit"
    raise GeometryError(f"{dataset.name!r} has {said}; expected degrees or radians in its attribute 'units'")


def length_um(dataset: Any) -> float | None:
    """Return one length in um; None where there is none, or no unit of length."""
    if dataset is None:
        return None
    found = np.abs(numbers_in(dataset))
    return to_um(float(found[0]), unit_of(dataset)) if found.size == 1 else None


def scaled(dataset: Any, factors: Mapping[str, float]) -> NDArray[np.float64] | None:
    """Return finite numbers in the unit of `factors`; None where there are none or another unit."""
    if dataset is None:
        return None
    found, factor = numbers_in(dataset), factors.get(unit_of(dataset).lower())
    return found * factor if factor and found.size and np.isfinite(found).all() else None


def energy_kev(dataset: Any) -> float | None:
    """Return one photon energy in keV; None where there is none above 0, or no unit."""
    found = scaled(dataset, KEV)
    return float(found[0]) if found is not None and found.size == 1 and found[0] > 0 else None


def require_numbers(dataset: Any, what: str, count: int) -> NDArray[np.float64]:
    """Return as many numbers as there are frames, or say how many there are."""
    found = numbers_in(dataset)
    if found.size != count:
        raise FileFormatError(
            f"{dataset.name!r} has {found.size} entries for {count} frames; expected one {what} for each."
        )
    return found

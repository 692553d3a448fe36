"""The voxel size of an HDF5 dataset, by the conventions that state a unit."""

from __future__ import annotations

from typing import Any

import h5py
import numpy as np

from voltome.errors import GeometryError, VoxelSizeError
from voltome.io._grid import Grid
from voltome.io._hdf5_attributes import is_plain, numbers_of, text_of
from voltome.io._headers import UNKNOWN, PartialTriple
from voltome.io._units import to_um

SIZE_KEYS = ("voxel_size_um", "element_size_um")
"""Attributes of a dataset along (z, y, x): voltome's, and that of ilastik and the HDF5 plugin of ImageJ."""

UNIT_KEYS = ("units", "unit")

ELSEWHERE = ("resolution", "voxel_size", "pixel_size", "spacing")
"""Attributes that often hold a voxel size, in a unit that they do not state."""

AGREEMENT = 1e-3


def scale_of(dataset: Any) -> Grid:
    """Return the voxel size and origin; what states no unit is a remark."""
    stated: dict[str, PartialTriple] = {key: _attribute(dataset, key) for key in SIZE_KEYS if key in dataset.attrs}
    unsure = [key for key in ELSEWHERE if key in dataset.attrs and is_plain(dataset, key)]
    remarks = [f"its attribute {key!r} is {text_of(dataset, key)[:60]}, in no stated unit" for key in unsure]
    beside, more = _nexus(dataset)
    if beside != UNKNOWN:
        stated["x_pixel_size and its like"] = beside
    return Grid(_agreed(stated), _origin(dataset), tuple(remarks + more))


def _attribute(dataset: Any, key: str) -> PartialTriple:
    """Return a voxel size in um along (z, y, x); one number means a cube."""
    sizes = numbers_of(dataset, key)
    if len(sizes) not in (1, 3) or min(sizes) <= 0:
        raise VoxelSizeError(
            f"the attribute {key!r} of {dataset.name!r} is {text_of(dataset, key)[:80]}; expected one number or "
            f"three (z, y, x) above 0, in micrometres. Correct it."
        )
    z, y, x = sizes if len(sizes) == 3 else sizes * 3
    return z, y, x


def _origin(dataset: Any) -> tuple[float, float, float]:
    """Return the outer corner of the first voxel."""
    if "origin_um" not in dataset.attrs:
        return 0.0, 0.0, 0.0
    found = numbers_of(dataset, "origin_um")
    if len(found) != 3:
        raise GeometryError(
            f"the attribute 'origin_um' of {dataset.name!r} is {text_of(dataset, 'origin_um')[:80]}; expected "
            f"three numbers (z, y, x) in micrometres. Correct it."
        )
    z, y, x = found
    return z, y, x


def _nexus(dataset: Any) -> tuple[PartialTriple, list[str]]:
    """Return what ``z_pixel_size``, ``y_pixel_size`` and ``x_pixel_size`` in the same group say, and remarks."""
    sizes: list[float | None] = []
    remarks = []
    for axis in "zyx":
        name = f"{axis}_pixel_size"
        link = dataset.parent.get(name, getlink=True)
        found = dataset.parent.get(name) if isinstance(link, h5py.HardLink | h5py.SoftLink) else None
        if not isinstance(found, h5py.Dataset) or found.size != 1 or found.dtype.kind not in "uif":
            sizes.append(None)
            continue
        number = float(np.ravel(found[()])[0])
        unit = next((text_of(found, key) for key in UNIT_KEYS if key in found.attrs), "")
        sizes.append(to_um(number, unit))
        if sizes[-1] is None:
            remarks.append(f"{name} is {number!r} in {unit or 'no unit'!r}, no length")
    z, y, x = sizes
    return (z, y, x), remarks


def _agreed(stated: dict[str, PartialTriple]) -> PartialTriple:
    """Return the one voxel size, or refuse two that differ."""
    agreed: list[float | None] = [None, None, None]
    for sizes in stated.values():
        for index, size in enumerate(sizes):
            known = agreed[index]
            if known is not None and size is not None and abs(size - known) > AGREEMENT * known:
                told = "; ".join(f"{name}: {triple}" for name, triple in stated.items())
                raise VoxelSizeError(f"it states two voxel sizes (z, y, x; {told}). Correct the wrong one in the file.")
            agreed[index] = size if known is None else known
    z, y, x = agreed
    return z, y, x

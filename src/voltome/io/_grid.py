"""Voxel size and origin from what a header says: numbers with units, centres of voxels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from voltome.errors import GeometryError, VoxelSizeError
from voltome.io._headers import UNKNOWN, PartialTriple, Unitless
from voltome.io._units import UM_PER_UNIT, corner_um, to_um, unit_name

AXES = ("z", "y", "x")


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid of an image as far as a file says it; the names are those of `Header`."""

    voxel_size_um: PartialTriple = UNKNOWN
    origin_um: tuple[float, float, float] = (0.0, 0.0, 0.0)
    remarks: tuple[str, ...] = ()
    unitless: Unitless | None = None


def grid_of(
    sizes: Sequence[float | None], units: Sequence[str], centre: Sequence[str | None] = (None, None, None)
) -> Grid:
    """Return the grid from spacings, their units (empty where unsaid) and the centre of the first voxel, (z, y, x)."""
    for axis, size in zip(AXES, sizes, strict=True):
        if size is not None and not (math.isfinite(size) and size > 0):
            raise VoxelSizeError(f"its header gives the spacing {size!r} along {axis}; expected above 0. Correct it.")
    lengths, without, origin = [], [], [0.0, 0.0, 0.0]
    for index, (size, unit, place) in enumerate(zip(sizes, units, centre, strict=True)):
        length = None if size is None else to_um(size, unit)
        lengths.append(length)
        without.append(size if length is None else None)
        if place is not None and size is None:
            raise GeometryError(
                f"its header gives an origin along {AXES[index]}, and no spacing there; expected both. Correct it."
            )
        name = unit_name(unit)
        if place is not None and size is not None and length is not None and name is not None:
            origin[index] = corner_um(place, size, UM_PER_UNIT[name])
    if all(size is None for size in without):
        return Grid(_triple(lengths), (origin[0], origin[1], origin[2]))
    unitless = Unitless(_triple(without), (centre[0], centre[1], centre[2]))
    return Grid(_triple(lengths), (origin[0], origin[1], origin[2]), _remarks(sizes, units), unitless)


def _remarks(sizes: Sequence[float | None], units: Sequence[str]) -> tuple[str, ...]:
    """Say which numbers are there without a unit of length."""
    told = ", ".join("?" if size is None else repr(size) for size in sizes)
    strange = sorted({unit for unit in units if unit and unit_name(unit) is None})
    what = f"in {', '.join(map(repr, strange))}, no unit of length" if strange else "without a unit"
    return (f"its spacing is {told} (z, y, x) {what}",)


def _triple(found: Sequence[float | None]) -> PartialTriple:
    z, y, x = found
    return z, y, x

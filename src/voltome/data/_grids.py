"""Whether images lie on one grid: the same voxels at the same place."""

from __future__ import annotations

from collections.abc import Mapping

from voltome.data._parameters import AXES
from voltome.data.images import ImageNoun
from voltome.errors import GeometryError

ROUND_OFF = 1e-6
"""Share of a voxel by which two grids may differ and still be one."""


def difference_of_grids(one: ImageNoun, other: ImageNoun) -> tuple[str, tuple[float, ...], tuple[float, ...]] | None:
    """Return the first attribute in which two grids differ, with both values, or None where they are one."""
    tolerance = [ROUND_OFF * edge for edge in one.voxel_size_um]
    for what, here, there in (
        ("shape", one.shape, other.shape),
        ("voxel_size_um", one.voxel_size_um, other.voxel_size_um),
        ("origin_um", one.origin_um, other.origin_um),
    ):
        if any(abs(a - b) > near for a, b, near in zip(here, there, tolerance, strict=True)):
            return what, here, there
    return None


def check_one_grid(images: Mapping[str, ImageNoun], *, mend: str) -> None:
    """Refuse images on different grids, saying in what they differ and, by `mend`, what to do."""
    first, *others = images
    for name in others:
        found = difference_of_grids(images[first], images[name])
        if found is not None:
            what, here, there = found
            raise GeometryError(
                f"the images lie on different grids: {what} ({', '.join(AXES)}) is {here} in {first!r} and {there} in "
                f"{name!r}; expected the same. {mend}"
            )

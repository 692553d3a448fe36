"""Where an Avizo image lies: its bounding box, the unit of its coordinates, and what voltome wrote beside them.

The box is that of the voxels' centres, so a voxel is (x1 - x0) / (nx - 1) wide, and the outer corner, which is
voltome's origin, lies half a voxel before x0. Of a single voxel a box of centres says nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from voltome.errors import GeometryError
from voltome.io._am_header import AmHeader, Block, block_in, values_in
from voltome.io._headers import UNKNOWN, PartialTriple, Unitless
from voltome.io._units import UM_PER_UNIT, unit_name

OWN_BLOCK = "Voltome"
"""Name of the block of parameters that voltome writes."""

SAME = 1e-6
"""The box and voltome's own numbers may differ by this fraction, where a program rounded to seven digits."""

RIGID = 1e-3

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """Voxel size and origin in um, as far as the file says, and why not where it does not.

    Attributes
    ----------
    voxel_size_um : tuple of (float or None)
        Along (z, y, x).
    origin_um : tuple of float
        Outer corner of the first voxel.
    unitless : Unitless, optional
        The grid in a unit that the file does not name.
    remarks : tuple of str
        Why the voxel size is not known.
    """

    voxel_size_um: PartialTriple = UNKNOWN
    origin_um: Triple = (0.0, 0.0, 0.0)
    unitless: Unitless | None = None
    remarks: tuple[str, ...] = ()


def placed(path: Path, header: AmHeader) -> Placed:
    """Return where the image lies."""
    _refuse_other_grids(path, header.parameters)
    box = _box(path, header.parameters)
    if box is None:
        return Placed(remarks=("it has no BoundingBox",))
    sizes = _sizes(path, header.shape, box)
    unit, said = _unit(header.parameters)
    if unit is None:
        numbers = " x ".join("?" if size is None else f"{float(size):.6g}" for size in sizes)
        edges = _triple([None if size is None else float(size) for size in sizes])
        z, y, x = (repr(float(low)) for low, _ in box)
        return Placed(
            unitless=Unitless(edges, (z, y, x)), remarks=(f"its bounding box gives {numbers} (z, y, x), {said}",)
        )
    factor = UM_PER_UNIT[unit]
    try:
        found = [None if size is None else float(size * factor) for size in sizes]
        corner = [float((low - (size or Fraction(0)) / 2) * factor) for (low, _), size in zip(box, sizes, strict=True)]
    except OverflowError:
        return Placed(remarks=("the numbers of its bounding box are too large",))
    own = _own(header, found, corner)
    if own is not None:
        return own
    remarks = [
        f"one voxel along {axis}, of which a box of centres does not say the size (it is {float(high - low):g} long)"
        for axis, (low, high), size in zip("zyx", box, sizes, strict=True)
        if size is None
    ]
    return Placed(_triple(found), (corner[0], corner[1], corner[2]), remarks=tuple(remarks))


def _refuse_other_grids(path: Path, parameters: Block) -> None:
    """Refuse coordinates that are not evenly spaced, and a transformation that stretches them."""
    kind = " ".join(values_in(parameters, "CoordType")) or "uniform"
    if kind != "uniform":
        raise GeometryError(
            f"{path}: its coordinates are {kind!r}; expected 'uniform': evenly spaced voxels. Resample it first "
            f"(Avizo: Resample)."
        )
    entries = [_finite(text) for text in values_in(parameters, "TransformationMatrix")]
    if not entries:
        return
    known = [entry for entry in entries if entry is not None]
    turned = np.array(known, np.float64).reshape(4, 4)[:3, :3] if len(known) == len(entries) == 16 else np.zeros((3, 3))
    with np.errstate(over="ignore", invalid="ignore"):
        rigid = bool(np.all(np.abs(turned @ turned.T - np.eye(3)) < RIGID))
    if not rigid:
        raise GeometryError(
            f"{path}: its TransformationMatrix stretches or shears the image ({' '.join(map(str, entries))}); expected "
            f"none, a shift or a rotation. Apply it first (Avizo: Resample Transformed Image)."
        )


def _box(path: Path, parameters: Block) -> list[tuple[Fraction, Fraction]] | None:
    """Return (low, high) of the centres along (z, y, x), as exact numbers, or None where there is no box."""
    texts = values_in(parameters, "BoundingBox")
    if not texts:
        return None
    numbers = [_finite(text) for text in texts]
    exact = [Fraction(repr(number)) for number in numbers if number is not None]
    if len(exact) != len(texts) or len(texts) != 6:
        raise GeometryError(
            f"{path}: its BoundingBox is {' '.join(texts)!r}; expected six finite numbers x0 x1 y0 y1 z0 z1, the "
            f"centres of the first and the last voxel. Save it again from Avizo."
        )
    return [(exact[4], exact[5]), (exact[2], exact[3]), (exact[0], exact[1])]


def _sizes(path: Path, shape: Triple, box: list[tuple[Fraction, Fraction]]) -> list[Fraction | None]:
    """Return the edges of a voxel along (z, y, x), None along an axis of one voxel."""
    sizes: list[Fraction | None] = []
    for axis, extent, (low, high) in zip("zyx", shape, box, strict=True):
        if extent > 1 and high <= low:
            raise GeometryError(
                f"{path}: its BoundingBox runs from {float(low)!r} to {float(high)!r} along {axis}, which has "
                f"{extent} voxels; expected the centre of the last above that of the first. Correct the line in its "
                f"header, or save it again from Avizo."
            )
        sizes.append((high - low) / (int(extent) - 1) if extent > 1 else None)
    return sizes


def _unit(parameters: Block) -> tuple[str | None, str]:
    """Return the unit of the coordinates, or None and why it is not known."""
    told = values_in(block_in(parameters, "Units"), "Coordinates")
    if not told:
        return None, "in a unit that it does not name (Parameters { Units { Coordinates } })"
    if len(set(told)) > 1:
        return None, f"in {len(set(told))} units that contradict each other: {', '.join(map(repr, told))}"
    unit = unit_name(told[0])
    return unit, "" if unit else f"in the unit {told[0]!r}, which is no length"


def _own(header: AmHeader, sizes: list[float | None], corner: list[float]) -> Placed | None:
    """Return the numbers that voltome wrote, where they are those of the image still."""
    own = block_in(header.parameters, OWN_BLOCK)
    shape = [_finite(text) for text in values_in(own, "Shape")]
    written = [_finite(text) for text in values_in(own, "VoxelSizeUm")]
    origin = [_finite(text) for text in values_in(own, "OriginUm")]
    known = [number for number in (*written, *origin) if number is not None and math.isfinite(number)]
    if tuple(shape) != header.shape or len(known) != 6 or min(known[:3]) <= 0:
        return None
    if any(size is not None and abs(mine - size) > SAME * size for mine, size in zip(known, sizes, strict=False)):
        return None
    half = [0.0 if size is not None else mine / 2 for mine, size in zip(known, sizes, strict=False)]
    shifted = [abs(mine + edge - place) for mine, edge, place in zip(known[3:], half, corner, strict=True)]
    if any(shift > 1e-3 * size for shift, size in zip(shifted, known, strict=False)):
        return None
    return Placed((known[0], known[1], known[2]), (known[3], known[4], known[5]))


def _finite(text: str) -> float | None:
    """Return the finite number that a text is, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _triple(values: list[float | None]) -> PartialTriple:
    z, y, x = (value if value is not None and math.isfinite(value) and value > 0 else None for value in values)
    return z, y, x

"""The grid of an NRRD file: spacings or space directions, units, and where the first sample is."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from voltome.errors import FileFormatError, GeometryError, VoxelSizeError
from voltome.io._grid import Grid, grid_of
from voltome.io._header_fields import finite, numbers
from voltome.io._units import EXACT

AGREEMENT = 1e-3
"""Two statements of one spacing may differ by this fraction."""

OFF_AXIS = 1e-6
"""A direction may leave its axis by this fraction of its length: programs round."""

ENTRY = re.compile(r'"([^"]*)"|(\([^)]*\))|(\S+)')


def entries(text: str) -> list[str]:
    """Return the entries of a field: words, texts in quotes, vectors in brackets.

    Examples
    --------
    >>> entries('"um" (0.5,0,0) none')
    ['um', '(0.5,0,0)', 'none']
    """
    return [found[1] if found[1] is not None else found[0] for found in ENTRY.finditer(text)]


def grid_of_header(fields: Mapping[str, str], dimension: int) -> Grid:
    """Return the grid, from the fields of a header with 2 or 3 axes."""
    directions, spacings = _directions(fields, dimension), _spacings(fields, dimension)
    both = [_agreed(one, other, fields) for one, other in zip(directions, spacings, strict=True)]
    by_axis = "units" if "spacedirections" not in fields else "spaceunits"
    units = entries(fields.get(by_axis, "")) or [""] * dimension
    if len(units) != dimension:
        raise FileFormatError(f"its header has {len(units)} entries in {by_axis!r} for {dimension} axes. Correct it.")
    centre = _centre(fields, both)
    # the file has the fastest axis first; a 2-D image is one slice of unknown thickness
    return grid_of(_reversed(both, None), _reversed(units, ""), _reversed(centre, None))


def _reversed(found: Sequence, missing: object) -> list:  # type: ignore[type-arg]
    """Return entries for (z, y, x) from those for (x, y) or (x, y, z)."""
    return [*([missing] if len(found) == 2 else []), *reversed(found)]


def _directions(fields: Mapping[str, str], dimension: int) -> list[float | None]:
    """Return the lengths of the space directions, each along its own axis."""
    if "spacedirections" not in fields:
        return [None] * dimension
    vectors = [_vector("space directions", entry) for entry in entries(fields["spacedirections"])]
    if len(vectors) != dimension or any(len(vector) != dimension for vector in vectors):
        raise GeometryError(
            f"its space directions are {fields['spacedirections'][:120]!r}; expected {dimension} vectors of "
            f"{dimension} numbers, one for each axis. Save it again."
        )
    for index, vector in enumerate(vectors):
        lengths = numbers("space directions", vector)
        off = max((abs(length) for place, length in enumerate(lengths) if place != index), default=0.0)
        if not all(map(math.isfinite, lengths)) or off > OFF_AXIS * abs(lengths[index]) or lengths[index] < 0:
            raise GeometryError(
                f"its space directions are {fields['spacedirections'][:120]!r}: sheared, turned or backwards; expected "
                f"each axis along its own, forwards, such as (0.5,0,0) (0,0.5,0) (0,0,0.5). Resample the image, or "
                f"save it again without its orientation."
            )
    return [float(vector[index]) for index, vector in enumerate(vectors)]


def _vector(name: str, entry: str) -> list[str]:
    """Return the numbers of one vector, as they are written."""
    if not (entry.startswith("(") and entry.endswith(")")):
        raise GeometryError(f"{name!r} in its header has the entry {entry!r}; expected a vector, such as (0.5,0,0).")
    return [word.strip() for word in entry[1:-1].split(",")]


def _spacings(fields: Mapping[str, str], dimension: int) -> list[float | None]:
    """Return the spacings as they are stated, or as the ends of the axes give them; None where neither does."""
    stated = [math.nan] * dimension
    if "spacings" in fields:
        stated = numbers("spacings", entries(fields["spacings"]))
    from_ends = [math.nan] * dimension
    if "axismins" in fields and "axismaxs" in fields and "centers" in fields:
        lows, highs = (numbers(name, entries(fields[name])) for name in ("axismins", "axismaxs"))
        counts = numbers("sizes", fields["sizes"].split())
        intervals = [
            count if centre == "cell" else count - 1 if centre == "node" else 0
            for count, centre in zip(counts, _centering(fields), strict=True)
        ]
        from_ends = [
            (high - low) / many if many else math.nan for low, high, many in zip(lows, highs, intervals, strict=True)
        ]
    known = [[None if math.isnan(one) else one for one in found] for found in (stated, from_ends)]
    return [_agreed(one, other, fields) for one, other in zip(*known, strict=True)]


def _centering(fields: Mapping[str, str]) -> list[str]:
    return [entry.lower() for entry in entries(fields.get("centers", ""))]


def _agreed(one: float | None, other: float | None, fields: Mapping[str, str]) -> float | None:
    """Return what two statements say together."""
    if one is None or other is None:
        return other if one is None else one
    if not abs(one - other) <= AGREEMENT * abs(one):
        names = ("spacings", "spacedirections", "axismins", "axismaxs")
        told = ", ".join(f"{name} {fields[name][:60]!r}" for name in names if name in fields)
        raise VoxelSizeError(f"its header states two voxel sizes, {one!r} and {other!r}: {told}. Drop the wrong one.")
    return one


def _centre(fields: Mapping[str, str], spacings: Sequence[float | None]) -> list[str | None]:
    """Return the centre of the first sample along (x, y, z), as decimal numbers; None where unsaid."""
    if "spaceorigin" in fields:
        words = finite("space origin", _vector("space origin", fields["spaceorigin"]))
        if len(words) != len(spacings):
            raise GeometryError(
                f"its space origin is {fields['spaceorigin'][:80]!r}; expected {len(spacings)} numbers. Correct it."
            )
        return list(words)
    if "axismins" not in fields or "centers" not in fields:
        return [None] * len(spacings)
    centre: list[str | None] = []
    for word, kind, spacing in zip(entries(fields["axismins"]), _centering(fields), spacings, strict=True):
        if math.isnan(numbers("axis mins", [word])[0]) or spacing is None or kind not in ("cell", "node"):
            centre.append(None)
            continue
        finite("axis mins", [word])
        # the outer end of a cell lies half a spacing before its centre
        before = EXACT.divide(EXACT.create_decimal(repr(spacing)), 2) if kind == "cell" else 0
        centre.append(str(EXACT.add(EXACT.create_decimal(word), before)))
    return centre

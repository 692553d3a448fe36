"""One voxel size from what the file says and what the caller says."""

from __future__ import annotations

from typing import Any

from voltome.data import _checks
from voltome.errors import FileFormatError, VoxelSizeError
from voltome.io._headers import Header, naming
from voltome.io._units import corner_um

AGREEMENT = 1e-3
"""Two statements of one voxel size may differ by this fraction: files round."""

Triple = tuple[float, float, float]


def resolve(header: Header, given: Any, *, overrule: bool = False) -> Triple:
    """Return the voxel size, or raise `VoxelSizeError` where it is absent or contradictory."""
    if given is None:
        return _from_file(header)
    with naming(header.path):
        stated = _checks.voxel_size(given)
    if not overrule:
        _must_agree(header, stated)
        _must_be_in_proportion(header, stated)
    return stated


def origin_um(header: Header, size_um: Triple) -> Triple:
    """Return the outer corner of the first voxel, scaled by the voxel size where the file gives it without a unit."""
    found = header.unitless
    if found is None:
        return header.origin_um
    z, y, x = (
        known if centre is None or size is None else corner_um(centre, size, given / size)
        for known, centre, size, given in zip(header.origin_um, found.centre, found.sizes, size_um, strict=True)
    )
    return z, y, x


def missing(header: Header) -> tuple[str, ...]:
    """Return one sentence for a voxel size that is absent or incomplete, or nothing."""
    if not header.is_image or None not in header.voxel_size_um:
        return ()
    unknown = [axis for axis, size in zip("zyx", header.voxel_size_um, strict=True) if size is None]
    known = [f"{axis} = {size!r} um" for axis, size in zip("zyx", header.voxel_size_um, strict=True) if size]
    found = (
        f"the file gives {' and '.join(known)} but not the voxel size along {' and '.join(unknown)}"
        if known
        else "the file gives no voxel size"
    )
    remarks = f" ({'; '.join(header.remarks)})" if header.remarks else ""
    return (f"voxel size: {found}{remarks}, and there is no default. {_how_to_give(header)}",)


def _from_file(header: Header) -> Triple:
    z, y, x = header.voxel_size_um
    if z is None or y is None or x is None:
        raise VoxelSizeError(f"{header.path}: {missing(header)[0]}")
    return z, y, x


def _how_to_give(header: Header) -> str:
    """Say how to give the voxel size in each of the three places, with what is known filled in."""
    known = [size for size in header.voxel_size_um if size is not None]
    filled = [repr(known[0] if size is None else size) for size in header.voxel_size_um] if known else []
    sizes = filled or ["0.78"]
    python = sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"
    yaml = sizes[0] if len(sizes) == 1 else f"[{', '.join(sizes)}]"
    order = "one number or (z, y, x) in micrometres"
    return (
        f"Give it ({order}, for instance): voxel_size_um={python} in Python, voxel_size_um: {yaml} in the study file, "
        f"or --voxel-size-um {','.join(sizes)} for voltome convert."
    )


def _must_agree(header: Header, stated: Triple) -> None:
    """Refuse a stated voxel size that the file contradicts on any axis it knows."""
    clashes = [
        f"{axis}: {found!r} in the file, {given!r} given"
        for axis, found, given in zip("zyx", header.voxel_size_um, stated, strict=True)
        if found is not None and abs(given - found) > AGREEMENT * found
    ]
    if clashes:
        raise VoxelSizeError(
            f"{header.path}: two voxel sizes that differ by more than 0.1 % ({'; '.join(clashes)}; in um). "
            f"Drop voxel_size_um if the file is right. If the file is wrong, write a corrected copy with "
            f"voltome.io.convert(source, target, voxel_size_um=..., overrule=True) and read that."
        )


def _must_be_in_proportion(header: Header, stated: Triple) -> None:
    """Refuse a stated voxel size of another shape than the one that the file gives without a unit."""
    found = header.unitless.sizes if header.unitless else (None, None, None)
    scales = [given / size for size, given in zip(found, stated, strict=True) if size is not None]
    if scales and max(scales) - min(scales) > AGREEMENT * min(scales):
        raise VoxelSizeError(
            f"{header.path}: the voxel size given, {stated} um (z, y, x), has not the proportions of the file's, "
            f"{found} in a unit that it does not say. Give one in proportion. If the file is wrong, write a corrected "
            f"copy with voltome.io.convert(source, target, voxel_size_um=..., overrule=True) and read that."
        )


def require_image(header: Header) -> None:
    """Refuse a file that holds something else than one image."""
    if not header.is_image:
        held = f"a {header.noun}" if header.noun else f"{header.format} with axes {', '.join(header.axes) or 'unknown'}"
        raise FileFormatError(
            f"{header.path}: holds {held}; expected an image with the axes (z, y, x). "
            f"What voltome wrote is read back with voltome.io.read."
        )

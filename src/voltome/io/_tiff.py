"""Reading TIFF: one file or a series of slices, as one image (z, y, x)."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from voltome.errors import AxisError, FileFormatError, VoltomeError
from voltome.io import _tiff_chain, _tiff_scale
from voltome.io._headers import UNKNOWN, Header, StoredImage
from voltome.io._paths import slices_of
from voltome.runtime import check_memory

FAULTS = (
    # what tifffile and its decoders were seen to raise on damaged files (tests/unit/io/test_fuzz.py)
    ValueError,  # TiffFileError, UnicodeError and reshaping are ValueErrors
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    ZeroDivisionError,
    NotImplementedError,
    RuntimeError,  # the decoders of imagecodecs
    MemoryError,  # a tag or a tile that states a huge size; real needs are checked before
    struct.error,
)

OFFSET_TAGS = {"StripOffsets", "StripByteCounts", "TileOffsets", "TileByteCounts", "ColorMap", "ImageDescription"}

NOT_GREY = (
    "expected one grey value per voxel. Convert it to 8-bit or 16-bit grey first (Fiji: Image > Type), "
    "or save one channel alone (Fiji: Image > Color > Split Channels)."
)


@dataclass(frozen=True, slots=True)
class _Opened:
    """An open TIFF file whose pages have been checked against each other."""

    path: Path
    file: Any
    pages: list[Any]
    size: int
    metadata: Mapping[str, Any]
    kind: str

    @property
    def page(self) -> Any:
        """The first page."""
        return self.pages[0]


def read_header(path: Path) -> Header:
    """Return the header of one TIFF file."""
    with open_checked(path) as opened:
        return _header(opened)


def read_image(header: Header) -> StoredImage:
    """Return the voxels of one TIFF file."""
    with open_checked(header.path) as opened:
        return StoredImage(_values(opened, header))


def read_slices_header(path: Path) -> Header:
    """Return the header of a series of slices, all of the same shape and type."""
    files = slices_of(path)
    headers = [read_header(file) for file in files]
    for header in headers:
        _refuse_odd_slice(path, headers[0], header)
    shape = (len(files), *headers[0].shape[1:])
    return replace(headers[0], path=path, format="TIFF slices", files=files, shape=shape)


def read_slices(header: Header) -> StoredImage:
    """Return the voxels of a series of slices."""
    values = _room_for(header)
    for plane, file in zip(values, header.files, strict=True):
        with open_checked(file) as opened:
            plane[...] = _values(opened, _header(opened))[0]
    return StoredImage(values)


def _refuse_odd_slice(path: Path, first: Header, header: Header) -> None:
    """Refuse a slice that is a stack itself or differs from the first."""
    if header.shape[0] != 1:
        raise FileFormatError(
            f"{path}: {header.path.name!r} holds {header.shape[0]} slices; expected one per file. "
            f"Read a stack by its own name."
        )
    found, expected = (header.shape[1:], header.dtype), (first.shape[1:], first.dtype)
    if found != expected:
        raise FileFormatError(
            f"{path}: the slices differ: {header.path.name!r} is {found[1]} of {found[0][0]} x {found[0][1]} (y, x), "
            f"{first.path.name!r} is {expected[1]} of {expected[0][0]} x {expected[0][1]}. "
            f"Choose one series with a pattern such as 'folder/slice_*.tif'."
        )
    if header.voxel_size_um != first.voxel_size_um:
        raise FileFormatError(
            f"{path}: the slices state different voxel sizes: {header.voxel_size_um} um in {header.path.name!r}, "
            f"{first.voxel_size_um} um in {first.path.name!r} (z, y, x). Choose one series with a pattern."
        )


@contextmanager
def open_checked(path: Path) -> Iterator[_Opened]:
    """Open a file, and turn whatever the TIFF library raises on a damaged one into `FileFormatError`."""
    try:
        count = _tiff_chain.count_pages(path)
        with tifffile.TiffFile(path) as file:
            # pages, not tifffile's series: a series falls back silently where pages and metadata disagree
            file.pages.useframes = False
            pages = [file.pages.first, *(file.pages[index] for index in range(1, count))]
            yield _checked(path, file, pages)
    except VoltomeError:
        raise
    except OSError as fault:
        raise FileFormatError(f"{path}: cannot be read: {fault.strerror or fault}.") from fault
    except FAULTS as fault:
        raise _tiff_chain.damaged(path, f"{type(fault).__name__}: {str(fault)[:200]}") from fault


def _checked(path: Path, file: Any, pages: list[Any]) -> _Opened:
    """Return the open file, once its pages agree and all their data are there."""
    size = path.stat().st_size
    first = pages[0]
    for index, page in enumerate(pages):
        if (page.shaped, page.dtype) != (first.shaped, first.dtype):
            raise FileFormatError(
                f"{path}: the pages differ: page {index} is {page.dtype} of shape {page.shape}, page 0 is "
                f"{first.dtype} of shape {first.shape}; expected slices of one image. Save the image alone."
            )
        _tiff_chain.check_segments(path, page, index, size)
    metadata, kind = _metadata(path, file, first)
    return _Opened(path, file, pages, size, metadata, kind)


def _metadata(path: Path, file: Any, page: Any) -> tuple[dict[str, Any], str]:
    """Return what the description says, and which program's convention it follows."""
    if page.is_imagej:
        return dict(file.imagej_metadata or {}), "ImageJ"
    if page.is_ome:
        return dict(_tiff_scale.ome_pixels(path, page.description)), "OME"
    if page.is_shaped:
        return _shaped_metadata(page.shaped_description), "shaped"
    return {}, ""


def _shaped_metadata(description: str) -> dict[str, Any]:
    """Return the JSON that tifffile writes by default, or nothing."""
    try:
        found = json.loads(description)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _header(opened: _Opened) -> Header:
    """Return the header of an open file."""
    page = opened.page
    _refuse_colour(opened)
    voxel_size_um, remarks = _scale(opened)
    return Header(
        path=opened.path,
        format=f"{opened.kind} TIFF" if opened.kind in ("ImageJ", "OME") else "TIFF",
        files=(opened.path,),
        shape=(_planes(opened), page.imagelength, page.imagewidth),
        axes=("z", "y", "x"),
        dtype=str(page.dtype.newbyteorder("=")),
        voxel_size_um=voxel_size_um,
        metadata=_fields(opened),
        remarks=remarks,
    )


def _scale(opened: _Opened) -> _tiff_scale.Scale:
    """Return the voxel size by the convention that the file follows."""
    if opened.kind == "OME":
        return _tiff_scale.ome_scale(opened.metadata)
    if opened.kind in ("ImageJ", "shaped"):
        return _tiff_scale.imagej_scale(opened.page, opened.metadata)
    return UNKNOWN, _tiff_scale.print_resolution(opened.page)


def _refuse_colour(opened: _Opened) -> None:
    """Refuse several values per voxel, and types that are no numbers."""
    page = opened.page
    if page.samplesperpixel != 1:
        kind = "an RGB image" if page.samplesperpixel in (3, 4) else "an image of several channels"
        raise FileFormatError(f"{opened.path}: {kind}, {page.samplesperpixel} values per voxel; {NOT_GREY}")
    if page.dtype is None or page.dtype.kind not in "buif":
        raise FileFormatError(f"{opened.path}: its values are {page.dtype}; expected real numbers.")


def _planes(opened: _Opened) -> int:
    """Return the number of slices, after refusing channels, time points and missing pages."""
    stored = len(opened.pages) * int(opened.page.imagedepth)
    extents = _extents(opened)
    _refuse_more_axes(opened.path, extents)
    stated = max((extent for _, extent in extents), default=1)
    if stated > stored:
        _check_hidden_planes(opened, stated, stored)
        return stated
    return stored


def _extents(opened: _Opened) -> list[tuple[str, int]]:
    """Return the axes beside y and x that the metadata name, longer than one, as (letter, extent)."""
    told = opened.metadata
    found: list[tuple[str, Any]] = []
    if opened.kind == "ImageJ":
        found = [("z", told.get("slices", 1)), ("c", told.get("channels", 1)), ("t", told.get("frames", 1))]
        if all(extent == 1 for _, extent in found):
            found = [("z", told.get("images", 1))]
    elif opened.kind == "OME":
        found = [(axis.lower(), told.get(f"Size{axis}", "1")) for axis in "ZCT"]
    elif opened.kind == "shaped":
        shape, axes = list(told.get("shape", ())), str(told.get("axes", "")).lower()
        named = axes if len(axes) == len(shape) else "q" * len(shape)
        found = list(zip(named, shape, strict=True))[:-2]
    return [(axis, int(extent)) for axis, extent in found if int(extent) > 1]


def _refuse_more_axes(path: Path, extents: Sequence[tuple[str, int]]) -> None:
    """Refuse channels, time series and more than three axes, saying how to mend each."""
    if len(extents) > 1:
        listed = ", ".join(f"{'unnamed' if axis == 'q' else axis} = {extent}" for axis, extent in extents)
        raise AxisError(
            f"{path}: {len(extents) + 2} axes longer than one ({listed}, and y, x); expected 3 (z, y, x). "
            f"Save one channel and one time point alone (Fiji: Image > Duplicate)."
        )
    for axis, extent in extents:
        if axis in ("c", "t"):
            what, name = ("an image", "channels") if axis == "c" else ("a time series", "frames")
            raise AxisError(
                f"{path}: {what} of {extent} {name}; expected slices (z, y, x). If the {name} are slices, say so in "
                f"the file (Fiji: Image > Properties, slices = {extent}, {name} = 1, save; tifffile: "
                f"metadata={{'axes': 'ZYX'}}); otherwise save one of the {name} alone."
            )


def _check_hidden_planes(opened: _Opened, stated: int, stored: int) -> None:
    """Accept the planes that ImageJ and tifffile store behind a single page; refuse absent ones."""
    page = opened.page
    if opened.kind == "OME" and opened.metadata.get("FileName", opened.path.name) != opened.path.name:
        raise FileFormatError(
            f"{opened.path}: one of several files of an OME-TIFF with {stated} planes; expected all in one file. "
            f"Save it as one file (Fiji: open it with Bio-Formats, File > Save As)."
        )
    if stored != 1 or opened.kind == "OME" or not page.is_contiguous:
        raise FileFormatError(
            f"{opened.path}: its metadata announce {stated} planes, the file holds {stored}; it was cut off or altered "
            f"after it was written. Export it again, or save it anew (Fiji: File > Save As > Tiff)."
        )
    needed = page.dataoffsets[0] + stated * page.nbytes
    if needed > opened.size:
        raise _tiff_chain.truncated(opened.path, f"the data of its {stated} planes", needed, opened.size)


def _room_for(header: Header) -> NDArray[Any]:
    """Return an array for the voxels, after checking that they fit in memory."""
    check_memory(header.size_bytes, task=f"reading {header.path}", voxels=math.prod(header.shape))
    return np.empty(header.shape, header.dtype)


def _values(opened: _Opened, header: Header) -> NDArray[Any]:
    """Return the voxels, in the byte order of this machine."""
    depth = opened.page.imagedepth
    values = _room_for(header)
    if header.shape[0] > len(opened.pages) * depth:
        _fill_contiguous(opened, values)
        return values
    for index, each in enumerate(opened.pages):
        values[index * depth : (index + 1) * depth] = each.asarray().reshape(depth, *header.shape[1:])
    return values


def _fill_contiguous(opened: _Opened, values: NDArray[Any]) -> None:
    """Read planes that lie one after the other behind the first page."""
    stored = opened.page.dtype.newbyteorder(opened.file.byteorder)
    with opened.path.open("rb") as file:
        file.seek(opened.page.dataoffsets[0])
        for plane in values:
            plane[...] = np.fromfile(file, stored, plane.size).reshape(plane.shape)


def _fields(opened: _Opened) -> dict[str, str]:
    """Return every field found, as text."""
    tags = {tag.name: tag.value for tag in opened.page.tags if tag.name not in OFFSET_TAGS}
    own = {f"{opened.kind}.{name}": value for name, value in opened.metadata.items()}
    return {name: _as_text(value) for name, value in (tags | own).items()}


def _as_text(value: Any) -> str:
    """Return the value of a field as one short text."""
    text = str(getattr(value, "name", value))
    return text if len(text) <= 500 else f"{text[:500]}... ({len(text):,} characters)"

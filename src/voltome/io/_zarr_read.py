"""Reading zarr groups: what voltome wrote, exactly; OME-Zarr 0.4 and 0.5 of other programs, as one image."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

from voltome.data import ImageNoun, LazyArray, Noun, Projections
from voltome.data.lazy import Box
from voltome.errors import AxisError, FileFormatError, VoltomeError
from voltome.io import _ngff
from voltome.io._fields import assemble, noun_class
from voltome.io._headers import Header, StoredImage, naming
from voltome.io._scan import ScanOptions, agreeing
from voltome.io._zarr_write import FORMAT
from voltome.runtime import check_memory

FAULTS = (
    # what zarr and its codecs were seen to raise on damaged groups (tests/unit/io/test_fuzz.py)
    ValueError,  # zarr's own errors, and json's, are ValueErrors
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    ZeroDivisionError,
    NotImplementedError,
    RuntimeError,  # the decoders of numcodecs
    SystemError,  # Blosc, on a chunk whose header states a negative size
    MemoryError,  # Blosc, on a chunk whose header states a huge one; real needs are checked before
)

BLOSC_HEADER_BYTES = 16

MARKERS = ("zarr.json", ".zgroup", ".zattrs", ".zarray")
"""Files that tell a zarr folder from a folder of slices."""


def is_group(path: Path) -> bool:
    """Say whether a folder is zarr, by its name or by what it has."""
    return path.is_dir() and (path.suffix.lower() == ".zarr" or has_markers(path))


def has_markers(path: Path) -> bool:
    """Say whether a folder has the metadata of zarr."""
    return any((path / marker).is_file() for marker in MARKERS)


def attributes_of(path: Path) -> dict[str, Any]:
    """Return the attributes of a group from its JSON alone: quick, no array is opened."""
    with _reading(path):
        if (path / "zarr.json").is_file():
            return _object(path / "zarr.json").get("attributes", {})  # type: ignore[no-any-return]
        return _object(path / ".zattrs") if (path / ".zattrs").is_file() else {}


def extra_attributes(path: Path) -> dict[str, Any]:
    """Return the JSON that was stored along with the noun; empty where there is none."""
    attributes = attributes_of(path)
    with _reading(path):
        return dict(attributes.get("voltome", {}).get("attributes", {}))


def read_header(path: Path) -> Header:
    """Return the header of a zarr group."""
    attributes = attributes_of(path)
    with _reading(path), naming(path):
        group = _group(path)
        own = _own(attributes)
        if own and not issubclass(noun_class(own["noun"]), ImageNoun):
            return _header_of_parts(path, group, own)
        described = _ngff.understand(attributes)
        return _header_of_image(path, group, described, own, attributes)


def read_image(header: Header) -> StoredImage:
    """Return the full-resolution voxels of an image group, and its fields where voltome wrote it."""
    attributes = attributes_of(header.path)
    with _reading(header.path), naming(header.path):
        if header.noun:
            noun = _noun(header.path, attributes)
            assert isinstance(noun, ImageNoun)  # noqa: S101 - for the type checker
            return StoredImage(noun.values, {name: getattr(noun, name) for name in _stored_fields(attributes)})
        group, described = _group(header.path), _ngff.understand(attributes)
        values = _array(header.path, group, described.path, complete=False)
        return StoredImage(values.reshape(header.shape))


def read_noun(path: Path) -> Noun:
    """Return the noun that voltome wrote."""
    attributes = attributes_of(path)
    with _reading(path), naming(path):
        if not _own(attributes):
            raise FileFormatError(
                "not written by voltome, so what it holds is not known. Read an image with voltome.io.read_volume, "
                "labels with voltome.io.read_phases or read_particles."
            )
        return _noun(path, attributes)


def read_projections_of(path: Path, options: ScanOptions) -> Projections:
    """Return the projections that voltome wrote."""
    attributes = attributes_of(path)
    with _reading(path), naming(path):
        own, group = _own(attributes), _group(path)
        if own.get("noun") != "Projections":
            raise FileFormatError(f"holds {own.get('noun') or 'an image'}; expected projections that voltome wrote.")

        def array(name: str) -> Any:
            return (
                _lazy(path, group, name)
                if options.lazy and name == "values"
                else _array(path, group, name, complete=True)
            )

        made = assemble("Projections", own["fields"], array)
    assert isinstance(made, Projections)  # noqa: S101 - for the type checker
    with naming(path):
        return agreeing(made, options)


def _lazy(path: Path, group: zarr.Group, name: str) -> LazyArray:
    """Return an array of three axes that is read when it is sliced."""
    array = _node(path, group, name)
    _refuse_missing_chunks(name, array)
    _refuse_cut_chunks(path / name, array)
    dtype = array.dtype.newbyteorder("=")

    def read(box: Box) -> NDArray[Any]:
        with _reading(path):
            return np.asarray(array[box]).astype(dtype, copy=False)

    a, b, c = array.shape
    return LazyArray((a, b, c), dtype, read, f"{path} {name}")


def _noun(path: Path, attributes: Mapping[str, Any]) -> Noun:
    """Return the noun described by the attributes of voltome."""
    own, group = _own(attributes), _group(path)
    return assemble(own["noun"], own["fields"], lambda name: _array(path, group, name, complete=True))


def _stored_fields(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_own(attributes)["fields"])


def _own(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what voltome wrote about the noun, or nothing."""
    own = attributes.get("voltome", {})
    if own and int(own["format"]) > FORMAT:
        raise FileFormatError(f"written by a newer voltome (format {own['format']}, known {FORMAT}). Update voltome.")
    return own  # type: ignore[no-any-return]


def _group(path: Path) -> zarr.Group:
    """Open a folder as a zarr group for reading."""
    node = zarr.open(path, mode="r")
    if not isinstance(node, zarr.Group):
        raise FileFormatError(f"a single zarr array, not a group; expected an OME-Zarr image: perhaps {path.parent}.")
    return node


def _array(path: Path, group: zarr.Group, name: str, *, complete: bool) -> NDArray[Any]:
    """Return an array of the group; with `complete`, refuse one of which a chunk is missing."""
    array = _node(path, group, name)
    if complete:
        _refuse_missing_chunks(name, array)
    _refuse_cut_chunks(path / name, array)
    size = math.prod(array.shape) * array.dtype.itemsize
    check_memory(size, task=f"reading {path}", voxels=math.prod(array.shape))
    values = np.asarray(array[...])
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _refuse_missing_chunks(name: str, array: zarr.Array[Any]) -> None:
    """Refuse an array of which a chunk is missing."""
    if array.nchunks_initialized != array.nchunks:
        raise FileFormatError(
            f"array {name!r} has {array.nchunks_initialized} of {array.nchunks} chunks; the copy is incomplete. "
            f"Copy it again from its source."
        )


def _refuse_cut_chunks(folder: Path, array: zarr.Array[Any]) -> None:
    """Refuse Blosc chunks shorter or longer than they say: Blosc itself would return what lies behind them."""
    names = [type(codec).__name__ for codec in array.compressors]
    if array.shards is not None or not names or not names[0].startswith("Blosc"):
        return
    checksum_bytes = 4 if names[1:] == ["Crc32cCodec"] else 0
    for chunk in files_of(folder):
        if chunk.name.startswith(".") or chunk.name == "zarr.json":
            continue
        with chunk.open("rb") as file:
            head = file.read(BLOSC_HEADER_BYTES)
        stated = int.from_bytes(head[12:16], "little") + checksum_bytes
        found = chunk.stat().st_size
        if len(head) < BLOSC_HEADER_BYTES or found != stated:
            raise FileFormatError(
                f"chunk {chunk.relative_to(folder)} of array {folder.name!r} has {found:,} bytes; expected {stated:,}: "
                f"the copy is incomplete. Copy it again from its source."
            )


def _node(path: Path, group: zarr.Group, name: str) -> zarr.Array[Any]:
    """Return an array of the group, or say which there are."""
    node = group.get(name)
    if not isinstance(node, zarr.Array):
        present = ", ".join(map(repr, _array_names(path))) or "none"
        raise FileFormatError(f"its metadata name the array {name!r}, which is missing; it has {present}.")
    return node


def _array_names(path: Path) -> list[str]:
    """Return the names of the arrays of a group: its folders; zarr's own listing warns of every other file."""
    return sorted(entry.name for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def _header_of_image(
    path: Path, group: zarr.Group, described: _ngff.Multiscale, own: Mapping[str, Any], attributes: Mapping[str, Any]
) -> Header:
    """Return the header of an image group, its axes squeezed to (z, y, x)."""
    array = _node(path, group, described.path)
    origin = own["fields"]["origin_um"] if own else described.origin_um
    return Header(
        path=path,
        format=f"OME-Zarr {described.version}",
        files=files_of(path),
        shape=_squeezed(array.shape, described.axes),
        axes=("z", "y", "x"),
        dtype=str(array.dtype.newbyteorder("=")),
        voxel_size_um=tuple(own["fields"]["voxel_size_um"]) if own else described.voxel_size_um,
        origin_um=(float(origin[0]), float(origin[1]), float(origin[2])),
        noun=str(own.get("noun", "")),
        metadata=_metadata(array, attributes),
        remarks=described.remarks,
    )


def _squeezed(shape: tuple[int, ...], axes: tuple[str, ...]) -> tuple[int, int, int]:
    """Return the shape along (z, y, x), or refuse channels and time points."""
    if len(shape) != len(axes):
        raise FileFormatError(f"its metadata name {len(axes)} axes, its array has {len(shape)}.")
    extents = dict(zip(axes, shape, strict=True))
    for axis, what in (("c", "channels"), ("t", "time points")):
        if extents.get(axis, 1) != 1:
            raise AxisError(
                f"{len(axes)} axes ({', '.join(axes)}) with {extents[axis]} {what}; expected 3 (z, y, x). "
                f"Save one of the {what} alone."
            )
    return extents.get("z", 1), extents["y"], extents["x"]


def _header_of_parts(path: Path, group: zarr.Group, own: Mapping[str, Any]) -> Header:
    """Return the header of a noun that is no image: it lists its arrays."""
    parts = {name: _node(path, group, name) for name in _array_names(path)}
    arrays = {f"array {name}": f"{array.dtype} {array.shape}" for name, array in parts.items()}
    plain = {name: json.dumps(entry) for name, entry in own["fields"].items() if not isinstance(entry, dict)}
    return Header(path=path, format="zarr", files=files_of(path), noun=str(own["noun"]), metadata={**plain, **arrays})


def _metadata(array: zarr.Array[Any], attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return the attributes of the group and the layout of the array, as text."""
    found: dict[str, str] = {"chunks": str(array.chunks), "compressors": ", ".join(map(str, array.compressors))}
    for name, entry in attributes.items():
        content = entry if name == "voltome" and isinstance(entry, dict) else {"": entry}
        for key, value in content.items():
            text = json.dumps(value, ensure_ascii=False)
            found[f"{name}.{key}".rstrip(".")] = (
                text if len(text) <= 500 else f"{text[:500]}... ({len(text):,} characters)"
            )
    return found


def files_of(path: Path) -> tuple[Path, ...]:
    """Return all files of a zarr folder, in the order of their names."""
    return tuple(sorted((entry for entry in path.rglob("*") if entry.is_file()), key=lambda entry: entry.as_posix()))


def _object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file."""
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise FileFormatError(f"{path}: holds a JSON {type(found).__name__}; expected an object.")
    return found


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn whatever the zarr library raises on a damaged group into `FileFormatError`."""
    try:
        yield
    except VoltomeError:
        raise
    except OSError as fault:
        # zarr's GroupNotFoundError is one, without a reason from the operating system
        reason = fault.strerror or "no group metadata (zarr.json or .zgroup) in it"
        raise FileFormatError(f"{path}: not a zarr group that can be read: {reason}. Copy it again.") from fault
    except FAULTS as fault:
        raise FileFormatError(
            f"{path}: not a sound zarr group: {type(fault).__name__}: {str(fault)[:200]}. "
            f"Copy it again from its source."
        ) from fault

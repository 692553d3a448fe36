"""Reading HDF5: one dataset of a file as an image, what voltome wrote exactly."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from voltome.data import ImageNoun, Noun
from voltome.errors import AxisError, FileFormatError, VoltomeError
from voltome.io import _hdf5_attributes, _hdf5_find, _hdf5_scale
from voltome.io._fields import assemble, noun_class
from voltome.io._hdf5_write import ALONE, FORMAT, FORMAT_KEY, MASK_KEY, NOUN_KEY, PHASES_KEY, is_text_field
from voltome.io._headers import Header, StoredImage, naming
from voltome.io._paths import split_address
from voltome.runtime import check_memory

FAULTS = (
    # what h5py was seen to raise on damaged files (tests/unit/io/test_fuzz_headers.py)
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
    RecursionError,
    MemoryError,  # a chunk that states a huge size; real needs are checked before
)

LARGEST_CHUNK_BYTES = 2**31

COMMON_FILTERS = {32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP", 32015: "Zstandard", 32026: "Blosc2"}
"""Numbers of compressions that HDF5 itself does not have, with their names."""


def read_header(path: Path) -> Header:
    """Return the header of one dataset."""
    with _dataset(path) as dataset:
        return _header(path, dataset)


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the file, and those in which parts of the dataset lie."""
    return read_header(path).files


def read_image(header: Header) -> StoredImage:
    """Return the voxels of one dataset, with the fields of the noun where voltome wrote it."""
    with _dataset(header.path) as dataset:
        if header.noun:
            noun = _noun(dataset)
            names = [*_stored_names(dataset, type(noun)), "mask"]
            return StoredImage(noun.values, {name: getattr(noun, name) for name in names})
        return StoredImage(_values(dataset).reshape(header.shape))


def read_noun(path: Path) -> Noun:
    """Return the noun that voltome wrote."""
    with _dataset(path) as dataset:
        if NOUN_KEY not in dataset.attrs:
            raise FileFormatError(
                "not written by voltome, so which noun it holds is not known. Read grey values with "
                "voltome.io.read_volume, labels with voltome.io.read_phases or read_particles."
            )
        return _noun(dataset)


@contextmanager
def _dataset(path: Path) -> Iterator[Any]:
    """Open the dataset that a path names, and turn whatever goes wrong into `FileFormatError`."""
    place, address = split_address(path)
    with naming(path):
        try:
            with h5py.File(place, "r") as file:
                yield _hdf5_find.find(file, address, place)
        except VoltomeError:
            raise
        except FAULTS as fault:
            told = " ".join(str(fault).split())[:200]
            raise FileFormatError(
                f"not a sound HDF5 file, or not one that can be read: {type(fault).__name__}: {told}. Copy it again "
                f"from its source."
            ) from fault


def _header(path: Path, dataset: Any) -> Header:
    """Return the header of an open dataset."""
    shape = _shape(dataset)
    noun = _noun_name(dataset)
    scale = _hdf5_scale.scale_of(dataset)
    place, _ = split_address(path)
    return Header(
        path=path,
        format="HDF5",
        files=(place, *_hdf5_find.other_files(dataset, place)),
        shape=shape,
        axes=("z", "y", "x"),
        dtype=str(dataset.dtype.newbyteorder("=")),
        voxel_size_um=scale.voxel_size_um,
        origin_um=scale.origin_um,
        noun=noun,
        metadata=_metadata(dataset),
        remarks=scale.remarks,
    )


def _shape(dataset: Any) -> tuple[int, int, int]:
    """Return the extents along (z, y, x), after refusing what is no image."""
    if not _hdf5_find.is_numeric(dataset):
        raise FileFormatError(f"dataset {dataset.name!r} holds {dataset.dtype}; expected real numbers.")
    shape = dataset.shape or ()
    if len(shape) not in (2, 3):
        raise AxisError(
            f"dataset {dataset.name!r} has {len(shape)} axes, {' x '.join(map(str, shape)) or 'none'}; expected 3 "
            f"(z, y, x), or 2 for one slice. Save one channel or one time point alone, as a dataset of its own."
        )
    if math.prod(shape) == 0:
        raise FileFormatError(f"dataset {dataset.name!r} is empty, shape {shape}; expected at least one voxel.")
    z, y, x = shape if len(shape) == 3 else (1, *shape)
    return int(z), int(y), int(x)


def _noun_name(dataset: Any) -> str:
    """Return the class name of the noun that voltome wrote, or nothing."""
    if NOUN_KEY not in dataset.attrs:
        return ""
    version = int(_hdf5_attributes.attribute(dataset, FORMAT_KEY))
    if version > FORMAT:
        raise FileFormatError(f"written by a newer voltome (format {version}, known {FORMAT}). Update voltome.")
    name = _hdf5_attributes.text_of(dataset, NOUN_KEY)
    if not issubclass(noun_class(name), ImageNoun):
        raise FileFormatError(f"says that it holds a {name}, which is no image. Copy it again from its source.")
    return name


def _noun(dataset: Any) -> ImageNoun:
    """Return the noun that voltome wrote."""
    name = _noun_name(dataset)
    cls = noun_class(name)
    fields = {field: _field(dataset, cls, field) for field in _stored_names(dataset, cls)}
    grid = {key: tuple(_hdf5_attributes.numbers_of(dataset, key)) for key in ALONE}
    mask = _values(_mask_of(dataset), complete=True) if MASK_KEY in dataset.attrs else None
    noun = assemble(name, fields, _no_array, values=_values(dataset, complete=True), mask=mask, **grid)
    assert isinstance(noun, ImageNoun)  # noqa: S101 - for the type checker
    return noun


def _stored_names(dataset: Any, cls: type) -> list[str]:
    """Return the fields that are stored as text."""
    names = [name for name in cls.__dataclass_fields__ if name in dataset.attrs]  # type: ignore[attr-defined]
    return [name for name in names if name not in (*ALONE, MASK_KEY)]


def _field(dataset: Any, cls: type, name: str) -> Any:
    """Return a field as JSON, as `voltome.io._fields` takes it."""
    text = _hdf5_attributes.text_of(dataset, name)
    if name == PHASES_KEY:
        return {"$mapping": [[int(label), phase] for label, phase in json.loads(text).items()]}
    return text if is_text_field(cls, name) else json.loads(text)


def _mask_of(dataset: Any) -> Any:
    """Return the dataset with the mask, which lies in the same group."""
    name = _hdf5_attributes.text_of(dataset, MASK_KEY)
    found = dataset.parent.get(name)
    if not isinstance(found, h5py.Dataset):
        raise FileFormatError(f"its attributes name the mask {name!r} beside it, which is missing. Copy it again.")
    return found


def _no_array(name: str) -> NDArray[Any]:
    raise FileFormatError(f"its attributes name an array {name!r}, which there is no place for. Copy it again.")


def _values(dataset: Any, *, complete: bool = False) -> NDArray[Any]:
    """Return the values of a dataset, in the byte order of this machine."""
    refuse_unreadable(dataset, complete=complete)
    size = math.prod(dataset.shape) * dataset.dtype.itemsize
    check_memory(size, task=f"reading {dataset.name}", voxels=math.prod(dataset.shape))
    values = np.empty(dataset.shape, dataset.dtype.newbyteorder("="))
    # slab by slab would read a chunk several times; HDF5 goes chunk by chunk by itself
    dataset.read_direct(values)
    return values


def refuse_unreadable(dataset: Any, *, complete: bool) -> None:
    """Refuse packing that is not known here, values that were never written, and absurd chunks."""
    properties = dataset.id.get_create_plist()
    for index in range(properties.get_nfilters()):
        number = properties.get_filter(index)[0]
        if not h5py.h5z.filter_avail(number):
            name = COMMON_FILTERS.get(number, "unknown")
            raise FileFormatError(
                f"dataset {dataset.name!r} is packed by filter {number} ({name}), which is not there. Install it (pip "
                f"install hdf5plugin) and write 'import hdf5plugin' before; or pack the file with gzip (h5repack)."
            )
    if dataset.chunks is None or dataset.is_virtual:
        if not dataset.is_virtual and dataset.id.get_storage_size() == 0:
            raise _never_written(dataset)
        return
    if math.prod(dataset.chunks) * dataset.dtype.itemsize > LARGEST_CHUNK_BYTES:
        raise FileFormatError(f"dataset {dataset.name!r} has chunks of {dataset.chunks}: it is damaged. Copy it again.")
    stored = dataset.id.get_num_chunks()
    expected = math.prod(-(-extent // chunk) for extent, chunk in zip(dataset.shape, dataset.chunks, strict=True))
    if stored == 0:
        raise _never_written(dataset)
    if complete and stored != expected:
        raise FileFormatError(
            f"dataset {dataset.name!r} has {stored} of {expected} chunks; the file is incomplete. Copy it again."
        )


def _never_written(dataset: Any) -> FileFormatError:
    return FileFormatError(
        f"dataset {dataset.name!r} was announced and no value was ever written to it. Copy or export the file again."
    )


def _metadata(dataset: Any) -> Mapping[str, str]:
    """Return the layout and the attributes, as text."""
    layout = {"dataset": dataset.name, "chunks": str(dataset.chunks), "compression": str(dataset.compression)}
    return {**layout, **_hdf5_attributes.shown(dataset)}

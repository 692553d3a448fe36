"""Writing an image as a dataset of an HDF5 file; its fields are attributes that other programs can read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from voltome.data import ImageNoun
from voltome.errors import ResultsFolderError, ValuesError
from voltome.io._fields import dismantle
from voltome.io._hdf5_find import PART_KEY

FORMAT = 1
"""Of the attributes; it grows when an older voltome could not read a newer file."""

FORMAT_KEY, NOUN_KEY, MASK_KEY, PHASES_KEY = "voltome_format", "voltome_noun", "mask", "phases"

ALONE = ("voxel_size_um", "origin_um")
"""Fields that are attributes of three numbers."""

ARRAYS = ("values", "mask")
"""Fields that are datasets."""

DEFAULT_ADDRESS = "/volume/values"

CHUNK_EDGE = 64

LEVEL = 1
"""Of gzip: higher ones take several times as long for a few per cent."""


def is_text_field(cls: type, name: str) -> bool:
    """Say whether a field of a noun is a text, which is stored as it is; all others are JSON."""
    return cls.__dataclass_fields__[name].type in ("str", str)  # type: ignore[attr-defined]


def write_hdf5(image: ImageNoun, path: Path, address: str, present: Path) -> None:
    """Write an image to a new file; with an address, the other content of the file that is there goes along."""
    attributes = _attributes(image)
    place = address or DEFAULT_ADDRESS
    group, _, leaf = place.rpartition("/")
    mask = f"{group}/mask" if leaf == "values" else f"{place}_mask"
    if address and present.is_file():
        shutil.copyfile(present, path)
    try:
        # of HDF5 1.8 (2008) and later: it has checksums of everything but the values, whose packing has its own
        with h5py.File(path, "a", libver=("v108", "v108")) as file:
            _make_room(file, place, mask)
            _write_array(file, place, image.values)
            if image.mask is not None:
                _write_array(file, mask, image.mask)
                file[mask].attrs[PART_KEY] = leaf
                attributes[MASK_KEY] = mask.rpartition("/")[2]
            for name, value in attributes.items():
                file[place].attrs[name] = fixed_text(value)
    except (ValueError, RuntimeError, KeyError, TypeError) as fault:
        raise ResultsFolderError(
            f"cannot write the dataset {place!r}: {str(fault)[:200]}. Choose another name inside the file."
        ) from fault


def _attributes(image: ImageNoun) -> dict[str, Any]:
    """Return what is stored beside the arrays."""
    fields, arrays = dismantle(image, without=(*ALONE, *ARRAYS))
    if arrays:
        raise ValuesError(
            f"the {type(image).__name__} has more arrays than values and mask ({', '.join(sorted(arrays))}), for which "
            f"there is no place in HDF5. Write .ome.zarr."
        )
    grid = {name: np.array(getattr(image, name), np.float64) for name in ALONE}
    own = {name: _text(image, name, value) for name, value in fields.items() if value is not None}
    return {FORMAT_KEY: FORMAT, NOUN_KEY: type(image).__name__, **grid, **own}


def fixed_text(value: Any) -> Any:
    """Return a text as one of fixed length, which lies within the checksums; others lie outside."""
    if not isinstance(value, str):
        return value
    data = value.encode("utf-8")
    return np.array(data, h5py.string_dtype("utf-8", max(1, len(data))))


def _text(image: ImageNoun, name: str, value: Any) -> str:
    """Return a field as text: a text as it is, all others as JSON."""
    if name == PHASES_KEY:  # labels are the keys, as other programs expect
        value = {str(label): phase for label, phase in image.phases.items()}  # type: ignore[attr-defined]
    text = str(value) if is_text_field(type(image), name) else json.dumps(value)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as fault:
        raise ValuesError(f"{name} is {text!r}, with half a letter, which no file can hold. Correct it.") from fault
    if "\0" in text:
        raise ValuesError(f"{name} is {text!r}; expected a text without zero bytes. Correct it.")
    return text


def _make_room(file: Any, place: str, mask: str) -> None:
    """Remove the image that was at the address before; refuse to remove anything else."""
    if isinstance(file.get(place), h5py.Group):
        raise ResultsFolderError(f"cannot write the dataset {place!r}: a group is there. Choose another name.")
    if mask in file and PART_KEY not in file[mask].attrs:
        raise ResultsFolderError(f"cannot write the mask {mask!r}: something else is there. Choose another name.")
    for name in (place, mask):
        if name in file:
            del file[name]


def _write_array(file: Any, name: str, values: NDArray[Any]) -> None:
    """Write one array in chunks, packed."""
    file.create_dataset(
        name,
        data=np.ascontiguousarray(values),
        chunks=tuple(min(CHUNK_EDGE, extent) for extent in values.shape),
        shuffle=True,
        compression="gzip",
        compression_opts=LEVEL,
        track_times=False,
    )

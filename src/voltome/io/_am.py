"""Reading images of Avizo and Amira (``.am``): grey values, and label fields with the names of their materials.

The definition of a label: the voxels hold the place of their material in the list of materials, from 0. Its ``Id``
is a number of Avizo's own. Only where voxels hold numbers beyond the list, and each of them is the ``Id`` of one
material, or where the materials stand outside of the parameters, as in Amira's first files, the labels are these.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fastremap
import numpy as np
from numpy.typing import NDArray

from voltome.data import Noun, PhaseImage
from voltome.errors import FileFormatError, PhaseError, VoxelSizeError
from voltome.io import _am_codec, _am_scale, _voxel_sizes
from voltome.io._am_header import (
    TYPES,
    AmHeader,
    Block,
    LatticeField,
    block_in,
    damaged,
    flattened,
    read_am_header,
    values_in,
)
from voltome.io._headers import Header, StoredImage, naming

MOST_PHASES = 256

ENCODINGS = ("", "HxByteRLE", "HxZip")

UNUSED = "Unused"
"""What voltome marks a material with that stands in the list only to keep the places of those after it."""

FULL_NAME = "PhaseName"
"""Where voltome keeps the name of a phase that is no name of a material."""


def read_header(path: Path) -> Header:
    """Return the header of an Avizo file."""
    with _readable(path):
        return _header(path, read_am_header(path))


def read_image(header: Header) -> StoredImage:
    """Return the voxels of an Avizo file, and the phases of a label field."""
    path = header.path
    with _readable(path):
        told = read_am_header(path)
        field = _field(path, told)
        values = _am_codec.read_values(path, told, field, np.dtype(TYPES[field.kind]))
    return StoredImage(values)


def read_noun(path: Path) -> Noun:
    """Return the phases of a label field that says its voxel size."""
    header = read_header(path)
    for sentence in _voxel_sizes.missing(header):
        raise VoxelSizeError(
            f"{path}: {sentence} voltome.io.read takes no voxel size: give it to read_phases, or to convert once."
        )
    return read_sized_noun(path, _voxel_sizes.resolve(header, None))


def read_sized_noun(path: Path, voxel_size_um: _voxel_sizes.Triple) -> Noun:
    """Return the phases of a label field."""
    header = read_header(path)
    if header.noun != PhaseImage.__name__:
        raise FileFormatError(
            f"{path}: does not say which noun it holds; expected a label field: 'Labels' with Materials. Read it with "
            f"voltome.io.read_volume, read_phases or read_particles."
        )
    values = read_image(header).values
    with naming(path):
        phases = _phases(values, read_am_header(path))
        origin = _voxel_sizes.origin_um(header, voxel_size_um)
        return PhaseImage(values, voxel_size_um=voxel_size_um, origin_um=origin, phases=phases)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn a fault of the disk into an error that names the file."""
    try:
        yield
    except OSError as fault:
        raise FileFormatError(f"{path}: cannot be read: {fault.strerror or fault}.") from fault


def _header(path: Path, told: AmHeader) -> Header:
    """Return the header in the terms that all formats share."""
    field = _field(path, told)
    dtype = np.dtype(TYPES[field.kind])
    _am_codec.check_size(path, told, field, dtype)
    place = _am_scale.placed(path, told)
    return Header(
        path=path,
        format="Avizo",
        files=(path,),
        shape=told.shape,
        axes=("z", "y", "x"),
        dtype=str(dtype),
        voxel_size_um=place.voxel_size_um,
        origin_um=place.origin_um,
        noun=PhaseImage.__name__ if _names_phases(field, told) else "",
        metadata=_metadata(told, field),
        remarks=place.remarks,
        unitless=place.unitless,
    )


def _field(path: Path, told: AmHeader) -> LatticeField:
    """Return the one array of the file that is an image; the probability of labels goes with them."""
    fields = [field for field in told.fields if field.name != "Probability"] or list(told.fields)
    sections = [field.section for field in told.fields]
    if len(fields) > 1 or len(set(sections)) < len(sections):
        listed = ", ".join(f"{field.name} @{field.section}" for field in told.fields)
        raise FileFormatError(
            f"{path}: {len(told.fields)} arrays on its lattice ({listed}); expected one image, in a section of its "
            f"own. Export them one by one."
        )
    field = fields[0]
    if field.components != 1:
        raise FileFormatError(
            f"{path}: {field.components} values per voxel ({field.kind}[{field.components}] {field.name}); expected "
            f"one. Export one channel alone (Avizo: Channel Works, Extract Channel)."
        )
    if field.kind not in TYPES:
        raise FileFormatError(f"{path}: its values are {field.kind!r}; expected one of {', '.join(TYPES)}. Convert it.")
    _check_encoding(path, told, field)
    return field


def _check_encoding(path: Path, told: AmHeader, field: LatticeField) -> None:
    """Refuse an encoding that is unknown, without a length, or not for these values; and a section out of order."""
    known = ", ".join(filter(None, ENCODINGS))
    if field.encoding not in ENCODINGS or (field.encoding and not told.byte_order):
        raise FileFormatError(
            f"{path}: its data are encoded as {field.encoding!r} in a file '{told.first_line}'; expected none, or one "
            f"of {known} in a binary file. Save it again without compression."
        )
    if field.encoding and field.encoded_bytes is None:
        raise damaged(path, f"it does not say how many bytes its {field.encoding} has")
    if field.encoding == "HxByteRLE" and field.kind != "byte":
        raise FileFormatError(
            f"{path}: its {field.kind} values are encoded as HxByteRLE; expected byte values, HxZip, or no encoding. "
            f"Save it again without compression."
        )
    if field.section != told.first_section:
        raise damaged(
            path,
            f"its data begin with section @{told.first_section}, but {field.name} is said to be in @{field.section}",
        )


def _names_phases(field: LatticeField, told: AmHeader) -> bool:
    """Say whether the file is a label field with at most as many materials as an image may have phases."""
    whole = field.kind in ("byte", "short", "ushort", "int")
    return field.name == "Labels" and whole and 0 < len(told.materials) <= MOST_PHASES


def _phases(values: NDArray[Any], told: AmHeader) -> dict[int, str]:
    """Return the phase of every label; see the definition above."""
    names = _names(told)
    labels = [int(label) for label in fastremap.unique(values)]
    beyond = [label for label in labels if not 0 <= label < len(names)]
    if not beyond and not told.labels_are_ids:
        unused = [UNUSED in block_in(told.materials, material) for material in told.materials]
        return {place: name for place, name in enumerate(names) if not unused[place]}
    ids = [_id(block_in(told.materials, material)) for material in told.materials]
    by_id = {number: name for number, name in zip(ids, names, strict=True) if number is not None}
    if len(by_id) == len(names) and all(label in by_id for label in labels):
        return by_id
    numbers = ", ".join(map(str, ids))
    expected = f"their Id are {numbers}"
    if not told.labels_are_ids:
        expected = f"which stand for 0 to {len(names) - 1}, and {expected}, which do not fit either"
    raise PhaseError(
        f"the voxels hold {(beyond or labels)[:8]}, and the file names {len(names)} materials ({', '.join(names)}); "
        f"{expected}. Say what the labels are: voltome.io.read_phases(path, phases={{0: ...}})."
    )


def _names(told: AmHeader) -> list[str]:
    """Return the names of the phases that the materials are, in their order."""
    names = []
    for material in told.materials:
        block = block_in(told.materials, material)
        full = values_in(block, FULL_NAME)
        try:
            names.append(str(json.loads(f'"{full[0]}"')) if full else next(iter(values_in(block, "Name")), material))
        except ValueError:
            names.append(material)
    return names


def _id(block: Block) -> int | None:
    """Return Avizo's number of a material."""
    told = values_in(block, "Id") or values_in(block, "id")
    return int(told[0]) if len(told) == 1 and told[0].isdecimal() and len(told[0]) < 10 else None


def _metadata(told: AmHeader, field: LatticeField) -> dict[str, str]:
    """Return every field found, as text; the materials as one."""
    found = {"first line": told.first_line, "array": f"{field.kind} {field.name} {field.encoding}".strip()}
    if told.materials:
        ids = [_id(block_in(told.materials, material)) for material in told.materials]
        labels = ids if told.labels_are_ids else range(len(ids))
        found["Materials"] = ", ".join(f"{label} = {name}" for label, name in zip(labels, _names(told), strict=True))
    others: Block = {name: value for name, value in told.parameters.items() if name != "Materials"}
    found |= dict(flattened(others))
    return {name: _short(text) for name, text in found.items()}


def _short(text: str) -> str:
    return text if len(text) <= 500 else f"{text[:500]}... ({len(text):,} characters)"

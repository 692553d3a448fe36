"""Reading MetaImage, whole (.mha) or with the values in a file of their own (.mhd)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from voltome.errors import AxisError, FileFormatError, GeometryError, VoxelSizeError
from voltome.io import _flat, _kept
from voltome.io._grid import Grid, grid_of
from voltome.io._header_fields import finite, numbers, required, whole_numbers
from voltome.io._kept import Opened

HEADER_LIMIT_BYTES = 2**20

TYPES = {
    "MET_CHAR": "int8",
    "MET_UCHAR": "uint8",
    "MET_SHORT": "int16",
    "MET_USHORT": "uint16",
    "MET_INT": "int32",
    "MET_UINT": "uint32",
    "MET_LONG": "int32",
    "MET_ULONG": "uint32",
    "MET_LONG_LONG": "int64",
    "MET_ULONG_LONG": "uint64",
    "MET_FLOAT": "float32",
    "MET_DOUBLE": "float64",
}
"""MetaImage's name -> type of the values."""

SYNONYMS = {
    "ElementByteOrderMSB": "BinaryDataByteOrderMSB",
    "Position": "Offset",
    "Origin": "Offset",
    "Orientation": "TransformMatrix",
    "Rotation": "TransformMatrix",
    "ElementSpacingUnit": "DistanceUnits",
}
"""Other names -> the usual one."""

TRUE, FALSE = ("true", "t", "1", "yes", "y"), ("false", "f", "0", "no", "n")

AGREEMENT = 1e-3


def _parsed(path: Path) -> Opened:
    """Return the header, where the values lie, and the noun that voltome wrote."""
    fields, end = _text_of(path)
    shape = _shape(fields)
    flat = _flat_of(path, fields, shape, end)
    _check_packed_size(fields, flat)
    _flat.check_length(flat)
    kept = _kept.from_line(fields[_kept.KEY]) if _kept.KEY in fields else None
    grid = _grid(fields, len(shape))
    metadata = {name: text for name, text in fields.items() if name != _kept.KEY}
    return _kept.opened("MetaImage", path, flat, grid, metadata, kept)


def _text_of(path: Path) -> tuple[dict[str, str], int]:
    """Return the fields, and where the header ends: behind ``ElementDataFile``, its last line."""
    fields: dict[str, str] = {}
    with path.open("rb") as file:
        while line := file.readline(HEADER_LIMIT_BYTES):
            text = line.decode("utf-8", "replace").strip()
            name, mark, value = (part.strip() for part in text.partition("="))
            if not text:
                continue
            if not mark or not name.isprintable() or file.tell() > HEADER_LIMIT_BYTES:
                raise FileFormatError(
                    f"the line {text[:80]!r} of its header is none of a MetaImage; expected 'Name = value' up to "
                    f"'ElementDataFile = ...'. Copy it again."
                )
            name = SYNONYMS.get(name, name)
            if fields.get(name, value) != value:
                raise FileFormatError(
                    f"its header says {name!r} twice: {fields[name]!r} and {value!r}. Remove the wrong line."
                )
            fields[name] = value
            if name == "ElementDataFile":
                return fields, file.tell()
    raise FileFormatError(
        f"its header has no 'ElementDataFile'; found {', '.join(fields) or 'nothing'}. It was cut off: copy it again."
    )


def _shape(fields: Mapping[str, str]) -> tuple[int, ...]:
    """Return the extents, slowest axis first."""
    if fields.get("ObjectType", "Image") != "Image":
        raise FileFormatError(f"it holds a MetaIO object {fields['ObjectType']!r}; expected an Image.")
    (dimension, *more), sizes = (whole_numbers(name, required(fields, name)) for name in ("NDims", "DimSize"))
    if more or dimension != len(sizes) or min(sizes) < 1:
        raise FileFormatError(
            f"its header contradicts itself: NDims = {fields['NDims']}, DimSize = {fields['DimSize']}; expected one "
            f"size, 1 or more, for each dimension. Copy it again."
        )
    channels = whole_numbers("ElementNumberOfChannels", fields.get("ElementNumberOfChannels", "1"))
    if dimension not in (2, 3) or channels != [1]:
        raise AxisError(
            f"it has {dimension} axes of {fields['DimSize']} (fastest first) and "
            f"{fields.get('ElementNumberOfChannels', 1)} channels; expected 3 axes (x, y, z), or 2 for one slice, and "
            f"one channel. Save one channel or one time point alone."
        )
    return tuple(reversed(sizes))


def _flat_of(path: Path, fields: Mapping[str, str], shape: tuple[int, ...], end: int) -> _flat.Flat:
    """Return where the values lie."""
    kind = TYPES.get(required(fields, "ElementType"))
    if kind is None:
        raise FileFormatError(
            f"its values are of type {fields['ElementType']!r}; expected one of {', '.join(TYPES)}. Save it again."
        )
    z, y, x = shape if len(shape) == 3 else (1, *shape)
    most_significant_first = _flag(
        fields, "BinaryDataByteOrderMSB", assumed=None if np.dtype(kind).itemsize > 1 else "F"
    )
    dtype: np.dtype[Any] = np.dtype(kind).newbyteorder(">" if most_significant_first else "<")
    values, start = _values_file(path, fields["ElementDataFile"], end)
    binary, packed = _flag(fields, "BinaryData", assumed="T"), _flag(fields, "CompressedData", assumed="F")
    encoding: _flat.Encoding = "zlib" if packed else "raw" if binary else "text"
    size = whole_numbers("HeaderSize", fields.get("HeaderSize", "0"))[0]
    if size < -1 or (size == -1 and encoding != "raw"):
        raise FileFormatError(f"HeaderSize = {size} for {encoding} values; expected 0 or more, or -1 for plain ones.")
    if size == -1:
        start = max(0, values.stat().st_size - math.prod(shape) * dtype.itemsize)
    return _flat.Flat(values, (z, y, x), dtype, size if size > 0 else start, encoding)


def _values_file(path: Path, name: str, end: int) -> tuple[Path, int]:
    """Return the file of the values, and where they begin."""
    if name.upper() == "LOCAL":
        return path, end
    if not name or name.split()[0].upper() == "LIST" or re.search(r"%\d*d", name):
        raise FileFormatError(
            f"its values are in several files (ElementDataFile = {name}); expected LOCAL or one file. Save it as one "
            f".mha, or read the series by the files' own format."
        )
    return _flat.beside(path, name), 0


def _flag(fields: Mapping[str, str], name: str, *, assumed: str | None) -> bool:
    """Return a field that is true or false."""
    text = fields.get(name, assumed)
    if text is None or text.lower() not in TRUE + FALSE:
        raise FileFormatError(f"{name} = {text or '(missing)'} in its header; expected True or False. Add it.")
    return text.lower() in TRUE


def _check_packed_size(fields: Mapping[str, str], flat: _flat.Flat) -> None:
    """Refuse packed values of another length than stated."""
    if flat.encoding != "zlib" or "CompressedDataSize" not in fields:
        return
    stated = whole_numbers("CompressedDataSize", fields["CompressedDataSize"])[0]
    found = flat.path.stat().st_size - flat.offset
    if stated != found:
        raise FileFormatError(
            f"its header states {stated:,} bytes of packed values, {flat.path.name} has {found:,}. {_flat.COPY_AGAIN}"
        )


def _grid(fields: Mapping[str, str], dimension: int) -> Grid:
    """Return the grid; MetaImage has the centre of the first voxel, fastest axis first."""
    _refuse_rotation(fields, dimension)
    stated = {name: fields[name].split() for name in ("ElementSpacing", "ElementSize") if name in fields}
    for name, words in (stated | ({"Offset": fields["Offset"].split()} if "Offset" in fields else {})).items():
        if len(words) != dimension:
            raise FileFormatError(f"{name} = {fields[name]} in its header; expected {dimension} numbers. Correct it.")
    both = [numbers(name, words) for name, words in stated.items()]
    if len(both) == 2 and any(not abs(a - b) <= AGREEMENT * abs(a) for a, b in zip(*both, strict=True)):
        raise VoxelSizeError(
            f"its header states two voxel sizes, ElementSpacing = {fields['ElementSpacing']} and ElementSize = "
            f"{fields['ElementSize']}. Remove the wrong one."
        )
    unit = fields.get("DistanceUnits", "").replace("?", "").strip()
    found = [None if math.isnan(size) else size for size in both[0]] if both else [None] * dimension
    centre = finite("Offset", fields["Offset"].split()) if "Offset" in fields and both else [None] * dimension
    lack = [None] if dimension == 2 else []
    return grid_of([*lack, *reversed(found)], [unit] * 3, [*lack, *reversed(centre)])


def _refuse_rotation(fields: Mapping[str, str], dimension: int) -> None:
    """Refuse axes that are turned or turned round."""
    if "TransformMatrix" not in fields:
        return
    found = numbers("TransformMatrix", fields["TransformMatrix"].split())
    expected = np.eye(dimension).ravel()
    if len(found) != expected.size or not np.allclose(found, expected, rtol=0, atol=1e-6):
        raise GeometryError(
            f"its TransformMatrix is {fields['TransformMatrix']}: turned, sheared or backwards; expected that of no "
            f"rotation, {' '.join(f'{entry:g}' for entry in expected)}. Resample the image, or save it again without "
            f"its orientation."
        )


READER = _kept.Reader(_parsed)

"""Reading NRRD, whole (.nrrd) or with the values in a file of their own (.nhdr)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from voltome.errors import AxisError, FileFormatError
from voltome.io import _flat, _kept, _nrrd_grid
from voltome.io._header_fields import required, whole_numbers
from voltome.io._kept import Opened

HEADER_LIMIT_BYTES = 2**24

MAGIC = re.compile(r"NRRD000[1-5]")

PER_AXIS = ("sizes", "spacings", "thicknesses", "axismins", "axismaxs", "centers", "kinds", "units")
"""Fields with one entry for each axis; ``space directions`` is another."""

SYNONYMS = {"centerings": "centers"}

SPATIAL_KINDS = ("domain", "space", "???", "none", "")

TYPES = {
    "int8": ("signed char", "int8", "int8_t"),
    "uint8": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "int16": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "uint16": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "int32": ("int", "signed int", "int32", "int32_t"),
    "uint32": ("uint", "unsigned int", "uint32", "uint32_t"),
    "int64": (
        "longlong",
        "long long",
        "long long int",
        "signed long long",
        "signed long long int",
        "int64",
        "int64_t",
    ),
    "uint64": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "float32": ("float",),
    "float64": ("double",),
}
"""Type of the values -> how NRRD writes it."""

ENCODINGS: dict[str, _flat.Encoding] = {
    "raw": "raw",
    "gzip": "gzip",
    "gz": "gzip",
    "bzip2": "bzip2",
    "bz2": "bzip2",
    "text": "text",
    "txt": "text",
    "ascii": "text",
}


def _parsed(path: Path) -> Opened:
    """Return the header, where the values lie, and the noun that voltome wrote."""
    version, fields, keys, end = _text_of(path)
    shape = _shape(fields)
    _check_per_axis(fields, len(shape))
    _refuse_other_axes(fields)
    flat = _flat_of(path, fields, shape, end)
    _flat.check_length(flat)
    kept = _kept.from_line(_unescaped(keys[_kept.KEY])) if _kept.KEY in keys else None
    grid = _nrrd_grid.grid_of_header(fields, len(shape))
    metadata = {"version": version, **fields, **{name: text for name, text in keys.items() if name != _kept.KEY}}
    return _kept.opened("NRRD", path, flat, grid, metadata, kept)


def _text_of(path: Path) -> tuple[str, dict[str, str], dict[str, str], int]:
    """Return version, fields, keys with values, and where the header ends."""
    lines: list[str] = []
    with path.open("rb") as file:
        while line := file.readline(HEADER_LIMIT_BYTES):
            if not lines and not MAGIC.match(line.decode("latin-1")):
                raise FileFormatError("no NRRD file: it does not begin with NRRD0001 to NRRD0005. Copy it again.")
            if not line.strip(b"\r\n"):
                break
            lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            if file.tell() > HEADER_LIMIT_BYTES:
                raise FileFormatError("its header has no end: no empty line behind it. Copy it again.")
        end = file.tell()
    if not lines:
        raise FileFormatError("it is empty; expected an NRRD header. Copy it again.")
    fields, keys = _fields_of(lines[1:])
    return lines[0], fields, keys, end


def _fields_of(lines: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the fields, their names in small letters without spaces, and the keys with values."""
    fields: dict[str, str] = {}
    keys: dict[str, str] = {}
    for line in lines:
        if line.startswith("#"):
            continue
        name, mark, text = line.partition(":")
        if not mark:
            raise FileFormatError(f"the line {line[:80]!r} of its header is none of NRRD; expected 'name: value'.")
        if text.startswith("="):
            _add(keys, name, text[1:])
        else:
            plain = name.replace(" ", "").lower()
            _add(fields, SYNONYMS.get(plain, plain), text.strip())
    return fields, keys


def _add(found: dict[str, str], name: str, text: str) -> None:
    if found.get(name, text) != text:
        raise FileFormatError(f"its header says {name!r} twice: {found[name]!r} and {text!r}. Remove the wrong line.")
    found[name] = text


def _shape(fields: Mapping[str, str]) -> tuple[int, ...]:
    """Return the extents, slowest axis first."""
    (dimension, *more), sizes = (whole_numbers(name, required(fields, name)) for name in ("dimension", "sizes"))
    if more or dimension != len(sizes) or min(sizes) < 1:
        raise FileFormatError(
            f"its header contradicts itself: dimension {fields['dimension']}, sizes {fields['sizes']!r}; expected one "
            f"size, 1 or more, for each dimension. Copy it again."
        )
    if dimension not in (2, 3):
        raise AxisError(
            f"it has {dimension} axes of {fields['sizes']} (fastest first); expected 3 (x, y, z), or 2 for one slice. "
            f"Save one channel or one time point alone."
        )
    return tuple(reversed(sizes))


def _check_per_axis(fields: Mapping[str, str], dimension: int) -> None:
    """Refuse fields that have not one entry for each axis."""
    for name in PER_AXIS:
        if name in fields and (found := len(_nrrd_grid.entries(fields[name]))) != dimension:
            raise FileFormatError(
                f"its header contradicts itself: {found} entries in {name!r} ({fields[name][:80]!r}) for {dimension} "
                f"axes. Copy it again, or correct it."
            )


def _refuse_other_axes(fields: Mapping[str, str]) -> None:
    """Refuse vectors, colours and time."""
    for kind in fields.get("kinds", "").split():
        if kind.lower() not in SPATIAL_KINDS:
            raise AxisError(
                f"one of its axes is of kind {kind!r} (kinds: {fields['kinds']}); expected axes in space, with one "
                f"value for each voxel. Save one component alone."
            )


def _flat_of(path: Path, fields: Mapping[str, str], shape: tuple[int, ...], end: int) -> _flat.Flat:
    """Return where the values lie."""
    name = " ".join(required(fields, "type").split()).lower()
    kind = next((kind for kind, names in TYPES.items() if name in names), None)
    if kind is None:
        raise FileFormatError(f"its values are of type {name!r}; expected real numbers, such as uint16 or float.")
    encoding = ENCODINGS.get(required(fields, "encoding").lower())
    if encoding is None:
        raise FileFormatError(
            f"its values are encoded as {fields['encoding']!r}; expected one of {', '.join(sorted(ENCODINGS))}. "
            f"Save it again as raw or gzip."
        )
    dtype = np.dtype(kind).newbyteorder(_byte_order(fields, np.dtype(kind), encoding))
    z, y, x = shape if len(shape) == 3 else (1, *shape)
    values = path
    if "datafile" in fields:
        values, end = _flat.beside(path, _single_file(fields["datafile"])), 0
    return _flat.Flat(values, (z, y, x), dtype, _skipped(fields, values, end, (z, y, x), dtype, encoding), encoding)


def _byte_order(fields: Mapping[str, str], dtype: np.dtype[Any], encoding: str) -> Literal["<", ">", "="]:
    endian = fields.get("endian", "").lower()
    if endian in ("little", "big"):
        return "<" if endian == "little" else ">"
    if endian or (dtype.itemsize > 1 and encoding != "text"):
        raise FileFormatError(f"its header says endian {endian or 'nowhere'!r}; expected 'little' or 'big'. Add it.")
    return "="


def _single_file(text: str) -> str:
    """Return the name of the one file of values."""
    if text.split()[:1] == ["LIST"] or re.search(r"%\d*d", text):
        raise FileFormatError(
            f"its values are in several files ({text[:80]!r}); expected one. Save it as one .nrrd, or read the series "
            f"by the files' own format."
        )
    return text


def _skipped(
    fields: Mapping[str, str],
    values: Path,
    start: int,
    shape: tuple[int, int, int],
    dtype: np.dtype[Any],
    encoding: str,
) -> int:
    """Return the bytes before the values, after the lines and bytes that the header says to skip."""
    lines, skip = (whole_numbers(name, fields.get(name, "0"))[0] for name in ("lineskip", "byteskip"))
    if skip == -1 and encoding == "raw":
        return max(0, values.stat().st_size - math.prod(shape) * dtype.itemsize)
    if lines < 0 or skip < 0 or ((lines or skip) and encoding not in ("raw", "text")):
        raise FileFormatError(
            f"its header skips {lines} lines and {skip} bytes of {encoding} values; expected 0 or more, and 0 where "
            f"values are packed. Save it again without."
        )
    with values.open("rb") as file:
        file.seek(start)
        for _ in range(lines):
            if not file.readline(HEADER_LIMIT_BYTES):
                break
        return file.tell() + skip


def _unescaped(text: str) -> str:
    r"""Return the value of a key, in which ``\n`` and ``\\`` stand for a new line and a backslash."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


READER = _kept.Reader(_parsed)

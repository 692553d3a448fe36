"""RAW files: plain values, described by a YAML side-car."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from voltome.data import ImageNoun, ParticleImage, PhaseImage, Volume
from voltome.errors import FileFormatError, ValuesError
from voltome.io import _flat, _kept
from voltome.io._headers import Header
from voltome.io._kept import Opened
from voltome.io._sidecar import SideCar, load

SHAPE_IN_NAME = re.compile(r"(\d+)[x×](\d+)[x×](\d+)", re.IGNORECASE)

BITS_IN_NAME = re.compile(r"(8|16|32|64)[-_ ]?bits?", re.IGNORECASE)

BYTES_OF_BITS = {"8": "uint8", "16": "uint16", "32": "float32", "64": "float64"}

WHOLE_NUMBERS = {1: "uint8", 2: "uint16", 4: "float32", 8: "float64"}
"""Bytes of a voxel -> the type that is meant most often."""

EXAMPLE_SIZE = 0.78


def sidecar_of(path: Path) -> Path:
    """Return the name of the side-car that is written: ``scan.raw.yaml``."""
    return path.with_name(f"{path.name}.yaml")


def _parsed(path: Path) -> Opened:
    """Return what the side-car says; ``scan.raw.yaml`` goes before ``scan.yaml``."""
    places = [sidecar_of(path), path.with_suffix(".yaml")]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise FileFormatError(_without_sidecar(path))
    said = load(found)
    dtype: np.dtype[Any] = np.dtype(said.dtype).newbyteorder("<" if said.byte_order != "big" else ">")
    flat = _flat.Flat(path, said.shape, dtype, said.header_bytes, z_fastest=said.order in ("F", "xyz"))
    _check_size(flat, found.name)
    kept = _kept.Kept(said.noun, _fields_of(said))
    return Opened(_header(path, found, said), flat, kept)


def _header(path: Path, sidecar: Path, said: SideCar) -> Header:
    return Header(
        path=path,
        format="RAW",
        files=(path, sidecar),
        shape=said.shape,
        axes=("z", "y", "x"),
        dtype=said.dtype,
        voxel_size_um=said.size_um,
        origin_um=said.origin_um,
        noun=said.noun,
        metadata={"sidecar": sidecar.name, **_told(said)},
    )


def _told(said: SideCar) -> dict[str, str]:
    """Return what the side-car says, and the quantity of grey values even where it does not."""
    shown = said.model_fields_set | ({"quantity"} if said.noun == "Volume" else set())
    return {name: str(value) for name, value in said if name in shown and value not in ("", ())}


def _fields_of(said: SideCar) -> Mapping[str, Any]:
    """Return the fields of the noun, as `voltome.io._fields` takes them."""
    history = list(said.history)
    if said.phases is not None:
        intervals = _intervals_of(said)
        phases = {"$mapping": [[label, name] for label, name in said.phases.items()]}
        return {"phases": phases, "grey_intervals": intervals, "history": history}
    if said.phase is not None:
        return {"phase": said.phase, "history": history}
    return {"quantity": said.quantity, "unit": said.unit, "history": history}


def _intervals_of(said: SideCar) -> dict[str, Any] | None:
    if not said.grey_intervals:
        return None
    return {"$mapping": [[name, list(pair)] for name, pair in said.grey_intervals.items()]}


def _check_size(flat: _flat.Flat, sidecar: str) -> None:
    """Refuse a file of another length than the side-car says, naming what would fit."""
    found = flat.path.stat().st_size
    expected = flat.offset + flat.size_bytes
    if found == expected:
        return
    fits = _what_fits(flat, found)
    hint = f" It would fit with {' or '.join(fits)}." if fits else " No shape, type or header near these fits."
    raise FileFormatError(
        f"has {found:,} bytes; {sidecar} says {expected:,} ({flat.offset:,} of a header and "
        f"{' x '.join(map(str, flat.shape))} voxels of {flat.dtype.name}).{hint} Correct the side-car, or copy the "
        f"file again."
    )


def _what_fits(flat: _flat.Flat, found: int) -> list[str]:
    """Return other headers, types and numbers of slices with which the length is right."""
    _, y, x = flat.shape
    fits = []
    values, voxels = found - flat.offset, math.prod(flat.shape)
    if found > flat.size_bytes:
        fits.append(f"header_bytes: {found - flat.size_bytes}")
    if values > 0 and values % voxels == 0 and values // voxels in WHOLE_NUMBERS:
        fits.append(f"a dtype of {values // voxels} bytes ({WHOLE_NUMBERS[values // voxels]})")
    plane = y * x * flat.dtype.itemsize
    if values > 0 and values % plane == 0:
        fits.append(f"shape: [{values // plane}, {y}, {x}]")
    return fits


def _without_sidecar(path: Path) -> str:
    """Say which side-car to write, with what the name of the file suggests; a guess is never used by itself."""
    headers = [path.with_suffix(suffix) for suffix in (".mhd", ".nhdr")]
    owner = next((header for header in headers if header.is_file()), None)
    if owner is not None:
        return f"has the values of {owner.name}, which says what they are. Read that file."
    shape, guess = _guessed_shape(path)
    dtype, order = _guessed_type(path, shape)
    lines = [
        f"shape: {list(shape) if shape else '[100, 200, 300]'}  # (z, y, x){guess}",
        f"dtype: {dtype}",
        f"byte_order: {order}",
        f"voxel_size_um: {EXAMPLE_SIZE}  # yours: one number, or [z, y, x]",
    ]
    name = sidecar_of(path).name
    head = "guessed from the name of the file, so check every line" if shape else "with your numbers"
    return (
        f"plain values do not say what they are, and there is no side-car {name!r} beside it. Write one, {head}:\n  "
        + "\n  ".join(lines)
    )


def _guessed_shape(path: Path) -> tuple[tuple[int, int, int] | None, str]:
    """Return the shape that the name suggests, and on what grounds."""
    found = SHAPE_IN_NAME.search(path.name)
    if found is None:
        return None, "; an example"
    x, y, z = (int(number) for number in found.groups())
    return (z, y, x), f"; the name says {found[0]}, usually x, y, z"


def _guessed_type(path: Path, shape: tuple[int, int, int] | None) -> tuple[str, str]:
    """Return type and byte order that the name, or else the size of the file, suggests."""
    order = "big" if re.search(r"(?<![A-Z])(BE|big)(?![A-Z])", path.stem, re.IGNORECASE) else "little"
    if bits := BITS_IN_NAME.search(path.name):
        return BYTES_OF_BITS[bits[1]], order
    voxels = math.prod(shape) if shape else 0
    return WHOLE_NUMBERS.get(path.stat().st_size // voxels if voxels else 2, "uint16"), order


READER = _kept.Reader(_parsed)


def write_raw(image: ImageNoun, path: Path, sidecar: Path) -> None:
    """Write the values, little-endian, and the side-car that describes them."""
    if type(image) not in (Volume, PhaseImage, ParticleImage):
        raise ValuesError(f"RAW cannot hold a {type(image).__name__}; expected a Volume, PhaseImage or ParticleImage.")
    _kept.kept_of(image, what="a RAW file")
    values = _kept.plain_values(image)
    said: dict[str, Any] = {
        "shape": list(image.shape),
        "dtype": values.dtype.name,
        "byte_order": "little",
        "header_bytes": 0,
        "order": "C",
        "voxel_size_um": list(image.voxel_size_um),
        "origin_um": list(image.origin_um),
        **_said_of(image),
        "history": list(image.history),
    }
    text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    head = "# what is in the RAW file beside; shape, voxel size and origin are (z, y, x), lengths in micrometres\n"
    sidecar.write_text(head + text, encoding="utf-8")
    _flat.write(values, path)


def _said_of(image: ImageNoun) -> dict[str, Any]:
    """Return what the side-car says of one kind of image."""
    if isinstance(image, PhaseImage):
        intervals = {
            name: [None if end is None else np.asarray(end).item() for end in pair]
            for name, pair in (image.grey_intervals or {}).items()
        }
        return {"phases": dict(image.phases), **({"grey_intervals": intervals} if intervals else {})}
    if isinstance(image, ParticleImage):
        return {"phase": image.phase}
    assert isinstance(image, Volume)  # noqa: S101 - the three are all there are
    return {"quantity": image.quantity, "unit": image.unit}

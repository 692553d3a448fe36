"""Sinograms in MATLAB files (v5 to v7): the layout of the University of Helsinki for cone and fan beams.

A struct with ``sinogram`` (angle, column), minus the logarithm of the transmission, and ``parameters``: angles in
degrees, distances with their unit, and the pixel size after binning in the same unit.
"""

from __future__ import annotations

import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
import scipy.io.matlab
from numpy.typing import NDArray

from voltome.data import LazyArray, Projections
from voltome.errors import FileFormatError, VoltomeError
from voltome.io._headers import Header, naming
from voltome.io._scan import ScanOptions, StoredScan, header_of, projections_of
from voltome.io._units import to_um, unit_name

FORMAT = "MATLAB sinogram"

SUFFIXES = (".mat",)

LARGEST_BYTES = 2**31
"""Of a file: v5 ends there, and it is read whole."""

FAULTS = (
    # what scipy was seen to raise on damaged files (tests/unit/io/test_fuzz_projections.py)
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    zlib.error,
    scipy.io.matlab.MatReadError,
)

GEOMETRIES = {"cone": "cone", "fan": "cone", "parallel": "parallel"}

DISTANCES = {"source_to_axis_um": "distanceSourceOrigin", "source_to_detector_um": "distanceSourceDetector"}


def read_header(path: Path) -> Header:
    """Return the header of a sinogram."""
    return header_of(_stored(path))


def read_projections_of(path: Path, options: ScanOptions) -> Projections:
    """Return the sinogram as projections of one row."""
    return projections_of(_stored(path), options)


def _stored(path: Path) -> StoredScan:
    """Return what the file says about its sinogram."""
    with naming(path):
        name, struct = _struct(path, _variables(path))
        values = _sinogram(name, struct)
        told = getattr(struct, "parameters", None)
        fields: dict[str, Any] = {"kind": "absorbance"}
        sources = {"values": f"{name}.sinogram", "kind": "the layout: minus the logarithm of the transmission"}
        lacks: dict[str, str] = {}
        _add_angles(told, name, len(values), fields, sources, lacks)
        _add_geometry(told, name, fields, sources, lacks)
        lazy = LazyArray(
            (len(values), 1, values.shape[1]), values.dtype, lambda box: values[:, np.newaxis][box], path.name
        )
    return StoredScan(
        path, FORMAT, (path,), lazy, fields=fields, sources=sources, lacks=lacks, metadata=_metadata(told)
    )


def _variables(path: Path) -> dict[str, Any]:
    """Return the variables of a file."""
    try:
        with path.open("rb") as file:
            start = file.read(128)
        if start.startswith(b"MATLAB 7.3") or b"HDF5" in start[:128]:
            raise FileFormatError("it is of version 7.3; expected v5 to v7. Save it again with save(..., '-v7').")
        if path.stat().st_size > LARGEST_BYTES:
            raise FileFormatError(f"it has more than {LARGEST_BYTES:,} bytes, which version 5 to 7 cannot have.")
        found = scipy.io.loadmat(path, struct_as_record=False, squeeze_me=True)
    except VoltomeError:
        raise
    except FAULTS as fault:
        told = " ".join(str(fault).split())[:200]
        raise FileFormatError(
            f"not a sound MATLAB file: {type(fault).__name__}: {told}. Copy it again from its source."
        ) from fault
    return {name: value for name, value in found.items() if not name.startswith("__")}


def _struct(path: Path, variables: dict[str, Any]) -> tuple[str, Any]:
    """Return the struct with the sinogram, or say what is there instead."""
    found = [(name, each) for name, each in variables.items() if "sinogram" in getattr(each, "_fieldnames", ())]
    if len(found) == 1:
        return found[0]
    has = ", ".join(f"{name} {_shape(each)}" for name, each in list(variables.items())[:10]) or "nothing"
    raise FileFormatError(
        f"it has {len(found) or 'no'} structs with a 'sinogram'; expected one, with 'parameters' beside it. It has: "
        f"{has}. An image or a mask alone, such as a reconstruction, is no projections."
    )


def _shape(value: Any) -> str:
    """Return what a variable is, in words."""
    if isinstance(value, np.ndarray):
        return f"({' x '.join(map(str, value.shape))} {value.dtype})"
    return f"({'struct' if hasattr(value, '_fieldnames') else type(value).__name__})"


def _sinogram(name: str, struct: Any) -> NDArray[Any]:
    """Return the sinogram, in the byte order of this machine."""
    values = struct.sinogram
    if not isinstance(values, np.ndarray) or values.ndim != 2 or 0 in values.shape or values.dtype.kind not in "uif":
        raise FileFormatError(f"{name}.sinogram is {_shape(values)}; expected numbers (angle, column).")
    return np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=False))


def _add_angles(
    told: Any, name: str, views: int, fields: dict[str, Any], sources: dict[str, str], lacks: dict[str, str]
) -> None:
    """Take the angles, in degrees."""
    angles = getattr(told, "angles", None)
    place = f"{name}.parameters.angles"
    if not isinstance(angles, np.ndarray) or angles.dtype.kind not in "uif" or angles.shape != (views,):
        lacks["angles_deg"] = f"{place} is {_shape(angles)}; expected {views} numbers, one for each view"
    elif not np.isfinite(angles).all():
        lacks["angles_deg"] = f"{place} has numbers that are not finite"
    else:
        fields["angles_deg"], sources["angles_deg"] = angles.astype(np.float64), f"{place} (degrees)"


def _add_geometry(told: Any, name: str, fields: dict[str, Any], sources: dict[str, str], lacks: dict[str, str]) -> None:
    """Take beam, distances and pixel size; all lengths are in the unit of the distances."""
    place, unit = f"{name}.parameters", str(getattr(told, "distanceUnit", ""))
    kind = str(getattr(told, "geometryType", ""))
    beam = GEOMETRIES.get(kind.lower().removesuffix("beam").strip())
    if beam is None:
        lacks["beam"] = f"{place}.geometryType is {kind!r}"
    else:
        fields["beam"], sources["beam"] = beam, f"{place}.geometryType"
    if beam == "cone":
        fields["central_row_px"], sources["central_row_px"] = 0.0, "the layout: the row in the plane of the source"
    plain = getattr(told, "pixelSizePost", None) is None and getattr(told, "binningPost", 1) == 1
    lengths = DISTANCES | {"pixel_size_um": "pixelSize" if plain else "pixelSizePost"}
    for field, stored in lengths.items():
        if field in DISTANCES and beam == "parallel":
            continue
        number = _number(told, stored)
        length = None if number is None else to_um(number, unit)
        if length is None:
            said = "in no unit" if unit_name(unit) is None else f"in {unit}"
            lacks[field] = f"{place}.{stored} is {getattr(told, stored, None)!r} {said} (distanceUnit)"
            continue
        fields[field] = (length, length) if field == "pixel_size_um" else length
        sources[field] = f"{place}.{stored} ({unit})"


def _number(told: Any, name: str) -> float | None:
    """Return a finite number above 0, or None."""
    value = getattr(told, name, None)
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    return float(value) if math.isfinite(value) and value > 0 else None


def _metadata(told: Any) -> dict[str, str]:
    """Return every parameter, as text."""
    names = getattr(told, "_fieldnames", None) or ()
    values = {name: getattr(told, name) for name in names}
    return {
        name: _shape(value) if isinstance(value, np.ndarray) and value.size > 8 else str(value)[:200]
        for name, value in values.items()
    }

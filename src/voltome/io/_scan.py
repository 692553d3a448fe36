"""What a file says about a scan, and the projections that this and the caller's word make."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from voltome.data import ConeBeam, LazyArray, ParallelBeam, Positive, ProjectionKind, Projections
from voltome.errors import GeometryError
from voltome.io._headers import Header, naming
from voltome.runtime import check_memory

PixelSize = Positive | tuple[Positive, Positive] | None

BeamName = Literal["parallel", "cone"]

FlatsFrom = Literal["file", "ignored"]

AxisFrom = Literal["unknown", "scanner"]

AXES = ("angle", "row", "column")

READ_IT = "These are projections: read them with voltome.io.read_projections (in a study file: as: projections)."

AGREEMENT = 1e-3
"""Two statements of one length may differ by this fraction, as in `voltome.io._voxel_sizes`."""

ANGLES_AGREE_DEG = 1e-3

GIVEN, USUAL = "the caller", "what the format is meant for"
"""Where a field is from that the file does not say."""

HOW_TO_GIVE = {
    "kind": "Give kind='counts', 'transmission' or 'absorbance': what the values are.",
    "angles_deg": "Give angles_deg=(first, last) in degrees for evenly spaced views, or the angle of every view.",
    "pixel_size_um": "Give pixel_size_um=0.65 (or (row, column)) in micrometres: at the sample for a parallel beam, "
    "of the detector for a cone.",
    "beam": "Give beam='parallel' or beam='cone'.",
    "source_to_axis_um": "Give source_to_axis_um=... in micrometres.",
    "source_to_detector_um": "Give source_to_detector_um=... in micrometres.",
}
"""The fields without which there are no projections, and how each is given."""


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What `read_projections` was told beside the path.

    Attributes
    ----------
    pixel_size_um, angles_deg, kind, beam, source_to_axis_um, source_to_detector_um, energy_kev, lazy, flats,
    rotation_axis, incomplete
        As the parameters of `voltome.io.read_projections`; None where the caller did not say.
    """

    pixel_size_um: PixelSize = None
    angles_deg: Sequence[float] | None = None
    kind: ProjectionKind | None = None
    beam: BeamName | None = None
    source_to_axis_um: float | None = None
    source_to_detector_um: float | None = None
    energy_kev: float | None = None
    lazy: bool = False
    flats: FlatsFrom = "file"
    rotation_axis: AxisFrom = "unknown"
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class StoredScan:
    """What a file says about a scan, before any view is read.

    Attributes
    ----------
    path, format, files
        The path as it was given, the name of the format, the files read.
    values : LazyArray
        The views.
    flats, darks : LazyArray, optional
        The images without sample, and without beam.
    fields : mapping
        Every other field of `Projections`, of its beam, and ``beam`` itself, that the file states; None where not.
    sources : mapping of str to str
        Field -> where in the file it was found, in words.
    lacks : mapping of str to str
        Field -> why it could not be taken, where there is more to say than that it is missing.
    usual : mapping
        Field -> what the format means where neither the file nor the caller says otherwise.
    metadata : mapping of str to str
        What else there is to show.
    """

    path: Path
    format: str
    files: tuple[Path, ...]
    values: LazyArray
    flats: LazyArray | None = None
    darks: LazyArray | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    usual: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)


def projections_of(stored: StoredScan, options: ScanOptions) -> Projections:
    """Return the projections, or say everything that is missing or contradictory at once."""
    with naming(stored.path):
        told, sources = _settled(stored, options)
        _refuse_missing(stored, told)
        geometry = _geometry(told)
        values = stored.values
        size = sum(each.nbytes for each in (None if options.lazy else values, stored.flats, stored.darks) if each)
        check_memory(size, task=f"reading {stored.path.name}", voxels=values.size)
        made = Projections(
            values if options.lazy else values[:],
            angles_deg=told["angles_deg"],
            geometry=geometry,
            kind=told["kind"],
            flats=None if stored.flats is None else stored.flats[:],
            darks=None if stored.darks is None else stored.darks[:],
            frame_times_s=told.get("frame_times_s"),
            flat_times_s=told.get("flat_times_s"),
            dark_times_s=told.get("dark_times_s"),
            shifts_px=told.get("shifts_px"),
            energy_kev=told.get("energy_kev"),
        )
    return replace(made, history=(*told.get("history", ()), _history(stored, sources)))


def header_of(stored: StoredScan) -> Header:
    """Return the header for `describe`: what is where, and what is missing."""
    told = {**stored.usual, **{name: value for name, value in stored.fields.items() if value is not None}}
    parts = {"values": f"{_times(stored.values.shape)} {stored.values.dtype} (angle, row, column)"}
    for name, frames in (("flats", stored.flats), ("darks", stored.darks)):
        parts[name] = "none" if frames is None else f"{_times(frames.shape)} {frames.dtype}"
    shown = parts | {name: _shown(value) for name, value in told.items() if name != "history"}
    for name, place in stored.sources.items():
        if name in shown and name != "kind":
            shown[name] += f" from {place}"
    missing = tuple(
        f"{name}: {stored.lacks.get(name, 'the file does not say it')}. {HOW_TO_GIVE[name]}" for name in _missing(told)
    )
    return Header(
        path=stored.path,
        format=stored.format,
        files=stored.files,
        shape=stored.values.shape,
        axes=AXES,
        dtype=str(stored.values.dtype),
        metadata={**shown, **stored.metadata},
        remarks=(READ_IT, *missing),
    )


def header_of_own(scan: Projections, path: Path, files: tuple[Path, ...], format_name: str) -> Header:
    """Return the header of projections that voltome wrote."""
    parts = {
        "kind": scan.kind,
        "geometry": str(scan.geometry),
        "angles_deg": _shown(scan.angles_deg),
        "flats": "none" if scan.flats is None else f"{_times(scan.flats.shape)} {scan.flats.dtype}",
        "darks": "none" if scan.darks is None else f"{_times(scan.darks.shape)} {scan.darks.dtype}",
        "energy_kev": str(scan.energy_kev),
        "history": "; ".join(scan.history),
    }
    return Header(
        path=path,
        format=format_name,
        files=files,
        shape=scan.values.shape,
        axes=AXES,
        dtype=str(scan.values.dtype),
        noun="Projections",
        metadata=parts,
    )


def agreeing(scan: Projections, options: ScanOptions) -> Projections:
    """Return projections that voltome wrote, once what the caller says agrees with them."""
    cone = isinstance(scan.geometry, ConeBeam)
    stated: dict[str, Any] = {
        "kind": scan.kind,
        "beam": "cone" if cone else "parallel",
        "pixel_size_um": scan.geometry.pixel_size_um,
        "energy_kev": scan.energy_kev,
        "source_to_axis_um": getattr(scan.geometry, "source_to_axis_um", None),
        "source_to_detector_um": getattr(scan.geometry, "source_to_detector_um", None),
    }
    for name, value in stated.items():
        given = getattr(options, name)
        if given is not None:
            _must_agree(name, value, given)
    if options.angles_deg is not None:
        _must_agree("angles_deg", scan.angles_deg, angles_from(options.angles_deg, scan.view_count))
    return scan


def angles_from(given: Sequence[float], views: int) -> NDArray[np.float64]:
    """Return the angle of every view; two numbers are those of the first and the last of evenly spaced views."""
    try:
        angles = np.asarray(given, np.float64)
    except (TypeError, ValueError) as fault:
        raise GeometryError(f"angles_deg is {str(given)[:80]}; expected numbers in degrees.") from fault
    if angles.shape == (2,) and views != 2:
        angles = np.linspace(angles[0], angles[1], views)
    if angles.shape != (views,):
        raise GeometryError(
            f"angles_deg has the shape {angles.shape} for {views} views; expected (first, last) or one angle for every "
            f"view, in degrees."
        )
    return angles


def _settled(stored: StoredScan, options: ScanOptions) -> tuple[dict[str, Any], dict[str, str]]:
    """Return every field from the file or the caller, who must agree, and where each is from."""
    told = {name: value for name, value in stored.fields.items() if value is not None}
    sources = {name: stored.sources.get(name, "the file") for name in told if name != "history"}
    given: dict[str, Any] = {
        name: getattr(options, name)
        for name in ("kind", "beam", "source_to_axis_um", "source_to_detector_um", "energy_kev", "pixel_size_um")
    }
    if options.angles_deg is not None:
        given["angles_deg"] = angles_from(options.angles_deg, len(stored.values))
    for name, value in given.items():
        if value is None:
            continue
        if name in told:
            _must_agree(name, told[name], value)
        else:
            told[name], sources[name] = value, GIVEN
    for name, value in stored.usual.items():
        if name not in told:
            told[name], sources[name] = value, USUAL
    return told, sources


def _must_agree(name: str, stated: Any, given: Any) -> None:
    """Refuse two statements that differ."""
    if stated is None or isinstance(stated, str):
        agree = stated == given
    elif name == "angles_deg":
        agree = bool(np.shape(stated) == np.shape(given) and np.all(np.abs(stated - given) <= ANGLES_AGREE_DEG))
    else:
        agree = _is_near(stated, given)
    if not agree:
        raise GeometryError(
            f"two statements of {name} that differ: {_shown(stated)} in the file, {_shown(given)} given. Drop {name} "
            f"if the file is right; if it is wrong, read without it and put the right one in with dataclasses.replace."
        )


def _is_near(stated: Any, given: Any) -> bool:
    """Say whether lengths or energies are the same but for rounding."""
    try:
        pair = np.broadcast_to(np.asarray(given, float), np.shape(stated))
    except (TypeError, ValueError):
        return False
    return bool(np.all(np.abs(pair - stated) <= AGREEMENT * np.abs(stated)))


def _missing(told: Mapping[str, Any]) -> list[str]:
    """Return the fields without which there are no projections."""
    needed = ["kind", "angles_deg", "pixel_size_um", "beam"]
    needed += ["source_to_axis_um", "source_to_detector_um"] if told.get("beam") == "cone" else []
    return [name for name in needed if told.get(name) is None]


def _refuse_missing(stored: StoredScan, told: Mapping[str, Any]) -> None:
    """Say everything that is missing at once."""
    missing = _missing(told)
    if not missing:
        return
    lines = [
        f"{name}: {stored.lacks.get(name, 'the file does not say it')}; there is no default. {HOW_TO_GIVE[name]}"
        for name in missing
    ]
    count = "1 field is" if len(lines) == 1 else f"{len(lines)} fields are"
    raise GeometryError("\n  ".join([f"{count} missing:", *lines]))


def _geometry(told: Mapping[str, Any]) -> ParallelBeam | ConeBeam:
    """Return the beam."""
    if told["beam"] not in ("parallel", "cone"):
        raise GeometryError(f"beam is {told['beam']!r}; expected 'parallel' or 'cone'.")
    if told["beam"] == "parallel":
        return ParallelBeam(told["pixel_size_um"], rotation_axis_px=told.get("rotation_axis_px"))
    return ConeBeam(
        told["pixel_size_um"],
        source_to_axis_um=told["source_to_axis_um"],
        source_to_detector_um=told["source_to_detector_um"],
        rotation_axis_px=told.get("rotation_axis_px"),
        central_row_px=told.get("central_row_px"),
    )


def _history(stored: StoredScan, sources: Mapping[str, str]) -> str:
    """Return the line that says what was taken from where."""
    names: dict[str, list[str]] = {}
    for name, place in {**stored.sources, **sources}.items():
        names.setdefault(place, []).append(name)
    listed = "; ".join(f"{', '.join(each)} from {place}" for place, each in names.items())
    return f"read {stored.files[0].name} ({stored.format}): {listed}"


def _times(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _shown(value: Any) -> str:
    """Return a field as a short text."""
    if isinstance(value, np.ndarray) and value.ndim and value.size > 3:
        return f"{value.size} numbers, {value.min():g} to {value.max():g}"
    if isinstance(value, float):
        return f"{value:.9g}" if math.isfinite(value) else repr(value)
    return str(value.tolist() if isinstance(value, np.ndarray) else value)

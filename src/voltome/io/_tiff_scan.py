"""Scans as TIFF images, with a YAML side-car that says angles, pixel size and where flats and darks are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voltome.data import LazyArray, Projections
from voltome.errors import FileFormatError, MissingFileError, VoltomeError
from voltome.io import _tiff
from voltome.io._headers import Header, naming
from voltome.io._paths import TIFF_SUFFIXES, is_pattern, must_exist
from voltome.io._scan import ScanOptions, StoredScan, header_of, projections_of
from voltome.io._scan_sidecar import FOLDER_NAME, ScanSideCar, load_scan, numbers_of
from voltome.io._tiff_lazy import frames_of

FORMAT = "TIFF with side-car"

SUFFIXES = (".yaml", ".yml")

TIMES = {"frame_times_s": "values", "flat_times_s": "flats", "dark_times_s": "darks"}


def is_folder(path: Path) -> bool:
    """Say whether a folder has the side-car of a scan."""
    return (path / FOLDER_NAME).is_file()


def read_header(path: Path) -> Header:
    """Return the header of the scan that a side-car describes."""
    with naming(path):
        return header_of(_stored(path))


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the side-car and all images."""
    return read_header(path).files


def read_projections_of(path: Path, options: ScanOptions) -> Projections:
    """Return the scan that a side-car describes."""
    with naming(path):
        stored = _stored(path)
    return projections_of(stored, options)


def read_plain_of(path: Path, options: ScanOptions) -> Projections:
    """Return TIFF images as a scan about which the caller says everything."""
    beside = path.with_suffix(".yaml") if not is_pattern(path) else path.parent / FOLDER_NAME
    if beside.is_file():
        raise FileFormatError(
            f"{path}: {beside.name!r} says what these images are. Read the scan by it: {str(beside)!r}."
        )
    header = _header_at(path)
    stored = StoredScan(path, "TIFF", header.files, frames_of(header), sources={"values": path.name})
    try:
        return projections_of(stored, options)
    except VoltomeError as fault:
        raise type(fault)(f"{fault}\n  Or write a side-car {beside.name!r} that says it (docs: Files).") from fault


def _stored(path: Path) -> StoredScan:
    """Return what a side-car, or the folder that has one, says."""
    sidecar = path / FOLDER_NAME if path.is_dir() else path
    told, folder = load_scan(sidecar), sidecar.parent
    headers = {"values": _header_at(_views_of(told, sidecar))}
    headers |= {name: _header_at(folder / where) for name in ("flats", "darks") if (where := getattr(told, name))}
    frames = {name: frames_of(header) for name, header in headers.items()}
    fields = _fields(told, frames, folder)
    lists = [folder / value for name in (*TIMES, "angles_deg") if isinstance(value := getattr(told, name), str)]
    sources = {name: header.path.name for name, header in headers.items()}
    return StoredScan(
        path,
        FORMAT,
        (sidecar, *lists, *dict.fromkeys(file for header in headers.values() for file in header.files)),
        frames["values"],
        frames.get("flats"),
        frames.get("darks"),
        fields,
        sources | {name: sidecar.name for name, value in fields.items() if value is not None and name != "history"},
    )


def _fields(told: ScanSideCar, frames: dict[str, LazyArray], folder: Path) -> dict[str, Any]:
    """Return the fields of the scan."""
    plain = (
        "kind",
        "pixel_size_um",
        "beam",
        "source_to_axis_um",
        "source_to_detector_um",
        "rotation_axis_px",
        "central_row_px",
        "energy_kev",
        "shifts_px",
        "history",
    )
    fields = {name: getattr(told, name) for name in plain}
    fields["angles_deg"] = numbers_of(told.angles_deg, "angles_deg", len(frames["values"]), folder)
    for name, of in TIMES.items():
        value = getattr(told, name)
        if value is not None and of not in frames:
            raise FileFormatError(f"it says {name} and no {of}. Say where these images are, or remove it.")
        fields[name] = numbers_of(value, name, len(frames[of]), folder) if of in frames else None
    return fields


def _views_of(told: ScanSideCar, sidecar: Path) -> Path:
    """Return where the views are: as said, the images in the folder, or the image of the same name."""
    if told.views is not None:
        return sidecar.parent / told.views
    if sidecar.name == FOLDER_NAME:
        return sidecar.parent
    beside = [sidecar.with_suffix(suffix) for suffix in TIFF_SUFFIXES]
    found = next((path for path in beside if path.is_file()), None)
    if found is None:
        raise MissingFileError(
            f"neither 'views:' nor {beside[0].name!r} beside it. Say where the images are: views: 'folder/view_*.tif'."
        )
    return found


def _header_at(path: Path) -> Header:
    """Return the header of one TIFF file, a folder or a pattern of them."""
    if not is_pattern(path):
        must_exist(path)
    if is_pattern(path) or path.is_dir():
        return _tiff.read_slices_header(path)
    if not path.name.lower().endswith(TIFF_SUFFIXES):
        raise FileFormatError(f"{path.name!r} is no TIFF file; expected .tif or .tiff, a folder or a pattern of them.")
    return _tiff.read_header(path)

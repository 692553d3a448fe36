"""Data Exchange: the HDF5 layout of the Advanced Photon Source for a scan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py

from voltome.errors import FileFormatError, GeometryError
from voltome.io import _hdf5_fields, _hdf5_find
from voltome.io._hdf5_lazy import frames_of
from voltome.io._scan import StoredScan

FORMAT = "Data Exchange HDF5"

GROUP = "exchange"

NAMES = ("theta", "data_white", "data_dark")
"""One of which tells the views of a scan from a volume under the same name."""

RESOLUTION = "measurement/instrument/detection_system/objective/resolution"
MAGNIFICATION = "measurement/instrument/detection_system/objective/magnification"
DETECTOR = "measurement/instrument/detector"
ENERGY = "measurement/instrument/monochromator/energy"


def is_scan(file: Any) -> bool:
    """Say whether a file, or a group in one, holds a scan in this layout."""
    group = file.get(GROUP) if GROUP in file else None
    return isinstance(group, h5py.Group) and "data" in group and any(name in group for name in NAMES)


def stored_scan(file: Any, path: Path, place: Path) -> StoredScan:
    """Return what a file, or a group in one, says about its scan."""
    group = file[GROUP]
    data = _hdf5_fields.at(group, "data")
    if data is None:
        raise FileFormatError(f"{group.name}/data is no dataset; expected the views (angle, row, column).")
    values = frames_of(data)
    frames = {name: _frames(group, name, values.shape[1]) for name in ("data_white", "data_dark")}
    fields: dict[str, Any] = {"energy_kev": _hdf5_fields.energy_kev(_hdf5_fields.at(file, ENERGY))}
    sources: dict[str, str] = {"values": data.name}
    lacks: dict[str, str] = {}
    if fields["energy_kev"] is not None:
        sources["energy_kev"] = ENERGY
    for name, standard in (("flats", "data_white"), ("darks", "data_dark")):
        if frames[standard] is not None:
            sources[name] = f"{group.name}/{standard}"
    _add_angles(group, len(values), fields, sources, lacks)
    _add_pixel_size(file, fields, sources, lacks)
    parts = [_hdf5_fields.at(group, name) for name in ("data", *NAMES)]
    return StoredScan(
        path,
        FORMAT,
        (place, *dict.fromkeys(file for each in parts if each for file in _hdf5_find.other_files(each, place))),
        values,
        frames["data_white"],
        frames["data_dark"],
        fields,
        sources,
        lacks,
        usual={"kind": "counts", "beam": "parallel"},
    )


def _frames(group: Any, name: str, rows: int) -> Any:
    """Return flats or darks; a dataset of none of them is how some writers say that they were not taken."""
    found = _hdf5_fields.at(group, name)
    return None if found is None or found.shape[:1] == (0,) else frames_of(found, rows=rows)


def _add_angles(group: Any, views: int, fields: dict[str, Any], sources: dict[str, str], lacks: dict[str, str]) -> None:
    """Take the angles; without a unit they are degrees, as the layout says."""
    theta = _hdf5_fields.at(group, "theta")
    if theta is None:
        lacks["angles_deg"] = f"there is no {group.name}/theta"
        return
    try:
        fields["angles_deg"] = _hdf5_fields.angles_in(theta, views, without_unit="degrees")
    except GeometryError as fault:
        lacks["angles_deg"] = str(fault)
        return
    unit = _hdf5_fields.unit_of(theta)
    sources["angles_deg"] = f"{theta.name} ({unit})" if unit else f"{theta.name} (no unit: degrees)"


def _add_pixel_size(file: Any, fields: dict[str, Any], sources: dict[str, str], lacks: dict[str, str]) -> None:
    """Take the pixel size at the sample: as such, or that of the detector over the magnification of its lens."""
    there = _hdf5_fields.at(file, RESOLUTION)
    size = _hdf5_fields.length_um(there)
    if size is not None:
        fields["pixel_size_um"], sources["pixel_size_um"] = (size, size), RESOLUTION
        return
    edges = _edges(file)
    lens = _hdf5_fields.at(file, MAGNIFICATION)
    by = [] if lens is None else _hdf5_fields.numbers_in(lens).tolist()
    if edges is not None and len(by) == 1 and by[0] > 0:
        fields["pixel_size_um"] = (edges[0] / by[0], edges[1] / by[0])
        sources["pixel_size_um"] = f"{DETECTOR} over {MAGNIFICATION} ({by[0]:g})"
        return
    lacks["pixel_size_um"] = (
        f"the pixel of the detector is {edges[1]:g} um, and the magnification of its lens is not stated"
        if edges is not None
        else f"neither {RESOLUTION} nor {DETECTOR}/pixel_size with the magnification, in a unit, is there"
    )


def _edges(file: Any) -> tuple[float, float] | None:
    """Return the edges (row, column) of a pixel of the detector in um."""
    one = _hdf5_fields.length_um(_hdf5_fields.at(file, f"{DETECTOR}/pixel_size"))
    if one is not None:
        return one, one
    row, column = (_hdf5_fields.length_um(_hdf5_fields.at(file, f"{DETECTOR}/pixel_size_{axis}")) for axis in "yx")
    return None if row is None or column is None else (row, column)

"""NeXus: scans with an image key (NXtomo, and what beamlines write that is like it)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.errors import FileFormatError, GeometryError
from voltome.io import _hdf5_fields, _hdf5_find
from voltome.io._hdf5_lazy import frames_of
from voltome.io._hdf5_walk import Found
from voltome.io._scan import StoredScan

FORMAT = "NeXus"

KEY, KEY_CONTROL = "image_key", "image_key_control"

VIEW, FLAT, DARK, INVALID = 0, 1, 2, 3

ANGLES = (("rotation_angle", "rotation_angles"), ("theta", "angles", "angle"))
"""Names of the angles; the second ones where the first are not there."""

LIKE_ANGLES = re.compile(r"theta|angle|rotation|omega|\brot", re.IGNORECASE)

ENERGIES = ("/beam/incident_energy", "/monochromator/energy")

TUBES = re.compile(r"tube|anode|metal jet", re.IGNORECASE)

PLANNED = re.compile(r'"start":\s*([-\d.]+),\s*"stop":\s*([-\d.]+),\s*"step":\s*([-\d.]+)')


@dataclass(slots=True)
class _Told:
    """What was found so far."""

    fields: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    lacks: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: Any, source: str) -> None:
        """Take a field and say where from."""
        if value is not None:
            self.fields[name], self.sources[name] = value, source


def is_scan(found: Found) -> bool:
    """Say whether datasets are those of a scan: with an image key, or with angles beside frames."""
    if any(each.size > 1 for _, each in found.named(KEY, KEY_CONTROL)):
        return True
    lengths = {each.size for _, each in found.named(*ANGLES[0])}
    return any(len(frames) in lengths for _, frames in _stacks(found))


def stored_scan(found: Found, chosen: Any, path: Path, place: Path, beam: str | None) -> StoredScan:
    """Return what a file says about the scan whose frames are `chosen`, or the only ones in it."""
    data = _frames(found, path) if chosen is None else chosen
    frames_of(data)
    places = found.others(data) or [data.name]
    groups = [address.rpartition("/")[0] for address in places]
    told = _Told()
    keys = _keys(found, groups, len(data), told)
    views, flats, darks = (np.flatnonzero(keys == key) for key in (VIEW, FLAT, DARK))
    own = next((place for place in places if place.rpartition("/")[0] + "/" + KEY in found.datasets), places[0])
    told.sources["values"] = own if data.name in places else f"{own} ({Path(data.file.filename).name})"
    _add_angles(found, keys, told)
    _add_times(found, groups, keys, told)
    _add_pixel_size(found, groups, beam, told)
    _add_distances(found, groups, told)
    for address, each in found.ending(*ENERGIES):
        told.add("energy_kev", _hdf5_fields.energy_kev(each), address)
    others = _hdf5_find.other_files(data, place)
    return StoredScan(
        path,
        FORMAT,
        (place, *others),
        frames_of(data, views),
        frames_of(data, flats) if flats.size else None,
        frames_of(data, darks) if darks.size else None,
        fields=told.fields,
        sources=told.sources,
        lacks=told.lacks,
        usual={"kind": "counts"} | _usual_beam(found, told),
        metadata={"image_key": _counts(keys), **_lost(found)},
    )


def _lost(found: Found) -> dict[str, str]:
    """Return the files that are missing, each with the links that lead there."""
    files = dict.fromkeys(link.file for link in found.broken)
    links = {file: [link.address for link in found.broken if link.file == file] for file in files}
    return {f"missing file {file}": f"{len(each)} links, the first {each[0]}" for file, each in links.items()}


def _stacks(found: Found) -> list[tuple[str, Any]]:
    """Return the datasets that can be frames, each once."""
    seen: dict[Any, tuple[str, Any]] = {}
    for address, each in found.datasets.items():
        if len(each.shape or ()) == 3 and each.dtype.kind in "uif":
            seen.setdefault(_hdf5_find.identity_of(each), (address, each))
    return list(seen.values())


def _frames(found: Found, path: Path) -> Any:
    """Return the frames of the only scan: those beside an image key, or those as many as it."""
    stacks = _stacks(found)
    beside = [each for _, each in stacks if any(_sibling(found, place, KEY) for place in found.others(each))]
    lengths = {key.size for _, key in found.named(KEY, *ANGLES[0])}
    fitting = [each for _, each in stacks if len(each) in lengths]
    for few in (beside, fitting):
        if len(few) == 1:
            return few[0]
    if not stacks:
        lost = "; ".join(map(str, found.broken[:5]))
        raise FileFormatError(
            f"it has an image key and no frames (a 3-D dataset of numbers)"
            f"{f': {lost}. Copy the files beside {path.name!r}' if lost else '. Copy it again from its source'}."
        )
    listed = "".join(
        f"\n  ::{address}  {' x '.join(map(str, each.shape))} {each.dtype}" for address, each in stacks[:20]
    )
    raise FileFormatError(
        f"it has {len(stacks)} stacks of frames. Say which, such as '{path.name}::{stacks[0][0]}', or name the group "
        f"of one scan:{listed}"
    )


def _sibling(found: Found, address: str, name: str) -> Any:
    """Return the dataset of this name beside another, or None."""
    return found.datasets.get(f"{address.rpartition('/')[0]}/{name}")


def _keys(found: Found, groups: Sequence[str], frames: int, told: _Told) -> NDArray[np.int64]:
    """Return the image key of every frame, or refuse keys that are unknown or leave no view."""
    addresses = [f"{group}/{KEY}" for group in groups if f"{group}/{KEY}" in found.datasets]
    addresses = addresses[:1] or [address for address, each in found.named(KEY) if each.size == frames]
    every = [_hdf5_fields.numbers_in(found.datasets[address]) for address in addresses]
    if not every:
        told.sources["image_key"] = "not there: every frame is a view"
        return np.zeros(frames, np.int64)
    if any(not np.array_equal(each, every[0]) for each in every[1:]):
        raise FileFormatError(
            f"its image keys differ: {', '.join(addresses)}. Name the group of one scan ('FILE::/GROUP')."
        )
    stored = _hdf5_fields.require_numbers(found.datasets[addresses[0]], "image key", frames)
    unknown = sorted(set(stored.tolist()) - {VIEW, FLAT, DARK, INVALID})
    if unknown:
        raise FileFormatError(
            f"{addresses[0]} has the keys {unknown[:5]}; expected 0 (view), 1 (flat), 2 (dark) and 3 (invalid). "
            f"Correct it."
        )
    keys = stored.astype(np.int64)
    told.sources["image_key"] = addresses[0]
    control = found.datasets.get(addresses[0].removesuffix(KEY) + KEY_CONTROL)
    if control is not None and control.size == frames:
        returned = (_hdf5_fields.numbers_in(control) == -1) & (keys == VIEW)
        keys[returned] = INVALID  # views taken again to see whether the sample moved
        told.sources["image_key"] += f" without {returned.sum()} alignment views" if returned.any() else ""
    if not (keys == VIEW).any():
        raise FileFormatError(f"no view: {addresses[0]} has {_counts(keys)}; expected keys 0. Correct it.")
    return keys


def _counts(keys: NDArray[np.int64]) -> str:
    """Return how many frames of each kind there are."""
    names = {VIEW: "views", FLAT: "flats", DARK: "darks", INVALID: "invalid"}
    return ", ".join(f"{np.count_nonzero(keys == key)} {name}" for key, name in names.items())


def _add_angles(found: Found, keys: NDArray[np.int64], told: _Told) -> None:
    """Take the angles of the views: one for every frame, or for every view."""
    views = keys == VIEW
    for names in ANGLES:
        there = [(address, each) for address, each in found.named(*names) if each.size > 1 or len(keys) == 1]
        if there:
            break
    else:
        told.lacks["angles_deg"] = _why_no_angles(found, int(views.sum()))
        return
    taken: dict[str, NDArray[np.float64]] = {}
    for address, each in there:
        try:
            whole = each.size == len(keys)
            angles = _hdf5_fields.angles_in(each, len(keys) if whole else int(views.sum()), without_unit="")
            taken[address] = angles[views] if whole else angles
        except GeometryError as fault:
            told.lacks["angles_deg"] = f"{fault} ({_counts(keys)})"
    addresses = list(taken)
    if not addresses:
        return
    if any(not np.array_equal(taken[other], taken[addresses[0]]) for other in addresses[1:]):
        told.lacks["angles_deg"] = f"{', '.join(addresses)} differ: name the group of one scan ('FILE::/GROUP')"
        return
    told.add(
        "angles_deg", taken[addresses[0]], f"{addresses[0]} ({_hdf5_fields.unit_of(found.datasets[addresses[0]])})"
    )


def _why_no_angles(found: Found, views: int) -> str:
    """Return why there are no angles: links that lead nowhere, and what the scan was planned to be."""
    lost = [link for link in found.broken if LIKE_ANGLES.search(f"{link.address} {link.target}")]
    planned = _planned(found, views)
    if lost:
        return f"{lost[0]}{planned}"
    return f"there is no {' or '.join(name for names in ANGLES for name in names)}{planned}"


def _planned(found: Found, views: int) -> str:
    """Return what the acquisition was told, where that is as many views; it may have done otherwise."""
    for address, each in found.named("scan_models"):
        for start, stop, step in PLANNED.findall(_hdf5_fields.text_in(each)):
            first, last, by = map(float, (start, stop, step))
            if by and round((last - first) / by) + 1 == views:
                return f" (planned, by {address}: {first:g} to {last:g} by {by:g})"
    return ""


def _add_times(found: Found, groups: Sequence[str], keys: NDArray[np.int64], told: _Told) -> None:
    """Take the start of every frame."""
    for group in groups:
        each = found.datasets.get(f"{group}/start_time")
        times = _hdf5_fields.scaled(each, _hdf5_fields.SECONDS) if each is not None and each.size == len(keys) else None
        if times is not None:
            for name, key in (("frame_times_s", VIEW), ("flat_times_s", FLAT), ("dark_times_s", DARK)):
                told.add(name, times[keys == key] if (keys == key).any() else None, f"{group}/start_time")


def _add_pixel_size(found: Found, groups: Sequence[str], beam: str | None, told: _Told) -> None:
    """Take the pixel size: at the sample for a parallel beam, of the detector for a cone."""
    samples = sorted({address.rpartition("/")[0] for address, _ in found.ending("/sample/x_pixel_size")})
    detectors = [
        *groups,
        *sorted({address.rpartition("/")[0] for address, _ in found.ending("/detector/x_pixel_size")}),
    ]
    for group in ([] if beam == "cone" else samples) + detectors:
        names = [f"{group}/{axis}_pixel_size" for axis in "yx"]
        if names[1] not in found.datasets:
            continue
        edges = [_hdf5_fields.length_um(found.datasets.get(name)) for name in names]
        column, row = edges[1], edges[0] if names[0] in found.datasets else edges[1]
        if column is None or row is None:
            told.lacks["pixel_size_um"] = f"{group}/x_pixel_size (and y) is no length in a known unit"
            continue
        lens = found.datasets.get(f"{group}/magnification") if beam != "cone" and group not in samples else None
        by = [] if lens is None else _hdf5_fields.numbers_in(lens).tolist()
        scale = by[0] if len(by) == 1 and by[0] > 0 else 1.0
        what = f"{group}/x_pixel_size" + (f" over magnification {scale:g}" if scale != 1 else "")
        told.add("pixel_size_um", (row / scale, column / scale), what)
        return


def _add_distances(found: Found, groups: Sequence[str], told: _Told) -> None:
    """Take the distances from the sample to source and detector; upstream ones are negative in NeXus."""
    to_source = next(
        ((a, d) for a, each in found.ending("/source/distance") if (d := _hdf5_fields.length_um(each))), None
    )
    places = [f"{group}/distance" for group in groups] + [address for address, _ in found.ending("/detector/distance")]
    sizes = ((place, _hdf5_fields.length_um(found.datasets.get(place))) for place in places)
    to_detector = next(((place, size) for place, size in sizes if size), None)
    if to_source is not None:
        told.add("source_to_axis_um", to_source[1], to_source[0])
        if to_detector is not None:
            total = to_source[1] + to_detector[1]
            told.add("source_to_detector_um", total, f"{to_source[0]} + {to_detector[0]}")


def _usual_beam(found: Found, told: _Told) -> dict[str, str]:
    """Return a parallel beam, unless the source is a tube."""
    for address, each in found.ending("/source/type"):
        kind = _hdf5_fields.text_in(each)
        if TUBES.search(kind):
            told.lacks["beam"] = f"{address} is {kind!r}, and NeXus has no field for the beam"
            return {}
    return {"beam": "parallel"}

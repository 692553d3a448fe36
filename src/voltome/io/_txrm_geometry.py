"""Beam, distances, pixel size, angles and shifts of a Zeiss scan, as far as its file states them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.errors import FileFormatError, GeometryError
from voltome.io._scan import BeamName, ScanOptions
from voltome.io._zeiss_streams import Streams

BEAMS: dict[int | None, BeamName] = {1: "cone", 2: "parallel"}
"""Zeiss's numbers of ImageInfo/XrayGeometry; 2 is a microscope with a zone plate. Others say nothing."""

PLACEHOLDERS = (0.0, 1.0)
"""Distances in mm that stand for none."""

SAME_DISTANCE = 1e-3
"""The distances of one scan may differ by this fraction among its views."""

SOURCE, DETECTOR = "ImageInfo/StoRADistance", "ImageInfo/DtoRADistance"
"""Distances of source and detector from the axis of rotation."""

CENTRE_SHIFTS = ("ReconSettings/CenterShift", "AutoRecon/CenterShift")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file states: the fields of projections, where each is from, and why some could not be taken."""

    fields: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    lacks: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, value: Any, source: str) -> None:
        """Note a field that the file states."""
        self.fields[name], self.sources[name] = value, source


def state_geometry(streams: Streams, stated: Stated, columns: int, options: ScanOptions) -> None:
    """Note beam, distances, pixel size and, where it is asked for, the axis of rotation."""
    source, detector = (_distance(streams, stated, name) for name in (SOURCE, DETECTOR))
    _state_beam(streams, stated, (source, detector))
    magnification, why = 1.0, ""
    if (stated.fields.get("beam") or options.beam) == "cone":
        _state_distances(streams, stated, source, detector)
        far, near = (
            stated.fields.get(name) or getattr(options, name) for name in ("source_to_detector_um", "source_to_axis_um")
        )
        # where one is missing, that is said; a size on the detector needs both
        if isinstance(far, float | int) and isinstance(near, float | int) and near > 0:
            magnification, why = far / near, f", magnified {far / near:.6g} times onto the detector"
    _state_pixel_size(streams, stated, magnification, why)
    if options.rotation_axis == "scanner":
        _state_rotation_axis(streams, stated, columns)


def state_angles(streams: Streams, stated: Stated, views: int) -> None:
    """Note the angle of every view in degrees."""
    name = "ImageInfo/Angles"
    found = streams.floats(name)
    if not found.size:
        stated.lacks["angles_deg"] = f"the file has no {name}"
    elif found.size < views:
        stated.lacks["angles_deg"] = f"{name} has {found.size} of them for {views} views"
    elif not np.isfinite(found[:views]).all():
        bad = np.count_nonzero(~np.isfinite(found[:views]))
        stated.lacks["angles_deg"] = f"{bad} of the {views} in {name} are not finite"
    else:
        stated.put("angles_deg", shortest(found[:views]), name)


def state_shifts(streams: Streams, stated: Stated, views: int) -> None:
    """Note by how much each view lies shifted on the detector, in pixels (row, column), unless by nothing.

    Zeiss states what moves a view back: to the right by X-Shifts, down by Y-Shifts. So the views lie the other way.
    """
    found = {name: streams.floats(f"Alignment/{name}-Shifts") for name in ("Y", "X")}
    if not any(numbers.any() for numbers in found.values()):
        return
    for name, numbers in found.items():
        if numbers.size < views or not np.isfinite(numbers[:views]).all():
            bad = np.count_nonzero(~np.isfinite(numbers[:views]))
            raise FileFormatError(
                f"its Alignment/{name}-Shifts are {numbers.size} numbers for {views} views, {bad} of them not finite; "
                f"expected a number of pixels for each. Copy or export it again from its source."
            )
    back = np.stack([shortest(numbers[:views]) for numbers in found.values()], axis=1)
    stated.put("shifts_px", 0.0 - back, "Alignment/Y-Shifts and X-Shifts, which move a view back")


def shortest(numbers: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the shortest decimals that are these float32: -45.018 and not -45.018001556396484."""
    return np.array([float(str(number)) for number in numbers], np.float64)


def _state_beam(streams: Streams, stated: Stated, distances: tuple[float | None, float | None]) -> None:
    """Note whether the beam is parallel or a cone."""
    number = streams.integer("ImageInfo/XrayGeometry")
    beam = BEAMS.get(number)
    if beam is not None:
        stated.put("beam", beam, f"ImageInfo/XrayGeometry {number}")
    elif None not in distances:
        stated.put("beam", "cone", f"{SOURCE} and {DETECTOR}, which only a cone has")
    else:
        stated.lacks["beam"] = (
            f"ImageInfo/XrayGeometry is {number} (1 is a cone, 2 parallel), and {SOURCE} = {_shown(streams, SOURCE)} "
            f"and {DETECTOR} = {_shown(streams, DETECTOR)} are no distances in mm"
        )


def _state_distances(streams: Streams, stated: Stated, source: float | None, detector: float | None) -> None:
    """Note the distances of a cone; that of the detector counts from the source."""
    if source is None:
        stated.lacks.setdefault("source_to_axis_um", _no_distance(streams, SOURCE))
    else:
        stated.put("source_to_axis_um", 1000 * source, f"{SOURCE}, {source:g} mm")
    if source is None or detector is None:
        missing = DETECTOR if detector is None else SOURCE
        stated.lacks.setdefault("source_to_detector_um", _no_distance(streams, missing))
    else:
        stated.put("source_to_detector_um", 1000 * (source + detector), f"{SOURCE} and {DETECTOR}, {detector:g} mm")


def _distance(streams: Streams, stated: Stated, name: str) -> float | None:
    """Return a distance from the axis in mm, None where there is none; Zeiss counts that of the source as negative."""
    found = np.abs(streams.floats(name))
    if not found.size or not math.isfinite(found[0]) or float(found[0]) in PLACEHOLDERS:
        return None
    used = found[: max(streams.integer("ImageInfo/ImagesTaken") or 0, 1)]
    low, high = float(used.min()), float(used.max())
    if not high - low <= SAME_DISTANCE * high:
        field_name = "source_to_axis_um" if name == SOURCE else "source_to_detector_um"
        stated.lacks[field_name] = f"{name} runs from {low:g} to {high:g} mm; expected one for all views"
        return None
    return float(shortest(found[:1])[0])


def _no_distance(streams: Streams, name: str) -> str:
    return f"{name} is {_shown(streams, name)}, which is no distance in mm"


def _shown(streams: Streams, name: str) -> str:
    """Return a distance as the file has it, for messages."""
    found = streams.floats(name)
    return str(found[0]) if found.size else "missing"


def _state_pixel_size(streams: Streams, stated: Stated, magnification: float, why: str) -> None:
    """Note the edge of a pixel: the file states it at the sample."""
    name = "ImageInfo/PixelSize"
    found = streams.floats(name)
    if not found.size:
        stated.lacks["pixel_size_um"] = f"the file has no {name}"
        return
    size = float(shortest(found[:1])[0])
    if not (math.isfinite(size) and size > 0):
        stated.lacks["pixel_size_um"] = f"{name} is {size!r}"
        return
    stated.put("pixel_size_um", size * magnification, f"{name}, {size:g} um at the sample{why}")


def _state_rotation_axis(streams: Streams, stated: Stated, columns: int) -> None:
    """Note the column of the axis that the scanner's own reconstruction used."""
    for name in CENTRE_SHIFTS:
        found = streams.floats(name)
        if found.size and math.isfinite(found[0]):
            shift = float(shortest(found[:1])[0])
            stated.put("rotation_axis_px", (columns - 1) / 2 - shift, f"{name}, {shift:g} px")
            return
    raise GeometryError(
        f"it has no {' or '.join(CENTRE_SHIFTS)}, by which the scanner would say where the axis of rotation is. Drop "
        f"rotation_axis='scanner', and find it with voltome.projections.find_rotation_axis."
    )

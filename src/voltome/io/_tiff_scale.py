"""The voxel size that a TIFF file states: ImageJ and OME metadata do, a print resolution does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from voltome.errors import FileFormatError
from voltome.io._headers import UNKNOWN, PartialTriple
from voltome.io._units import to_um, unit_name

Scale = tuple[PartialTriple, tuple[str, ...]]
"""The voxel size along (z, y, x), None where unknown, and remarks on what was not taken for one."""


def ome_pixels(path: Any, description: str) -> dict[str, str]:
    """Return the attributes of the one ``Pixels`` element of an OME-XML description."""
    try:
        root = ElementTree.fromstring(description)  # noqa: S314 - expat refuses entity bombs since 2.4.1
    except ElementTree.ParseError as fault:
        raise FileFormatError(f"{path}: its OME-XML cannot be read: {fault}. Export the file again.") from fault
    pixels = [element for element in root.iter() if element.tag.rpartition("}")[2] == "Pixels"]
    if len(pixels) != 1:
        raise FileFormatError(
            f"{path}: its OME-XML describes {len(pixels)} images; expected one. Export one image to its own file."
        )
    inside = {element.tag.rpartition("}")[2]: element for element in pixels[0].iter()}
    uuid = inside.get("UUID")
    named = uuid.attrib.get("FileName", "") if uuid is not None else ""
    return dict(pixels[0].attrib) | ({"FileName": named} if named else {})


def ome_scale(pixels: Mapping[str, str]) -> Scale:
    """Return the scale from ``PhysicalSizeX`` and its like; their unit is micrometres where none is named."""
    sizes: list[float | None] = []
    remarks = []
    for axis in "ZYX":
        text, unit = pixels.get(f"PhysicalSize{axis}"), pixels.get(f"PhysicalSize{axis}Unit", "µm")
        size = to_um(_number(text), unit) if text is not None else None
        if text is not None and size is None:
            remarks.append(f"PhysicalSize{axis} = {text} {unit} is not a length that can be used")
        sizes.append(size)
    return (sizes[0], sizes[1], sizes[2]), tuple(remarks)


def imagej_scale(page: Any, metadata: Mapping[str, Any]) -> Scale:
    """Return the scale from ImageJ's unit, spacing and resolution tags."""
    unit = str(metadata.get("unit", ""))
    if unit_name(unit) is None:
        return UNKNOWN, print_resolution(page) if not unit else (f"its unit is {unit!r}, which is not a length",)
    spacing = metadata.get("spacing")
    z = to_um(_number(spacing), str(metadata.get("zunit", unit))) if spacing is not None else None
    y = _from_resolution(page, "YResolution", str(metadata.get("yunit", unit)))
    x = _from_resolution(page, "XResolution", unit)
    remarks = [
        f"its {name} is {value}, which is not a voxel size"
        for name, value, size in (
            ("spacing", spacing, z),
            ("YResolution", _tag(page, "YResolution"), y),
            ("XResolution", _tag(page, "XResolution"), x),
        )
        if value is not None and size is None
    ]
    return (z, y, x), tuple(remarks)


def print_resolution(page: Any) -> tuple[str, ...]:
    """Say that a resolution tag, which every program fills in for printing, is not a voxel size."""
    unit = {2: "inch", 3: "cm"}.get(_as_int(_tag(page, "ResolutionUnit")))
    resolution = _tag(page, "XResolution")
    if unit is None or resolution is None:
        return ()
    return (f"its resolution tag, {resolution[0]}/{resolution[1]} per {unit}, is for printing and not a voxel size",)


def _from_resolution(page: Any, tag: str, unit: str) -> float | None:
    """Return the voxel size from pixels per unit, a rational number."""
    value = _tag(page, tag)
    if not (isinstance(value, tuple) and len(value) == 2 and value[0] and value[1]):
        return None
    return to_um(value[1] / value[0], unit)


def _tag(page: Any, name: str) -> Any:
    """Return the value of a tag of the page, or None."""
    tag = page.tags.get(name)
    return None if tag is None else tag.value


def _as_int(value: Any) -> int:
    """Return the number of an enumerated tag; 0 where there is none."""
    return int(value) if isinstance(value, int) else 0


def _number(text: Any) -> float:
    """Return the number in the text, NaN where it is none."""
    try:
        return float(text)
    except (TypeError, ValueError):
        return float("nan")

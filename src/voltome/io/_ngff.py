"""The metadata of OME-Zarr (NGFF) 0.5 and 0.4: axes, units, scale and translation, written and understood."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from voltome.errors import AxisError, FileFormatError
from voltome.io._headers import UNKNOWN, PartialTriple
from voltome.io._units import to_um, unit_name

NgffVersion = Literal["0.5", "0.4"]

Triple = tuple[float, float, float]

AXES = [{"name": axis, "type": "space", "unit": "micrometer"} for axis in "zyx"]


@dataclass(frozen=True, slots=True)
class Multiscale:
    """What the metadata of an image say about its full-resolution level."""

    version: str
    path: str
    axes: tuple[str, ...]
    voxel_size_um: PartialTriple
    origin_um: Triple
    remarks: tuple[str, ...]


def image_attributes(
    version: NgffVersion, name: str, factors: Sequence[tuple[int, int, int]], voxel_size_um: Triple, origin_um: Triple
) -> dict[str, Any]:
    """Return the attributes of an image group whose levels have voxels larger by these factors."""
    datasets = [
        {"path": str(level), "coordinateTransformations": _transformations(factor, voxel_size_um, origin_um)}
        for level, factor in enumerate(factors)
    ]
    multiscale = {"name": name, "axes": AXES, "datasets": datasets}
    if version == "0.5":
        return {"ome": {"version": "0.5", "multiscales": [multiscale]}}
    return {"multiscales": [{"version": "0.4", **multiscale}]}


def _transformations(factor: tuple[int, int, int], voxel_size_um: Triple, origin_um: Triple) -> list[dict[str, Any]]:
    """Return scale and translation of a level; NGFF places the centre of the first voxel, voltome its corner."""
    scale = [edge * times for edge, times in zip(voxel_size_um, factor, strict=True)]
    centre = [corner + edge / 2 for corner, edge in zip(origin_um, scale, strict=True)]
    return [{"type": "scale", "scale": scale}, {"type": "translation", "translation": centre}]


def understand(attributes: Mapping[str, Any]) -> Multiscale:
    """Return what the attributes of a group say; raise where they describe no single image."""
    multiscales, version = _multiscales(attributes)
    if len(multiscales) != 1:
        raise FileFormatError(f"the group holds {len(multiscales)} images; expected one.")
    multiscale = multiscales[0]
    version = version or str(multiscale.get("version", "0.4"))
    if version not in ("0.4", "0.5"):
        raise FileFormatError(f"its metadata are OME-Zarr {version}; expected 0.4 or 0.5. Convert it with its writer.")
    axes = multiscale["axes"]
    names = tuple(str(axis["name"]).lower() for axis in axes)
    _check_axes(names)
    dataset = multiscale["datasets"][0]
    scale, shift = _combined(
        len(names), dataset.get("coordinateTransformations", []), multiscale.get("coordinateTransformations", [])
    )
    sizes, origin, remarks = _space(axes, names, scale, shift)
    return Multiscale(version, str(dataset["path"]), names, sizes, origin, remarks)


def _multiscales(attributes: Mapping[str, Any]) -> tuple[Sequence[Mapping[str, Any]], str]:
    """Return the list of images and the version stated beside it."""
    if "ome" in attributes and "multiscales" in attributes["ome"]:
        return attributes["ome"]["multiscales"], str(attributes["ome"].get("version", "0.5"))
    if "multiscales" in attributes:
        return attributes["multiscales"], ""
    if "bioformats2raw.layout" in attributes or "bioformats2raw.layout" in attributes.get("ome", {}):
        raise FileFormatError("a collection of images (bioformats2raw); expected one image: give its sub-folder '0'.")
    raise FileFormatError("a zarr group without OME-Zarr metadata ('multiscales'); expected an image.")


def _check_axes(names: tuple[str, ...]) -> None:
    """Refuse axes other than [t][c][z]yx in this order."""
    if "".join(names) not in ("yx", "zyx", "cyx", "tyx", "czyx", "tzyx", "tcyx", "tczyx"):
        raise AxisError(f"its axes are {', '.join(names)}; expected z, y, x, with t and c of length 1 before them.")


def _combined(axes: int, *steps: Sequence[Mapping[str, Any]]) -> tuple[list[float], list[float] | None]:
    """Return scale and translation of all steps, first to last; None where nothing is translated."""
    scale, shift, shifted = [1.0] * axes, [0.0] * axes, False
    for step in (step for group in steps for step in group):
        kind = step.get("type")
        numbers = [float(number) for number in step.get(str(kind), [])]
        if kind not in ("scale", "translation") or len(numbers) != axes:
            raise FileFormatError(f"its coordinate transformation {dict(step)} is not a scale or translation per axis.")
        if kind == "scale":
            scale = [before * number for before, number in zip(scale, numbers, strict=True)]
            shift = [before * number for before, number in zip(shift, numbers, strict=True)]
        else:
            shift, shifted = [before + number for before, number in zip(shift, numbers, strict=True)], True
    return scale, shift if shifted else None


def _space(
    axes: Sequence[Mapping[str, Any]], names: tuple[str, ...], scale: list[float], shift: list[float] | None
) -> tuple[PartialTriple, Triple, tuple[str, ...]]:
    """Return voxel size and origin in um along (z, y, x), and remarks on axes without a usable length."""
    sizes: dict[str, float | None] = {}
    origin = {"z": 0.0, "y": 0.0, "x": 0.0}
    remarks = []
    for index, (axis, name) in enumerate(zip(axes, names, strict=True)):
        if name not in origin:
            continue
        unit = str(axis.get("unit") or "")
        sizes[name] = to_um(scale[index], unit)
        if sizes[name] is None:
            remarks.append(
                f"its {name} axis has the scale {scale[index]} and {f'unit {unit!r}' if unit else 'no unit'}"
            )
        elif shift is not None and math.isfinite(shift[index]):
            # the factor from the unit to um is that of the scale, so the corner needs no second table
            origin[name] = (shift[index] - scale[index] / 2) * _um_per(unit)
    known = sizes.get("z"), sizes.get("y"), sizes.get("x")
    return known if any(known) else UNKNOWN, (origin["z"], origin["y"], origin["x"]), tuple(remarks)


def _um_per(unit: str) -> float:
    """Return the micrometres in one unit that is known to be a length."""
    return to_um(1.0, unit) if unit_name(unit) else 0.0  # type: ignore[return-value]

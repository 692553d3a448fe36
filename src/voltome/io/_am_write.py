"""Writing images for Avizo and Amira (``.am``): grey values as they are, labels in runs with their materials."""

from __future__ import annotations

import colorsys
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import ImageNoun, ParticleImage, PhaseImage, Volume
from voltome.errors import ValuesError
from voltome.io._am import FULL_NAME, UNUSED
from voltome.io._am_header import TYPES
from voltome.io._am_scale import OWN_BLOCK

KINDS = {dtype: kind for kind, dtype in TYPES.items()}

GOLDEN = 0.618034
"""Step of the hue from one material to the next, so that neighbours differ."""


def write_am(image: ImageNoun, path: Path) -> None:
    """Write an image with its voxel size and origin; a mask has no place in the format."""
    if image.mask is not None:
        raise ValuesError(
            "the image has a mask, which an Avizo file cannot hold. Write .ome.zarr, which keeps it; or write the "
            "image without it (dataclasses.replace(image, mask=None)), and the mask as an image of its own."
        )
    values = _storable(image)
    packed = _packed(values) if isinstance(image, PhaseImage) else None
    kind = KINDS[values.dtype.str[1:]]
    name = "Data" if isinstance(image, Volume) else "Labels"
    with path.open("wb") as file:
        file.write(_header(image, kind, name, None if packed is None else sum(map(len, packed))).encode())
        for plane in values if packed is None else packed:
            little = plane.astype(plane.dtype.newbyteorder("<"), copy=False)
            file.write(np.ascontiguousarray(little).view(np.uint8).reshape(-1).data)
        file.write(b"\n")


def _storable(image: ImageNoun) -> NDArray[Any]:
    """Return the values in a type that Avizo has; labels in the smallest, which changes no label."""
    values = image.values
    if isinstance(image, PhaseImage):
        return values.astype(np.uint8, copy=False)
    if values.dtype.str[1:] in KINDS:
        return values
    highest = np.iinfo(np.int32).max
    if isinstance(image, ParticleImage) and int(values.max()) <= highest:
        return values.astype(np.int32)
    raise ValuesError(
        f"its values are {values.dtype}, which Avizo does not have; expected one of uint8, int16, uint16, int32, "
        f"float32, float64, or labels up to {highest:,}. Write .ome.zarr, or cast the values first "
        f"(image.derive('cast to float32', values=image.values.astype('float32')))."
    )


def _packed(values: NDArray[Any]) -> list[NDArray[np.uint8]]:
    """Return the slices in runs of bytes; some programs expect that no run goes on in the next slice."""
    from voltome.io import _kernels_byte_rle

    packed = []
    for plane in values:
        flat = np.ascontiguousarray(plane).reshape(-1)
        room = np.empty(flat.size + flat.size // _kernels_byte_rle.LONGEST + 1, np.uint8)
        packed.append(room[: _kernels_byte_rle.pack(flat, room)].copy())
    return packed


def _header(image: ImageNoun, kind: str, name: str, packed_bytes: int | None) -> str:
    """Return the text before the data."""
    z, y, x = image.shape
    encoding = "" if packed_bytes is None else f"(HxByteRLE,{packed_bytes})"
    parameters = [
        *(_materials(image) if isinstance(image, PhaseImage) else ()),
        *_own_block(image),
        '    Units {\n        Coordinates "um"\n    }',
        f'    Content "{x}x{y}x{z} {kind}, uniform coordinates",',
        f"    BoundingBox {_box(image)},",
        '    CoordType "uniform"',
    ]
    return (
        f"# AmiraMesh BINARY-LITTLE-ENDIAN 2.1\n\n\ndefine Lattice {x} {y} {z}\n\n"
        + "Parameters {\n"
        + "\n".join(parameters)
        + f"\n}}\n\nLattice {{ {kind} {name} }} @1{encoding}\n\n# Data section follows\n@1\n"
    )


def _box(image: ImageNoun) -> str:
    """Return the box of the voxels' centres, x first; along an axis of one voxel, its length is that of the voxel."""
    ends = []
    for extent, size, corner in zip(image.shape, image.voxel_size_um, image.origin_um, strict=True):
        low = corner + size / 2
        ends.append(f"{low!r} {low + (extent - 1 or 1) * size!r}")
    return " ".join(reversed(ends))


def _own_block(image: ImageNoun) -> list[str]:
    """Return what the box does not say exactly, and what the format has no field for."""
    numbers = {"Shape": image.shape, "VoxelSizeUm": image.voxel_size_um, "OriginUm": image.origin_um}
    lines = [f"        {name} {' '.join(map(repr, values))}," for name, values in numbers.items()]
    notes = {"Noun": type(image).__name__}
    if isinstance(image, Volume):
        notes |= {"Quantity": image.quantity, "Unit": image.unit}
    if isinstance(image, ParticleImage):
        notes["Phase"] = image.phase
    notes |= {f"History{number}": line for number, line in enumerate(image.history, start=1)}
    lines += [f"        {name} {_quoted(text)}," for name, text in notes.items()]
    return [f"    {OWN_BLOCK} {{", *lines, "    }"]


def _materials(image: PhaseImage) -> list[str]:
    """Return the materials: the one at place n of the list is label n."""
    lines, taken = ["    Materials {"], set[str]()
    for label in range(max(image.phases) + 1):
        phase = image.phases.get(label)
        name = _material_name(phase or ("Exterior" if label == 0 else f"Unused{label}"), taken)
        red, green, blue = colorsys.hsv_to_rgb(label * GOLDEN % 1, 0.6, 0.9)
        entries = [f"Id {label}", f"Color {red:.4f} {green:.4f} {blue:.4f}"]
        if phase is None:
            entries.append(f"{UNUSED} 1")
        elif phase != name:
            entries.append(f"{FULL_NAME} {_quoted(phase)}")
        lines += [f"        {name} {{", ",\n".join(f"            {entry}" for entry in entries), "        }"]
    return [*lines, "    }"]


def _material_name(phase: str, taken: set[str]) -> str:
    """Return a name as Avizo has them, without spaces and signs, that no other material has."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", phase)
    name = plain if plain[0].isalpha() else f"Material_{plain}"
    while name.lower() in taken:
        name += "_"
    taken.add(name.lower())
    return name


def _quoted(text: str) -> str:
    """Return a text between quotation marks, on one line and without letters that programs may misread."""
    return json.dumps(text)

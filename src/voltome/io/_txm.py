"""Reading reconstructed volumes of Zeiss (Xradia) X-ray microscopes (``.txm``), and describing their projections.

Image k of n is slice z = k - 1: the slices lie along the axis of rotation. Rows are y from the top of the image,
columns x. Voxels are cubes of ``ImageInfo/PixelSize`` micrometres.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from voltome.errors import FileFormatError
from voltome.io._headers import UNKNOWN, Header, PartialTriple, StoredImage
from voltome.io._zeiss_fields import fields_of
from voltome.io._zeiss_streams import Streams, damaged, opened
from voltome.runtime import check_memory

TYPES = {2: "i1", 3: "u1", 4: "i2", 5: "u2", 6: "i4", 7: "u4", 10: "f4", 11: "f8"}
"""Zeiss's numbers of types; reconstructions are 5 or 10."""

PROJECTIONS = (".txrm", ".xrm")

IMAGES_PER_FOLDER = 100

RECONSTRUCTED = 10
"""The mode of acquisition that a reconstruction states."""

NO_VOLUME = (
    "These are projections, not a volume: read the reconstruction that belongs to them (.txm), which Zeiss's "
    "Reconstructor writes"
)


def read_header(path: Path) -> Header:
    """Return the header of a reconstruction, or of projections, which are no image with the axes (z, y, x)."""
    with opened(path) as streams:
        shape, dtype = _layout(streams)
        projections = _are_projections(path, streams)
        size, remarks = _voxel_size(streams)
        return Header(
            path=path,
            format="Zeiss projections" if projections else "Zeiss TXM",
            files=(path,),
            shape=shape,
            axes=("angle", "row", "column") if projections else ("z", "y", "x"),
            dtype=str(dtype),
            voxel_size_um=UNKNOWN if projections else size,
            metadata=fields_of(streams, shape[0]),
            remarks=(f"{NO_VOLUME}.",) if projections else remarks,
        )


def read_image(header: Header) -> StoredImage:
    """Return the voxels of a reconstruction."""
    dtype = np.dtype(header.dtype)
    with opened(header.path) as streams:
        check_memory(header.size_bytes, task=f"reading {header.path}", voxels=math.prod(header.shape))
        values = np.empty(header.shape, dtype)
        stored = np.empty(header.shape[1:], dtype.newbyteorder("<"))
        for number, plane in enumerate(values, start=1):
            streams.read_into(_image_name(number), stored)
            plane[...] = stored
    return StoredImage(values)


def _layout(streams: Streams) -> tuple[tuple[int, int, int], np.dtype[Any]]:
    """Return shape and type of the images, once all of them are there in this size."""
    path = streams.path
    found = {name: streams.integer(f"ImageInfo/{name}") for name in ("NoOfImages", "ImageHeight", "ImageWidth")}
    count, height, width = (extent or 0 for extent in found.values())
    if min(count, height, width) < 1:
        listed = ", ".join(f"{name} = {extent}" for name, extent in found.items())
        raise FileFormatError(
            f"{path}: its ImageInfo says {listed}; expected three numbers above 0. Export the file again: it holds no "
            f"images, or was cut off while it was written."
        )
    number = streams.integer("ImageInfo/DataType")
    if number not in TYPES:
        known = ", ".join(f"{key} ({np.dtype(kind)})" for key, kind in TYPES.items())
        raise FileFormatError(
            f"{path}: its ImageInfo/DataType is {number}; known are {known}. Export it with 16-bit or float values."
        )
    dtype = np.dtype(TYPES[number])
    _check_images(streams, count, width * height * dtype.itemsize)
    return (count, height, width), dtype


def _check_images(streams: Streams, count: int, size: int) -> None:
    """Refuse images that are missing or of another size, by the directory alone."""
    if count > len(streams.names):
        raise damaged(streams.path, f"it announces {count:,} images and has {len(streams.names):,} streams in all")
    for number in range(1, count + 1):
        name = _image_name(number)
        if not streams.has(name):
            raise damaged(streams.path, f"image {number} of {count} ({name}) is missing")
        if streams.size(name) != size:
            raise damaged(
                streams.path,
                f"image {number} of {count} ({name}) has {streams.size(name):,} bytes; expected {size:,} by width, "
                f"height and type",
            )
    if count * size > streams.path.stat().st_size:
        raise damaged(streams.path, f"its {count:,} images have {count * size:,} bytes, more than the file")


def _image_name(number: int) -> str:
    """Return the stream of an image; the first is 1."""
    return f"ImageData{(number - 1) // IMAGES_PER_FOLDER + 1}/Image{number}"


def _are_projections(path: Path, streams: Streams) -> bool:
    """Say whether the images are projections: by the suffix, or by different angles and no sign of a reconstruction."""
    if path.suffix.lower() in PROJECTIONS:
        return True
    if streams.integer("ImageInfo/AcquisitionMode") == RECONSTRUCTED or streams.has("ReconSettings"):
        return False
    angles = streams.floats("ImageInfo/Angles")
    return len(set(angles.tolist())) > 1


def _voxel_size(streams: Streams) -> tuple[PartialTriple, tuple[str, ...]]:
    """Return the voxel size, or why there is none."""
    found = streams.floats("ImageInfo/PixelSize")
    if not found.size:
        return UNKNOWN, ("it has no ImageInfo/PixelSize",)
    # the shortest decimal that is this float32: 0.78 and not 0.7799999713897705
    size = float(str(found[0]))
    if not (math.isfinite(size) and size > 0):
        return UNKNOWN, (f"its ImageInfo/PixelSize is {size!r}",)
    return (size, size, size), ()

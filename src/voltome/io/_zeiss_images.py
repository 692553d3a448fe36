"""The images of a Zeiss file, volumes and projections alike: how many, how large, of which type, in which stream."""

from __future__ import annotations

from typing import Any

import numpy as np

from voltome.errors import FileFormatError
from voltome.io._zeiss_streams import Streams, damaged

TYPES = {2: "i1", 3: "u1", 4: "i2", 5: "u2", 6: "i4", 7: "u4", 10: "f4", 11: "f8"}
"""Zeiss's numbers of types; reconstructions are 5 or 10."""

IMAGES_PER_FOLDER = 100

RECONSTRUCTED = 10
"""The mode of acquisition that a reconstruction states."""

Layout = tuple[tuple[int, int, int], np.dtype[Any]]


def layout(streams: Streams, *, taken_only: bool = False) -> Layout:
    """Return shape and type of the images, once all of them, or all that were taken, are there in this size."""
    path = streams.path
    found = {name: streams.integer(f"ImageInfo/{name}") for name in ("NoOfImages", "ImageHeight", "ImageWidth")}
    count, height, width = (extent or 0 for extent in found.values())
    if min(count, height, width) < 1:
        listed = ", ".join(f"{name} = {extent}" for name, extent in found.items())
        raise FileFormatError(
            f"{path}: its ImageInfo says {listed}; expected three numbers above 0. Export the file again: it holds no "
            f"images, or was cut off while it was written."
        )
    dtype = type_of(streams, "ImageInfo/DataType", "Export it with 16-bit or float values.")
    if taken_only:
        count = _taken(streams, count)
    _check_images(streams, count, width * height * dtype.itemsize)
    return (count, height, width), dtype


def type_of(streams: Streams, name: str, how: str) -> np.dtype[Any]:
    """Return the type that a field states by its number."""
    number = streams.integer(name)
    if number not in TYPES:
        known = ", ".join(f"{key} ({np.dtype(kind)})" for key, kind in TYPES.items())
        raise FileFormatError(f"{streams.path}: its {name} is {number}; known are {known}. {how}")
    return np.dtype(TYPES[number])


def image_name(number: int) -> str:
    """Return the stream of an image; the first is 1."""
    return f"ImageData{(number - 1) // IMAGES_PER_FOLDER + 1}/Image{number}"


def _taken(streams: Streams, count: int) -> int:
    """Return how many images were taken before a scan was stopped."""
    taken = streams.integer("ImageInfo/ImagesTaken")
    if taken is None or not 1 <= taken <= count:
        raise FileFormatError(
            f"{streams.path}: its ImageInfo/ImagesTaken is {taken}; expected 1 to {count}, its NoOfImages. Read it "
            f"without incomplete=True."
        )
    return taken


def _check_images(streams: Streams, count: int, size: int) -> None:
    """Refuse images that are missing or of another size, by the directory alone."""
    if count > len(streams.names):
        raise damaged(streams.path, f"it announces {count:,} images and has {len(streams.names):,} streams in all")
    for number in range(1, count + 1):
        name = image_name(number)
        if not streams.has(name):
            raise damaged(streams.path, f"image {number} of {count} ({name}) is missing{_stopped(streams, count)}")
        if streams.size(name) != size:
            raise damaged(
                streams.path,
                f"image {number} of {count} ({name}) has {streams.size(name):,} bytes; expected {size:,} by width, "
                f"height and type",
            )
    if count * size > streams.path.stat().st_size:
        raise damaged(streams.path, f"its {count:,} images have {count * size:,} bytes, more than the file")


def _stopped(streams: Streams, count: int) -> str:
    """Say where a scan was stopped, and how to read what was taken."""
    taken = streams.integer("ImageInfo/ImagesTaken")
    if taken is None or not 0 < taken < count:
        return ""
    return f" (the scan was stopped after {taken}: voltome.io.read_projections reads those with incomplete=True)"

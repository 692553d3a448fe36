"""Reading reconstructed volumes of Zeiss (Xradia) X-ray microscopes (``.txm``), and describing their projections.

Image k of n is slice z = k - 1: the slices lie along the axis of rotation. Rows are y from the top of the image,
columns x. Voxels are cubes of ``ImageInfo/PixelSize`` micrometres.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from voltome.io._headers import UNKNOWN, Header, PartialTriple, StoredImage
from voltome.io._txrm import SUFFIXES, header_of_projections
from voltome.io._zeiss_fields import fields_of
from voltome.io._zeiss_images import RECONSTRUCTED, image_name, layout
from voltome.io._zeiss_streams import Streams, opened
from voltome.runtime import check_memory


def read_header(path: Path) -> Header:
    """Return the header of a reconstruction, or of projections, which are no image with the axes (z, y, x)."""
    with opened(path) as streams:
        shape, dtype = layout(streams)
        fields = fields_of(streams, shape[0])
        if _are_projections(path, streams):
            return header_of_projections(streams, fields)
        size, remarks = _voxel_size(streams)
        return Header(
            path=path,
            format="Zeiss TXM",
            files=(path,),
            shape=shape,
            axes=("z", "y", "x"),
            dtype=str(dtype),
            voxel_size_um=size,
            metadata=fields,
            remarks=remarks,
        )


def read_image(header: Header) -> StoredImage:
    """Return the voxels of a reconstruction."""
    dtype = np.dtype(header.dtype)
    with opened(header.path) as streams:
        check_memory(header.size_bytes, task=f"reading {header.path}", voxels=math.prod(header.shape))
        values = np.empty(header.shape, dtype)
        stored = np.empty(header.shape[1:], dtype.newbyteorder("<"))
        for number, plane in enumerate(values, start=1):
            streams.read_into(image_name(number), stored)
            plane[...] = stored
    return StoredImage(values)


def _are_projections(path: Path, streams: Streams) -> bool:
    """Say whether the images are projections: by the suffix, or by different angles and no sign of a reconstruction."""
    if path.suffix.lower() in SUFFIXES:
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

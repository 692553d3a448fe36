"""Writing images as TIFF: ImageJ's kind where it can hold the values, OME-TIFF otherwise."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import tifffile
from numpy.typing import NDArray

from voltome.data import ImageNoun, ParticleImage, PhaseImage, Volume
from voltome.errors import ValuesError

IMAGEJ_TYPES = ("uint8", "uint16", "float32")

OME_TYPES = {"int8": "int8", "int16": "int16", "int32": "int32", "uint32": "uint32", "float64": "double"}

LARGEST_CLASSIC = 2**32 - 2**25
"""Bytes of values that fit a TIFF with 32-bit offsets, with room for its pages."""

RATIONAL_LIMIT = 2**32 - 1


def write_tiff(image: ImageNoun, path: Path) -> None:
    """Write an image with its voxel size; what TIFF has no place for goes along as a note."""
    if image.mask is not None:
        raise ValuesError(
            "the image has a mask, which a TIFF file cannot hold. Write .ome.zarr, which keeps it; or write the image "
            "without it (dataclasses.replace(image, mask=None)), and the mask as an image of its own."
        )
    values = _for_imagej(image)
    kind = str(values.dtype.newbyteorder("="))
    if kind in IMAGEJ_TYPES:
        _write_imagej(image, values, path)
    elif kind in OME_TYPES:
        _write_ome(image, values, path, OME_TYPES[kind])
    else:
        raise ValuesError(
            f"its values are {kind}, which TIFF programs do not read; expected one of "
            f"{', '.join((*IMAGEJ_TYPES, *OME_TYPES))}. Write .ome.zarr, or cast the values first "
            f"(image.derive('cast to int32', values=image.values.astype('int32')))."
        )


def _for_imagej(image: ImageNoun) -> NDArray[Any]:
    """Return the values, labels in a type that ImageJ has, where one holds them all: no label changes."""
    values = image.values
    if values.dtype == np.bool_:
        return values.view(np.uint8)
    if isinstance(image, Volume) or str(values.dtype) in IMAGEJ_TYPES:
        return values
    highest = int(values.max())
    narrow = np.uint8 if isinstance(image, PhaseImage) else np.uint16
    return values.astype(narrow) if highest <= np.iinfo(narrow).max else values


def _write_imagej(image: ImageNoun, values: NDArray[Any], path: Path) -> None:
    """Write what Fiji opens with the right scale."""
    z, y, x = image.voxel_size_um
    planes, rows, columns = values.shape
    tifffile.imwrite(
        path,
        # all six axes: of three, tifffile takes a last one of length 1 for the samples of a pixel
        values.reshape(1, planes, 1, rows, columns, 1),
        imagej=True,
        # ImageJ reads more than 4 GB when all values follow the first page, which is then the only one
        truncate=values.nbytes > LARGEST_CLASSIC,
        software="voltome",
        photometric="minisblack",
        resolution=(_pixels_per_um(x), _pixels_per_um(y)),
        metadata={"axes": "TZCYXS", "unit": "micron", "spacing": z, "Info": _note(image)},
    )


def _write_ome(image: ImageNoun, values: NDArray[Any], path: Path, kind: str) -> None:
    """Write values that ImageJ's own kind of TIFF cannot hold."""
    description = _ome_xml(image, kind).encode("ascii", "xmlcharrefreplace")
    with tifffile.TiffWriter(path, bigtiff=values.nbytes > LARGEST_CLASSIC) as file:
        for index, plane in enumerate(values):
            file.write(
                plane,
                description=description if index == 0 else None,
                software="voltome" if index == 0 else False,
                photometric="minisblack",
                contiguous=False,
                metadata=None,
            )


def _ome_xml(image: ImageNoun, kind: str) -> str:
    """Return the description of one image in one file, the same for the same image."""
    planes = image.shape[0]
    sizes = " ".join(f'Size{axis}="{extent}"' for axis, extent in zip("ZYX", image.shape, strict=True))
    scale = " ".join(
        f'PhysicalSize{axis}="{size!r}" PhysicalSize{axis}Unit="µm"'
        for axis, size in zip("ZYX", image.voxel_size_um, strict=True)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        f'<Image ID="Image:0"><Description>{escape(_note(image))}</Description>'
        f'<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="{kind}" {sizes} SizeC="1" SizeT="1" {scale}>'
        '<Channel ID="Channel:0:0" SamplesPerPixel="1"/>'
        f'<TiffData IFD="0" PlaneCount="{planes}"/></Pixels></Image></OME>'
    )


def _pixels_per_um(size_um: float) -> tuple[int, int]:
    """Return the resolution as a fraction of which the reader gets the voxel size back."""
    exact = Fraction(repr(size_um))
    # the larger of numerator and denominator is the one to limit
    if exact < 1:
        up, down = exact.limit_denominator(RATIONAL_LIMIT).as_integer_ratio()
    else:
        down, up = (1 / exact).limit_denominator(RATIONAL_LIMIT).as_integer_ratio()
    if up == 0 or down == 0:
        raise ValuesError(f"a voxel size of {size_um} um is outside what a TIFF file can hold. Write .ome.zarr.")
    return down, up


def _note(image: ImageNoun) -> str:
    """Return what a TIFF has no field for, for people to read."""
    lines = [f"voltome {type(image).__name__}, origin {image.origin_um} um (z, y, x)"]
    match image:
        case Volume():
            lines.append(f"quantity: {image.quantity} {image.unit}".rstrip())
        case PhaseImage():
            lines.append("phases: " + ", ".join(f"{label} = {name}" for label, name in image.phases.items()))
        case ParticleImage():
            lines.append(f"particles of {image.phase}")
    return "\n".join([*lines, *(f"history: {line}" for line in image.history)])

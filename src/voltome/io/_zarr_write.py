"""Writing any noun as a zarr group; images as OME-Zarr with a pyramid. The same noun gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numcodecs  # type: ignore[import-untyped]
import numpy as np
import zarr
import zarr.codecs
from numpy.typing import NDArray

from voltome.data import ImageNoun, Noun, Volume
from voltome.io import _ngff, _pyramid
from voltome.io._fields import Arrays, dismantle

CHUNK_BYTES = 2**21
"""About the size of a chunk of an image: 128^3 voxels of one byte, 64^3 of eight."""

LEVEL = 1
"""Of zstd: higher ones take several times as long for a few per cent."""

FORMAT = 1
"""Of the `voltome` attribute; it grows when an older voltome could not read a newer file."""


def write_group(noun: Noun, path: Path, *, ngff: _ngff.NgffVersion, attributes: Mapping[str, Any] | None) -> None:
    """Write a noun to a folder that does not exist yet."""
    fields, arrays = dismantle(noun)
    own: dict[str, Any] = {"format": FORMAT, "noun": type(noun).__name__, "fields": fields}
    if attributes:
        own["attributes"] = dict(attributes)
    group = zarr.open_group(path, mode="w-", zarr_format=3 if ngff == "0.5" else 2)
    described = _write_image(group, noun, arrays, fields, ngff) if isinstance(noun, ImageNoun) else {}
    for key, array in arrays.items():
        _write_array(group, key, array, ())
    group.update_attributes({**described, "voltome": own})


def _write_image(
    group: zarr.Group, noun: ImageNoun, arrays: Arrays, fields: dict[str, Any], ngff: _ngff.NgffVersion
) -> dict[str, Any]:
    """Write the levels of an image, and return the metadata that describe them."""
    values = arrays.pop(fields["values"]["$array"])
    fields["values"] = {"$array": "0"}
    factors = []
    for index, (level, factor) in enumerate(_pyramid.levels(values, labels=not isinstance(noun, Volume))):
        _write_array(group, str(index), level, ("z", "y", "x"))
        factors.append(factor)
    return _ngff.image_attributes(ngff, type(noun).__name__, factors, noun.voxel_size_um, noun.origin_um)


def _write_array(group: zarr.Group, name: str, values: NDArray[Any], axes: tuple[str, ...]) -> None:
    """Write one array, every chunk of it: so a lost chunk is not taken for zeros."""
    native = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=False)).reshape(values.shape)
    version = group.metadata.zarr_format
    array = group.create_array(
        name,
        shape=native.shape,
        dtype=native.dtype,
        chunks=_chunks(native),
        compressors=_compressors(version),
        fill_value=native.dtype.type(0),
        dimension_names=(axes or None) if version == 3 else None,
        chunk_key_encoding={"name": "default" if version == 3 else "v2", "separator": "/"},
        config={"write_empty_chunks": True},
    )
    array[...] = native


def _compressors(version: int) -> Any:
    """Return zstd after a byte shuffle, which makes smooth grey values compress better; with a checksum in zarr v3."""
    if version == 3:
        return [zarr.codecs.BloscCodec(cname="zstd", clevel=LEVEL, shuffle="shuffle"), zarr.codecs.Crc32cCodec()]
    return numcodecs.Blosc(cname="zstd", clevel=LEVEL, shuffle=numcodecs.Blosc.SHUFFLE)


def _chunks(values: NDArray[Any]) -> tuple[int, ...]:
    """Return the extents of a chunk: cubes of 64 or 128 voxels, or about 2 MB of a single slice or another array."""
    if values.ndim == 3 and values.shape[0] > 1:
        edge = 128 if values.itemsize <= 2 else 64
        return tuple(max(1, min(edge, extent)) for extent in values.shape)
    chunks, room = [], max(1, CHUNK_BYTES // max(1, values.itemsize))
    for extent in reversed(values.shape):
        chunks.append(max(1, min(extent, room)))
        room = max(1, room // chunks[-1])
    return tuple(reversed(chunks))

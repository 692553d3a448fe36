"""Writing any noun as a zarr group; images as OME-Zarr with a pyramid. The same noun gives the same bytes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numcodecs  # type: ignore[import-untyped]
import numpy as np
import zarr
import zarr.codecs
from numpy.typing import NDArray

from voltome.data import ImageNoun, Noun, Volume
from voltome.errors import GeometryError, ValuesError
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


def write_slabs(
    slabs: Iterable[Volume], path: Path, depth: int, history: tuple[str, ...] | Callable[[], tuple[str, ...]]
) -> None:
    """Write a volume that comes slab by slab to a new folder: the same bytes as if it came whole."""
    group = zarr.open_group(path, mode="w-", zarr_format=3)
    coming = iter(slabs)
    slab = next(coming, None)
    if slab is None:
        raise ValuesError(f"there are no slabs; expected {depth} slices together.")
    array = _create_array(group, "0", (depth, *slab.shape[1:]), slab.values.dtype, ("z", "y", "x"))
    first = replace(slab, values=slab.values[:1].copy(), mask=None)
    place = 0
    while slab is not None:
        _check_slab(first, slab, place, depth)
        array[place : place + len(slab.values)] = slab.values
        place += len(slab.values)
        slab = None  # it goes before the next one is made
        slab = next(coming, None)
    if place < depth:
        raise ValuesError(f"the slabs have {place} slices together; expected {depth}.")
    factors = _write_smaller_levels(group, array)
    whole = replace(first, history=history() if callable(history) else history)
    fields, _ = dismantle(whole)
    fields["values"] = {"$array": "0"}
    described = _ngff.image_attributes("0.5", "Volume", factors, first.voxel_size_um, first.origin_um)
    group.update_attributes({**described, "voltome": {"format": FORMAT, "noun": "Volume", "fields": fields}})


def _check_slab(first: Volume, slab: Volume, place: int, depth: int) -> None:
    """Refuse a slab that does not continue those before it."""
    same = (
        slab.shape[1:] == first.shape[1:]
        and slab.values.dtype == first.values.dtype
        and slab.voxel_size_um == first.voxel_size_um
        and (slab.quantity, slab.unit) == (first.quantity, first.unit)
    )
    if not same or slab.mask is not None:
        raise GeometryError(f"a slab is a {slab!r}, the first one a {first!r}; expected the same grid without a mask.")
    if place + len(slab.values) > depth:
        raise ValuesError(f"the slabs have more than {depth} slices together; expected {depth}.")


def _write_smaller_levels(group: zarr.Group, array: Any) -> list[tuple[int, int, int]]:
    """Write the pyramid of an image that is on disk, a few layers and rows at a time, and return its factors."""
    factors = [(1, 1, 1)]
    while max(array.shape) > _pyramid.LONGEST_EDGE:
        z, y, x = (factor * (2 if extent > 1 else 1) for factor, extent in zip(factors[-1], array.shape, strict=True))
        depth, height, width = ((extent + 1) // 2 for extent in array.shape)
        smaller = _create_array(group, str(len(factors)), (depth, height, width), array.dtype, ("z", "y", "x"))
        layers, rows, _ = array.chunks  # read whole chunks: two of them become one
        for begin, top in itertools.product(range(0, depth, layers), range(0, height, rows)):
            here = slice(begin, min(begin + layers, depth)), slice(top, min(top + rows, height))
            there = tuple(slice(2 * side.start, 2 * side.stop) for side in here)
            smaller[here] = _pyramid.smaller(array[there], labels=False)
        factors.append((z, y, x))
        array = smaller
    return factors


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
    _create_array(group, name, native.shape, native.dtype, axes)[...] = native


def _create_array(
    group: zarr.Group, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], axes: tuple[str, ...]
) -> Any:
    """Make an array whose chunks are to be written."""
    version = group.metadata.zarr_format
    return group.create_array(
        name,
        shape=shape,
        dtype=dtype,
        chunks=_chunks(shape, dtype.itemsize),
        compressors=_compressors(version),
        fill_value=dtype.type(0),
        dimension_names=(axes or None) if version == 3 else None,
        chunk_key_encoding={"name": "default" if version == 3 else "v2", "separator": "/"},
        config={"write_empty_chunks": True},
    )


def _compressors(version: int) -> Any:
    """Return zstd after a byte shuffle, which makes smooth grey values compress better; with a checksum in zarr v3."""
    if version == 3:
        return [zarr.codecs.BloscCodec(cname="zstd", clevel=LEVEL, shuffle="shuffle"), zarr.codecs.Crc32cCodec()]
    return numcodecs.Blosc(cname="zstd", clevel=LEVEL, shuffle=numcodecs.Blosc.SHUFFLE)


def _chunks(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Return the extents of a chunk: cubes of 64 or 128 voxels, or about 2 MB of a single slice or another array."""
    if len(shape) == 3 and shape[0] > 1:
        edge = 128 if itemsize <= 2 else 64
        return tuple(max(1, min(edge, extent)) for extent in shape)
    chunks, room = [], max(1, CHUNK_BYTES // max(1, itemsize))
    for extent in reversed(shape):
        chunks.append(max(1, min(extent, room)))
        room = max(1, room // chunks[-1])
    return tuple(reversed(chunks))

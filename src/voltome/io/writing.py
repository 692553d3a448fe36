"""Nouns -> files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from voltome.data import ImageNoun, Noun
from voltome.data._parameters import check_choice
from voltome.errors import ParameterError, ResultsFolderError, VoxelSizeError
from voltome.io import _voxel_sizes
from voltome.io._atomic import write_atomically, write_pair
from voltome.io._headers import naming
from voltome.io._paths import StrPath, is_pattern, split_address
from voltome.io._zarr_read import has_markers
from voltome.io.formats import (
    ZARR,
    Format,
    WriteOptions,
    check_attributes,
    check_compressed,
    format_of,
    writable_format,
)
from voltome.io.reading import VoxelSize, load_volume_or_noun

HEADER_BYTES = 2**20
"""In which a header is looked at for the name of its values."""


def write(
    noun: Noun,
    path: StrPath,
    *,
    ngff: Literal["0.5", "0.4"] = "0.5",
    attributes: Mapping[str, Any] | None = None,
    compressed: bool = False,
) -> Path:
    """Write a noun to a file or folder, by its suffix, whole or not at all.

    Use ``.ome.zarr`` or ``.h5`` to keep everything, ``.tif`` for Fiji and other programs, ``.am`` for Avizo and Amira,
    ``.nrrd`` or ``.mha`` for 3D Slicer, ITK and ParaView, ``.raw`` for what reads nothing else, ``.parquet`` for tables
    that voltome reads again, ``.csv`` for tables that people read.

    Parameters
    ----------
    noun : Noun
        ``.ome.zarr`` and ``.zarr`` take any noun, ``.h5`` images and projections, ``.csv`` and ``.parquet`` tables, all
        others images.
    path : str or path
        The target; missing folders are made. An existing target is replaced once the new one is complete. In an HDF5
        file with a place (``"all.h5::/cycle-10/grey"``) only the image at this place is replaced.
    ngff : {"0.5", "0.4"}
        Version of OME-Zarr: 0.5 (zarr v3), or 0.4 (zarr v2) for older programs.
    attributes : mapping, optional
        JSON to store along in ``.zarr`` and ``.parquet``; `read_attributes` gives it back.
    compressed : bool
        Pack the values of ``.nrrd`` and ``.nhdr`` (gzip), ``.mha`` and ``.mhd`` (zlib). OME-Zarr and HDF5 always are.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    FileFormatError
        An unknown suffix, or one that cannot hold this noun.
    ValuesError
        A type of values that the format lacks, or a mask in any but OME-Zarr and HDF5.
    ParameterError
        Attributes that are no JSON, or in a format without a place for them; `compressed` where there is no choice.
    ResultsFolderError
        A folder in which nothing can be written, or that holds something else.

    Notes
    -----
    Writing the same noun twice gives the same bytes, except into an HDF5 file that has other images. The target is
    written under a hidden name beside it and renamed at the end.

    OME-Zarr: values in ``0``, then a pyramid halved until no edge exceeds 256 voxels (means of grey values, rounded
    half to even; every second voxel of labels); the mask and voltome's own fields beside them. The first voxel's
    centre is the translation.

    TIFF: uint8, uint16 and float32 as ImageJ TIFF, which Fiji opens as a hyperstack with its voxel size; labels of
    other types too, as uint16 (phases: uint8), where these hold them all. int8, int16, int32, uint32 and float64,
    which ImageJ's kind cannot hold, as OME-TIFF, for which Fiji needs its Bio-Formats importer; other types are
    refused. Beyond 4 GB ImageJ's kind has one page with all values behind it, OME's 64-bit offsets. Quantity, phases
    and history go along as a text to read.

    HDF5: chunks of 64^3 after a byte shuffle, gzip level 1, at ``/volume/values`` or the place given; every field is
    an attribute of the dataset, the mask a dataset beside it. Projections are written in the layout of Data Exchange,
    to a file of their own; lazy ones some rows at a time.

    NRRD, MetaImage, RAW: little-endian, lengths in um; every field but a mask goes along in the header or side-car.
    Booleans become uint8. ``.nhdr`` and ``.mhd`` have their values in a ``.raw``, ``.raw.gz`` or ``.zraw`` beside
    them, ``scan.raw`` has its side-car ``scan.raw.yaml``.

    Avizo: grey values as they are; phases as a label field of bytes in runs (HxByteRLE), whose material at place n is
    label n (``Exterior`` or ``Unused`` where no phase has that label); particles as labels, int32 where Avizo lacks
    their type and they fit. Quantity and history go along as parameters to read.

    Memory: the pyramid, 1/7 of the image; for TIFF and Avizo's labels, one copy of it; for NRRD, MetaImage and RAW, one
    slice.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.zeros((4, 5, 6), np.uint8), voxel_size_um=0.5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vt.io.write(volume, f"{folder}/small.ome.zarr").name
    'small.ome.zarr'
    """
    target = Path(path)
    check_choice("ngff", ngff, ("0.5", "0.4"))
    found = writable_format(noun, target)
    check_attributes(found, target, attributes)
    check_compressed(found, target, compressed=compressed)
    file, address = split_address(target)
    options = WriteOptions(ngff, _checked_json(attributes), compressed, file, address)
    refuse_foreign_target(file, folder=found is ZARR)
    with naming(target):
        _write(found, noun, options)
    return target


def _write(found: Format, noun: Noun, options: WriteOptions) -> None:
    """Write one file, or values and their text, whole or not at all."""
    writer = found.write_noun
    assert writer is not None  # noqa: S101 - `writable_format` saw to it
    pair = found.pair_of(options.target, options.compressed) if found.pair_of is not None else None
    if pair is None:
        write_atomically(options.target, lambda part: writer(noun, part, options))
        return
    values, text = pair
    _refuse_foreign_values(values, text, options.target)
    named = replace(options, values_name=values.name)
    write_pair(values, text, lambda part, text_part: writer(noun, part, replace(named, text=text_part)))


def convert(
    source: StrPath,
    target: StrPath,
    *,
    voxel_size_um: VoxelSize = None,
    overrule: bool = False,
    ngff: Literal["0.5", "0.4"] = "0.5",
    compressed: bool = False,
) -> Path:
    """Write what one file holds to another format, keeping the values and, where the format has it, their type.

    Use it to bring scans into OME-Zarr once, with their voxel size; to hand images to Fiji; or to correct a file
    that states a wrong voxel size.

    Parameters
    ----------
    source : str or path
        Anything that `describe` understands, except CSV.
    target : str or path
        Its suffix chooses the format; see `write`.
    voxel_size_um : float or (float, float, float), optional
        Edge lengths of a voxel along (z, y, x) in um, above 0, where the source does not say.
    overrule : bool
        Replace the voxel size of the source by the one given; this is written into the history.
    ngff : {"0.5", "0.4"}
        Version of OME-Zarr.
    compressed : bool
        As for `write`.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    ParameterError
        `overrule` without a voxel size; `compressed` where there is no choice.
    VoxelSizeError
        Given by nobody, not above 0, or contradicting the source without `overrule`.
    MissingFileError, FileFormatError, AxisError, GeometryError, ValuesError, ResultsFolderError
        As `read_volume` and `write`.

    Notes
    -----
    What voltome wrote stays the noun it was, with its history, and a label field of Avizo becomes a PhaseImage;
    anything else is a Volume. A TIFF keeps neither history nor phases, so an overruled voxel size is best recorded in
    OME-Zarr. Memory: the image, and the pyramid.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.zeros((4, 5, 6), np.uint8), voxel_size_um=0.5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = vt.io.write(volume, f"{folder}/small.tif")
    ...     target = vt.io.convert(source, f"{folder}/small.ome.zarr", voxel_size_um=0.6, overrule=True)
    ...     vt.io.read(target).history
    ('voxel size overruled: (0.6, 0.6, 0.6) um, the file said (0.5, 0.5, 0.5)',)
    """
    place = Path(source)
    if overrule and voxel_size_um is None:
        raise ParameterError("overrule=True replaces the voxel size of the file: give the right one as voxel_size_um.")
    noun = load_volume_or_noun(place, voxel_size_um, overrule=overrule)
    if voxel_size_um is not None:
        noun = _with_voxel_size(noun, place, voxel_size_um, overrule=overrule)
    return write(noun, target, ngff=ngff, compressed=compressed)


def _with_voxel_size(noun: Noun, source: Path, given: Any, *, overrule: bool) -> Noun:
    """Return the image with the voxel size given, saying in its history what the file said instead."""
    if not isinstance(noun, ImageNoun):
        raise VoxelSizeError(f"{source}: holds a {type(noun).__name__}, which has no voxels. Drop voxel_size_um.")
    header = format_of(source).read_header(source)
    size = _voxel_sizes.resolve(header, given, overrule=overrule)
    if not overrule or size == header.voxel_size_um:
        return replace(noun, voxel_size_um=size)
    said = f"voxel size overruled: {size} um, the file said {header.voxel_size_um}"
    return noun.derive(said, voxel_size_um=size)


def _checked_json(attributes: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the attributes as JSON gives them back, or refuse what JSON cannot hold."""
    if attributes is None:
        return None
    try:
        copied = json.loads(json.dumps(dict(attributes), allow_nan=False))
    except (TypeError, ValueError) as fault:
        raise ParameterError(f"attributes cannot be stored as JSON: {fault}. Use text, numbers and lists.") from fault
    return dict(copied)


def _refuse_foreign_values(values: Path, text: Path, target: Path) -> None:
    """Refuse to replace values of another image: named by a foreign header, or not by the one that is there."""
    if values == target:
        for header in (target.with_suffix(".mhd"), target.with_suffix(".nhdr")):
            if _names(header, values):
                raise ResultsFolderError(
                    f"it holds the values of {header.name!r}, which names it. Choose another name, or move both files."
                )
        return
    if not os.path.lexists(values) or _names(text, values):
        return
    raise ResultsFolderError(
        f"its values would replace {values.name!r}, which may be a scan. Choose another name, or move that file."
    )


def _names(header: Path, values: Path) -> bool:
    """Say whether a header is there and names a file of values."""
    if not os.path.isfile(header):  # noqa: PTH113 - see refuse_foreign_target
        return False
    with header.open("rb") as file:
        return values.name.encode() in file.read(HEADER_BYTES)


def refuse_foreign_target(target: Path, *, folder: bool) -> None:
    """Refuse to replace a folder by a file, a file by a folder, or a folder that is not zarr."""
    if is_pattern(target):
        raise ResultsFolderError(f"cannot write {str(target)!r}: its name is a pattern. Choose a name without * ? [.")
    # os.path, unlike Path, takes a name that is too long for one that is not there; writing then says so
    is_folder = os.path.isdir(target)  # noqa: PTH112
    if is_folder and not (folder and (has_markers(target) or not any(target.iterdir()))):
        raise ResultsFolderError(f"cannot write {str(target)!r}: a folder with other content is there. Choose another.")
    if folder and os.path.isfile(target):  # noqa: PTH113
        raise ResultsFolderError(f"cannot write {str(target)!r}: a file is there; expected none, or a zarr folder.")

"""The table of file formats: what voltome reads and writes, by suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voltome.data import ImageNoun, Noun, Projections, ResultTable
from voltome.errors import FileFormatError, ParameterError, did_you_mean
from voltome.io import (
    _am,
    _am_write,
    _hdf5,
    _hdf5_scan,
    _hdf5_write,
    _matlab,
    _metaimage,
    _metaimage_write,
    _nrrd,
    _nrrd_write,
    _raw,
    _scan_hdf5_write,
    _tables,
    _tiff,
    _tiff_scan,
    _tiff_write,
    _txm,
    _txrm,
    _zarr_read,
    _zarr_write,
)
from voltome.io._headers import Header, StoredImage
from voltome.io._ngff import NgffVersion
from voltome.io._paths import HDF5_SUFFIXES, is_pattern, must_exist, slices_of, split_address


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What `voltome.io.write` was told beside noun and path.

    Attributes
    ----------
    ngff : str
        Version of OME-Zarr.
    attributes : mapping, optional
        JSON to store along.
    compressed : bool
        Whether to pack the values, where the format leaves the choice.
    target : pathlib.Path
        The file as it will be called.
    address : str
        Place inside the file, for formats that have places.
    text : pathlib.Path, optional
        Where the header or side-car goes, for formats that keep it in a file of its own.
    values_name : str
        How the file of the values will be called, beside such a header.
    """

    ngff: NgffVersion
    attributes: Mapping[str, Any] | None
    compressed: bool = False
    target: Path = Path()
    address: str = ""
    text: Path | None = None
    values_name: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    Attributes
    ----------
    name : str
        As it is called in messages.
    suffixes : tuple of str
        How its files end, in small letters.
    read_header : callable
        Path -> `Header`, without reading values.
    read_image : callable, optional
        `Header` -> `StoredImage`; None where it holds no image.
    read_noun : callable, optional
        Path -> noun; None where it does not keep every field of a noun.
    write_noun : callable, optional
        (noun, path, `WriteOptions`): writes to a path that does not exist yet; None where it is only read.
    holds : type or tuple of type
        The nouns it can hold.
    read_sized_noun : callable, optional
        (path, voxel size) -> noun, where the file may hold a noun but not its voxel size.
    keeps_attributes : bool
        Whether extra JSON can be stored along.
    files_of : callable, optional
        Path -> files that it stands for, in reading order; None where that is the path itself.
    pair_of : callable, optional
        (target, compressed) -> (file of values, file of text) where they are apart, or None.
    can_compress : bool
        Whether `WriteOptions.compressed` is a choice.
    """

    name: str
    suffixes: tuple[str, ...]
    read_header: Callable[[Path], Header]
    read_image: Callable[[Header], StoredImage] | None = None
    read_noun: Callable[[Path], Noun] | None = None
    write_noun: Callable[[Noun, Path, WriteOptions], None] | None = None
    holds: type[Noun] | tuple[type[Noun], ...] = Noun
    read_sized_noun: Callable[[Path, tuple[float, float, float]], Noun] | None = None
    keeps_attributes: bool = False
    files_of: Callable[[Path], Sequence[Path]] | None = None
    pair_of: Callable[[Path, bool], tuple[Path, Path] | None] | None = None
    can_compress: bool = False


def _write_tiff(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ImageNoun)  # noqa: S101 - `writable_format` saw to it
    _tiff_write.write_tiff(noun, path)


def _write_am(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ImageNoun)  # noqa: S101 - `writable_format` saw to it
    _am_write.write_am(noun, path)


def _write_zarr(noun: Noun, path: Path, options: WriteOptions) -> None:
    noun = noun.in_memory() if isinstance(noun, Projections) else noun
    _zarr_write.write_group(noun, path, ngff=options.ngff, attributes=options.attributes)


def _write_csv(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ResultTable)  # noqa: S101 - `writable_format` saw to it
    _tables.write_csv(noun, path)


def _write_parquet(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ResultTable)  # noqa: S101 - `writable_format` saw to it
    _tables.write_parquet(noun, path, attributes=options.attributes)


def _write_hdf5(noun: Noun, path: Path, options: WriteOptions) -> None:
    if isinstance(noun, Projections):
        _scan_hdf5_write.write_projections(noun, path, options.address)
        return
    assert isinstance(noun, ImageNoun)  # noqa: S101 - `writable_format` saw to it
    _hdf5_write.write_hdf5(noun, path, options.address, options.target)


def _write_nrrd(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ImageNoun)  # noqa: S101 - `writable_format` saw to it
    _nrrd_write.write_nrrd(noun, path, options.text, options.values_name, compressed=options.compressed)


def _write_metaimage(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ImageNoun)  # noqa: S101 - `writable_format` saw to it
    _metaimage_write.write_metaimage(noun, path, options.text, options.values_name, compressed=options.compressed)


def _write_raw(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ImageNoun)  # noqa: S101 - `writable_format` saw to it
    assert options.text is not None  # noqa: S101 - RAW always has a side-car
    _raw.write_raw(noun, path, options.text)


def _nrrd_pair(target: Path, compressed: bool) -> tuple[Path, Path] | None:
    values = _nrrd_write.values_beside(target, compressed=compressed)
    return None if values is None else (values, target)


def _metaimage_pair(target: Path, compressed: bool) -> tuple[Path, Path] | None:
    values = _metaimage_write.values_beside(target, compressed=compressed)
    return None if values is None else (values, target)


def _raw_pair(target: Path, compressed: bool) -> tuple[Path, Path] | None:
    return target, _raw.sidecar_of(target)


TIFF = Format("TIFF", (".tif", ".tiff"), _tiff.read_header, _tiff.read_image, None, _write_tiff, ImageNoun)
TIFF_SCAN = Format("TIFF with side-car", _tiff_scan.SUFFIXES, _tiff_scan.read_header, files_of=_tiff_scan.files_of)
SLICES = Format("TIFF slices", (), _tiff.read_slices_header, _tiff.read_slices, files_of=slices_of)
ZARR = Format(
    "OME-Zarr",
    (".ome.zarr", ".zarr"),
    _zarr_read.read_header,
    _zarr_read.read_image,
    _zarr_read.read_noun,
    _write_zarr,
    keeps_attributes=True,
    files_of=_zarr_read.files_of,
)
HDF5 = Format(
    "HDF5",
    HDF5_SUFFIXES,
    _hdf5_scan.read_header,
    _hdf5.read_image,
    _hdf5_scan.read_noun,
    _write_hdf5,
    (ImageNoun, Projections),
    files_of=_hdf5_scan.files_of,
)
NRRD = Format(
    "NRRD",
    (".nrrd", ".nhdr"),
    _nrrd.READER.read_header,
    _nrrd.READER.read_image,
    _nrrd.READER.read_noun,
    _write_nrrd,
    ImageNoun,
    files_of=_nrrd.READER.files_of,
    pair_of=_nrrd_pair,
    can_compress=True,
)
METAIMAGE = Format(
    "MetaImage",
    (".mha", ".mhd"),
    _metaimage.READER.read_header,
    _metaimage.READER.read_image,
    _metaimage.READER.read_noun,
    _write_metaimage,
    ImageNoun,
    files_of=_metaimage.READER.files_of,
    pair_of=_metaimage_pair,
    can_compress=True,
)
RAW = Format(
    "RAW",
    (".raw",),
    _raw.READER.read_header,
    _raw.READER.read_image,
    _raw.READER.read_noun,
    _write_raw,
    ImageNoun,
    files_of=_raw.READER.files_of,
    pair_of=_raw_pair,
)
PARQUET = Format(
    "Parquet",
    (".parquet",),
    _tables.read_parquet_header,
    None,
    _tables.read_noun,
    _write_parquet,
    ResultTable,
    keeps_attributes=True,
)
CSV = Format("CSV", (".csv",), _tables.read_csv_header, None, _tables.refuse_csv, _write_csv, ResultTable)
AVIZO = Format(
    "Avizo",
    (".am",),
    _am.read_header,
    _am.read_image,
    _am.read_noun,
    _write_am,
    ImageNoun,
    read_sized_noun=_am.read_sized_noun,
)
ZEISS = Format("Zeiss TXM", (".txm",), _txm.read_header, _txm.read_image)
ZEISS_PROJECTIONS = Format("Zeiss projections", _txrm.SUFFIXES, _txm.read_header)
MATLAB = Format("MATLAB sinogram", _matlab.SUFFIXES, _matlab.read_header)

FORMATS = (
    TIFF,
    SLICES,
    ZARR,
    HDF5,
    NRRD,
    METAIMAGE,
    RAW,
    AVIZO,
    ZEISS,
    ZEISS_PROJECTIONS,
    TIFF_SCAN,
    MATLAB,
    PARQUET,
    CSV,
)


def format_of(path: Path) -> Format:
    """Return the format of what is at a path: a file, a folder, or a pattern of slices."""
    file, address = split_address(path)
    if file != path and is_pattern(file):
        raise FileFormatError(f"{path}: a pattern of HDF5 files; expected one file, with one image at {address!r}.")
    if file == path and is_pattern(path):
        return SLICES
    must_exist(file)
    if file != path and file.is_dir():
        raise FileFormatError(f"{path}: {file.name!r} is a folder; expected an HDF5 file.")
    path = file
    if path.is_dir():
        return ZARR if _zarr_read.is_group(path) else TIFF_SCAN if _tiff_scan.is_folder(path) else SLICES
    found = _by_suffix(path)
    if found is ZARR:
        raise FileFormatError(f"{path}: a file; expected a folder, which is what a zarr store is. Unpack it first.")
    return found


def writable_format(noun: object, path: Path) -> Format:
    """Return the format to write a noun in, by the suffix of the target."""
    found = _by_suffix(split_address(path)[0])
    if not isinstance(noun, Noun):
        raise FileFormatError(
            f"{path}: a {type(noun).__name__} is no noun; expected one of voltome.data, such as Volume(values, "
            f"voxel_size_um=...)."
        )
    if found.write_noun is None or not isinstance(noun, found.holds):
        fits = [each for each in FORMATS if each.write_noun is not None and isinstance(noun, each.holds)]
        suffixes = ", ".join(suffix for each in fits for suffix in each.suffixes)
        cannot = "is only read" if found.write_noun is None else f"cannot hold a {type(noun).__name__}"
        raise FileFormatError(f"{path}: {found.name} {cannot}; expected one of {suffixes}.")
    return found


def check_attributes(found: Format, path: Path, attributes: Mapping[str, Any] | None) -> None:
    """Refuse extra attributes where the format has no place for them."""
    if attributes and not found.keeps_attributes:
        able = ", ".join(suffix for each in FORMATS if each.keeps_attributes for suffix in each.suffixes)
        raise ParameterError(f"{path}: {found.name} cannot hold attributes; expected one of {able}.")


def check_compressed(found: Format, path: Path, *, compressed: bool) -> None:
    """Refuse a choice that the format does not have."""
    if compressed and not found.can_compress:
        able = ", ".join(suffix for each in FORMATS if each.can_compress for suffix in each.suffixes)
        raise ParameterError(
            f"{path}: {found.name} leaves no choice; expected one of {able} with compressed=True. Drop it."
        )


def _by_suffix(path: Path) -> Format:
    """Return the format of a suffix, or say which there are."""
    name = path.name.lower()
    for each in FORMATS:
        if name.endswith(each.suffixes):
            return each
    known = [suffix for each in FORMATS for suffix in each.suffixes]
    found = f"the unknown suffix {path.suffix!r}" if path.suffix else "no suffix"
    raise FileFormatError(
        f"{path}: has {found}; known are {', '.join(known)}, and folders of TIFF slices."
        f"{did_you_mean(path.suffix.lower(), known)}"
    )

"""The table of file formats: what voltome reads and writes, by suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voltome.data import ImageNoun, Noun, ResultTable
from voltome.errors import FileFormatError, ParameterError, did_you_mean
from voltome.io import _am, _am_write, _tables, _tiff, _tiff_write, _txm, _zarr_read, _zarr_write
from voltome.io._headers import Header, StoredImage
from voltome.io._ngff import NgffVersion
from voltome.io._paths import is_pattern, must_exist


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What `voltome.io.write` was told beside noun and path.

    Attributes
    ----------
    ngff : str
        Version of OME-Zarr.
    attributes : mapping, optional
        JSON to store along.
    """

    ngff: NgffVersion
    attributes: Mapping[str, Any] | None


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
    holds : type
        The nouns it can hold.
    read_sized_noun : callable, optional
        (path, voxel size) -> noun, where the file may hold a noun but not its voxel size.
    keeps_attributes : bool
        Whether extra JSON can be stored along.
    """

    name: str
    suffixes: tuple[str, ...]
    read_header: Callable[[Path], Header]
    read_image: Callable[[Header], StoredImage] | None = None
    read_noun: Callable[[Path], Noun] | None = None
    write_noun: Callable[[Noun, Path, WriteOptions], None] | None = None
    holds: type[Noun] = Noun
    read_sized_noun: Callable[[Path, tuple[float, float, float]], Noun] | None = None
    keeps_attributes: bool = False


def _write_tiff(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ImageNoun)  # noqa: S101 - `writable_format` saw to it
    _tiff_write.write_tiff(noun, path)


def _write_am(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ImageNoun)  # noqa: S101 - `writable_format` saw to it
    _am_write.write_am(noun, path)


def _write_zarr(noun: Noun, path: Path, options: WriteOptions) -> None:
    _zarr_write.write_group(noun, path, ngff=options.ngff, attributes=options.attributes)


def _write_csv(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ResultTable)  # noqa: S101 - `writable_format` saw to it
    _tables.write_csv(noun, path)


def _write_parquet(noun: Noun, path: Path, options: WriteOptions) -> None:
    assert isinstance(noun, ResultTable)  # noqa: S101 - `writable_format` saw to it
    _tables.write_parquet(noun, path, attributes=options.attributes)


TIFF = Format("TIFF", (".tif", ".tiff"), _tiff.read_header, _tiff.read_image, None, _write_tiff, ImageNoun)
SLICES = Format("TIFF slices", (), _tiff.read_slices_header, _tiff.read_slices)
ZARR = Format(
    "OME-Zarr",
    (".ome.zarr", ".zarr"),
    _zarr_read.read_header,
    _zarr_read.read_image,
    _zarr_read.read_noun,
    _write_zarr,
    keeps_attributes=True,
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
ZEISS_PROJECTIONS = Format("Zeiss projections", _txm.PROJECTIONS, _txm.read_header)

FORMATS = (TIFF, SLICES, ZARR, AVIZO, ZEISS, ZEISS_PROJECTIONS, PARQUET, CSV)


def format_of(path: Path) -> Format:
    """Return the format of what is at a path: a file, a folder, or a pattern of slices."""
    if is_pattern(path):
        return SLICES
    must_exist(path)
    if path.is_dir():
        return ZARR if _zarr_read.is_group(path) else SLICES
    found = _by_suffix(path)
    if found is ZARR:
        raise FileFormatError(f"{path}: a file; expected a folder, which is what a zarr store is. Unpack it first.")
    return found


def writable_format(noun: object, path: Path) -> Format:
    """Return the format to write a noun in, by the suffix of the target."""
    found = _by_suffix(path)
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

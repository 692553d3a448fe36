"""What is in a file and what is missing, from its header alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voltome.io import _tables, _voxel_sizes, _zarr_read
from voltome.io._headers import Header
from voltome.io._paths import StrPath, split_address
from voltome.io.formats import PARQUET, ZARR, format_of


@dataclass(frozen=True, slots=True)
class Description:
    """What a file, folder or pattern holds; as text, a block for the terminal.

    Attributes
    ----------
    path : pathlib.Path
        As it was given.
    format : str
        ``ImageJ TIFF``, ``TIFF slices``, ``OME-Zarr 0.5`` ...
    shape : tuple of int
        Extents along `axes`; empty for a noun of several arrays.
    dtype : str
        Type of the values, such as ``uint16``; empty for tables.
    axes : tuple of str
        ``("z", "y", "x")`` for images, ``("row", "column")`` for tables.
    voxel_size_um : tuple of float, optional
        Along (z, y, x) in um; None where the file does not give all three.
    origin_um : tuple of float
        Outer corner of the first voxel along (z, y, x) in um.
    files : tuple of pathlib.Path
        Every file read, in reading order.
    size_bytes : int
        Size of these files.
    noun : str
        Class name of the noun, where voltome wrote the file or the file names its phases; empty otherwise.
    metadata : mapping of str to str
        Every field found.
    missing : tuple of str
        What the file lacks to be read, each with how to give it.
    """

    path: Path
    format: str
    shape: tuple[int, ...]
    dtype: str
    axes: tuple[str, ...]
    voxel_size_um: tuple[float, float, float] | None
    origin_um: tuple[float, float, float]
    files: tuple[Path, ...]
    size_bytes: int
    noun: str
    metadata: Mapping[str, str]
    missing: tuple[str, ...]

    def __str__(self) -> str:
        image = self.axes == ("z", "y", "x")
        size, corner = self.voxel_size_um, self.origin_um
        lines = {
            "format": self.format + (f", {len(self.files)} files" if len(self.files) > 1 else ""),
            "noun": self.noun,
            "shape": f"{' x '.join(map(str, self.shape))} ({', '.join(self.axes)})" if self.shape else "",
            "type": self.dtype,
            "voxel size": f"{' x '.join(map(repr, size))} um (z, y, x)" if size else "unknown" if image else "",
            "origin": f"{', '.join(map(repr, corner))} um (z, y, x)" if image and any(corner) else "",
            "size": f"{self.size_bytes:,} bytes",
        }
        block = [str(self.path), *(f"  {name:<12}{text}" for name, text in lines.items() if text)]
        block += [f"  {'missing' if image else 'note':<12}{sentence}" for sentence in self.missing]
        block += ["  metadata"] if self.metadata else []
        block += [f"    {name}: {' '.join(text.split())}" for name, text in self.metadata.items()]
        return "\n".join(block)


def describe(path: StrPath) -> Description:
    """Say what is in a file and what is missing, without reading the values.

    Use it before anything else on a file of unknown origin. It reads headers only, so it is quick for any size.

    Parameters
    ----------
    path : str or path
        A file (also a raw scan: ``.txrm``, ``.xrm``, ``.nxs``, ``.mat``, the side-car ``scan.yaml``), a folder of TIFF
        slices, a pattern (``"scan/slice_*.tif"``), an OME-Zarr folder, or a dataset or scan of an HDF5 file
        (``"scan.h5::/entry/data"``).

    Returns
    -------
    Description
        Format, shape, type, axes, voxel size in um, every field of metadata, and what is missing.

    Raises
    ------
    MissingFileError
        Nothing at the path; the message says what is nearby.
    FileFormatError
        A damaged, empty or unknown file, slices that differ or have gaps.
    AxisError
        Channels, time points or more than three axes.
    VoxelSizeError, GeometryError
        A header that states two voxel sizes or one that is none; axes that are turned.

    Notes
    -----
    ImageJ's unit, spacing and resolution, OME's physical sizes, the scale of OME-Zarr, Avizo's bounding box with a
    unit and Zeiss's pixel size are a voxel size; a print resolution (dpi), pixels and inches are not, nor are the
    spacings of NRRD and MetaImage without a unit. An HDF5 file with several images needs the place of one. The fields
    of Zeiss's files have names but no types: those that voltome does not know are shown as the text, whole numbers or
    floats that they most probably are. Cost: one header per file.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.zeros((4, 5, 6), np.uint8), voxel_size_um=0.5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vt.io.describe(vt.io.write(volume, f"{folder}/small.tif")).voxel_size_um
    (0.5, 0.5, 0.5)
    """
    place = Path(path)
    header = format_of(place).read_header(place)
    return Description(
        path=place,
        format=header.format,
        shape=header.shape,
        dtype=header.dtype,
        axes=header.axes,
        voxel_size_um=_complete(header),
        origin_um=header.origin_um,
        files=header.files,
        size_bytes=sum(file.stat().st_size for file in header.files),
        noun=header.noun,
        metadata=header.metadata,
        missing=_voxel_sizes.missing(header),
    )


def input_files(path: StrPath) -> list[Path]:
    """Return the files that a path stands for, in reading order.

    Use it to hash or copy an input. Headers that name other files are read, values never.

    Parameters
    ----------
    path : str or path
        As for `describe`.

    Returns
    -------
    list of pathlib.Path
        One file; the slices in natural order; every file of the zarr folder, by name; a header and the file with its
        values; a RAW file and its side-car; an HDF5 file and those that it takes values from.

    Raises
    ------
    MissingFileError, FileFormatError
        As `describe`.

    Examples
    --------
    >>> import tempfile, pathlib, voltome as vt
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for number in (1, 2, 3):
    ...         _ = pathlib.Path(folder, f"s{number}.tif").write_bytes(b"")
    ...     [file.name for file in vt.io.input_files(folder)]
    ['s1.tif', 's2.tif', 's3.tif']
    """
    place = Path(path)
    found = format_of(place)
    return [place] if found.files_of is None else list(found.files_of(place))


def place_in_file(path: StrPath) -> str:
    """Return the place inside a file that a path names, such as ``/entry/data`` of ``scan.h5::/entry/data``.

    Use it with `input_files`: two images of one HDF5 file have the same files, and differ by their place alone.

    Parameters
    ----------
    path : str or path
        As for `describe`.

    Returns
    -------
    str
        The address of the dataset; empty where the path names files alone.

    Raises
    ------
    TypeError
        Neither a text nor a path.

    Examples
    --------
    >>> import voltome as vt
    >>> vt.io.place_in_file("scan.h5::/entry/data"), vt.io.place_in_file("scan.tif")
    ('/entry/data', '')
    """
    return split_address(Path(path))[1]


def read_attributes(path: StrPath) -> dict[str, object]:
    """Return the extra attributes that `write` stored along with a noun.

    Use it to look up a cache key: it reads a few kilobytes of JSON, no array and no column.

    Parameters
    ----------
    path : str or path
        A ``.zarr`` folder or a ``.parquet`` file.

    Returns
    -------
    dict
        The JSON attributes; empty where there are none, or where voltome did not write the file.

    Raises
    ------
    MissingFileError
        Nothing at the path.
    FileFormatError
        A damaged file.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.zeros((4, 5, 6), np.uint8), voxel_size_um=0.5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = vt.io.write(volume, f"{folder}/small.zarr", attributes={"key": "3f2a"})
    ...     vt.io.read_attributes(path)
    {'key': '3f2a'}
    """
    place = Path(path)
    found = format_of(place)
    if found is ZARR:
        return _zarr_read.extra_attributes(place)
    return _tables.extra_attributes(place) if found is PARQUET else {}


def _complete(header: Header) -> tuple[float, float, float] | None:
    """Return the voxel size where the file gives all of it."""
    z, y, x = header.voxel_size_um
    return None if z is None or y is None or x is None else (z, y, x)

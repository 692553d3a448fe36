"""What a text header keeps of an image beside its grid: everything but the mask, as one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import ImageNoun, Noun
from voltome.errors import FileFormatError, ValuesError, VoltomeError
from voltome.io import _flat
from voltome.io._fields import assemble, dismantle, noun_class
from voltome.io._grid import Grid
from voltome.io._headers import Header, StoredImage, naming

KEY = "voltome"
"""Name of the field in the header."""

FORMAT = 1
"""Of the line; it grows when an older voltome could not read a newer file."""

APART = ("values", "voxel_size_um", "origin_um", "mask")
"""Fields that the header has places of its own for, or none at all."""

FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Kept:
    """The class name of a noun, and its fields as JSON."""

    noun: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file of flat voxels whose header was read: what it says, where the voxels lie, which noun voltome wrote."""

    header: Header
    flat: _flat.Flat
    kept: Kept | None

    def image(self) -> StoredImage:
        """Return the voxels, with the fields of the noun where voltome wrote it."""
        with naming(self.header.path):
            values = _flat.read(self.flat)
            if self.kept is None:
                return StoredImage(values)
            noun = self._noun(self.kept, values)
            return StoredImage(values, {name: getattr(noun, name) for name in self.kept.fields})

    def noun(self) -> ImageNoun:
        """Return the image that voltome wrote, or refuse what it did not write."""
        with naming(self.header.path):
            if self.kept is None:
                raise FileFormatError(
                    "not written by voltome, so which noun it holds is not known. Read grey values with "
                    "voltome.io.read_volume, labels with voltome.io.read_phases or read_particles."
                )
            return self._noun(self.kept, _flat.read(self.flat))

    def _noun(self, kept: Kept, values: NDArray[Any]) -> ImageNoun:
        grid = {"voxel_size_um": self.header.voxel_size_um, "origin_um": self.header.origin_um}
        with damaged():
            noun = assemble(kept.noun, kept.fields, _no_array, values=values, **grid)
            assert isinstance(noun, ImageNoun)  # noqa: S101 - for the type checker
            return noun


@dataclass(frozen=True, slots=True)
class Reader:
    """What the table of formats asks of a format of flat voxels, all by the one function that reads its header.

    Attributes
    ----------
    parse : callable
        Path -> `Opened`; its errors need not name the file.
    """

    parse: Callable[[Path], Opened]

    def opened(self, path: Path) -> Opened:
        """Return what the header says, with the name of the file before every error."""
        with naming(path):
            return self.parse(path)

    def read_header(self, path: Path) -> Header:
        """Return the header."""
        return self.opened(path).header

    def files_of(self, path: Path) -> tuple[Path, ...]:
        """Return the file, and the one with its values or its side-car."""
        return self.opened(path).header.files

    def read_image(self, header: Header) -> StoredImage:
        """Return the voxels, with the fields of the noun where the file keeps it."""
        return self.opened(header.path).image()

    def read_noun(self, path: Path) -> Noun:
        """Return the image that voltome wrote, or that a side-car describes."""
        return self.opened(path).noun()


def kept_of(image: ImageNoun, *, what: str) -> Kept:
    """Return what goes along with the values; refuse what would be lost."""
    if image.mask is not None:
        raise ValuesError(
            f"the image has a mask, which {what} cannot hold. Write .ome.zarr or .h5, which keep it; or write the "
            f"image without it (dataclasses.replace(image, mask=None)), and the mask as an image of its own."
        )
    fields, arrays = dismantle(image, without=APART)
    if arrays:
        raise ValuesError(
            f"the {type(image).__name__} has more arrays than its values ({', '.join(sorted(arrays))}), which {what} "
            f"cannot hold. Write .ome.zarr or .h5."
        )
    return Kept(type(image).__name__, fields)


def to_line(kept: Kept) -> str:
    """Return the noun and its fields as one line of plain letters."""
    return json.dumps({"format": FORMAT, "noun": kept.noun, "fields": kept.fields})


def from_line(line: str) -> Kept:
    """Return the noun and its fields from the line in a header."""
    with damaged():
        content = json.loads(line)
        if int(content["format"]) > FORMAT:
            raise FileFormatError(
                f"written by a newer voltome (format {content['format']}, known {FORMAT}). Update voltome."
            )
        name, fields = str(content["noun"]), dict(content["fields"])
        if not issubclass(noun_class(name), ImageNoun):
            raise FileFormatError(f"says that it holds a {name}, which is no image. Copy it again from its source.")
        return Kept(name, fields)


def plain_values(image: ImageNoun) -> NDArray[Any]:
    """Return the values as numbers: booleans are 0 and 1."""
    return image.values.view(np.uint8) if image.values.dtype == np.bool_ else image.values


def metadata_of(kept: Kept) -> dict[str, str]:
    """Return the fields as texts to show."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in kept.fields.items()}
    return {name: text for name, text in texts.items() if text not in ("", "null", "[]")}


def _no_array(name: str) -> NDArray[Any]:
    raise FileFormatError(f"its header names an array {name!r}, which there is no place for. Copy it again.")


@contextmanager
def damaged() -> Iterator[None]:
    """Turn what a damaged line raises into `FileFormatError`."""
    try:
        yield
    except VoltomeError:
        raise
    except FAULTS as fault:
        raise FileFormatError(
            f"its field {KEY!r} is damaged: {type(fault).__name__}: {str(fault)[:200]}. Copy it again from its source."
        ) from fault


def opened(
    name: str, path: Path, flat: _flat.Flat, grid: Grid, metadata: Mapping[str, str], kept: Kept | None
) -> Opened:
    """Return an opened file of the format `name`, of which the grid and every other field of the header are known."""
    header = Header(
        path=path,
        format=name,
        files=(path,) if flat.path == path else (path, flat.path),
        shape=flat.shape,
        axes=("z", "y", "x"),
        dtype=flat.dtype.name,
        voxel_size_um=grid.voxel_size_um,
        origin_um=grid.origin_um,
        noun=kept.noun if kept and None not in grid.voxel_size_um else "",
        metadata={**metadata, **(metadata_of(kept) if kept else {})},
        remarks=grid.remarks,
        unitless=grid.unitless,
    )
    return Opened(header, flat, kept if header.noun else None)

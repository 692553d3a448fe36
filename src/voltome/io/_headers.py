"""What a file says about itself, before any voxel is read: shared by describing and reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.errors import VoltomeError

PartialTriple = tuple[float | None, float | None, float | None]

UNKNOWN: PartialTriple = (None, None, None)


@dataclass(frozen=True, slots=True)
class Unitless:
    """Numbers for the grid that a file gives without saying their unit.

    Attributes
    ----------
    sizes : tuple of (float or None)
        Edge lengths of a voxel along (z, y, x).
    centre : tuple of (str or None)
        Centre of the first voxel along (z, y, x), as decimal numbers.
    """

    sizes: PartialTriple
    centre: tuple[str | None, str | None, str | None] = (None, None, None)


@dataclass(frozen=True, slots=True)
class Header:
    """The shape, type and scale of what is in a file, and every other field found.

    Attributes
    ----------
    path : pathlib.Path
        The file, folder or pattern as it was given.
    format : str
        Name of the format.
    files : tuple of pathlib.Path
        The files read, in reading order.
    shape, axes, dtype : tuple of int, tuple of str, str
        Of the values; empty where there is no single array.
    voxel_size_um : tuple of (float or None)
        Along (z, y, x); None where the file does not say.
    origin_um : tuple of float
        Outer corner of the first voxel along (z, y, x).
    noun : str
        Class name of the noun, where voltome wrote the file.
    metadata : mapping of str to str
        Every field found.
    remarks : tuple of str
        Why what looks like a voxel size is not taken for one.
    unitless : Unitless, optional
        The grid in an unknown unit. A voxel size that is given must have its proportions, and scales its origin.
    """

    path: Path
    format: str
    files: tuple[Path, ...]
    shape: tuple[int, ...] = ()
    axes: tuple[str, ...] = ()
    dtype: str = ""
    voxel_size_um: PartialTriple = UNKNOWN
    origin_um: tuple[float, float, float] = (0.0, 0.0, 0.0)
    noun: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    unitless: Unitless | None = None

    @property
    def is_image(self) -> bool:
        """Whether the file holds one (z, y, x) array."""
        return self.axes == ("z", "y", "x")

    @property
    def size_bytes(self) -> int:
        """Memory that the values take, in bytes."""
        count = 1
        for extent in self.shape:
            count *= extent
        return count * np.dtype(self.dtype).itemsize


@dataclass(frozen=True, slots=True)
class StoredImage:
    """The voxels of a file, with the fields of the noun where voltome wrote it."""

    values: NDArray[Any]
    fields: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Put the name of the file before the message of any voltome error raised inside."""
    try:
        yield
    except VoltomeError as error:
        raise type(error)(f"{path}: {error}") from error

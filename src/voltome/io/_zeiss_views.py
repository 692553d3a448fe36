"""The images of a Zeiss scan where they lie: some rows of some of them are read without the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from voltome.data import LazyArray
from voltome.data.lazy import Box
from voltome.errors import FileFormatError
from voltome.io._zeiss_images import Layout
from voltome.io._zeiss_streams import Streams


@dataclass(frozen=True, slots=True)
class StoredImages:
    """Where the bytes of every image lie in a file, and what they are multiplied by.

    Attributes
    ----------
    path : pathlib.Path
        The file; it is opened anew for every box, so that threads may read side by side.
    stamp : tuple of int
        Its bytes and time of change, when it was looked through.
    shape, stored : tuple of int, numpy.dtype
        Of the images, as they lie there.
    pieces : tuple of numpy.ndarray or bytes
        For each image (first byte in the file, bytes) of its pieces; or its bytes, where it is very small.
    factors : numpy.ndarray, optional
        One float32 for each image; None: the values as they are.
    """

    path: Path
    stamp: tuple[int, int]
    shape: tuple[int, int, int]
    stored: np.dtype[Any]
    pieces: tuple[NDArray[np.int64] | bytes, ...]
    factors: NDArray[np.float32] | None

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values that are read."""
        return self.stored.newbyteorder("=") if self.factors is None else np.dtype(np.float32)

    def read(self, box: Box) -> NDArray[Any]:
        """Return the values of a box."""
        images, rows, columns = (range(part.start, part.stop, part.step) for part in box)
        values = np.empty((len(images), len(rows), len(columns)), self.dtype)
        if not values.size:
            return values
        if _stamp(self.path) != self.stamp:
            raise FileFormatError(
                f"{self.path}: the file has changed since it was opened. Read it again from the start."
            )
        band = np.empty((rows[-1] + 1 - rows[0], self.shape[2]), self.stored)
        with self.path.open("rb") as file:
            for image, plane in zip(images, values, strict=True):
                self._read_rows(file, image, rows[0], band)
                part = band[:: rows.step, box[2]]
                if self.factors is None:
                    plane[...] = part
                else:
                    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite, `Projections` refuses
                        plane[...] = part * self.factors[image]
        return values

    def _read_rows(self, file: BinaryIO, image: int, first: int, band: NDArray[Any]) -> None:
        """Fill the band with rows of an image, from `first` on."""
        room = band.reshape(-1).view(np.uint8)
        start = first * self.shape[2] * self.stored.itemsize
        pieces = self.pieces[image]
        if isinstance(pieces, bytes):
            room[...] = np.frombuffer(pieces, np.uint8)[start : start + room.size]
            return
        ends = np.cumsum(pieces[:, 1])
        piece, done = int(np.searchsorted(ends, start, side="right")), 0
        while done < room.size:
            place, size = (int(number) for number in pieces[piece])
            skip = start + done - (int(ends[piece]) - size)
            part = room[done : done + size - skip]
            file.seek(place + skip)
            if cast(Any, file).readinto(part.data) != part.size:
                raise FileFormatError(f"{self.path}: it ends inside image {image + 1}. Copy it again from its source.")
            done, piece = done + part.size, piece + 1


def images_of(
    streams: Streams, names: Sequence[str], found: Layout, factors: NDArray[np.float32] | None = None
) -> LazyArray:
    """Return images as an array that is read as it is sliced, after checking the sectors of all of them."""
    shape, dtype = found
    runs = [streams.runs(name) for name in names]
    pieces = tuple(run if run.size else streams.field(name) for name, run in zip(names, runs, strict=True))
    stored = StoredImages(streams.path, _stamp(streams.path), shape, dtype.newbyteorder("<"), pieces, factors)
    return LazyArray(shape, stored.dtype, stored.read, str(streams.path))


def _stamp(path: Path) -> tuple[int, int]:
    """Return bytes and time of change of a file."""
    try:
        found = path.stat()
    except OSError as fault:
        raise FileFormatError(
            f"{path}: cannot be read: {fault.strerror}. Its images lie in it; put it back."
        ) from fault
    return found.st_size, found.st_mtime_ns

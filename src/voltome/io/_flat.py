"""Voxels one after the other in a file, plain or compressed: how NRRD, MetaImage and RAW keep them."""

from __future__ import annotations

import bz2
import gzip
import math
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from voltome.errors import FileFormatError
from voltome.runtime import check_memory

Encoding = Literal["raw", "gzip", "zlib", "bzip2", "text"]

BLOCK_BYTES = 2**24
"""Read and written at once."""

LARGEST_RATIO = {"gzip": 1100, "zlib": 1100, "bzip2": 2_000_000}
"""To which a compressed byte can expand: 1032 for deflate; about a million for bzip2, whose runs are packed twice."""

SLACK_BYTES = 4096
"""Of expansion that is believed for any file."""

FAULTS = (zlib.error, gzip.BadGzipFile, EOFError, ValueError, OSError, OverflowError)

COPY_AGAIN = "The file was cut off, or its header belongs to another one. Copy or export both again."


class Readable(Protocol):
    """Where decoded bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""


@dataclass(frozen=True, slots=True)
class Flat:
    """Where the voxels of an image lie, and how.

    Attributes
    ----------
    path : pathlib.Path
        The file with the values, which may be another one than the header's.
    shape, dtype : tuple of int, numpy.dtype
        Along (z, y, x); the type has the byte order of the file.
    offset : int
        Bytes before the values.
    encoding : str
        How the values are packed.
    z_fastest : bool
        Whether z runs fastest, not x.
    """

    path: Path
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    offset: int = 0
    encoding: Encoding = "raw"
    z_fastest: bool = False

    @property
    def size_bytes(self) -> int:
        """Bytes of the values, unpacked."""
        return math.prod(self.shape) * self.dtype.itemsize


def check_length(flat: Flat) -> None:
    """Refuse a file that has another length than its header says, or one that could not hold so many values."""
    found = flat.path.stat().st_size - flat.offset
    shape = " x ".join(map(str, flat.shape))
    stated = f"{shape} voxels (z, y, x) of {flat.dtype.name}, {flat.size_bytes:,} bytes"
    where = f" from byte {flat.offset:,} of {flat.path.name}" if flat.offset else f" in {flat.path.name}"
    if flat.encoding == "raw":
        if found != flat.size_bytes:
            raise FileFormatError(f"the header states {stated}; found {max(0, found):,} bytes{where}. {COPY_AGAIN}")
        return
    # text needs a digit and a space for each value
    most = (found + 1) // 2 if flat.encoding == "text" else found * LARGEST_RATIO[flat.encoding] + SLACK_BYTES
    need = math.prod(flat.shape) if flat.encoding == "text" else flat.size_bytes
    if found <= 0 or need > most:
        raise FileFormatError(
            f"the header states {stated}; the {max(0, found):,} bytes of {flat.encoding}{where} cannot hold so many. "
            f"{COPY_AGAIN}"
        )


def read(flat: Flat) -> NDArray[Any]:
    """Return the values, in the byte order of this machine."""
    check_length(flat)
    need = flat.size_bytes * (2 if flat.z_fastest else 1)
    check_memory(need, task=f"reading {flat.path}", voxels=math.prod(flat.shape))
    values = np.empty(flat.shape[::-1] if flat.z_fastest else flat.shape, flat.dtype)
    try:
        with flat.path.open("rb") as file:
            file.seek(flat.offset)
            if flat.encoding == "text":
                _fill_from_text(values, file)
            else:
                _fill(values, _unpacked(file, flat.encoding))
    except FileFormatError:
        raise
    except FAULTS as fault:
        raise FileFormatError(
            f"the {flat.encoding} values in {flat.path.name} are damaged: {str(fault)[:200]}. Copy it again."
        ) from fault
    if not values.dtype.isnative:
        values = values.byteswap(inplace=True).view(values.dtype.newbyteorder("="))
    return np.ascontiguousarray(values.transpose()) if flat.z_fastest else values


def _unpacked(file: IO[bytes], encoding: Encoding) -> Readable:
    """Return the source of the plain bytes."""
    if encoding == "gzip":
        return gzip.GzipFile(fileobj=file)
    if encoding == "bzip2":
        return bz2.BZ2File(file)
    return _Inflated(file) if encoding == "zlib" else file


class _Inflated:
    """The plain bytes of a zlib stream, in pieces of a limited size; a gzip stream is taken too."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.unpacker = zlib.decompressobj(wbits=47)

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""
        while not self.unpacker.eof:
            packed = self.unpacker.unconsumed_tail or self.file.read(2**16)
            if not packed:
                raise EOFError("it ends before the stream does")
            if plain := self.unpacker.decompress(packed, size):
                return plain
        if self.unpacker.unused_data or self.file.read(1):
            raise ValueError("there are bytes behind the end of the stream")
        return b""


def _fill(values: NDArray[Any], source: Readable) -> None:
    """Fill an array with bytes, of which there must be as many as it takes."""
    room = values.reshape(-1).view(np.uint8)
    done = 0
    while done < room.size:
        block = source.read(min(BLOCK_BYTES, room.size - done))
        if not block:
            raise FileFormatError(f"the values end after {done:,} bytes; the header states {room.size:,}. {COPY_AGAIN}")
        room[done : done + len(block)] = np.frombuffer(block, np.uint8)
        done += len(block)
    if source.read(1):
        raise FileFormatError(f"there are more values than the {room.size:,} bytes that it states. {COPY_AGAIN}")


def _fill_from_text(values: NDArray[Any], file: IO[bytes]) -> None:
    """Fill an array with numbers written as text."""
    words = file.read().split()
    if len(words) != values.size:
        raise FileFormatError(f"found {len(words):,} numbers; the header states {values.size:,}. {COPY_AGAIN}")
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):  # beyond float32 is infinity, which a Volume refuses
            values.reshape(-1)[...] = [float(word) for word in words]
        return
    numbers = [int(word) for word in words]
    limits = np.iinfo(values.dtype)
    if min(numbers) < limits.min or max(numbers) > limits.max:
        raise FileFormatError(
            f"found numbers from {min(numbers)} to {max(numbers)}; expected {values.dtype.name}, {limits.min} to "
            f"{limits.max}. Correct the type in the header."
        )
    values.reshape(-1)[...] = np.array(numbers, values.dtype)


def write(values: NDArray[Any], path: Path, *, head: bytes = b"", encoding: Encoding = "raw") -> None:
    """Write a header, plain, and the values behind it, little-endian, x fastest, the same bytes every time."""
    with path.open("wb") as file:
        file.write(head)
        with _packing(file, encoding) as target:
            for plane in values:
                target.write(plane.astype(plane.dtype.newbyteorder("<"), copy=False).tobytes())


class _Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


class _Deflated:
    """A zlib stream that is written block by block."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.packer = zlib.compressobj(1)

    def write(self, data: bytes, /) -> None:
        """Write some plain bytes."""
        self.file.write(self.packer.compress(data))


@contextmanager
def _packing(file: IO[bytes], encoding: Encoding) -> Iterator[_Writable]:
    """Give what plain bytes are written to."""
    if encoding == "gzip":
        # no time and no name in it: the same values give the same bytes
        with gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=file, mtime=0) as packed:
            yield packed
    elif encoding == "zlib":
        deflated = _Deflated(file)
        yield deflated
        file.write(deflated.packer.flush())
    else:
        yield file


def beside(header: Path, name: str) -> Path:
    """Return the file of values that a header names, relative to its folder, or say that it is missing."""
    found = header.parent / name
    if not os.path.isfile(found):  # noqa: PTH113 - unlike Path.is_file, no error for a name that is too long
        raise FileFormatError(
            f"its values are in another file, {name!r}, which is not in {str(found.parent)!r}. Put it there, or "
            f"correct the name in the header."
        )
    return found

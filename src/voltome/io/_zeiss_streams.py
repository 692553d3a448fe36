"""The streams inside a file of a Zeiss (Xradia) microscope: an OLE compound file, a small file system of sectors.

olefile reads the directory. The data of a stream are read here, along a chain of sectors that is checked before:
each sector once, inside the file, of no other stream, and as many as the stream is long.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import olefile
from numpy.typing import NDArray

from voltome.errors import FileFormatError, VoltomeError

FAULTS = (
    # what olefile was seen to raise on damaged files (tests/unit/io/test_fuzz_avizo_zeiss.py); its own is an OSError
    OSError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    OverflowError,
    MemoryError,
    RecursionError,
    struct.error,
)

HEADER = struct.Struct("<30xH12xL16xL4xL")
"""Of the header: shift of the sector size; sectors of the FAT, of the mini FAT, and of the list of FAT sectors."""

END_OF_CHAIN = 0xFFFFFFFE

LARGEST_FIELD = 2**24
"""Bytes of a stream that is a field and no image: a number for each of millions of images."""


class Streams:
    """The streams of an open file, by names such as ``ImageInfo/PixelSize``, capitals or not."""

    def __init__(self, path: Path, ole: Any) -> None:
        self.path = path
        self._ole = ole
        self._entries = dict(_entries(ole.root))
        self._used = np.zeros(len(ole.fat), np.bool_)
        self._chains: dict[str, NDArray[np.int64]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all streams, as they are written."""
        return tuple(name for name, _ in self._entries.values())

    def has(self, name: str) -> bool:
        """Say whether there is a stream of this name, or a storage with streams in it."""
        wanted = name.lower()
        return wanted in self._entries or any(known.startswith(f"{wanted}/") for known in self._entries)

    def size(self, name: str) -> int:
        """Return the length of a stream in bytes."""
        return int(self._entries[name.lower()][1].size)

    def field(self, name: str) -> bytes:
        """Return a small stream; nothing where it is absent."""
        if name.lower() not in self._entries:
            return b""
        if self.size(name) > LARGEST_FIELD:
            raise damaged(self.path, f"its field {name} has {self.size(name):,} bytes")
        values = np.empty(self.size(name), np.uint8)
        self.read_into(name, values)
        return values.tobytes()

    def integer(self, name: str) -> int | None:
        """Return the whole number of a stream, None where it is absent."""
        data = self.field(name)
        return int.from_bytes(data[:4], "little", signed=True) if len(data) >= 4 else None

    def floats(self, name: str) -> NDArray[np.float32]:
        """Return the numbers of a stream, none where it is absent."""
        data = self.field(name)
        return np.frombuffer(data[: len(data) // 4 * 4], "<f4").astype(np.float32)

    def read_into(self, name: str, values: NDArray[Any]) -> None:
        """Fill an array, which lies in one piece, with the bytes of a stream of its size."""
        entry, room = self._entries[name.lower()][1], values.reshape(-1).view(np.uint8)
        if entry.size != room.size:
            raise damaged(self.path, f"its stream {name} has {entry.size:,} bytes; expected {room.size:,}")
        if entry.is_minifat:
            room[...] = np.frombuffer(self._mini(name), np.uint8)
        elif entry.size:
            self._read_sectors(name, room)

    def _mini(self, name: str) -> bytes:
        """Return a stream of less than 4096 bytes, which lies in a stream for such."""
        data: bytes = self._ole.openstream(self._entries[name.lower()][0]).read()
        entry = self._entries[name.lower()][1]
        self._chain(name, entry, self._ole.minifat, self._ole.mini_sector_size)
        return data

    def runs(self, name: str) -> NDArray[np.int64]:
        """Return where a stream lies: (first byte in the file, bytes) of each piece; none of one that is small."""
        entry, width = self._entries[name.lower()][1], int(self._ole.sector_size)
        if entry.is_minifat or not entry.size:
            return np.empty((0, 2), np.int64)
        chain = self._checked_chain(name, entry, width)
        firsts = np.r_[0, np.flatnonzero(np.diff(chain) != 1) + 1]
        sectors = np.diff(np.r_[firsts, chain.size])
        found = np.stack([(chain[firsts] + 1) * width, sectors * width], axis=1)
        found[-1, 1] -= chain.size * width - int(entry.size)
        return found

    def _read_sectors(self, name: str, room: NDArray[np.uint8]) -> None:
        """Read the sectors of a stream, those that lie side by side at once."""
        place = 0
        for first, size in self.runs(name).tolist():
            part = room[place : place + size]
            self._ole.fp.seek(first)
            if self._ole.fp.readinto(part.data) != part.size:
                raise damaged(self.path, f"it ends inside its stream {name}")
            place += size

    def _checked_chain(self, name: str, entry: Any, width: int) -> NDArray[np.int64]:
        """Return the sectors of a stream, which no other one may have."""
        chain = self._chains.get(name.lower())
        if chain is None:
            chain = self._chain(name, entry, self._ole.fat, width)
            if self._used[chain].any():
                raise damaged(self.path, f"its stream {name} shares sectors with another one")
            self._used[chain] = True
            self._chains[name.lower()] = chain
        return chain

    def _chain(self, name: str, entry: Any, table: Any, width: int) -> NDArray[np.int64]:
        """Return the sectors of a stream in order, or refuse a chain with a loop, a gap or a wrong end."""
        count = -(-int(entry.size) // width)
        if count > len(table):
            raise damaged(self.path, f"its stream {name} is longer than the file: {entry.size:,} bytes")
        sectors, sector = [], int(entry.isectStart)
        following = np.array(table[sector : sector + count], np.int64)
        if np.array_equal(following, [*range(sector + 1, sector + count), END_OF_CHAIN][:count]):
            return np.arange(sector, sector + count)  # in one piece, as most are
        for _ in range(count):
            if sector >= len(table):
                raise damaged(self.path, f"its stream {name} leads to sector {sector:,} of {len(table):,}")
            sectors.append(sector)
            sector = int(table[sector])
        if sector != END_OF_CHAIN or len(set(sectors)) < count:
            raise damaged(self.path, f"the sectors of its stream {name} run in a loop or on beyond its end")
        return np.array(sectors, np.int64)


@contextmanager
def opened(path: Path) -> Iterator[Streams]:
    """Open a file, and turn whatever olefile raises on a damaged one into `FileFormatError`."""
    try:
        _check_header(path)
        with olefile.OleFileIO(str(path), raise_defects=olefile.DEFECT_INCORRECT) as ole:
            yield Streams(path, ole)
    except VoltomeError:
        raise
    except FAULTS as fault:
        if isinstance(fault, OSError) and fault.strerror:  # of the disk; those of olefile have none
            raise FileFormatError(f"{path}: cannot be read: {fault.strerror}.") from fault
        raise damaged(path, f"{type(fault).__name__}: {str(fault)[:200]}") from fault


def damaged(path: Path, how: str) -> FileFormatError:
    """Return the error for a file that is no sound Zeiss file."""
    return FileFormatError(f"{path}: not a sound Zeiss file: {how}. Copy or export it again from its source.")


def _check_header(path: Path) -> None:
    """Refuse what is no OLE file, and tables of sectors that the file has no room for, before olefile reads them."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise FileFormatError(f"{path}: the file is empty (0 bytes). Copy it again from its source.")
    if not head.startswith(olefile.MAGIC):
        raise FileFormatError(
            f"{path}: not a Zeiss file: it begins with {head[:8]!r}; expected {olefile.MAGIC!r}, the sign of an OLE "
            f"compound file. Give the file its right suffix, or export it again."
        )
    if len(head) < 512:
        raise damaged(path, f"it ends inside its header, after {len(head)} bytes")
    shift, fat, mini_fat, lists = HEADER.unpack_from(head)
    if shift not in (9, 12):
        raise damaged(path, f"its sectors have 2^{shift} bytes; expected 2^9 or 2^12")
    if (fat + mini_fat + lists) << shift > size:
        raise damaged(path, f"its tables have {fat + mini_fat + lists:,} sectors, the file has {size >> shift:,}")


def _entries(root: Any) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Yield every stream as name in small letters -> (name, entry of the directory)."""
    waiting = [("", root)]
    while waiting:
        before, node = waiting.pop()
        for kid in node.kids:
            name = f"{before}{kid.name}"
            if kid.entry_type == olefile.STGTY_STREAM:
                yield name.lower(), (name, kid)
            else:
                waiting.append((f"{name}/", kid))

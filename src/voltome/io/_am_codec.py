"""The data of an Avizo file <-> values: as they are, as text, in runs of bytes, or zipped.

A header may state any size, so nothing is allocated before the bytes that are there were found to be enough.
"""

from __future__ import annotations

import math
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from voltome.errors import FileFormatError
from voltome.io._am_header import AmHeader, LatticeField, damaged
from voltome.runtime import check_memory

PIECE = 2**20

MOST_OF_A_BYTE = {"HxByteRLE": 64, "HxZip": 1040}
"""Bytes that one encoded byte can stand for, at most: 127 of two in a run, 258 of two bits in deflate."""


def read_values(path: Path, header: AmHeader, field: LatticeField, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the values of one field, shape (z, y, x), in the byte order of this machine."""
    check_size(path, header, field, dtype)
    count = math.prod(header.shape)
    check_memory(count * dtype.itemsize, task=f"reading {path}", voxels=count)
    values = np.empty(header.shape, dtype)
    with path.open("rb") as file:
        file.seek(header.data_offset)
        if not header.byte_order:
            _read_text(path, file, values)
        elif field.encoding == "HxByteRLE":
            _read_runs(path, file, field, values)
        elif field.encoding == "HxZip":
            _read_zipped(path, file, field, values)
        else:
            for plane in values:
                file.readinto(plane.view(np.uint8).reshape(-1).data)
    if header.byte_order and np.dtype(f"{header.byte_order}{dtype.str[1:]}") != dtype:
        values.byteswap(inplace=True)
    return values


def check_size(path: Path, header: AmHeader, field: LatticeField, dtype: np.dtype[Any]) -> None:
    """Refuse a lattice for which the file has too few bytes."""
    count = math.prod(header.shape)
    there = path.stat().st_size - header.data_offset
    lattice = " x ".join(map(str, header.shape))
    if field.encoding and header.byte_order:
        length = field.encoded_bytes or 0
        if length > there:
            raise truncated(path, f"{length:,} bytes of {field.encoding}", there)
        if count * dtype.itemsize > length * MOST_OF_A_BYTE[field.encoding]:
            raise damaged(
                path,
                f"{length:,} bytes of {field.encoding} cannot hold the {count * dtype.itemsize:,} bytes of its lattice "
                f"{lattice} (z, y, x)",
            )
        _check_end(path, header.data_offset + length, lattice)
        return
    needed = count * dtype.itemsize if header.byte_order else 2 * count - 1
    if needed > there:
        raise truncated(path, f"a lattice of {lattice} {field.kind} values (z, y, x), {needed:,} bytes", there)
    if header.byte_order:
        _check_end(path, header.data_offset + needed, lattice)


def _check_end(path: Path, end: int, lattice: str) -> None:
    """Refuse data that go on where those of the lattice should end, and the next section does not begin."""
    with path.open("rb") as file:
        file.seek(end)
        after = file.read(64).lstrip()
    if after and not after.startswith(b"@"):
        raise damaged(
            path,
            f"its data should end at byte {end:,}, by its lattice {lattice} (z, y, x) and type, but {after[:8]!r} "
            f"follow; the header contradicts the data",
        )


def truncated(path: Path, stated: str, there: int) -> FileFormatError:
    """Return the error for a file that ends before its data do."""
    return FileFormatError(
        f"{path}: the file is truncated: its header states {stated}; the file has {max(there, 0):,} bytes of data. "
        f"Copy it again from its source."
    )


def _read_runs(path: Path, file: BinaryIO, field: LatticeField, values: NDArray[Any]) -> None:
    from voltome.io import _kernels_byte_rle

    packed = np.frombuffer(file.read(field.encoded_bytes or 0), np.uint8)
    used, filled = _kernels_byte_rle.unpack(packed, values.reshape(-1))
    if (used, filled) != (packed.size, values.size):
        raise damaged(
            path,
            f"its runs of bytes (HxByteRLE) give {filled:,} of {values.size:,} voxels and use {used:,} of "
            f"{packed.size:,} bytes; expected all of both",
        )


def _read_zipped(path: Path, file: BinaryIO, field: LatticeField, values: NDArray[Any]) -> None:
    """Unzip piece by piece into the values, never more than there is room for."""
    room = memoryview(values.view(np.uint8).reshape(-1).data)
    unzip, filled, left = zlib.decompressobj(), 0, field.encoded_bytes or 0
    try:
        while left and not unzip.eof:
            piece = file.read(min(PIECE, left))
            left -= len(piece)
            if not piece:
                break
            while piece:
                # one byte beyond the room tells data that are too long
                found = unzip.decompress(piece, min(PIECE, len(room) - filled) + 1)
                if filled + len(found) > len(room):
                    raise damaged(path, f"its zipped data (HxZip) are longer than the {len(room):,} bytes expected")
                room[filled : filled + len(found)] = found
                filled += len(found)
                piece = unzip.unconsumed_tail
    except zlib.error as fault:
        raise damaged(path, f"its zipped data (HxZip) cannot be unzipped: {fault}") from fault
    if filled != len(room) or not unzip.eof:
        raise damaged(path, f"its zipped data (HxZip) give {filled:,} bytes; expected {len(room):,}")


def _read_text(path: Path, file: BinaryIO, values: NDArray[Any]) -> None:
    """Read numbers written as text."""
    flat, filled = values.reshape(-1), 0
    for numbers in _numbers(path, file):
        if filled + numbers.size > flat.size:
            raise damaged(path, f"it has more than the {flat.size:,} numbers of its lattice")
        flat[filled : filled + numbers.size] = _as_type(path, numbers, values.dtype)
        filled += numbers.size
    if filled != flat.size:
        raise truncated(path, f"{flat.size:,} numbers", filled)


def _numbers(path: Path, file: BinaryIO) -> Iterator[NDArray[np.float64]]:
    """Yield the numbers of a text, piece by piece, cut between two of them."""
    rest = b""
    while True:
        piece = file.read(PIECE)
        text, section, _ = (rest + piece).partition(b"@")
        if section:  # the next one begins
            piece = b""
        end = max(text.rfind(b"\n"), text.rfind(b" ")) + 1 if piece else len(text)
        rest = text[end:]
        if len(rest) > PIECE:
            raise damaged(path, "its data are no text of numbers")
        words = text[:end].strip()
        if words:
            yield _parsed(path, words)
        if not piece:
            return


def _parsed(path: Path, words: bytes) -> NDArray[np.float64]:
    """Return the numbers of a text of numbers."""
    try:
        with warnings.catch_warnings():
            # numpy warns, in older versions, of a word that is no number
            warnings.simplefilter("error")
            found: NDArray[np.float64] = np.fromstring(words.decode("ascii"), dtype=np.float64, sep=" ")
    except (ValueError, DeprecationWarning) as fault:
        raise damaged(path, f"its data are no text of numbers, as its first line says: {str(fault)[:120]}") from fault
    return found


def _as_type(path: Path, numbers: NDArray[np.float64], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the numbers in the type that the header states, or refuse those that it cannot hold."""
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return numbers.astype(dtype)
    limits = np.iinfo(dtype)
    inside = (numbers >= limits.min) & (numbers <= limits.max) & (np.trunc(numbers) == numbers)
    if not inside.all():
        raise damaged(path, f"the number {float(numbers[~inside][0])!r} is no {dtype} that its header states")
    return numbers.astype(dtype)

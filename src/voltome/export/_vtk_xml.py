"""The XML files of VTK: a head that says where arrays lie, and after it the arrays, packed block by block."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 20
"""Bytes that are packed together."""

LEVEL = 1
"""Of zlib: the higher ones take several times as long and gain little on images."""

_TYPES = {
    "b1": "UInt8", "u1": "UInt8", "u2": "UInt16", "u4": "UInt32", "u8": "UInt64",
    "i1": "Int8", "i2": "Int16", "i4": "Int32", "i8": "Int64", "f4": "Float32", "f8": "Float64",
}  # fmt: skip
_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Array:
    """One array of a file.

    Attributes
    ----------
    name : str
        As other programs show it.
    parts : sequence of numpy.ndarray
        Its components, all of one shape: one for numbers, three (x, y, z) for vectors.
    """

    name: str
    parts: Sequence[NDArray[Any]]

    @property
    def stored(self) -> np.dtype[Any]:
        """Type of its numbers in the file."""
        kind = np.result_type(*self.parts).str[1:]
        return np.dtype("u1" if kind == "b1" else f"<{kind}")

    @property
    def size(self) -> int:
        """Bytes before they are packed."""
        return sum(part.size for part in self.parts) * self.stored.itemsize

    def head(self, offset: str) -> str:
        """Return the element that announces it."""
        kind = _TYPES[self.stored.str[1:]]
        return (
            f"<DataArray type={quoteattr(kind)} Name={quoteattr(self.name)} "
            f'NumberOfComponents="{len(self.parts)}" format="appended" offset="{offset}"/>'
        )

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes layer by layer, the components of one place together."""
        first = self.parts[0]
        rows = max(1, BLOCK // max(1, self.size // max(1, len(first))))
        for start in range(0, len(first), rows):
            layers = [part[start : start + rows] for part in self.parts]
            yield np.stack(layers, axis=-1).astype(self.stored, copy=False).tobytes()


@dataclass(frozen=True, slots=True)
class Section:
    """An element that holds arrays: ``CellData``, ``Points`` ..., with its attributes."""

    element: str
    arrays: Sequence[Array]
    attributes: str = ""


def write_file(
    path: Path, kind: str, *, dataset: str, piece: str, sections: Sequence[Section], notes: Iterable[tuple[str, str]]
) -> None:
    """Write a file of VTK.

    Parameters
    ----------
    path : Path
        The file.
    kind : str
        ``ImageData`` or ``PolyData``.
    dataset, piece : str
        Attributes of these elements.
    sections : sequence of Section
        What the piece holds.
    notes : iterable of (str, str)
        Names and texts that other programs show beside the arrays.
    """
    arrays = [array for section in sections for array in section.arrays]
    with path.open("wb") as file:
        places = _write_head(file, kind, dataset, piece, sections, notes)
        start = file.tell()
        for array, place in zip(arrays, places, strict=True):
            offset = file.tell() - start
            _write_packed(file, array)
            end = file.tell()
            file.seek(place)
            file.write(f"{offset:0{_DIGITS}d}".encode())
            file.seek(end)
        file.write(b"\n</AppendedData>\n</VTKFile>\n")


def _write_head(
    file: IO[bytes], kind: str, dataset: str, piece: str, sections: Sequence[Section], notes: Iterable[tuple[str, str]]
) -> list[int]:
    """Write everything before the arrays, and return where in the file the offset of each array stands."""
    mark = "\0" * _DIGITS
    lines = [
        '<?xml version="1.0"?>',
        f'<VTKFile type="{kind}" version="1.0" byte_order="LittleEndian" header_type="UInt64" '
        f'compressor="vtkZLibDataCompressor">',
        f"<{kind}{dataset}>",
        "<FieldData>",
        *(_note(name, text) for name, text in notes),
        "</FieldData>",
        f"<Piece{piece}>",
    ]
    for section in sections:
        lines.append(f"<{section.element}{section.attributes}>")
        lines += [array.head(mark) for array in section.arrays]
        lines.append(f"</{section.element}>")
    lines += ["</Piece>", f"</{kind}>", '<AppendedData encoding="raw">', "_"]
    text = "\n".join(lines).encode()
    places, found = [], text.find(mark.encode())
    while found >= 0:
        places.append(found)
        found = text.find(mark.encode(), found + 1)
    file.write(text)
    return places


def _note(name: str, text: str) -> str:
    """Return a text as VTK keeps it: the numbers of its bytes, ended by 0."""
    numbers = " ".join(str(byte) for byte in (*text.encode(), 0))
    return f'<Array type="String" Name={quoteattr(name)} NumberOfTuples="1" format="ascii">{numbers}</Array>'


def _write_packed(file: IO[bytes], array: Array) -> None:
    """Write an array in packed blocks; before them their number, their size, the rest and the packed sizes."""
    full, rest = divmod(array.size, BLOCK)
    count = full + bool(rest)
    place = file.tell()
    file.write(b"\0" * 8 * (3 + count))
    sizes = []
    for block in _blocks(array.chunks()):
        packed = zlib.compress(block, LEVEL)
        sizes.append(len(packed))
        file.write(packed)
    end = file.tell()
    file.seek(place)
    file.write(np.array([count, BLOCK, rest, *sizes], "<u8").tobytes())
    file.seek(end)


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in blocks of one size; the last may be smaller."""
    kept = bytearray()
    for chunk in chunks:
        kept += chunk
        while len(kept) >= BLOCK:
            yield bytes(kept[:BLOCK])
            del kept[:BLOCK]
    if kept:
        yield bytes(kept)

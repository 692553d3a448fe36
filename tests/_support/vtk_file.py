"""A small reader of the XML files of VTK with raw appended arrays, written from the description of the format."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

TYPES = {"UInt8": "u1", "UInt16": "<u2", "UInt32": "<u4", "UInt64": "<u8", "Int8": "i1", "Int16": "<i2",
         "Int32": "<i4", "Int64": "<i8", "Float32": "<f4", "Float64": "<f8"}  # fmt: skip


@dataclass(frozen=True)
class VtkFile:
    """What a file holds: attributes of its dataset and piece, arrays by section and name, texts."""

    kind: str
    dataset: dict[str, str]
    piece: dict[str, str]
    arrays: dict[str, dict[str, np.ndarray]]
    notes: dict[str, str]


def read_vtk(path: Path) -> VtkFile:
    """Read a whole file."""
    head, mark, tail = path.read_bytes().partition(b'<AppendedData encoding="raw">\n_')
    assert mark
    root = ElementTree.fromstring(head + b"</VTKFile>")  # noqa: S314 - made by the test
    assert root.attrib["byte_order"] == "LittleEndian"
    assert root.attrib["header_type"] == "UInt64"
    assert re.search(rb"\n</AppendedData>\n</VTKFile>\n$", tail)
    dataset = root[0]
    piece = dataset.find("Piece")
    assert piece is not None
    arrays = {
        section.tag: {each.attrib["Name"]: _array(each, tail) for each in section if each.tag == "DataArray"}
        for section in piece
    }
    notes = {
        each.attrib["Name"]: bytes(int(number) for number in (each.text or "").split()[:-1]).decode()
        for each in dataset.findall("FieldData/Array")
    }
    return VtkFile(root.attrib["type"], dict(dataset.attrib), dict(piece.attrib), arrays, notes)


def _array(element: ElementTree.Element, appended: bytes) -> np.ndarray:
    assert element.attrib["format"] == "appended"
    start = int(element.attrib["offset"])
    blocks, size, last = np.frombuffer(appended, "<u8", 3, start)
    packed = np.frombuffer(appended, "<u8", int(blocks), start + 24)
    place, content = start + 24 + 8 * int(blocks), b""
    for number, length in enumerate(packed):
        block = zlib.decompress(appended[place : place + int(length)])
        assert len(block) == (last if last and number == blocks - 1 else size)
        content += block
        place += int(length)
    values = np.frombuffer(content, TYPES[element.attrib["type"]])
    components = int(element.attrib["NumberOfComponents"])
    return values.reshape(-1, components) if components > 1 else values

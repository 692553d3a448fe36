"""A writer of OLE compound files, as the microscopes of Zeiss make them: a FAT, a directory, a stream for small ones.

[MS-CFB], "Compound File Binary File Format", Microsoft: version 3 has sectors of 512 bytes, version 4 of 4096.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

FREE, END, FAT_SECTOR, LIST_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC, 0xFFFFFFFF

CUTOFF, MINI = 4096, 64


@dataclass
class _Node:
    """A storage or a stream, and where it stands in the directory."""

    name: str
    data: bytes | None = None
    kids: dict[str, _Node] = field(default_factory=dict)
    index: int = 0
    links: list[int] = field(default_factory=lambda: [NONE, NONE, NONE])
    start: int = END
    size: int = 0


def compound_file(streams: Mapping[str, bytes], *, sector: int = 512) -> bytes:
    """Return a compound file with these streams; ``/`` separates the names of storages."""
    root = _Node("Root Entry")
    for path, data in streams.items():
        node = root
        for name in path.split("/"):
            node = node.kids.setdefault(name, _Node(name))
        node.data = data
    nodes: list[_Node] = []
    _number(root, nodes)
    sectors: list[bytes] = []
    fat: list[int] = []
    mini, mini_fat = bytearray(), list[int]()
    for node in nodes[1:]:
        if node.data is None:
            continue
        node.size = len(node.data)
        if 0 < node.size < CUTOFF:
            first = len(mini_fat)
            count = -(-node.size // MINI)
            mini += node.data.ljust(count * MINI, b"\0")
            mini_fat += [*range(first + 1, first + count), END]
            node.start = first
        else:
            node.start = _store(node.data, sectors, fat, sector)
    root.size, root.start = len(mini), _store(bytes(mini), sectors, fat, sector)
    mini_table = struct.pack(f"<{len(mini_fat)}I", *mini_fat)
    mini_start = _store(mini_table, sectors, fat, sector, b"\xff")
    directory = b"".join(map(_entry, nodes))
    directory_start = _store(directory, sectors, fat, sector)
    per_sector = sector // 4
    tables, lists = 1, 0
    while tables * per_sector < len(fat) + tables + lists:
        tables += 1
        # the header names 109 sectors of the FAT; the others are named in sectors of their own
        lists = max(0, -(-(tables - 109) // (per_sector - 1)))
    places = list(range(len(fat), len(fat) + tables))
    first_list = len(fat) + tables
    fat += [FAT_SECTOR] * tables + [LIST_SECTOR] * lists
    table = np.full(tables * per_sector, FREE, "<u4")
    table[: len(fat)] = fat
    head = struct.pack(
        "<8s16sHHHHHHLLLLLLLLLL",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        bytes(16),
        0x3E,
        3 if sector == 512 else 4,
        0xFFFE,
        sector.bit_length() - 1,
        6,
        0,
        0,
        0 if sector == 512 else -(-len(directory) // sector),
        tables,
        directory_start,
        0,
        CUTOFF,
        mini_start,
        -(-len(mini_table) // sector),
        first_list if lists else END,
        lists,
    )
    listed = [*places, *[FREE] * (109 - tables)][:109]
    body = b"".join(sectors) + table.tobytes() + _lists(places[109:], first_list, per_sector)
    return (head + struct.pack("<109I", *listed)).ljust(sector, b"\0") + body


def _lists(places: list[int], first: int, per_sector: int) -> bytes:
    """Return the sectors that name sectors of the FAT, each ending with the number of the next."""
    width, data = per_sector - 1, b""
    for number, start in enumerate(range(0, len(places), width), start=1):
        part = places[start : start + width]
        following = first + number if start + width < len(places) else END
        data += struct.pack(f"<{per_sector}I", *part, *[FREE] * (width - len(part)), following)
    return data


def _store(data: bytes, sectors: list[bytes], fat: list[int], width: int, fill: bytes = b"\0") -> int:
    """Append data as a chain of sectors and return the first."""
    if not data:
        return END
    first, count = len(fat), -(-len(data) // width)
    sectors.append(data.ljust(count * width, fill))
    fat += [*range(first + 1, first + count), END]
    return first


def _number(node: _Node, nodes: list[_Node]) -> None:
    """Give every node its place in the directory, and the kids of each a balanced tree."""
    node.index = len(nodes)
    nodes.append(node)
    # the order of the format: short names first, then by capital letters
    ordered = sorted(node.kids.values(), key=lambda kid: (len(kid.name), kid.name.upper()))
    for kid in ordered:
        _number(kid, nodes)
    node.links[2] = _tree(ordered)


def _tree(nodes: list[_Node]) -> int:
    """Link the nodes as a balanced tree and return its top."""
    if not nodes:
        return NONE
    middle = len(nodes) // 2
    nodes[middle].links[0] = _tree(nodes[:middle])
    nodes[middle].links[1] = _tree(nodes[middle + 1 :])
    return nodes[middle].index


def _entry(node: _Node) -> bytes:
    """Return the 128 bytes of a node in the directory."""
    kind = 5 if node.index == 0 else 1 if node.data is None else 2
    name = node.name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIII",
        name,
        len(name) + 2,
        kind,
        1,
        *node.links,
        bytes(16),
        0,
        0,
        0,
        0 if kind == 1 else node.start,
        node.size,
        0,
    )


NUMBERS = {np.dtype("u1"): 3, np.dtype("i2"): 4, np.dtype("u2"): 5, np.dtype("f4"): 10}
"""Zeiss's numbers of types."""


def zeiss_streams(
    values: np.ndarray, *, pixel_size_um: float | None = 0.5, angles_deg: np.ndarray | None = None
) -> dict[str, bytes]:
    """Return the streams of a reconstruction, or of projections where angles are given."""
    count, height, width = values.shape
    whole = {"NoOfImages": count, "ImagesTaken": count, "ImageHeight": height, "ImageWidth": width}
    whole |= {"DataType": NUMBERS[values.dtype], "AcquisitionMode": 10 if angles_deg is None else 0}
    streams = {f"ImageInfo/{name}": struct.pack("<i", number) for name, number in whole.items()}
    floats = {"Voltage": 80.0, "Current": 87.5}
    if pixel_size_um is not None:
        floats["PixelSize"] = pixel_size_um
    streams |= {f"ImageInfo/{name}": struct.pack("<f", number) for name, number in floats.items()}
    streams["ImageInfo/ExpTimes"] = np.full(count, 1.5, "<f4").tobytes()
    streams["ImageInfo/StoRADistance"] = np.full(count, -13.5, "<f4").tobytes()
    streams["ImageInfo/Date"] = b"".join(b"11/09/15 18:19:21".ljust(40, b"\0") for _ in range(count))
    streams["SampleInfo/SampleID"] = b"cathode 7".ljust(50, b"\0")
    if angles_deg is None:
        streams["ReconSettings/CenterShift"] = struct.pack("<f", -0.75)
    else:
        streams["ImageInfo/Angles"] = angles_deg.astype("<f4").tobytes()
    stored = values.astype(values.dtype.newbyteorder("<"))
    for number, plane in enumerate(stored, start=1):
        streams[f"ImageData{(number - 1) // 100 + 1}/Image{number}"] = plane.tobytes()
    return streams


def zeiss_scan(
    values: np.ndarray,
    *,
    angles_deg: np.ndarray | None = None,
    pixel_size_um: float | None = 0.5,
    geometry: int | None = 2,
    distances_mm: tuple[float, float] = (1.0, 1.0),
    references: np.ndarray | None = None,
    several: bool = False,
    reference_exposure_s: float = 1.5,
    exposures_s: float | np.ndarray = 1.5,
    shifts: np.ndarray | None = None,
    energy_ev: float = 0.0,
    first_date: str = "11/09/15 23:59:50",
) -> dict[str, bytes]:
    """Return the streams of a scan.

    Zeiss's numbers of `geometry` are 1 for a cone and 2 for a zone plate; `distances_mm` are those of source and
    detector from the axis; `references` lie in ReferenceData, or in MultiReferenceData where they are several;
    `shifts` are X and Y of every view; a view is taken every 4 s.
    """
    count = len(values)
    angles = np.linspace(0, 180, count, endpoint=False) if angles_deg is None else angles_deg
    streams = zeiss_streams(values, pixel_size_um=pixel_size_um, angles_deg=angles)
    if geometry is not None:
        streams["ImageInfo/XrayGeometry"] = struct.pack("<i", geometry)
    for name, distance in zip(("StoRADistance", "DtoRADistance"), distances_mm, strict=True):
        streams[f"ImageInfo/{name}"] = np.full(count, distance, "<f4").tobytes()
    streams["ImageInfo/ExpTimes"] = np.broadcast_to(np.float32(exposures_s), (count,)).astype("<f4").tobytes()
    # Zeiss fills the first number alone, and has room for more
    streams["ImageInfo/Energy"] = struct.pack("<f", energy_ev).ljust(4 * count + 40, b"\0")
    streams["ImageInfo/HorizontalBin"] = struct.pack("<i", 4)
    start = datetime.strptime(first_date, "%m/%d/%y %H:%M:%S")
    streams["ImageInfo/Date"] = dates(start, count)
    if shifts is not None:
        for name, numbers in zip(("X", "Y"), shifts.T, strict=True):
            streams[f"Alignment/{name}-Shifts"] = numbers.astype("<f4").tobytes()
    if references is not None:
        root = "MultiReferenceData" if several else "ReferenceData"
        streams[f"{root}/DataType"] = struct.pack("<i", NUMBERS[references.dtype])
        streams[f"{root}/Binning"] = struct.pack("<i", 4)
        streams[f"{root}/ExpTime"] = struct.pack("<f", reference_exposure_s)
        streams[f"{root}/ImageInfo/Date"] = dates(start - timedelta(seconds=60), len(references))
        for number, plane in enumerate(references, start=1):
            streams[f"{root}/Image{number if several else ''}"] = plane.tobytes()
    return streams


def dates(start: datetime, count: int) -> bytes:
    """Return the dates of images that are taken every 4 s, in rooms of 40 bytes with something behind each."""
    texts = [(start + timedelta(seconds=4 * number)).strftime("%m/%d/%y %H:%M:%S") for number in range(count)]
    return b"".join(text.encode() + b"\0" + b"\xfe" * 22 for text in texts)


def scattered(data: bytes, name: str) -> bytes:
    """Return a file (of one sector of FAT) in which the second and third sector of a stream have changed places."""
    whole = bytearray(data)
    width = 1 << struct.unpack_from("<H", data, 30)[0]
    table = width * (struct.unpack_from("<I", data, 76)[0] + 1)
    entry = data.index(name.encode("utf-16-le") + b"\0\0")
    first = struct.unpack_from("<I", data, entry + 116)[0]
    second, third = (slice(width * (first + n + 1), width * (first + n + 2)) for n in (1, 2))
    whole[second], whole[third] = data[third], data[second]
    behind = struct.unpack_from("<I", data, table + 4 * (first + 2))[0]
    for sector, following in ((first, first + 2), (first + 2, first + 1), (first + 1, behind)):
        struct.pack_into("<I", whole, table + 4 * sector, following)
    return bytes(whole)

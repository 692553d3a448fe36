"""The skeleton of a TIFF file: whether it is one, and whether it is whole.

tifffile logs a truncated chain of pages and returns the pages it found, or zeros for the strips it did not;
so what must be there is checked here, before.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from voltome.errors import FileFormatError


class _Layout(NamedTuple):
    """Sizes and struct codes of the classic or the big kind of TIFF."""

    order: str
    entries: str
    entry_bytes: int
    offset: str


def count_pages(path: Path) -> int:
    """Return the number of pages, or raise `FileFormatError` where the file ends before its last page."""
    size = path.stat().st_size
    if size == 0:
        raise FileFormatError(f"{path}: the file is empty (0 bytes). Copy it again from its source.")
    with path.open("rb") as file:
        layout, offset = _start(path, file)
        visited: set[int] = set()
        while offset:
            if offset in visited:
                raise damaged(path, f"page {len(visited)} points back to an earlier page")
            visited.add(offset)
            offset = _next_page(path, file, layout, offset, size, len(visited) - 1)
    if not visited:
        raise damaged(path, "it has no page")
    return len(visited)


def damaged(path: Path, how: str) -> FileFormatError:
    """Return the error for a file that is no sound TIFF."""
    return FileFormatError(f"{path}: not a sound TIFF file: {how}. Copy or export it again from its source.")


def truncated(path: Path, what: str, needed: int, size: int) -> FileFormatError:
    """Return the error for a file that ends too early."""
    return FileFormatError(
        f"{path}: the file is truncated: {what} reaches to byte {needed:,}, but the file has {size:,}. "
        f"Copy it again from its source."
    )


def _start(path: Path, file: BinaryIO) -> tuple[_Layout, int]:
    """Return the layout and the offset of the first page."""
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    version = struct.unpack(f"{order}H", head[2:4])[0] if order and len(head) >= 4 else None
    if order is None or version not in (42, 43):
        raise FileFormatError(
            f"{path}: not a TIFF file: it begins with {head[:4]!r}; expected b'II*\\x00' or b'MM\\x00*'. "
            f"Give the file its right suffix, or export it again as TIFF."
        )
    big = version == 43
    layout = _Layout(order, "Q", 20, "Q") if big else _Layout(order, "H", 12, "I")
    place = slice(8, 16) if big else slice(4, 8)
    if len(head) < place.stop:
        raise truncated(path, "its header", place.stop, len(head))
    return layout, int(struct.unpack(order + layout.offset, head[place])[0])


def _next_page(path: Path, file: BinaryIO, layout: _Layout, offset: int, size: int, page: int) -> int:
    """Return the offset of the page after the one at `offset`; 0 after the last."""
    count_bytes, offset_bytes = struct.calcsize(layout.entries), struct.calcsize(layout.offset)
    if offset + count_bytes > size:
        raise truncated(path, f"page {page}", offset + count_bytes, size)
    file.seek(offset)
    entries = struct.unpack(layout.order + layout.entries, file.read(count_bytes))[0]
    link = offset + count_bytes + entries * layout.entry_bytes
    if link + offset_bytes > size:
        raise truncated(path, f"page {page}", link + offset_bytes, size)
    file.seek(link)
    return int(struct.unpack(layout.order + layout.offset, file.read(offset_bytes))[0])


def check_segments(path: Path, page: Any, index: int, size: int) -> None:
    """Refuse a page whose strips or tiles are missing or reach past the end of the file."""
    offsets: Sequence[int] = page.dataoffsets
    counts: Sequence[int] = page.databytecounts
    expected = 1
    for extent in page.chunked:
        expected *= extent
    if len(offsets) < expected or len(counts) < expected:
        raise damaged(path, f"page {index} lists {min(len(offsets), len(counts))} of {expected} strips or tiles")
    if any(offset <= 0 or count <= 0 for offset, count in zip(offsets, counts, strict=False)):
        raise damaged(path, f"page {index} has strips or tiles without data")
    end = max(offset + count for offset, count in zip(offsets, counts, strict=False))
    if page.compression == 1:
        end = max(end, offsets[0] + page.nbytes if page.is_contiguous else 0)
        if not page.is_tiled and sum(counts) * 8 < page.size * page.bitspersample:
            raise damaged(path, f"page {index} has {sum(counts):,} bytes of voxels; expected {page.nbytes:,}")
    if end > size:
        raise truncated(path, f"the data of page {index}", end, size)

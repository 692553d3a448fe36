"""Frames of TIFF files that are read when they are asked for; of plain ones, only the rows that are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import LazyArray
from voltome.data.lazy import Box
from voltome.errors import FileFormatError
from voltome.io import _tiff
from voltome.io._headers import Header


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where one frame lies."""

    file: Path
    page: int
    offset: int | None
    """Of its first byte, where its rows lie one after the other, unpacked."""
    stored: np.dtype[Any]


def frames_of(header: Header) -> LazyArray:
    """Return the frames of one TIFF file, or of a series of them."""
    frames = [frame for file in header.files for frame in _frames_in(file)]
    shape = (len(frames), header.shape[1], header.shape[2])
    if shape != header.shape:
        raise FileFormatError(f"{header.path}: {shape[0]} frames were found and {header.shape[0]} announced.")
    dtype = np.dtype(header.dtype)

    def read(box: Box) -> NDArray[Any]:
        wanted, rows, columns = frames[box[0]], box[1], box[2]
        height = len(range(rows.start, rows.stop, rows.step))
        values = np.empty((len(wanted), height, len(range(columns.start, columns.stop, columns.step))), dtype)
        for number, frame in enumerate(wanted):
            values[number] = _rows_of(frame, shape[2], rows)[:, columns]
        return values

    return LazyArray(shape, dtype, read, str(header.path))


def _frames_in(file: Path) -> list[_Frame]:
    """Return where the frames of one file lie."""
    header = _tiff.read_header(file)
    with _tiff.open_checked(file) as opened:
        first = opened.page
        stored = first.dtype.newbyteorder(opened.file.byteorder)
        depth = int(first.imagedepth)
        if depth != 1:
            raise FileFormatError(f"{file}: its pages have {depth} slices each; expected one image in each page.")
        offsets = [page.dataoffsets[0] if page.is_contiguous else None for page in opened.pages]
        if header.shape[0] > len(offsets):  # planes behind a single page, which `read_header` has checked
            offsets = [offsets[0] + number * first.nbytes for number in range(header.shape[0])]
        return [_Frame(file, number, offset, stored) for number, offset in enumerate(offsets)]


def _rows_of(frame: _Frame, width: int, rows: slice) -> NDArray[Any]:
    """Return some rows of a frame."""
    if frame.offset is None:
        with _tiff.open_checked(frame.file) as opened:
            page = opened.pages[frame.page]
            return np.asarray(page.asarray().reshape(page.imagelength, page.imagewidth)[rows])
    row_bytes, count = width * frame.stored.itemsize, rows.stop - rows.start
    try:
        with frame.file.open("rb") as file:
            file.seek(frame.offset + rows.start * row_bytes)
            found = np.fromfile(file, frame.stored, count * width)
    except OSError as fault:
        raise FileFormatError(f"{frame.file}: cannot be read: {fault.strerror or fault}.") from fault
    if found.size != count * width:
        raise FileFormatError(f"{frame.file}: the file became shorter while it was read. Copy it again.")
    return np.asarray(found.reshape(count, width)[:: rows.step])

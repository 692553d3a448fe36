"""Spoilt files of Avizo and Zeiss: read, or refused by name, in little memory. 1,290 of them, the same every time."""

from __future__ import annotations

import re
import tracemalloc
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from avizo_file import MATERIALS, avizo_file
from compound_file import compound_file, zeiss_streams
from spoiling import Rng, bytes_changed, numbers_changed

import voltome as vt
from voltome.errors import VoltomeError

RNG = np.random.default_rng(21)

GREY = RNG.integers(0, 4000, (4, 12, 11)).astype(np.uint16)

LABELS = (np.arange(GREY.size).reshape(GREY.shape) // 40 % 3).astype(np.uint8)

LARGEST_PEAK = 64 * 2**20
"""Bytes; the files have some thousands, and the largest piece that is read at once has 16 MB."""

AVIZO_ROUNDS, ZEISS_ROUNDS = 90, 95
"""Spoilt files of each kind and way of spoiling."""

NUMBERS = (b"0", b"1", b"-1", b"7", b"255", b"65536", b"999999999", b"9999999999999", b"nan", b"1e400", b"")


def runs(values: np.ndarray) -> bytes:
    """Pack labels as single runs of up to 127."""
    flat = values.ravel()
    starts = [0, *(np.flatnonzero(np.diff(flat)) + 1).tolist(), flat.size]
    packed = bytearray()
    for first, last in pairwise(starts):
        packed += bytes([last - first, int(flat[first])])
    return bytes(packed)


def avizo_kinds() -> dict[str, bytes]:
    zipped, packed = zlib.compress(GREY.astype(">u2").tobytes()), runs(LABELS)
    text = "\n".join(map(str, GREY.ravel())).encode()
    materials = {"kind": "byte", "name": "Labels", "parameters": MATERIALS}
    return {
        "raw": avizo_file(GREY),
        "zip": avizo_file(GREY, order=">", encoding=f"(HxZip,{len(zipped)})", data=zipped),
        "text": avizo_file(GREY, order="", data=text),
        "runs": avizo_file(LABELS, encoding=f"(HxByteRLE,{len(packed)})", data=packed, **materials),
    }


AVIZO = avizo_kinds()

ZEISS = {
    "small images": compound_file(zeiss_streams(GREY)),
    "large images": compound_file(zeiss_streams(np.tile(GREY, (1, 5, 5)))),
    "large sectors": compound_file(zeiss_streams(np.tile(GREY, (1, 5, 5))), sector=4096),
}


def header_changed(whole: bytes, rng: Rng) -> bytes:
    """Replace a number of the header, double, swap or drop one of its lines."""
    head, mark, data = whole.partition(b"\n@1\n")
    if rng.random() < 0.6:
        places = list(re.finditer(rb"\d+(\.\d+)?", head))
        place = places[int(rng.integers(len(places)))]
        number = NUMBERS[int(rng.integers(len(NUMBERS)))]
        return head[: place.start()] + number + head[place.end() :] + mark + data
    lines = head.split(b"\n")
    first, second = (int(index) for index in rng.integers(1, len(lines), 2))
    change = int(rng.integers(4))
    if change == 0:
        lines.insert(second, lines[first])
    elif change == 1:
        lines[first], lines[second] = lines[second], lines[first]
    elif change == 2:
        del lines[first]
    else:
        lines[first] = lines[first].replace(b"{", b"}") if b"{" in lines[first] else lines[first] + b" { { "
    return b"\n".join(lines) + mark + data


def answer(path: Path) -> str:
    """Describe and read a file; return the message of the voltome error that refused it, or nothing."""
    try:
        found = vt.io.describe(path)
        if found.noun:
            image = vt.io.read(path)
        else:
            given = None if found.voxel_size_um else (0.3, 0.2, 0.1)
            image = vt.io.read_volume(path, voxel_size_um=given)
    except VoltomeError as error:
        return str(error)
    assert isinstance(image, vt.data.Volume | vt.data.PhaseImage)
    assert image.shape == found.shape
    return ""


def refused(whole: bytes, path: Path, change: Callable[[bytes, Rng], bytes], count: int) -> int:
    """Return how many of `count` spoilt files were refused; each by an error that names it, in little memory."""
    rng = np.random.default_rng(13)
    path.write_bytes(whole)
    assert answer(path) == ""
    total = 0
    for number in range(count):
        path.write_bytes(change(whole, rng))
        # measuring the memory takes longer than reading
        message, peak = measured(path) if number % 3 == 0 else (answer(path), 0)
        assert not message or path.name in message, f"the message does not name the file: {message}"
        assert peak < LARGEST_PEAK
        total += bool(message)
    return total


def measured(path: Path) -> tuple[str, int]:
    """Return the answer, and the largest memory that Python and numpy held meanwhile."""
    tracemalloc.start()
    try:
        return answer(path), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", AVIZO)
@pytest.mark.parametrize("change", [bytes_changed, header_changed])
def test_a_spoilt_avizo_file_is_read_or_refused_by_name(
    kind: str, change: Callable[[bytes, Rng], bytes], tmp_path: Path
) -> None:
    assert refused(AVIZO[kind], tmp_path / "spoilt.am", change, AVIZO_ROUNDS) > 15


@pytest.mark.parametrize("kind", ZEISS)
@pytest.mark.parametrize("change", [bytes_changed, numbers_changed])
def test_a_spoilt_zeiss_file_is_read_or_refused_by_name(
    kind: str, change: Callable[[bytes, Rng], bytes], tmp_path: Path
) -> None:
    assert refused(ZEISS[kind], tmp_path / "spoilt.txm", change, ZEISS_ROUNDS) > 15


@pytest.mark.parametrize("kind", [*AVIZO, *ZEISS])
def test_a_file_cut_anywhere_is_an_error_and_never_zeros(kind: str, tmp_path: Path) -> None:
    whole = AVIZO.get(kind) or ZEISS[kind]
    path = tmp_path / ("cut.am" if kind in AVIZO else "cut.txm")
    path.write_bytes(whole)
    expected = vt.io.read(path).values if kind == "runs" else vt.io.read_volume(path).values  # type: ignore[attr-defined]
    for length in np.linspace(0, len(whole) - 1, 40).astype(int):
        path.write_bytes(whole[:length])
        if answer(path) == "":
            # of text the last digit may be lost, and of binary data what no voxel needs
            found = vt.io.read(path) if kind == "runs" else vt.io.read_volume(path)
            assert kind == "text" or np.array_equal(found.values, expected)  # type: ignore[attr-defined]


def test_so_many_are_spoilt() -> None:
    # with the 450 NRRD and 300 RAW of test_fuzz_headers.py: 2,040 of these four formats
    assert (len(AVIZO) * 2 * AVIZO_ROUNDS, len(ZEISS) * 2 * ZEISS_ROUNDS) == (720, 570)

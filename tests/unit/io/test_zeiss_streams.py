"""Damage to the file system inside a compound file: every chain of sectors is checked before it is read."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compound_file import compound_file, zeiss_streams

import voltome as vt
from voltome.errors import FileFormatError
from voltome.io import _zeiss_streams

# images of 5 sectors each in files of 512-byte sectors
GREY = np.random.default_rng(7).integers(0, 4000, (2, 32, 40)).astype(np.uint16)

SMALL = GREY[:, :8, :8].copy()

END, FREE = 0xFFFFFFFE, 0xFFFFFFFF


def whole(values: np.ndarray = GREY) -> bytearray:
    return bytearray(compound_file(zeiss_streams(values)))


def table_at(data: bytearray) -> int:
    """Return where the FAT is, which has one sector in these files."""
    return 512 * (struct.unpack_from("<I", data, 76)[0] + 1)


def entry_of(data: bytearray, name: str) -> int:
    """Return where the directory has the entry of this name."""
    return data.index(name.encode("utf-16-le") + b"\0\0")


def refused(data: bytearray, folder: Path) -> str:
    """Return the message of the error that refuses a file."""
    path = folder / "scan.txm"
    path.write_bytes(data)
    with pytest.raises(FileFormatError) as caught:
        vt.io.read_volume(path)
    message = str(caught.value)
    assert "scan.txm" in message
    return message


def first_sector(data: bytearray, name: str) -> int:
    return int(struct.unpack_from("<I", data, entry_of(data, name) + 116)[0])


def link(data: bytearray, sector: int, following: int) -> None:
    struct.pack_into("<I", data, table_at(data) + 4 * sector, following)


def test_a_loop(tmp_path: Path) -> None:
    data = whole(np.zeros((1, 64, 64), np.uint16))
    start = first_sector(data, "Image1")
    link(data, start + 3, start)
    assert "the sectors of its stream ImageData1/Image1 run in a loop" in refused(data, tmp_path)


@pytest.mark.parametrize(("following", "says"), [(END, "leads to sector"), (99999, "leads to sector 99,999 of")])
def test_a_chain_that_ends_early_or_leads_nowhere(following: int, says: str, tmp_path: Path) -> None:
    data = whole(np.zeros((1, 64, 64), np.uint16))
    link(data, first_sector(data, "Image1") + 3, following)
    assert says in refused(data, tmp_path)


def test_a_chain_that_goes_on_beyond_its_stream(tmp_path: Path) -> None:
    data = whole(np.zeros((1, 64, 64), np.uint16))
    start = first_sector(data, "Image1")
    link(data, start + 15, start + 16)
    assert "run in a loop or on beyond its end" in refused(data, tmp_path)


def test_two_streams_that_share_sectors(tmp_path: Path) -> None:
    data = whole(np.zeros((2, 64, 64), np.uint16))
    first, second = first_sector(data, "Image1"), first_sector(data, "Image2")
    link(data, first + 3, second + 4)
    assert "Image2 shares sectors with another one" in refused(data, tmp_path)


def test_a_loop_among_the_small_sectors(tmp_path: Path) -> None:
    data = whole(SMALL)
    start = first_sector(data, "Image1")
    mini = 512 * (struct.unpack_from("<I", data, 60)[0] + 1)
    struct.pack_into("<I", data, mini + 4 * (start + 1), start)
    assert "the sectors of its stream ImageData1/Image1 run in a loop" in refused(data, tmp_path)


def test_streams_longer_than_the_file(tmp_path: Path) -> None:
    data = whole()
    struct.pack_into("<I", data, entry_of(data, "Image2") + 120, 2**31)
    assert "image 2 of 2 (ImageData1/Image2) has 2,147,483,648 bytes" in refused(data, tmp_path)
    # 16 MB are no absurd field, but more than this file
    data = whole(np.zeros((1, 64, 64), np.uint16))
    data = bytearray(data.replace("Image1".encode("utf-16-le"), "Angles".encode("utf-16-le")))
    struct.pack_into("<I", data, entry_of(data, "Angles") + 120, 2**24)
    path = tmp_path / "scan.txm"
    path.write_bytes(data)
    with (
        pytest.raises(FileFormatError, match=r"stream ImageData1/Angles is longer than the file: 16,777,216 bytes"),
        _zeiss_streams.opened(path) as streams,
    ):
        streams.field("ImageData1/Angles")


@pytest.mark.parametrize(
    ("place", "code", "value", "says"),
    [
        (0, "<I", 0, r"not a Zeiss file: it begins with b'\x00"),
        (30, "<H", 31, "its sectors have 2^31 bytes; expected 2^9 or 2^12"),
        (44, "<I", 2**31, "its tables have 2,147,483,6"),
        (64, "<I", 2**31, "its tables have 2,147,483,6"),
        (72, "<I", 2**32 - 1, "its tables have 4,294,967,"),
        (48, "<I", 99999, "not a sound Zeiss file"),
        (60, "<I", 99999, "not a sound Zeiss file"),
    ],
)
def test_headers_that_cannot_be(place: int, code: str, value: int, says: str, tmp_path: Path) -> None:
    data = whole(SMALL)
    struct.pack_into(code, data, place, value)
    assert says in refused(data, tmp_path)


def test_a_directory_that_runs_in_a_loop(tmp_path: Path) -> None:
    data = whole()
    start = int(struct.unpack_from("<I", data, 48)[0])
    link(data, start + 1, start)
    assert "not a sound Zeiss file" in refused(data, tmp_path)


def test_an_entry_that_is_its_own_child(tmp_path: Path) -> None:
    data = whole()
    place = entry_of(data, "ImageInfo")
    struct.pack_into("<I", data, place + 76, struct.unpack_from("<I", data, entry_of(data, "Root Entry") + 76)[0])
    assert "not a sound Zeiss file" in refused(data, tmp_path)


@pytest.mark.parametrize("length", [0, 5, 100, 512, 600, 3000, -512, -2000])
def test_truncated_files(length: int, tmp_path: Path) -> None:
    message = refused(whole()[:length], tmp_path)
    assert ("the file is empty" if length == 0 else "Zeiss file") in message


def test_names_have_capitals_or_not(tmp_path: Path) -> None:
    path = tmp_path / "scan.txm"
    path.write_bytes(whole())
    with _zeiss_streams.opened(path) as streams:
        assert streams.has("imageinfo/pixelsize")
        assert streams.has("ReconSettings")
        assert not streams.has("ReconSetting")
        assert streams.integer("IMAGEINFO/NoOfImages") == 2
        assert streams.floats("imageinfo/PIXELSIZE").tolist() == [0.5]
        assert streams.integer("ImageInfo/None") is None
        assert streams.floats("ImageInfo/None").size == 0
        # read twice, the sectors of a stream are its own
        for _ in range(2):
            plane = np.empty((32, 40), "<u2")
            streams.read_into("ImageData1/Image2", plane)
            assert np.array_equal(plane, GREY[1])
        with pytest.raises(FileFormatError, match=r"stream ImageData1/Image2 has 2,560 bytes; expected 2,600"):
            streams.read_into("ImageData1/Image2", np.empty((26, 50), "<u2"))


def test_a_field_that_is_as_long_as_an_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_zeiss_streams, "LARGEST_FIELD", 3)
    assert "its field ImageInfo/NoOfImages has 4 bytes" in refused(whole(), tmp_path)


def test_a_disk_that_fails_is_an_error_that_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", fail)
    (tmp_path / "scan.txm").touch()
    with pytest.raises(FileFormatError, match=r"scan.txm: cannot be read: Input/output error"):
        vt.io.describe(tmp_path / "scan.txm")

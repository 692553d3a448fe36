"""Flat voxels, plain and packed: lengths that disagree, damaged packing, and what cannot be."""

import bz2
import gzip
import zlib
from pathlib import Path

import numpy as np
import pytest

from voltome.errors import FileFormatError, MemoryEstimateError
from voltome.io import _flat

VALUES = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)

PACKED = {"raw": bytes, "gzip": gzip.compress, "zlib": zlib.compress, "bzip2": bz2.compress}


def flat(path: Path, data: bytes, encoding: str = "raw", **more: object) -> _flat.Flat:
    path.write_bytes(data)
    return _flat.Flat(path, **{"shape": (2, 3, 4), "dtype": np.dtype("<u2"), "encoding": encoding, **more})


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_packing_and_byte_order_is_read(encoding: str, order: str, tmp_path: Path) -> None:
    data = b"head" + PACKED[encoding](VALUES.astype(f"{order}u2").tobytes())
    found = _flat.read(flat(tmp_path / "v", data, encoding, offset=4, dtype=np.dtype(f"{order}u2")))
    assert found.dtype == np.uint16
    assert found.dtype.isnative
    assert np.array_equal(found, VALUES)


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("wrong", ["one value more", "one value less", "cut", "rubbish"])
def test_another_length_is_refused(encoding: str, wrong: str, tmp_path: Path) -> None:
    plain = VALUES.tobytes()
    data = PACKED[encoding]({"one value more": plain + b"\0\0", "one value less": plain[:-2]}.get(wrong, plain))
    if wrong == "cut":
        data = data[:-1]
    if wrong == "rubbish":
        data = data[: len(data) // 2] + b"\xff" * 30
    with pytest.raises(FileFormatError, match=r"Copy it again|Copy or export both again"):
        _flat.read(flat(tmp_path / "v", data, encoding))


def test_the_message_of_a_wrong_length_has_both(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"2 x 3 x 4 voxels .* of uint16, 48 bytes; found 47 bytes in v\."):
        _flat.read(flat(tmp_path / "v", VALUES.tobytes()[1:]))


@pytest.mark.parametrize("encoding", ["gzip", "zlib", "bzip2"])
def test_a_few_bytes_that_claim_to_be_a_terabyte_are_refused_before_anything_is_made(
    encoding: str, tmp_path: Path
) -> None:
    bomb = flat(tmp_path / "v", PACKED[encoding](bytes(1000)), encoding, shape=(10_000, 10_000, 10_000))
    with pytest.raises(FileFormatError, match="cannot hold so many"):
        _flat.read(bomb)


def test_more_than_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 40)
    with pytest.raises(MemoryEstimateError, match="reading"):
        _flat.read(flat(tmp_path / "v", VALUES.tobytes()))


def test_numbers_as_text(tmp_path: Path) -> None:
    text = " ".join(map(str, VALUES.ravel())).encode()
    assert np.array_equal(_flat.read(flat(tmp_path / "v", text, "text")), VALUES)
    floats = _flat.read(flat(tmp_path / "v", b"0.1 " * 24, "text", dtype=np.dtype("f8")))
    assert (floats == 0.1).all()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"1 " * 23 + b"70000", "found numbers from 1 to 70000; expected uint16, 0 to 65535"),
        (b"1 " * 25, "found 25 numbers; the header states 24"),
        (b"1 " * 23 + b"x", "values in v are damaged: invalid literal"),
        (b"1", "cannot hold so many"),
    ],
)
def test_wrong_numbers_as_text(text: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=says):
        _flat.read(flat(tmp_path / "v", text, "text"))


def test_z_fastest_is_turned(tmp_path: Path) -> None:
    found = _flat.read(flat(tmp_path / "v", VALUES.tobytes(order="F"), z_fastest=True))
    assert np.array_equal(found, VALUES)
    assert found.flags.c_contiguous


def test_a_file_beside_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "v.raw").write_bytes(b"")
    assert _flat.beside(tmp_path / "v.mhd", "v.raw") == tmp_path / "v.raw"
    for name in ("w.raw", ".", "x" * 5000, "a\0b"):
        with pytest.raises(FileFormatError, match=r"which is not in .*Put it there, or correct the name"):
            _flat.beside(tmp_path / "v.mhd", name)

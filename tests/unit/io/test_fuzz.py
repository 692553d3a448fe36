"""Damaged files: whatever bytes are wrong, the error is voltome's own and names the file."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

import voltome as vt
from voltome.errors import VoltomeError

RNG = np.random.default_rng(3)

GREY = RNG.integers(0, 4000, (5, 24, 20)).astype(np.uint16)

TIFFS = {
    "imagej": {"imagej": True, "resolution": (2.0, 2.0), "metadata": {"axes": "ZYX", "spacing": 0.5, "unit": "um"}},
    "zlib": {"compression": "zlib", "metadata": {"axes": "ZYX"}},
    "lzw tiles, big": {"compression": "lzw", "tile": (16, 16), "bigtiff": True, "metadata": None},
    "strips": {"rowsperstrip": 5, "metadata": None, "photometric": "minisblack"},
    "predictor": {"compression": "zlib", "predictor": True, "byteorder": ">"},
    "ome": {"ome": True, "metadata": {"axes": "ZYX", "PhysicalSizeX": 0.5, "PhysicalSizeXUnit": "µm"}},
}


def spoil(data: bytes, rng: np.random.Generator) -> bytes:
    """Change one to eight bytes, or cut the end off."""
    spoilt = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        # most faults sit in headers, at the beginning and at the end
        zone = rng.choice(["start", "end", "anywhere"])
        low, high = {"start": (0, 300), "end": (len(data) - 300, len(data)), "anywhere": (0, len(data))}[str(zone)]
        spoilt[int(rng.integers(max(0, low), min(high, len(data))))] = int(rng.integers(0, 256))
    return bytes(spoilt[: int(rng.integers(1, len(data)))]) if rng.random() < 0.25 else bytes(spoilt)


def complaint(path: Path) -> str:
    """Read a file; return the message of the voltome error that refused it, or nothing. Other errors are bugs."""
    try:
        vt.io.describe(path)
        if path.suffix == ".parquet":
            vt.io.read_table(path)
        else:
            vt.io.read_volume(path, voxel_size_um=0.5)
    except VoltomeError as error:
        return str(error)
    return ""


def read_or_refuse(path: Path) -> bool:
    """Read a file; True where it was refused, by an error that names it."""
    message = complaint(path)
    assert not message or path.name in message, f"the message does not name the file: {message}"
    return bool(message)


@pytest.mark.parametrize("kind", TIFFS)
def test_a_spoilt_tiff_is_read_or_refused_by_name(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "spoilt.tif"
    tifffile.imwrite(path, GREY, **TIFFS[kind])
    whole = path.read_bytes()
    rng = np.random.default_rng(11)
    refused = 0
    for _ in range(60):
        path.write_bytes(spoilt := spoil(whole, rng))
        assert len(spoilt) > 0
        refused += read_or_refuse(path)
    assert refused > 10  # the loop does reach the faults


@pytest.mark.parametrize("kind", TIFFS)
def test_a_tiff_cut_anywhere_is_an_error_and_never_zeros(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.tif"
    tifffile.imwrite(path, GREY, **TIFFS[kind])
    whole = path.read_bytes()
    for length in np.linspace(1, len(whole) - 1, 40).astype(int):
        path.write_bytes(whole[:length])
        if not read_or_refuse(path):
            # only bytes that no voxel and no page needs may be lost: then every voxel is right
            assert np.array_equal(vt.io.read_volume(path, voxel_size_um=0.5).values, GREY)


@pytest.mark.parametrize("ngff", ["0.5", "0.4"])
def test_a_spoilt_zarr_is_read_or_refused_by_name(ngff: str, tmp_path: Path) -> None:
    volume = vt.data.Volume(GREY, voxel_size_um=0.5, mask=GREY > 100)
    path = vt.io.write(volume, tmp_path / "spoilt.ome.zarr", ngff=ngff)
    files = vt.io.input_files(path)
    rng = np.random.default_rng(5)
    refused = 0
    for _ in range(120):
        victim = files[int(rng.integers(len(files)))]
        whole = victim.read_bytes()
        victim.write_bytes(spoil(whole, rng))
        refused += read_or_refuse(path)
        victim.write_bytes(whole)
    assert refused > 20
    assert np.array_equal(vt.io.read_volume(path).values, GREY)


def test_a_spoilt_table_is_read_or_refused_by_name(tmp_path: Path) -> None:
    columns = (vt.data.Column("label", "1", "Number.", "key"), vt.data.Column("size_um", "um", "Diameter."))
    frame = pd.DataFrame({"label": np.arange(50), "size_um": RNG.random(50)})
    table = vt.data.ResultTable(frame, columns=columns, kind="sizes")
    path = vt.io.write(table, tmp_path / "spoilt.parquet")
    whole = path.read_bytes()
    rng = np.random.default_rng(7)
    refused = 0
    for _ in range(100):
        path.write_bytes(spoil(whole, rng))
        refused += read_or_refuse(path)
    assert refused > 20

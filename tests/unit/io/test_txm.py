"""Files of Zeiss's microscopes, made by the test as compound files: what they hold is known without reading them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compound_file import compound_file, zeiss_streams

import voltome as vt
from voltome.errors import FileFormatError, MemoryEstimateError, VoxelSizeError

GREY = np.random.default_rng(6).integers(0, 4000, (4, 30, 40)).astype(np.uint16)


def txm(folder: Path, values: np.ndarray = GREY, *, name: str = "scan.txm", sector: int = 512, **parts: Any) -> Path:
    """Write a file; `parts` replaces streams, by names with ``_`` for ``/``, or drops them (None)."""
    streams = zeiss_streams(values, **{key: parts.pop(key) for key in ("pixel_size_um", "angles_deg") if key in parts})
    for key, data in parts.items():
        stream = key.replace("__", "/")
        if data is None:
            del streams[stream]
        else:
            streams[stream] = data
    path = folder / name
    path.write_bytes(compound_file(streams, sector=sector))
    return path


@pytest.mark.parametrize("sector", [512, 4096])
@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "f4"])
def test_values_come_back_bit_for_bit(dtype: str, sector: int, tmp_path: Path) -> None:
    values = GREY.astype(dtype)
    found = vt.io.read_volume(txm(tmp_path, values, sector=sector))
    assert found.values.dtype == np.dtype(dtype)
    assert np.array_equal(found.values, values)
    assert (found.voxel_size_um, found.origin_um) == ((0.5, 0.5, 0.5), (0, 0, 0))


def test_images_smaller_than_a_sector(tmp_path: Path) -> None:
    # such streams lie in the stream for small ones
    values = GREY[:, :5, :7].copy()
    assert np.array_equal(vt.io.read_volume(txm(tmp_path, values)).values, values)


def test_image_k_is_slice_k_minus_1_also_beyond_the_first_folder(tmp_path: Path) -> None:
    # 100 images a folder: image 101 is ImageData2/Image101; as text 101 would come before 11
    values = np.zeros((203, 2, 3), np.uint16)
    values[:, 0, 0] = np.arange(203)
    values[:, 0, 2] = 7
    found = vt.io.read_volume(txm(tmp_path, values))
    assert found.values[:, 0, 0].tolist() == list(range(203))
    assert found.values[5].tolist() == [[5, 0, 7], [0, 0, 0]]


def test_a_file_whose_table_of_sectors_has_a_table_itself(tmp_path: Path) -> None:
    # beyond 109 sectors of the FAT, 7 MB here and 457 MB with sectors of 4096 bytes, they are listed in sectors too
    values = np.arange(4 * 1000 * 1000, dtype=np.uint32).astype(np.uint16).reshape(4, 1000, 1000)
    path = txm(tmp_path, values)
    assert path.read_bytes()[72:76] == b"\1\0\0\0"
    assert np.array_equal(vt.io.read_volume(path).values, values)


def test_the_pixel_size_is_the_shortest_decimal_of_its_float(tmp_path: Path) -> None:
    # 0.78 as float32 is 0.7799999713897705
    assert vt.io.describe(txm(tmp_path, pixel_size_um=0.78)).voxel_size_um == (0.78, 0.78, 0.78)


@pytest.mark.parametrize("size", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_without_a_pixel_size_it_must_be_given(size: float | None, tmp_path: Path) -> None:
    path = txm(tmp_path, pixel_size_um=size)
    said = "it has no ImageInfo/PixelSize" if size is None else f"its ImageInfo/PixelSize is {size}"
    with pytest.raises(VoxelSizeError, match=rf"scan.txm: .*{said}.*--voxel-size-um"):
        vt.io.read_volume(path)
    assert vt.io.read_volume(path, voxel_size_um=0.5).voxel_size_um == (0.5, 0.5, 0.5)


def test_what_describe_lists(tmp_path: Path) -> None:
    found = vt.io.describe(txm(tmp_path, ImageInfo__Other=b"\xff\xff\xff\x7f", ImageInfo__Comment=bytes(260)))
    assert (found.format, found.shape, found.dtype, found.missing) == ("Zeiss TXM", (4, 30, 40), "uint16", ())
    expected = {
        "ImageInfo/Voltage": "80.0 kV",
        "ImageInfo/Current": "87.5 uA",
        "ImageInfo/PixelSize": "0.5 um",
        "ImageInfo/ExpTimes": "1.5 s (4 times)",
        "ImageInfo/StoRADistance": "-13.5 mm (4 times)",
        "ImageInfo/NoOfImages": "4",
        "ImageInfo/Date": "11/09/15 18:19:21",
        "SampleInfo/SampleID": "cathode 7",
        "ReconSettings/CenterShift": "-0.75 px",
    }
    assert expected.items() <= found.metadata.items()
    # neither what is empty nor what is no number
    assert not {"ImageInfo/Other", "ImageInfo/Comment"} & found.metadata.keys()


ANGLES = np.array([-45, -15, 15, 45.5])


@pytest.mark.parametrize("name", ["scan.txrm", "scan.xrm", "renamed.txm"])
def test_projections_are_described_and_are_no_volume(name: str, tmp_path: Path) -> None:
    path = txm(tmp_path, name=name, angles_deg=ANGLES)
    found = vt.io.describe(path)
    assert (found.format, found.axes, found.shape) == ("Zeiss projections", ("angle", "row", "column"), (4, 30, 40))
    assert found.metadata["ImageInfo/Angles"] == "4 values, -45.0 to 45.5 deg"
    assert found.voxel_size_um is None
    assert "note        These are projections, not a volume: read them with voltome.io.read_projections" in str(found)
    says = rf"{name}: holds Zeiss projections with axes angle, row, column; .*: read them with voltome.io.read_proj"
    for read in (vt.io.read_volume, lambda path: vt.io.convert(path, tmp_path / "v.tif")):
        with pytest.raises(FileFormatError, match=says):
            read(path)
    assert not (tmp_path / "v.tif").exists()


def test_a_reconstruction_may_keep_the_angles_of_its_scan(tmp_path: Path) -> None:
    path = txm(tmp_path, ImageInfo__Angles=ANGLES.astype("<f4").tobytes())
    assert np.array_equal(vt.io.read_volume(path).values, GREY)


def test_it_is_only_read(tmp_path: Path) -> None:
    volume = vt.data.Volume(GREY, voxel_size_um=1)
    for name in ("v.txm", "v.txrm"):
        with pytest.raises(FileFormatError, match=rf"{name}: Zeiss .* is only read; expected one of .tif, .tiff"):
            vt.io.write(volume, tmp_path / name)


def number(value: int) -> bytes:
    return struct.pack("<i", value)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (
            {"ImageInfo__DataType": number(12)},
            r"ImageInfo/DataType is 12; known are 2 \(int8\), 3 \(uint8\), .*float32",
        ),
        ({"ImageInfo__DataType": None}, r"ImageInfo/DataType is None; known are"),
        ({"ImageInfo__ImageWidth": None}, r"NoOfImages = 4, ImageHeight = 30, ImageWidth = None; expected three"),
        ({"ImageInfo__NoOfImages": number(0)}, r"NoOfImages = 0, .*was cut off while it was written"),
        ({"ImageInfo__ImageHeight": number(-3)}, r"ImageHeight = -3"),
        ({"ImageInfo__ImageWidth": number(41)}, r"image 1 of 4 \(ImageData1/Image1\) has 2,400 bytes; expected 2,460"),
        ({"ImageInfo__DataType": number(10)}, r"has 2,400 bytes; expected 4,800 by width, height and type"),
        ({"ImageInfo__NoOfImages": number(5)}, r"image 5 of 5 \(ImageData1/Image5\) is missing"),
        ({"ImageInfo__NoOfImages": number(2**31 - 1)}, r"announces 2,147,483,647 images and has \d+ streams in all"),
        ({"ImageData1__Image2": None}, r"image 2 of 4 \(ImageData1/Image2\) is missing"),
        ({"ImageData1__Image3": bytes(10)}, r"image 3 of 4 \(ImageData1/Image3\) has 10 bytes"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(parts: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=rf"scan.txm: .*{says}"):
        vt.io.describe(txm(tmp_path, **parts))


def test_more_than_fits_in_memory_is_refused_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = txm(tmp_path)
    monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 100)
    with pytest.raises(MemoryEstimateError, match=r"reading .*scan.txm needs about"):
        vt.io.read_volume(path)

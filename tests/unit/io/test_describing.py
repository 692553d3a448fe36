from pathlib import Path

import numpy as np
import pytest
import tifffile

import voltome as vt

VALUES = np.zeros((4, 50, 60), np.uint16)


def test_an_image_with_everything_lacks_nothing(tmp_path: Path) -> None:
    volume = vt.data.Volume(VALUES, voxel_size_um=(1, 0.5, 0.5), origin_um=(3, 0, 0), history=("median",))
    found = vt.io.describe(vt.io.write(volume, tmp_path / "v.ome.zarr", attributes={"key": "3f"}))
    assert (found.format, found.noun, found.dtype) == ("OME-Zarr 0.5", "Volume", "uint16")
    assert (found.shape, found.axes) == ((4, 50, 60), ("z", "y", "x"))
    assert (found.voxel_size_um, found.origin_um) == ((1, 0.5, 0.5), (3, 0, 0))
    assert found.size_bytes == sum(
        file.stat().st_size for file in (tmp_path / "v.ome.zarr").rglob("*") if file.is_file()
    )
    assert found.missing == ()
    assert "median" in found.metadata["voltome.fields"]


def test_the_block_for_the_terminal(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "v.tif", VALUES, imagej=True, metadata={"axes": "ZYX", "Info": "line\nline"})
    block = str(vt.io.describe(tmp_path / "v.tif"))
    assert block.splitlines()[:4] == [
        f"{tmp_path / 'v.tif'}",
        "  format      ImageJ TIFF",
        "  shape       4 x 50 x 60 (z, y, x)",
        "  type        uint16",
    ]
    assert "  voxel size  unknown" in block
    assert "--voxel-size-um" in block
    assert "    ImageJ.Info: line line" in block


def test_describe_never_reads_the_voxels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tifffile.imwrite(tmp_path / "v.tif", VALUES, photometric="minisblack", compression="zlib")
    store = vt.io.write(vt.data.Volume(VALUES, voxel_size_um=1), tmp_path / "v.zarr")
    monkeypatch.setattr(tifffile.TiffPage, "asarray", None)
    monkeypatch.setattr("zarr.Array.__getitem__", None)
    assert vt.io.describe(tmp_path / "v.tif").shape == VALUES.shape
    assert vt.io.describe(store).shape == VALUES.shape


def test_long_metadata_are_cut(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "v.tif", VALUES, imagej=True, metadata={"axes": "ZYX", "Info": "x" * 5000})
    text = vt.io.describe(tmp_path / "v.tif").metadata["ImageJ.Info"]
    assert text.endswith("(5,000 characters)")
    assert len(text) < 600


def test_the_files_of_a_store_are_in_a_fixed_order(tmp_path: Path) -> None:
    store = vt.io.write(vt.data.Volume(VALUES, voxel_size_um=1), tmp_path / "v.zarr")
    files = vt.io.input_files(store)
    assert files == sorted(files)
    assert {file for file in store.rglob("*") if file.is_file()} == set(files)
    assert vt.io.input_files(str(store)) == list(vt.io.describe(store).files)

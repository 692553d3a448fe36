from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import FileFormatError, GeometryError, ParameterError, ResultsFolderError, ValuesError


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def slabs_of(volume, height):
    for first in range(0, len(volume.values), height):
        yield vt.data.Volume(
            volume.values[first : first + height],
            voxel_size_um=volume.voxel_size_um,
            origin_um=volume.origin_um,
            quantity=volume.quantity,
            unit=volume.unit,
        )


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((150, 40, 300), np.float32),
        ((7, 5, 4), np.uint16),
        ((70, 290, 5), np.float32),
        ((300, 3, 2), np.uint8),
        ((1, 6, 5), np.float32),
        ((270, 2, 2), np.int64),
    ],
)
@pytest.mark.parametrize("height", [1, 13, 64, 1000])
def test_slabs_of_any_height_give_the_bytes_of_the_whole(tmp_path, shape, dtype, height):
    values = (np.random.default_rng(3).random(shape) * 200).astype(dtype)
    volume = vt.data.Volume(
        values, voxel_size_um=(1, 0.5, 0.5), origin_um=(0, 1, 2), quantity="attenuation", unit="1/cm", history=("made",)
    )
    vt.io.write(volume, tmp_path / "whole.ome.zarr")
    vt.io.write_slabs(slabs_of(volume, height), tmp_path / "slabs.ome.zarr", depth=shape[0], history=("made",))
    assert files(tmp_path / "slabs.ome.zarr") == files(tmp_path / "whole.ome.zarr")


def volume(shape=(2, 3, 4), **fields):
    return vt.data.Volume(np.ones(shape, np.float32), **{"voxel_size_um": 1} | fields)


@pytest.mark.parametrize(
    ("slabs", "error", "message"),
    [
        ([], ValuesError, "no slabs; expected 4 slices"),
        ([volume()], ValuesError, "2 slices together; expected 4"),
        ([volume(), volume((3, 3, 4))], ValuesError, "more than 4 slices"),
        ([volume(), volume((2, 3, 5))], GeometryError, "the same grid"),
        ([volume(), volume(voxel_size_um=2)], GeometryError, "the same grid"),
        ([volume(), volume(unit="1/cm")], GeometryError, "the same grid"),
        ([volume(mask=np.ones((2, 3, 4), bool)), volume()], GeometryError, "without a mask"),
    ],
)
def test_slabs_that_do_not_fit_leave_nothing(tmp_path, slabs, error, message):
    with pytest.raises(error, match=message):
        vt.io.write_slabs(iter(slabs), tmp_path / "out.ome.zarr", depth=4)
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_until_the_new_one_is_whole(tmp_path):
    target = vt.io.write(volume(), tmp_path / "out.ome.zarr")
    before = files(target)
    with pytest.raises(ValuesError):
        vt.io.write_slabs([volume()], target, depth=4)
    assert files(target) == before
    vt.io.write_slabs([volume(), volume()], target, depth=4)
    assert vt.io.read_volume(target).shape == (4, 3, 4)


def test_targets_that_cannot_be(tmp_path):
    with pytest.raises(FileFormatError, match=r"ends in \.ome\.zarr"):
        vt.io.write_slabs([volume()], tmp_path / "out.tif", depth=2)
    with pytest.raises(ParameterError, match="depth is 0"):
        vt.io.write_slabs([volume()], tmp_path / "out.zarr", depth=0)
    (tmp_path / "other.zarr").mkdir()
    (tmp_path / "other.zarr" / "scan.tif").write_bytes(b"x")
    with pytest.raises(ResultsFolderError, match="other content"):
        vt.io.write_slabs([volume()], tmp_path / "other.zarr", depth=2)

"""HDF5: which dataset is meant, its voxel size, and what is refused."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import voltome as vt
from voltome.errors import (
    AxisError,
    FileFormatError,
    GeometryError,
    MissingFileError,
    ResultsFolderError,
    ValuesError,
    VoxelSizeError,
)

VALUES = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)

VOLUME = vt.data.Volume(VALUES, voxel_size_um=(1, 0.5, 0.25))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scan.h5"


def file(path: Path, datasets: dict[str, Any], **attributes: Any) -> Path:
    """Write datasets, the first with attributes."""
    with h5py.File(path, "w") as out:
        for name, values in datasets.items():
            out[name] = values
        for key, value in attributes.items():
            out[next(iter(datasets))].attrs[key] = value
    return path


def test_the_only_image_is_taken(path: Path) -> None:
    file(path, {"entry/data": VALUES, "entry/angles": np.zeros(9), "text": "a"}, element_size_um=[1, 0.5, 0.25])
    volume = vt.io.read_volume(path)
    assert np.array_equal(volume.values, VALUES)
    assert volume.voxel_size_um == (1, 0.5, 0.25)
    described = vt.io.describe(path)
    assert (described.format, described.shape, described.dtype) == ("HDF5", (2, 3, 4), "uint16")
    assert described.metadata["dataset"] == "/entry/data"


def test_an_address_names_one_of_several(path: Path) -> None:
    file(path, {"entry/raw": VALUES, "entry/labels": VALUES.astype(np.uint8), "entry/note": "x"})
    with pytest.raises(FileFormatError) as caught:
        vt.io.describe(path)
    said = str(caught.value)
    assert f"{path}: it has 2 images. Say which, such as 'scan.h5::/entry/" in said
    assert "::/entry/raw  2 x 3 x 4 uint16" in said
    for name in (f"{path}::/entry/labels", f"{path}::entry/labels/"):
        volume = vt.io.read_volume(name, voxel_size_um=1)
        assert volume.values.dtype == np.uint8
        assert vt.io.input_files(name) == [path]
        assert vt.io.place_in_file(name) == "/entry/labels"
    assert vt.io.describe(f"{path}::/entry/raw").missing[0].startswith("voxel size: the file gives no voxel size")


def test_addresses_that_lead_nowhere(path: Path, tmp_path: Path) -> None:
    file(path, {"entry/raw": VALUES, "entry/labels": VALUES})
    with pytest.raises(
        FileFormatError, match=r"(?s)nothing at '/entry/rwa'.*::/entry/raw .*Did you mean '/entry/raw'\?"
    ):
        vt.io.describe(f"{path}::/entry/rwa")
    with pytest.raises(FileFormatError, match="there is a group at '/entry'; expected a dataset"):
        vt.io.describe(f"{path}::/entry")
    with pytest.raises(FileFormatError, match=r"there is a group at '/?\.'; expected a dataset"):
        vt.io.describe(f"{path}::.")
    with pytest.raises(FileFormatError, match=r"there is nothing at .*; expected a dataset"):
        vt.io.describe(f"{path}::/\0entry/raw")
    assert vt.io.describe(f"{path}::/./entry/raw").shape == VALUES.shape
    with pytest.raises(MissingFileError, match=r"there is no '.*gone.h5'"):
        vt.io.describe(tmp_path / "gone.h5::/entry/raw")
    with pytest.raises(FileFormatError, match="a pattern of HDF5 files; expected one file"):
        vt.io.describe(f"{tmp_path}/*.h5::/entry/raw")
    (tmp_path / "folder.h5").mkdir()
    with pytest.raises(FileFormatError, match=r"'folder.h5' is a folder; expected an HDF5 file"):
        vt.io.describe(f"{tmp_path}/folder.h5::/entry/raw")
    with pytest.raises(FileFormatError, match=r"a pattern of HDF5 files|has no"):
        vt.io.describe(f"{tmp_path}/[s]can.h5::/entry")


def test_a_name_with_colons_that_exists_is_no_address(tmp_path: Path) -> None:
    folder = tmp_path / "a.h5::b"
    folder.mkdir()
    written = vt.io.write(VOLUME, folder / "v.tif")
    assert vt.io.place_in_file(written) == ""
    assert np.array_equal(vt.io.read_volume(written).values, VALUES)


def test_files_without_an_image(path: Path) -> None:
    file(path, {"a": np.zeros((3, 4)), "b": np.zeros((2, 3, 4, 5))})
    with pytest.raises(FileFormatError, match=r"(?s)no 3-D dataset of numbers .*It has:.*::/a  3 x 4 float64.*::/b"):
        vt.io.describe(path)
    with pytest.raises(AxisError, match="dataset '/b' has 4 axes, 2 x 3 x 4 x 5; expected 3"):
        vt.io.describe(f"{path}::/b")
    assert vt.io.describe(f"{path}::/a").shape == (1, 3, 4)
    with h5py.File(path, "w") as out:
        out["text"] = "a"
    with pytest.raises(FileFormatError, match="no dataset at all"):
        vt.io.describe(path)
    with h5py.File(path, "w") as out:
        out["v"] = np.zeros((2, 3, 4), np.complex64)
        out["w"] = np.zeros((0, 3, 4))
    with pytest.raises(FileFormatError, match="holds complex64; expected real numbers"):
        vt.io.describe(f"{path}::/v")
    with pytest.raises(FileFormatError, match=r"is empty, shape \(0, 3, 4\)"):
        vt.io.describe(f"{path}::/w")
    path.write_bytes(b"no HDF5")
    with pytest.raises(FileFormatError, match=r"scan.h5: not a sound HDF5 file.*Copy it again"):
        vt.io.describe(path)


def test_pixel_sizes_of_nexus_need_their_unit(path: Path) -> None:
    file(path, {"entry/data": VALUES, "entry/x_pixel_size": 0.25, "entry/y_pixel_size": 500.0})
    with pytest.raises(VoxelSizeError, match=r"x_pixel_size is 0.25 in 'no unit', no length"):
        vt.io.read_volume(path)
    with h5py.File(path, "a") as out:
        out["entry/x_pixel_size"].attrs["units"] = "um"
        out["entry/y_pixel_size"].attrs["units"] = "nm"
    with pytest.raises(VoxelSizeError, match=r"gives y = 0.5 um and x = 0.25 um but not the voxel size along z"):
        vt.io.read_volume(path)
    with h5py.File(path, "a") as out:
        out["entry/z_pixel_size"] = [1e-6]
        out["entry/z_pixel_size"].attrs["units"] = "m"
    assert vt.io.read_volume(path).voxel_size_um == (1, 0.5, 0.25)


def test_voxel_sizes_that_are_wrong(path: Path) -> None:
    for wrong in ([0, 1, 1], [1, 1], "1", [1, np.nan, 1], -1.0):
        with pytest.raises(
            VoxelSizeError, match=r"attribute 'voxel_size_um' of '/v' is .*; expected one number or three"
        ):
            vt.io.describe(file(path, {"v": VALUES}, voxel_size_um=wrong))
    with pytest.raises(VoxelSizeError, match="it states two voxel sizes"):
        vt.io.describe(file(path, {"v": VALUES}, voxel_size_um=1.0, element_size_um=[1, 1, 2]))
    with pytest.raises(GeometryError, match="attribute 'origin_um' of '/v'"):
        vt.io.describe(file(path, {"v": VALUES}, voxel_size_um=1.0, origin_um=[1, 2]))
    with pytest.raises(VoxelSizeError, match=r"its attribute 'resolution' is \[4, 4, 4\], in no stated unit"):
        vt.io.read_volume(file(path, {"v": VALUES}, resolution=[4, 4, 4]))
    assert vt.io.describe(file(path, {"v": VALUES}, voxel_size_um=0.5)).voxel_size_um == (0.5, 0.5, 0.5)
    with pytest.raises(VoxelSizeError, match="two voxel sizes that differ"):
        vt.io.read_volume(path, voxel_size_um=0.6)


def test_an_attribute_of_another_kind_is_not_read(path: Path) -> None:
    file(path, {"v": VALUES})
    with h5py.File(path, "a") as out:
        ragged = np.array([np.array([1.0, 2.0]), np.array([3.0])], dtype=object)
        for name in ("lists", "voxel_size_um"):
            out["v"].attrs.create(name, ragged, dtype=h5py.vlen_dtype(float))
    with pytest.raises(FileFormatError, match="attribute 'voxel_size_um' of '/v' holds neither numbers nor a text"):
        vt.io.describe(path)
    with h5py.File(path, "a") as out:
        del out["v"].attrs["voxel_size_um"]
    assert vt.io.describe(path).metadata["lists"] == "(not shown)"


def test_links_to_other_files(path: Path, tmp_path: Path) -> None:
    file(tmp_path / "parts.h5", {"deep/data": VALUES}, voxel_size_um=0.5)
    with h5py.File(path, "w") as out:
        out["entry/there"] = h5py.ExternalLink("parts.h5", "/deep/data")
        out["entry/group"] = h5py.ExternalLink("parts.h5", "/deep")
        out["entry/gone"] = h5py.ExternalLink("gone.h5", "/deep/data")
        out["soft"] = h5py.SoftLink("/entry/there")
    for name in (path, f"{path}::/entry/there", f"{path}::/soft", f"{path}::/entry/group/data"):
        assert np.array_equal(vt.io.read_volume(name).values, VALUES)
        assert vt.io.input_files(name) == [path, tmp_path / "parts.h5"]
    with pytest.raises(FileFormatError, match=r"leads to the file 'gone.h5', which is not in .*Copy it there"):
        vt.io.describe(f"{path}::/entry/gone")


def test_virtual_datasets(path: Path, tmp_path: Path) -> None:
    layout = h5py.VirtualLayout((4, 3, 4), np.uint16)
    for index in (0, 1):
        file(tmp_path / f"part{index}.h5", {"d": VALUES + index})
        layout[2 * index : 2 * index + 2] = h5py.VirtualSource(f"part{index}.h5", "d", (2, 3, 4))
    with h5py.File(path, "w") as out:
        out.create_virtual_dataset("v", layout)
    assert np.array_equal(vt.io.read_volume(path, voxel_size_um=1).values, np.concatenate([VALUES, VALUES + 1]))
    assert vt.io.input_files(path) == [path, tmp_path / "part0.h5", tmp_path / "part1.h5"]
    file(tmp_path / "part1.h5", {"other": VALUES})
    with pytest.raises(FileFormatError, match=r"made of parts, and part1.h5 has no 'd'"):
        vt.io.read_volume(path, voxel_size_um=1)
    (tmp_path / "part1.h5").unlink()
    # HDF5 itself would give zeros here
    with pytest.raises(FileFormatError, match=r"parts of it are in the file 'part1.h5', which is not in"):
        vt.io.read_volume(path, voxel_size_um=1)


def test_values_that_are_not_there(path: Path) -> None:
    with h5py.File(path, "w") as out:
        out.create_dataset("chunked", (10**4, 10**4, 10**3), "u2", chunks=(8, 8, 8))
        out.create_dataset("plain", (4, 5, 6), "u2")
    for name in ("chunked", "plain"):
        with pytest.raises(FileFormatError, match=rf"dataset '/{name}' was announced and no value was ever written"):
            vt.io.read_volume(f"{path}::/{name}", voxel_size_um=1)
    vt.io.write(vt.data.Volume(np.zeros((70, 70, 2), np.uint8), voxel_size_um=1), path)
    with h5py.File(path, "a") as out:
        attributes = dict(out["volume/values"].attrs)
        del out["volume/values"]
        lacking = out.create_dataset("volume/values", (70, 70, 2), "u1", chunks=(64, 64, 2))
        lacking[:64, :64] = 1
        lacking.attrs.update(attributes)
    with pytest.raises(FileFormatError, match="has 1 of 4 chunks; the file is incomplete"):
        vt.io.read(path)


def test_a_packing_that_is_not_there_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vt.io.write(VOLUME, path)
    monkeypatch.setattr("h5py.h5z.filter_avail", lambda number: False)
    with pytest.raises(FileFormatError, match=r"packed by filter 2 \(unknown\), which is not there.*hdf5plugin"):
        vt.io.read_volume(path)


def test_other_programs_see_the_fields(path: Path) -> None:
    image = vt.data.PhaseImage(
        VALUES > 3, voxel_size_um=(1, 0.5, 0.25), origin_um=(3, 0, 0), phases={0: "pore", 1: "µ"}, mask=VALUES != 9
    )
    vt.io.write(image, path)
    with h5py.File(path) as out:
        dataset = out["volume/values"]
        assert np.array_equal(dataset[()], image.values)
        assert dataset.attrs["voxel_size_um"].tolist() == [1, 0.5, 0.25]
        assert dataset.attrs["phases"] == b'{"0": "pore", "1": "\\u00b5"}'
        assert (dataset.compression, dataset.shuffle, dataset.compression_opts) == ("gzip", True, 1)
        assert np.array_equal(out["volume/mask"][()], image.mask)
        assert out["volume/mask"].attrs["part_of"] == "values"
    back = vt.io.read(path)
    assert np.array_equal(back.mask, image.mask)
    assert back.values.dtype == np.bool_
    with h5py.File(path, "a") as out:
        del out["volume/mask"]
    with pytest.raises(FileFormatError, match="name the mask 'mask' beside it, which is missing"):
        vt.io.read(path)


def test_several_images_in_one_file(path: Path) -> None:
    masked = vt.data.Volume(VALUES * 2, voxel_size_um=1, mask=VALUES > 3)
    file(path, {"notes": "kept"})
    vt.io.write(VOLUME, f"{path}::/cycle-0/grey")
    assert vt.io.write(masked, f"{path}::/cycle-10/grey") == Path(f"{path}::/cycle-10/grey")
    vt.io.write(masked, f"{path}::/cycle-10/grey")
    assert vt.io.read(f"{path}::/cycle-0/grey").voxel_size_um == VOLUME.voxel_size_um
    assert vt.io.read(f"{path}::/cycle-10/grey").sample_voxels == masked.sample_voxels
    vt.io.write(VOLUME, f"{path}::/cycle-10/grey")
    with h5py.File(path) as out:
        assert out["notes"][()] == b"kept"
        assert sorted(out["cycle-10"]) == ["grey"]  # the mask went with its image
    with pytest.raises(ResultsFolderError, match="cannot write the dataset '/cycle-0': a group is there"):
        vt.io.write(VOLUME, f"{path}::/cycle-0")
    with pytest.raises(ResultsFolderError, match="cannot write the dataset '/notes/deep'"):
        vt.io.write(VOLUME, f"{path}::/notes/deep")
    assert [entry.name for entry in path.parent.iterdir()] == ["scan.h5"]
    converted = vt.io.convert(f"{path}::/cycle-0/grey", path.parent / "v.tif")
    assert np.array_equal(vt.io.read_volume(converted).values, VALUES)


def test_the_same_noun_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    one = vt.io.write(VOLUME, path).read_bytes()
    assert vt.io.write(VOLUME, tmp_path / "again.h5").read_bytes() == one


def test_texts_that_cannot_be_stored(path: Path) -> None:
    for unit, says in (("a\0b", "without zero bytes"), ("\ud800", "half a letter")):
        with pytest.raises(ValuesError, match=says):
            vt.io.write(vt.data.Volume(VALUES, voxel_size_um=1, unit=unit), path)


def test_what_voltome_did_not_write_is_no_noun(path: Path) -> None:
    file(path, {"v": VALUES}, voxel_size_um=1.0)
    with pytest.raises(FileFormatError, match="not written by voltome, so which noun it holds"):
        vt.io.read(path)
    file(path, {"v": VALUES}, voltome_noun="Volume", voltome_format=99)
    with pytest.raises(FileFormatError, match="written by a newer voltome"):
        vt.io.describe(path)
    file(path, {"v": VALUES}, voltome_noun="ResultTable", voltome_format=1)
    with pytest.raises(FileFormatError, match="a ResultTable, which is no image"):
        vt.io.describe(path)

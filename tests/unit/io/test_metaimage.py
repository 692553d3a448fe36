"""MetaImage: what the header says, what is refused, and what ITK makes of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK

import voltome as vt
from voltome.errors import AxisError, FileFormatError, GeometryError, ResultsFolderError, ValuesError, VoxelSizeError

VALUES = np.arange(24, dtype="<u2").reshape(2, 3, 4)

GOOD = {
    "ObjectType": "Image",
    "NDims": "3",
    "BinaryData": "True",
    "BinaryDataByteOrderMSB": "False",
    "DimSize": "4 3 2",
    "ElementSpacing": "0.25 0.5 1",
    "DistanceUnits": "um",
    "ElementType": "MET_USHORT",
    "ElementDataFile": "LOCAL",
}


def file(folder: Path, data: bytes = VALUES.tobytes(), name: str = "v.mha", **changes: str | None) -> Path:
    """Write a header, changed in some fields, and data behind it."""
    fields = GOOD | changes
    fields["ElementDataFile"] = fields.pop("ElementDataFile")  # it is the last line
    lines = [f"{key} = {text}" for key, text in fields.items() if text is not None]
    (folder / name).write_bytes("\n".join(lines).encode() + b"\n" + data)
    return folder / name


def test_the_fastest_axis_comes_first_in_the_header(tmp_path: Path) -> None:
    volume = vt.io.read_volume(file(tmp_path, Offset="10 20 30", TransformMatrix="1 0 0 0 1 0 0 0 1"))
    assert np.array_equal(volume.values, VALUES)
    assert volume.voxel_size_um == (1, 0.5, 0.25)
    # the offset is the centre of the first voxel; the corner is half a voxel before
    assert volume.origin_um == (29.5, 19.75, 9.875)
    assert vt.io.describe(tmp_path / "v.mha").metadata["ElementType"] == "MET_USHORT"


def test_the_unit_of_another_program(tmp_path: Path) -> None:
    assert vt.io.describe(file(tmp_path, DistanceUnits="mm")).voxel_size_um == (1000, 500, 250)
    path = file(tmp_path, DistanceUnits=None, ElementSpacingUnit="nm")
    assert vt.io.describe(path).voxel_size_um == (0.001, 0.0005, 0.00025)
    with pytest.raises(FileFormatError, match="says 'DistanceUnits' twice: 'um' and 'nm'"):
        vt.io.describe(file(tmp_path, ElementSpacingUnit="nm"))


@pytest.mark.parametrize("unit", [None, "?", ""])
def test_a_missing_unit_is_asked_for_with_the_numbers_of_the_file(unit: str | None, tmp_path: Path) -> None:
    path = file(tmp_path, DistanceUnits=unit, Offset="1 2 3")
    with pytest.raises(
        VoxelSizeError, match=r"v.mha: .*its spacing is 1.0, 0.5, 0.25 \(z, y, x\) without a unit.*Give"
    ):
        vt.io.read_volume(path)
    assert "without a unit" in vt.io.describe(path).missing[0]
    volume = vt.io.read_volume(path, voxel_size_um=(10, 5, 2.5))
    assert (volume.voxel_size_um, volume.origin_um) == ((10, 5, 2.5), (25, 17.5, 8.75))
    with pytest.raises(VoxelSizeError, match=r"\(10.0, 5.0, 5.0\) um .* has not the proportions of the file's"):
        vt.io.read_volume(path, voxel_size_um=(10, 5, 5))
    forced = vt.io.convert(path, tmp_path / "v.zarr", voxel_size_um=5, overrule=True)
    assert vt.io.read(forced).voxel_size_um == (5, 5, 5)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"NDims": "2"}, "contradicts itself: NDims = 2, DimSize = 4 3 2"),
        ({"DimSize": "4 3 0"}, "expected one size, 1 or more"),
        ({"DimSize": "4 3 9"}, "9 x 3 x 4 voxels .* 216 bytes; found 48 bytes from byte"),
        ({"DimSize": None}, "has no 'DimSize'; found ObjectType"),
        ({"ObjectType": "Tube"}, "a MetaIO object 'Tube'; expected an Image"),
        ({"ElementType": "MET_STRING"}, "of type 'MET_STRING'; expected one of MET_CHAR"),
        ({"ElementSpacing": "1 1"}, "ElementSpacing = 1 1 in its header; expected 3 numbers"),
        ({"ElementSpacing": "1 1 x"}, "'ElementSpacing' in its header is '1 1 x'; expected numbers"),
        ({"BinaryDataByteOrderMSB": None}, r"BinaryDataByteOrderMSB = \(missing\) .* True or False"),
        ({"ElementByteOrderMSB": "True"}, "says 'BinaryDataByteOrderMSB' twice: 'False' and 'True'"),
        ({"CompressedData": "maybe"}, "CompressedData = maybe .* True or False"),
        ({"CompressedData": "True", "CompressedDataSize": "7"}, "states 7 bytes of packed values, v.mha has 48"),
        ({"CompressedData": "True"}, "the zlib values in v.mha are damaged"),
        ({"HeaderSize": "-2"}, "HeaderSize = -2 for raw values"),
        ({"ElementDataFile": "LIST"}, r"several files \(ElementDataFile = LIST\)"),
        ({"ElementDataFile": "v%03d.raw 1 9 1"}, "several files"),
        ({"ElementDataFile": "gone.raw"}, "in another file, 'gone.raw', which is not in"),
        ({"ElementDataFile": None}, "of its header is none of a MetaImage|no 'ElementDataFile'"),
    ],
)
def test_headers_that_are_wrong(changes: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=rf"v.mha: .*({says})"):
        vt.io.read_volume(file(tmp_path, **changes))


def test_voxel_sizes_that_are_wrong(tmp_path: Path) -> None:
    with pytest.raises(VoxelSizeError, match=r"gives the spacing 0.0 along x; expected above 0"):
        vt.io.describe(file(tmp_path, ElementSpacing="0 0.5 1"))
    with pytest.raises(VoxelSizeError, match=r"two voxel sizes, ElementSpacing = 0.25 0.5 1 and ElementSize = 1 1 1"):
        vt.io.describe(file(tmp_path, ElementSize="1 1 1"))
    with pytest.raises(VoxelSizeError, match="the file gives no voxel size"):
        vt.io.read_volume(file(tmp_path, ElementSpacing=None))
    assert vt.io.describe(file(tmp_path, ElementSize="0.25 0.5 1")).voxel_size_um == (1, 0.5, 0.25)


@pytest.mark.parametrize(
    "matrix", ["0 1 0 1 0 0 0 0 1", "-1 0 0 0 1 0 0 0 1", "1 0.1 0 0 1 0 0 0 1", "1 0 0 1", "nan " * 9]
)
def test_turned_axes_are_refused(matrix: str, tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match=r"TransformMatrix is .*expected that of no rotation, 1 0 0 0 1 0 0 0 1"):
        vt.io.describe(file(tmp_path, TransformMatrix=matrix))


def test_channels_and_time_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AxisError, match="3 channels; expected 3 axes"):
        vt.io.describe(file(tmp_path, ElementNumberOfChannels="3"))
    with pytest.raises(AxisError, match="it has 4 axes of 4 3 2 5"):
        vt.io.describe(file(tmp_path, NDims="4", DimSize="4 3 2 5"))


def test_other_layouts_of_the_values(tmp_path: Path) -> None:
    (tmp_path / "v.bin").write_bytes(b"abc" + VALUES.astype(">u2").tobytes())
    for size in ("3", "-1"):
        path = file(tmp_path, b"", "v.mhd", ElementDataFile="v.bin", HeaderSize=size, BinaryDataByteOrderMSB="True")
        assert np.array_equal(vt.io.read_volume(path).values, VALUES)
        assert vt.io.input_files(path) == [path, tmp_path / "v.bin"]
    text = " ".join(map(str, VALUES.ravel())).encode()
    assert np.array_equal(vt.io.read_volume(file(tmp_path, text, BinaryData="False")).values, VALUES)
    flat = file(tmp_path, NDims="2", DimSize="4 6", ElementSpacing="0.25 0.5")
    assert vt.io.read_volume(flat, voxel_size_um=(1, 0.5, 0.25)).shape == (1, 6, 4)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("name", ["v.mha", "v.mhd"])
@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "u8", "f4", "f8"])
def test_what_itk_writes(compressed: bool, name: str, dtype: str, tmp_path: Path) -> None:
    values = VALUES.astype(dtype)
    image = SimpleITK.GetImageFromArray(values)
    image.SetSpacing((0.25, 0.5, 1))
    SimpleITK.WriteImage(image, str(tmp_path / name), compressed)
    volume = vt.io.read_volume(tmp_path / name, voxel_size_um=(1, 0.5, 0.25))
    assert volume.values.dtype == values.dtype
    assert np.array_equal(volume.values, values)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("name", ["v.mha", "v.mhd"])
@pytest.mark.parametrize("dtype", ["i1", "u2", "u4", "i8", "f4", "f8"])
def test_what_itk_reads(compressed: bool, name: str, dtype: str, tmp_path: Path) -> None:
    history = ("x" * 28_000,)  # close to the longest line
    volume = vt.data.Volume(VALUES.astype(dtype), voxel_size_um=(1, 0.5, 0.25), origin_um=(0.1, 7, -3), history=history)
    path = vt.io.write(volume, tmp_path / name, compressed=compressed)
    image = SimpleITK.ReadImage(str(path))
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), volume.values)
    assert image.GetSpacing() == (0.25, 0.5, 1)
    assert image.GetOrigin() == pytest.approx((-2.875, 7.25, 0.6), rel=1e-15)
    assert image.GetMetaData("ITK_VoxelUnits") == "um"
    assert vt.io.read(path).history == history


def test_a_history_that_itk_could_not_read_is_refused(tmp_path: Path) -> None:
    volume = vt.data.Volume(VALUES, voxel_size_um=1, history=("x" * 40_000,))
    with pytest.raises(ValuesError, match=r"v.mha: its history and fields take 40,\d+ letters.*Write .nrrd"):
        vt.io.write(volume, tmp_path / "v.mha")
    assert list(tmp_path.iterdir()) == []


def test_a_scan_of_the_same_name_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "v.raw").write_bytes(b"a scan")
    volume = vt.data.Volume(VALUES, voxel_size_um=1)
    for name in ("v.mhd", "v.nhdr"):
        with pytest.raises(ResultsFolderError, match=rf"{name}: its values would replace 'v.raw', which may be a scan"):
            vt.io.write(volume, tmp_path / name)
    assert (tmp_path / "v.raw").read_bytes() == b"a scan"
    (tmp_path / "v.raw").unlink()
    for factor in (1, 2):  # its own values are replaced
        vt.io.write(volume.derive("more", values=VALUES * factor), tmp_path / "v.mhd")
    assert np.array_equal(vt.io.read(tmp_path / "v.mhd").values, VALUES * 2)

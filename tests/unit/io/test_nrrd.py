"""NRRD: what the header says, what is refused, and what other programs make of it."""

from pathlib import Path
from typing import Any

import nrrd
import numpy as np
import pytest
import SimpleITK

import voltome as vt
from voltome.errors import AxisError, FileFormatError, GeometryError, VoxelSizeError

VALUES = np.arange(24, dtype="<u2").reshape(2, 3, 4)

GOOD = {
    "type": "uint16",
    "dimension": "3",
    "sizes": "4 3 2",
    "endian": "little",
    "encoding": "raw",
    "spacings": "0.25 0.5 1",
    "units": '"um" "um" "um"',
}


def file(folder: Path, data: bytes = VALUES.tobytes(), name: str = "v.nrrd", **changes: str | None) -> Path:
    """Write a header, changed in some fields (``_`` is a space), and data behind it."""
    fields = GOOD | {key.replace("_", " "): text for key, text in changes.items()}
    lines = ["NRRD0004", "# a comment", *(f"{key}: {text}" for key, text in fields.items() if text is not None)]
    (folder / name).write_bytes("\n".join(lines).encode() + b"\n\n" + data)
    return folder / name


def test_the_fastest_axis_comes_first_in_the_header(tmp_path: Path) -> None:
    volume = vt.io.read_volume(file(tmp_path))
    assert np.array_equal(volume.values, VALUES)
    assert volume.voxel_size_um == (1, 0.5, 0.25)
    described = vt.io.describe(tmp_path / "v.nrrd")
    assert (described.format, described.shape, described.dtype) == ("NRRD", (2, 3, 4), "uint16")
    assert described.metadata["encoding"] == "raw"


@pytest.mark.parametrize(("unit", "um"), [("nm", 0.001), ("mm", 1000), ("microns", 1), ("m", 1e6), ("µm", 1)])
def test_units_of_the_axes(unit: str, um: float, tmp_path: Path) -> None:
    found = vt.io.describe(file(tmp_path, units=f'"{unit}" "{unit}" "{unit}"')).voxel_size_um
    assert found == pytest.approx((um, 0.5 * um, 0.25 * um), rel=1e-15)


def oriented(folder: Path, **changes: str | None) -> Path:
    more = {
        "spacings": None,
        "units": None,
        "space_directions": "(0.25,0,0) (0,0.5,0) (0,0,1)",
        "space_units": '"um" "um" "um"',
        "space_origin": "(10,20,30)",
        "space_dimension": "3",
    }
    return file(folder, **(more | changes))


def test_the_origin_is_the_centre_of_the_first_voxel(tmp_path: Path) -> None:
    volume = vt.io.read_volume(oriented(tmp_path))
    # the outer corner is half a voxel before the centre
    assert volume.origin_um == (30 - 0.5, 20 - 0.25, 10 - 0.125)
    assert volume.voxel_size_um == (1, 0.5, 0.25)


@pytest.mark.parametrize(
    ("directions", "says"),
    [
        ("(0,0.25,0) (0.5,0,0) (0,0,1)", "sheared, turned or backwards"),
        ("(0.25,0.1,0) (0,0.5,0) (0,0,1)", "sheared, turned or backwards"),
        ("(-0.25,0,0) (0,0.5,0) (0,0,1)", "sheared, turned or backwards"),
        ("(nan,0,0) (0,0.5,0) (0,0,1)", "sheared, turned or backwards"),
        ("none (0,0.5,0) (0,0,1)", "expected a vector"),
        ("(0.25,0,0) (0,0.5,0)", "expected 3 vectors of 3 numbers"),
    ],
)
def test_axes_that_are_not_along_themselves_are_refused(directions: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match=rf"v.nrrd: .*{says}"):
        vt.io.describe(oriented(tmp_path, space_directions=directions))


@pytest.mark.parametrize("origin", ["(1,2)", "(1,2,nan)", "1 2 3"])
def test_an_origin_that_is_none_is_refused(origin: str, tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match="space origin"):
        vt.io.describe(oriented(tmp_path, space_origin=origin))


def test_cells_and_nodes_of_the_axes(tmp_path: Path) -> None:
    cells = {"spacings": None, "axis_mins": "5 0 -1", "axis_maxs": "6 1.5 1", "centers": "cell cell cell"}
    volume = vt.io.read_volume(file(tmp_path, **cells))
    assert volume.voxel_size_um == (1, 0.5, 0.25)
    assert volume.origin_um == (-1, 0, 5)
    nodes = {"axis_mins": "5 0 -1", "axis_maxs": "5.75 1 0", "centers": "node node node"}
    volume = vt.io.read_volume(file(tmp_path, **nodes))
    assert volume.voxel_size_um == (1, 0.5, 0.25)
    assert volume.origin_um == (-1.5, -0.25, 4.875)


def test_two_voxel_sizes_that_disagree_are_refused(tmp_path: Path) -> None:
    ends = {"axis_mins": "5 0 -1", "axis_maxs": "6 1.5 3", "centers": "cell cell cell"}
    with pytest.raises(VoxelSizeError, match=r"states two voxel sizes, 1.0 and 2.0: spacings '0.25 0.5 1'"):
        vt.io.describe(file(tmp_path, **ends))
    with pytest.raises(VoxelSizeError, match="states two voxel sizes"):
        vt.io.describe(oriented(tmp_path, spacings="0.25 0.5 3"))


@pytest.mark.parametrize("spacings", ["0 0.5 1", "-0.25 0.5 1", "inf 0.5 1"])
def test_spacings_that_are_none_are_refused(spacings: str, tmp_path: Path) -> None:
    with pytest.raises(VoxelSizeError, match=r"v.nrrd: its header gives the spacing .* along x; expected above 0"):
        vt.io.read_volume(file(tmp_path, spacings=spacings), voxel_size_um=1)


def test_a_missing_unit_or_spacing_is_asked_for(tmp_path: Path) -> None:
    path = file(tmp_path, units=None)
    with pytest.raises(VoxelSizeError, match=r"its spacing is 1.0, 0.5, 0.25 \(z, y, x\) without a unit"):
        vt.io.read_volume(path)
    assert vt.io.describe(path).voxel_size_um is None
    assert vt.io.read_volume(path, voxel_size_um=(4, 2, 1)).voxel_size_um == (4, 2, 1)
    with pytest.raises(VoxelSizeError, match="has not the proportions of the file's"):
        vt.io.read_volume(path, voxel_size_um=1)
    with pytest.raises(VoxelSizeError, match="in 'pixel', no unit of length"):
        vt.io.read_volume(file(tmp_path, units="pixel pixel pixel"))
    with pytest.raises(VoxelSizeError, match=r"gives z = 1.0 um and y = 0.5 um but not the voxel size along x"):
        vt.io.read_volume(file(tmp_path, spacings="nan 0.5 1"))
    with pytest.raises(VoxelSizeError, match="the file gives no voxel size"):
        vt.io.read_volume(file(tmp_path, spacings=None))


def test_an_origin_without_a_unit_is_scaled_by_the_voxel_size_given(tmp_path: Path) -> None:
    path = oriented(tmp_path, space_units=None)
    volume = vt.io.read_volume(path, voxel_size_um=(1000, 500, 250))
    assert volume.origin_um == (29_500, 19_750, 9_875)
    converted = vt.io.convert(path, tmp_path / "v.ome.zarr", voxel_size_um=(1000, 500, 250))
    assert vt.io.read(converted).origin_um == volume.origin_um


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dimension": "2"}, "contradicts itself: dimension 2, sizes '4 3 2'"),
        ({"sizes": "4 3 0"}, "expected one size, 1 or more"),
        ({"sizes": "4 3 9"}, "9 x 3 x 4 voxels .* 216 bytes; found 48 bytes from byte"),
        ({"sizes": "4 3 2.5"}, "'sizes' in its header is '4 3 2.5'; expected whole numbers"),
        ({"sizes": None}, "has no 'sizes'; found type"),
        ({"spacings": "1 1"}, "2 entries in 'spacings'"),
        ({"spacings": "1 1 x"}, "'spacings' in its header is '1 1 x'; expected numbers"),
        ({"units": "um"}, "1 entries in 'units'"),
        ({"space_directions": "(0.25,0,0) (0,0.5,0) (0,0,1)", "space_units": "um"}, "1 entries in 'spaceunits'"),
        ({"type": "complex"}, "of type 'complex'; expected real numbers"),
        ({"encoding": "hex"}, "encoded as 'hex'; expected one of ascii"),
        ({"endian": None}, "says endian 'nowhere'"),
        ({"endian": "middle"}, "says endian 'middle'"),
        ({"Endian": "big"}, "says 'endian' twice: 'little' and 'big'"),
        ({"byte_skip": "-2"}, "skips 0 lines and -2 bytes"),
        ({"data_file": "LIST"}, "several files"),
        ({"data_file": "v%03d.raw 1 9 1"}, "several files"),
        ({"data_file": "gone.raw"}, "in another file, 'gone.raw', which is not in"),
    ],
)
def test_headers_that_are_wrong(changes: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=rf"v.nrrd: .*{says}"):
        vt.io.describe(file(tmp_path, **changes))


def test_no_nrrd_at_all(tmp_path: Path) -> None:
    for data, says in ((b"", "empty"), (b"\x89PNG", "begin with NRRD0001"), (b"NRRD0004\nnonsense\n", "'nonsense'")):
        (tmp_path / "v.nrrd").write_bytes(data)
        with pytest.raises(FileFormatError, match=says):
            vt.io.describe(tmp_path / "v.nrrd")


def test_vectors_colours_and_time_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AxisError, match="of kind 'RGB-color'"):
        vt.io.describe(file(tmp_path, kinds="RGB-color domain domain"))
    with pytest.raises(AxisError, match="it has 4 axes"):
        vt.io.describe(file(tmp_path, dimension="4", sizes="3 4 3 2", spacings=None, units=None))


def test_one_slice(tmp_path: Path) -> None:
    flat = {"dimension": "2", "sizes": "4 6", "spacings": "0.25 0.5", "units": "um um"}
    with pytest.raises(VoxelSizeError, match=r"gives y = 0.5 um and x = 0.25 um but not the voxel size along z"):
        vt.io.read_volume(file(tmp_path, **flat))
    assert vt.io.read_volume(tmp_path / "v.nrrd", voxel_size_um=(1, 0.5, 0.25)).shape == (1, 6, 4)


def test_values_in_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "v.bin").write_bytes(b"line\nab" + VALUES.tobytes())
    for skip in ({"line_skip": "1", "byte_skip": "2"}, {"byte_skip": "-1"}):
        path = file(tmp_path, b"", "v.nhdr", data_file="v.bin", **skip)
        assert np.array_equal(vt.io.read_volume(path).values, VALUES)
        assert vt.io.input_files(path) == [path, tmp_path / "v.bin"]
        assert vt.io.describe(path).size_bytes == path.stat().st_size + 55
    assert np.array_equal(
        vt.io.read_volume(file(tmp_path, b"", data_file=f"{tmp_path}/v.bin", byte_skip="7")).values, VALUES
    )


def test_other_packings(tmp_path: Path) -> None:
    text = " ".join(map(str, VALUES.ravel())).encode()
    assert np.array_equal(vt.io.read_volume(file(tmp_path, text, encoding="ascii", endian=None)).values, VALUES)
    big = VALUES.astype(">u2").tobytes()
    assert np.array_equal(vt.io.read_volume(file(tmp_path, big, endian="big")).values, VALUES)


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2", "ascii"])
@pytest.mark.parametrize("dtype", ["i1", "u2", "i8", "f4", "f8"])
def test_what_pynrrd_writes(encoding: str, dtype: str, tmp_path: Path) -> None:
    header = {"encoding": encoding, "spacings": [0.25, 0.5, 1.0], "units": ["um"] * 3}
    values = VALUES.astype(dtype)
    nrrd.write(str(tmp_path / "v.nrrd"), values, header, index_order="C")
    volume = vt.io.read_volume(tmp_path / "v.nrrd")
    assert volume.values.dtype == values.dtype
    assert np.array_equal(volume.values, values)
    assert volume.voxel_size_um == (1, 0.5, 0.25)


@pytest.mark.parametrize("name", ["v.nrrd", "v.nhdr"])
@pytest.mark.parametrize("compressed", [False, True])
def test_what_other_programs_see(name: str, compressed: bool, tmp_path: Path) -> None:
    volume = vt.data.Volume(VALUES, voxel_size_um=(1, 0.5, 0.25), origin_um=(0.1, 7, -3), history=('a "b" \\ µ\n',))
    path = vt.io.write(volume, tmp_path / name, compressed=compressed)
    found, header = nrrd.read(str(path), index_order="C")
    assert np.array_equal(found, VALUES)
    assert header["space directions"].diagonal().tolist() == [0.25, 0.5, 1]
    assert header["space units"] == ["um"] * 3
    image = SimpleITK.ReadImage(str(path))
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), VALUES)
    assert image.GetSpacing() == (0.25, 0.5, 1)
    assert image.GetOrigin() == pytest.approx((-2.875, 7.25, 0.6), rel=1e-15)
    assert vt.io.read(path).history == volume.history


def test_what_itk_writes_has_no_unit(tmp_path: Path) -> None:
    image = SimpleITK.GetImageFromArray(VALUES)
    image.SetSpacing((0.25, 0.5, 1))
    image.SetOrigin((1, 2, 3))
    SimpleITK.WriteImage(image, str(tmp_path / "v.nrrd"), True)
    with pytest.raises(VoxelSizeError, match="without a unit"):
        vt.io.read_volume(tmp_path / "v.nrrd")
    volume = vt.io.read_volume(tmp_path / "v.nrrd", voxel_size_um=(1, 0.5, 0.25))
    assert np.array_equal(volume.values, VALUES)
    assert volume.origin_um == (2.5, 1.75, 0.875)

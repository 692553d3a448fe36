"""Reading TIFF files and slices made by other programs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

import voltome as vt
from voltome.errors import AxisError, FileFormatError, PhaseError, ValuesError, VoxelSizeError

GREY = np.arange(4 * 5 * 6, dtype=np.uint16).reshape(4, 5, 6) * 100


def tiff(folder: Path, values: Any = GREY, **options: Any) -> Path:
    """Write as other programs do; the axes are named unless the test says otherwise."""
    path = folder / "scan.tif"
    defaults = {"photometric": "minisblack", "metadata": {}}
    options = defaults | options
    if options["metadata"] is not None and values.ndim == 3 and not options.get("volumetric"):
        options["metadata"] = {"axes": "ZYX", **options["metadata"]}
    tifffile.imwrite(path, values, **options)
    return path


def scale_of(path: Path) -> tuple[float, float, float] | None:
    return vt.io.describe(path).voxel_size_um


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"metadata": None},
        {"imagej": True},
        {"ome": True},
        {"bigtiff": True, "compression": "zlib"},
        {"byteorder": ">", "compression": "lzw"},
        {"byteorder": ">", "metadata": {"truncated": True}, "truncate": True},
        {"tile": (16, 16), "compression": "zstd"},
        {"tile": (2, 16, 16), "compression": "zlib", "volumetric": True},
        {"rowsperstrip": 2, "compression": "packbits"},
        {"predictor": True, "compression": "zlib"},
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_values_come_back_bit_for_bit_in_the_byte_order_of_this_machine(
    options: dict[str, Any], dtype: type, tmp_path: Path
) -> None:
    values = GREY.astype(dtype)
    volume = vt.io.read_volume(tiff(tmp_path, values, **options), voxel_size_um=0.5)
    assert volume.values.dtype == dtype
    assert volume.values.dtype.isnative
    assert np.array_equal(volume.values, values)


def test_one_slice_is_a_volume_of_one_slice(tmp_path: Path) -> None:
    assert vt.io.read_volume(tiff(tmp_path, GREY[0]), voxel_size_um=1).shape == (1, 5, 6)


def test_imagej_unit_spacing_and_resolution_are_the_voxel_size(tmp_path: Path) -> None:
    path = tiff(tmp_path, imagej=True, resolution=(2, 4), metadata={"spacing": 1.5, "unit": "um"})
    assert scale_of(path) == (1.5, 0.25, 0.5)
    assert vt.io.read_volume(path).voxel_size_um == (1.5, 0.25, 0.5)


@pytest.mark.parametrize(("unit", "factor"), [("micron", 1), ("mm", 1000), ("nm", 0.001), ("\\u00B5m", 1)])
def test_imagej_units(unit: str, factor: float, tmp_path: Path) -> None:
    path = tiff(tmp_path, imagej=True, resolution=(2, 2), metadata={"spacing": 0.5, "unit": unit})
    assert scale_of(path) == (0.5 * factor,) * 3


@pytest.mark.parametrize("unit", ["pixel", "inch", ""])
def test_imagej_without_a_length_has_no_voxel_size(unit: str, tmp_path: Path) -> None:
    path = tiff(tmp_path, imagej=True, resolution=(300, 300), metadata={"spacing": 1, "unit": unit})
    assert scale_of(path) is None
    with pytest.raises(VoxelSizeError, match=r"scan.tif: voxel size: the file gives no voxel size"):
        vt.io.read_volume(path)


def test_ome_physical_sizes_are_the_voxel_size(tmp_path: Path) -> None:
    sizes = {"PhysicalSizeX": 500.0, "PhysicalSizeXUnit": "nm", "PhysicalSizeY": 0.25, "PhysicalSizeZ": 0.0015}
    path = tiff(tmp_path, ome=True, metadata={"axes": "ZYX", "PhysicalSizeZUnit": "mm", **sizes})
    assert scale_of(path) == (1.5, 0.25, 0.5)  # micrometres where no unit is named


def test_a_print_resolution_is_not_a_voxel_size(tmp_path: Path) -> None:
    path = tiff(tmp_path, resolution=(300, 300), resolutionunit=2, metadata=None, photometric="minisblack")
    assert scale_of(path) is None
    with pytest.raises(VoxelSizeError, match=r"resolution tag, 300/1 per inch, is for printing"):
        vt.io.read_volume(path)


def test_an_absent_voxel_size_says_how_to_give_it_in_three_places(tmp_path: Path) -> None:
    with pytest.raises(VoxelSizeError) as caught:
        vt.io.read_volume(tiff(tmp_path))
    for how in ("voxel_size_um=0.78 in Python", "voxel_size_um: 0.78 in the study file", "--voxel-size-um 0.78"):
        assert how in str(caught.value)


def test_known_x_and_y_with_unknown_z_say_so(tmp_path: Path) -> None:
    path = tiff(tmp_path, GREY[0], imagej=True, resolution=(4, 2), metadata={"unit": "um"})
    with pytest.raises(VoxelSizeError) as caught:
        vt.io.read_volume(path)
    assert "y = 0.5 um and x = 0.25 um but not the voxel size along z" in str(caught.value)
    assert "voxel_size_um=(0.5, 0.5, 0.25) in Python" in str(caught.value)
    assert "--voxel-size-um 0.5,0.5,0.25" in str(caught.value)
    assert vt.io.read_volume(path, voxel_size_um=(2, 0.5, 0.25)).voxel_size_um == (2, 0.5, 0.25)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (0, "expected finite numbers above 0"),
        (-1.5, "expected finite numbers above 0"),
        ((1, 0, 1), "expected finite numbers above 0"),
        (float("nan"), "expected finite numbers above 0"),
        ((1, 2), "expected one number or three"),
        ("0.5", "expected one number or three"),
    ],
)
def test_an_impossible_voxel_size_is_refused(size: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(VoxelSizeError, match=rf"scan.tif: voxel_size_um is .*{message}"):
        vt.io.read_volume(tiff(tmp_path), voxel_size_um=size)


def test_a_contradiction_names_both_and_the_way_out(tmp_path: Path) -> None:
    path = tiff(tmp_path, imagej=True, resolution=(2, 2), metadata={"spacing": 0.5, "unit": "um"})
    with pytest.raises(VoxelSizeError, match=r"z: 0.5 in the file, 0.6 given.*Drop voxel_size_um.*overrule=True"):
        vt.io.read_volume(path, voxel_size_um=(0.6, 0.5, 0.5))


def test_a_tenth_of_a_per_cent_is_rounding(tmp_path: Path) -> None:
    path = tiff(tmp_path, imagej=True, resolution=(2, 2), metadata={"spacing": 0.5, "unit": "um"})
    assert vt.io.read_volume(path, voxel_size_um=0.5004).voxel_size_um == (0.5004,) * 3
    with pytest.raises(VoxelSizeError, match=r"differ by more than"):
        vt.io.read_volume(path, voxel_size_um=0.5006)


def test_colour_channels_and_time_say_how_to_mend(tmp_path: Path) -> None:
    with pytest.raises(
        FileFormatError, match=r"an RGB image, 3 values per voxel; expected one grey.*Fiji: Image > Type"
    ):
        vt.io.read_volume(
            tiff(tmp_path, np.zeros((5, 6, 3), np.uint8), photometric="rgb", metadata=None), voxel_size_um=1
        )
    with pytest.raises(AxisError, match=r"an image of 4 channels; .*slices = 4, channels = 1"):
        vt.io.read_volume(tiff(tmp_path, imagej=True, metadata={"axes": "CYX"}), voxel_size_um=1)
    for kind in ({"imagej": True}, {"ome": True}, {}):
        with pytest.raises(AxisError, match=r"time series of 4 frames.*slices = 4, frames = 1"):
            vt.io.read_volume(tiff(tmp_path, metadata={"axes": "TYX"}, **kind), voxel_size_um=1)


@pytest.mark.parametrize("kind", [{"imagej": True}, {"ome": True}, {}], ids=str)
def test_four_axes_are_refused(kind: dict[str, Any], tmp_path: Path) -> None:
    path = tiff(tmp_path, np.zeros((2, 3, 5, 6), np.uint8), metadata={"axes": "TZYX"}, **kind)
    with pytest.raises(AxisError, match=r"scan.tif: 4 axes longer than one .*expected 3 \(z, y, x\)"):
        vt.io.read_volume(path, voxel_size_um=1)


def test_four_unnamed_axes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AxisError, match=r"4 axes longer than one"):
        vt.io.describe(tiff(tmp_path, np.zeros((2, 3, 5, 6), np.uint8)))


def test_pages_of_different_shape_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    with tifffile.TiffWriter(path) as file:
        file.write(GREY[0], metadata=None)
        file.write(GREY[0, :3], metadata=None)
    with pytest.raises(FileFormatError, match=r"the pages differ: page 1 is uint16 of shape \(3, 6\)"):
        vt.io.describe(path)


def test_fewer_planes_than_announced_are_refused(tmp_path: Path) -> None:
    # a description of ten slices that another program kept when it cut the stack
    path = tiff(tmp_path, description="ImageJ=1.54f\nimages=10\nslices=10\n", metadata=None)
    with pytest.raises(FileFormatError, match=r"announce 10 planes, the file holds 4"):
        vt.io.describe(path)


def test_one_of_several_files_of_an_ome_tiff_is_refused(tmp_path: Path) -> None:
    xml = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ID="Pixels:0" '
        'DimensionOrder="XYZCT" Type="uint16" SizeX="6" SizeY="5" SizeZ="8" SizeC="1" SizeT="1">'
        '<TiffData FirstZ="0" IFD="0"><UUID FileName="other.ome.tif">urn:uuid:1</UUID></TiffData>'
        "</Pixels></Image></OME>"
    )
    path = tiff(tmp_path, description=xml, metadata=None)
    with pytest.raises(FileFormatError, match=r"one of several files of an OME-TIFF with 8 planes"):
        vt.io.describe(path)


def test_broken_ome_xml_is_refused(tmp_path: Path) -> None:
    path = tiff(tmp_path, description="<OME><Image></OME>", metadata=None)
    with pytest.raises(FileFormatError, match=r"its OME-XML cannot be read"):
        vt.io.describe(path)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    path.write_bytes(b"")
    with pytest.raises(FileFormatError, match=r"scan.tif: the file is empty \(0 bytes\)"):
        vt.io.describe(path)


def test_garbage_is_no_tiff(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    path.write_bytes(b"this is a text file")
    with pytest.raises(FileFormatError, match=r"scan.tif: not a TIFF file: it begins with b'this'"):
        vt.io.describe(path)


@pytest.mark.parametrize("options", [{}, {"imagej": True}, {"compression": "zlib"}, {"metadata": None}], ids=str)
def test_a_truncated_file_is_an_error_that_says_so(options: dict[str, Any], tmp_path: Path) -> None:
    path = tiff(tmp_path, np.tile(GREY, (1, 9, 9)), **options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(FileFormatError, match=r"scan.tif: the file is truncated: .* but the file has \d"):
        vt.io.read_volume(path, voxel_size_um=1)


def test_a_strip_that_was_never_written_is_an_error_and_not_zeros(tmp_path: Path) -> None:
    path = tiff(tmp_path, GREY[0], metadata=None)
    with tifffile.TiffFile(path, mode="r+b") as file:
        file.pages.first.tags["StripByteCounts"].overwrite(0)
    with pytest.raises(FileFormatError, match=r"page 0 has strips or tiles without data"):
        vt.io.read_volume(path, voxel_size_um=1)


def test_nan_and_infinity_name_the_file_and_the_voxel(tmp_path: Path) -> None:
    values = GREY.astype(np.float32)
    values[2, 3, 4], values[3, 0, 0] = np.nan, np.inf
    path = tiff(tmp_path, values)
    with pytest.raises(ValuesError, match=r"scan.tif: Volume values hold 2 NaN or infinite .*\(2, 3, 4\)"):
        vt.io.read_volume(path, voxel_size_um=1)


def test_complex_values_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"its values are complex64; expected real numbers"):
        vt.io.describe(tiff(tmp_path, GREY.astype(np.complex64)))


def test_labels_keep_their_numbers_as_uint8(tmp_path: Path) -> None:
    labels = (np.arange(60).reshape(3, 4, 5) % 3 * 85).astype(np.float32)
    phases = {0: "pore", 85: "NMC", 170: "binder"}
    image = vt.io.read_phases(tiff(tmp_path, labels), phases=phases, voxel_size_um=1)
    assert image.values.dtype == np.uint8
    assert np.array_equal(image.values, labels)
    assert image.phases == phases


def test_booleans_are_phases(tmp_path: Path) -> None:
    solid = GREY > 500
    path = tiff(tmp_path, solid)
    assert np.array_equal(vt.io.read_phases(path, phases={0: "pore", 1: "solid"}, voxel_size_um=1).values, solid)
    with pytest.raises(ValuesError, match=r"scan.tif: Volume values are bool"):
        vt.io.read_volume(path, voxel_size_um=1)


@pytest.mark.parametrize("wrong", [0.5, 256.0, -1.0, np.nan])
def test_values_that_are_no_labels_are_refused(wrong: float, tmp_path: Path) -> None:
    values = np.zeros((2, 3, 4), np.float32)
    values[1, 2, 3] = wrong
    with pytest.raises(ValuesError, match=rf"scan.tif: values such as {wrong} .*expected whole numbers from 0 to 255"):
        vt.io.read_phases(tiff(tmp_path, values), phases={0: "pore"}, voxel_size_um=1)


def test_an_unnamed_label_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhaseError, match=r"scan.tif: the image has the labels \[2\]"):
        vt.io.read_phases(tiff(tmp_path, np.full((2, 2), 2, np.uint8)), phases={0: "pore"}, voxel_size_um=1)


def test_particles_keep_their_type(tmp_path: Path) -> None:
    labels = GREY.astype(np.int32) * 1000
    image = vt.io.read_particles(tiff(tmp_path, labels), phase="sulfur", voxel_size_um=1)
    assert image.values.dtype == np.int32
    assert np.array_equal(image.values, labels)
    with pytest.raises(ValuesError, match=r"scan.tif: ParticleImage values are float32"):
        vt.io.read_particles(tiff(tmp_path, labels.astype(np.float32)), phase="sulfur", voxel_size_um=1)


def test_reading_needs_little_more_memory_than_the_result(tmp_path: Path) -> None:
    import tracemalloc

    values = np.zeros((40, 256, 256), np.uint16)  # 5 MB
    for options in ({"imagej": True}, {"compression": "zlib"}, {"truncate": True, "byteorder": ">"}):
        path = tiff(tmp_path, values, **options)
        tracemalloc.start()
        vt.io.read_volume(path, voxel_size_um=1)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1.5 * values.nbytes, (options, peak / values.nbytes)


class TestSlices:
    def write(self, folder: Path, count: int = 12, **options: Any) -> Path:
        folder.mkdir(exist_ok=True)
        for index in range(count):
            tifffile.imwrite(folder / f"slice_{index + 1}.tif", np.full((3, 4), index, np.uint16), **options)
        return folder

    def test_a_folder_and_a_pattern_are_one_volume_in_natural_order(self, tmp_path: Path) -> None:
        folder = self.write(tmp_path / "scan")
        for path in (folder, folder / "slice_*.tif", f"{folder}/*"):
            volume = vt.io.read_volume(path, voxel_size_um=0.5)
            assert volume.values[:, 0, 0].tolist() == list(range(12))
            assert volume.values.dtype == np.uint16

    def test_describe_lists_them(self, tmp_path: Path) -> None:
        found = vt.io.describe(self.write(tmp_path / "scan"))
        assert (found.format, found.shape, len(found.files)) == ("TIFF slices", (12, 3, 4), 12)
        assert found.size_bytes == sum(file.stat().st_size for file in found.files)

    def test_the_first_slice_that_differs_is_named(self, tmp_path: Path) -> None:
        folder = self.write(tmp_path / "scan")
        tifffile.imwrite(folder / "slice_5.tif", np.zeros((3, 5), np.uint16))
        tifffile.imwrite(folder / "slice_10.tif", np.zeros((3, 6), np.uint16))
        with pytest.raises(
            FileFormatError, match=r"'slice_5.tif' is uint16 of 3 x 5 \(y, x\), 'slice_1.tif' is .*3 x 4"
        ):
            vt.io.read_volume(folder, voxel_size_um=1)
        tifffile.imwrite(folder / "slice_5.tif", np.zeros((3, 4), np.uint8))
        with pytest.raises(FileFormatError, match=r"'slice_5.tif' is uint8"):
            vt.io.read_volume(folder, voxel_size_um=1)

    def test_a_stack_among_slices_is_refused(self, tmp_path: Path) -> None:
        folder = self.write(tmp_path / "scan", 2)
        tifffile.imwrite(folder / "slice_3.tif", np.zeros((7, 3, 4), np.uint16), photometric="minisblack")
        with pytest.raises(FileFormatError, match=r"'slice_3.tif' holds 7 slices; expected one per file"):
            vt.io.read_volume(folder, voxel_size_um=1)

    def test_the_scale_of_the_slices_lacks_z(self, tmp_path: Path) -> None:
        folder = self.write(tmp_path / "scan", imagej=True, resolution=(2, 2), metadata={"unit": "um"})
        with pytest.raises(VoxelSizeError, match=r"y = 0.5 um and x = 0.5 um but not the voxel size along z"):
            vt.io.read_volume(folder)
        assert vt.io.read_volume(folder, voxel_size_um=0.5).voxel_size_um == (0.5, 0.5, 0.5)
        with pytest.raises(VoxelSizeError, match=r"y: 0.5 in the file, 0.7 given"):
            vt.io.read_volume(folder, voxel_size_um=0.7)

    def test_slices_of_different_scale_are_refused(self, tmp_path: Path) -> None:
        folder = self.write(tmp_path / "scan", 3, imagej=True, resolution=(2, 2), metadata={"unit": "um"})
        again = {"imagej": True, "resolution": (4, 4), "metadata": {"unit": "um"}}
        tifffile.imwrite(folder / "slice_2.tif", np.zeros((3, 4), np.uint16), **again)
        with pytest.raises(FileFormatError, match=r"different voxel sizes: \(None, 0.25, 0.25\) um in 'slice_2.tif'"):
            vt.io.describe(folder)

    def test_a_damaged_slice_is_named(self, tmp_path: Path) -> None:
        folder = self.write(tmp_path / "scan")
        (folder / "slice_7.tif").write_bytes(b"")
        with pytest.raises(FileFormatError, match=r"slice_7.tif: the file is empty"):
            vt.io.read_volume(folder, voxel_size_um=1)

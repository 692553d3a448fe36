"""Writing: TIFF, whole or not at all, the same bytes every time; converting."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

import voltome as vt
from voltome.errors import (
    FileFormatError,
    ParameterError,
    ResultsFolderError,
    ValuesError,
    VoltomeError,
    VoxelSizeError,
)

GREY = np.random.default_rng(2).integers(0, 200, (5, 7, 300))


def volume(dtype: Any = np.uint16, **more: Any) -> vt.data.Volume:
    return vt.data.Volume(GREY.astype(dtype), **{"voxel_size_um": (1.5, 0.1, 0.3), **more})


def contents(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4", "i1", "i2", "i4", "u4", "f8"])
def test_tiff_gives_values_and_voxel_size_back(dtype: str, tmp_path: Path) -> None:
    image = volume(dtype)
    path = vt.io.write(image, tmp_path / "image.tif")
    back = vt.io.read_volume(path)
    assert back.values.dtype == image.values.dtype
    assert np.array_equal(back.values, image.values)
    assert back.voxel_size_um == (1.5, 0.1, 0.3)
    assert vt.io.describe(path).format == ("ImageJ TIFF" if dtype in ("u1", "u2", "f4") else "OME TIFF")


@pytest.mark.parametrize("dtype", ["u2", "i4"])
def test_other_programs_see_the_same_image(dtype: str, tmp_path: Path) -> None:
    image = volume(dtype)
    with tifffile.TiffFile(vt.io.write(image, tmp_path / "image.tif")) as file:
        assert file.series[0].axes == "ZYX"
        assert np.array_equal(file.asarray(), image.values)
        if dtype == "u2":
            assert file.imagej_metadata["unit"] == "micron"
            assert file.imagej_metadata["spacing"] == 1.5
            assert file.pages[0].tags["XResolution"].value == (10, 3)
            assert file.pages[0].tags["YResolution"].value == (10, 1)


@pytest.mark.parametrize("size", [1e-3, 0.123456789012345, 1 / 3, 0.78, 13.0, 65.123456, 1e5, np.pi])
@pytest.mark.parametrize("dtype", ["u1", "f8"])
def test_voxel_sizes_survive_a_tiff(size: float, dtype: str, tmp_path: Path) -> None:
    back = vt.io.read_volume(vt.io.write(volume(dtype, voxel_size_um=size), tmp_path / "image.tif"))
    # a TIFF resolution is a ratio of two 32-bit integers
    assert back.voxel_size_um == pytest.approx((size,) * 3, rel=1e-9)


def test_a_voxel_size_that_a_tiff_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValuesError, match=r"image.tif: a voxel size of 1e-20 um is outside"):
        vt.io.write(volume(voxel_size_um=1e-20), tmp_path / "image.tif")


@pytest.mark.parametrize("dtype", ["i8", "u8"])
def test_types_that_a_tiff_cannot_hold_are_refused(dtype: str, tmp_path: Path) -> None:
    with pytest.raises(ValuesError, match=r"image.tif: its values are u?int64.*Write .ome.zarr, or cast"):
        vt.io.write(volume(dtype), tmp_path / "image.tif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dtype", ["u2", "i4"])
def test_beyond_four_gigabytes(dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # as if 1 kB were the largest that fits: ImageJ's single page, OME's 64-bit offsets
    monkeypatch.setattr("voltome.io._tiff_write.LARGEST_CLASSIC", 1000)
    path = vt.io.write(volume(dtype), tmp_path / "image.tif")
    assert np.array_equal(vt.io.read_volume(path).values, GREY)
    with tifffile.TiffFile(path) as file:
        assert (len(file.pages), file.is_bigtiff) == ((1, False) if dtype == "u2" else (5, True))


def test_a_mask_is_not_dropped_silently(tmp_path: Path) -> None:
    with pytest.raises(ValuesError, match=r"image.tif: the image has a mask, which a TIFF file cannot hold"):
        vt.io.write(volume(mask=GREY > 3), tmp_path / "image.tif")


def test_one_slice_and_one_voxel(tmp_path: Path) -> None:
    for shape in ((1, 4, 5), (3, 1, 1), (1, 1, 1)):
        for dtype in (np.uint8, np.int32):
            image = vt.data.Volume(np.ones(shape, dtype), voxel_size_um=(2, 1, 0.5))
            for name in ("image.tif", "image.zarr"):
                back = vt.io.read_volume(vt.io.write(image, tmp_path / name))
                assert (back.shape, back.voxel_size_um) == (shape, (2, 1, 0.5)), name


def test_labels_and_phases_as_tiff(tmp_path: Path) -> None:
    phases = vt.data.PhaseImage(GREY > 100, voxel_size_um=1, phases={0: "pore", 1: "sulfur < 1 µm"}, history=("a", "b"))
    path = vt.io.write(phases, tmp_path / "phases.tif")
    assert np.array_equal(vt.io.read_phases(path, phases=phases.phases).values, phases.values)
    assert "1 = sulfur < 1 µm" in vt.io.describe(path).metadata["ImageJ.Info"]
    particles = vt.data.ParticleImage(GREY.astype(np.int32), voxel_size_um=1, phase="a < b & µ")
    path = vt.io.write(particles, tmp_path / "particles.tif")
    assert np.array_equal(vt.io.read_particles(path, phase="a").values, GREY)


@pytest.mark.parametrize("shape", [(5, 7, 9), (1, 7, 9), (5, 1, 1)])
def test_fiji_opens_it_as_a_hyperstack_with_its_voxel_size(shape: tuple[int, int, int], tmp_path: Path) -> None:
    image = vt.data.Volume(np.zeros(shape, np.uint16), voxel_size_um=(1.1, 0.39, 0.4))
    with tifffile.TiffFile(vt.io.write(image, tmp_path / "image.tif")) as file:
        assert file.is_imagej
        # what ImageJ's own decoder reads: lines of key=value, and pixels per unit of the resolution tags
        told = dict(line.split("=") for line in file.pages[0].description.splitlines())
        across, down = (file.pages[0].tags[f"{axis}Resolution"].value for axis in "XY")
        slices = {"images": str(shape[0]), "slices": str(shape[0])} if shape[0] > 1 else {}
        assert slices.items() <= told.items()
        assert (told["unit"], told["spacing"], told["hyperstack"]) == ("micron", "1.1", "true")
        assert (across, down) == ((5, 2), (100, 39))
        assert file.pages[0].tags["ResolutionUnit"].value == 1


@pytest.mark.parametrize("dtype", ["i4", "u4", "i8", "u8"])
def test_labels_are_written_for_imagej_where_it_can_hold_them_all(dtype: str, tmp_path: Path) -> None:
    labels = np.zeros((2, 3, 4), dtype)
    for highest, stored, kind in ((65535, "uint16", "ImageJ TIFF"), (65536, np.dtype(dtype).name, "OME TIFF")):
        labels[1, 1, 1] = highest
        image = vt.data.ParticleImage(labels, voxel_size_um=1, phase="NMC")
        if dtype in ("i8", "u8") and highest > 65535:
            with pytest.raises(ValuesError, match=r"its values are u?int64"):
                vt.io.write(image, tmp_path / "particles.tif")
            continue
        path = vt.io.write(image, tmp_path / "particles.tif")
        assert (vt.io.describe(path).dtype, vt.io.describe(path).format) == (stored, kind)
        assert np.array_equal(vt.io.read_particles(path, phase="NMC").values, labels)
    phases = vt.data.PhaseImage((GREY % 3).astype(dtype), voxel_size_um=1, phases={0: "a", 1: "b", 2: "c"})
    assert vt.io.describe(vt.io.write(phases, tmp_path / "phases.tif")).dtype == "uint8"


@pytest.mark.parametrize("name", ["image.tif", "image.ome.zarr"])
@pytest.mark.parametrize("ngff", ["0.5", "0.4"])
@pytest.mark.parametrize("dtype", ["u2", "i4"])
def test_the_same_noun_gives_the_same_bytes(name: str, ngff: Any, dtype: str, tmp_path: Path) -> None:
    image = vt.data.Volume(np.random.default_rng(3).integers(0, 99, (70, 150, 280)).astype(dtype), voxel_size_um=1)
    first = contents(vt.io.write(image, tmp_path / "a" / name, ngff=ngff))
    assert contents(vt.io.write(image, tmp_path / "a" / name, ngff=ngff)) == first
    assert contents(vt.io.write(image, tmp_path / "b" / f"other-{name}", ngff=ngff)) == first


@pytest.mark.parametrize("name", ["image.tif", "image.ome.zarr"])
def test_an_existing_target_is_replaced_whole(name: str, tmp_path: Path) -> None:
    vt.io.write(volume(mask=GREY > 1) if "zarr" in name else volume(), tmp_path / name)
    vt.io.write(volume(np.uint8), tmp_path / name)
    assert vt.io.read_volume(tmp_path / name).values.dtype == np.uint8
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert not (tmp_path / name / "mask").exists()


@pytest.mark.parametrize("name", ["image.tif", "image.ome.zarr"])
def test_a_failure_leaves_the_former_target(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vt.io.write(volume(), tmp_path / name)
    before = contents(tmp_path / name)

    def full(*args: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ResultsFolderError, match=rf"cannot write .*{name}': No space left on device. Choose a folder"):
        vt.io.write(volume(np.uint8), tmp_path / name)
    monkeypatch.undo()
    assert contents(tmp_path / name) == before
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_failed_swap_puts_the_former_target_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = vt.io.write(volume(), tmp_path / "image.zarr")
    before, rename = contents(target), Path.rename

    def fails_for_parts(self: Path, to: Path) -> Path:
        if self.suffix == ".part":
            raise OSError(5, "Input/output error")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fails_for_parts)
    with pytest.raises(ResultsFolderError, match=r"Input/output error"):
        vt.io.write(volume(np.uint8), target)
    assert contents(target) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["image.zarr"]


def test_the_unfinished_file_is_hidden_and_names_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(Path, "replace", lambda self, target: seen.append(self.name))
    vt.io.write(volume(), tmp_path / "image.tif")
    assert seen[0].startswith(f".image.tif.{os.getpid()}-")
    assert seen[0].endswith(".part")


def test_missing_folders_are_made(tmp_path: Path) -> None:
    assert vt.io.write(volume(), tmp_path / "a" / "b" / "image.zarr").is_dir()


@pytest.mark.parametrize("name", ["image.tif", "image.zarr"])
def test_a_folder_that_is_not_writable(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsFolderError, match=rf"cannot write .*{name}': .*Choose a folder in which you may write"):
        vt.io.write(volume(), tmp_path / "file" / name)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(ResultsFolderError, match=r"Permission denied"):
        vt.io.write(volume(), tmp_path / "locked" / "image.tif")


def test_other_content_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.zarr").mkdir()
    (tmp_path / "thesis.zarr" / "chapter.tex").write_text("")
    (tmp_path / "file.zarr").write_text("")
    (tmp_path / "scan.tif").mkdir()
    for name in ("thesis.zarr", "scan.tif"):
        if name == "scan.tif":
            (tmp_path / name / "slice.tif").write_text("")
        with pytest.raises(ResultsFolderError, match=rf"{name}': a folder with other content is there"):
            vt.io.write(volume(), tmp_path / name)
    with pytest.raises(ResultsFolderError, match=r"file.zarr': a file is there"):
        vt.io.write(volume(), tmp_path / "file.zarr")
    with pytest.raises(ResultsFolderError, match=r"its name is a pattern"):
        vt.io.write(volume(), tmp_path / "scan*.tif")


def test_suffixes_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"image.tff: has the unknown suffix '.tff'; known are .*Did you mean"):
        vt.io.write(volume(), tmp_path / "image.tff")
    with pytest.raises(
        FileFormatError, match=r"v.csv: CSV cannot hold a Volume; expected one of .tif, .tiff, .ome.zarr"
    ):
        vt.io.write(volume(), tmp_path / "v.csv")


def test_what_is_no_noun_and_names_that_are_too_long(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"v.tif: a ndarray is no noun; expected one of voltome.data"):
        vt.io.write(GREY, tmp_path / "v.tif")  # type: ignore[arg-type]
    with pytest.raises(ResultsFolderError, match=r"File name too long"):
        vt.io.write(volume(), tmp_path / f"{'x' * 300}.tif")


def test_parameters_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"ngff is '0.3'; expected one of '0.5', '0.4'"):
        vt.io.write(volume(), tmp_path / "v.zarr", ngff="0.3")  # type: ignore[arg-type]
    for wrong in ({"a": object()}, {"a": float("nan")}):
        with pytest.raises(ParameterError, match=r"attributes cannot be stored as JSON"):
            vt.io.write(volume(), tmp_path / "v.zarr", attributes=wrong)
    with pytest.raises(ParameterError, match=r"v.tif: TIFF cannot hold attributes"):
        vt.io.write(volume(), tmp_path / "v.tif", attributes={"key": 1})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ngff", ["0.5", "0.4"])
def test_attributes_are_stored_along(ngff: Any, tmp_path: Path) -> None:
    path = vt.io.write(volume(), tmp_path / "v.zarr", ngff=ngff, attributes={"key": "3f2a", "$odd": {"a": [1, None]}})
    assert vt.io.read_attributes(path) == {"key": "3f2a", "$odd": {"a": [1, None]}}
    assert vt.io.read_attributes(vt.io.write(volume(), path, ngff=ngff)) == {}
    assert vt.io.read_attributes(vt.io.write(volume(), tmp_path / "v.tif")) == {}


class TestConvert:
    def tiff(self, folder: Path, **options: Any) -> Path:
        path = folder / "source.tif"
        tifffile.imwrite(path, GREY.astype(np.uint16), photometric="minisblack", **options)
        return path

    def calibrated(self, folder: Path) -> Path:
        return self.tiff(folder, imagej=True, resolution=(2, 2), metadata={"axes": "ZYX", "spacing": 0.5, "unit": "um"})

    def test_a_tiff_becomes_ome_zarr_and_a_tiff_again(self, tmp_path: Path) -> None:
        store = vt.io.convert(self.tiff(tmp_path), tmp_path / "a.ome.zarr", voxel_size_um=(1.5, 0.1, 0.3))
        back = vt.io.read_volume(vt.io.convert(store, tmp_path / "b.tif"))
        assert back.values.dtype == np.uint16
        assert np.array_equal(back.values, GREY)
        assert back.voxel_size_um == (1.5, 0.1, 0.3)

    def test_the_voxel_size_must_be_known(self, tmp_path: Path) -> None:
        with pytest.raises(VoxelSizeError, match=r"--voxel-size-um 0.78 for voltome convert"):
            vt.io.convert(self.tiff(tmp_path), tmp_path / "a.zarr")

    def test_a_contradiction_needs_overrule_and_is_written_down(self, tmp_path: Path) -> None:
        source = self.calibrated(tmp_path)
        with pytest.raises(VoxelSizeError, match=r"overrule=True"):
            vt.io.convert(source, tmp_path / "a.zarr", voxel_size_um=0.6)
        image = vt.io.read(vt.io.convert(source, tmp_path / "a.zarr", voxel_size_um=0.6, overrule=True))
        assert isinstance(image, vt.data.Volume)
        assert image.voxel_size_um == (0.6, 0.6, 0.6)
        assert image.history == ("voxel size overruled: (0.6, 0.6, 0.6) um, the file said (0.5, 0.5, 0.5)",)

    def test_what_voltome_wrote_is_overruled_too(self, tmp_path: Path) -> None:
        noun = vt.data.PhaseImage(
            GREY > 3, voxel_size_um=0.5, phases={0: "a", 1: "b"}, mask=GREY > 1, history=("otsu",)
        )
        source = vt.io.write(noun, tmp_path / "a.zarr")
        with pytest.raises(VoxelSizeError, match=r"two voxel sizes"):
            vt.io.convert(source, tmp_path / "b.zarr", voxel_size_um=0.6)
        back = vt.io.read(vt.io.convert(source, tmp_path / "b.zarr", voxel_size_um=0.6, overrule=True))
        assert isinstance(back, vt.data.PhaseImage)
        assert back.history[0] == "otsu"
        assert back.history[1].startswith("voxel size overruled: (0.6, 0.6, 0.6) um")
        assert back.mask is not None

    def test_overruling_by_the_same_size_is_no_event(self, tmp_path: Path) -> None:
        path = vt.io.convert(self.calibrated(tmp_path), tmp_path / "a.zarr", voxel_size_um=0.5, overrule=True)
        assert vt.io.read_volume(path).history == ()

    def test_overrule_without_a_size_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ParameterError, match=r"give the right one as voxel_size_um"):
            vt.io.convert(self.calibrated(tmp_path), tmp_path / "a.zarr", overrule=True)

    def test_in_place(self, tmp_path: Path) -> None:
        path = vt.io.write(volume(), tmp_path / "a.zarr")
        vt.io.convert(path, path, ngff="0.4")
        assert vt.io.describe(path).format == "OME-Zarr 0.4"
        assert np.array_equal(vt.io.read_volume(path).values, GREY)

    def test_slices_become_one_file(self, tmp_path: Path) -> None:
        for index, plane in enumerate(GREY.astype(np.uint8)):
            tifffile.imwrite(tmp_path / f"s{index}.tif", plane)
        path = vt.io.convert(f"{tmp_path}/s*.tif", tmp_path / "all.tif", voxel_size_um=2)
        assert np.array_equal(vt.io.read_volume(path).values, GREY)

    def test_labels_go_through_tiff(self, tmp_path: Path) -> None:
        noun = vt.data.PhaseImage(GREY > 3, voxel_size_um=0.5, phases={0: "a", 1: "b"})
        path = vt.io.convert(vt.io.write(noun, tmp_path / "a.zarr"), tmp_path / "a.tif")
        assert np.array_equal(vt.io.read_phases(path, phases=noun.phases).values, noun.values)

    def test_a_table_has_no_voxels(self, tmp_path: Path) -> None:
        import pandas as pd

        columns = (vt.data.Column("n", "1", "Count."),)
        table = vt.data.ResultTable(pd.DataFrame({"n": [1]}), columns=columns, kind="counts")
        source = vt.io.write(table, tmp_path / "t.parquet")
        assert vt.io.convert(source, tmp_path / "t.csv").read_text() == "n\n1\n"
        with pytest.raises(VoxelSizeError, match=r"holds a ResultTable, which has no voxels"):
            vt.io.convert(source, tmp_path / "t.csv", voxel_size_um=1)
        with pytest.raises(FileFormatError, match=r"CSV file has the numbers"):
            vt.io.convert(tmp_path / "t.csv", tmp_path / "u.parquet")


def test_a_noun_read_from_a_tiff_is_refused_by_read(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"does not say which noun it holds; .*read_volume"):
        vt.io.read(vt.io.write(volume(), tmp_path / "v.tif"))


def test_replacing_the_values_keeps_nothing_of_the_old_pyramid(tmp_path: Path) -> None:
    path = vt.io.write(volume(), tmp_path / "v.zarr")
    assert (path / "1").is_dir()
    vt.io.write(replace(volume(), values=GREY[:, :, :20].astype(np.uint8)), path)
    assert not (path / "1").exists()


KILLED = """
import os, pathlib, signal, sys
import numpy as np, voltome as vt
def killing(self, target, replace=pathlib.Path.replace):
    if target.suffix == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
pathlib.Path.replace = killing
vt.io.write(vt.data.Volume(np.ones((2, 3, 4), np.uint8), voxel_size_um=1), sys.argv[1])
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize(
    ("name", "moment", "left"),
    [
        ("v.mhd", ".raw", False),
        ("v.mhd", ".mhd", False),
        ("v.raw", ".yaml", False),
        ("v.raw", ".raw", False),
        ("v.h5::/a", ".h5", True),
        ("v.nrrd", ".nrrd", True),
    ],
)
def test_a_killed_writer_leaves_nothing_wrong_and_can_be_repeated(
    name: str, moment: str, left: bool, tmp_path: Path
) -> None:
    path = tmp_path / name
    former = vt.data.Volume(np.zeros((5, 3, 4), np.uint8), voxel_size_um=0.5)
    vt.io.write(former, path)
    if name == "v.raw":  # a second side-car, which holds once the first one is gone
        (tmp_path / "v.yaml").write_text("shape: [2, 3, 4]\ndtype: uint8\nvoxel_size_um: 9\n", encoding="utf-8")
    command = [sys.executable, "-c", KILLED, str(path), moment]
    env = {**os.environ, "PYTHONPATH": str(Path(vt.__file__).parents[1])}
    assert subprocess.run(command, env=env, check=False).returncode == -signal.SIGKILL
    if left:
        assert np.array_equal(vt.io.read_volume(path).values, former.values)
    else:  # a header without its values: never values with the header of others
        with pytest.raises(VoltomeError):
            vt.io.read_volume(path)
    vt.io.write(former, path)
    assert np.array_equal(vt.io.read_volume(path).values, former.values)

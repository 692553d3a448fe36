"""Raw scans become projections, every field from where it stands; what is missing or contradictory is said at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
from raw_scans import (
    ANGLES,
    DARKS,
    FLATS,
    FRAMES,
    SIDE_CAR,
    SINOGRAM,
    VALUES,
    VIEWS,
    data_exchange,
    matlab,
    nexus,
    put,
    tiff,
)

import voltome as vt
from voltome.errors import AxisError, FileFormatError, GeometryError, MissingFileError, ParameterError, ValuesError

MAKERS: dict[str, Callable[[Path], Path]] = {
    "data exchange": lambda folder: data_exchange(folder / "scan.h5"),
    "nexus": lambda folder: nexus(folder / "scan.nxs"),
    "nexus, linked": lambda folder: nexus(folder / "scan.nx", link=folder / "frames.h5"),
    "tiff": lambda folder: tiff(folder / "scan"),
    "side-car": lambda folder: tiff(folder / "scan") / "projections.yaml",
}


@pytest.fixture(params=MAKERS)
def scan(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return MAKERS[request.param](tmp_path)


def changed(path: Path, address: str, value: Any = None, **attributes: Any) -> Path:
    """Replace or remove a dataset of an HDF5 file."""
    with h5py.File(path, "a") as file:
        if address in file:
            del file[address]
        if value is not None:
            put(file, address, value, **attributes)
    return path


@pytest.mark.parametrize("lazy", [False, True])
def test_every_format_gives_the_same_scan(scan: Path, lazy: bool) -> None:
    found = vt.io.read_projections(scan, lazy=lazy)
    assert found.is_lazy == lazy
    assert np.array_equal(found.values[:], VALUES)
    assert found.values.dtype == np.uint16
    assert found.flats is not None
    assert found.darks is not None
    assert np.array_equal(found.flats, FLATS)
    assert np.array_equal(found.darks, DARKS)
    assert np.allclose(found.angles_deg, ANGLES, atol=1e-12)
    assert found.geometry == vt.data.ParallelBeam(0.65)
    assert (found.kind, found.energy_kev) == ("counts", pytest.approx(25.5))


def test_lazy_values_are_those_in_memory_for_every_part_and_from_every_thread(scan: Path) -> None:
    lazy = vt.io.read_projections(scan, lazy=True)
    whole = vt.io.read_projections(scan)
    assert np.array_equal(lazy.rows(1, 3).values, whole.rows(1, 3).values)
    for part in (np.s_[3], np.s_[2:29:5, 1::2, 7:1:1], np.s_[14:17, 2, ::3], np.s_[4:4], np.s_[-1, -1]):
        assert np.array_equal(lazy.values[part], whole.values[part])
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda row: lazy.values[:, row : row + 1], [0, 1, 2, 3, 4] * 3))
    assert np.array_equal(np.concatenate(parts[:5], axis=1), whole.values)


def test_the_description_says_all_and_misses_nothing(scan: Path) -> None:
    found = vt.io.describe(scan)
    assert (found.axes, found.shape, found.dtype) == (("angle", "row", "column"), VALUES.shape, "uint16")
    assert found.metadata["angles_deg"].startswith("31 numbers, 0 to 180 from ")
    assert found.metadata["flats"].startswith("4 x 5 x 8 uint16")
    assert found.metadata["darks"].startswith("3 x 5 x 8 uint16")
    assert found.metadata["kind"] == "counts"
    assert len(found.missing) == 1
    assert "voltome.io.read_projections" in str(found)


def test_a_scan_is_no_volume(scan: Path) -> None:
    with pytest.raises(FileFormatError, match=r"axes angle, row, column.*read_projections"):
        vt.io.read_volume(scan, voxel_size_um=1)


def test_the_history_says_what_was_taken_from_where(tmp_path: Path) -> None:
    (line,) = vt.io.read_projections(data_exchange(tmp_path / "scan.h5")).history
    assert line.startswith("read scan.h5 (Data Exchange HDF5): values from /exchange/data; ")
    assert "angles_deg from /exchange/theta (degrees)" in line
    assert "kind, beam from what the format is meant for" in line
    (line,) = vt.io.read_projections(nexus(tmp_path / "scan.nxs", link=tmp_path / "raw.h5"), kind="counts").history
    assert "kind from the caller" in line
    assert "values from /entry/instrument/detector/data (raw.h5)" in line
    assert str(tmp_path) not in line


def test_times_of_nexus_go_to_views_flats_and_darks(tmp_path: Path) -> None:
    found = vt.io.read_projections(nexus(tmp_path / "scan.nxs"))
    assert found.frame_times_s is not None
    assert found.flat_times_s is not None
    assert found.dark_times_s is not None
    assert found.flat_times_s.tolist() == [0.0, 0.5, 18.5, 19.0]
    assert found.dark_times_s.tolist() == [1.0, 1.5, 2.0]
    assert (found.frame_times_s[14], found.frame_times_s[15]) == (9.5, 10.5)  # the invalid frame lies between


def test_all_files_of_a_linked_scan_are_its_inputs(tmp_path: Path) -> None:
    path = nexus(tmp_path / "scan.nxs", link=tmp_path / "raw.h5")
    assert {each.name for each in vt.io.input_files(path)} == {"scan.nxs", "raw.h5"}
    folder = tiff(tmp_path / "tiff")
    assert len(vt.io.input_files(folder)) == VIEWS + 3


# what is missing, and how it is given


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/theta")
    changed(path, "measurement/instrument/detection_system/objective/resolution")
    with pytest.raises(GeometryError) as caught:
        vt.io.read_projections(path, beam="cone")
    said = str(caught.value)
    assert "4 fields are missing" in said
    assert "angles_deg: there is no /exchange/theta; there is no default. Give angles_deg=(first, last)" in said
    for name in ("pixel_size_um", "source_to_axis_um", "source_to_detector_um"):
        assert re.search(rf"\n  {name}: .*Give {name}=", said)
    assert any("angles_deg: there is no /exchange/theta" in each for each in vt.io.describe(path).missing)


def test_the_caller_says_what_the_file_does_not(tmp_path: Path) -> None:
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/theta")
    changed(path, "measurement/instrument/detection_system/objective/resolution")
    given = {"beam": "cone", "pixel_size_um": (10, 11), "source_to_axis_um": 5e4, "source_to_detector_um": 1e5}
    found = vt.io.read_projections(path, angles_deg=(0, 360), **given)
    assert found.angles_deg.tolist() == np.linspace(0, 360, VIEWS).tolist()
    assert found.geometry == vt.data.ConeBeam((10, 11), source_to_axis_um=5e4, source_to_detector_um=1e5)
    every = vt.io.read_projections(path, angles_deg=ANGLES**1.01, **given)
    assert every.angles_deg.tolist() == (ANGLES**1.01).tolist()
    with pytest.raises(GeometryError, match=r"angles_deg has the shape \(30,\) for 31 views"):
        vt.io.read_projections(path, angles_deg=ANGLES[:-1], **given)
    with pytest.raises(GeometryError, match="angles_deg is many; expected numbers"):
        vt.io.read_projections(path, angles_deg="many", **given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"pixel_size_um": 0.66},
            r"two statements of pixel_size_um that differ: \(0.65, 0.65\) in the file, 0.66 given",
        ),
        ({"angles_deg": (0, 181)}, "two statements of angles_deg that differ: 31 numbers, 0 to 180 in the file"),
        ({"energy_kev": 20}, "two statements of energy_kev"),
        ({"pixel_size_um": "small"}, "two statements of pixel_size_um"),
    ],
)
def test_a_contradiction_is_refused(given: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = data_exchange(tmp_path / "scan.h5")
    with pytest.raises(GeometryError, match=said):
        vt.io.read_projections(path, **given)


def test_what_agrees_is_taken(tmp_path: Path) -> None:
    found = vt.io.read_projections(data_exchange(tmp_path / "scan.h5"), pixel_size_um=0.6501, angles_deg=(0, 180))
    assert found.geometry.pixel_size_um == (0.65, 0.65)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "count"}, "kind is 'count'.*Did you mean 'counts'"),
        ({"beam": "fan"}, "beam is 'fan'"),
        ({"flats": "none"}, "flats is 'none'"),
        ({"energy_kev": 0}, "energy_kev is 0"),
        ({"source_to_axis_um": -1.0}, "source_to_axis_um is -1.0"),
        ({"incomplete": True}, "incomplete: only scans of Zeiss leave this choice, not HDF5"),
    ],
)
def test_choices_that_there_are_not_are_refused(given: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=said):
        vt.io.read_projections(data_exchange(tmp_path / "scan.h5"), **given)


def test_images_and_tables_are_no_scans(tmp_path: Path) -> None:
    volume = vt.data.Volume(FRAMES, voxel_size_um=1)
    with pytest.raises(FileFormatError, match=r"NRRD holds no raw scans; expected .h5"):
        vt.io.read_projections(vt.io.write(volume, tmp_path / "a.nrrd"))
    with pytest.raises(FileFormatError, match="holds no scan that is known"):
        vt.io.read_projections(vt.io.write(volume, tmp_path / "a.h5"))
    with pytest.raises(FileFormatError, match="holds Volume; expected projections"):
        vt.io.read_projections(vt.io.write(volume, tmp_path / "a.zarr"))


# Data Exchange


def test_theta_without_a_unit_is_in_degrees_and_radians_are_turned(tmp_path: Path) -> None:
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/theta", ANGLES)
    found = vt.io.read_projections(path)
    assert found.angles_deg.tolist() == ANGLES.tolist()
    assert "/exchange/theta (no unit: degrees)" in found.history[0]
    changed(path, "exchange/theta", np.radians(ANGLES), units="rad")
    assert np.allclose(vt.io.read_projections(path).angles_deg, ANGLES)


def test_radians_that_are_called_degrees_are_refused(tmp_path: Path) -> None:
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/theta", np.radians(ANGLES), units="degrees")
    with pytest.raises(GeometryError, match=r"scan\.h5: the 31 angles run over 3\.142, which is half .* radians"):
        vt.io.read_projections(path)


@pytest.mark.parametrize(
    ("angles", "unit", "said"),
    [
        (ANGLES, "gon", "has the unit 'gon'; expected degrees or radians"),
        (ANGLES[:-1], "deg", "has 30 angles for 31 views"),
        (np.full(VIEWS, np.nan), "deg", "has 31 angles that are not finite"),
        (np.array(["a"] * VIEWS, "S1"), "deg", "has 0 angles for 31 views"),
    ],
)
def test_angles_that_cannot_be_taken_are_said_and_can_be_given(
    angles: np.ndarray, unit: str, said: str, tmp_path: Path
) -> None:
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/theta", angles, units=unit)
    with pytest.raises(GeometryError, match=said):
        vt.io.read_projections(path)
    assert vt.io.read_projections(path, angles_deg=(0, 90)).angles_deg[-1] == 90


def test_repeated_angles_pass(tmp_path: Path) -> None:
    twice = np.repeat(ANGLES[:16], 2)[:VIEWS]
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/theta", twice, units="deg")
    assert vt.io.read_projections(path).angles_deg.tolist() == twice.tolist()


def test_the_pixel_of_the_detector_needs_the_magnification_of_its_lens(tmp_path: Path) -> None:
    path = changed(data_exchange(tmp_path / "s.h5"), "measurement/instrument/detection_system/objective/resolution")
    changed(path, "measurement/instrument/detector/pixel_size_x", 6.5, units="um")
    changed(path, "measurement/instrument/detector/pixel_size_y", 13.0, units="um")
    with pytest.raises(
        GeometryError, match=r"pixel of the detector is 6.5 um, and the magnification of its lens is not"
    ):
        vt.io.read_projections(path)
    changed(path, "measurement/instrument/detection_system/objective/magnification", 10.0)
    found = vt.io.read_projections(path)
    assert found.geometry.pixel_size_um == (1.3, 0.65)
    changed(path, "measurement/instrument/detector/pixel_size_x")
    changed(path, "measurement/instrument/detector/pixel_size_y")
    changed(path, "measurement/instrument/detector/pixel_size", 0.0065, units="mm")
    assert vt.io.read_projections(path).geometry.pixel_size_um == (0.65, 0.65)


def test_missing_flats_pass_and_a_single_flat_image_is_one_frame(tmp_path: Path) -> None:
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/data_white")
    assert vt.io.read_projections(path).flats is None
    found = vt.io.read_projections(changed(path, "exchange/data_white", FLATS[0]))
    assert found.flats is not None
    assert np.array_equal(found.flats, FLATS[:1])


def test_flats_of_another_detector_are_refused(tmp_path: Path) -> None:
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/data_white", FLATS[:, :, :-1])
    with pytest.raises(GeometryError, match="flats have 5 x 7 pixels"):
        vt.io.read_projections(path)


@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        (VALUES[0, 0], AxisError, r"'/exchange/data' has the shape \(8,\); expected \(angle, row, column\)"),
        (VALUES[None], AxisError, r"has the shape \(1, 31, 5, 8\)"),
        (VALUES[:0], AxisError, r"has the shape \(0, 5, 8\)"),
        (VALUES > 500, FileFormatError, "holds bool; expected integers, float32 or float64"),
        (VALUES.astype(np.complex64), FileFormatError, "holds complex64"),
    ],
)
def test_views_that_are_none_are_refused(values: np.ndarray, error: type[Exception], said: str, tmp_path: Path) -> None:
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/data", values)
    with pytest.raises(error, match=said):
        vt.io.read_projections(path)


def test_not_a_number_is_refused_in_memory(tmp_path: Path) -> None:
    values = VALUES.astype(np.float32)
    values[3, 2, 1] = np.nan
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/data", values)
    with pytest.raises(ValuesError, match="1 NaN or infinite pixels, the first in frame 3, row 2, column 1"):
        vt.io.read_projections(path)


def test_a_sinogram_of_two_axes_is_one_row(tmp_path: Path) -> None:
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/data", VALUES[:, 1])
    changed(changed(path, "exchange/data_white", FLATS[:, 1]), "exchange/data_dark", DARKS[:, 1].astype(">u2"))
    for found in (vt.io.read_projections(path), vt.io.read_projections(path, lazy=True)):
        assert np.array_equal(found.values[:], VALUES[:, 1:2])
        assert found.darks is not None
        assert found.darks.dtype == np.uint16
        assert np.array_equal(found.darks, DARKS[:, 1:2])


def test_chunks_that_were_never_written_are_refused(tmp_path: Path) -> None:
    path = changed(data_exchange(tmp_path / "scan.h5"), "exchange/data")
    with h5py.File(path, "a") as file:
        data = file.create_dataset("exchange/data", shape=VALUES.shape, dtype=np.uint16, chunks=(1, 5, 8))
        data[:20] = VALUES[:20]
    with pytest.raises(FileFormatError, match="has 20 of 31 chunks; the file is incomplete"):
        vt.io.read_projections(path)


def test_a_truncated_file_is_refused(scan: Path) -> None:
    victim = scan / "views/view_004.tif" if scan.is_dir() else scan
    victim = victim.parent / "flats.tif" if victim.suffix == ".yaml" else victim
    whole = victim.read_bytes()
    victim.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileFormatError, match=re.escape(victim.name)):
        vt.io.read_projections(scan)


def test_a_volume_under_the_same_name_stays_a_volume(tmp_path: Path) -> None:
    path = tmp_path / "recon.h5"
    with h5py.File(path, "w") as file:
        file["exchange/data"] = VALUES
    assert vt.io.read_volume(path, voxel_size_um=1).shape == VALUES.shape


# NeXus


def test_a_dataset_of_frames_can_be_named(tmp_path: Path) -> None:
    path = nexus(tmp_path / "scan.nxs", link=tmp_path / "raw.h5")
    found = vt.io.read_projections(f"{path}::/entry/instrument/detector/data")
    assert np.array_equal(found.values, VALUES)


def test_one_scan_of_several_is_named(tmp_path: Path) -> None:
    path = nexus(nexus(tmp_path / "scan.nxs"), entry="entry2")
    with pytest.raises(FileFormatError) as caught:
        vt.io.read_projections(path)
    assert "it has 2 stacks of frames. Say which, such as 'scan.nxs::/entry/instrument/detector/data'" in str(
        caught.value
    )
    assert "::/entry2/instrument/detector/data  39 x 5 x 8 uint16" in str(caught.value)
    found = vt.io.read_projections(f"{path}::/entry2")
    assert np.array_equal(found.values, VALUES)
    assert "/entry2/sample/rotation_angle (rad)" in found.history[0]
    with pytest.raises(FileFormatError, match="there is nothing at '/entry3'"):
        vt.io.read_projections(f"{path}::/entry3")
    with pytest.raises(FileFormatError, match="holds no scan that is known"):
        vt.io.read_projections(f"{path}::/entry2/sample")


def test_the_address_of_frames_beside_no_key_does_not_make_flats_views(tmp_path: Path) -> None:
    path = nexus(tmp_path / "scan.nxs", link=tmp_path / "raw.h5")
    with h5py.File(path, "a") as file:
        file["entry/data/data"] = h5py.ExternalLink("raw.h5", "frames")
    assert len(vt.io.read_projections(f"{path}::/entry/data/data").values) == VIEWS
    assert len(vt.io.read_projections(path).values) == VIEWS


def test_a_missing_linked_file_is_named_with_the_file_that_links(tmp_path: Path) -> None:
    path = nexus(tmp_path / "scan.nxs", link=tmp_path / "raw.h5")
    (tmp_path / "raw.h5").unlink()
    with pytest.raises(
        FileFormatError, match=r"scan\.nxs: .*detector/data leads to frames in the file 'raw\.h5', which is"
    ):
        vt.io.read_projections(path)
    with pytest.raises(FileFormatError, match=r"'raw\.h5', which is not in"):
        vt.io.read_projections(f"{path}::/entry/instrument/detector/data")


def test_angles_in_a_missing_file_are_said_with_the_planned_ones(tmp_path: Path) -> None:
    path = changed(nexus(tmp_path / "scan.nxs"), "entry/sample/rotation_angle")
    with h5py.File(path, "a") as file:
        file["entry/data/stage_theta"] = h5py.ExternalLink("positions.h5", "theta")
        file["entry/scan_models"] = '[{"start":7.0,"stop":7.0,"step":0.1},{"start":0.0,"stop":180.0,"step":6.0}]'
    with pytest.raises(GeometryError) as caught:
        vt.io.read_projections(path)
    assert "leads to theta in the file 'positions.h5', which is not there" in str(caught.value)
    assert "(planned, by /entry/scan_models: 0 to 180 by 6)" in str(caught.value)
    with h5py.File(tmp_path / "positions.h5", "w") as other:
        other["other"] = 1
    with pytest.raises(GeometryError, match="which has no such place"):
        vt.io.read_projections(path)
    assert "missing file positions.h5" in vt.io.describe(path).metadata


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            np.full(len(FRAMES), 3),
            "no view: /entry/instrument/detector/image_key has 0 views, 0 flats, 0 darks, 39 inv",
        ),
        (np.full(len(FRAMES), 7), r"has the keys \[7.0\]; expected 0 \(view\), 1 \(flat\), 2 \(dark\) and 3"),
        (np.zeros(5), "has 5 entries for 39 frames; expected one image key for each"),
    ],
)
def test_keys_that_cannot_be_are_refused(keys: np.ndarray, said: str, tmp_path: Path) -> None:
    path = changed(nexus(tmp_path / "scan.nxs"), "entry/instrument/detector/image_key", keys)
    with pytest.raises(FileFormatError, match=said):
        vt.io.read_projections(path)


def test_keys_without_flats_and_darks_pass(tmp_path: Path) -> None:
    path = changed(nexus(tmp_path / "scan.nxs"), "entry/instrument/detector/image_key", np.zeros(len(FRAMES), int))
    found = vt.io.read_projections(path)
    assert (len(found.values), found.flats, found.darks) == (len(FRAMES), None, None)


def test_views_taken_again_for_alignment_are_left_out(tmp_path: Path) -> None:
    from raw_scans import KEYS

    control = KEYS.copy()
    control[np.flatnonzero(KEYS == 0)[-2:]] = -1
    path = changed(nexus(tmp_path / "scan.nxs"), "entry/instrument/detector/image_key_control", control)
    found = vt.io.read_projections(path)
    assert np.array_equal(found.values, VALUES[:-2])
    assert found.angles_deg[-1] == pytest.approx(ANGLES[-3])
    assert "without 2 alignment views" in found.history[0]


def test_angles_may_be_those_of_the_views_alone(tmp_path: Path) -> None:
    path = changed(nexus(tmp_path / "scan.nxs"), "entry/sample/rotation_angle", ANGLES, units="deg")
    assert vt.io.read_projections(path).angles_deg.tolist() == ANGLES.tolist()


def test_angles_of_nexus_need_a_unit(tmp_path: Path) -> None:
    path = changed(nexus(tmp_path / "scan.nxs"), "entry/sample/rotation_angle", ANGLES)
    with pytest.raises(GeometryError, match=r"'/entry/sample/rotation_angle' has no unit; .*31 views, 4 flats"):
        vt.io.read_projections(path)
    changed(path, "entry/sample/rotation_angle", ANGLES[:-3], units="deg")
    with pytest.raises(GeometryError, match="has 28 angles for 31 views"):
        vt.io.read_projections(path)


def test_two_rotations_that_differ_are_refused(tmp_path: Path) -> None:
    path = changed(nexus(tmp_path / "scan.nxs"), "entry/stage/rotation_angle", ANGLES / 2, units="deg")
    with pytest.raises(GeometryError, match="/entry/sample/rotation_angle, /entry/stage/rotation_angle differ"):
        vt.io.read_projections(path)


def test_the_pixel_size_of_nexus(tmp_path: Path) -> None:
    path = nexus(tmp_path / "scan.nxs")
    changed(path, "entry/instrument/detector/magnification", 5.0)
    assert vt.io.read_projections(path).geometry.pixel_size_um == pytest.approx((0.13, 0.13))
    changed(path, "entry/sample/x_pixel_size", 0.2, units="um")
    found = vt.io.read_projections(path)
    assert found.geometry.pixel_size_um == (0.2, 0.2)
    assert "pixel_size_um from /entry/sample/x_pixel_size" in found.history[0]
    changed(path, "entry/sample/x_pixel_size")
    changed(path, "entry/instrument/detector/x_pixel_size", 6.5)
    with pytest.raises(GeometryError, match=r"x_pixel_size .* is no length in a known unit"):
        vt.io.read_projections(path)


def test_a_cone_takes_distances_and_the_pixel_of_the_detector(tmp_path: Path) -> None:
    path = changed(nexus(tmp_path / "scan.nxs"), "entry/instrument/source/distance", -0.05, units="m")
    changed(path, "entry/sample/x_pixel_size", 0.1, units="um")
    changed(path, "entry/instrument/source/type", "Fixed Tube X-ray")
    with pytest.raises(GeometryError, match="beam: /entry/instrument/source/type is 'Fixed Tube X-ray'"):
        vt.io.read_projections(path)
    found = vt.io.read_projections(path, beam="cone")
    assert isinstance(found.geometry, vt.data.ConeBeam)
    assert found.geometry.source_to_axis_um == 50_000
    assert found.geometry.source_to_detector_um == 300_000
    assert found.geometry.pixel_size_um == (0.65, 0.65)


# TIFF with a side-car


def test_a_side_car_beside_one_file(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "scan.tif", VALUES.astype(">u2"), metadata={"axes": "ZYX"}, byteorder=">")
    (tmp_path / "angles.txt").write_text("\n".join(map(str, ANGLES.tolist())))
    sidecar = tmp_path / "scan.yaml"
    sidecar.write_text(
        "kind: transmission\npixel_size_um: [200, 210]\nangles_deg: angles.txt\nbeam: cone\n"
        "source_to_axis_um: 410660\nsource_to_detector_um: 553740\nrotation_axis_px: 3.25\ncentral_row_px: 2\n"
        "frame_times_s: {first: 1, step: 0.5}\nshifts_px: [" + "[0.5, -1], " * VIEWS + "]\nhistory: [dezingered]\n"
    )
    found = vt.io.read_projections(sidecar, lazy=True)
    assert np.array_equal(found.rows(1, 4).values, VALUES[:, 1:4])
    assert found.values.dtype == np.uint16
    assert found.geometry == vt.data.ConeBeam(
        (200, 210), source_to_axis_um=410660, source_to_detector_um=553740, rotation_axis_px=3.25, central_row_px=2
    )
    assert found.angles_deg.tolist() == ANGLES.tolist()
    assert found.frame_times_s is not None
    assert found.shifts_px is not None
    assert (found.frame_times_s[-1], found.shifts_px[7].tolist()) == (16.0, [0.5, -1.0])
    assert found.history[0] == "dezingered"
    assert {each.name for each in vt.io.input_files(sidecar)} == {"scan.yaml", "scan.tif", "angles.txt"}
    with pytest.raises(FileFormatError, match=r"'scan\.yaml' says what these images are\. Read the scan by it"):
        vt.io.read_projections(tmp_path / "scan.tif")


def test_all_mistakes_of_a_side_car_are_said_at_once(tmp_path: Path) -> None:
    folder = tiff(
        tmp_path / "scan",
        "knd: counts\npixel_size_um: -1\nangles_deg: {frist: 0, last: 180}\nbeam: paralel\nflats: 3\nshifts_px: [1]\n",
    )
    with pytest.raises(FileFormatError) as caught:
        vt.io.read_projections(folder)
    said = str(caught.value)
    assert "6 mistakes in the side-car projections.yaml" in said
    assert "line 1: unknown key 'knd'; expected one of kind, pixel_size_um" in said
    assert "Did you mean 'kind'?" in said
    assert "line 2: pixel_size_um: found -1; expected one number above 0, or two [row, column], in micrometres" in said
    assert "line 3: angles_deg: found {'frist': 0, 'last': 180}; expected {first: 0, last: 180}" in said
    assert "line 4: beam: found 'paralel'; expected parallel or cone. Did you mean 'parallel'?" in said
    assert "line 5: flats: found 3; expected the name of a TIFF file" in said
    assert "line 6: shifts_px: found [1]; expected a list of [row, column]" in said


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (
            ("beam: parallel\n", "beam: parallel\nsource_to_axis_um: 5\n"),
            FileFormatError,
            "'beam: parallel' and source_to",
        ),
        (("last: 180", "last: 180, step: 6"), FileFormatError, "line 3: angles_deg: found"),
        (("last: 180", "last: 180, count: 30"), FileFormatError, "the count 30, and there are 31 images"),
        (("{first: 0, last: 180}", "[0, 1, 2]"), FileFormatError, "angles_deg has 3 numbers for 31 images"),
        (("{first: 0, last: 180}", "none.txt"), FileFormatError, "names 'none.txt', which cannot be read"),
        (("{first: 0, last: 180}", "projections.yaml"), FileFormatError, "which has more than numbers"),
        (("{first: 0, last: 180}", "{first: 0, last: 3.14159}"), GeometryError, "half or a whole turn in radians"),
        (("kind: counts\n", ""), GeometryError, "kind: the file does not say it; there is no default"),
        (("beam: parallel\n", ""), GeometryError, "beam: the file does not say it"),
        (("pixel_size_um: 0.65\n", ""), GeometryError, "pixel_size_um: the file does not say it"),
        (("flats.tif", "none.tif"), MissingFileError, "none.tif"),
        (("flats.tif", "projections.yaml"), FileFormatError, "'projections.yaml' is no TIFF file"),
        (("views/view_*.tif", "views/sight_*.tif"), MissingFileError, "no file matches"),
        (("flats: flats.tif\n", "flat_times_s: [1]\n"), FileFormatError, "it says flat_times_s and no flats"),
        (("kind: counts", "kind: [counts"), FileFormatError, "is not valid YAML"),
        ((SIDE_CAR, "7"), FileFormatError, "holds '7'; expected 'pixel_size_um: ...' and more"),
    ],
)
def test_a_wrong_side_car_is_refused(
    change: tuple[str, str], error: type[Exception], said: str, tmp_path: Path
) -> None:
    assert change[0] in SIDE_CAR
    folder = tiff(tmp_path / "scan", SIDE_CAR.replace(*change))
    with pytest.raises(error, match=re.escape(said)):
        vt.io.read_projections(folder)


def test_a_side_car_without_its_images_says_where_it_looks(tmp_path: Path) -> None:
    (tmp_path / "scan.yaml").write_text(SIDE_CAR.replace("views: views/view_*.tif\n", ""))
    with pytest.raises(MissingFileError, match=r"neither 'views:' nor 'scan\.tif' beside it"):
        vt.io.read_projections(tmp_path / "scan.yaml")


def test_plain_images_need_everything_from_the_caller(tmp_path: Path) -> None:
    views = tiff(tmp_path / "scan") / "views"
    with pytest.raises(GeometryError, match=r"4 fields are missing(?s:.)*Or write a side-car 'views\.yaml'"):
        vt.io.read_projections(views)
    given = {"kind": "counts", "beam": "parallel", "pixel_size_um": 1.0, "angles_deg": (0, 180)}
    assert np.array_equal(vt.io.read_projections(views, **given).values, VALUES)
    assert np.array_equal(vt.io.read_projections(views / "view_00*.tif", lazy=True, **given).values[:], VALUES[:10])


def test_a_file_that_becomes_shorter_is_said(tmp_path: Path) -> None:
    folder = tiff(tmp_path / "scan")
    lazy = vt.io.read_projections(folder, lazy=True)
    victim = folder / "views" / "view_030.tif"
    victim.write_bytes(victim.read_bytes()[:200])
    with pytest.raises(FileFormatError, match="became shorter while it was read"):
        lazy.rows(0, 5)
    victim.unlink()
    with pytest.raises(FileFormatError, match="cannot be read"):
        lazy.rows(0, 5)


# MATLAB


@pytest.mark.parametrize("lazy", [False, True])
def test_a_sinogram_of_matlab_is_a_fan_beam_of_one_row(lazy: bool, tmp_path: Path) -> None:
    found = vt.io.read_projections(matlab(tmp_path / "scan.mat"), lazy=lazy)
    assert np.array_equal(found.values[:], SINOGRAM[:, np.newaxis])
    assert (found.kind, found.angles_deg.tolist()) == ("absorbance", ANGLES.tolist())
    assert found.geometry == vt.data.ConeBeam(
        200, source_to_axis_um=410_660, source_to_detector_um=553_740, central_row_px=0
    )
    assert vt.io.describe(tmp_path / "scan.mat").metadata["distanceUnit"] == "mm"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"angles": ANGLES[:-1]}, r"angles is \(30 float64\); expected 31 numbers"),
        ({"angles": None}, "expected 31 numbers, one for each view"),
        ({"angles": np.radians(ANGLES)}, "radians"),
        ({"distanceUnit": None}, r"distanceSourceOrigin is 410.66 in no unit \(distanceUnit\)"),
        ({"distanceUnit": "inch"}, "in no unit"),
        (
            {"distanceSourceDetector": None},
            "source_to_detector_um: CtDataFull.parameters.distanceSourceDetector is None",
        ),
        ({"distanceSourceDetector": 300.0}, "the detector is 300000 um from the source"),
        ({"geometryType": "Helix"}, "beam: CtDataFull.parameters.geometryType is 'Helix'"),
        ({"pixelSizePost": -1.0}, "pixelSizePost is -1"),
        ({"pixelSizePost": None}, "pixelSizePost is None"),  # the pixel before binning would be wrong
    ],
)
def test_what_a_sinogram_of_matlab_lacks_is_said(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match=said):
        vt.io.read_projections(matlab(tmp_path / "scan.mat", **changes))


def test_a_parallel_beam_of_matlab_without_binning(tmp_path: Path) -> None:
    path = matlab(tmp_path / "scan.mat", geometryType="parallel", pixelSizePost=None, binningPost=1)
    assert vt.io.read_projections(path).geometry == vt.data.ParallelBeam(50)


def test_other_files_of_matlab_are_no_scans(tmp_path: Path) -> None:
    import scipy.io

    path = tmp_path / "recon.mat"
    scipy.io.savemat(path, {"reconFullFbp": np.zeros((4, 5))})
    with pytest.raises(FileFormatError, match=r"no structs with a 'sinogram'.*It has: reconFullFbp \(4 x 5 float64\)"):
        vt.io.read_projections(path)
    with pytest.raises(FileFormatError, match="such as a reconstruction, is no projections"):
        vt.io.describe(path)
    scipy.io.savemat(path, {"a": {"sinogram": "none", "parameters": {}}})
    with pytest.raises(FileFormatError, match=r"a\.sinogram is \(str\); expected numbers \(angle, column\)"):
        vt.io.read_projections(path)
    path.write_bytes(b"MATLAB 7.3 MAT-file" + bytes(200))
    with pytest.raises(FileFormatError, match=r"version 7.3; expected v5 to v7"):
        vt.io.read_projections(path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(FileFormatError, match="not a sound MATLAB file"):
        vt.io.read_projections(path)


def test_no_darks_may_be_an_empty_dataset(tmp_path: Path) -> None:
    path = data_exchange(tmp_path / "scan.h5")
    with h5py.File(path, "a") as file:
        shape = file["exchange/data"].shape[1:]
        del file["exchange/data_dark"]
        file["exchange/data_dark"] = np.zeros((0, *shape), np.uint16)
    found = vt.io.read_projections(path)
    assert found.darks is None
    assert found.flats is not None
    assert "darks" not in found.history[0]

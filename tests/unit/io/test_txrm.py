"""Scans of Zeiss's microscopes, made by the test as compound files: what they hold is known without reading them."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from compound_file import compound_file, scattered, zeiss_scan, zeiss_streams

import voltome as vt
from voltome.errors import FileFormatError, GeometryError, MemoryEstimateError, ParameterError

RNG = np.random.default_rng(8)

COUNTS = RNG.integers(100, 4000, (6, 30, 40)).astype(np.uint16)

FLATS = RNG.integers(3000, 4000, (3, 30, 40)).astype(np.uint16)

ANGLES = np.array([0, 30, 60, 90, 120, 150.5])

CONE: dict[str, Any] = {"geometry": 1, "distances_mm": (-13.5, 40.5), "pixel_size_um": 0.78}


def scan(folder: Path, values: np.ndarray = COUNTS, *, name: str = "scan.txrm", **parts: Any) -> Path:
    """Write a file; parts with ``__`` in their name replace streams, or drop them (None); others are of the scan."""
    streams = zeiss_scan(values, **{key: part for key, part in parts.items() if "__" not in key})
    for key, data in parts.items():
        if "__" not in key:
            continue
        if data is None:
            del streams[key.replace("__", "/")]
        else:
            streams[key.replace("__", "/").replace("_Shifts", "-Shifts")] = data
    path = folder / name
    path.write_bytes(compound_file(streams))
    return path


def whole(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}i", *numbers)


def floats(*numbers: float) -> bytes:
    return np.array(numbers, "<f4").tobytes()


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("dtype", ["u2", "f4"])
def test_views_come_back_bit_for_bit(dtype: str, lazy: bool, tmp_path: Path) -> None:
    values = COUNTS.astype(dtype)
    found = vt.io.read_projections(scan(tmp_path, values, angles_deg=ANGLES, energy_ev=9200.017), lazy=lazy)
    assert found.is_lazy == lazy
    assert found.values.dtype == np.dtype(dtype)
    assert np.array_equal(found.values[:], values)
    assert found.angles_deg.tolist() == ANGLES.tolist()
    assert found.geometry == vt.data.ParallelBeam(0.5)
    assert (found.kind, found.energy_kev, found.shifts_px, found.flats, found.darks) == (
        "counts",
        9.200017,
        None,
        None,
        None,
    )


def test_a_single_view(tmp_path: Path) -> None:
    found = vt.io.read_projections(scan(tmp_path, COUNTS[:1], name="one.xrm", angles_deg=np.array([-0.06])))
    assert (found.values.shape, found.angles_deg.tolist()) == ((1, 30, 40), [-0.06])


def test_images_smaller_than_a_sector_and_more_than_a_folder_of_them(tmp_path: Path) -> None:
    values = np.arange(203 * 35, dtype=np.uint16).reshape(203, 5, 7)
    found = vt.io.read_projections(scan(tmp_path, values), lazy=True)
    assert np.array_equal(found.values[150:, 1:4:2, ::3], values[150:, 1:4:2, ::3])
    assert np.array_equal(found.in_memory().values, values)


BOXES = [np.s_[:], np.s_[:, 3:17], np.s_[1::2, 5:29:7, 2:39:3], np.s_[4], np.s_[-1, 29], np.s_[:, 8:8], np.s_[2:2]]


@pytest.mark.parametrize("scatter", [False, True])
@pytest.mark.parametrize("box", BOXES)
def test_a_part_is_the_part_of_the_whole(box: Any, scatter: bool, tmp_path: Path) -> None:
    # images of 2400 bytes lie among small streams, 30 x 100 x 2 bytes in 12 sectors
    values = RNG.integers(0, 60_000, (3, 30, 100)).astype(np.uint16)
    path = scan(tmp_path, values)
    if scatter:
        path.write_bytes(scattered(path.read_bytes(), "Image2"))
    found = vt.io.read_projections(path, lazy=True)
    index = box if not isinstance(box, tuple) or not isinstance(box[0], int) else (min(box[0], 2), *box[1:])
    index = 2 if isinstance(index, int) else index
    assert np.array_equal(found.values[index], values[index])


def test_a_slab_of_rows_is_that_of_the_whole_with_flats(tmp_path: Path) -> None:
    path = scan(tmp_path, references=FLATS, several=True)
    found, slab = vt.io.read_projections(path), vt.io.read_projections(path, lazy=True).rows(7, 19)
    assert np.array_equal(slab.values, found.rows(7, 19).values)
    assert slab.flats is not None
    assert np.array_equal(slab.flats, FLATS[:, 7:19])


def test_several_threads_read_the_same(tmp_path: Path) -> None:
    found = vt.io.read_projections(scan(tmp_path), lazy=True)
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda row: found.values[:, row], [*range(30)] * 4))
    assert np.array_equal(np.stack(rows[30:60], axis=1), COUNTS)
    assert np.array_equal(np.stack(rows[90:], axis=1), COUNTS)


def test_a_cone_has_its_pixels_on_the_detector(tmp_path: Path) -> None:
    # 13.5 mm to the axis and 40.5 mm on to the detector: magnified 4 times
    found = vt.io.read_projections(scan(tmp_path, **CONE)).geometry
    assert isinstance(found, vt.data.ConeBeam)
    assert (found.source_to_axis_um, found.source_to_detector_um) == (13_500, 54_000)
    assert found.pixel_size_um == pytest.approx((3.12, 3.12), rel=1e-12)
    assert found.voxel_size_um == pytest.approx((0.78, 0.78, 0.78), rel=1e-12)
    assert (found.rotation_axis_px, found.central_row_px) == (None, None)


def test_real_distances_make_a_cone_where_the_file_does_not_say_it(tmp_path: Path) -> None:
    found = vt.io.read_projections(scan(tmp_path, **CONE | {"geometry": None}))
    assert isinstance(found.geometry, vt.data.ConeBeam)
    assert "ImageInfo/StoRADistance and ImageInfo/DtoRADistance, which only a cone has" in found.history[0]


def test_a_zone_plate_is_parallel_whatever_its_distances(tmp_path: Path) -> None:
    found = vt.io.read_projections(scan(tmp_path, distances_mm=(-13.5, 40.5)))
    assert found.geometry == vt.data.ParallelBeam(0.5)


PLACEHOLDER: dict[str, Any] = {"geometry": 1, "distances_mm": (-13.5, 1.0)}


@pytest.mark.parametrize(
    ("parts", "field", "why"),
    [
        (
            {"geometry": None},
            "beam",
            "ImageInfo/XrayGeometry is None (1 is a cone, 2 parallel), and ImageInfo/StoRADis",
        ),
        ({"geometry": 0, "distances_mm": (-5, 0)}, "beam", "ImageInfo/XrayGeometry is 0 (1 is a cone, 2 parallel)"),
        (PLACEHOLDER, "source_to_detector_um", "ImageInfo/DtoRADistance is 1.0, which is no distance in mm"),
        ({"geometry": 1}, "source_to_axis_um", "ImageInfo/StoRADistance is 1.0, which is no distance in mm"),
        ({"geometry": 1, "ImageInfo__StoRADistance": None}, "source_to_axis_um", "ImageInfo/StoRADistance is missing"),
        (CONE | {"ImageInfo__DtoRADistance": floats(*[np.nan] * 6)}, "source_to_detector_um", "ImageInfo/DtoRADist"),
        (
            CONE | {"ImageInfo__StoRADistance": floats(-9, -9, -9, -9, -9, -10)},
            "source_to_axis_um",
            "ImageInfo/StoRADistance runs from 9 to 10 mm; expected one for all views",
        ),
        ({"pixel_size_um": None}, "pixel_size_um", "the file has no ImageInfo/PixelSize"),
        ({"pixel_size_um": 0.0}, "pixel_size_um", "ImageInfo/PixelSize is 0.0"),
        ({"pixel_size_um": -1.0}, "pixel_size_um", "ImageInfo/PixelSize is -1.0"),
        ({"pixel_size_um": float("nan")}, "pixel_size_um", "ImageInfo/PixelSize is nan"),
        ({"ImageInfo__Angles": None}, "angles_deg", "the file has no ImageInfo/Angles"),
        ({"ImageInfo__Angles": floats(0, 30, 60, 90)}, "angles_deg", "ImageInfo/Angles has 4 of them for 6 views"),
        ({"ImageInfo__Angles": floats(0, 3, np.inf, 9, 1, np.nan)}, "angles_deg", "2 of the 6 in ImageInfo/Angles are"),
        ({"ImageInfo__OriginalDataRefCorrected": whole(1)}, "kind", "the images were divided by a reference already"),
    ],
)
def test_what_is_missing_is_named_with_how_to_give_it(
    parts: dict[str, Any], field: str, why: str, tmp_path: Path
) -> None:
    path = scan(tmp_path, **parts)
    with pytest.raises(GeometryError) as caught:
        vt.io.read_projections(path)
    told, described = str(caught.value), "\n".join(vt.io.describe(path).missing)
    assert "scan.txrm" in told
    for text in (told, described):
        assert f"{field}: {why}" in text
        assert f"Give {field}=" in text


GIVEN = [
    ({"geometry": None}, {"beam": "parallel"}),
    ({"pixel_size_um": None}, {"pixel_size_um": 0.5}),
    ({"ImageInfo__Angles": None}, {"angles_deg": np.linspace(0, 180, 6, endpoint=False)}),
    ({"ImageInfo__OriginalDataRefCorrected": whole(1)}, {"kind": "counts"}),
]


@pytest.mark.parametrize(("parts", "given"), GIVEN)
def test_what_is_missing_can_be_given(parts: dict[str, Any], given: dict[str, Any], tmp_path: Path) -> None:
    found, expected = (
        vt.io.read_projections(scan(tmp_path, **parts), **given),
        vt.io.read_projections(scan(tmp_path, name="all.txrm")),
    )
    assert (found.geometry, found.kind) == (expected.geometry, expected.kind)
    assert np.allclose(found.angles_deg, expected.angles_deg)
    assert f"{next(iter(given))} from the caller" in found.history[0]


def test_distances_that_are_given_make_a_cone(tmp_path: Path) -> None:
    path = scan(tmp_path, geometry=None)
    given: dict[str, Any] = {"beam": "cone", "source_to_axis_um": 10_000, "source_to_detector_um": 30_000}
    found = vt.io.read_projections(path, **given).geometry
    # 0.5 um at the sample, magnified 3 times
    assert found == vt.data.ConeBeam(1.5, source_to_axis_um=10_000, source_to_detector_um=30_000)
    # the source from the file, the detector from the caller
    half = scan(tmp_path, name="half.txrm", **PLACEHOLDER | {"distances_mm": (-10, 0)})
    assert vt.io.read_projections(half, source_to_detector_um=30_000).geometry == found


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"pixel_size_um": 0.8}, r"two statements of pixel_size_um that differ: 3.12 in the file, 0.8 given"),
        ({"beam": "parallel"}, r"two statements of beam that differ: cone in the file, parallel given"),
        ({"source_to_axis_um": 13_600}, r"source_to_axis_um that differ: 13500 in the file, 13600 given"),
        ({"angles_deg": [0, 30, 60, 90, 120, 151]}, r"two statements of angles_deg that differ"),
    ],
)
def test_two_statements_that_differ_are_refused(given: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match=rf"scan.txrm: .*{says}"):
        vt.io.read_projections(scan(tmp_path, angles_deg=ANGLES, **CONE), **given)


SHIFTS = np.array([[0.5, 0.25], [-8.25, -0.75], [3.5, 3.25], [0, 0], [1, 2], [-6, 1.75]])


def test_a_view_lies_where_its_shift_does_not_move_it(tmp_path: Path) -> None:
    # Zeiss's X-Shifts move a view back to the right, Y-Shifts down; the noun has how it lies, (row, column)
    found = vt.io.read_projections(scan(tmp_path, shifts=SHIFTS))
    assert found.shifts_px is not None
    assert found.shifts_px.tolist() == (-SHIFTS[:, ::-1]).tolist()
    assert not np.signbit(found.shifts_px[3]).any()
    assert "shifts_px from Alignment/Y-Shifts and X-Shifts, which move a view back" in found.history[0]


@pytest.mark.parametrize("shifts", [None, 0 * SHIFTS])
def test_no_shifts_at_all_are_none(shifts: np.ndarray | None, tmp_path: Path) -> None:
    assert vt.io.read_projections(scan(tmp_path, shifts=shifts)).shifts_px is None


@pytest.mark.parametrize("data", [floats(1, 2), floats(1, 2, 3, np.nan, 5, 6), b""])
def test_shifts_that_are_not_one_for_each_view_are_refused(data: bytes, tmp_path: Path) -> None:
    path = scan(tmp_path, shifts=SHIFTS, **{"Alignment__Y_Shifts": data})
    with pytest.raises(FileFormatError, match=r"scan.txrm: its Alignment/Y-Shifts are \d numbers for 6 views, \d of"):
        vt.io.read_projections(path)


def test_the_reference_image_is_a_flat(tmp_path: Path) -> None:
    found = vt.io.read_projections(scan(tmp_path, references=FLATS[:1]))
    assert found.flats is not None
    assert found.flats.dtype == np.uint16
    assert np.array_equal(found.flats, FLATS[:1])
    assert "flats from ReferenceData" in found.history[0]


def test_times_count_from_the_first_view(tmp_path: Path) -> None:
    # over midnight, a view every 4 s; the references began a minute earlier
    found = vt.io.read_projections(scan(tmp_path, references=FLATS, several=True))
    assert found.frame_times_s is not None
    assert found.flat_times_s is not None
    assert found.frame_times_s.tolist() == [0, 4, 8, 12, 16, 20]
    assert found.flat_times_s.tolist() == [-60, -56, -52]


def test_several_references_keep_their_order(tmp_path: Path) -> None:
    # as text Image10 would come before Image2
    flats = np.arange(12 * 1200, dtype=np.uint16).reshape(12, 30, 40)
    found = vt.io.read_projections(scan(tmp_path, references=flats, several=True))
    assert np.array_equal(np.asarray(found.flats), flats)


def test_references_of_another_exposure_are_scaled(tmp_path: Path) -> None:
    # taken with 3 s, the views with 1.5 s: the flats are half
    found = vt.io.read_projections(scan(tmp_path, references=FLATS[:1], reference_exposure_s=3.0))
    assert found.flats is not None
    assert np.array_equal(found.flats, FLATS[:1].astype(np.float32) / 2)
    assert "flats from ReferenceData, times 0.5: taken with 3 s, the views with 1.5 s" in found.history[0]
    unknown = scan(tmp_path, references=FLATS[:1], ReferenceData__ExpTime=None)
    found = vt.io.read_projections(unknown)
    assert "flats from ReferenceData, as they are: of unknown exposure time" in found.history[0]


@pytest.mark.parametrize("lazy", [False, True])
def test_views_of_several_exposures_are_scaled_to_the_median(lazy: bool, tmp_path: Path) -> None:
    path = scan(tmp_path, exposures_s=np.array([1, 2, 2, 2, 2, 4.0]))
    found = vt.io.read_projections(path, lazy=lazy)
    factors = np.array([2, 1, 1, 1, 1, 0.5], np.float32)[:, None, None]
    assert found.values.dtype == np.float32
    assert np.array_equal(found.values[:], COUNTS * factors)
    assert "values from ImageData, scaled to the median exposure time 2 s of 1 to 4 s" in found.history[0]


def test_exposure_times_that_there_are_not_are_refused(tmp_path: Path) -> None:
    path = scan(tmp_path, exposures_s=np.array([1, 2, 1e-9, 2, 2, 4]))
    with pytest.raises(
        FileFormatError, match=r"scan.txrm: its exposure times \(ImageInfo/ExpTimes\) run from 1e-09 to 4"
    ):
        vt.io.read_projections(path)
    # 0 is no statement
    assert vt.io.read_projections(scan(tmp_path, exposures_s=0.0)).values.dtype == np.uint16


@pytest.mark.parametrize(
    ("parts", "error", "says"),
    [
        (
            {"ReferenceData__Image": bytes(100)},
            FileFormatError,
            r"reference image ReferenceData/Image has 100 bytes; exp",
        ),
        ({"ReferenceData__DataType": whole(12)}, FileFormatError, r"ReferenceData/DataType is 12; known are"),
        ({"ReferenceData__DataType": None}, FileFormatError, r"ReferenceData/ImageInfo/DataType is None; known are"),
        ({"ReferenceData__Binning": whole(8)}, GeometryError, r"binned by 8 \(ReferenceData/Binning\), its views by 4"),
    ],
)
def test_references_that_do_not_fit_are_refused_or_ignored(
    parts: dict[str, Any], error: type[Exception], says: str, tmp_path: Path
) -> None:
    path = scan(tmp_path, references=FLATS[:1], **parts)
    with pytest.raises(error, match=rf"scan.txrm: its .*{says}.*Read it with flats='ignored'"):
        vt.io.read_projections(path)
    assert vt.io.read_projections(path, flats="ignored").flats is None


def test_the_axis_of_the_scanner_only_where_it_is_asked_for(tmp_path: Path) -> None:
    # the shift moves the views so that the axis comes to the middle, 19.5
    path = scan(tmp_path, ReconSettings__CenterShift=floats(-0.75))
    assert vt.io.read_projections(path).geometry.rotation_axis_px is None
    assert vt.io.read_projections(path, rotation_axis="scanner").geometry.rotation_axis_px == 20.25
    assert vt.io.describe(path).metadata["ReconSettings/CenterShift"] == "-0.75 px"
    with pytest.raises(GeometryError, match=r"none.txrm: it has no ReconSettings/CenterShift or AutoRecon/CenterShift"):
        vt.io.read_projections(scan(tmp_path, name="none.txrm"), rotation_axis="scanner")


def test_a_scan_that_was_stopped_is_read_where_that_is_asked_for(tmp_path: Path) -> None:
    path = scan(tmp_path, ImageInfo__ImagesTaken=whole(4), ImageData1__Image5=None, ImageData1__Image6=None)
    says = (
        r"scan.txrm: .*image 5 of 6 \(ImageData1/Image5\) is missing \(the scan was stopped after 4: .*incomplete=True"
    )
    with pytest.raises(FileFormatError, match=says):
        vt.io.read_projections(path)
    found = vt.io.read_projections(path, incomplete=True)
    assert np.array_equal(np.asarray(found.values), COUNTS[:4])
    assert "views from ImageInfo/ImagesTaken, 4 of 6" in found.history[0]
    wrong = scan(tmp_path, name="wrong.txrm", ImageInfo__ImagesTaken=whole(9))
    with pytest.raises(FileFormatError, match=r"wrong.txrm: its ImageInfo/ImagesTaken is 9; expected 1 to 6"):
        vt.io.read_projections(wrong, incomplete=True)


def test_the_history_says_that_views_are_a_mosaic(tmp_path: Path) -> None:
    mosaic = {
        "ImageInfo__MosiacMode": whole(1),
        "ImageInfo__MosiacRows": whole(2),
        "ImageInfo__MosiacColumns": whole(3),
    }
    found = vt.io.read_projections(scan(tmp_path, **mosaic))
    assert "ImageInfo/MosiacMode: a mosaic of 2 rows x 3 columns" in found.history[0]
    assert "osaic" not in vt.io.read_projections(scan(tmp_path)).history[0]


def test_a_reconstruction_is_refused(tmp_path: Path) -> None:
    for name in ("volume.txm", "renamed.txrm"):
        path = tmp_path / name
        path.write_bytes(compound_file(zeiss_streams(COUNTS)))
        with pytest.raises(FileFormatError, match=rf"{name}: holds a reconstruction .*voltome.io.read_volume"):
            vt.io.read_projections(path)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"ImageInfo__DataType": whole(12)}, r"ImageInfo/DataType is 12; known are 2 \(int8\)"),
        ({"ImageInfo__NoOfImages": whole(0)}, r"NoOfImages = 0"),
        ({"ImageData1__Image3": None}, r"image 3 of 6 \(ImageData1/Image3\) is missing\. Copy"),
        ({"ImageData1__Image3": bytes(2398)}, r"image 3 of 6 \(ImageData1/Image3\) has 2,398 bytes; expected 2,400"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(parts: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=rf"scan.txrm: .*{says}"):
        vt.io.read_projections(scan(tmp_path, **parts))


@pytest.mark.parametrize("energy", [0.0, 9.2, -5.0, float("nan")])
def test_no_energy_in_ev_is_none(energy: float, tmp_path: Path) -> None:
    assert vt.io.read_projections(scan(tmp_path, energy_ev=energy)).energy_kev is None
    assert vt.io.read_projections(scan(tmp_path, energy_ev=energy), energy_kev=8.0).energy_kev == 8.0


def test_views_of_several_energies_have_none(tmp_path: Path) -> None:
    path = scan(tmp_path, ImageInfo__Energy=floats(8300, 8310, 8320, 8330, 8340, 8350))
    assert vt.io.read_projections(path).energy_kev is None


@pytest.mark.parametrize(
    ("date", "times"),
    [
        (b"06/30/1999 23:59:59.250\0" * 5 + b"07/01/1999 00:00:00.5\0", [0, 0, 0, 0, 0, 1.25]),
        (b"13/45/15 10:00:00\0" * 6, None),
        (b"11/09/15 10:00:00\0" * 5, None),
        (b"", None),
    ],
)
def test_dates_are_times_where_each_view_has_one(date: bytes, times: list[float] | None, tmp_path: Path) -> None:
    found = vt.io.read_projections(scan(tmp_path, ImageInfo__Date=date)).frame_times_s
    assert (None if found is None else found.tolist()) == times


def test_a_lazy_scan_whose_file_changes_or_goes_is_refused(tmp_path: Path) -> None:
    path = scan(tmp_path)
    found = vt.io.read_projections(path, lazy=True)
    path.write_bytes(path.read_bytes() + bytes(512))
    with pytest.raises(FileFormatError, match=r"scan.txrm: the file has changed since it was opened"):
        found.values[0]
    path.unlink()
    with pytest.raises(FileFormatError, match=r"scan.txrm: cannot be read: .*put it back"):
        found.values[0]


def test_more_than_fits_in_memory_is_refused_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = scan(tmp_path)
    monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 10_000)
    with pytest.raises(MemoryEstimateError, match=r"reading scan.txrm needs about"):
        vt.io.read_projections(path)
    assert vt.io.read_projections(path, lazy=True).values[0].shape == (30, 40)


def test_other_formats_do_not_have_these_choices(tmp_path: Path) -> None:
    path = tmp_path / "scan.h5"
    with h5py.File(path, "w") as file:
        file["exchange/data"] = COUNTS
    for given in ({"flats": "ignored"}, {"rotation_axis": "scanner"}, {"incomplete": True}):
        with pytest.raises(
            ParameterError, match=rf"{next(iter(given))}: only scans of Zeiss leave this choice, not HDF5"
        ):
            vt.io.read_projections(path, **given)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match=r"flats is 'none'; expected one of 'file', 'ignored'"):
        vt.io.read_projections(path, flats="none")  # type: ignore[arg-type]


def test_what_describe_lists(tmp_path: Path) -> None:
    names = b"".join(name.ljust(25, b"\0") for name in (b"Sample X", b"Sample Theta", b"")) + b"\0\xfe\xfe"
    units = b"".join(unit.ljust(15, b"\0") for unit in (b"\xb5m", b"deg"))
    path = scan(
        tmp_path,
        references=FLATS[:1],
        shifts=SHIFTS,
        energy_ev=7191.0464,
        PositionInfo__AxisNames=names,
        PositionInfo__AxisUnits=units,
        PositionInfo__MotorPositions=floats(*range(12)),
        ConfigureBackup__Camera__CCDPixelSize=floats(7.4),
        ConfigureBackup__Garbage=b"\xff\xff\xff\x7f",
        **CONE,
    )
    found = vt.io.describe(path)
    expected = {
        "values": "6 x 30 x 40 uint16 (angle, row, column)",
        "flats": "1 x 30 x 40 uint16 from ReferenceData",
        "ImageInfo/Energy": "6 values, 0.0 to 7191.0464 eV",
        "ImageInfo/StoRADistance": "-13.5 mm (6 times)",
        "ImageInfo/Date": "6 values, 11/09/15 23:59:50 to 11/10/15 00:00:10",
        "Alignment/X-Shifts": "6 values, -8.25 to 3.5 px",
        "ReferenceData/ExpTime": "1.5 s",
        "PositionInfo/AxisNames": "Sample X, Sample Theta",
        "PositionInfo/AxisUnits": "µm, deg",
        "PositionInfo/MotorPositions": "12 values, 0.0 to 11.0",
        "ConfigureBackup/Camera/CCDPixelSize": "7.4 um",
    }
    assert expected.items() <= found.metadata.items()
    assert list(found.metadata)[-1] == "ConfigureBackup/Camera/CCDPixelSize"
    assert not any(name.startswith("ImageData") or name.endswith("Image") for name in found.metadata)
    assert found.missing == (found.missing[0],)
    assert "read them with voltome.io.read_projections" in found.missing[0]


def test_describe_says_why_references_do_not_fit(tmp_path: Path) -> None:
    found = vt.io.describe(scan(tmp_path, references=FLATS[:1], ReferenceData__Binning=whole(8)))
    assert found.missing[1].startswith("its reference images are binned by 8")
    assert found.metadata["flats"] == "none"

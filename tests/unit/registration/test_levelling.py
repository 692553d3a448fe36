import math

import numpy as np
import pytest
from collectors import STEEL, tilted_collector

import voltome as vt
from voltome.errors import GeometryError, ParameterError, ValuesError
from voltome.registration import level
from voltome.registration.levelling import _half_widths

STEEL_GREY = (STEEL - 4_000, None)


def test_the_history_says_tilt_roughness_and_what_was_cropped():
    volume = tilted_collector(tilt_y_deg=3.0, tilt_x_deg=-2.0, shape=(50, 60, 60), history=("made",))
    upright = level(volume, collector=STEEL_GREY)
    first, turned, line = upright.history
    assert turned.startswith("apply_transform: rotation vector")
    assert first == "made"
    share = 1 - upright.values.size / volume.values.size
    assert line.startswith("level: collector [16000, ...] tilted by 3.00")
    assert " deg about y and -2.00" in line
    assert line.endswith(f"of 3,600 columns; {share:.2%} cropped")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32, np.float64])
def test_the_type_and_the_unit_are_kept(dtype):
    volume = tilted_collector(tilt_y_deg=2.0, shape=(40, 40, 40))
    volume = vt.data.Volume((volume.values / 160).astype(dtype), voxel_size_um=1, quantity="attenuation", unit="1/cm")
    upright = level(volume, collector=(100, None))
    assert upright.values.dtype == dtype
    assert (upright.quantity, upright.unit) == ("attenuation", "1/cm")


def test_clipped_overshoot_is_counted():
    z, _, x = np.ogrid[:40, :40, :40]
    sharp = np.where(z < 15 + 0.05 * x, 255, 0) + np.zeros((40, 40, 40))  # no blur: splines overshoot
    upright = level(vt.data.Volume(sharp.astype(np.uint8), voxel_size_um=1), collector=(200, None))
    assert upright.history[0].endswith("voxels beyond the range of uint8 set to its end")


def test_the_origin_of_a_crop_is_kept_along_y_and_x():
    volume = tilted_collector(tilt_y_deg=3.0, shape=(40, 40, 40))
    moved = vt.data.Volume(volume.values, voxel_size_um=1, origin_um=(100.0, 200.0, 300.0))
    here, there = level(volume, collector=STEEL_GREY), level(moved, collector=STEEL_GREY)
    assert np.array_equal(here.values, there.values)
    assert there.origin_um == pytest.approx((here.origin_um[0], here.origin_um[1] + 200, here.origin_um[2] + 300))


def test_the_mask_is_turned_with_the_image():
    shape = (50, 60, 60)
    volume = tilted_collector(tilt_y_deg=4.0, shape=shape)
    y, x = np.ogrid[:60, :60]
    mask = np.broadcast_to((y - 29.5) ** 2 + (x - 29.5) ** 2 < 22**2, shape).copy()
    upright = level(volume.derive("masked", mask=mask), collector=STEEL_GREY)
    assert upright.mask is not None
    assert upright.mask.shape == upright.shape
    # a cylinder turned by 4 degrees is an ellipse in each layer, 1 / cos(4 degrees) longer along x
    area = upright.mask.sum(axis=(1, 2))
    assert area.mean() == pytest.approx(math.pi * 22**2 / math.cos(math.radians(4)), rel=0.01)
    middle = [(layer * (np.arange(upright.shape[2]) + 0.5)).sum() / layer.sum() for layer in upright.mask]
    lean = np.polyfit(np.arange(upright.shape[0]), middle, 1)[
        0
    ]  # the surface rises along x, so it is turned down there
    assert lean == pytest.approx(math.tan(math.radians(4)), rel=0.05)


def test_a_dark_collector_is_levelled_too():
    volume = tilted_collector(tilt_y_deg=2.0, tilt_x_deg=1.0)
    dark = volume.derive("inverted", values=(40_000 - volume.values).astype(np.uint16))
    bright, found = (
        vt.registration.find_collector(image, collector=interval)
        for image, interval in ((volume, STEEL_GREY), (dark, (None, 24_000)))
    )
    assert found.tilt_y_deg == pytest.approx(bright.tilt_y_deg, abs=1e-5)
    assert found.height_um == pytest.approx(bright.height_um, abs=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_no_larger_box_fits(seed):
    rng = np.random.default_rng(seed)
    spread = np.eye(3) + np.abs(rng.normal(0, 0.1, (3, 3))) * (1 - np.eye(3))
    half = rng.uniform(10, 300, 3)
    found = _half_widths(spread, half)
    assert (spread @ found <= half * (1 + 1e-12)).all()
    tried = rng.uniform(0, 1, (200_000, 3)) * half
    volumes = tried.prod(axis=1)[(tried @ spread.T <= half).all(axis=1)]
    assert found.prod() >= volumes.max()


def test_an_unknown_interpolation_and_an_interval_without_ends_are_refused():
    volume = tilted_collector()
    with pytest.raises(ParameterError, match="interpolation is 'cubc'; expected one of 'cubic', 'linear'"):
        level(volume, collector=STEEL_GREY, interpolation="cubc")
    with pytest.raises(ParameterError, match="collector is open at both ends"):
        level(volume, collector=(None, None))
    with pytest.raises(ValuesError, match="no voxel has a grey value of the collector"):
        level(volume, collector=(50_000, None))


def test_a_turned_box_without_the_surface_is_refused():
    # the surface lies so low that the corners of the turned image take it away
    volume = tilted_collector(shape=(40, 80, 80), height_um=8.0, tilt_y_deg=14.0, tilt_x_deg=0.0)
    with pytest.raises(GeometryError, match="from the surface of the collector; expected it on both sides"):
        level(volume, collector=STEEL_GREY)


def test_the_plane_of_another_scan_moves_every_scan_alike():
    first = tilted_collector(tilt_y_deg=3.0, tilt_x_deg=-1.0, shape=(40, 50, 50))
    z, y, x = np.ogrid[:40, :50, :50]
    other = first.derive("other", values=(1000 * (z + 2 * y + x) / 4).astype(np.float32))  # a ramp: no collector at all
    upright, along = level(first, collector=STEEL_GREY), level(other, collector=STEEL_GREY, like=first)
    assert (along.shape, along.origin_um) == (upright.shape, upright.origin_um)
    assert " of another scan on this grid tilted by 3.0" in along.history[-1]
    assert " of another scan" not in upright.history[-1]
    # a ramp turned rigidly keeps the size of its slope (the median, as splines bend a ramp at the faces)
    slope = [np.median(np.diff(along.values, axis=axis)) for axis in range(3)]
    assert np.linalg.norm(slope) == pytest.approx(250 * math.sqrt(6), rel=1e-3)
    assert slope[0] != pytest.approx(250, rel=0.01)


@pytest.mark.parametrize("changed", [{"origin_um": (0, 0, 1)}, {"voxel_size_um": 1.1}])
def test_a_scan_on_another_grid_gives_no_plane(changed):
    volume = tilted_collector(tilt_y_deg=2.0, shape=(40, 40, 40))
    with pytest.raises(GeometryError, match=r"in 'volume' and .* in 'like'.*Align the scans before"):
        level(volume, collector=STEEL_GREY, like=volume.derive("moved", **changed))

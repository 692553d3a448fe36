"""Tilted collectors whose plane is known: height, tilt, and the image made level."""

import math

import numpy as np
import pytest
from collectors import STEEL, centres, tilted_collector
from scipy.special import ndtr

import voltome as vt

HALF = STEEL - 4_000

GRIDS = [(1.0, 1.0, 1.0), (0.5, 1.0, 1.0), (2.0, 1.0, 1.0), (1.0, 0.7, 1.3)]


def shape_of(voxel_size_um, size_um=(60, 84, 84)):
    return tuple(round(size / edge) for size, edge in zip(size_um, voxel_size_um, strict=True))


@pytest.mark.parametrize("voxel_size_um", GRIDS)
@pytest.mark.parametrize(("tilt_y_deg", "tilt_x_deg"), [(0.0, 0.0), (0.4, -0.3), (5.0, -3.0), (-9.0, 7.0)])
def test_without_noise_the_plane_is_found_to_half_a_hundredth_of_a_degree(voxel_size_um, tilt_y_deg, tilt_x_deg):
    # sign of the bias: the level above still holds a little of the blurred collector, so the crossing lies low, by
    # 0.02 layers at a blur of 1.2 layers; that varies by 0.004 layers with the place of the surface within a layer, and
    # where the whole surface lies within one layer that is a tilt of atan(0.004 / 60) = 0.004 degrees
    volume = tilted_collector(
        shape=shape_of(voxel_size_um),
        voxel_size_um=voxel_size_um,
        height_um=27.3,
        tilt_y_deg=tilt_y_deg,
        tilt_x_deg=tilt_x_deg,
        blur_um=1.2 * voxel_size_um[0],
    )
    found = vt.registration.find_collector(volume, collector=(HALF, None))
    assert found.tilt_y_deg == pytest.approx(tilt_y_deg, abs=0.005)
    assert found.tilt_x_deg == pytest.approx(tilt_x_deg, abs=0.005)
    assert -0.04 < (found.height_um - 27.3) / voxel_size_um[0] <= 0.005
    assert found.rms_um < 0.03 * voxel_size_um[0]


@pytest.mark.parametrize(("number", "voxel_size_um"), list(enumerate(GRIDS)))
def test_with_noise_of_a_twentieth_of_the_contrast_within_two_hundredths_of_a_degree(number, voxel_size_um):
    truth = {"tilt_y_deg": 3.1 - 1.7 * number, "tilt_x_deg": -4.0 + 2.9 * number}
    volume = tilted_collector(
        shape=shape_of(voxel_size_um),
        voxel_size_um=voxel_size_um,
        height_um=26.0,
        blur_um=1.2 * voxel_size_um[0],
        noise=500,
        seed=number,
        **truth,
    )
    found = vt.registration.find_collector(volume, collector=(HALF, None))
    assert found.tilt_y_deg == pytest.approx(truth["tilt_y_deg"], abs=0.02)
    assert found.tilt_x_deg == pytest.approx(truth["tilt_x_deg"], abs=0.02)
    assert found.height_um == pytest.approx(26.0, abs=0.1 * voxel_size_um[0])


@pytest.mark.parametrize("voxel_size_um", GRIDS)
def test_a_levelled_image_is_level_with_its_zero_at_the_surface(voxel_size_um):
    volume = tilted_collector(
        shape=shape_of(voxel_size_um),
        voxel_size_um=voxel_size_um,
        height_um=26.0,
        tilt_y_deg=4.0,
        tilt_x_deg=-2.5,
        blur_um=1.2 * voxel_size_um[0],
        noise=500,
        seed=7,
    )
    upright = vt.registration.level(volume, collector=(HALF, None))
    again = vt.registration.find_collector(upright, collector=(HALF, None))
    assert abs(again.tilt_y_deg) < 0.02
    assert abs(again.tilt_x_deg) < 0.02
    assert upright.origin_um[0] + again.height_um == pytest.approx(0.0, abs=0.1 * voxel_size_um[0])
    layers = upright.origin_um[0] / voxel_size_um[0]
    assert layers == pytest.approx(round(layers), abs=1e-9)
    assert upright.voxel_size_um == voxel_size_um


@pytest.mark.parametrize(("interpolation", "most"), [("cubic", 0.003), ("linear", 0.03)])
def test_a_body_keeps_its_distance_from_the_collector(interpolation, most):
    """A blurred ball on the tilted collector is, after, a blurred ball at its distance along the plane's normal."""
    tilt_y, tilt_x, centre = 6.0, -4.0, np.array([35.0, 30.0, 34.0])
    volume = tilted_collector(height_um=14.0, tilt_y_deg=tilt_y, tilt_x_deg=tilt_x, shape=(64, 64, 64))
    z, y, x = centres((64, 64, 64), (1, 1, 1))
    ball = 9_000 * ndtr((6 - np.sqrt((z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2)) / 1.5)
    volume = volume.derive("ball", values=(volume.values + ball).astype(np.float32))
    upright = vt.registration.level(volume, collector=(HALF, None), interpolation=interpolation)
    slopes = math.tan(math.radians(tilt_y)), math.tan(math.radians(tilt_x))
    normal = np.array([1, -slopes[1], -slopes[0]]) / math.hypot(1, *slopes)
    distance = normal @ (centre - np.array([14.0, 32.0, 32.0]))
    axes = [origin + (np.arange(count) + 0.5) for origin, count in zip(upright.origin_um, upright.shape, strict=True)]
    far = np.array(axes[0]) > 6  # above the blur of the collector
    weight = (upright.values[far].astype(np.float64) - 10_000).clip(20)
    weight -= 20
    z, y, x = np.meshgrid(axes[0][far], axes[1], axes[2], indexing="ij", sparse=True)
    assert float((weight * z).sum() / weight.sum()) == pytest.approx(distance, abs=0.05)
    expected = 9_000 * ndtr(6 / 1.5)
    assert upright.values[far].max() == pytest.approx(10_000 + expected, rel=most)


def test_a_centre_stays_where_it_is_and_the_turn_is_the_smallest():
    # turned about the centre of the image by the smallest rotation: a point on the axis of rotation does not move
    volume = tilted_collector(height_um=18.0, tilt_y_deg=5.0, shape=(60, 60, 60))
    values = volume.values.astype(np.float32)
    z, y, x = centres((60, 60, 60), (1, 1, 1))
    values += 5_000 * np.exp(-((z - 30) ** 2 + (y - 20) ** 2 + (x - 30) ** 2) / 18)
    upright = vt.registration.level(volume.derive("spot", values=values), collector=(HALF, None))
    above = upright.values[round(-upright.origin_um[0]) + 6 :].astype(np.float64) - 10_000
    weight = above.clip(50) - 50
    for axis, place in ((1, 20.0), (2, 30.0)):
        along = upright.origin_um[axis] + np.arange(upright.shape[axis]) + 0.5
        profile = weight.sum(axis=tuple(other for other in range(3) if other != axis))
        assert (profile * along).sum() / profile.sum() == pytest.approx(place, abs=0.03)


def test_every_voxel_has_data_and_the_box_is_the_largest_for_one_tilt():
    # about y alone, half widths w: w_z cos + w_x sin <= H and w_x cos + w_z sin <= H; equal edges H in the middle of
    # cubic images: w = H / (cos + sin) on both, and y is kept whole
    tilt = math.radians(5.0)
    upright = vt.registration.level(
        tilted_collector(height_um=30.0, tilt_y_deg=5.0, shape=(60, 60, 60)), collector=(HALF, None)
    )
    widest = 2 * 29.5 / (math.cos(tilt) + math.sin(tilt))
    assert upright.shape[1] == 60
    assert upright.shape[2] == math.floor(widest) + 1
    assert math.floor(widest) <= upright.shape[0] <= math.floor(widest) + 1  # layers lie where the surface wants them

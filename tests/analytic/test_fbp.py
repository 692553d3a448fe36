"""Filtered backprojection, and the forward model, of discs whose projections and slices are known in closed form."""

from __future__ import annotations

import discs
import numpy as np
import pytest
from discs import Disc
from scipy.ndimage import center_of_mass, maximum_filter, minimum_filter

import voltome as vt
from voltome.data import _kernels_slabs

METHODS = ("nufft", "direct")
LOPSIDED = (Disc(21.3, -30.2, 6.0, 400.0), Disc(-11.7, 8.4, 4.0, 400.0), Disc(3.1, 38.6, 5.0, 400.0))
"""Three discs that no turn or mirror image brings upon themselves."""


def half_turn(views):
    return np.arange(views) * 180.0 / views


def fit(found, truth, size):
    """Return slope and offset of found against true values where both are flat, and their error over the contrast."""
    y, x = np.indices((size, size)) - (size - 1) / 2
    flat = (maximum_filter(truth, 7) - minimum_filter(truth, 7) < 1e-9) & (np.hypot(y, x) < 0.44 * size)
    slope, offset = np.polyfit(truth[flat], found[flat], 1)
    inside = np.hypot(y, x) < 0.44 * size
    return slope, offset, np.sqrt(np.mean((found - truth)[inside] ** 2)) / truth[inside].std()


@pytest.fixture(scope="module")
def body():
    """A body of 100/cm with 12 inclusions, 192 pixels wide, seen often enough: scan, and the truth."""
    scene = discs.body_with_inclusions(radius_um=80, inclusions=12, seed=4)
    scan = discs.scan([scene], angles_deg=half_turn(320), columns=192)
    return scan, discs.true_slice(scene, size=192)


@pytest.mark.parametrize(("method", "error"), [("nufft", 0.085), ("direct", 0.10)])
def test_values_are_the_attenuation_in_1_per_cm(body, method, error):
    """Slope 1, offset 0. What is left is the width of the pixels at edges, a little more with linear interpolation."""
    scan, truth = body
    volume = vt.reconstruction.fbp(scan, method=method)
    slope, offset, spread = fit(volume.values[0], truth, 192)
    assert slope == pytest.approx(1.0, abs=0.005)
    assert offset == pytest.approx(0.0, abs=0.5)
    assert spread < error
    assert (volume.quantity, volume.unit, volume.voxel_size_um) == ("attenuation", "1/cm", (1.0, 1.0, 1.0))


def test_the_size_of_a_pixel_scales_lengths_and_not_the_attenuation():
    scene = [Disc(-40.0, 60.0, 90.0, 30.0)]
    scan = discs.scan([scene], angles_deg=half_turn(160), columns=96, pixel_size_um=4.0)
    volume = vt.reconstruction.fbp(scan)
    assert volume.voxel_size_um == (4.0, 4.0, 4.0)
    truth = discs.true_slice(scene, size=96, pixel_size_um=4.0)
    assert fit(volume.values[0], truth, 96)[0] == pytest.approx(1.0, abs=0.005)


def test_the_sum_of_a_slice_is_that_of_its_views():
    """The integral of a slice is that of every projection: what the value of the filter at frequency 0 decides.

    With the ramp |f| itself, whose value there is 0, every slice would sum to 0 over its period, so this would be low.
    """
    scene = [Disc(0.0, 0.0, 20.0, 100.0)]
    volume = vt.reconstruction.fbp(discs.scan([scene], angles_deg=half_turn(200), columns=128))
    y, x = np.indices((128, 128)) - 63.5
    mass = volume.values[0][np.hypot(y, x) < 60].sum()
    assert mass == pytest.approx(100.0 * np.pi * 20**2, rel=2e-3)


def centres(volume, scene, size):
    """Return by how many pixels the centre of each disc is off."""
    y, x = np.indices((size, size)) - (size - 1) / 2
    for disc in scene:
        near = np.hypot(y - disc.y_um, x - disc.x_um) < disc.radius_um + 2.5
        found = np.subtract(center_of_mass(np.where(near, volume.values[0], 0)), (size - 1) / 2)
        yield np.abs(found - (disc.y_um, disc.x_um)).max()


ANGLES = {
    "half turn": half_turn(180),
    "half turn, both ends": np.linspace(0, 180, 181),
    "whole turn": np.arange(0, 360, 1.5),
    "whole turn the other way, begun elsewhere": 77.3 - np.arange(0, 360, 1.5),
    "golden ratio": np.arange(250) * 137.50776405,
    "at random": np.random.default_rng(2).uniform(-90, 500, 500),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("angles", ANGLES.values(), ids=list(ANGLES))
def test_discs_lie_where_they_are_for_angles_of_any_kind(method, angles):
    scan = discs.scan([LOPSIDED], angles_deg=angles, columns=101)
    volume = vt.reconstruction.fbp(scan, method=method)
    assert max(centres(volume, LOPSIDED, 101)) < 0.05
    inside = [volume.values[0, round(50 + d.y_um), round(50 + d.x_um)] for d in LOPSIDED]
    assert np.mean(inside) == pytest.approx(400, rel=0.03)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("columns", "axis"), [(100, 49.5), (101, 50.0), (100, 47.3), (101, 55.85), (128, 50.0)])
def test_discs_lie_where_they_are_for_every_width_and_axis(method, columns, axis):
    """Pixel centres are whole numbers, and the axis comes to lie in the middle of the slice, between voxels or not."""
    scan = discs.scan([LOPSIDED], angles_deg=half_turn(180), columns=columns, rotation_axis_px=axis)
    volume = vt.reconstruction.fbp(scan, method=method)
    assert max(centres(volume, LOPSIDED, columns)) < 0.05


def test_an_axis_that_is_off_by_a_pixel_moves_the_discs():
    """The tests of the places would be worthless if a wrong axis passed them as well."""
    scan = discs.scan([LOPSIDED], angles_deg=half_turn(180), columns=101).with_rotation_axis(51.0)
    assert max(centres(vt.reconstruction.fbp(scan), LOPSIDED, 101)) > 0.5


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"filter": "shepp-logan", "cutoff": 0.8},
        {"filter": "butterworth", "cutoff": 0.5},
        {"size_voxels": 71},
        {"voxel_size_um": 2.0},
        {"voxel_size_um": 0.75, "size_voxels": 120},
        {"region_voxels": ((30, 75), (11, 90))},
        {"padding": "edge"},
    ],
    ids=str,
)
def test_both_methods_give_the_same_image(body, more):
    """They differ by the interpolation of a line alone: at edges, and little after a filter that smooths."""
    scan, _ = body
    one, other = (vt.reconstruction.fbp(scan, method=method, **{"filter": "hann", **more}) for method in METHODS)
    assert one.origin_um == other.origin_um
    difference = np.sqrt(np.mean((one.values - other.values) ** 2))
    assert difference < 0.05 * other.values.std()
    assert abs(np.mean(one.values - other.values)) < 1e-3 * other.values.std()


@pytest.mark.parametrize(("method", "near"), [("nufft", 1e-3), ("direct", 0)])
def test_a_region_is_a_cut_of_the_whole(body, method, near):
    scan, _ = body
    whole = vt.reconstruction.fbp(scan, method=method)
    region = vt.reconstruction.fbp(scan, method=method, region_voxels=((20, 61), (90, 150)))
    cut = vt.filters.crop(whole, box_voxels=((0, 1), (20, 61), (90, 150)))
    assert region.origin_um == cut.origin_um == (0.0, 20.0, 90.0)
    error = np.abs(region.values - cut.values).max()
    assert error <= near * whole.values.max()


def test_larger_voxels_are_the_mean_of_what_they_hold():
    scene = [Disc(4.0, -6.0, 25.0, 100.0)]
    scan = discs.scan([scene], angles_deg=half_turn(200), columns=96)
    volume = vt.reconstruction.fbp(scan, voxel_size_um=3.0)
    truth = discs.true_slice(scene, size=32, pixel_size_um=3.0)
    slope, offset, _ = fit(volume.values[0], truth, 32)
    assert (volume.shape, volume.voxel_size_um, volume.origin_um) == ((1, 32, 32), (1.0, 3.0, 3.0), (0.0, 0.0, 0.0))
    assert (slope, offset) == pytest.approx((1.0, 0.0), abs=0.01 * 100)
    assert slope == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("name", "shape"), [("ram-lak", lambda f: 1), ("hann", lambda f: 0.5 + 0.5 * np.cos(np.pi * f))]
)
def test_noise_of_a_slice_follows_from_that_of_the_pixels(name, shape):
    """sigma = sigma of a pixel x pi sqrt(integral of (f window)^2 over |f| < 1/2, over the views): pi / sqrt(12 V)."""
    noise = np.random.default_rng(3).normal(0, 1e-4, (300, 8, 128)).astype(np.float32)
    scan = vt.data.Projections(
        noise, angles_deg=half_turn(300), geometry=vt.data.ParallelBeam(1.0, 63.5), kind="absorbance"
    )
    volume = vt.reconstruction.fbp(scan, filter=name, region_voxels=((44, 84), (44, 84)))
    f = (np.arange(4000) + 0.5) / 8000
    expected = np.pi * np.sqrt(2 * np.mean((f * shape(2 * f)) ** 2) * 0.5 / 300)
    assert volume.values.std() == pytest.approx(expected, rel=0.03)


def test_repeated_views_count_once():
    """The same views again, some of them twice, give the same image: a direction counts, not a view."""
    angles = half_turn(90)
    scan = discs.scan([LOPSIDED], angles_deg=angles, columns=101)
    again = discs.scan([LOPSIDED], angles_deg=np.concatenate((angles, angles[10:40], angles[20:25] + 180)), columns=101)
    once, more = vt.reconstruction.fbp(scan), vt.reconstruction.fbp(again)
    np.testing.assert_allclose(more.values, once.values, atol=1e-3 * once.values.max())


def test_uneven_angles_are_weighted_by_the_angle_they_stand_for():
    """Twice as many views in one half of the turn: without weights that half would count twice, the other half."""
    scene = [Disc(8.0, -10.0, 30.0, 100.0)]
    uneven = np.concatenate((np.arange(0, 90, 0.5), np.arange(90, 180, 1.0)))
    volume = vt.reconstruction.fbp(discs.scan([scene], angles_deg=uneven, columns=101))
    slope, offset, _ = fit(volume.values[0], discs.true_slice(scene, size=101), 101)
    assert slope == pytest.approx(1.0, abs=0.005)
    assert offset == pytest.approx(0.0, abs=0.5)


def test_a_missing_wedge_is_said_and_makes_values_low():
    """40 of 180 degrees missing: what those views would add is not made up for."""
    scan = discs.scan([LOPSIDED], angles_deg=np.arange(0, 141, 1.0), columns=101)
    volume = vt.reconstruction.fbp(scan)
    assert "a wedge of 39 degrees is missing" in volume.history[-1]
    slope = fit(volume.values[0], discs.true_slice(LOPSIDED, size=101), 101)[0]
    assert 0.7 < slope < 0.95


def test_edge_padding_flattens_what_a_sample_wider_than_the_detector_shows():
    """A disc of 300 pixels on a detector of 65: without padding the rim of the image is far too bright."""
    wide = [Disc(0.0, 0.0, 150.0, 100.0)]
    scan = discs.scan([wide], angles_deg=half_turn(150), columns=65)
    y, x = np.indices((65, 65)) - 32
    radius = np.hypot(y, x)
    rise = {}
    for padding in ("zero", "edge"):
        values = vt.reconstruction.fbp(scan, padding=padding).values[0]
        rise[padding] = values[(radius > 27) & (radius < 31)].mean() - values[radius < 10].mean()
    assert rise["zero"] > 100
    assert abs(rise["edge"]) < 10


# ---------------------------------------------------------------------------------------------------------------------
# the forward model


@pytest.mark.parametrize(("columns", "axis"), [(128, 63.5), (101, 48.2), (160, 90.0)])
def test_project_sees_what_a_parallel_beam_sees(columns, axis):
    """Exact projections of discs, from slices whose voxels are exact means: equal but for edges, about 1 %."""
    angles = np.random.default_rng(0).uniform(0, 360, 40)
    truth = discs.scan([LOPSIDED], angles_deg=angles, columns=columns, rotation_axis_px=axis)
    volume = vt.data.Volume(
        discs.true_slice(LOPSIDED, size=110)[np.newaxis], voxel_size_um=1.0, quantity="attenuation", unit="1/cm"
    )
    seen = vt.reconstruction.project(volume, like=truth)
    error = np.sqrt(np.mean((seen.values - truth.values) ** 2))
    assert error < 0.012 * truth.values.max()
    sums = truth.values.sum(axis=2)
    np.testing.assert_allclose(seen.values.sum(axis=2), sums, rtol=2e-3)


@pytest.mark.parametrize(
    ("columns", "axis", "size", "edge"), [(40, 19.5, 40, 2.0), (37, 15.2, 30, 2.0), (40, 21.0, 25, 3.1)]
)
def test_backproject_is_the_adjoint_of_project(columns, axis, size, edge):
    """<A x, y> = <x, A^T y> for numbers at random, to the round-off of float32."""
    random = np.random.default_rng(7)
    scan = vt.data.Projections(
        random.normal(size=(23, 3, columns)).astype(np.float32),
        angles_deg=random.uniform(0, 360, 23),
        geometry=vt.data.ParallelBeam((1.5, 2.0), axis),
        kind="absorbance",
    )
    back = vt.reconstruction.backproject(scan, size_voxels=size, voxel_size_um=edge)
    assert (back.unit, back.shape) == ("cm", (3, size, size))
    values = random.normal(size=back.shape).astype(np.float32)
    volume = vt.data.Volume(values, voxel_size_um=back.voxel_size_um, quantity="attenuation", unit="1/cm")
    seen = vt.reconstruction.project(volume, like=scan).values
    one, other = np.vdot(seen.astype(float), scan.values), np.vdot(values.astype(float), back.values)
    assert abs(one - other) < 1e-5 * np.linalg.norm(seen) * np.linalg.norm(scan.values)


def test_fbp_undoes_project():
    """Of a smooth image nothing is lost: to 1 % of its largest value."""
    y, x = np.indices((64, 64)) - 31.5
    values = np.exp(-((y - 8) ** 2 + (x + 5) ** 2) / 60) + 0.5 * np.exp(-((y + 12) ** 2 + (x - 9) ** 2) / 30)
    volume = vt.data.Volume(values[np.newaxis], voxel_size_um=2.0, quantity="attenuation", unit="1/cm")
    again = vt.reconstruction.fbp(vt.reconstruction.project(volume, angles_deg=half_turn(120)))
    assert np.abs(again.values - volume.values).max() < 0.01


# ---------------------------------------------------------------------------------------------------------------------
# the same bits


@pytest.fixture(scope="module")
def rows():
    """Seven slices of noise, which nothing smooths over."""
    noise = np.random.default_rng(1).normal(0, 1, (61, 7, 45)).astype(np.float32)
    return vt.data.Projections(
        noise, angles_deg=half_turn(61), geometry=vt.data.ParallelBeam(1.0, 22.3), kind="absorbance"
    )


def make(scan, what):
    """Return slices of a scan."""
    return vt.reconstruction.backproject(scan) if what == "back" else vt.reconstruction.fbp(scan, method=what)


@pytest.mark.parametrize("what", [*METHODS, "back"])
def test_some_rows_alone_give_the_bits_of_the_whole(rows, what):
    whole = make(rows, what).values
    for first, stop in ((0, 1), (1, 4), (3, 7), (6, 7)):
        np.testing.assert_array_equal(make(rows.rows(first, stop), what).values, whole[first:stop])


@pytest.mark.parametrize("what", [*METHODS, "back"])
def test_any_number_of_threads_gives_the_same_bits(rows, what, monkeypatch):
    found = []
    for threads in (1, 2, 3, 7):
        monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append(make(rows, what).values.tobytes())
    assert len(set(found)) == 1


def test_project_gives_the_same_bits_for_any_slices_and_threads(rows, monkeypatch):
    volume = vt.reconstruction.fbp(rows)
    whole = vt.reconstruction.project(volume, like=rows).values
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    for threads in (1, 3):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        part = vt.filters.crop(volume, box_voxels=((2, 5), (None, None), (None, None)))
        np.testing.assert_array_equal(vt.reconstruction.project(part, like=rows.rows(2, 5)).values, whole[:, 2:5])

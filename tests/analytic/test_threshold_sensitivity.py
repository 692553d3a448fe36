"""A phase against its threshold, on grey values whose answer is known without a computer."""

import numpy as np
import pytest

import voltome as vt


def test_a_ramp_of_n_layers_loses_one_layer_per_grey_value():
    # fraction (n - t) / n, so d ln(fraction) / dt = -1 / (n - t); a plane across the image: its crofton13 surface reads
    # -7.3 % along an axis, faces are exact: one face of 1 um2 per column of n um3, but none at t = 0
    n = 20
    ramp = np.repeat(np.arange(n, dtype=np.uint8), 36).reshape(n, 6, 6)
    volume = vt.data.Volume(ramp, voxel_size_um=1)
    thresholds = np.arange(1, n)
    frame = vt.morphology.threshold_sensitivity(
        volume, phase="solid", interval=(1, None), values=thresholds.tolist(), estimator="faces"
    ).frame
    np.testing.assert_allclose(frame.fraction, (n - thresholds) / n, rtol=1e-12)
    np.testing.assert_allclose(frame.relative_slope_of_fraction, -1 / (n - thresholds), rtol=1e-9)
    np.testing.assert_allclose(frame.area_per_total_volume_per_um, 1 / n, rtol=1e-12)
    assert (frame.percolating_fraction == 0).all(), "no layer reaches from the first to the last"
    assert (frame.largest_cluster_fraction == 1).all()
    crofton = vt.morphology.threshold_sensitivity(volume, phase="solid", interval=(1, None), values=[5, 10]).frame
    assert crofton.area_per_total_volume_per_um.tolist() == pytest.approx([1 / n] * 2, rel=0.08)
    assert (crofton.area_per_total_volume_per_um < 1 / n).all()


def test_a_ball_of_falling_grey_value_has_the_radius_of_its_threshold():
    # grey value 100 - r: the phase from t up is the ball of radius 100 - t; crofton13 is within 1 % for r >= 6, and the
    # fraction too
    z, y, x = np.indices((41, 41, 41)) - 20.3
    volume = vt.data.Volume((100 - np.sqrt(z**2 + y**2 + x**2)).astype(np.float32), voxel_size_um=0.5)
    frame = vt.morphology.threshold_sensitivity(
        volume, phase="ball", interval=(80, None), values=[84, 88, 92], connectivity=26
    ).frame
    radius_um = (100 - frame.threshold) * 0.5
    sample_um3 = (41 * 0.5) ** 3
    np.testing.assert_allclose(frame.fraction, 4 / 3 * np.pi * radius_um**3 / sample_um3, rtol=0.01)
    np.testing.assert_allclose(frame.area_per_total_volume_per_um, 4 * np.pi * radius_um**2 / sample_um3, rtol=0.01)
    assert frame.clusters.tolist() == [1, 1, 1]


def test_two_channels_with_a_bottleneck_percolate_up_to_the_grey_value_of_the_neck():
    # two channels of 9 voxels along z; one has a neck of grey value 50, the other a gap: the first carries 9 of 17
    # voxels of the phase up to a threshold of 50, and nothing percolates above
    values = np.zeros((9, 5, 7), np.uint8)
    values[:, 2, 1] = values[:, 2, 5] = 200
    values[4, 2, 1], values[4, 2, 5] = 50, 0
    volume = vt.data.Volume(values, voxel_size_um=(1, 2, 3))

    def along(axis: str, connectivity: int = 6) -> list[float]:
        table = vt.morphology.threshold_sensitivity(
            volume, phase="p", interval=(1, None), values=[40, 50, 51, 200], axis=axis, connectivity=connectivity
        )
        return table.frame.percolating_fraction.tolist()

    assert along("z") == [9 / 17, 9 / 17, 0, 0]
    assert along("y") == along("x") == [0, 0, 0, 0]


@pytest.mark.parametrize(("connectivity", "carried"), [(6, 0), (18, 0), (26, 1)])
def test_a_diagonal_percolates_by_corners_only(connectivity, carried):
    values = np.zeros((5, 5, 5), np.uint8)
    values[range(5), range(5), range(5)] = 9
    table = vt.morphology.threshold_sensitivity(
        vt.data.Volume(values, voxel_size_um=1), phase="p", interval=(1, None), values=[5, 9], connectivity=connectivity
    )
    assert table.frame.percolating_fraction.tolist() == [carried, carried]
    assert table.frame.clusters.tolist() == ([1, 1] if carried else [5, 5])


def test_the_upper_end_grows_the_phase_as_it_rises():
    # of random grey values 0 to 255 in equal shares, those up to t are (t + 1) / 256, within 4 standard errors
    values = np.random.default_rng(0).integers(0, 256, (40, 40, 40)).astype(np.uint8)
    thresholds = [15, 63, 127]
    frame = vt.morphology.threshold_sensitivity(
        vt.data.Volume(values, voxel_size_um=1), phase="pore", interval=(None, 9), values=thresholds, bound="upper"
    ).frame
    expected = (np.array(thresholds) + 1) / 256
    assert (abs(frame.fraction - expected) < 4 * np.sqrt(expected * (1 - expected) / values.size)).all()
    # site percolation of the cubic lattice by faces begins at a fraction of 0.3116
    assert frame.percolating_fraction.tolist()[:2] == [0, 0]
    assert frame.percolating_fraction.iloc[2] > 0.9

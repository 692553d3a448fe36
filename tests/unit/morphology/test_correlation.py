from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.errors import ParameterError, PhaseError, ValuesError, VoxelSizeError
from voltome.morphology._kernels_correlation import cell_counts, coincidences

NAMES = {0: "pore", 1: "solid"}


def image(values, voxel_size_um=1.0, **more):
    return vt.data.PhaseImage(np.asarray(values, np.uint8), voxel_size_um=voxel_size_um, phases=NAMES, **more)


def along(table, direction):
    return table.frame[table.frame.direction == direction].reset_index(drop=True)


def test_pairs_are_counted_along_each_axis():
    values = np.random.default_rng(0).random((9, 10, 11)) < 0.4
    table = vt.morphology.two_point_correlation(image(values, (1.0, 0.5, 2.0)), phase="solid", maximum_um=4)
    z, y, x = (along(table, axis) for axis in "zyx")
    assert z.distance_um.tolist() == [0, 1, 2, 3, 4]
    assert y.distance_um.tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    assert x.distance_um.tolist() == [0, 2, 4]
    assert z.two_point_probability[3] == (values[:-3] & values[3:]).mean()
    assert y.two_point_probability[5] == (values[:, :-5] & values[:, 5:]).mean()
    assert x.two_point_probability[2] == (values[:, :, :-2] & values[:, :, 2:]).mean()
    fraction = values.mean()
    assert table.frame.fraction.unique() == [fraction]
    for direction in ("z", "y", "x", "all"):
        rows = along(table, direction)
        assert rows.two_point_probability[0] == pytest.approx(fraction)
        assert rows.correlation[0] == pytest.approx(1)
        assert rows.covariance.to_numpy() == pytest.approx(rows.two_point_probability - fraction**2)


def test_all_directions_are_the_weighted_mean_of_thirteen():
    # isotropic voxels at random: every direction has the fraction squared from one voxel on
    values = np.random.default_rng(1).random((40, 40, 40)) < 0.5
    rows = along(vt.morphology.two_point_correlation(image(values), phase="solid", maximum_um=8), "all")
    # at 1 along the axes alone; diagonals are read between 0 and 1.41 or 1.73 on a straight line
    assert rows.two_point_probability[2:].to_numpy() == pytest.approx(0.25, abs=0.005)
    assert 0.25 < rows.two_point_probability[1] < 0.35


def test_directions_across_long_voxels_count_in_the_mean_at_short_distances():
    # layers across z: in the plane every pair is alike; the mean was that of the plane alone below the edge along z
    layers = np.arange(30)[:, np.newaxis, np.newaxis] % 2 * np.ones((30, 12, 12))
    table = vt.morphology.two_point_correlation(image(layers, (5, 1, 1)), phase="solid", maximum_um=2)
    assert table.frame.direction.unique().tolist() == ["y", "x", "all"]
    assert along(table, "y").two_point_probability.tolist() == [0.5] * 3
    rows = along(table, "all")
    assert rows.distance_um.tolist() == [0, 1]  # as far as the diagonal of the plane
    assert (rows.two_point_probability[1:] < 0.49).all()


def test_an_axis_of_one_voxel_does_not_say_how_short_a_distance_may_be():
    standing = image((np.arange(16) % 3 == 0).reshape(16, 1, 1), (2, 1, 0.5))
    with pytest.raises(ParameterError, match=r"at least a voxel \(2 um\)"):
        vt.morphology.two_point_correlation(standing, phase="solid", maximum_um=1)
    assert set(vt.morphology.two_point_correlation(standing, phase="solid", maximum_um=4).frame.direction) == {
        "z",
        "all",
    }


def test_a_sample_without_neighbours_has_no_correlation():
    mask = np.zeros((9, 9, 9), np.bool_)
    mask[::4, ::4, ::4] = True
    values = np.indices(mask.shape).sum(axis=0) % 8 == 0
    with pytest.raises(ValuesError, match=r"no two voxels of the sample are neighbours .* expected .* Check the mask"):
        vt.morphology.two_point_correlation(image(values, mask=mask), phase="solid", maximum_um=2)


def test_only_pairs_inside_the_mask_count():
    values = np.random.default_rng(2).random((12, 12, 12)) < 0.4
    mask = np.zeros(values.shape, np.bool_)
    mask[2:10, 3:11, 1:9] = True
    inside = image(values[2:10, 3:11, 1:9])
    found = vt.morphology.two_point_correlation(image(values, mask=mask), phase="solid", maximum_um=4).frame
    expected = vt.morphology.two_point_correlation(inside, phase="solid", maximum_um=4).frame
    assert found.two_point_probability.to_numpy() == pytest.approx(expected.two_point_probability.to_numpy())
    assert found.correlation_length_um.to_numpy() == pytest.approx(expected.correlation_length_um.to_numpy())


def test_layers_repeat_and_the_other_axes_do_not_fall():
    values = np.zeros((64, 8, 8))
    values[np.arange(64) % 8 < 4] = 1
    table = vt.morphology.two_point_correlation(image(values, 0.5), phase="solid", maximum_um=3.5)
    assert along(table, "y").correlation.to_numpy() == pytest.approx(1)
    assert along(table, "z").two_point_probability[4] == 0  # half a period apart: never both
    (said,) = table.warnings
    assert "along y, x is not yet 0 at 3.5 um" in said
    assert "lower bound" in said


def test_an_axis_of_one_voxel_has_no_rows():
    values = np.random.default_rng(3).random((1, 30, 30)) < 0.4
    table = vt.morphology.two_point_correlation(image(values), phase="solid", maximum_um=5)
    assert table.frame.direction.unique().tolist() == ["y", "x", "all"]


def test_what_cannot_be_is_said():
    some = image(np.random.default_rng(3).random((8, 8, 8)) < 0.4)
    for phase, values in (("solid", np.ones((6, 6, 6))), ("solid", np.zeros((6, 6, 6)))):
        with pytest.raises(PhaseError, match="of the 216 voxels of the sample; expected a phase that is somewhere"):
            vt.morphology.two_point_correlation(image(values), phase=phase, maximum_um=2)
    for reach in (0.5, 4.5):
        with pytest.raises(ParameterError, match=r"at least a voxel \(1 um\) and at most half .* \(4 um\)"):
            vt.morphology.two_point_correlation(some, phase="solid", maximum_um=reach)
    with pytest.raises(ParameterError, match="maximum_um is nan"):
        vt.morphology.two_point_correlation(some, phase="solid", maximum_um=float("nan"))
    with pytest.raises(PhaseError, match="unknown phase 'metal'"):
        vt.morphology.two_point_correlation(some, phase="metal", maximum_um=2)
    with pytest.raises(VoxelSizeError, match="1000 times"):
        vt.morphology.two_point_correlation(image(some.values, (1, 1, 1e-4)), phase="solid", maximum_um=2)


@pytest.mark.parametrize("threads", [1, 2])
def test_counts_are_the_same_for_any_number_of_threads(threads, monkeypatch):
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 100)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: threads)
    random = np.random.default_rng(5)
    here = random.random((14, 15, 16)) < 0.5
    for shift in ((0, 0, 3), (2, -1, 0), (3, 2, -2), (14, 0, 0)):
        dz, dy, dx = shift
        pairs = sum(
            here[z, y, x] and here[z + dz, y + dy, x + dx]
            for z, y, x in np.argwhere(here)
            if 0 <= z + dz < 14 and 0 <= y + dy < 15 and 0 <= x + dx < 16
        )
        assert coincidences(here, shift) == pairs
    mask = random.random(here.shape) < 0.7
    counts = cell_counts(here.astype(np.uint8), 1, mask, (4, 5, 3))
    assert counts.shape == (2, 4, 3, 6)
    assert counts[0, 1, 2, 5] == (here & mask)[4:8, 10:15, 15:18].sum()
    assert counts[1].sum() == mask.sum()

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, PhaseError, ValuesError
from voltome.morphology import _correlation

NAMES = {0: "pore", 1: "solid"}


def image(values, voxel_size_um=1.0, **more):
    return vt.data.PhaseImage(np.asarray(values, np.uint8), voxel_size_um=voxel_size_um, phases=NAMES, **more)


def row_of(phases, **more):
    return vt.morphology.fraction_confidence(phases, phase="solid", **more).frame.iloc[0]


@pytest.mark.parametrize("shape", [(20, 20, 20), (1, 90, 100), (6, 30, 40)])
def test_of_voxels_without_order_each_is_one_volume(shape):
    # binomial: the variance is p (1 - p) / N, the integral range the volume of a voxel
    random = np.random.default_rng(6)
    rows = [row_of(image(random.random(shape) < 0.3, (2.0, 1.0, 1.0))) for _ in range(16)]
    assert np.mean([row.integral_range_um3 for row in rows]) == pytest.approx(2, rel=0.1)
    assert np.mean([row.independent_volumes for row in rows]) == pytest.approx(np.prod(shape), rel=0.1)
    row = rows[0]
    assert row.fraction_low < row.fraction < row.fraction_high
    error = np.sqrt(row.fraction * (1 - row.fraction) / row.independent_volumes)
    assert row.fraction_standard_error == pytest.approx(error)
    assert row.fraction_high - row.fraction_low == pytest.approx(2 * 1.96 * error, rel=1e-3)
    # in the volume asked for, the standard error is that share of the fraction
    volumes = row.volume_for_5_percent_um3 / row.integral_range_um3
    assert np.sqrt(row.fraction * (1 - row.fraction) / volumes) == pytest.approx(0.05 * row.fraction)
    assert row.volume_for_1_percent_um3 == pytest.approx(25 * row.volume_for_5_percent_um3)


def test_of_blocks_each_block_is_one_volume():
    # cubes of 3 voxels, each all solid or all pore, without a fixed place: their covariance is a product of triangles,
    # whose integral is the volume of a cube
    random = np.random.default_rng(7)
    found = []
    for _ in range(20):
        blocks = np.kron(random.random((14, 14, 14)) < 0.4, np.ones((3, 3, 3)))
        z, y, x = random.integers(0, 3, 3)
        found.append(row_of(image(blocks[z : z + 39, y : y + 39, x : x + 39], 0.5)).integral_range_um3)
    assert np.mean(found) == pytest.approx(27 * 0.125, rel=0.1)


def test_coarser_cells_give_the_same_variance(monkeypatch):
    random = np.random.default_rng(8)
    values = np.kron(random.random((16, 16, 16)) < 0.4, np.ones((3, 3, 3)))
    fine = row_of(image(values))
    monkeypatch.setattr(_correlation, "MOST_CELLS", 16)
    assert row_of(image(values)).integral_range_um3 == pytest.approx(fine.integral_range_um3, rel=0.15)


def test_only_the_inside_of_the_mask_counts():
    random = np.random.default_rng(9)
    values = random.random((20, 22, 24)) < 0.4
    mask = np.zeros(values.shape, np.bool_)
    mask[2:18, 2:18, 2:18] = True
    masked, alone = row_of(image(values, mask=mask)), row_of(image(values[2:18, 2:18, 2:18]))
    assert masked.fraction == alone.fraction
    assert masked.integral_range_um3 == pytest.approx(alone.integral_range_um3, rel=0.1)


def test_the_interval_stays_between_0_and_1_and_grows_with_the_level():
    values = np.zeros((12, 12, 12))
    values[3, 4, 5] = 1
    row = row_of(image(values))
    assert 0 < row.fraction_low < row.fraction < row.fraction_high < 1
    widths = [row_of(image(values), confidence=level) for level in (0.5, 0.9, 0.99)]
    assert np.all(np.diff([wide.fraction_high - wide.fraction_low for wide in widths]) > 0)


def test_a_coarse_structure_has_warnings():
    gradient = np.zeros((24, 24, 24))
    gradient[:12] = 1
    ordered, few = vt.morphology.fraction_confidence(image(gradient), phase="solid").warnings
    assert "The solid is ordered over half of the image's longest edge (12 um)" in ordered
    assert "only 4.7 independent volumes of solid (expected 30 or more)" in few
    random = np.random.default_rng(10)
    fine = vt.morphology.fraction_confidence(image(random.random((20, 20, 20)) < 0.5), phase="solid")
    assert fine.warnings == ()


def test_a_checkerboard_keeps_a_variance():
    values = np.indices((10, 10, 10)).sum(axis=0) % 2
    # in truth it has none: what swings is summed to its first shells only, so the error is too large and never 0
    assert 1 < row_of(image(values)).integral_range_um3 < 10


def test_what_cannot_be_is_said():
    with pytest.raises(PhaseError, match="phase 'solid' has 0 of the 64 voxels"):
        row_of(image(np.zeros((4, 4, 4))))
    with pytest.raises(PhaseError, match="phase 'solid' has 64 of the 64 voxels"):
        row_of(image(np.ones((4, 4, 4))))
    with pytest.raises(PhaseError, match="has 1 of the 1 voxels"):
        row_of(image(np.ones((1, 1, 1))))
    some = image(np.random.default_rng(3).random((8, 8, 8)) < 0.4)
    for level in (0, 1, 1.5, float("nan"), True):
        with pytest.raises(ParameterError, match="confidence is"):
            row_of(some, confidence=level)


@pytest.mark.parametrize(
    ("shape", "voxel_size_um"), [((12, 12, 12), (2, 1, 0.5)), ((12, 12, 12), (5, 1, 1)), ((128, 8, 8), 1)]
)
def test_a_pattern_whose_fraction_does_not_scatter_has_no_interval(shape, voxel_size_um):
    # a chess-board: its variance was 0 or below, and the number of independent volumes 1 / 0 or negative
    board = np.indices(shape).sum(axis=0) % 2
    with pytest.raises(ValuesError, match=r"alternate so regularly .* expected a structure with some chance .* take"):
        row_of(image(board, voxel_size_um))


def test_of_a_sample_inside_one_of_its_longest_voxels_there_is_no_interval():
    mask = np.zeros((2, 2, 4), np.bool_)
    mask[0, 0, :2] = True
    with pytest.raises(ValuesError, match=r"the image is too small .* expected several voxels .* larger image"):
        row_of(image(np.indices(mask.shape)[2] == 0, (5, 1, 1), mask=mask))


@pytest.mark.parametrize(("shape", "voxel_size_um"), [((2, 2, 2), (2, 1, 0.5)), ((2, 1, 2), 1), ((2, 2, 2), (5, 1, 1))])
def test_the_smallest_images_warn_that_they_hold_few_volumes(shape, voxel_size_um):
    # the shells that are looked at hold all pairs of so small an image: the last of them was divided by 0
    found = vt.morphology.fraction_confidence(image(np.indices(shape)[0] == 0, voxel_size_um), phase="solid")
    assert found.frame.fraction_low[0] <= 0.5 <= found.frame.fraction_high[0]
    assert "independent volumes" in found.warnings[-1]

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.errors import ValuesError
from voltome.morphology import _kernels_labels as kernels
from voltome.morphology.columns import PARTICLES

FIRST_COLUMNS = [
    *("label", "volume_um3", "surface_area_um2", "surface_to_volume_per_um", "equivalent_diameter_um", "sphericity"),
    *("z_um", "y_um", "x_um", "touches_border"),
]


def measure(labels, voxel_size_um=1.0, **more):
    return vt.morphology.measure_particles(
        vt.data.ParticleImage(labels, voxel_size_um=voxel_size_um, phase="sulfur", **more)
    )


def block(label=5, shape=(12, 14, 16), dtype=np.int32):
    """One box of 4 x 5 x 6 voxels from (2, 3, 4) on."""
    labels = np.zeros(shape, dtype)
    labels[2:6, 3:8, 4:10] = label
    return labels


def test_the_promised_columns_come_first():
    table = measure(block())
    assert table.frame.columns.tolist()[:10] == FIRST_COLUMNS
    assert table.columns == PARTICLES
    assert table.kind == "particles"
    assert table.names("flag") == ["touches_border"]
    assert table.frame.phase.tolist() == ["sulfur"]


def test_how_well_particles_are_resolved():
    table = measure(block(), (0.5, 1.0, 2.0))
    # 120 voxels: (3 n / (4 pi))^(1/3), whatever their form
    assert table.frame.radius_voxels.tolist() == pytest.approx([(90 / np.pi) ** (1 / 3)])
    assert table.warnings == (
        "1 of 1 particles (100 % of the volume) has an equivalent diameter under 10 voxels, too few for a shape, and "
        "surfaces by crofton13 that read low by more than 0.7 %. Use surface_area_corrected_um2 (surface: corrected), "
        "or voxels that are smaller.",
    )
    large = np.zeros((20, 20, 20), np.int32)
    large[5:14, 5:14, 5:14] = 1  # 729 voxels: 5.58
    assert measure(large).warnings == ()
    large[1:4, 1:4, 1:4] = 2
    assert measure(large).warnings[0].startswith("1 of 2 particles (3.6 % of the volume) has an equivalent diameter")


def test_a_box_of_uneven_voxels_at_an_origin():
    frame = measure(block(), (0.5, 1.0, 2.0), origin_um=(100.0, 200.0, 300.0), history=("cut",)).frame
    row = frame.iloc[0]
    assert (row.label, row.voxels, row.volume_um3) == (5, 120, 120.0)
    assert (row.z_um, row.y_um, row.x_um) == (100 + 2.0, 200 + 5.5, 300 + 14.0)
    assert (row.z_min_um, row.z_max_um, row.y_min_um, row.y_max_um) == (101, 103, 203, 208)
    assert (row.x_min_um, row.x_max_um) == (308, 320)
    # the variance of n points one edge e apart is e^2 (n^2 - 1) / 12
    expected = sorted(np.sqrt(5 * e**2 * (n**2 - 1) / 12) for e, n in ((0.5, 4), (1, 5), (2, 6)))[::-1]
    assert row[["semi_axis_a_um", "semi_axis_b_um", "semi_axis_c_um"]].tolist() == pytest.approx(expected)
    assert row[["longest_axis_z", "longest_axis_y", "longest_axis_x"]].tolist() == pytest.approx([0, 0, 1])
    assert row.equivalent_diameter_um == pytest.approx((720 / np.pi) ** (1 / 3))
    assert row.sphericity == pytest.approx(np.pi ** (1 / 3) * 720 ** (2 / 3) / row.surface_area_um2)
    assert row.surface_to_volume_per_um == pytest.approx(row.surface_area_um2 / 120)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32, np.int64])
def test_every_integer_type_gives_the_same(dtype):
    expected = measure(block(1)).frame
    assert measure(block(1, dtype=dtype)).frame.equals(expected)


def test_labels_far_apart_and_beyond_32_bits_keep_their_numbers():
    labels = np.zeros((8, 9, 30), np.int64)
    numbers = [2**40 + 3, 7, 2**62, 100_000]
    for place, number in enumerate(numbers):
        labels[1 + place : 3 + place, 2:5, 7 * place + 1 : 7 * place + 4] = number
    frame = measure(labels).frame
    assert frame.label.tolist() == sorted(numbers)
    assert frame.label.dtype == np.int64
    small = np.zeros(labels.shape, np.int32)
    for place, number in enumerate(sorted(numbers)):
        small[labels == number] = place + 1
    assert frame.drop(columns="label").equals(measure(small).frame.drop(columns="label"))


def test_a_view_that_is_not_contiguous_is_measured_alike():
    labels = np.zeros((24, 28, 48), np.int32)
    labels[::2, ::2, ::3] = block()
    assert measure(labels[::2, ::2, ::3]).frame.equals(measure(block()).frame)
    assert measure(np.asfortranarray(block())).frame.equals(measure(block()).frame)


def test_values_that_may_not_be_written_are_measured_alike():
    labels = block()
    labels.flags.writeable = False
    assert measure(labels).frame.equals(measure(block()).frame)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("end", [0, -1])
def test_a_particle_at_a_face_touches_the_border(axis, end):
    labels = block()
    assert not measure(labels).frame.touches_border[0]
    np.moveaxis(labels, axis, 0)[end] = 5
    assert measure(labels).frame.touches_border[0]


def test_an_axis_of_one_voxel_does_not_make_everything_touch_the_border():
    labels = np.zeros((9, 9), np.int32)
    labels[2:4, 2:4], labels[6:, 5] = 1, 2
    frame = measure(labels).frame
    assert frame.touches_border.tolist() == [False, True]
    assert frame.semi_axis_c_um.tolist() == [0, 0]


def test_a_particle_at_the_edge_of_the_mask_touches_the_border_and_outside_is_not_measured():
    labels = np.zeros((9, 9, 20), np.int32)
    labels[3:6, 3:6, 2:6], labels[3:6, 3:6, 8:12], labels[3:6, 3:6, 14:18] = 1, 2, 3
    mask = np.zeros(labels.shape, np.bool_)
    mask[1:8, 1:8, 1:10] = True
    frame = measure(labels, mask=mask).frame
    assert frame.label.tolist() == [1, 2]
    assert frame.touches_border.tolist() == [False, True]
    assert frame.voxels.tolist() == [36, 18]
    cut = np.where(mask, labels, 0).astype(np.int32)
    of_border = ["touches_border", "miles_lantuejoul_weight"]
    assert frame.drop(columns=of_border).equals(measure(cut).frame.drop(columns=of_border))


def test_a_single_voxel():
    labels = np.zeros((3, 3, 3), np.int32)
    labels[1, 1, 1] = 1
    row = measure(labels).frame.iloc[0]
    # one exit along each of 13 directions: half of its six faces, as the documentation of Avizo says
    assert row.surface_area_um2 == pytest.approx(3.004, abs=0.001)
    assert (row.semi_axis_a_um, row.semi_axis_c_um) == (0, 0)
    assert np.linalg.norm(row[["longest_axis_z", "longest_axis_y", "longest_axis_x"]].astype(float)) == 1
    assert len(measure(np.ones((1, 1, 1), np.int32)).frame) == 1


def test_rows_longer_than_a_piece_are_one_run():
    # rows are taken in pieces of 255 voxels; the surface of a long rod shows whether the cuts count as surface
    labels = np.zeros((4, 4, 1000), np.int32)
    labels[1:3, 1:3, 10:990] = 1
    turned = np.ascontiguousarray(labels.T)
    along, across = measure(labels).frame.iloc[0], measure(turned).frame.iloc[0]
    assert along.surface_area_um2 == pytest.approx(across.surface_area_um2, rel=1e-12)
    assert (along.x_um, along.semi_axis_a_um) == pytest.approx((across.z_um, across.semi_axis_a_um))


@pytest.mark.parametrize("slabs", [2, 3, 12])
def test_the_cut_into_slabs_and_strips_does_not_change_a_bit(slabs, monkeypatch):
    labels = np.random.default_rng(0).integers(0, 9, (12, 150, 40)).astype(np.uint32)
    labels[3:9, 20:120, 5:30] = 9
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 1)
    one = kernels.accumulate(labels, None, 10)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: slabs)
    assert np.array_equal(kernels.accumulate(labels, None, 10), one)
    assert np.array_equal(one[1:, kernels.COUNT], np.bincount(labels.ravel())[1:])


@pytest.mark.parametrize("mask", [None, "outside"])
def test_no_particle_is_an_error_that_says_what_to_check(mask):
    labels = np.zeros((4, 4, 4), np.int32)
    inside = None
    if mask:
        labels[0] = 3
        inside = np.ones(labels.shape, np.bool_)
        inside[0] = False
    with pytest.raises(ValuesError, match=r"there is no particle inside the sample: .* Check the threshold"):
        measure(labels, mask=inside)


def test_a_whole_particle_stands_for_those_that_are_cut():
    # a box of 4 x 5 x 6 voxels in 12 x 14 x 16 is whole at 7 x 8 x 9 of 12 x 14 x 16 places
    weight = measure(block()).frame.miles_lantuejoul_weight[0]
    assert weight == pytest.approx(12 * 14 * 16 / (7 * 8 * 9))
    assert measure(block(), (0.5, 1.0, 2.0)).frame.miles_lantuejoul_weight[0] == weight
    slice_only = measure(block()[2:3]).frame
    assert slice_only.miles_lantuejoul_weight[0] == pytest.approx(14 * 16 / (8 * 9))
    assert measure(block()[2:]).frame.miles_lantuejoul_weight[0] == 0


def test_the_weight_is_that_of_a_mask_that_is_a_box_and_0_in_any_other():
    mask = np.zeros((12, 14, 16), np.bool_)
    mask[:8, 1:12, 1:14] = True
    assert measure(block(), mask=mask).frame.miles_lantuejoul_weight[0] == pytest.approx(8 * 11 * 13 / (3 * 5 * 6))
    mask[7, 11, 13] = False
    row = measure(block(), mask=mask).frame.iloc[0]
    assert (row.touches_border, row.miles_lantuejoul_weight) == (False, 0)

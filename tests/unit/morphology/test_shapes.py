from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.errors import AxisError, ParameterError, ValuesError
from voltome.morphology.columns_shapes import PARTICLE_SHAPES


def image_of(labels, voxel_size_um=1.0, **more):
    return vt.data.ParticleImage(labels, voxel_size_um=voxel_size_um, phase="sulfur", **more)


def measure(labels, voxel_size_um=1.0, minimum=5.0, **more):
    return vt.morphology.measure_shapes(image_of(labels, voxel_size_um, **more), minimum_radius_voxels=minimum)


def balls(*radii, edge=30):
    """Balls in a row, numbered from 1."""
    labels = np.zeros((edge, edge, edge * len(radii)), np.int32)
    grid = np.indices((edge,) * 3) + 0.5 - edge / 2
    for number, radius in enumerate(radii):
        labels[:, :, number * edge : (number + 1) * edge][(grid**2).sum(axis=0) <= radius**2] = number + 1
    return labels


def test_the_table_says_what_it_holds():
    table = measure(balls(12), 0.5, history=("cut",))
    assert (table.kind, table.columns, table.history) == ("particle_shapes", PARTICLE_SHAPES, ("cut",))
    assert table.measured_on.startswith("particles of sulfur in 30 x 30 x 30 voxels")
    assert "of at least 5 voxels" in table.method
    assert table.warnings == ()
    row = table.frame.iloc[0]
    assert row.feret_mean_um == pytest.approx(12, abs=0.05)
    assert (row.phase, row.touches_border, row.label) == ("sulfur", False, 1)
    assert row.radius_voxels == pytest.approx(12, abs=0.1)
    assert row.volume_um3 == row.convex_hull_volume_um3
    assert row.feret_minimum_um <= row.feret_mean_um


def test_small_particles_are_left_out_and_counted():
    table = measure(balls(12, 4, 11, 3))
    assert table.frame.label.tolist() == [1, 3]
    assert table.frame.index.tolist() == [0, 1]
    (warning,) = table.warnings
    assert warning.startswith(
        "2 of 4 particles (3.1 % of the volume) have an equivalent diameter under 10 voxels or only"
    )
    assert "are left out of the shapes. Smaller voxels would resolve more; minimum_radius_voxels = 5 sets" in warning
    assert len(measure(balls(12, 4, 11, 3), minimum=0).frame) == 4
    assert measure(balls(12, 5), minimum=10).warnings[0].startswith("1 of 2 particles (7.1 % of the volume) has an")


def test_nothing_large_enough_is_an_error_that_says_how_to_mend_it():
    with pytest.raises(
        ValuesError,
        match=r"minimum_radius_voxels = 5 or more .* the largest of 2 has 4\.\d+ voxels. Smaller voxels .* 0 measures",
    ):
        measure(balls(4, 3))
    with pytest.raises(ParameterError, match="minimum_radius_voxels is -1; expected a finite number, 0 or above"):
        measure(balls(5), minimum=-1)
    with pytest.raises(ValuesError, match=r"there is no particle inside the sample: .* Check the threshold"):
        measure(np.zeros((4, 4, 4), np.int32))


def test_what_lies_in_a_layer_has_no_shape():
    labels = np.zeros((20, 30, 30), np.int32)
    labels[2, 2:9, 2:9], labels[8, 8, 8], labels[12, 3:20, 5] = 1, 2, 3
    tilted = np.arange(4, 16)
    labels[tilted, tilted, 20], labels[tilted, tilted, 22] = 4, 4
    with pytest.raises(ValuesError, match=r"thicker than a layer of voxels; .* Smaller voxels would resolve shapes\.$"):
        measure(labels, minimum=0)
    labels[14:18, 22:26, 10:14] = 9
    table = measure(labels, minimum=0)
    assert table.frame.label.tolist() == [9]
    assert table.frame.solidity[0] == 1
    assert table.warnings[0].startswith("4 of 5 particles")


def test_a_single_slice_is_refused():
    with pytest.raises(AxisError, match="at least two voxels along every axis, as a single layer shows no shape"):
        measure(np.ones((40, 40), np.int32))


def test_the_smallest_body_with_a_volume():
    labels = np.zeros((5, 5, 5), np.int32)
    labels[1:3, 1:3, 1:3] = 1
    row = measure(labels, minimum=0).frame.iloc[0]
    # between the centres there is one voxel; half a voxel and a little is added on both sides of full planes
    assert row.feret_minimum_um == pytest.approx(2, abs=0.35)
    assert (row.solidity, row.elongation, row.flatness) == (1, pytest.approx(1), pytest.approx(1))
    assert np.isfinite(row.drop("phase").astype(float)).all()


def test_a_particle_on_every_face_is_measured_as_seen():
    row = measure(np.ones((20, 20, 20), np.int32)).frame.iloc[0]
    assert row.touches_border
    assert row.feret_minimum_um == pytest.approx(20, abs=0.05)
    assert row.convex_hull_volume_um3 == 8000


def test_numbers_far_apart_and_every_integer_type():
    labels = balls(10.5, 12)
    expected = measure(labels).frame
    for dtype in (np.uint8, np.int64):
        assert measure(labels.astype(dtype)).frame.equals(expected)
    far = np.where(labels == 1, 2**40, np.where(labels == 2, 70_000, 0))
    found = measure(far).frame
    assert found.label.tolist() == [70_000, 2**40]
    assert found.drop(columns="label").iloc[::-1].reset_index(drop=True).equals(expected.drop(columns="label"))
    assert measure(np.asfortranarray(labels)).frame.equals(expected)


def test_outside_the_mask_nothing_counts():
    labels = balls(12, 12)
    mask = np.ones(labels.shape, np.bool_)
    mask[:, :, :12] = False
    found = measure(labels, mask=mask).frame
    cut = measure(np.where(mask, labels, 0)).frame
    assert found.drop(columns="touches_border").equals(cut.drop(columns="touches_border"))
    assert found.touches_border.tolist() == [True, False]


@pytest.mark.parametrize("slabs", [2, 3])
def test_threads_do_not_change_a_bit(slabs, monkeypatch):
    # voxels in the bounding boxes decide how many threads there are
    labels = balls(14, 20, 13, 17, edge=50)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 1)
    one = measure(labels).frame
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: slabs)
    assert measure(labels).frame.equals(one)


def test_shapes_scale_with_the_voxel():
    one, ten = measure(balls(12)).frame, measure(balls(12), 10.0).frame
    for name in ("feret_maximum_um", "feret_minimum_um", "feret_mean_um"):
        assert ten[name].to_numpy() == pytest.approx(10 * one[name].to_numpy())
    for name in ("elongation", "flatness", "solidity", "sphericity", "radius_voxels"):
        assert ten[name].to_numpy() == pytest.approx(one[name].to_numpy())

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, ValuesError
from voltome.segmentation import drop_touching_border, filter_by_size
from voltome.segmentation.particles import particle_voxel_counts


def image(values, **grid):
    return vt.data.ParticleImage(np.asarray(values), voxel_size_um=grid.pop("voxel_size_um", 1), phase="s", **grid)


@pytest.fixture
def blocks():
    """Particle 3 inside (8 voxels), 5 on the last face of x (2), 9 inside (1)."""
    values = np.zeros((6, 7, 8), np.int32)
    values[1:3, 1:3, 1:3], values[3, 3, 6:], values[4, 5, 4] = 3, 5, 9
    return values


@pytest.mark.parametrize("face", [(0, 3, 3), (-1, 3, 3), (3, 0, 3), (3, -1, 3), (3, 3, 0), (3, 3, -1)])
def test_each_of_the_six_faces_is_a_border(face):
    values = np.zeros((7, 7, 7), np.int32)
    values[2:4, 2:4, 2:4] = 1
    values[face] = 2
    assert np.unique(drop_touching_border(image(values)).values).tolist() == [0, 1]


def test_what_is_kept_keeps_its_number_and_the_history_says_what_went(blocks):
    kept = drop_touching_border(image(blocks))
    assert np.array_equal(kept.values, np.where(blocks == 5, 0, blocks))
    assert kept.values.dtype == np.int32
    assert kept.history == ("drop_touching_border: removed 1 of 3 particles, 18.18 % of their volume",)
    assert (blocks == 5).sum() == 2  # the input is as it was


def test_one_slice_has_four_edges_and_no_faces():
    values = np.zeros((1, 6, 6), np.int32)
    values[0, 2:4, 2:4], values[0, 5, 2] = 1, 2
    assert np.unique(drop_touching_border(image(values)).values).tolist() == [0, 1]


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("upper", [True, False])
def test_the_edge_of_the_mask_is_a_border(axis, upper):
    values = np.zeros((9, 9, 9), np.int32)
    values[4, 4, 4] = 1
    cut = [4, 4, 4]
    cut[axis] = 2 if upper else 6
    values[tuple(cut)] = 2
    mask = np.zeros((9, 9, 9), np.bool_)
    mask[(slice(None),) * axis + (slice(2, None) if upper else slice(None, 7),)] = True
    assert np.unique(drop_touching_border(image(values, mask=mask)).values).tolist() == [0, 1]


def test_voxels_outside_the_mask_are_no_particle():
    values = np.zeros((1, 9, 9), np.int32)
    values[0, 4, 4], values[0, 0, 0] = 1, 2
    mask = np.zeros((1, 9, 9), np.bool_)
    mask[0, 2:7, 2:7] = True
    particles = image(values, mask=mask)
    kept = drop_touching_border(particles)
    assert kept.history[-1].startswith("drop_touching_border: removed 0 of 1 particles, 0.00 %")
    assert np.unique(kept.values).tolist() == [0, 1]
    labels, counts = particle_voxel_counts(particles)
    assert (labels.tolist(), counts.tolist()) == ([1], [1])


def test_all_at_the_border_and_no_particle_at_all_are_refused():
    with pytest.raises(ValuesError, match=r"all 1 particles touch the border .* larger crop"):
        drop_touching_border(image(np.ones((3, 3, 3), np.int32)))
    with pytest.raises(ValuesError, match="no particle of s; expected at least one label above 0"):
        drop_touching_border(image(np.zeros((3, 3, 3), np.int32)))
    with pytest.raises(ValuesError, match="no particle of s"):
        filter_by_size(image(np.zeros((3, 3, 3), np.int32)), min_voxels=1)


def test_sizes_are_equivalent_diameters_in_um(blocks):
    # 8 voxels of 6 um3: (6 * 48 / pi)^(1/3) = 4.509 um; 2: 2.841; 1: 2.254
    particles = image(blocks, voxel_size_um=(3, 2, 1))
    assert np.unique(filter_by_size(particles, min_diameter_um=4.50).values).tolist() == [0, 3]
    assert np.unique(filter_by_size(particles, max_diameter_um=4.51).values).tolist() == [0, 3, 5, 9]
    assert np.unique(filter_by_size(particles, min_diameter_um=2.26, max_diameter_um=2.85).values).tolist() == [0, 5]
    assert np.unique(filter_by_size(particles, min_voxels=2).values).tolist() == [0, 3, 5]


def test_the_history_of_the_size_filter_says_bounds_count_and_share(blocks):
    kept = filter_by_size(image(blocks), max_diameter_um=2, min_voxels=2)
    assert kept.history == (
        "filter_by_size (equivalent diameter at most 2 um, at least 2 voxels): removed 2 of 3 particles, "
        "81.82 % of their volume",
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int64, np.uint64])
def test_labels_of_any_integer_type_are_handled(blocks, dtype):
    kept = filter_by_size(image(blocks.astype(dtype)), min_voxels=2)
    assert kept.values.dtype == np.dtype(dtype).newbyteorder("=")
    assert np.unique(kept.values).tolist() == [0, 3, 5]


def test_a_crop_can_be_filtered(blocks):
    part = vt.filters.crop(image(blocks), box_voxels=((0, 5), (0, 6), (0, 7)))
    assert np.unique(drop_touching_border(part).values).tolist() == [0, 3]
    assert blocks.max() == 9  # the crop is a view: what it came from is untouched


def test_nothing_within_the_bounds_says_what_there_is(blocks):
    with pytest.raises(ValuesError, match=r"no particle has .* from 1.241 to 2.481 um \(1 to 8 voxels\)"):
        filter_by_size(image(blocks), min_diameter_um=50)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({}, "no bound is given"),
        ({"min_diameter_um": -1}, "min_diameter_um is -1; expected a finite number above 0"),
        ({"max_diameter_um": 0}, "max_diameter_um is 0"),
        ({"min_voxels": 0}, "min_voxels is 0; expected a whole number"),
        ({"min_voxels": 2.5}, "min_voxels is 2.5"),
        ({"min_diameter_um": 5, "max_diameter_um": 2}, "min_diameter_um 5 is above max_diameter_um 2"),
    ],
)
def test_wrong_bounds_are_refused(blocks, bounds, message):
    with pytest.raises(ParameterError, match=message):
        filter_by_size(image(blocks), **bounds)

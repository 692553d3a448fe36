import dataclasses

import numpy as np
import pytest

import voltome as vt
from voltome import runtime
from voltome.errors import MemoryEstimateError, ValuesError


def two_boxes(dtype=np.int32, numbers=(1, 2)):
    """Return two boxes of 8 x 8 x 10 voxels that touch across x."""
    labels = np.zeros((12, 12, 24), dtype)
    labels[2:10, 2:10, 2:12], labels[2:10, 2:10, 12:22] = numbers
    return labels


def image(labels, **more):
    return vt.data.ParticleImage(labels, **({"voxel_size_um": 0.5, "phase": "pore"} | more))


def test_pores_and_throats_have_their_sizes_and_places():
    network = vt.transport.extract_network(image(two_boxes(), origin_um=(1, 2, 3)))
    assert network.labels.tolist() == [1, 2]
    np.testing.assert_allclose(network.position_um, [[4, 5, 6.5], [4, 5, 11.5]])
    np.testing.assert_allclose(network.throat_position_um, [[4, 5, 9.0]])
    assert network.volume_um3.tolist() == [80.0, 80.0]
    assert network.throat_cross_section_um2.tolist() == [16.0]
    assert network.inscribed_diameter_um.tolist() == [4.0, 4.0]  # an even number of voxels: no bias
    assert network.throat_inscribed_diameter_um.tolist() == [4.0]
    # a box of edges a: a^2 / 12 along each of its axes, nothing between them
    np.testing.assert_allclose(network.covariance_um2[0], np.diag([16, 16, 25]) / 12, atol=1e-12)
    assert not network.face_area_um2.any()
    assert network.size_um == (6, 6, 12)
    assert network.sample_volume_um3 == 6 * 6 * 12
    assert network.history == ("extract_network: 2 pores, 1 throats of pore",)


def test_pores_on_faces_have_their_area_and_width_there():
    network = vt.transport.extract_network(image(two_boxes()[:, :, 2:22]))
    expected = np.zeros((2, 6))
    expected[0, 4] = expected[1, 5] = 16.0
    np.testing.assert_array_equal(network.face_area_um2, expected)
    np.testing.assert_array_equal(network.face_inscribed_diameter_um, np.sqrt(expected))


def test_a_wall_in_the_corner_of_a_face_is_the_nearest_for_all():
    """On voxels that are no cubes the distance is in um, not in voxels."""
    labels = np.ones((8, 8, 8), np.int32)
    labels[0, 0, 0] = 0
    network = vt.transport.extract_network(image(labels, voxel_size_um=(2.0, 1.0, 0.5)))
    assert network.inscribed_diameter_um[0] == pytest.approx(2 * np.sqrt(14**2 + 7**2 + 3.5**2))


def test_an_inscribed_circle_of_a_throat_is_no_larger_than_the_throat():
    labels = np.zeros((11, 11, 23), np.int32)
    labels[1:10, 1:10, 1:11], labels[1:10, 1:10, 12:22] = 1, 2
    labels[5, 5, 11] = 1  # a window of a single voxel
    network = vt.transport.extract_network(image(labels, voxel_size_um=1))
    assert network.throat_cross_section_um2.tolist() == [1.0]
    assert network.throat_inscribed_diameter_um[0] == pytest.approx(np.sqrt(4 / np.pi))


def test_a_contact_that_closes_on_itself_has_the_cross_section_of_one_face():
    labels = np.zeros((9, 9, 9), np.int32)
    labels[1:8, 1:8, 1:8], labels[3:6, 3:6, 3:6] = 1, 2
    network = vt.transport.extract_network(image(labels, voxel_size_um=1))
    assert network.throat_cross_section_um2.tolist() == [1.0]
    assert network.throat_contact_area_um2[0] > 40


@pytest.mark.parametrize(("dtype", "numbers"), [(np.uint16, (7, 40000)), (np.int64, (3, 2**40)), (np.uint8, (1, 9))])
def test_any_numbers_of_any_type_give_the_same_network(dtype, numbers):
    plain = vt.transport.extract_network(image(two_boxes()))
    other = vt.transport.extract_network(image(two_boxes(dtype, numbers)))
    assert other.labels.tolist() == list(numbers)
    for field in dataclasses.fields(plain):
        if field.name != "labels":
            np.testing.assert_array_equal(getattr(other, field.name), getattr(plain, field.name))


def test_what_is_outside_the_mask_is_neither_pore_nor_wall():
    labels = two_boxes()
    mask = np.ones(labels.shape, np.bool_)
    mask[:, :, 12:] = False
    network = vt.transport.extract_network(image(labels, mask=mask))
    assert (network.pore_count, network.throat_count) == (1, 0)
    assert network.sample_volume_um3 == 6 * 6 * 6
    assert network.inscribed_diameter_um.tolist() == [4.0]
    assert network.size_um == (6, 6, 6)
    assert network.face_area_um2.tolist() == [[0, 0, 0, 0, 0, 16]]  # the faces are those of the box around the mask


def test_a_mask_away_from_the_corner_moves_the_origin():
    labels = np.zeros((12, 12, 30), np.int32)
    labels[2:10, 2:10, 5:20] = 1
    mask = np.zeros(labels.shape, np.bool_)
    mask[1:11, 2:, 10:25] = True
    network = vt.transport.extract_network(image(labels, mask=mask, origin_um=(1, 1, 1)))
    assert network.origin_um == (1.5, 2.0, 6.0)
    assert network.size_um == (5, 5, 7.5)
    np.testing.assert_allclose(network.position_um, [[4, 4, 8.5]])


def test_a_pore_space_without_walls_is_refused():
    with pytest.raises(ValuesError, match="fill the whole sample: nothing bounds them"):
        vt.transport.extract_network(image(np.ones((4, 4, 4), np.int32)))


def test_an_image_without_pores_is_refused():
    with pytest.raises(ValuesError, match="there is no particle inside the sample"):
        vt.transport.extract_network(image(np.zeros((4, 4, 4), np.int32)))


def test_what_does_not_fit_is_said_before(monkeypatch):
    monkeypatch.setattr(runtime, "available_memory_bytes", lambda: 1000)
    with pytest.raises(MemoryEstimateError, match="extract_network needs about"):
        vt.transport.extract_network(image(two_boxes()))


def test_the_tables_say_what_was_measured():
    network = vt.transport.extract_network(image(two_boxes(np.int32, (4, 8))[:, :, 2:], history=("before",)))
    pores, throats = vt.transport.measure_pores(network), vt.transport.measure_throats(network)
    assert (pores.kind, throats.kind) == ("pores", "throats")
    assert pores.measured_on == "network of 2 pores and 1 throats of pore in 6 x 6 x 11 um"
    assert pores.history == ("before", "extract_network: 2 pores, 1 throats of pore")
    assert pores.frame.pore.tolist() == [4, 8]
    assert pores.frame.touches_border.tolist() == [True, False]
    assert pores.frame.coordination_number.tolist() == [1, 1]
    row = throats.frame.iloc[0]
    assert (row.pore_a, row.pore_b, row.length_um, row.straight_length_um) == (4, 8, 5.0, 5.0)
    assert row.equivalent_diameter_um == pytest.approx(np.sqrt(64 / np.pi))
    assert throats.warnings == ()


def test_narrow_throats_are_said():
    table = vt.transport.measure_throats(vt.transport.extract_network(image(two_boxes()[4:8])))
    assert table.warnings == ()  # faces of the image are no wall: 8 voxels in y
    narrow = np.zeros((6, 6, 12), np.int32)
    narrow[1:5, 1:5, 1:6], narrow[1:5, 1:5, 6:11] = 1, 2
    said = vt.transport.measure_throats(vt.transport.extract_network(image(narrow))).warnings
    assert len(said) == 1
    assert said[0].startswith("1 of 1 throats are less than 5 voxels (2.5 um) wide")
    assert "raise min_depth_um" in said[0]


def test_a_single_pore_has_a_table_of_throats_without_a_row():
    labels = np.zeros((6, 6, 6), np.int32)
    labels[1:5, 1:5, 1:5] = 1
    table = vt.transport.measure_throats(vt.transport.extract_network(image(labels)))
    assert len(table.frame) == 0

import numpy as np
import pytest

import voltome as vt
from voltome.errors import GeometryError, PhaseError, ValuesError, VoxelSizeError


def row_of_cubes(**changes):
    """Return three cubes of 10 um in a row along x, with windows of 4 um between them, open at both ends."""
    faces = np.zeros((3, 6))
    faces[0, 4] = faces[2, 5] = 100.0
    fields = {
        "labels": np.array([3, 5, 9]),
        "position_um": np.array([[5, 5, 5], [5, 5, 15], [5, 5, 25.0]]),
        "volume_um3": np.full(3, 1000.0),
        "surface_area_um2": np.full(3, 600.0),
        "inscribed_diameter_um": np.full(3, 10.0),
        "covariance_um2": np.stack([np.eye(3) * 100 / 12] * 3),
        "face_area_um2": faces,
        "face_inscribed_diameter_um": np.sqrt(faces),
        "throat_pores": np.array([[0, 1], [1, 2]]),
        "throat_position_um": np.array([[5, 5, 10], [5, 5, 20.0]]),
        "throat_contact_area_um2": np.full(2, 16.0),
        "throat_cross_section_um2": np.full(2, 16.0),
        "throat_inscribed_diameter_um": np.full(2, 4.0),
        "voxel_size_um": 1,
        "size_um": (10, 10, 30),
        "sample_volume_um3": 3000,
        "phase": "pore",
        "history": ("made by hand",),
    }
    return vt.data.PoreNetwork(**(fields | changes))


def test_it_says_what_it_is():
    assert repr(row_of_cubes()) == "PoreNetwork(3 pores, 2 throats, pore in 10 x 10 x 30 um)"


def test_every_field_comes_back_from_a_file(tmp_path):
    made = row_of_cubes(origin_um=(1, 2, 3))
    found = vt.io.read(vt.io.write(made, tmp_path / "network.zarr"))
    assert isinstance(found, vt.data.PoreNetwork)
    for name in made.__dataclass_fields__:
        if name != "_":
            np.testing.assert_array_equal(getattr(found, name), getattr(made, name), err_msg=name)
    assert vt.io.describe(tmp_path / "network.zarr").noun == "PoreNetwork"


def test_what_follows_from_its_fields():
    network = row_of_cubes()
    assert (network.pore_count, network.throat_count, network.porosity) == (3, 2, 1.0)
    assert network.coordination_number.tolist() == [1, 2, 1]
    assert network.half_length_um.tolist() == [[5, 5], [5, 5]]
    np.testing.assert_allclose(network.half_cross_section_um2, 100, rtol=1e-12)  # V / L of a cube along an edge
    np.testing.assert_allclose(network.face_cross_section_um2, 100, rtol=1e-12)
    assert network.face_length_um.tolist()[0] == [5, 5, 5, 5, 5, 25]
    np.testing.assert_allclose(network.equivalent_diameter_um, (6000 / np.pi) ** (1 / 3))
    np.testing.assert_allclose(network.throat_equivalent_diameter_um, 2 * np.sqrt(16 / np.pi))


def test_the_cross_section_of_a_ball_is_that_of_a_prism_of_the_same_spread_in_every_direction():
    # a ball of radius r: V / sqrt(12 r^2 / 5), 0.861 of its great circle, whatever the direction
    radius = 7.0
    ways = np.array([[5, 5, 10], [9, 8, 20.0]])
    network = row_of_cubes(
        volume_um3=np.full(3, 4 / 3 * np.pi * radius**3),
        covariance_um2=np.stack([np.eye(3) * radius**2 / 5] * 3),
        throat_position_um=ways,
    )
    expected = 4 / 3 * np.pi * radius**2 / np.sqrt(12 / 5)
    np.testing.assert_allclose(network.half_cross_section_um2, expected)
    assert expected / (np.pi * radius**2) == pytest.approx(0.861, abs=0.001)


def test_a_throat_at_the_centre_of_its_pore_has_a_length_above_zero():
    # a pore that lies around another has its centroid there
    network = row_of_cubes(throat_position_um=np.array([[5, 5, 5], [5, 5, 20.0]]))
    assert network.half_length_um[0, 0] == 0.5
    assert np.isfinite(network.half_cross_section_um2).all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": np.array([1, 3, 2])}, "pores whose numbers do not rise"),
        ({"labels": np.array([1, 2])}, "lists of pores of different length"),
        ({"throat_contact_area_um2": np.ones(3)}, "lists of throats of different length"),
        ({"throat_pores": np.array([[0, 1], [1, 3]])}, "does not join a pore with a later one"),
        ({"throat_pores": np.array([[0, 1], [2, 1]])}, "does not join a pore with a later one"),
        ({"throat_pores": np.array([[-1, 1], [1, 2]])}, "does not join a pore with a later one"),
        ({"volume_um3": np.array([1, np.nan, 1])}, "numbers that are not finite"),
        ({"inscribed_diameter_um": np.array([1, 0, 1])}, "diameters that are not above 0"),
        ({"face_area_um2": np.full((3, 6), -1.0)}, "negative areas"),
        ({"labels": np.array([1.5, 2, 3])}, "labels of a pore network is no array of whole numbers"),
        ({"volume_um3": [1, 1, 1]}, "volume_um3 of a pore network is no array of numbers"),
        ({"position_um": np.ones((3, 2))}, r"the shape \(3, 2\); expected \(n, 3\)"),
        ({"sample_volume_um3": 0}, "expected a finite volume above 0"),
    ],
)
def test_what_is_no_network_is_refused(changes, said):
    with pytest.raises(ValuesError, match=said):
        row_of_cubes(**changes)


def test_a_network_without_a_pore_is_refused():
    empty = {name: getattr(row_of_cubes(), name)[:0] for name in row_of_cubes().__dataclass_fields__
             if isinstance(getattr(row_of_cubes(), name, None), np.ndarray)}  # fmt: skip
    with pytest.raises(ValuesError, match="a pore network has no pore"):
        row_of_cubes(**empty)


def test_size_voxel_and_phase_are_checked():
    with pytest.raises(GeometryError, match="three lengths above 0"):
        row_of_cubes(size_um=(10, 0, 30))
    with pytest.raises(VoxelSizeError):
        row_of_cubes(voxel_size_um=0)
    with pytest.raises(PhaseError):
        row_of_cubes(phase=" ")

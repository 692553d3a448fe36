"""Local thickness and continuous sizes of bodies whose thickness is known, with the sign of the bias."""

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt


def thickness(solid, voxel_size_um=1.0):
    image = vt.data.PhaseImage(solid.astype(np.uint8), voxel_size_um=voxel_size_um, phases={0: "pore", 1: "solid"})
    return vt.morphology.local_thickness(image, phase="solid").values


def centred(size, rng, edges=(1.0, 1.0, 1.0)):
    """Steps from a random place near the middle of a box of this size in um to all voxel centres."""
    shape = [int(size / edge) for edge in edges]
    places = np.stack(np.meshgrid(*[(np.arange(n) + 0.5) for n in shape], indexing="ij"), axis=-1) * edges
    return places - (np.array(shape) / 2 + rng.uniform(-0.5, 0.5, 3)) * edges


@pytest.mark.parametrize("thick", [1, 2, 3, 4, 5, 6, 11, 12])
def test_a_plate_along_the_axes_is_right_where_even_and_one_voxel_too_thick_where_odd(thick):
    solid = np.zeros((thick + 6, 2 * thick + 7, 2 * thick + 7), np.bool_)
    solid[3 : 3 + thick] = True
    found = thickness(solid, 0.5)[solid]
    assert set(found) == {0.5 * (thick + thick % 2)}


@pytest.mark.parametrize("radius", [4, 6, 8, 12])
def test_a_sphere_reads_one_voxel_too_little(radius):
    # the best voxel is half an edge off the centre (mean 0.48), so the radius is half an edge too small; the ball of
    # a true radius reaches the nearest voxel outside without a gap, as there are so many
    rng = np.random.default_rng(radius)
    bias = []
    for _ in range(12):
        solid = (centred(2 * radius + 5, rng) ** 2).sum(axis=-1) <= radius**2
        bias.append(thickness(solid)[solid].mean() - 2 * radius)
    assert np.mean(bias) == pytest.approx(-1.0, abs=0.25)


@pytest.mark.parametrize("radius", [4, 6, 9])
def test_a_long_cylinder_reads_a_fifth_of_a_voxel_too_little_and_a_plate_a_third_too_much(radius):
    rng = np.random.default_rng(radius)
    rods, walls = [], []
    for _ in range(8):
        steps, along = centred(2 * radius + 22, rng), rng.standard_normal(3)
        along /= np.linalg.norm(along)
        height = steps @ along
        middle = (steps**2).sum(axis=-1) < 16
        rod = (steps**2).sum(axis=-1) - height**2 <= radius**2
        rods.append(thickness(rod)[rod & (np.abs(height) < 4)].mean() - 2 * radius)
        wall = np.abs(height) <= radius
        walls.append(thickness(wall)[wall & middle].mean() - 2 * radius)
    assert np.mean(rods) == pytest.approx(-0.2, abs=0.15)
    assert np.mean(walls) == pytest.approx(0.3, abs=0.2)


def test_longer_voxels_measure_the_same_sphere():
    rng = np.random.default_rng(1)
    solids = [(edges, centred(30, rng, edges)) for edges in ((2.0, 1.0, 1.0), (1.0, 1.0, 2.0), (1.5, 1.0, 1.0))]
    for edges, steps in solids:
        solid = (steps**2).sum(axis=-1) <= 10**2
        assert thickness(solid, edges)[solid].mean() == pytest.approx(20 - sum(edges) / 3, abs=0.9)


def test_sizes_of_two_spheres_are_their_radii_by_volume():
    # radii 6 and 12: eight ninths of the volume are in the large one; both half a voxel too small
    steps = centred(30, np.random.default_rng(0))
    far = (steps**2).sum(axis=-1)
    solid = np.concatenate([far <= 6**2, far <= 12**2])
    image = vt.data.PhaseImage(solid.astype(np.uint8), voxel_size_um=1, phases={0: "pore", 1: "solid"})
    frame = vt.morphology.continuous_size_distribution(image, phase="solid", minimum_radius_um=3).frame
    assert frame.volume_weighted_mean_radius_um[0] == pytest.approx((6 + 8 * 12) / 9 - 0.5, abs=0.25)
    assert frame.r50_um[0] == pytest.approx(11.5, abs=0.3)
    assert frame[frame.radius_from_um > 7].share.sum() == pytest.approx(8 / 9, abs=0.01)
    assert frame.excluded_volume_fraction[0] < 0.01

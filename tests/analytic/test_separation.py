"""Spheres whose truth is known: how many there are, and where one ends and the next begins."""

import numpy as np
import pytest

import voltome as vt


def spheres(shape, voxel_size_um, centres_um, radii_um):
    """The sphere of each voxel from 1, 0 for none; where two overlap, the plane of their intersection parts them."""
    power, truth = np.full(shape, np.inf), np.zeros(shape, np.int32)
    axes = [(np.arange(count) + 0.5) * edge for count, edge in zip(shape, voxel_size_um, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij", sparse=True)
    for number, (centre, radius) in enumerate(zip(centres_um, radii_um, strict=True), start=1):
        here = (z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2 - radius**2
        closer = (here <= 0) & (here < power)
        power[closer], truth[closer] = here[closer], number
    return truth


def separated(truth, voxel_size_um, **parameters):
    phases = vt.data.PhaseImage(
        (truth > 0).astype(np.uint8), voxel_size_um=voxel_size_um, phases={0: "pore", 1: "sulfur"}
    )
    return vt.segmentation.separate_particles(phases, phase="sulfur", **parameters).values


def share_in_the_true_particle(truth, found):
    """Share of voxels in the label that holds most of their sphere; each label serves one sphere only."""
    solid = truth > 0
    table = np.zeros((truth.max() + 1, found.max() + 1), np.int64)
    np.add.at(table, (truth[solid], found[solid]), 1)
    best = table.argmax(axis=1)[1:]
    assert np.unique(best).size == best.size
    return table.max(axis=1)[1:].sum() / solid.sum()


DIRECTIONS = [(0, 0, 1), (1, 0, 0), (0, 1, 1), (1, 1, 1), (0.3, 0.4, 0.87), (0.5, -0.2, 0.84)]


def cut(direction, radii, distance, start):
    """Separate two spheres; return how far the wrong voxels are from the true cut, and how far the cut lies beyond."""
    along = np.array(direction) / np.linalg.norm(direction)
    first = start - along * distance / 2
    truth = spheres((62, 62, 62), (1, 1, 1), [first, first + along * distance], radii)
    found = separated(truth, 1.0)
    assert found.max() == 2
    plane = (distance**2 + radii[0] ** 2 - radii[1] ** 2) / (2 * distance)
    beyond = np.moveaxis(np.indices(found.shape), 0, -1) + 0.5 - first
    beyond = beyond @ along - plane
    of_first = found == found[tuple(first.astype(int))]
    wrong = (truth > 0) & (of_first != (truth == 1))
    neck_area = np.pi * (radii[0] ** 2 - plane**2)
    displaced = (np.count_nonzero(wrong & of_first) - np.count_nonzero(wrong & ~of_first)) / neck_area
    return np.abs(beyond[wrong]).max(initial=0.0), displaced


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(("radii", "distance"), [((12, 12), 18), ((12, 12), 23.5), ((14, 9), 19)])
def test_two_spheres_are_cut_within_a_voxel_of_the_plane_of_their_intersection(direction, radii, distance):
    # the plane lies (d^2 + r1^2 - r2^2) / (2 d) from the first centre
    farthest, _ = cut(direction, radii, distance, np.array([31.3, 30.8, 31.1]))
    assert farthest <= 1.2


def test_the_cut_between_equal_spheres_favours_no_side():
    rng = np.random.default_rng(0)
    displaced = [cut(rng.normal(size=3), (12, 12), 18, 31 + rng.random(3))[1] for _ in range(12)]
    assert abs(np.mean(displaced)) < 0.15  # voxels; either sign


@pytest.mark.parametrize(("min_depth_um", "count"), [(0.3, 2), (0.55, 2), (0.7, 1), (3.0, 1)])
def test_a_shallow_neck_is_a_neck_only_for_a_small_depth(min_depth_um, count):
    # r = 5 um, centres 5 um apart: the neck has the radius sqrt(5^2 - 2.5^2) = 4.33 um, 0.67 um less than the spheres;
    # on voxels the depth reads less, never more: the deepest voxel is at most as deep as the centre of the sphere
    truth = spheres((40, 40, 52), (0.5, 0.5, 0.5), [(10.25, 10.25, 10.75), (10.25, 10.25, 15.75)], (5, 5))
    assert separated(truth, 0.5, min_depth_um=min_depth_um).max() == count


def cluster(count, seed, edge_um):
    """Spheres that each touch, or overlap by up to 8 % of the radii, at least one placed before, in a cube."""
    rng = np.random.default_rng(seed)
    centres, radii = [np.full(3, edge_um / 2)], [10.0]
    while len(centres) < count:
        radius, beside = rng.uniform(6, 12), rng.integers(len(centres))
        direction = rng.normal(size=3)
        reach = (radius + radii[beside]) * rng.uniform(0.92, 1.0)
        centre = centres[beside] + direction / np.linalg.norm(direction) * reach
        gaps = np.linalg.norm(np.array(centres) - centre, axis=1) / (np.array(radii) + radius)
        if gaps.min() >= 0.92 - 1e-9 and (centre > radius + 1).all() and (centre < edge_um - radius - 1).all():
            centres.append(centre)
            radii.append(radius)
    return centres, radii


@pytest.mark.parametrize("seed", [0, 1])
def test_sixty_touching_spheres_are_counted_exactly(seed):
    centres, radii = cluster(60, seed, 128)
    truth = spheres((128, 128, 128), (1, 1, 1), centres, radii)
    found = separated(truth, 1.0)
    assert found.max() == 60
    assert share_in_the_true_particle(truth, found) >= 0.99


@pytest.mark.parametrize("voxel_size_um", [(2, 1, 1), (1, 1, 2), (1, 1.5, 0.75)])
def test_anisotropic_voxels_give_the_same_spheres(voxel_size_um):
    centres, radii = cluster(60, 2, 128)
    shape = tuple(round(128 / edge) for edge in voxel_size_um)
    truth = spheres(shape, voxel_size_um, centres, radii)
    found = separated(truth, voxel_size_um, min_depth_um=0.7)
    assert found.max() == 60
    assert share_in_the_true_particle(truth, found) >= 0.985


def curve(truth, voxel_size_um, **parameters):
    phases = vt.data.PhaseImage(
        (truth > 0).astype(np.uint8), voxel_size_um=voxel_size_um, phases={0: "pore", 1: "sulfur"}
    )
    return vt.segmentation.separation_curve(phases, phase="sulfur", **parameters).frame


@pytest.mark.parametrize("distance", [14, 18, 22])
def test_two_spheres_become_one_at_the_radius_less_that_of_their_neck(distance):
    # r = 12: the neck has the radius sqrt(r^2 - d^2 / 4); on voxels it reads too large, so the depth too small: around
    # it the outside is a wedge whose tip holds no voxel centre; by less than a voxel, the width of what is missed
    depth, rng, errors = 12 - np.sqrt(144 - distance**2 / 4), np.random.default_rng(distance), []
    for _ in range(6):
        along = rng.normal(size=3)
        along /= np.linalg.norm(along)
        first = 31 - along * distance / 2 + rng.random(3)
        frame = curve(spheres((62, 62, 62), (1, 1, 1), [first, first + along * distance], (12, 12)), 1.0)
        errors.append(frame.depth_um[frame.particles >= 2].max() - depth)
    assert -1 < min(errors) <= max(errors) < 0


@pytest.mark.parametrize("seed", [0, 1])
def test_the_plateau_of_sixty_touching_spheres_is_sixty(seed):
    centres, radii = cluster(60, seed, 128)
    row = curve(spheres((128, 128, 128), (1, 1, 1), centres, radii), 1.0, depths_um=(0.5,)).iloc[0]
    assert row.plateau_particles == row.default_particles == row.particles == 60
    # the shallowest neck: of spheres of radius 6 that overlap by 8 %, 6 (1 - sqrt(1 - 0.92^2)) = 3.6, read up to 1 less
    assert row.plateau_from_um < 0.5
    assert row.plateau_to_um > 2.3

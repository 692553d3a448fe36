"""Bodies whose opening and closing are known: balls, plates, and two spheres at a distance."""

import math

import numpy as np
import pytest

import voltome as vt
from voltome.errors import PhaseError
from voltome.segmentation import close_phase, open_phase, remove_artefacts

GRIDS = [(1.0, 1.0, 1.0), (0.5, 1.0, 0.8), (2.0, 1.0, 1.0)]


def distance(shape, voxel_size_um, centre_um):
    """Distance of the centre of each voxel from a point, in um."""
    axes = [(np.arange(count) + 0.5) * edge for count, edge in zip(shape, voxel_size_um, strict=True)]
    grids = np.meshgrid(*axes, indexing="ij", sparse=True)
    return np.sqrt(sum((grid - place) ** 2 for grid, place in zip(grids, centre_um, strict=True)))


def image(solid, voxel_size_um=(1.0, 1.0, 1.0)):
    return vt.data.PhaseImage(solid.astype(np.uint8), voxel_size_um=voxel_size_um, phases={0: "pore", 1: "sulfur"})


def ball(voxel_size_um, radius_um, off=(0.2, -0.3, 0.1)):
    shape = tuple(round((2 * radius_um + 8) / edge) for edge in voxel_size_um)
    centre = [count * edge / 2 + shift for count, edge, shift in zip(shape, voxel_size_um, off, strict=True)]
    return distance(shape, voxel_size_um, centre) <= radius_um


@pytest.mark.parametrize("voxel_size_um", GRIDS)
@pytest.mark.parametrize("radius_um", [3.0, 6.0, 9.0])
def test_a_ball_survives_smaller_balls_up_to_voxels_and_dies_under_larger_ones(voxel_size_um, radius_um):
    # opened by any smaller ball it is itself; of voxels, single ones on the surface are lost: the sign is minus, and
    # the loss is less than a sixth of a layer, 3 / R / 6. It is gone once no voxel of it is r from the outside.
    solid = ball(voxel_size_um, radius_um)
    opened = open_phase(image(solid, voxel_size_um), phase="sulfur", radius_um=0.5 * radius_um).values == 1
    lost = 1 - np.count_nonzero(opened) / np.count_nonzero(solid)
    assert 0 <= lost < 0.5 * max(voxel_size_um) / radius_um
    for clean in (open_phase, remove_artefacts):
        with pytest.raises(PhaseError, match="no ball"):
            clean(image(solid, voxel_size_um), phase="sulfur", radius_um=radius_um + max(voxel_size_um))
    kept = remove_artefacts(image(solid, voxel_size_um), phase="sulfur", radius_um=0.8 * radius_um).values == 1
    assert np.array_equal(kept, solid)  # exactly, and not only up to voxels


@pytest.mark.parametrize("voxel_size_um", GRIDS)
def test_a_round_hole_is_filled_below_its_radius_and_kept_exactly_above(voxel_size_um):
    pore = round(10 / voxel_size_um[0])  # that stays: half of a plate of 20 um, at the face
    hole = np.pad(ball(voxel_size_um, 5.0), ((pore, 0), (0, 0), (0, 0)), constant_values=True)
    for clean in (close_phase, remove_artefacts):
        closed = clean(image(~hole, voxel_size_um), phase="sulfur", radius_um=7.0).values == 1
        assert closed[pore:].all()
        assert not closed[:pore].any()
    kept = remove_artefacts(image(~hole, voxel_size_um), phase="sulfur", radius_um=3.5).values == 1
    assert np.array_equal(kept, ~hole)


@pytest.mark.parametrize("layers", [1, 2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("radius_um", [1.0, 2.0, 3.0])
def test_a_plate_is_kept_if_its_layers_are_more_than_two_floors_of_the_radius(layers, radius_um):
    solid = np.zeros((16, 9, 9), np.bool_)
    solid[4 : 4 + layers] = True
    if layers <= 2 * math.floor(radius_um):
        with pytest.raises(PhaseError, match="no ball"):
            open_phase(image(solid), phase="sulfur", radius_um=radius_um)
    else:
        assert np.array_equal(open_phase(image(solid), phase="sulfur", radius_um=radius_um).values == 1, solid)


@pytest.mark.parametrize("radius", [2.0, 5.0, 9.5])
def test_a_cube_is_rounded_by_the_volume_of_steiners_formula(radius):
    # the cube of n = edge - 2 floor(r) voxels blown up by the ball: n^3 + 6 n^2 L + 12 n Q + 8 O, with L, Q and O the
    # points of the grid within r on a half line, in a quarter of a disc and in an eighth of a ball, axes left out
    edge = 24
    steps = np.arange(1, math.floor(radius) + 1)
    line, squares = steps.size, steps**2
    quarter = np.count_nonzero(squares[:, np.newaxis] + squares <= radius**2)
    eighth = np.count_nonzero(squares[:, np.newaxis, np.newaxis] + squares[:, np.newaxis] + squares <= radius**2)
    inner = edge - 2 * math.floor(radius)
    solid = np.zeros((30, 30, 30), np.bool_)
    solid[3:27, 3:27, 3:27] = True
    opened = open_phase(image(solid), phase="sulfur", radius_um=radius).values
    assert np.count_nonzero(opened) == inner**3 + 6 * inner**2 * line + 12 * inner * quarter + 8 * eighth


@pytest.mark.parametrize(("gap_um", "joined"), [(3.0, True), (11.0, False)])
def test_two_plates_are_joined_where_no_ball_passes_between_them(gap_um, joined):
    gap = round(gap_um / 0.5)
    solid = np.ones((40 + gap, 12, 12), np.bool_)
    solid[:8] = False  # a pore that stays: 4 um at the face, half of one of 8
    solid[24 : 24 + gap] = False
    closed = close_phase(image(solid, (0.5, 1.0, 1.0)), phase="sulfur", radius_um=2.0).values == 1
    assert closed[24 : 24 + gap].all() == joined
    assert closed[24 : 24 + gap].any() == joined
    assert not closed[:8].any()


def test_a_thin_neck_is_kept_by_reconstruction_and_cut_by_opening():
    shape, size = (24, 24, 56), (1.0, 1.0, 1.0)
    solid = (distance(shape, size, (12, 12, 14)) <= 9) | (distance(shape, size, (12, 12, 42)) <= 9)
    solid[11:13, 11:13, 14:42] = True  # a neck of 2 x 2 voxels
    kept = remove_artefacts(image(solid), phase="sulfur", radius_um=4).values == 1
    assert np.array_equal(kept, solid)
    opened = open_phase(image(solid), phase="sulfur", radius_um=4)
    assert vt.segmentation.separate_particles(opened, phase="sulfur").particle_count == 2
    assert not opened.values[:, :, 26:30].any()

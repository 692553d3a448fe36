import cc3d
import edt
import numpy as np
import pytest
from scipy import ndimage
from skimage.morphology import local_maxima, reconstruction

import voltome as vt
from voltome.errors import ParameterError, PhaseError
from voltome.segmentation import separate_particles


def phases(solid, voxel_size_um=1.0, **grid):
    return vt.data.PhaseImage(
        np.asarray(solid, np.uint8), voxel_size_um=voxel_size_um, phases={0: "pore", 1: "sulfur"}, **grid
    )


def smooth_noise(seed, shape=(40, 44, 48)):
    field = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 2.5)
    return field > 0.5 * field.std()


def test_labels_are_int32_numbered_in_raster_order_and_cover_the_phase():
    solid = smooth_noise(1)
    found = separate_particles(phases(solid), phase="sulfur")
    assert found.values.dtype == np.int32
    assert np.array_equal(found.values > 0, solid)
    firsts = np.unique(found.values.ravel(), return_index=True)[1][1:]
    assert (np.diff(firsts) > 0).all()
    assert found.values.max() == found.particle_count
    assert found.history[-1].startswith(f"separate_particles: {found.particle_count} of sulfur, necks at least 0.5 um")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_count_is_that_of_the_h_maxima_transform(seed):
    # h below one voxel, so that every component keeps a maximum; irrational, so that no depth equals it
    solid, depth = smooth_noise(seed), 0.5 * np.sqrt(2)
    distance = edt.edt(solid, black_border=False).astype(np.float64)
    kept = reconstruction(distance - depth, distance, footprint=np.ones((3, 3, 3)))
    maxima = local_maxima(kept, connectivity=3) & solid
    expected = cc3d.connected_components(maxima, connectivity=26).max()
    assert separate_particles(phases(solid), phase="sulfur", min_depth_um=depth).particle_count == expected > 20


def test_an_endless_depth_gives_the_connected_components():
    solid = smooth_noise(4)
    found = separate_particles(phases(solid), phase="sulfur", min_depth_um=1e6)
    components, count = ndimage.label(solid, np.ones((3, 3, 3)))
    assert found.particle_count == count > 1
    assert np.array_equal(found.values, components)  # scipy numbers in raster order too


def test_particles_stay_connected():
    found = separate_particles(phases(smooth_noise(5)), phase="sulfur", min_depth_um=0.3).values
    for label in range(1, found.max() + 1):
        assert ndimage.label(found == label, np.ones((3, 3, 3)))[1] == 1


def test_one_voxel_and_a_wire_survive_any_depth():
    solid = np.zeros((9, 9, 9), np.bool_)
    solid[1, 1, 1] = True
    solid[5, 5, 1:8] = True
    found = separate_particles(phases(solid), phase="sulfur", min_depth_um=50)
    assert found.particle_count == 2
    assert found.values[1, 1, 1] == 1
    assert (found.values[5, 5, 1:8] == 2).all()


def test_a_phase_that_fills_the_image_is_one_particle():
    assert (separate_particles(phases(np.ones((4, 5, 6))), phase="sulfur").values == 1).all()
    assert separate_particles(phases(np.ones((1, 1, 1))), phase="sulfur").particle_count == 1


def test_a_neck_of_constant_width_is_shared_by_distance():
    # two balls joined by a long rod: its ridge is a plateau, which a raster scan would give to the first ball
    z, y, x = np.ogrid[:25, :25, :81]
    balls = [(z - 12) ** 2 + (y - 12) ** 2 + (x - centre) ** 2 <= 100 for centre in (12, 68)]
    rod = (z - 12) ** 2 + (y - 12) ** 2 + 0 * x <= 9
    found = separate_particles(phases(balls[0] | balls[1] | (rod & (x >= 12) & (x <= 68))), phase="sulfur")
    assert found.particle_count == 2
    assert (found.values[12, 12, 2:39] == 1).all()
    assert (found.values[12, 12, 42:79] == 2).all()


def test_the_faces_of_the_image_are_no_surface():
    # a rod that runs through the image is one particle, and half a ball is not split where the image cuts it
    z, y, x = np.ogrid[:21, :21, :40]
    rod = (z - 10) ** 2 + (y - 10) ** 2 + 0 * x <= 36
    assert separate_particles(phases(rod), phase="sulfur").particle_count == 1
    ball = z**2 + (y - 10) ** 2 + (x - 20) ** 2 <= 81
    assert separate_particles(phases(ball), phase="sulfur").particle_count == 1


def test_the_edge_of_the_mask_is_no_surface_and_nothing_outside_counts():
    z, y, x = np.ogrid[:30, :30, :30]
    ball = (z - 15) ** 2 + (y - 15) ** 2 + (x - 15) ** 2 <= 100
    mask = np.broadcast_to(x >= 15, ball.shape).copy()
    cut = separate_particles(phases(ball, mask=mask), phase="sulfur")
    assert cut.particle_count == 1
    assert np.array_equal(cut.values > 0, ball & mask)
    assert cut.mask is mask
    other_outside = separate_particles(phases(ball & mask, mask=mask), phase="sulfur")
    assert np.array_equal(cut.values, other_outside.values)


def test_one_slice_is_separated_in_its_plane():
    y, x = np.ogrid[:30, :44]
    discs = ((y - 15) ** 2 + (x - 14) ** 2 <= 81) | ((y - 15) ** 2 + (x - 29) ** 2 <= 81)
    for thickness in (0.01, 1.0, 50.0):
        found = separate_particles(phases(discs, voxel_size_um=(thickness, 1, 1)), phase="sulfur", min_depth_um=0.5)
        assert found.particle_count == 2
        assert (found.values[0, :, :21] != 2).all()
        assert (found.values[0, :, 23:] != 1).all()


def test_a_view_and_a_crop_are_handled():
    solid = smooth_noise(6)
    part = vt.filters.crop(phases(solid), box_voxels=((2, 30), (3, 40), (1, 41)))
    again = separate_particles(phases(solid[2:30, 3:40, 1:41].copy()), phase="sulfur")
    assert np.array_equal(separate_particles(part, phase="sulfur").values, again.values)


def test_an_unknown_or_empty_phase_is_named():
    with pytest.raises(PhaseError, match="Did you mean 'sulfur'"):
        separate_particles(phases(np.ones((3, 3, 3))), phase="sulfr")
    with pytest.raises(PhaseError, match="'pore' has no voxel, so there are no particles"):
        separate_particles(phases(np.ones((3, 3, 3))), phase="pore")
    mask = np.zeros((3, 3, 3), np.bool_)
    mask[0] = True
    solid = np.zeros((3, 3, 3))
    solid[2] = 1
    with pytest.raises(PhaseError, match="'sulfur' has no voxel inside the mask"):
        separate_particles(phases(solid, mask=mask), phase="sulfur")


@pytest.mark.parametrize("depth", [0, -1, float("nan"), float("inf")])
def test_a_wrong_depth_is_refused(depth):
    with pytest.raises(ParameterError, match=r"min_depth_um is .* above 0"):
        separate_particles(phases(np.ones((3, 3, 3))), phase="sulfur", min_depth_um=depth)

import numpy as np
import pytest
from scipy import ndimage

import voltome as vt
from voltome.errors import ParameterError, PhaseError
from voltome.segmentation import separate_particles, separation_curve
from voltome.segmentation.separation_depths import MOST_DEPTHS

AGAIN = ["plateau_from_um", "plateau_to_um", "plateau_particles", "default_depth_um", "default_particles"]


def phases(solid, voxel_size_um=1.0, **grid):
    return vt.data.PhaseImage(
        np.asarray(solid, np.uint8), voxel_size_um=voxel_size_um, phases={0: "pore", 1: "sulfur"}, **grid
    )


def smooth_noise(seed, shape=(30, 34, 38), width=2.0, cut=0.4):
    field = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), width)
    return field > cut * field.std()


def balls(*centres, radius=9, shape=(24, 24, 70)):
    z, y, x = np.ogrid[tuple(slice(count) for count in shape)]
    return np.any([(z - 12) ** 2 + (y - 12) ** 2 + (x - centre) ** 2 <= radius**2 for centre in centres], axis=0)


@pytest.mark.parametrize("voxel_size_um", [1.0, 0.325, (1.0, 1.3, 0.7)])
def test_the_count_at_every_depth_is_that_of_separate_particles(voxel_size_um):
    image = phases(smooth_noise(1), voxel_size_um)
    frame = separation_curve(image, phase="sulfur").frame
    assert frame.depth_um.is_monotonic_increasing
    assert frame.particles.is_monotonic_decreasing
    for row in frame.iloc[:: max(1, len(frame) // 8)].itertuples():
        found = separate_particles(image, phase="sulfur", min_depth_um=row.depth_um)
        assert found.particle_count == row.particles
    assert separate_particles(image, phase="sulfur").particle_count == frame.default_particles[0]


def test_the_count_changes_after_every_depth_and_ends_at_the_pieces_that_do_not_touch():
    solid = smooth_noise(2)
    frame = separation_curve(phases(solid), phase="sulfur").frame
    assert (np.diff(frame.particles) < 0).all()
    assert frame.particles.iloc[-1] == ndimage.label(solid, np.ones((3, 3, 3)))[1]


def test_the_plateau_of_three_balls_is_three_and_holds_the_default():
    table = separation_curve(phases(balls(12, 28, 45), 0.5), phase="sulfur")
    row = table.frame.iloc[0]
    assert row.plateau_particles == row.default_particles == 3
    assert row.plateau_from_um < row.default_depth_um <= row.plateau_to_um
    assert row.default_depth_um == 0.25
    assert (table.frame[AGAIN].nunique() == 1).all()
    assert "3 particles; default of separate_particles: 0.25 um, 3 particles" in table.method
    assert table.kind == "separation_curve"
    assert table.warnings == ()


def test_one_particle_is_one_at_every_depth():
    frame = separation_curve(phases(balls(20, radius=8)), phase="sulfur").frame
    assert frame.particles.tolist() == [1]
    assert frame.plateau_from_um[0] == 0
    assert frame.plateau_to_um[0] == frame.depth_um[0] == pytest.approx(np.sqrt(65), abs=1e-5)  # (0, 1, 8) is outside


def test_what_touches_nothing_stays_however_thin_it_is():
    solid = np.zeros((9, 9, 9))
    solid[1, 1, 1] = 1
    solid[5, 5, 1:8] = 1
    assert separation_curve(phases(solid), phase="sulfur", depths_um=(0.1, 1, 50)).frame.particles.tolist() == [2] * 3


def test_a_phase_that_fills_the_image_is_one_particle_and_so_is_one_slice():
    assert separation_curve(phases(np.ones((4, 5, 6))), phase="sulfur").frame.particles.tolist() == [1]
    assert separation_curve(phases(balls(20)[12:13]), phase="sulfur").frame.particles.iloc[-1] == 1


def test_depths_that_are_asked_for_come_in_rising_order_each_once():
    frame = separation_curve(phases(balls(12, 26)), phase="sulfur", depths_um=[8, 0.5, 2, 0.5]).frame
    assert frame.depth_um.tolist() == [0.5, 2, 8]
    assert frame.particles.tolist() == [2, 2, 1]


def test_a_long_curve_is_thinned_and_keeps_its_ends_and_its_plateau():
    image = phases(smooth_noise(3, (70, 70, 70), 1.0, 0.2), (1, 1.3, 0.7))
    frame = separation_curve(image, phase="sulfur").frame
    assert 100 < len(frame) <= MOST_DEPTHS
    assert frame.plateau_to_um[0] in frame.depth_um.to_numpy()
    assert frame.plateau_from_um[0] in frame.depth_um.to_numpy()
    assert frame.particles.iloc[0] > 1000


def test_outside_the_mask_nothing_counts():
    solid = balls(12, 28, 45)
    mask = np.broadcast_to(np.arange(70) < 36, solid.shape)
    row = separation_curve(phases(solid, mask=mask), phase="sulfur").frame.iloc[0]
    assert row.default_particles == 2


def test_a_count_that_hangs_on_the_depth_is_told():
    table = separation_curve(phases(smooth_noise(4, cut=0.0)), phase="sulfur")
    (warning,) = table.warnings
    assert warning.startswith("The number of particles of sulfur hangs on the depth of their necks: ")
    assert f": {table.frame.default_particles[0]} at 0.5 um, the default, and " in warning


def test_the_advice_names_the_plateau():
    # three pairs of balls: within a pair the neck is 9 - sqrt(81 - 3.75^2) = 0.8 thinner, between pairs 4.9
    twins = balls(12, 19.5, 35.5, 43, 59, 66.5, shape=(24, 24, 80))
    table = separation_curve(phases(twins), phase="sulfur")
    row, (warning,) = table.frame.iloc[0], table.warnings
    assert (row.default_particles, row.plateau_particles) == (6, 3)
    assert ": 6 at 0.5 um, the default, and 3 at twice that. It is the same, 3, above " in warning
    assert "give separate_particles a min_depth_um in between" in warning


def test_the_advice_says_that_no_depth_stands_out():
    table = separation_curve(phases(smooth_noise(5, cut=0.0)), phase="sulfur")
    assert table.frame.plateau_particles[0] == table.frame.particles.iloc[-1]
    assert "No depth below the thickness of the particles stands out" in table.warnings[0]
    assert "(the pieces that do not touch)" in table.method


@pytest.mark.parametrize("depths", [(), "0.5", 0.5])
def test_depths_that_are_none_are_refused(depths):
    with pytest.raises(ParameterError, match=r"depths_um is .*; expected depths in um such as \(0\.5, 1\.0\)"):
        separation_curve(phases(balls(12)), phase="sulfur", depths_um=depths)


@pytest.mark.parametrize("depth", [0, -1.0, float("nan"), float("inf"), "1"])
def test_a_wrong_depth_is_named(depth):
    with pytest.raises(ParameterError, match=r"depths_um\[1\] is .* above 0"):
        separation_curve(phases(balls(12)), phase="sulfur", depths_um=(0.5, depth))


def test_an_unknown_or_absent_phase_is_named():
    with pytest.raises(PhaseError, match="Did you mean 'sulfur'"):
        separation_curve(phases(balls(12)), phase="sulfr")
    with pytest.raises(PhaseError, match="'pore' has no voxel, so there are no particles"):
        separation_curve(phases(np.ones((3, 3, 3))), phase="pore")

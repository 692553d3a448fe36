import numpy as np
import pytest

from voltome.errors import ParameterError, PhaseError, VoxelSizeError
from voltome.twins import Scene, Sphere, grey_volume, true_particles, true_phases

GREY = {"pore": 100, "solid": 200}
SCENE = Scene((Sphere((10, 10, 10), 6),), size_um=(20, 20, 20))
EMPTY = Scene((), size_um=(40, 40, 40))


def test_the_image_says_that_it_is_simulated_and_how():
    volume = grey_volume(SCENE, voxel_size_um=1, grey=GREY, blur_um=0.5, noise=2, seed=11)
    assert volume.simulated
    assert true_phases(SCENE, voxel_size_um=1).simulated
    (line,) = volume.history
    assert line.startswith("simulated: 1 solid of solid in pore, 20 x 20 x 20 um (z, y, x); ")
    assert line.endswith("blur 0.5 um, noise 2, supersampling 3, seed 11")


def test_the_same_seed_gives_the_same_bytes():
    first, second, other = (grey_volume(SCENE, voxel_size_um=1, grey=GREY, noise=5, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.values, second.values)
    assert not np.array_equal(first.values, other.values)


def test_noise_has_its_standard_deviation():
    # rounding to whole grey values adds a variance of 1/12
    volume = grey_volume(EMPTY, voxel_size_um=1, grey={"pore": 30000}, noise=50, seed=0)
    assert volume.values.mean() == pytest.approx(30000, abs=1)
    assert volume.values.std() == pytest.approx(np.sqrt(50**2 + 1 / 12), rel=0.01)


def test_blur_keeps_the_mean_and_lowers_the_contrast():
    sharp = grey_volume(SCENE, voxel_size_um=1, grey=GREY, seed=0)
    blurred = grey_volume(SCENE, voxel_size_um=1, grey=GREY, blur_um=2, seed=0)
    assert blurred.values.mean() == pytest.approx(sharp.values.mean(), abs=0.5)
    assert blurred.values.std() < sharp.values.std()


def test_blur_is_a_length_also_on_anisotropic_voxels():
    # a sphere of r = 2 um blurred with 4 um falls off equally along z (voxels of 2 um) and x (1 um), but for the
    # averaging over a voxel, which adds 2^2 / 12 and 1^2 / 12 to the variance of 16
    scene = Scene((Sphere((21, 20.5, 20.5), 2),), size_um=(42, 41, 41))
    values = grey_volume(
        scene, voxel_size_um=(2, 1, 1), grey={"pore": 0, "solid": 60000}, blur_um=4, supersampling=8, seed=0
    ).values.astype(float)
    along_z, along_x = values[8:13, 20, 20], values[10, 20, 16:25:2]
    assert along_z == pytest.approx(along_x, rel=0.05)


def test_values_beyond_the_type_are_clipped():
    volume = grey_volume(EMPTY, voxel_size_um=1, grey={"pore": 250}, noise=20, seed=0, dtype="uint8")
    assert volume.values.dtype == np.uint8
    assert volume.values.max() == 255
    assert volume.values.min() > 100


def test_the_earlier_of_two_overlapping_solids_is_there():
    scene = Scene((Sphere((5, 5, 5), 3, "a"), Sphere((5, 5, 7), 3, "b")), size_um=(10, 10, 12))
    phases = true_phases(scene, voxel_size_um=1)
    assert phases.values[5, 5, 6] == phases.label_of("a")
    volume = grey_volume(scene, voxel_size_um=1, grey={"pore": 0, "a": 100, "b": 200}, seed=0)
    assert volume.values[5, 5, 6] == 100
    assert volume.values.max() <= 200


def test_a_solid_across_the_border_is_cut_and_flagged():
    scene = Scene((Sphere((0, 10, 10), 4),), size_um=(20, 20, 20))
    assert true_phases(scene, voxel_size_um=1).values[0, 10, 10] == 1
    assert true_particles(scene).frame.touches_border.tolist() == [True]


def test_true_particles_of_an_empty_scene_is_an_empty_table():
    assert len(true_particles(EMPTY).frame) == 0


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"voxel_size_um": 0.7}, ParameterError, "whole numbers"),
        ({"voxel_size_um": 50}, ParameterError, "whole numbers"),
        ({"voxel_size_um": None}, VoxelSizeError, "missing"),
        ({"voxel_size_um": -1}, VoxelSizeError, "above 0"),
        ({"grey": {"pore": 1}}, PhaseError, "no value for \\['solid'\\]"),
        ({"grey": GREY | {"solod": 3}}, PhaseError, "Did you mean 'solid'"),
        ({"grey": {"pore": 1, "solid": 70000}}, ParameterError, "0 to 65535"),
        ({"grey": {"pore": 1, "solid": float("nan")}}, ParameterError, "0 to 65535"),
        ({"noise": -1}, ParameterError, "noise"),
        ({"blur_um": float("nan")}, ParameterError, "blur_um"),
        ({"supersampling": 0}, ParameterError, "supersampling"),
        ({"dtype": "float32"}, ParameterError, "dtype"),
    ],
)
def test_bad_parameters_are_named(changes, error, message):
    parameters = {"voxel_size_um": 1, "grey": GREY, "seed": 0} | changes
    with pytest.raises(error, match=message):
        grey_volume(SCENE, **parameters)


@pytest.mark.parametrize("seed", [None, -1, 1.5, True])
def test_a_seed_that_would_not_give_the_same_noise_again_is_refused(seed):
    with pytest.raises(ParameterError, match=r"seed is .*; expected a whole number, 0 or above"):
        grey_volume(SCENE, voxel_size_um=1, grey=GREY, noise=1, seed=seed)

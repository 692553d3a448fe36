import itertools

import numpy as np
import pytest

from voltome.errors import ParameterError
from voltome.twins import Ellipsoid, pack

SIZE = (60, 50, 40)


def surface(solid: Ellipsoid, points: int = 4000) -> np.ndarray:
    directions = np.random.default_rng(7).normal(size=(points, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return np.asarray(solid.centre_um) + (directions * solid.semi_axes_um) @ solid.axes.T


def test_the_same_seed_gives_the_same_scene_and_another_seed_another():
    first, second, other = (
        pack(SIZE, count=20, radius_um=(3, 5), ellipsoid_share=0.5, seed=seed) for seed in (4, 4, 5)
    )
    assert first == second
    assert first != other


def test_spheres_keep_the_gap_and_stay_inside():
    scene = pack(SIZE, count=30, radius_um=(3, 5), gap_um=1.5, seed=2)
    for one, other in itertools.combinations(scene.solids, 2):
        apart = np.linalg.norm(np.subtract(one.centre_um, other.centre_um))
        assert apart - one.radius_um - other.radius_um >= 1.5
    assert not any(scene.crosses_border(solid) for solid in scene.solids)
    radii = [solid.radius_um for solid in scene.solids]
    assert min(radii) >= 3
    assert max(radii) <= 5
    assert radii == sorted(radii, reverse=True)


def test_ellipsoids_do_not_overlap_and_keep_the_volume_of_their_radius():
    scene = pack((30, 30, 30), count=14, radius_um=(4, 4), ellipsoid_share=1, gap_um=0.4, seed=3)
    surfaces = [surface(solid) for solid in scene.solids]
    for one, other in itertools.permutations(range(len(surfaces)), 2):
        assert not scene.solids[one].contains(surfaces[other]).any()
        gaps = np.linalg.norm(surfaces[one][:, None, :] - surfaces[other][None, ::40, :], axis=-1)
        assert gaps.min() >= 0.4
    volumes = [solid.volume_um3 for solid in scene.solids]
    assert volumes == pytest.approx([4 / 3 * np.pi * 4**3] * 14)


def test_a_negative_gap_lets_solids_overlap_so_far():
    scene = pack((30, 30, 30), count=40, radius_um=(3, 3), gap_um=-1, seed=3)
    gaps = [
        np.linalg.norm(np.subtract(one.centre_um, other.centre_um)) - 6
        for one, other in itertools.combinations(scene.solids, 2)
    ]
    assert -1 <= min(gaps) < 0


def test_solids_may_cross_the_border_when_asked():
    scene = pack(SIZE, count=30, radius_um=(4, 5), across_border=True, seed=1)
    assert any(scene.crosses_border(solid) for solid in scene.solids)


def test_a_full_box_says_how_many_fitted():
    with pytest.raises(ParameterError, match=r"\d+ of 500 solids fitted .* radius 4 um"):
        pack((20, 20, 20), count=500, radius_um=(4, 4), seed=1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": 0}, "count"),
        ({"count": 2.5}, "count"),
        ({"radius_um": (5, 3)}, "radius_um"),
        ({"radius_um": (0, 3)}, "radius_um"),
        ({"radius_um": (40, 50)}, "does not fit"),
        ({"ellipsoid_share": 1.5}, "ellipsoid_share"),
        ({"aspect_ratio": (0.5, 2)}, "aspect_ratio"),
        ({"gap_um": -3}, "gap_um"),
        ({"size_um": (10, -1, 10)}, "size_um"),
    ],
)
def test_bad_parameters_are_named(changes, message):
    parameters = {"size_um": SIZE, "count": 3, "radius_um": (3, 5), "seed": 0} | changes
    with pytest.raises(ParameterError, match=message):
        pack(**parameters)


@pytest.mark.parametrize("seed", [None, -1, 1.5, True, "a"])
def test_a_seed_that_would_not_give_the_same_scene_again_is_refused(seed):
    with pytest.raises(ParameterError, match=r"seed is .*; expected a whole number, 0 or above"):
        pack(SIZE, count=2, radius_um=(3, 5), seed=seed)


def test_given_radii_are_placed_largest_first():
    scene = pack(SIZE, radii_um=[3, 5, 4], seed=1)
    assert [solid.radius_um for solid in scene.solids] == [5, 4, 3]
    with pytest.raises(ParameterError, match="expected either of the two ways"):
        pack(SIZE, radii_um=[3, 5], count=2, seed=1)
    with pytest.raises(ParameterError, match="each of radii_um is -1; expected a finite number above 0"):
        pack(SIZE, radii_um=[3, -1], seed=1)
    with pytest.raises(ParameterError, match="count is None"):
        pack(SIZE, seed=1)
    with pytest.raises(ParameterError, match=r"radius_um is None; expected \(lowest, highest\)"):
        pack(SIZE, count=3, seed=1)

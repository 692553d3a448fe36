from __future__ import annotations

import math

import numpy as np
import pytest

from voltome.data import Transform
from voltome.errors import ParameterError
from voltome.twins import Cylinder, RoughSphere, Scene, Shell, Solid, grey_volume, true_particles

SOLIDS = {
    "cylinder": Cylinder((8, 9, 7), (12, 13, 14), 2.5),
    "shell": Shell((10, 12, 11), 5, 2),
    "rough sphere": RoughSphere((10, 12, 11), 4.5, roughness_um=0.4, correlation_um=1.5, seed=8),
}


@pytest.mark.parametrize("solid", SOLIDS.values(), ids=list(SOLIDS))
def test_it_is_a_solid_whose_points_hold_its_volume(solid) -> None:
    # Monte Carlo in 24^3 um: 400,000 points, standard error sqrt(f / n) of the share f
    assert isinstance(solid, Solid)
    points = np.random.default_rng(5).uniform(0, 24, (400_000, 3))
    inside = points[solid.contains(points)]
    share = solid.volume_um3 / 24**3
    assert len(inside) / len(points) == pytest.approx(share, abs=4 * math.sqrt(share / len(points)))
    low, high = solid.bounds_um
    assert np.all((inside >= low) & (inside <= high))
    np.testing.assert_allclose(inside.min(axis=0), low, atol=0.5)
    np.testing.assert_allclose(inside.max(axis=0), high, atol=0.5)
    np.testing.assert_allclose(inside.mean(axis=0), solid.centre_um, atol=0.1)


@pytest.mark.parametrize("solid", SOLIDS.values(), ids=list(SOLIDS))
def test_a_moved_solid_contains_the_moved_points(solid) -> None:
    transform = Transform((31, -12, 5), centre_um=(12, 12, 12), shift_um=(1, -2, 0.5))
    points = np.random.default_rng(2).uniform(2, 22, (20_000, 3))
    moved = solid.moved(transform)
    np.testing.assert_array_equal(moved.contains(transform.apply(points)), solid.contains(points))
    assert (moved.volume_um3, moved.surface_area_um2) == pytest.approx((solid.volume_um3, solid.surface_area_um2))
    np.testing.assert_allclose(moved.centre_um, transform.apply(solid.centre_um))


def test_measures_are_those_of_the_formulae() -> None:
    cylinder, shell = Cylinder((0, 0, 0), (3, 4, 0), 2), Shell((0, 0, 0), 3, 2)
    assert (cylinder.volume_um3, cylinder.surface_area_um2) == pytest.approx((20 * math.pi, 28 * math.pi))
    assert (shell.volume_um3, shell.surface_area_um2) == pytest.approx((76 / 3 * math.pi, 52 * math.pi))
    assert Cylinder((1, 5, 5), (9, 5, 5), 2).bounds_um == ((1, 3, 3), (9, 7, 7))


def test_they_are_filled_and_counted_as_other_solids_are() -> None:
    scene = Scene(tuple(SOLIDS.values())[1:2], size_um=(24, 24, 24))
    grey = grey_volume(scene, voxel_size_um=0.5, grey={"pore": 0, "solid": 1000}, seed=0)
    assert grey.values.mean() / 1000 * 24**3 == pytest.approx(scene.solids[0].volume_um3, rel=5e-3)
    assert true_particles(scene).frame.sphericity[0] < 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Cylinder((1, 2, 3), (1, 2, 3), 1), "expected two points that are apart"),
        (lambda: Cylinder((1, 2, 3), (1, 2, 9), -1), "radius_um is -1; expected a finite number above 0"),
        (lambda: Shell((1, 2, 3), 2, 2), "cavity_radius_um is 2; expected less than radius_um, 2"),
        (lambda: Shell((1, 2, 3), 2, 0), "cavity_radius_um is 0; expected a finite number above 0"),
        (lambda: Shell((1, 2, 3), 2, 1, " "), "expected a name"),
        (
            lambda: RoughSphere((1, 2, 3), 2, roughness_um=0.1, correlation_um=0.1, seed=1),
            "correlation_um is 0.1; expected at least a tenth of the radius, 0.2 um",
        ),
        (
            lambda: RoughSphere((1, 2, 3), 2, roughness_um=1.5, correlation_um=1, seed=1),
            "Make it less rough",
        ),
        (lambda: RoughSphere((1, 2, 3), 2, roughness_um=-1, correlation_um=1, seed=1), "0 or above"),
        (lambda: RoughSphere((1, 2, 3), 2, roughness_um=0.1, correlation_um=1, seed=-1), "seed is -1; expected"),
    ],
)
def test_bad_parameters_are_named(make, said) -> None:
    with pytest.raises(ParameterError, match=said):
        make()


def test_a_seed_gives_the_same_surface() -> None:
    same, other = (RoughSphere((9, 9, 9), 4, roughness_um=0.3, correlation_um=1, seed=seed) for seed in (3, 4))
    again = RoughSphere((9, 9, 9), 4, roughness_um=0.3, correlation_um=1, seed=3)
    assert again.volume_um3 == same.volume_um3 != other.volume_um3

import math

import numpy as np
import pytest

from voltome.errors import ParameterError, VoltomeError
from voltome.twins import Block, Capsule, Ellipsoid, Solid, Sphere

HALF_TURN = (math.pi / 2, 0.0, 0.0)


def test_spheres_and_ellipsoids_are_solids():
    assert isinstance(Sphere((0, 0, 0), 1), Solid)
    assert isinstance(Ellipsoid((0, 0, 0), (1, 2, 3)), Solid)
    assert isinstance(Capsule((0, 0, 0), (1, 2, 3), 1), Solid)
    assert isinstance(Block((0, 0, 0), (1, 2, 3)), Solid)


def test_a_rotation_about_z_swaps_the_bounds_of_y_and_x():
    low, high = Ellipsoid((10, 10, 10), (1, 2, 3), rotation=HALF_TURN).bounds_um
    assert low == pytest.approx((9, 7, 8))
    assert high == pytest.approx((11, 13, 12))


def test_bounds_touch_the_surface_of_a_rotated_ellipsoid():
    solid = Ellipsoid((5, 6, 7), (1, 2, 4), rotation=(0.3, -0.8, 0.5))
    directions = np.random.default_rng(0).normal(size=(200_000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    surface = np.asarray(solid.centre_um) + (directions * solid.semi_axes_um) @ solid.axes.T
    assert solid.contains(np.asarray(solid.centre_um) + 0.999 * (surface - solid.centre_um)).all()
    assert not solid.contains(np.asarray(solid.centre_um) + 1.001 * (surface - solid.centre_um)).any()
    low, high = solid.bounds_um
    assert surface.min(axis=0) == pytest.approx(low, abs=1e-3)
    assert surface.max(axis=0) == pytest.approx(high, abs=1e-3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sphere((0, 0, 0), 0),
        lambda: Sphere((0, 0, 0), -1),
        lambda: Sphere((0, 0, 0), math.inf),
        lambda: Sphere((0, 0), 1),
        lambda: Sphere((0, 0, math.nan), 1),
        lambda: Sphere("abc", 1),
        lambda: Sphere((0, 0, 0), 1, material=" "),
        lambda: Ellipsoid((0, 0, 0), (1, 2, 0)),
        lambda: Capsule((1, 2, 3), (1, 2, 3), 1),
        lambda: Capsule((1, 2, 3), (1, 2, math.inf), 1),
        lambda: Capsule((1, 2, 3), (1, 2, 4), 0),
        lambda: Block((0, 0, 0), (1, -2, 3)),
        lambda: Block((0, 0, 0), (1, 2, 3), rotation=(0, 0)),
        lambda: Ellipsoid((0, 0, 0), (1, 2)),
        lambda: Ellipsoid((0, 0, 0), (1, 2, 3), rotation=(True, 0, 0)),
    ],
)
def test_bad_parameters_are_named(make):
    with pytest.raises(ParameterError, match="expected") as caught:
        make()
    assert isinstance(caught.value, VoltomeError)


@pytest.mark.parametrize("step", [0.0, 1e-300, 1e-10])
def test_a_capsule_without_a_direction_is_refused(step):
    with pytest.raises(ParameterError, match="expected two points that are apart by more than 1e-09 of the radius"):
        Capsule((1e-300, 0, 0), (1e-300 + step, 0, 0), 1.0)

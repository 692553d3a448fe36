"""A rigid motion: its convention, its inverse, chains, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltome.data import Transform
from voltome.errors import ParameterError, ValuesError
from voltome.io._fields import assemble, dismantle

numbers = st.floats(-170, 170, allow_nan=False)
triples = st.tuples(numbers, numbers, numbers).filter(lambda each: np.hypot(np.hypot(*each[:2]), each[2]) < 179)
POINTS = np.array([(0.0, 0.0, 0.0), (1.0, 2.0, 3.0), (-40.0, 7.0, 0.5)])


@pytest.mark.parametrize(
    ("rotation", "point", "goes_to"),
    [
        ((90, 0, 0), (0, 1, 0), (0, 0, 1)),  # about z: y towards x
        ((0, 90, 0), (0, 0, 1), (1, 0, 0)),  # about y: x towards z
        ((0, 0, 90), (1, 0, 0), (0, 1, 0)),  # about x: z towards y
    ],
)
def test_a_positive_quarter_turn_goes_round_the_circle_of_axes(rotation, point, goes_to) -> None:
    np.testing.assert_allclose(Transform(rotation).apply(point), goes_to, atol=1e-12)


def test_the_rotation_turns_about_the_centre_and_the_shift_comes_after_it() -> None:
    motion = Transform((180, 0, 0), centre_um=(0, 10, 20), shift_um=(1, 2, 3))
    np.testing.assert_allclose(motion.apply((5, 10, 20)), (6, 12, 23), atol=1e-12)  # the centre goes by the shift
    np.testing.assert_allclose(motion.apply((5, 11, 20)), (6, 11, 23), atol=1e-12)


@given(rotation=triples, shift=triples, centre=triples)
def test_the_inverse_undoes_a_motion(rotation, shift, centre) -> None:
    motion = Transform(rotation, shift_um=shift, centre_um=centre)
    np.testing.assert_allclose(motion.inverse().apply(motion.apply(POINTS)), POINTS, atol=1e-9)


@given(rotation=triples, other=triples, shift=triples, centre=triples)
def test_then_is_one_motion_after_the_other(rotation, other, shift, centre) -> None:
    first, second = Transform(rotation, shift_um=shift), Transform(other, centre_um=centre, shift_um=rotation)
    np.testing.assert_allclose(first.then(second).apply(POINTS), second.apply(first.apply(POINTS)), atol=1e-8)


def test_residuals_of_a_chain_add_in_squares_and_what_was_not_measured_stays_unknown() -> None:
    known, other = Transform((1, 0, 0), residual_um=0.3), Transform((2, 0, 0), residual_um=0.4, correlation=0.9)
    assert known.then(other).residual_um == pytest.approx(0.5)
    assert known.then(Transform((0, 0, 0))).residual_um is None
    assert known.then(other).correlation is None


def test_a_motion_is_stored_as_it_is() -> None:
    motion = Transform((1.5, -2, 3), shift_um=(4, 5, 6), residual_um=0.1, correlation=0.7, region="z", history=("a",))
    fields, arrays = dismantle(motion)
    assert arrays == {}
    assert assemble("Transform", fields, lambda name: arrays[name]) == motion


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rotation_deg": (1, 2)}, "rotation_deg is .* expected three finite numbers"),
        ({"rotation_deg": (1, 2, float("nan"))}, "rotation_deg is .* expected three finite numbers"),
        ({"rotation_deg": (True, 0, 0)}, "rotation_deg is .* expected three finite numbers"),
        ({"rotation_deg": (400, 0, 0)}, "a turn by 400 degrees; expected at most 360"),
        ({"rotation_deg": (1, 0, 0), "shift_um": "far"}, "shift_um is 'far'"),
        ({"rotation_deg": (1, 0, 0), "residual_um": -1}, "residual_um is -1; expected a finite number, 0 or above"),
        ({"rotation_deg": (1, 0, 0), "correlation": 1.2}, "correlation is 1.2; expected a number from -1 to 1"),
    ],
)
def test_numbers_that_are_no_motion_are_refused(given, says) -> None:
    with pytest.raises(ParameterError, match=says):
        Transform(**given)


def test_a_history_that_is_none_is_refused() -> None:
    with pytest.raises(ValuesError, match="history is 'moved'"):
        Transform((1, 0, 0), history="moved")  # type: ignore[arg-type]
    with pytest.raises(ValuesError, match="region is None"):
        Transform((1, 0, 0), region=None)  # type: ignore[arg-type]


def test_points_of_another_shape_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"points_um has the shape \(2,\); expected \(..., 3\)"):
        Transform((1, 0, 0)).apply((1.0, 2.0))

"""The largest box in a field: against every box there is, and by the formula for a turned square."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from voltome.registration import _fields
from voltome.registration._fields import box_around, box_inside


def most_by_trying(field: np.ndarray) -> int:
    """Return the voxels of the largest box by trying every one."""
    ends = [list(itertools.combinations(range(count + 1), 2)) for count in field.shape]
    boxes = (tuple(slice(*pair) for pair in trio) for trio in itertools.product(*ends))
    return max((field[box].size for box in boxes if field[box].all()), default=0)


@settings(deadline=None, max_examples=30)
@given(arrays(bool, st.tuples(*[st.integers(1, 4)] * 3), elements=st.sampled_from([True, True, True, False])))
def test_no_box_is_larger(field: np.ndarray) -> None:
    box = box_inside(field)
    assert field[box].all()
    assert field[box].size == most_by_trying(field)


@pytest.mark.parametrize("cells", [(48, 192, 192), (6, 20, 20)])
@pytest.mark.parametrize("angle_deg", [0, 10, 23.4, 45])
def test_of_a_square_and_itself_turned_it_has_the_area_of_the_formula(monkeypatch, cells, angle_deg) -> None:
    # the largest upright rectangle in the square of edge a and its copy turned by t has the area a^2 / (1 + sin 2t)
    monkeypatch.setattr(_fields, "MOST_CELLS", cells)
    edge = 101
    y, x = np.indices((edge, edge)) - edge // 2
    t = np.radians(angle_deg)
    turned = (abs(y * np.cos(t) + x * np.sin(t)) <= edge / 2) & (abs(x * np.cos(t) - y * np.sin(t)) <= edge / 2)
    field = np.repeat(turned[None], 12, axis=0)
    field[:2] = False
    box = box_inside(field)
    assert box[0] == slice(2, 12)
    area = field[box][0].size
    # biased low: a voxel counts if its centre lies inside, and whole voxels fit
    assert -0.05 <= area / (edge**2 / (1 + np.sin(2 * t))) - 1 <= 0.02


def test_layers_are_given_up_where_the_others_gain_more() -> None:
    field = np.ones((10, 8, 8), bool)
    field[9, :, 2:] = False  # with it: 10 x 8 x 2, without: 9 x 8 x 8
    assert box_inside(field) == (slice(0, 9), slice(0, 8), slice(0, 8))


def test_the_box_around_holds_the_field() -> None:
    field = np.zeros((4, 5, 6), bool)
    field[1, 2, 3] = field[2, 4, 1] = True
    assert box_around(field) == (slice(1, 3), slice(2, 5), slice(1, 4))

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, PhaseError
from voltome.segmentation import check_intervals, threshold


@pytest.mark.parametrize(
    ("intervals", "rest", "error", "message"),
    [
        ({"a": (0, 20), "b": (15, 30)}, "c", PhaseError, "'a' and 'b' overlap from 15 up to 20"),
        ({"b": (None, 30), "a": (30, None)}, None, PhaseError, "'b' and 'a' overlap at 30; both ends are included"),
        ({"a": (None, None), "b": (None, 3)}, None, PhaseError, "overlap everything up to 3"),
        ({"a": (5, None), "b": (7, None)}, "c", PhaseError, "overlap from 7 upwards"),
        ({"a": (20, 10)}, "c", ParameterError, "'a' runs from 20 down to 10"),
        ({"a": (0, 20)}, "a", PhaseError, "rest is 'a', which is also an interval"),
        ({}, "a", PhaseError, "expected at least one phase"),
        ({"a": (float("nan"), 2)}, "c", ParameterError, "expected finite numbers"),
        ({"a": (0, float("inf"))}, "c", ParameterError, "None for an open end"),
        ({"a": ("0", 2)}, "c", ParameterError, "expected finite numbers"),
        ({"a": 5}, "c", ParameterError, "lowest, highest"),
        ({" ": (0, 5)}, "c", PhaseError, "have no name"),
        ({f"p{n}": (n, n) for n in range(257)}, None, PhaseError, "257 phases; expected at most 256"),
    ],
)
def test_wrong_parameters_are_named_before_there_is_a_volume(intervals, rest, error, message):
    with pytest.raises(error, match=message):
        check_intervals(intervals, rest)
    volume = vt.data.Volume(np.array([[1, 2]], np.uint8), voxel_size_um=1)
    with pytest.raises(error, match=message):
        threshold(volume, intervals=intervals, rest=rest)


@pytest.mark.parametrize(
    ("intervals", "rest"),
    [({"a": (None, None)}, None), ({"b": (5, 5), "a": (None, 4)}, "c"), ({"a": [-1.5, 0], "b": [0.1, None]}, None)],
)
def test_intervals_that_touch_or_leave_gaps_pass(intervals, rest):
    check_intervals(intervals, rest)

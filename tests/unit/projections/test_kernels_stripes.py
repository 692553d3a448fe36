import numpy as np
import pytest
from scipy.ndimage import median_filter

from voltome.projections._kernels_stripes import running_medians
from voltome.projections._kernels_zingers import medians_of_neighbours
from voltome.projections._stripes import stripes_in


@pytest.mark.parametrize("size", [3, 5, 21, 39])
def test_running_medians_are_those_of_scipy(size):
    lines = np.random.default_rng(1).integers(0, 9, (7, 40)).astype(np.float32)  # with many ties
    assert np.array_equal(running_medians(lines, size), median_filter(lines, (1, size)))


def test_medians_of_neighbours_leave_the_value_itself_out():
    lines = np.array([[5, 1, 2, 9, 4, 8]], np.float32)
    assert medians_of_neighbours(lines, 1).tolist() == [[1, 3.5, 5, 3, 8.5, 4]]
    assert medians_of_neighbours(lines, 2).tolist() == [[1.5, 5, 4.5, 3, 8, 6.5]]


def test_values_that_stick_out_of_the_line_through_the_others_are_stripes():
    profile = np.random.default_rng(1).normal(1, 0.01, 200)
    profile[[50, 51]] = 1.5
    profile[120] = 0.6
    assert np.flatnonzero(stripes_in(profile, 3.0)).tolist() == [50, 51, 120]
    assert not stripes_in(np.ones(50), 3.0).any()

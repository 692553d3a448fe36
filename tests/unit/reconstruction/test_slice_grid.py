from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import AxisError, ParameterError
from voltome.reconstruction._slice_grid import grid_of

BEAM = vt.data.ParallelBeam(2.0, rotation_axis_px=4.0)


def test_a_slice_is_as_wide_as_the_detector_with_the_axis_in_its_middle():
    for columns in (9, 10):
        grid = grid_of(BEAM, columns, None, None, None)
        assert grid.shape == (columns, columns)
        assert grid.places[0].mean() == grid.places[1].mean() == 0
        assert grid.origin_um(columns, 2.0) == (0, 0)


def test_voxels_of_another_size_fill_the_same_square():
    grid = grid_of(BEAM, 12, 6.0, None, None)
    assert (grid.shape, grid.step) == ((4, 4), 3.0)
    assert grid.places[1].tolist() == [-4.5, -1.5, 1.5, 4.5]
    assert grid.origin_um(12, 2.0) == (0, 0)


def test_a_smaller_slice_and_a_part_of_it_know_where_they_lie():
    grid = grid_of(BEAM, 12, None, 8, ((1, 4), (0, 8)))
    assert grid.shape == (3, 8)
    assert grid.places[0].tolist() == [-2.5, -1.5, -0.5]
    assert grid.origin_um(12, 2.0) == (6.0, 4.0)
    assert grid.reach == pytest.approx(np.hypot(2.5, 3.5))


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ((0.0, None, None), ParameterError, "voxel_size_um is 0.0; expected a finite number above 0."),
        ((None, 0, None), ParameterError, "size_voxels is 0; expected a whole number of voxels, 1 or more."),
        ((None, True, None), ParameterError, "size_voxels is True; expected a whole number"),
        ((None, None, (1, 2)), ParameterError, r"region_voxels is \(1, 2\); expected \(\(y0, y1\), \(x0, x1\)\)"),
        ((None, None, ((0, 1.5), (0, 2))), ParameterError, "expected whole numbers of voxels"),
        ((None, None, ((0, 2), (3, 11))), AxisError, "a slice has 10 x 10 voxels; expected 0 <= first < stop <= 10"),
        ((None, None, ((4, 4), (3, 5))), AxisError, "expected 0 <= first < stop"),
    ],
)
def test_wrong_sizes_are_refused(given, error, says):
    with pytest.raises(error, match=says):
        grid_of(BEAM, 10, *given)

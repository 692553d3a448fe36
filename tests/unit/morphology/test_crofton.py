from __future__ import annotations

import numpy as np
import pytest

from voltome.errors import VoxelSizeError
from voltome.morphology._crofton import CLASSES, _shares_of_the_sphere, area_per_exit_um2

MEMBERS = np.array([2 ** (sum(kind) - 1) for kind in CLASSES])
"""Directions of each class, opposite ones counted once."""


def test_cubic_voxels_have_the_published_weights():
    # shares of the sphere of one of 26 directions, as in MorphoLibJ and ITK, given there to 14 digits
    published = np.array([0.04577789120476] * 3 + [0.03698062787608] * 3 + [0.03519563978232])
    assert _shares_of_the_sphere((1, 1, 1)) == pytest.approx(2 * published, abs=1e-13)


@pytest.mark.parametrize("voxel_size_um", [(1, 1, 1), (2, 1, 1), (0.3, 0.5, 0.9), (1000, 1, 1), (0.001, 1, 1)])
def test_the_cells_fill_the_sphere(voxel_size_um):
    assert MEMBERS @ _shares_of_the_sphere(voxel_size_um) == pytest.approx(1, abs=1e-12)


def test_an_axis_may_be_renamed():
    forward, backward = area_per_exit_um2((1, 2, 3)), area_per_exit_um2((3, 2, 1))
    assert forward == pytest.approx(backward[[2, 1, 0, 5, 4, 3, 6]], rel=1e-12)


def test_areas_go_as_the_square_of_the_voxel_size():
    assert area_per_exit_um2((0.02, 0.04, 0.06)) == pytest.approx(4e-4 * area_per_exit_um2((1, 2, 3)), rel=1e-12)


def test_needles_are_refused():
    with pytest.raises(VoxelSizeError, match="Check voxel_size_um"):
        area_per_exit_um2((1, 1, 1001))

"""Blur and bends of grey values at the surface of a phase."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from voltome.data import _kernels_slabs
from voltome.morphology._kernels_bends import bend_at, blur_of

CUBE = (1.0, 1.0, 1.0)
TOWARDS_LARGER_X = 5
"""Side of a voxel outside at which the phase lies further along x."""


def ball(radius, edges=CUBE, count=31, blur=0.7):
    """A ball in the middle, 100 on 0, with a soft edge of one voxel and blur."""
    z, y, x = (((np.arange(count) - count // 2 + 0.1) * edge) for edge in edges)
    away = np.sqrt(z[:, None, None] ** 2 + y[:, None] ** 2 + x**2)
    return gaussian_filter(np.clip(radius - away + 0.5, 0, 1) * 100, blur).astype(np.float32)


@pytest.mark.parametrize("blur", [0.6, 0.8, 1.2])
def test_the_blur_is_that_of_the_edge_with_that_of_voxels_and_of_straight_lines(blur):
    # variances add: blur, 1 / 12 for the voxel, and t (1 - t) of a line between voxels, 1 / 6 in the mean
    grey = ball(9, blur=blur)
    phase = grey > 50
    assert blur_of(phase, ~phase, grey, CUBE) == pytest.approx(np.sqrt(blur**2 + 1 / 12 + 1 / 6), rel=0.08)


def test_without_two_thick_sides_no_blur_is_known():
    grey = np.zeros((9, 9, 9), np.float32)
    grey[4] = 100
    phase = grey > 50
    assert blur_of(phase, ~phase, grey, CUBE) == 0.0


def test_the_number_of_slabs_changes_no_blur(monkeypatch):
    grey = ball(9)
    phase = grey > 50
    whole = blur_of(phase, ~phase, grey, CUBE)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 64)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 5)
    assert blur_of(phase, ~phase, grey, CUBE) == whole


@pytest.mark.parametrize("edges", [CUBE, (1.5, 1.0, 1.0)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_ball_bends_by_one_over_its_radius_and_hollows_bend_the_other_way(edges, sign):
    count, radius = 31, 8.0
    z, y, x = (((np.arange(count) - count // 2) * edge) for edge in edges)
    grey = (-sign * np.sqrt(z[:, None, None] ** 2 + y[:, None] ** 2 + x**2)).astype(np.float64)
    outside = np.ravel_multi_index((count // 2, count // 2, count // 2 - 8), grey.shape)
    found = bend_at(grey, np.array(edges), outside, TOWARDS_LARGER_X, 0.0)
    # whether bright or dark, the phase lies within: it bulges outwards
    assert found == pytest.approx(1 / radius, rel=0.02)
    # the same point seen from the other phase
    assert bend_at(grey, np.array(edges), outside, TOWARDS_LARGER_X - 1, 0.0) == pytest.approx(-1 / radius, rel=0.02)


def test_flat_grey_values_do_not_bend():
    assert bend_at(np.ones((5, 5, 5), np.float32), np.ones(3), 62, TOWARDS_LARGER_X, 0.3) == 0.0

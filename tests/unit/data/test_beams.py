from __future__ import annotations

import pytest

from voltome.data import ConeBeam, ParallelBeam
from voltome.errors import GeometryError


def test_a_square_pixel_is_given_by_one_number():
    beam = ParallelBeam(0.5)
    assert beam.pixel_size_um == (0.5, 0.5)
    assert beam.voxel_size_um == (0.5, 0.5, 0.5)
    assert beam.magnification == 1
    assert beam.rotation_axis_px is None


def test_rows_are_z_and_columns_are_y_and_x():
    assert ParallelBeam((2, 0.5)).voxel_size_um == (2, 0.5, 0.5)


def test_a_cone_beam_magnifies_what_is_at_the_axis():
    # 553.74 / 410.66 = 1.34842; pixels of 200 um are 148.32 um there, as the README of the scans says
    beam = ConeBeam(200, source_to_axis_um=410_660, source_to_detector_um=553_740)
    assert beam.magnification == pytest.approx(1.34842, abs=1e-5)
    assert beam.voxel_size_um[1] == pytest.approx(148.32, abs=0.005)


@pytest.mark.parametrize("size", [None, 0, -1, float("nan"), "1", (1, 2, 3), True])
def test_a_pixel_size_that_is_none(size):
    with pytest.raises(GeometryError, match="pixel"):
        ParallelBeam(size)


@pytest.mark.parametrize("distance", [None, 0, -3.0, float("inf")])
def test_a_distance_that_is_none(distance):
    with pytest.raises(GeometryError, match="source_to_axis_um"):
        ConeBeam(1, source_to_axis_um=distance, source_to_detector_um=10)


def test_a_detector_nearer_than_the_axis_is_refused():
    with pytest.raises(GeometryError, match="beyond the axis"):
        ConeBeam(1, source_to_axis_um=10, source_to_detector_um=9)


@pytest.mark.parametrize("axis", [float("nan"), "middle", (1, 2)])
def test_an_axis_that_is_no_place(axis):
    with pytest.raises(GeometryError, match="rotation_axis_px"):
        ParallelBeam(1, rotation_axis_px=axis)

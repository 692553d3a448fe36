from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import voltome as vt
from voltome.errors import GeometryError, ParameterError, ValuesError, VoxelSizeError


@pytest.fixture
def volume():
    values = np.random.default_rng(0).normal(size=(3, 12, 16)).astype(np.float32)
    return vt.data.Volume(
        values, voxel_size_um=(1.5, 2.0, 2.0), quantity="attenuation", unit="1/cm", history=("fbp: of a scan",)
    )


def like(**more):
    given = {
        "angles_deg": [0.0, 20.0],
        "geometry": vt.data.ParallelBeam((1.5, 2.0), rotation_axis_px=9.0),
        "kind": "absorbance",
    }
    return vt.data.Projections(np.zeros((2, 3, 20), np.float32), **{**given, **more})


def test_views_under_the_angles_given_on_a_detector_of_the_slice(volume):
    seen = vt.reconstruction.project(volume, angles_deg=[0, 90, 210])
    assert seen.values.shape == (3, 3, 16)
    assert seen.angles_deg.tolist() == [0, 90, 210]
    assert seen.geometry == vt.data.ParallelBeam((1.5, 2.0), rotation_axis_px=7.5)
    assert (seen.kind, seen.history) == (
        "absorbance",
        ("fbp: of a scan", "project: 3 views computed from the volume, axis at column 7.5"),
    )


def test_views_like_those_of_a_scan(volume):
    seen = vt.reconstruction.project(volume, like=like())
    assert seen.values.shape == (2, 3, 20)
    assert seen.geometry == like().geometry


def test_the_view_along_y_is_the_sum_of_the_rows(volume):
    """At 0 degrees x is across and y along the ray; at 90 degrees y is across. To 4e-4 of what is projected."""
    seen = vt.reconstruction.project(volume, angles_deg=[0, 90]).values
    expected = volume.values.sum(axis=1) * 2e-4
    assert np.abs(seen[0] - expected).max() < 2e-3 * np.abs(expected).max()
    across = volume.values.sum(axis=2) * 2e-4
    assert np.abs(seen[1, :, 2:14] - across).max() < 2e-3 * np.abs(across).max()


def test_voxels_outside_the_mask_are_not_seen(volume):
    mask = np.zeros(volume.shape, bool)
    mask[:, 3:9, 5:12] = True
    masked = vt.reconstruction.project(replace(volume, mask=mask), angles_deg=[0, 33])
    zeroed = vt.reconstruction.project(replace(volume, values=np.where(mask, volume.values, 0)), angles_deg=[0, 33])
    np.testing.assert_array_equal(masked.values, zeroed.values)


def test_integer_attenuation_is_taken_too(volume):
    ones = replace(volume, values=np.ones(volume.shape, np.uint8))
    assert vt.reconstruction.project(ones, angles_deg=[0]).values.dtype == np.float32


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"unit": "", "quantity": "grey value"}, ValuesError, "this volume is grey value in no unit.*say so"),
        ({"voxel_size_um": (1.0, 2.0, 2.5)}, VoxelSizeError, r"voxels of 2 x 2\.5 um \(y, x\); expected squares"),
    ],
)
def test_volumes_without_line_integrals_are_refused(volume, changes, error, says):
    with pytest.raises(error, match=says):
        vt.reconstruction.project(replace(volume, **changes), angles_deg=[0])


def test_angles_or_a_scan_and_not_both(volume):
    with pytest.raises(ParameterError, match="neither of angles_deg and like given; expected one"):
        vt.reconstruction.project(volume)
    with pytest.raises(ParameterError, match="both of angles_deg and like given; expected one"):
        vt.reconstruction.project(volume, angles_deg=[0], like=like())


@pytest.mark.parametrize(
    ("angles", "says"),
    [
        ([], r"angles_deg has the shape \(0,\) and 0 entries that are not finite"),
        ([[0, 1]], r"angles_deg has the shape \(1, 2\)"),
        ([0, np.nan], "and 1 entries that are not finite; expected one finite number"),
        (["east"], r"angles_deg is \['east'\]; expected one number in degrees for each view"),
    ],
)
def test_angles_that_are_none_are_refused(volume, angles, says):
    with pytest.raises(ParameterError, match=says):
        vt.reconstruction.project(volume, angles_deg=angles)


CONE = vt.data.ConeBeam(2.0, source_to_axis_um=1e4, source_to_detector_um=2e4, rotation_axis_px=9)


@pytest.mark.parametrize(
    ("geometry", "error", "says"),
    [
        (CONE, GeometryError, "like is no scan of a parallel beam with a known axis"),
        (vt.data.ParallelBeam((1.5, 2.0)), GeometryError, "like is no scan of a parallel beam with a known axis"),
        (
            vt.data.ParallelBeam((1.6, 2.0), 9.0),
            VoxelSizeError,
            r"the voxels are 1\.5 um high, the pixels of like 1\.6",
        ),
    ],
)
def test_scans_that_it_cannot_be_like_are_refused(volume, geometry, error, says):
    with pytest.raises(error, match=says):
        vt.reconstruction.project(volume, like=like(geometry=geometry))


def test_a_scan_of_other_rows_is_refused(volume):
    with pytest.raises(
        GeometryError, match=r"like has 2 rows, the volume 3 slices; expected as many\. Take like\.rows"
    ):
        vt.reconstruction.project(volume, like=like().rows(0, 2))

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import voltome as vt
from voltome.errors import AxisError, GeometryError, MemoryEstimateError, ParameterError, ValuesError
from voltome.reconstruction import _slabs


def scan(views=30, rows=3, columns=32, **more):
    """Noise that is absorbance, of a parallel beam with a known axis."""
    values = np.random.default_rng(0).normal(size=(views, rows, columns)).astype(np.float32)
    given = {
        "angles_deg": np.arange(views) * 180 / views,
        "geometry": vt.data.ParallelBeam((1.5, 2.0), rotation_axis_px=(columns - 1) / 2),
        "kind": "absorbance",
        "history": ("absorbance: minus logarithm of transmission",),
    }
    return vt.data.Projections(values, **{**given, **more})


def test_a_volume_of_attenuation_on_the_grid_of_the_detector():
    volume = vt.reconstruction.fbp(scan())
    assert (volume.shape, volume.voxel_size_um, volume.origin_um) == ((3, 32, 32), (1.5, 2.0, 2.0), (0.0, 0.0, 0.0))
    assert (volume.quantity, volume.unit, volume.mask) == ("attenuation", "1/cm", None)
    assert volume.values.dtype == np.float32


def test_the_history_says_the_way_and_what_the_views_do_not_hold():
    history = vt.reconstruction.fbp(scan(), method="nufft", filter="hann", cutoff=0.5).history
    assert history == (
        "absorbance: minus logarithm of transmission",
        "fbp: nufft, hann filter to 0.5 of the highest frequency, axis at column 15.5, 30 directions where 51 show "
        "every detail at the rim",
    )


def test_auto_is_direct_where_that_is_faster():
    assert vt.reconstruction.fbp(scan(views=89, columns=100)).history[-1].startswith("fbp: direct")
    assert vt.reconstruction.fbp(scan(views=90, columns=100)).history[-1].startswith("fbp: nufft")


def test_voxels_that_some_view_does_not_see_are_masked_where_asked():
    """The axis at column 10 of 32 sees 10.5 pixels on its nearer side."""
    off_centre = scan().with_rotation_axis(10.0)
    volume = vt.reconstruction.fbp(off_centre, mask_field_of_view=True)
    y, x = np.indices((32, 32)) - 15.5
    np.testing.assert_array_equal(volume.mask, np.repeat((np.hypot(y, x) <= 10.5)[np.newaxis], 3, axis=0))
    np.testing.assert_array_equal(volume.values, vt.reconstruction.fbp(off_centre).values)


def test_batches_give_the_slices_of_the_whole(monkeypatch):
    whole = vt.reconstruction.fbp(scan()).values
    monkeypatch.setattr(_slabs, "FEWEST", 1)
    monkeypatch.setattr(_slabs, "BATCH_BYTES", 2 * 8 * 30 * 32)
    np.testing.assert_array_equal(vt.reconstruction.fbp(scan()).values, whole)


def test_a_lazy_scan_is_read_some_rows_at_a_time(monkeypatch):
    given, read = scan(), []

    def reader(box):
        read.append((box[1].start, box[1].stop))
        return given.values[box]

    lazy = replace(given, values=vt.data.LazyArray(given.values.shape, given.values.dtype, reader, "memory"))
    monkeypatch.setattr(_slabs, "FEWEST", 2)
    monkeypatch.setattr(_slabs, "MOST", 2)
    found = vt.reconstruction.fbp(lazy)
    assert read == [(0, 2), (2, 3)]
    np.testing.assert_array_equal(found.values, vt.reconstruction.fbp(given).values)


def test_what_is_not_finite_in_a_file_is_found_when_it_is_read():
    given = scan()
    values = given.values.copy()
    values[4, 1, 2] = np.nan
    stored = vt.data.LazyArray(values.shape, values.dtype, lambda box: values[box], "memory")
    with pytest.raises(ValuesError, match="1 NaN or infinite pixels, the first in frame 4, row 1, column 2"):
        vt.reconstruction.fbp(replace(given, values=stored))


CONE = vt.data.ConeBeam(2.0, source_to_axis_um=1e4, source_to_detector_um=2e4, rotation_axis_px=15.5)


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"kind": "counts"}, ValuesError, r"takes absorbance, these projections are counts\. Take the logarithm"),
        ({"kind": "transmission"}, ValuesError, r"voltome\.projections\.absorbance"),
        ({"geometry": CONE}, GeometryError, "is for a parallel beam, these projections are from a cone beam"),
        (
            {"geometry": vt.data.ParallelBeam(2.0)},
            GeometryError,
            r"needs the axis of rotation.*voltome\.projections\.find_rotation_axis.*set_rotation_axis",
        ),
        ({"shifts_px": np.full((30, 2), -1.25)}, GeometryError, r"shifted by up to 1\.25 pixels.*undo_shifts"),
    ],
)
@pytest.mark.parametrize("function", [vt.reconstruction.fbp, vt.reconstruction.backproject])
def test_projections_that_cannot_be_reconstructed_are_refused(function, changes, error, says):
    with pytest.raises(error, match=says):
        function(scan(**changes))


def test_one_view_is_too_few():
    with pytest.raises(GeometryError, match="needs views from several directions; these projections have 1"):
        vt.reconstruction.fbp(scan(views=1))


def test_one_direction_is_too_few_however_often_it_was_seen():
    with pytest.raises(
        GeometryError, match=r"all 4 views have the same, 30 degrees or its opposite\. Check angles_deg"
    ):
        vt.reconstruction.fbp(scan(views=4, angles_deg=[30, 210, 30, -150]))


def test_shifts_of_nothing_are_none():
    vt.reconstruction.fbp(scan(shifts_px=np.zeros((30, 2))))


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"filter": "ramlak"}, ParameterError, r"filter is 'ramlak'; expected one of .* Did you mean 'ram-lak'\?"),
        ({"method": "fourier"}, ParameterError, "method is 'fourier'; expected one of 'auto', 'nufft', 'direct'"),
        ({"padding": "mean"}, ParameterError, "padding is 'mean'; expected one of 'zero', 'edge'"),
        ({"cutoff": 1.2}, ParameterError, r"cutoff is 1\.2; expected a share above 0, at most 1"),
        ({"cutoff": 0}, ParameterError, "cutoff is 0; expected a share"),
        ({"size_voxels": -1}, ParameterError, "size_voxels is -1"),
        ({"region_voxels": ((0, 5), (30, 40))}, AxisError, "a slice has 32 x 32 voxels"),
    ],
)
def test_wrong_parameters_are_refused(given, error, says):
    with pytest.raises(error, match=says):
        vt.reconstruction.fbp(scan(), **given)


def test_what_does_not_fit_in_memory_is_refused():
    with pytest.raises(MemoryEstimateError, match=r"fbp needs about .* GB for 30,000,000,000,000 voxels"):
        vt.reconstruction.fbp(scan(rows=3), size_voxels=10**7, region_voxels=((0, 10**6), (0, 10**7)))


def test_a_cutoff_below_the_first_frequency_leaves_the_mean():
    volume = vt.reconstruction.fbp(scan(), cutoff=1e-6)
    assert np.isfinite(volume.values).all()


def test_integers_and_doubles_are_taken_too():
    given = scan()
    double = vt.reconstruction.fbp(replace(given, values=given.values.astype(np.float64)))
    np.testing.assert_array_equal(double.values, vt.reconstruction.fbp(given).values)
    vt.reconstruction.fbp(replace(given, values=np.ones((30, 3, 32), np.uint8)))

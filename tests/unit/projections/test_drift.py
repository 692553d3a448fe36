import numpy as np
import pytest

import voltome as vt

correct_drift = vt.projections.correct_drift

SAMPLE = np.array([1, 1, 1, 0.6, 0.3, 0.2, 0.5, 1, 1, 1])


def a_scan(beam, kind="transmission"):
    values = np.asarray(beam)[:, None, None] * np.stack([SAMPLE, SAMPLE])
    angles = np.arange(len(values)) * 20.0
    return vt.data.Projections(values, angles_deg=angles, geometry=vt.data.ParallelBeam(0.5), kind=kind)


@pytest.mark.parametrize("side", ["both", "left", "right"])
def test_air_becomes_1_in_every_view(side):
    found = correct_drift(a_scan([1, 0.9, 1.2]), air_columns=3, side=side)
    assert np.allclose(found.values, SAMPLE, atol=1e-6)
    assert found.values.dtype == np.float32
    assert found.history == (f"correct_drift: beam from 0.9000 to 1.2000 by air in 3 columns, {side}",)


def test_a_slope_is_taken_away_with_air_on_both_sides_only():
    values = SAMPLE * np.linspace(0.9, 1.1, 10)
    scan = a_scan([1.0]).derive("tilted", values=values[None, None])
    assert np.allclose(correct_drift(scan, air_columns=2).values, SAMPLE, atol=1e-6)
    assert not np.allclose(correct_drift(scan, air_columns=2, side="left").values, SAMPLE, atol=0.05)


def test_a_percentile_of_every_view_becomes_that_of_the_middle_one():
    found = correct_drift(a_scan([1, 0.9, 1.2]), by="percentile", percentile=50).values
    assert np.allclose(found, SAMPLE, atol=1e-6)


def test_a_sample_in_the_air_is_refused():
    with pytest.raises(vt.errors.ValuesError, match=r"view 0 is 0\.514 at the first .* Is the sample in these columns"):
        correct_drift(a_scan([1.0, 1.0]).derive("", values=np.where(SAMPLE == 1, 0.514, SAMPLE) * np.ones((2, 1, 1))),
                      air_columns=3, largest_drift=0.3)  # fmt: skip


def test_values_that_lie_in_a_file_are_read_view_by_view():
    scan = a_scan([1, 0.9, 1.2])
    lazy = vt.data.LazyArray(scan.values.shape, scan.values.dtype, lambda box: scan.values[box], "a file")
    stored = vt.data.Projections(lazy, angles_deg=scan.angles_deg, geometry=scan.geometry, kind="transmission")
    assert np.array_equal(correct_drift(stored, air_columns=2).values, correct_drift(scan, air_columns=2).values)


def test_messages():
    scan = a_scan([1, 1])
    with pytest.raises(vt.errors.ValuesError, match="correct_drift takes transmission, these projections are counts"):
        correct_drift(a_scan([1, 1], "counts"))
    with pytest.raises(vt.errors.GeometryError, match="air_columns is 6 with side='both', the detector has 10 columns"):
        correct_drift(scan, air_columns=6)
    with pytest.raises(vt.errors.ValuesError, match="percentile 50 of the middle view is 0; expected transmission"):
        correct_drift(a_scan([0, 0]), by="percentile")
    with pytest.raises(vt.errors.ParameterError, match="percentile is 100; expected a number above 0 and below 100"):
        correct_drift(scan, by="percentile", percentile=100)
    for options in ({"by": "flux"}, {"side": "top"}, {"air_columns": 0}, {"largest_drift": 0}):
        with pytest.raises(vt.errors.ParameterError, match=next(iter(options))):
            correct_drift(scan, **options)

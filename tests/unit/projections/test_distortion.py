"""Distortion: views, flats and darks alike, and models that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_scans import a_scan, lazily

import voltome as vt
from voltome.errors import ParameterError

LENS: dict[str, Any] = {"centre_px": (2.5, 9.5), "coefficients": [1.0, 1e-3]}


@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
def test_no_distortion_changes_nothing(interpolation: Any) -> None:
    scan = a_scan("transmission")
    found = vt.projections.correct_distortion(
        scan, centre_px=(2.5, 9.5), coefficients=[1.0], interpolation=interpolation
    )
    np.testing.assert_allclose(found.values, scan.values, atol=1e-6)


def test_a_ramp_is_stretched_as_the_model_says() -> None:
    ramp = np.tile(np.arange(20.0), (1, 5, 1))
    scan = vt.data.Projections(ramp, angles_deg=[0.0], geometry=vt.data.ParallelBeam(1.0))
    found = vt.projections.correct_distortion(scan, centre_px=(2, 9.5), coefficients=[0.9], interpolation="linear")
    np.testing.assert_allclose(found.values[0], np.tile(9.5 + 0.9 * (np.arange(20) - 9.5), (5, 1)), rtol=1e-6)


def test_flats_and_darks_go_with_the_views_and_the_axis_is_forgotten() -> None:
    frames = a_scan("counts", shape=(2, 6, 20), seed=4).values[:]
    scan = a_scan("counts", flats=frames, darks=frames[:1])
    found = vt.projections.correct_distortion(scan, **LENS)
    alone = vt.data.Projections(frames, angles_deg=[0.0, 1.0], geometry=vt.data.ParallelBeam(0.5))
    expected = vt.projections.correct_distortion(alone, **LENS).values
    assert found.flats is not None
    assert found.darks is not None
    np.testing.assert_array_equal(found.flats, expected)
    np.testing.assert_array_equal(found.darks, expected[:1])
    assert (found.kind, found.values.dtype) == ("counts", np.float32)
    assert found.geometry.rotation_axis_px is None
    assert found.history[-1] == "correct_distortion: centre (2.5, 9.5), coefficients 1, 0.001, cubic"
    bare = vt.projections.correct_distortion(a_scan("counts"), **LENS)
    assert bare.flats is None
    assert bare.darks is None


def test_a_lazy_scan_gives_the_same_bits() -> None:
    scan = a_scan("counts")
    found, lazy = (vt.projections.correct_distortion(each, **LENS).values for each in (scan, lazily(scan)))
    np.testing.assert_array_equal(found, lazy)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"centre_px": (1.0,)}, r"centre_px is \(1\.0,\); expected two finite numbers, row and column"),
        ({"centre_px": (1.0, float("nan"))}, "expected two finite numbers"),
        ({"coefficients": []}, r"coefficients are \[\]; expected finite numbers, k0 first"),
        ({"coefficients": [float("inf")]}, "expected finite numbers, k0 first"),
        (
            {"coefficients": [0.0, 1.0]},
            r"within \d+ px of the centre to .* times its distance; expected 0\.75 to 1\.25",
        ),
        ({"coefficients": [1.0, -0.1]}, "expected 0.75 to 1.25, growing outwards"),
        ({"interpolation": "nearest"}, "interpolation is 'nearest'; expected one of 'linear', 'cubic'"),
    ],
)
def test_a_lens_that_cannot_be_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        vt.projections.correct_distortion(a_scan("counts"), **{**LENS, **options})

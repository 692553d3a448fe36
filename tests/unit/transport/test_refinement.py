"""What `tortuosity_refinement` gives, says and refuses; its truth is in tests/analytic."""

from __future__ import annotations

import numpy as np
import pytest
from porous import blobs, pores, slanted_strip

import voltome as vt
from voltome.errors import MemoryEstimateError, ParameterError
from voltome.transport.refinement import _extrapolated


def test_a_straight_channel_has_no_error():
    channel = np.zeros((6, 5, 5))
    channel[:, 1:3, 1:3] = 1
    found = vt.transport.tortuosity_refinement(pores(channel), phase="pore", tolerance=1e-6)
    assert found.resolution_error == pytest.approx(0, abs=1e-5)
    assert found.tortuosity_extrapolated == pytest.approx(1, abs=1e-5)


def test_the_refined_value_is_that_of_an_image_of_finer_voxels():
    strip = slanted_strip(6)
    twice = strip
    for axis in range(3):
        twice = np.repeat(twice, 2, axis=axis)
    found = vt.transport.tortuosity_refinement(pores(strip, (1, 2, 3)), phase="pore", tolerance=1e-5)
    finer = vt.transport.tortuosity(pores(twice, (0.5, 1, 1.5)), phase="pore", tolerance=1e-5)
    assert found.relative_diffusivity_refined == pytest.approx(finer.relative_diffusivity, rel=1e-9)
    assert found.resolution_error > 0.1  # two voxels wide: far too tortuous
    assert found.order == pytest.approx(4 / 3)


def test_richardson_is_exact_for_errors_of_its_order():
    values = tuple(1 - 0.3 * edge ** (4 / 3) for edge in (1, 0.5, 0.25))
    assert _extrapolated(values[:2]) == pytest.approx((4 / 3, 1))
    assert _extrapolated(values) == pytest.approx((4 / 3, 1))
    first = tuple(1 + 0.2 * edge for edge in (1, 0.5, 0.25))
    assert _extrapolated(first) == pytest.approx((1, 1))
    assert _extrapolated((1.0, 1.0, 1.0)) == pytest.approx((4 / 3, 1))


def test_the_table_has_one_row_with_the_signed_error():
    image = pores(blobs(10, porosity=0.6, sigma=1.0))
    found = vt.transport.tortuosity_refinement(image, phase="pore")
    table = found.to_table()
    (row,) = table.frame.to_dict("records")
    assert table.kind == "tortuosity_refinement"
    assert row["tortuosity"] == vt.transport.tortuosity(image, phase="pore").value
    assert row["resolution_error"] == pytest.approx(row["tortuosity"] / row["tortuosity_extrapolated"] - 1)
    assert row["resolution_error"] > 0
    assert "assumed" in table.method
    assert not table.warnings


def test_what_does_not_percolate_has_no_error_and_a_warning():
    labels = np.zeros((4, 4, 4))
    labels[:2] = 1
    found = vt.transport.tortuosity_refinement(pores(labels), phase="pore")
    assert found.tortuosity == found.tortuosity_extrapolated == float("inf")
    assert found.resolution_error == 0
    assert "there is no error to find" in found.to_table().warnings[0]


def test_a_mask_is_refined_too():
    mask = np.zeros((6, 6, 6), np.bool_)
    mask[:, 1:5, 1:5] = True
    image = blobs(6, porosity=0.7, sigma=1.0)
    masked = vt.transport.tortuosity_refinement(pores(image, mask=mask), phase="pore")
    cropped = vt.transport.tortuosity_refinement(pores(image[:, 1:5, 1:5]), phase="pore")
    assert masked.resolution_error == cropped.resolution_error


def test_what_cannot_be_is_refused(monkeypatch):
    with pytest.raises(ParameterError, match=r"levels is 4; expected 2 .voxels halved once. or 3"):
        vt.transport.tortuosity_refinement(pores(np.ones((4, 4, 4))), phase="pore", levels=4)
    monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 8 * 26 * 64)
    with pytest.raises(MemoryEstimateError, match="tortuosity_refinement needs"):
        vt.transport.tortuosity_refinement(pores(np.ones((4, 4, 4))), phase="pore")

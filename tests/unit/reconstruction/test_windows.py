from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from voltome.reconstruction._windows import FilterName, filter_of, ramp, window

FREQUENCIES = np.arange(129) / 256


def test_the_ramp_is_the_frequency_but_for_a_small_value_at_zero():
    """Sum of its samples: 1/4 - 2/pi^2 (1 + 1/9 + ... up to n = 127), which for all n would be 0."""
    odd = np.arange(1, 129, 2)
    at_zero = 0.25 - 2 / np.pi**2 * np.sum(1.0 / odd**2)
    found = ramp(256)
    assert found[0] == pytest.approx(at_zero, rel=1e-9)
    assert 0 < found[0] < 1 / 256
    np.testing.assert_allclose(found, FREQUENCIES, atol=0.0017)


def test_windows_at_zero_half_way_and_the_highest_frequency():
    at = {name: window(name, np.array([0.0, 0.1, 0.2, 0.21]), 0.2) for name in get_args(FilterName)}
    assert at["ram-lak"].tolist() == [1, 1, 1, 0]
    assert at["shepp-logan"] == pytest.approx([1, np.sinc(0.25), 2 / np.pi, 0])
    assert at["hann"] == pytest.approx([1, 0.5, 0, 0])
    assert at["hamming"] == pytest.approx([1, 0.54, 0.08, 0])
    assert at["butterworth"] == pytest.approx([1, 1 / np.sqrt(1 + 0.5**8), np.sqrt(0.5), 1 / np.sqrt(1 + 1.05**8)])


@pytest.mark.parametrize("name", get_args(FilterName))
def test_a_window_falls(name):
    found = window(name, FREQUENCIES, 0.4)
    assert found[0] == 1
    assert (np.diff(found) <= 0).all()


@pytest.mark.parametrize("name", get_args(FilterName))
def test_frequencies_that_large_voxels_cannot_show_are_cut(name):
    """Voxels of 2 pixels show a quarter of a cycle per pixel."""
    found = filter_of(name, 1.0, 256, 2.0)
    assert (found[FREQUENCIES > 0.25] == 0).all()
    assert (found[FREQUENCIES < 0.25] > 0).all()

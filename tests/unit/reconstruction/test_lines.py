from __future__ import annotations

import numpy as np
import pytest

from voltome.reconstruction._lines import even_length, padded_lines, waves


@pytest.mark.parametrize(
    ("columns", "reach", "axis"), [(10, 7.0, 4.5), (31, 22.0, 15.0), (31, 60.0, 0.0), (2, 1.0, 0.5)]
)
def test_lines_are_even_twice_as_long_and_keep_voxels_from_the_next_period(columns, reach, axis):
    length = padded_lines(columns, reach, axis, "zero").length
    assert length % 2 == 0
    assert length >= 2 * columns
    assert length - reach - max(axis, columns - 1 - axis) >= columns / 2


def test_lengths_are_those_of_fast_transforms():
    assert [even_length(n) for n in (1, 2, 14, 34, 2048)] == [2, 2, 16, 36, 2048]


def test_zeros_or_the_outermost_pixels_stand_beside_the_detector():
    values = np.array([[[3.0, 1.0, 5.0]]])
    for padding, beside in (("zero", [0, 0, 0]), ("edge", [5, 3, 3])):
        lines = padded_lines(3, 1.0, 1.0, padding)
        assert lines.length == 6
        found = lines.samples(lines.spectra(values), 0, 6)
        np.testing.assert_allclose(found[0, 0], [3, 1, 5, *beside], atol=1e-5)


def test_samples_may_lie_beyond_both_ends():
    lines = padded_lines(3, 1.0, 1.0, "zero")
    found = lines.samples(lines.spectra(np.array([[[3.0, 1.0, 5.0]]])), -2, 9)
    np.testing.assert_allclose(found[0, 0], [0, 0, 3, 1, 5, 0, 0, 0, 3], atol=1e-5)


def test_counts_of_waves_are_those_of_the_inverse_transform():
    random = np.random.default_rng(0)
    line = random.normal(size=12)
    spectrum = np.fft.rfft(line)
    first = (waves(12) * spectrum.real).sum()
    assert first == pytest.approx(line[0])

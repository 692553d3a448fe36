"""A field seen through: mean and sum along an axis, mask, grid, history."""

import numpy as np
import pytest

import voltome as vt
from voltome.errors import AxisError, MemoryEstimateError, ParameterError


def field(values: np.ndarray, **grid: object) -> vt.data.Volume:
    return vt.data.Volume(values, voxel_size_um=(0.5, 1.0, 2.0), quantity="speed", unit="m/s", **grid)


@pytest.mark.parametrize(("axis", "number"), [("z", 0), ("y", 1), ("x", 2)])
def test_mean_and_sum_are_those_of_the_columns(axis, number):
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    mean = vt.transport.project(field(values), axis=axis)
    total = vt.transport.project(field(values), axis=axis, take="sum")
    assert np.array_equal(mean.values, values.mean(axis=number, keepdims=True))
    assert np.array_equal(total.values, values.sum(axis=number, keepdims=True))
    assert mean.size_um == field(values).size_um, "the slice is as long as the image"
    assert (mean.quantity, mean.unit, mean.history) == ("speed", "m/s", (f"project: mean along {axis}",))


def test_what_is_outside_the_mask_does_not_count_and_empty_columns_are_outside():
    values = np.full((3, 2, 2), 4.0, np.float32)
    mask = np.ones((3, 2, 2), bool)
    mask[0, 0, 0] = False
    mask[:, 1, 1] = False
    values[~mask] = 1e6
    seen = vt.transport.project(field(values, mask=mask, origin_um=(1, 2, 3)), axis="z")
    assert seen.values.ravel().tolist() == [4, 4, 4, 0]
    assert seen.mask is not None
    assert seen.mask.ravel().tolist() == [True, True, True, False]
    assert seen.origin_um == (1, 2, 3)


def test_a_large_sum_of_small_numbers_is_right():
    # in float32 a sum of 2^25 ones stops at 2^24; here the mean of uint8 would overflow too
    values = np.full((300, 2, 2), 255, np.uint8)
    volume = vt.data.Volume(values, voxel_size_um=1)
    assert vt.transport.project(volume, axis="z", take="sum").values.ravel().tolist() == [76500.0] * 4


def test_unknown_choices_are_named():
    with pytest.raises(AxisError, match="unknown axis 'w'"):
        vt.transport.project(field(np.ones((2, 2, 2), np.float32)), axis="w")
    with pytest.raises(ParameterError, match="take is 'max'; expected one of 'mean', 'sum'"):
        vt.transport.project(field(np.ones((2, 2, 2), np.float32)), axis="z", take="max")


def test_what_would_not_fit_is_said(monkeypatch):
    monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 10)
    with pytest.raises(MemoryEstimateError, match="project needs about"):
        vt.transport.project(field(np.ones((2, 2, 2), np.float32)), axis="z")

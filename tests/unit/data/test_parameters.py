"""Checks of parameters, for callers in Python."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from voltome.data import _parameters as parameters
from voltome.errors import AxisError, ParameterError


@pytest.mark.parametrize(("axis", "index"), [("z", 0), ("y", 1), ("x", 2)])
def test_an_axis_has_its_place_in_the_array(axis: str, index: int) -> None:
    assert parameters.axis_index(axis) == index


@pytest.mark.parametrize("axis", ["Z", "w", "", 0, None])
def test_an_unknown_axis_lists_the_known_ones(axis: Any) -> None:
    with pytest.raises(AxisError, match=rf"unknown axis {re.escape(repr(axis))}; expected one of 'z', 'y', 'x'"):
        parameters.axis_index(axis)


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), np.int64(3)])
def test_a_number_above_zero_passes_as_a_float(value: Any) -> None:
    for check in (parameters.check_positive, parameters.check_not_negative):
        assert check("sigma_um", value) == value
        assert type(check("sigma_um", value)) is float


@pytest.mark.parametrize("value", [-1, np.nan, np.inf, -np.inf, None, "1", True, [1]])
def test_what_is_no_such_number_is_refused_by_name(value: Any) -> None:
    for check, expected in ((parameters.check_positive, "above 0"), (parameters.check_not_negative, "0 or above")):
        with pytest.raises(ParameterError, match=rf"^sigma_um is {re.escape(repr(value))}; expected .*{expected}\.$"):
            check("sigma_um", value)


def test_zero_is_not_positive_and_not_negative() -> None:
    assert parameters.check_not_negative("sigma_um", 0) == 0.0
    with pytest.raises(ParameterError, match="sigma_um is 0; expected a finite number above 0"):
        parameters.check_positive("sigma_um", 0)


def test_a_choice_passes_and_another_lists_the_known_ones() -> None:
    assert parameters.check_choice("estimator", "faces", ("faces", "crofton13")) == "faces"
    with pytest.raises(
        ParameterError, match=r"estimator is 'crofton'; .*'faces', 'crofton13'.* Did you mean 'crofton13'\?"
    ):
        parameters.check_choice("estimator", "crofton", ("faces", "crofton13"))

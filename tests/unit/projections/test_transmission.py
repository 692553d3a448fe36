from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, ValuesError


def transmission(values, kind="transmission"):
    seen = np.asarray(values, np.float32).reshape(2, 1, -1)
    return vt.data.Projections(seen, angles_deg=[0, 90], geometry=vt.data.ParallelBeam(1), kind=kind)


def test_it_is_minus_the_logarithm():
    found = vt.projections.absorbance(transmission(np.exp([-0.5, 0, 0.25, -3])))
    assert found.kind == "absorbance"
    assert found.values.ravel() == pytest.approx([0.5, 0, -0.25, 3], abs=1e-6)
    assert found.history == ("absorbance: minus logarithm of transmission",)


def test_pixels_without_a_logarithm_are_held_and_counted():
    found = vt.projections.absorbance(transmission([1, 0, -2, 1]), smallest_transmission=0.01)
    assert found.values.ravel() == pytest.approx([0, -np.log(0.01), -np.log(0.01), 0], abs=1e-6)
    assert found.history[-1].endswith("2 pixels held at 0.01")


def test_other_kinds_are_refused_with_the_way_to_mend_it():
    with pytest.raises(ValuesError, match=r"takes transmission, these projections are counts.*normalise"):
        vt.projections.absorbance(transmission([1, 1], kind="counts"))


def test_a_scan_without_light_is_refused():
    with pytest.raises(ValuesError, match="all 2 pixels transmit less"):
        vt.projections.absorbance(transmission([0, 0]))


def test_a_smallest_transmission_of_nothing_is_refused():
    with pytest.raises(ParameterError, match="smallest_transmission"):
        vt.projections.absorbance(transmission([1, 1]), smallest_transmission=0)

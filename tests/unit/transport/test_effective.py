"""What `effective_diffusivity` gives, says and refuses."""

from __future__ import annotations

import numpy as np
import pytest
from porous import blobs, pores

import voltome as vt
from voltome.errors import ParameterError, PhaseError


def test_one_phase_alone_is_its_tortuosity():
    image = pores(blobs(16, porosity=0.6))
    one = vt.transport.tortuosity(image, phase="pore")
    found = vt.transport.effective_diffusivity(image, diffusivities={"pore": 3.0})
    assert found.value == pytest.approx(3 * one.relative_diffusivity)
    assert found.tortuosity == pytest.approx(one.value)
    assert found.conducting_fraction == one.porosity
    assert found.harmonic_diffusivity == 0  # there are walls


def test_phases_of_one_diffusivity_are_one_phase():
    halves = np.where(np.indices((8, 6, 6))[2] < 3, 1, 2)
    found = vt.transport.effective_diffusivity(pores(halves), diffusivities={"pore": 0.5, "binder": 0.5})
    assert found.value == pytest.approx(0.5, rel=1e-6)
    assert found.tortuosity == pytest.approx(1, rel=1e-6)


def test_the_table_says_what_was_given():
    image = pores(np.where(blobs(12, porosity=0.6), 1, 2))
    found = vt.transport.effective_diffusivity(image, diffusivities={"pore": 1.0, "binder": 0.05})
    table = found.to_table()
    (row,) = table.frame.to_dict("records")
    assert table.kind == "effective_diffusivity"
    assert row["diffusivities"] == "pore 1, binder 0.05"
    assert row["harmonic_diffusivity"] < row["effective_diffusivity"] == found.value < row["mean_diffusivity"]
    assert row["flux_spread"] == found.flux_spread < 0.05


@pytest.mark.parametrize("scale", [1e-12, 1e9])
def test_the_unit_of_the_diffusivities_is_that_of_the_result(scale):
    image = pores(np.where(blobs(12, porosity=0.6), 1, 2))
    plain = vt.transport.effective_diffusivity(image, diffusivities={"pore": 1.0, "binder": 0.05})
    found = vt.transport.effective_diffusivity(image, diffusivities={"pore": scale, "binder": 0.05 * scale})
    assert found.value == pytest.approx(scale * plain.value, rel=1e-6)
    assert found.flux_per_slice == pytest.approx(scale * plain.flux_per_slice, rel=1e-6)


def test_what_does_not_percolate_conducts_nothing_and_says_why():
    labels = np.zeros((6, 4, 4))
    labels[:3] = 1
    found = vt.transport.effective_diffusivity(pores(labels), diffusivities={"pore": 1.0, "binder": 2.0})
    assert found.value == 0
    assert found.tortuosity == float("inf")
    assert "no voxel in the last layer" in found.reason
    assert "the effective diffusivity is 0" in found.to_table().warnings[0]


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({}, ParameterError, "expected the phases that conduct"),
        ([1, 2], ParameterError, "expected the phases that conduct"),
        ({"pore": 0.0}, ParameterError, "the diffusivity of 'pore' is 0.0; expected a finite number above 0"),
        ({"pore": -1.0}, ParameterError, "the diffusivity of 'pore' is -1.0"),
        ({"pore": float("nan")}, ParameterError, "the diffusivity of 'pore' is nan"),
        (
            {"pore": 1.0, "binder": 1e-7},
            ParameterError,
            "the diffusivity of 'binder' is 1e-07, of 'pore' 1; expected at",
        ),
        ({"pore": 1e-300, "binder": 1.0}, ParameterError, "Leave 'pore' out, which makes it a wall"),
        ({"bindr": 1.0}, PhaseError, "Did you mean 'binder'"),
    ],
)
@pytest.mark.parametrize("step", [vt.transport.effective_diffusivity, vt.transport.diffusivity_tensor])
def test_diffusivities_that_cannot_be_are_refused(step, given, error, says):
    with pytest.raises(error, match=says):
        step(pores(np.ones((4, 4, 4))), diffusivities=given)


def test_the_unit_is_that_of_the_given_diffusivities_and_no_ratio():
    image = vt.data.PhaseImage(np.ones((4, 3, 3), np.uint8), voxel_size_um=1, phases={0: "solid", 1: "pore"})
    table = vt.transport.effective_diffusivity(image, diffusivities={"pore": 2e-9}).to_table()
    assert table.column("effective_diffusivity").unit == "as given"
    assert table.column("tortuosity").unit == "1"
    assert table.frame["effective_diffusivity"].iloc[0] == pytest.approx(2e-9, rel=1e-4)


@pytest.mark.parametrize("step", [vt.transport.effective_diffusivity, vt.transport.diffusivity_tensor])
def test_a_tolerance_below_the_rounding_between_diffusivities_far_apart_is_refused(step):
    given = {"pore": 1.0, "binder": 1e-6}
    with pytest.raises(ParameterError, match=r"expected 1e-05 or more.*where diffusivities differ so much"):
        step(pores(np.ones((4, 4, 4))), diffusivities=given, tolerance=1e-6)

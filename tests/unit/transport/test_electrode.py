"""What `electrode_tortuosity` gives, says and refuses."""

from __future__ import annotations

import conduction
import numpy as np
import pytest
from porous import blobs, pores

import voltome as vt
from voltome.errors import AxisError, GeometryError, ParameterError, PhaseError


def solve(image, **how):
    return vt.transport.electrode_tortuosity(image, **{"phase": "pore", "tolerance": 1e-6, **how})


def truth(image: np.ndarray, reactive: np.ndarray, edges: tuple[float, ...]) -> float:
    """Return the factor from the impedance at a low frequency; separator at the first layer."""
    impedance = conduction.electrode_impedance(image, reactive, frequency=1e-6, spacing=edges)
    return 3 * image.mean() * impedance.real / (len(image) * edges[0])


@pytest.mark.parametrize("edges", [(1.0, 1.0, 1.0), (0.5, 1.0, 2.0)])
def test_a_random_electrode_is_that_of_complex_sparse_matrices(edges):
    labels = np.where(blobs(14, porosity=0.5, sigma=1.0), 1, np.where(blobs(14, porosity=0.4, sigma=1.0, seed=9), 2, 0))
    image = pores(labels, edges)
    everything = solve(image, separator="first")
    assert everything.value == pytest.approx(truth(labels == 1, labels != 1, edges), rel=1e-4)
    binder = solve(image, separator="first", reactive="binder")
    assert binder.value == pytest.approx(truth(labels == 1, labels == 2, edges), rel=1e-4)
    assert binder.reactive == "binder"
    assert everything.reactive == "solid, binder"


def test_a_blind_pore_has_a_finite_factor_where_the_tortuosity_is_infinite():
    blind = np.zeros((12, 5, 5))
    blind[4:, 2, 2] = 1
    image = pores(blind)
    found = solve(image)
    assert vt.transport.tortuosity(image, phase="pore").value == float("inf")
    assert 0.3 < found.value < 1
    assert found.reached_porosity == found.porosity == pytest.approx(8 / 300)
    assert found.reached_reactive_share == 1


def test_the_separator_is_at_the_end_that_is_said():
    blind = np.zeros((12, 5, 5))
    blind[4:, 2, 2] = 1
    assert solve(pores(blind), separator="last").value == pytest.approx(
        solve(pores(blind[::-1]), separator="first").value, rel=1e-6
    )
    turned = pores(blind.transpose(1, 2, 0))
    assert solve(turned, axis="x").value == pytest.approx(solve(pores(blind)).value, rel=1e-6)


def test_what_is_not_connected_to_the_separator_is_counted_and_warned_of():
    blind = np.zeros((12, 5, 5))
    blind[:8, 2, 2] = 1
    found = solve(pores(blind))
    assert found.value == float("inf")
    assert found.reached_porosity == found.reached_reactive_share == 0
    (warning,) = found.to_table().warnings
    assert "connected to the separator at the last layer along z" in warning
    blind[6:, 4, 4] = 1
    half = solve(pores(blind))
    assert 0 < half.reached_reactive_share < 1
    assert half.value > solve(pores(np.where(np.indices(blind.shape)[1] == 4, blind, 0))).value  # more porosity


def test_a_phase_that_fills_the_box_has_no_surface():
    found = solve(pores(np.ones((4, 4, 4))))
    assert found.value == float("inf")
    assert "touches 'solid' or 'binder'" in found.warnings[0]


def test_periodic_sides_join_pores_and_surfaces():
    image = blobs(12, porosity=0.5, sigma=1.0)[:, :11, :9]  # odd: the sides join voxels of one colour
    joined = solve(pores(image), sides="periodic")
    rolled = solve(pores(np.roll(image, (5, 3), axis=(1, 2))), sides="periodic")
    assert joined.value == pytest.approx(rolled.value, rel=1e-5)
    assert joined.value != pytest.approx(solve(pores(image)).value, rel=1e-3)


def test_a_round_mask_has_its_own_area():
    labels = np.zeros((20, 9, 9))
    labels[:, 4, 4] = 1
    mask = np.zeros(labels.shape, np.bool_)
    mask[:, 2:7, 2:7] = True
    mask[:, 2, 2] = False
    assert solve(pores(labels, mask=mask)).value == pytest.approx(solve(pores(labels)).value, rel=1e-5)


def test_the_table_says_everything():
    found = solve(pores(blobs(12, porosity=0.5)), reactive="solid")
    table = found.to_table()
    (row,) = table.frame.to_dict("records")
    assert table.kind == "electrode_tortuosity"
    assert (row["separator"], row["reactive"], row["axis"]) == ("last", "solid", "z")
    assert row["electrode_tortuosity"] == found.value
    assert row["relative_error_bound"] <= 1e-6
    assert "low-frequency limit" in table.method


@pytest.mark.parametrize(
    ("how", "error", "says"),
    [
        ({"phase": "por"}, PhaseError, "Did you mean 'pore'"),
        ({"reactive": "sold"}, PhaseError, "Did you mean 'solid'"),
        ({"reactive": "pore"}, ParameterError, "the phase that conducts; expected another"),
        ({"separator": "top"}, ParameterError, "expected one of 'first', 'last'"),
        ({"sides": "open"}, ParameterError, "expected one of"),
        ({"tolerance": 1e-9}, ParameterError, "single precision"),
        ({"axis": "w"}, AxisError, "unknown axis"),
    ],
)
def test_what_cannot_be_is_refused(how, error, says):
    with pytest.raises(error, match=says):
        solve(pores(np.ones((4, 4, 4))), **how)


def test_a_mask_that_narrows_is_refused():
    mask = np.ones((6, 5, 5), np.bool_)
    mask[3, 0] = False
    with pytest.raises(GeometryError, match="electrode_tortuosity needs two plain ends"):
        solve(pores(np.ones((6, 5, 5)), mask=mask))


@pytest.mark.parametrize("edge_um", [1e-9, 1e12])
def test_the_factor_does_not_depend_on_the_unit_of_length(edge_um):
    image = blobs(9, porosity=0.5)
    one, other = (solve(pores(image, (e, 2 * e, 3 * e))) for e in (1.0, edge_um))
    assert other.value == pytest.approx(one.value, rel=1e-6)

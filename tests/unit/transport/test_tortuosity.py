"""What `tortuosity` gives, says and refuses."""

from __future__ import annotations

import numpy as np
import pytest
from porous import blobs, pores

import voltome as vt
from voltome.errors import (
    AxisError,
    ConvergenceError,
    GeometryError,
    MemoryEstimateError,
    ParameterError,
    PhaseError,
)
from voltome.transport._steady import check_converged


def test_the_table_has_one_row_with_all_conventions():
    image = pores(blobs(16, porosity=0.6), 0.5)
    found = vt.transport.tortuosity(image, phase="pore", axis="y", sides="periodic")
    table = found.to_table()
    (row,) = table.frame.to_dict("records")
    assert table.kind == "tortuosity"
    assert (row["phase"], row["axis"], row["boundary"], row["sides"]) == ("pore", "y", "face", "periodic")
    assert row["tortuosity"] == found.value == row["porosity"] / row["relative_diffusivity"]
    assert row["porosity"] == pytest.approx(0.6, abs=1e-3)
    assert row["percolating_porosity"] <= row["porosity"]
    assert 0 <= row["relative_error_bound"] <= 1e-4
    assert "outer faces" in table.method
    assert "the whole porosity" in found.definition
    assert not table.warnings


def test_the_flux_is_the_same_through_every_layer_and_is_the_relative_diffusivity():
    image = pores(blobs(16, porosity=0.6))
    for boundary, layers in (("face", 17), ("voxel", 15)):
        found = vt.transport.tortuosity(image, phase="pore", boundary=boundary, tolerance=1e-6)
        assert found.flux_per_slice.shape == (layers,)
        assert found.flux_per_slice == pytest.approx(found.relative_diffusivity, rel=2e-3)
        assert found.flux_spread < 2e-3


def test_a_tighter_tolerance_gives_a_smaller_bound_and_a_smaller_diffusivity():
    image = pores(blobs(20, porosity=0.4))
    rough, fine = (vt.transport.tortuosity(image, phase="pore", tolerance=tolerance) for tolerance in (1e-2, 1e-6))
    assert fine.relative_error_bound <= 1e-6
    assert fine.relative_diffusivity <= rough.relative_diffusivity
    assert rough.relative_diffusivity / fine.relative_diffusivity - 1 <= rough.relative_error_bound
    assert fine.iterations > rough.iterations
    assert fine.stopped_by == "tolerance"


def blind(layers: int = 10) -> np.ndarray:
    """Return a pore that ends after 7 layers, and another cluster at the far end."""
    labels = np.zeros((layers, 5, 5), np.uint8)
    labels[:7, 2, 2] = 1
    labels[8:, 4, 4] = 1
    return labels


def test_what_does_not_percolate_has_infinite_tortuosity_a_reason_and_a_warning():
    found = vt.transport.tortuosity(pores(blind()), phase="pore")
    assert found.value == float("inf")
    assert found.relative_diffusivity == 0
    assert found.percolating_porosity == 0
    assert found.porosity == pytest.approx(9 / 250)
    assert not found.flux_per_slice.size
    assert found.flux_spread == 0
    assert "the furthest reaches 7 of 10 layers" in found.reason
    (warning,) = found.to_table().warnings
    assert "Nothing flows along z" in warning
    assert "connectivity" in warning


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda labels: labels[:, 0, 0].fill(0) or np.zeros_like(labels), "no voxel of 'pore'"),
        (lambda labels: np.where(np.indices(labels.shape)[0] == 0, 0, labels), "no voxel in the first layer along z"),
        (lambda labels: np.where(np.indices(labels.shape)[0] == 9, 0, labels), "no voxel in the last layer along z"),
    ],
)
def test_the_reason_names_what_is_missing(change, reason):
    found = vt.transport.tortuosity(pores(change(blind())), phase="pore")
    assert found.value == float("inf")
    assert reason in found.reason


def test_voxels_that_share_an_edge_do_not_conduct():
    labels = np.zeros((2, 2, 2))
    labels[0, 0, 0] = labels[1, 1, 0] = 1
    assert vt.transport.tortuosity(pores(labels), phase="pore").value == float("inf")


def test_a_throat_of_one_voxel_conducts_as_it_should():
    # two chambers of 3 x 3 and a throat: in series, with the spreading inside the chambers on top
    labels = np.ones((9, 3, 3))
    labels[4] = 0
    labels[4, 1, 1] = 1
    found = vt.transport.tortuosity(pores(labels), phase="pore", tolerance=1e-6)
    assert found.relative_diffusivity < 9 / (8 + 9)
    assert found.relative_diffusivity > 0.3


def test_a_single_row_of_voxels_conducts_as_a_wire():
    wire = np.zeros((6, 3, 3))
    wire[:, 1, 1] = 1
    found = vt.transport.tortuosity(pores(wire), phase="pore")
    assert found.relative_diffusivity == pytest.approx(1 / 9, rel=1e-6)


def test_islands_add_to_the_porosity_and_to_nothing_else():
    labels = np.zeros((10, 12, 12))
    labels[:, 2:5, 2:6] = 1
    bare = vt.transport.tortuosity(pores(labels), phase="pore")
    labels[3:6, 8:10, 8:10] = 1  # isolated
    labels[0:4, 8, 0] = 1  # open to one end
    found = vt.transport.tortuosity(pores(labels), phase="pore")
    assert found.relative_diffusivity == bare.relative_diffusivity
    assert found.percolating_porosity == bare.porosity
    assert found.value == pytest.approx(bare.value * found.porosity / bare.porosity)


def test_a_mask_that_is_a_cylinder_along_the_axis_gives_its_own_area():
    y, x = np.indices((12, 12)) - 5.5
    round_ = np.broadcast_to(np.hypot(y, x) < 5, (8, 12, 12)).copy()
    full = pores(np.ones((8, 12, 12)), mask=round_)
    found = vt.transport.tortuosity(full, phase="pore")
    assert found.porosity == 1
    assert found.relative_diffusivity == pytest.approx(1, rel=1e-6)
    assert found.value == pytest.approx(1, rel=1e-6)


def test_a_mask_that_is_a_box_is_the_same_as_a_crop():
    image = blobs(16, porosity=0.6)
    mask = np.zeros(image.shape, np.bool_)
    mask[2:14, 3:12, :] = True
    masked = vt.transport.tortuosity(pores(image, mask=mask), phase="pore", sides="periodic")
    cropped = vt.transport.tortuosity(pores(image[2:14, 3:12]), phase="pore", sides="periodic")
    assert masked.relative_diffusivity == cropped.relative_diffusivity
    assert masked.porosity == cropped.porosity


def test_a_mask_that_narrows_is_refused():
    mask = np.ones((6, 5, 5), np.bool_)
    mask[3, 0] = False
    with pytest.raises(GeometryError, match="another cross-section in one layer along z") as raised:
        vt.transport.tortuosity(pores(np.ones((6, 5, 5)), mask=mask), phase="pore")
    assert "'crop'" in str(raised.value)


def test_a_round_mask_cannot_have_periodic_sides():
    mask = np.ones((6, 5, 5), np.bool_)
    mask[:, 0, 0] = False
    with pytest.raises(GeometryError, match="with periodic sides repeats the sample"):
        vt.transport.tortuosity(pores(np.ones((6, 5, 5)), mask=mask), phase="pore", sides="periodic")


def test_a_single_layer_along_the_axis_is_refused_and_across_it_warned_of():
    image = pores(np.ones((1, 6, 6)))
    with pytest.raises(AxisError, match="along z the sample has a single layer"):
        vt.transport.tortuosity(image, phase="pore")
    found = vt.transport.tortuosity(image, phase="pore", axis="y")
    assert found.value == pytest.approx(1, rel=1e-6)
    assert "single layer of voxels" in found.to_table().warnings[0]


@pytest.mark.parametrize(
    ("how", "error", "says"),
    [
        ({"phase": "por"}, PhaseError, "Did you mean 'pore'"),
        ({"axis": "w"}, AxisError, "unknown axis 'w'"),
        ({"boundary": "faces"}, ParameterError, "expected one of 'face', 'voxel'"),
        ({"sides": "open"}, ParameterError, "expected one of 'no-flux', 'periodic'"),
        ({"tolerance": 0}, ParameterError, "expected a finite number above 0"),
        ({"tolerance": 1e-12}, ParameterError, "single precision"),
    ],
)
def test_what_cannot_be_is_refused(how, error, says):
    with pytest.raises(error, match=says):
        vt.transport.tortuosity(pores(np.ones((4, 4, 4))), **{"phase": "pore", **how})


def test_an_image_too_large_for_the_memory_is_refused_before_it_starts(monkeypatch):
    monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 1000)
    for step in (vt.transport.tortuosity, vt.transport.diffusion_field, vt.transport.electrode_tortuosity):
        with pytest.raises(MemoryEstimateError, match=f"{step.__name__} needs about"):
            step(pores(np.ones((8, 8, 8))), phase="pore")


def test_a_solver_that_gives_up_says_how_far_it_came():
    with pytest.raises(ConvergenceError, match=r"relative error of at most 3\.0e-03; expected 0\.0001"):
        check_converged("iterations", 3e-3, 500, 1e-4, what="tortuosity")
    check_converged("tolerance", 1e-5, 9, 1e-4, what="tortuosity")

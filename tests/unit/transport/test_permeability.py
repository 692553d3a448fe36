"""Permeability: what it refuses, what it warns of, and what it says of a phase that nothing can flow through."""

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import AxisError, ConvergenceError, MemoryEstimateError, ParameterError, PhaseError
from voltome.transport import _flowing


def channel(shape=(6, 8, 8), voxel_size_um=1.0, **parameters):
    labels = np.zeros(shape, np.uint8)
    labels[:, 2:6, 2:6] = 1
    return vt.data.PhaseImage(
        labels, voxel_size_um=voxel_size_um, phases={0: "solid", 1: "pore", 2: "gas"}, **parameters
    )


@pytest.mark.parametrize(
    ("parameters", "error", "words"),
    [
        ({"phase": "pores"}, PhaseError, "unknown phase 'pores'; this image has 'solid', 'pore', 'gas'. Did you mean"),
        ({"phase": "gas"}, PhaseError, "phase 'gas' has no voxel in the sample, so nothing can flow"),
        ({"axis": "w"}, AxisError, "unknown axis 'w'"),
        ({"mode": "tensors"}, ParameterError, "mode is 'tensors'; expected one of 'tensor', 'experiment'"),
        ({"sides": "open"}, ParameterError, "sides is 'open'; expected one of 'periodic', 'mirrored'"),
        ({"viscosity_pa_s": 0}, ParameterError, "viscosity_pa_s is 0; expected a finite number above 0"),
        ({"density_kg_per_m3": -1}, ParameterError, "density_kg_per_m3 is -1; expected a finite number above 0"),
        ({"inlet_pressure_pa": 10, "outlet_pressure_pa": 10}, ParameterError, "expected the pressure to fall"),
        ({"outlet_pressure_pa": -1}, ParameterError, "outlet_pressure_pa is -1; expected a finite number, 0 or above"),
        ({"buffer_voxels": 1.5}, ParameterError, "buffer_voxels is 1.5; expected a whole number, 0 or above"),
        ({"buffer_voxels": True}, ParameterError, "buffer_voxels is True"),
        (
            {"tolerance": 1e-9},
            ParameterError,
            "tolerance is 1e-09; expected a relative error of the permeability from 1e-06",
        ),
        ({"tolerance": 2}, ParameterError, "to below 1"),
    ],
)
def test_what_cannot_be_is_refused_with_words(parameters, error, words):
    with pytest.raises(error) as raised:
        vt.transport.permeability(channel(), **{"phase": "pore", **parameters})
    assert words in str(raised.value)


def test_a_flow_that_does_not_converge_is_an_error(monkeypatch):
    monkeypatch.setattr(_flowing, "MOST_ITERATIONS", 1)
    with pytest.raises(ConvergenceError, match=r"the flow along z is right to .* after 1 iterations; expected 0.001"):
        vt.transport.permeability(channel(), phase="pore")


def test_an_image_that_does_not_fit_is_refused_before_anything_is_made(monkeypatch):
    monkeypatch.setattr(_flowing, "BYTES_PER_VOXEL", 1e15)
    with pytest.raises(MemoryEstimateError, match=r"permeability needs about .* The largest cube that fits"):
        vt.transport.permeability(channel(), phase="pore")


@pytest.mark.parametrize("parameters", [{}, {"sides": "mirrored"}, {"mode": "experiment"}])
def test_a_phase_that_does_not_lead_through_has_zero_the_reason_and_a_warning(parameters):
    image = channel()
    closed = image.derive("closed", values=np.where(np.arange(6)[:, None, None] == 3, 0, image.values))
    found = vt.transport.permeability(closed, phase="pore", **parameters)
    assert found.value == 0
    assert found.stopped_by == "does not percolate"
    assert found.reason == "pore does not lead through the sample along z: nothing can flow"
    assert found.iterations == 0
    assert "pore does not lead through the sample along z" in found.to_table().warnings[0]
    flow = vt.transport.flow_field(closed, phase="pore", **parameters)
    assert not flow.flow_field.values.any()
    assert not flow.pressure.values.any()
    row = vt.transport.permeability_refinement(closed, phase="pore", **parameters).frame.iloc[0]
    assert row.permeability_extrapolated_um2 == row.resolution_error == 0


def test_a_pore_that_meets_no_pore_across_the_face_does_not_percolate_where_the_image_repeats_itself():
    labels = np.zeros((6, 8, 8), np.uint8)
    labels[:3, 1:4, 1:4] = labels[2:, 1:4, 3:7] = 1
    labels[5, 1:4, :4] = 0
    image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    assert vt.transport.permeability(image, phase="pore").value == 0
    assert vt.transport.permeability(image, phase="pore", sides="mirrored").value > 0
    assert vt.transport.permeability(image, phase="pore", mode="experiment").value > 0


def test_the_tensor_has_a_row_for_every_axis_and_an_experiment_one():
    found = vt.transport.permeability(channel(), phase="pore", axis="y")
    assert found.to_table().frame.axis.tolist() == ["z", "y", "x"]
    assert found.to_table().frame.percolates.tolist() == [True, False, False]
    assert found.value == found.tensor_um2[1][1] == 0
    sealed = vt.transport.permeability(channel(), phase="pore", mode="experiment")
    assert sealed.tensor_um2 is None
    assert sealed.to_table().frame[["axis", "mode", "sides"]].to_numpy().tolist() == [["z", "experiment", "sealed"]]
    assert "8 layers of free liquid" in sealed.definition


def test_narrow_pores_and_fast_flow_are_warned_of():
    narrow, fast = vt.transport.permeability(channel(voxel_size_um=10.0), phase="pore").to_table().warnings[1:]
    assert narrow.startswith("The pores of pore are 4.0 voxels wide in the mean, below 8")
    assert fast.startswith("The Reynolds number is up to")
    slow = {"inlet_pressure_pa": 1.0, "outlet_pressure_pa": 0.999, "mode": "experiment"}
    wide = vt.data.PhaseImage(np.ones((8, 12, 12), np.uint8), voxel_size_um=1, phases={0: "solid", 1: "pore"})
    assert vt.transport.permeability(wide, phase="pore", **slow).to_table().warnings == ()


def test_outside_of_the_mask_is_wall_and_no_part_of_the_sample():
    open_pore = np.ones((4, 8, 8), np.uint8)
    mask = np.zeros(open_pore.shape, np.bool_)
    mask[:, 2:6, 2:6] = True
    masked = vt.data.PhaseImage(open_pore, voxel_size_um=1, phases={0: "solid", 1: "pore"}, mask=mask)
    for parameters in ({}, {"mode": "experiment", "buffer_voxels": 2}):
        found = vt.transport.permeability(masked, phase="pore", tolerance=1e-5, **parameters).value
        cut = vt.data.PhaseImage(open_pore[:, 2:6, 2:6], voxel_size_um=1, phases={0: "solid", 1: "pore"})
        alone = {**parameters, "mode": "experiment", "tolerance": 1e-5}
        alone.setdefault("buffer_voxels", 0)
        assert found == pytest.approx(vt.transport.permeability(cut, phase="pore", **alone).value, rel=1e-4)


def test_the_maps_are_in_si_units_and_on_the_grid_of_the_image():
    labels = np.zeros((3, 10, 6), np.uint8)
    labels[:, 1:9] = 1
    image = vt.data.PhaseImage(labels, voxel_size_um=0.5, phases={0: "solid", 1: "pore"}, origin_um=(1, 2, 3))
    flow = vt.transport.flow_field(image, phase="pore", axis="x", viscosity_pa_s=0.002, tolerance=1e-6)
    # a parabola, 4 um high: dp / dx / (2 mu) y (H - y) in the middle of the voxels, and a little at the walls
    y = (np.arange(8) + 0.5) * 0.5e-6
    expected = 30e3 / 3e-6 / (2 * 0.002) * (y * (4e-6 - y) + (0.5e-6) ** 2 / 4)
    assert flow.velocity_x.values[1, 1:9, 2] == pytest.approx(expected, rel=1e-4)
    assert flow.flow_field.values == pytest.approx(np.abs(flow.velocity_x.values))
    assert flow.pressure.values[0, 4] == pytest.approx(130e3 - 5e3 * (np.arange(6) + 0.5), rel=2e-5)
    assert flow.pressure.origin_um == (1, 2, 3)
    assert (flow.flow_field.quantity, flow.flow_field.unit) == ("speed", "m/s")
    assert (flow.velocity_z.quantity, flow.pressure.unit) == ("velocity along z", "Pa")
    assert flow.flow_field.history[-1] == "flow_field: pore along x, tensor, 130000 to 100000 Pa"


def test_buffers_take_a_part_of_the_pressure_and_are_not_in_the_maps():
    labels = np.ones((4, 6, 6), np.uint8)
    image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    flow = vt.transport.flow_field(image, phase="pore", mode="experiment", buffer_voxels=4, tolerance=1e-6)
    assert flow.pressure.shape == image.shape
    # a third of the way lies in the sample: the buffers are the same duct
    assert flow.pressure.values[:, 3, 3] == pytest.approx(130e3 - 30e3 * (np.arange(4) + 4.5) / 12, rel=2e-4)


def test_a_mask_that_leaves_out_the_faces_is_named_as_what_closes_them():
    mask = np.ones((6, 8, 8), np.bool_)
    mask[0] = False
    masked = channel(mask=mask)
    for parameters in ({}, {"sides": "mirrored"}, {"mode": "experiment"}):
        warning = vt.transport.permeability(masked, phase="pore", **parameters).to_table().warnings[0]
        assert "along z" in warning
        assert "The mask leaves out the first or the last layer of the image" in warning
    inside = np.ones((6, 8, 8), np.bool_)
    inside[:, 0] = False
    image = channel(mask=inside)
    closed = image.derive("closed", values=np.where(np.arange(6)[:, None, None] == 3, 0, image.values))
    found = vt.transport.permeability(closed, phase="pore", mode="experiment")
    assert "take a finer image" in found.to_table().warnings[0]


def test_a_fall_of_the_pressure_that_its_map_cannot_show_is_told():
    image = channel()
    fine = vt.transport.flow_field(image, phase="pore", tolerance=1e-3).permeability.warnings
    high = vt.transport.flow_field(
        image, phase="pore", inlet_pressure_pa=1e9, outlet_pressure_pa=1e9 - 1, viscosity_pa_s=1.0, tolerance=1e-3
    )
    assert not any("map of the pressure" in each for each in fine)
    # 2^23 < 1e9 / 64 < 2^24: numbers of 4 bytes lie 64 apart
    assert high.permeability.warnings[-1].startswith("The map of the pressure has steps of 64 Pa, for a fall of 1 Pa")


def test_speeds_have_no_limit_in_their_squares_and_what_no_map_holds_is_refused():
    image = channel()
    for viscosity in (1e-28, 1e25):  # squares of 1e28 and of 1e-25 m/s are no numbers of 4 bytes
        flow = vt.transport.flow_field(image, phase="pore", viscosity_pa_s=viscosity, tolerance=1e-3)
        slow = vt.transport.flow_field(image, phase="pore", viscosity_pa_s=1.0, tolerance=1e-3)
        assert flow.flow_field.values * viscosity == pytest.approx(slow.flow_field.values, rel=1e-5)
    with pytest.raises(ParameterError, match=r"gives .* m/s, which numbers of 4 bytes do not hold; expected pressures"):
        vt.transport.flow_field(image, phase="pore", viscosity_pa_s=1e-60, tolerance=1e-3)

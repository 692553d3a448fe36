"""What `diffusivity_tensor` gives, says and refuses."""

from __future__ import annotations

import numpy as np
import pytest
from porous import blobs, pores

import voltome as vt
from voltome.errors import AxisError, GeometryError, MemoryEstimateError, ParameterError


@pytest.fixture(scope="module")
def random() -> np.ndarray:
    return np.random.default_rng(3).random((10, 9, 8)) < 0.6


def test_the_tensor_is_symmetric_and_positive_and_its_principal_axes_fit(random):
    found = vt.transport.diffusivity_tensor(pores(random, (1, 2, 1.5)), diffusivities={"pore": 1.0})
    assert (found.values == found.values.T).all()
    assert (found.principal_values > 0).all()
    assert (np.diff(found.principal_values) <= 0).all()
    axes = found.principal_axes
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-12)
    assert axes.T @ np.diag(found.principal_values) @ axes == pytest.approx(found.values, abs=1e-12)
    assert all(bound <= 1e-4 for bound in found.relative_error_bounds)


def test_the_tensor_turns_with_the_axes(random):
    one = vt.transport.diffusivity_tensor(pores(random, (1, 2, 1.5)), diffusivities={"pore": 1.0}, tolerance=1e-6)
    turned = pores(random.transpose(2, 0, 1), (1.5, 1, 2))
    other = vt.transport.diffusivity_tensor(turned, diffusivities={"pore": 1.0}, tolerance=1e-6)
    order = [2, 0, 1]
    assert other.values == pytest.approx(one.values[np.ix_(order, order)], abs=1e-6)


def test_the_tensor_of_a_mirror_image_has_the_other_sign_beside_the_diagonal(random):
    one = vt.transport.diffusivity_tensor(pores(random), diffusivities={"pore": 1.0}, tolerance=1e-6).values
    other = vt.transport.diffusivity_tensor(pores(random[::-1]), diffusivities={"pore": 1.0}, tolerance=1e-6).values
    sign = np.array([[1, -1, -1], [-1, 1, 1], [-1, 1, 1]])
    assert other == pytest.approx(sign * one, abs=1e-6)


def test_a_shifted_cell_has_the_same_tensor(random):
    one = vt.transport.diffusivity_tensor(pores(random), diffusivities={"pore": 1.0}, tolerance=1e-6).values
    shifted = np.roll(random, (3, 5, 2), axis=(0, 1, 2))
    other = vt.transport.diffusivity_tensor(pores(shifted), diffusivities={"pore": 1.0}, tolerance=1e-6).values
    assert other == pytest.approx(one, abs=1e-6)


def test_mirrored_sides_give_the_three_axes_on_the_diagonal(random):
    image = pores(random)
    found = vt.transport.diffusivity_tensor(image, diffusivities={"pore": 2.0}, sides="mirrored")
    axes = [vt.transport.tortuosity(image, phase="pore", axis=axis).relative_diffusivity for axis in ("z", "y", "x")]
    assert found.values == pytest.approx(2 * np.diag(axes))


def test_mirroring_an_image_by_hand_is_the_mirrored_tensor():
    image = blobs(8, porosity=0.6, sigma=1.0)
    eight = np.block([[[image, image[:, :, ::-1]], [image[:, ::-1], image[:, ::-1, ::-1]]]])
    eight = np.concatenate([eight, eight[::-1]])
    by_hand = vt.transport.diffusivity_tensor(pores(eight), diffusivities={"pore": 1.0}, tolerance=1e-6).values
    found = vt.transport.diffusivity_tensor(
        pores(image), diffusivities={"pore": 1.0}, sides="mirrored", tolerance=1e-6
    ).values
    assert by_hand == pytest.approx(found, abs=2e-6)


def test_the_table_has_the_axes_and_the_principal_axes(random):
    found = vt.transport.diffusivity_tensor(pores(random), diffusivities={"pore": 1.0})
    table = found.to_table()
    frame = table.frame.set_index("direction")
    assert list(frame.index) == ["z", "y", "x", "first principal", "second principal", "third principal"]
    assert frame.loc["y", ["flux_z", "flux_y", "flux_x"]].tolist() == found.values[1].tolist()
    assert frame.effective_diffusivity.tolist()[:3] == np.diag(found.values).tolist()
    assert frame.effective_diffusivity.tolist()[3:] == pytest.approx(found.principal_values)
    assert found.along((0, 2, 0)) == pytest.approx(found.values[1, 1])


def test_what_goes_through_the_sides_only_in_other_directions_is_zero_along_an_axis():
    sheets = np.zeros((6, 6, 6))
    sheets[2:4] = 1
    found = vt.transport.diffusivity_tensor(pores(sheets), diffusivities={"pore": 1.0})
    assert found.values == pytest.approx(np.diag([0, 1 / 3, 1 / 3]), abs=1e-6)
    assert found.values[0, 0] == 0
    assert "Nothing flows along z" in found.to_table().warnings[0]


def test_islands_that_only_seem_to_go_through_carry_nothing():
    # a bar across the side of the box: a closed body in the repeated medium
    bar = np.zeros((6, 6, 6))
    bar[[0, 1, 5]] = np.indices((6, 6))[0] < 2
    found = vt.transport.diffusivity_tensor(pores(bar[:, :, :3]), diffusivities={"pore": 1.0})
    assert found.values[0, 0] == 0
    assert found.values[1, 1] == 0
    assert found.values[2, 2] > 0


def test_a_full_box_has_the_identity():
    found = vt.transport.diffusivity_tensor(pores(np.ones((1, 4, 5)), (1, 2, 3)), diffusivities={"pore": 1.0})
    assert found.values == pytest.approx(np.eye(3), abs=1e-6)
    assert "single layer" in found.to_table().warnings[0]


def test_what_cannot_be_is_refused(monkeypatch):
    image = pores(np.ones((4, 4, 4)))
    given = {"pore": 1.0}
    with pytest.raises(ParameterError, match="expected one of 'periodic', 'mirrored'"):
        vt.transport.diffusivity_tensor(image, diffusivities=given, sides="no-flux")
    with pytest.raises(ParameterError, match="single precision"):
        vt.transport.diffusivity_tensor(image, diffusivities=given, tolerance=1e-10)
    with pytest.raises(AxisError, match="single layer"):
        vt.transport.diffusivity_tensor(pores(np.ones((1, 4, 4))), diffusivities=given, sides="mirrored")
    mask = np.ones((4, 4, 4), np.bool_)
    mask[0, 0] = False
    with pytest.raises(GeometryError, match=r"93.8% of the box.*'crop'"):
        vt.transport.diffusivity_tensor(pores(np.ones((4, 4, 4)), mask=mask), diffusivities=given)
    monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 1000)
    with pytest.raises(MemoryEstimateError, match="diffusivity_tensor needs"):
        vt.transport.diffusivity_tensor(image, diffusivities=given)


@pytest.mark.parametrize("edge_um", [1e-9, 1e12])
def test_the_tensor_has_no_length_in_it(random, edge_um):
    given = {"pore": 1.0}
    small, large = (
        vt.transport.diffusivity_tensor(pores(random, (e, 2 * e, 3 * e)), diffusivities=given) for e in (1.0, edge_um)
    )
    assert large.values == pytest.approx(small.values, rel=1e-6, abs=1e-9)

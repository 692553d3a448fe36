"""`voltome.transport._diffusion`: paths, ends, errors."""

from __future__ import annotations

import conductors
import numpy as np
import pytest

from voltome.errors import ParameterError, ValuesError
from voltome.transport._diffusion import diffuse, percolating

CUBES = (1.0, 1.0, 1.0)


def test_only_what_joins_both_ends_percolates():
    image = np.zeros((6, 5, 5), bool)
    image[:, 1, 1] = True  # from end to end
    image[:4, 3, 3] = True  # a dead end
    image[2, 0, 4] = True  # an island
    expected = np.zeros_like(image)
    expected[:, 1, 1] = True
    assert np.array_equal(percolating(image, axis=0), expected)
    assert not percolating(image, axis=1).any()


def test_two_separate_paths_are_one_system():
    image = np.zeros((6, 5, 5), bool)
    image[:, 1, 1] = image[:, 3, 3] = True
    found = diffuse(image, spacing=CUBES, axis=0)
    assert found.relative_diffusivity == pytest.approx(2 / 25, rel=1e-6)
    assert found.percolating.sum() == 12


def test_a_path_through_a_side_needs_sides_that_repeat():
    image = np.zeros((6, 6, 5), bool)
    image[:3, 0] = image[3:, 5] = True
    image[2:4, 0] = True
    image[3:, 0] = False
    assert diffuse(image, spacing=CUBES, axis=0).stopped_by == "no path"
    image[2:, 5] = True
    assert not percolating(image, axis=0).any()
    assert percolating(image, axis=0, periodic_sides=True).any()
    assert diffuse(image, spacing=CUBES, axis=0, periodic_sides=True).relative_diffusivity > 0


def test_without_a_path_nothing_flows():
    found = diffuse(np.zeros((4, 5, 6), bool), spacing=CUBES, axis=1)
    assert (found.relative_diffusivity, found.stopped_by, found.iterations) == (0.0, "no path", 0)
    assert found.flux_per_slice.tolist() == [0.0] * 6
    assert not found.potential.any()


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("boundary", ["face", "voxel"])
def test_a_mask_and_conductivities_of_one_give_the_same(axis, boundary):
    pore = conductors.blobs((15, 16, 18), 0.7, 1.2, 7)
    one = diffuse(pore, spacing=(1.0, 2.0, 1.5), axis=axis, boundary=boundary, periodic_sides=True, tolerance=1e-6)
    other = diffuse(
        pore.astype(np.float32),
        spacing=(1.0, 2.0, 1.5),
        axis=axis,
        boundary=boundary,
        periodic_sides=True,
        tolerance=1e-6,
    )
    assert one.relative_diffusivity == pytest.approx(other.relative_diffusivity, rel=2e-6)
    assert one.flux_per_slice == pytest.approx(np.full(one.flux_per_slice.size, one.relative_diffusivity), rel=2e-2)


def test_the_axes_are_equal():
    pore = conductors.blobs((15, 16, 18), 0.6, 1.2, 8)
    straight = diffuse(pore, spacing=(1.0, 2.0, 3.0), axis=0, tolerance=1e-6)
    turned = diffuse(np.moveaxis(pore, 0, 2).copy(), spacing=(2.0, 3.0, 1.0), axis=2, tolerance=1e-6)
    assert straight.relative_diffusivity == pytest.approx(turned.relative_diffusivity, rel=2e-6)


def test_a_good_first_guess_saves_iterations():
    pore = conductors.blobs((32, 32, 32), 0.5, 1.5, 9)
    cold = diffuse(pore, spacing=CUBES, axis=0, tolerance=1e-4)
    warm = diffuse(pore, spacing=CUBES, axis=0, tolerance=1e-4, start=cold.potential)
    assert warm.iterations < cold.iterations
    assert warm.relative_diffusivity == pytest.approx(cold.relative_diffusivity, rel=1e-4)


def test_two_layers_with_ends_in_them_need_no_solver():
    image = np.zeros((2, 3, 3), bool)
    image[:, 0] = True
    image[0, 1] = True
    found = diffuse(image, spacing=CUBES, axis=0, boundary="voxel")
    assert found.relative_diffusivity == pytest.approx(3 / 9)
    assert found.iterations == 0


def test_one_layer_is_measured_between_its_faces_only():
    image = np.ones((1, 4, 4), bool)
    image[0, 0] = False
    assert diffuse(image, spacing=CUBES, axis=0).relative_diffusivity == pytest.approx(0.75)
    with pytest.raises(ValuesError, match=r"one layer along axis 0.*boundary=\"face\""):
        diffuse(image, spacing=CUBES, axis=0, boundary="voxel")


def test_bad_input_is_refused():
    ones = np.ones((4, 4, 4), np.float32)
    with pytest.raises(ValuesError, match="negative or not finite"):
        diffuse(-ones, spacing=CUBES, axis=0)
    with pytest.raises(ValuesError, match="negative or not finite"):
        diffuse(ones * np.float32(np.nan), spacing=CUBES, axis=0)
    with pytest.raises(ParameterError, match=r"tolerance is 1e-09.*set it to 1e-07 or more"):
        diffuse(ones > 0, spacing=CUBES, axis=0, tolerance=1e-9)
    with pytest.raises(ValuesError, match=r"shape \(2, 2, 2\), the image \(4, 4, 4\)"):
        diffuse(ones > 0, spacing=CUBES, axis=0, start=np.zeros((2, 2, 2), np.float32))

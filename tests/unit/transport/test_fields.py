"""The fields of diffusion: conserved, in their unit, and zero where nothing flows."""

from __future__ import annotations

import numpy as np
import pytest
from porous import blobs, pores

import voltome as vt


@pytest.mark.parametrize("axis", ["z", "y", "x"])
@pytest.mark.parametrize("boundary", ["face", "voxel"])
@pytest.mark.parametrize("sides", ["no-flux", "periodic"])
def test_the_mean_flux_is_the_relative_diffusivity_in_every_layer(axis, boundary, sides):
    image = pores(np.random.default_rng(1).random((10, 11, 12)) < 0.65, (1.0, 2.0, 1.5))
    found = vt.transport.diffusion_field(image, phase="pore", axis=axis, boundary=boundary, sides=sides, tolerance=1e-6)
    relative = float(found.tortuosity.frame.relative_diffusivity.iloc[0])
    along = getattr(found, f"flux_{axis}").values.astype(np.float64)
    index = "zyx".index(axis)
    layers = along.mean(axis=tuple(other for other in range(3) if other != index))
    assert layers == pytest.approx(relative, rel=2e-3)
    assert found.potential.values.max() <= 1 + 1e-4
    assert found.potential.values.min() >= 0


def test_an_open_box_has_a_flux_of_one_and_an_even_fall():
    found = vt.transport.diffusion_field(pores(np.ones((5, 4, 4)), 0.3), phase="pore")
    assert found.diffusion_field.values == pytest.approx(1, abs=1e-5)
    assert found.flux_y.values == pytest.approx(0, abs=1e-5)
    assert found.potential.values[:, 0, 0] == pytest.approx([0.9, 0.7, 0.5, 0.3, 0.1], abs=1e-6)


def test_the_magnitude_is_that_of_the_components_and_the_volumes_say_what_they_are():
    image = pores(blobs(12, porosity=0.6), 0.5)
    found = vt.transport.diffusion_field(image, phase="pore")
    squares = sum(getattr(found, f"flux_{axis}").values ** 2 for axis in "zyx")
    assert found.diffusion_field.values == pytest.approx(np.sqrt(squares), rel=1e-6)
    assert found.diffusion_field.quantity == "diffusive flux"
    assert found.flux_x.quantity == "diffusive flux along x"
    assert found.potential.quantity == "potential"
    assert found.potential.voxel_size_um == image.voxel_size_um
    assert "diffusion_field: pore along z" in found.flux_z.history[-1]
    assert found.tortuosity.kind == "tortuosity"
    assert found.diffusion_field.values.dtype == np.float32


def test_dead_ends_and_islands_carry_no_flux():
    labels = np.zeros((9, 7, 7))
    labels[:, 1, 1] = 1
    labels[:4, 5, 5] = 1  # open to the inlet only
    labels[4, 1, 2:4] = 1  # a side branch
    labels[6, 5, 3] = 1
    found = vt.transport.diffusion_field(pores(labels), phase="pore", tolerance=1e-6)
    flux = found.diffusion_field.values
    assert flux[:, 1, 1] == pytest.approx(1, abs=1e-3)
    assert flux[:, 5].max() == 0
    assert flux[4, 1, 3] == pytest.approx(0, abs=1e-4)


def test_fields_of_a_masked_image_lie_on_its_grid():
    image = blobs(14, porosity=0.6)
    mask = np.zeros(image.shape, np.bool_)
    mask[2:12, 1:13, :] = True
    found = vt.transport.diffusion_field(pores(image, mask=mask, origin_um=(5, 0, 0)), phase="pore")
    alone = vt.transport.diffusion_field(pores(image[2:12, 1:13]), phase="pore")
    assert found.flux_z.shape == image.shape
    assert found.flux_z.origin_um == (5, 0, 0)
    assert (found.flux_z.values[2:12, 1:13] == alone.flux_z.values).all()
    assert not found.flux_z.values[~mask].any()
    assert found.flux_z.mask is not None


def test_what_does_not_percolate_has_fields_of_zero():
    labels = np.zeros((6, 4, 4))
    labels[:3] = 1
    found = vt.transport.diffusion_field(pores(labels), phase="pore")
    assert not found.diffusion_field.values.any()
    assert not found.potential.values.any()
    assert found.tortuosity.warnings

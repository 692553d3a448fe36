"""Areal loading against the arithmetic of a published table, and against a slab."""

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt


def test_the_arithmetic_of_a_published_loading():
    # Yermukhambetova et al., Sci. Rep. 6 (2016) 35291, Table 1, uncycled: 2.804e7 um3 of sulfur of 2.03 g/cm3. Over
    # 515.8 um x 531.0 um that is 2.804e7 x 2.03 x 1e-9 mg / (515.8 x 531.0 x 1e-8 cm2) = 20.78 mg/cm2; published: 20.86
    filled = 2.804e7 / (515.8 * 531.0)  # um
    layers = 1000
    values = np.zeros((layers, 2, 2), np.uint8)
    values[: layers // 2] = 1
    image = vt.data.PhaseImage(
        values, voxel_size_um=(filled / (layers // 2), 515.8 / 2, 531.0 / 2), phases={0: "rest", 1: "sulfur"}
    )
    row = vt.morphology.areal_loading(image, phase="sulfur", density_g_per_cm3=2.03).frame.iloc[0]
    assert row.volume_um3 == pytest.approx(2.804e7)
    assert row.area_um2 == pytest.approx(515.8 * 531.0)
    assert row.mass_mg == pytest.approx(0.0569212)
    assert row.loading_mg_per_cm2 == pytest.approx(20.78, abs=0.005)
    assert row.loading_mg_per_cm2 == pytest.approx(20.86, rel=0.005)  # what is published, rounded areas in between


def test_spheres_in_a_round_mask():
    # a cylinder of radius 20 um filled with p = 0.4 of 3 g/cm3 and 30 um high: 30e-4 cm x 0.4 x 3000 mg/cm3
    rng = np.random.default_rng(0)
    y, x = (np.arange(44) + 0.5 - 22)[:, np.newaxis], np.arange(44) + 0.5 - 22
    mask = np.broadcast_to(y**2 + x**2 <= 20**2, (30, 44, 44)).copy()
    values = (rng.random(mask.shape) < 0.4).astype(np.uint8)
    image = vt.data.PhaseImage(values, voxel_size_um=1, phases={0: "pore", 1: "solid"}, mask=mask)
    row = vt.morphology.areal_loading(image, phase="solid", density_g_per_cm3=3.0).frame.iloc[0]
    assert row.area_um2 == pytest.approx(np.pi * 20**2, rel=0.01)
    assert row.loading_mg_per_cm2 == pytest.approx(3.6, abs=4 * row.loading_standard_error_mg_per_cm2)
    assert row.loading_standard_error_mg_per_cm2 < 0.05

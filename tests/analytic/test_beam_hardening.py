"""Beam hardening and distortion: cylinders and grids of dots whose answer is known by a formula."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.transform import iradon

import voltome as vt
from voltome.physics import attenuation_per_cm, element, tube_spectrum


def a_cylinder(radius_um: float, columns: int) -> np.ndarray:
    """Return the chords of a cylinder along z, in um, at the middle of every pixel of 10 um."""
    x = (np.arange(columns) - (columns - 1) / 2) * 10.0
    return 2 * np.sqrt(np.maximum(radius_um**2 - x**2, 0))


def test_a_polychromatic_cylinder_is_flat_afterwards() -> None:
    # cupping: how much lower the middle reads than the rim. Before it is there by the physics, afterwards below 1 %.
    iron, chords_um = element("Fe"), a_cylinder(500.0, 120)
    beam = tube_spectrum(voltage_kv=100, filters={element("Al"): 1000.0})
    scan = vt.data.Projections(
        np.tile(-np.log(beam.transmission(iron, thickness_um=chords_um)), (60, 1)),
        angles_deg=np.arange(0.0, 180.0, 3.0),
        geometry=vt.data.ParallelBeam(10.0),
        kind="absorbance",
    )
    flat = vt.projections.linearise_by_spectrum(
        scan, energies_kev=beam.energies_kev, weights=beam.weights, material="Fe", reference_kev=60
    )
    expected = attenuation_per_cm(iron, energy_kev=60) * 1e-4 * chords_um
    np.testing.assert_allclose(flat.values[0, 0], expected, rtol=1e-5, atol=1e-6)
    x = np.arange(120) - 60
    from_axis_um = 10.0 * np.hypot(x[:, None], x[None, :])

    def cupping(projections: vt.data.Projections) -> float:
        slice_ = iradon(projections.values[:, 0].T.astype(np.float64), theta=projections.angles_deg)
        middle = slice_[from_axis_um < 200].mean()
        rim = slice_[(from_axis_um > 380) & (from_axis_um < 450)].mean()
        return float(1 - middle / rim)

    assert cupping(scan) > 0.1
    assert abs(cupping(flat)) < 0.01


def test_the_polynomial_of_a_step_wedge_does_as_well_as_the_spectrum() -> None:
    aluminium = element("Al")
    beam = tube_spectrum(voltage_kv=60, filters={aluminium: 500.0})
    steps_um = np.linspace(0, 10_000, 21)[1:]
    seen = -np.log(beam.transmission(aluminium, thickness_um=steps_um))
    meant = attenuation_per_cm(aluminium, energy_kev=30) * 1e-4 * steps_um
    coefficients, *_ = np.linalg.lstsq(np.stack([seen, seen**2, seen**3, seen**4], axis=1), meant, rcond=None)
    chords_um = a_cylinder(450.0, 100) * 10
    scan = vt.data.Projections(
        -np.log(beam.transmission(aluminium, thickness_um=chords_um))[np.newaxis],
        angles_deg=[0.0],
        geometry=vt.data.ParallelBeam(10.0),
        kind="absorbance",
    )
    by_fit = vt.projections.linearise_by_polynomial(scan, coefficients=coefficients.tolist())
    expected = attenuation_per_cm(aluminium, energy_kev=30) * 1e-4 * chords_um
    np.testing.assert_allclose(by_fit.values[0, 0], expected, atol=0.01 * expected.max())


@pytest.mark.parametrize(("interpolation", "within_px"), [("cubic", 0.02), ("linear", 0.05)])
def test_a_grid_of_dots_is_straight_again(interpolation: str, within_px: float) -> None:
    # dots drawn where the lens puts them: the model says where what belongs at u is seen, u (k0 + k1 |u| + k2 |u|²)
    rows, columns, centre = 160, 200, (75.3, 104.6)
    coefficients = [1.0, 2e-5, -3e-6]
    down, across = np.meshgrid(np.arange(20, 150, 20), np.arange(20, 190, 20), indexing="ij")
    belongs = np.stack([down.ravel(), across.ravel()], axis=1).astype(float)
    offsets = belongs - centre
    distances = np.hypot(*offsets.T)[:, None]
    drawn = centre + offsets * (coefficients[0] + coefficients[1] * distances + coefficients[2] * distances**2)
    assert np.abs(drawn - belongs).max() > 1.5
    y, x = np.mgrid[:rows, :columns]
    image = np.zeros((rows, columns))
    for row, column in drawn:
        image += np.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * 2.0**2))
    scan = vt.data.Projections(image[np.newaxis], angles_deg=[0.0], geometry=vt.data.ParallelBeam(1.0))
    straight = vt.projections.correct_distortion(
        scan,
        centre_px=centre,
        coefficients=coefficients,
        interpolation=interpolation,  # type: ignore[arg-type]
    ).values[0]
    for row, column in belongs.astype(int):
        box = straight[row - 8 : row + 9, column - 8 : column + 9]
        shift = np.array([(box.sum(axis=1) @ np.arange(-8, 9)), (box.sum(axis=0) @ np.arange(-8, 9))]) / box.sum()
        assert np.abs(shift).max() < within_px

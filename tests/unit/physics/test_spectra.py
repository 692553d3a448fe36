"""Spectra: shares of photons, filters, scintillators, tubes."""

from __future__ import annotations

import numpy as np
import pytest

from voltome.errors import ParameterError
from voltome.physics import Material, Spectrum, attenuation_per_cm, tube_spectrum

ALUMINIUM = Material("Al", 2.7)


def test_two_energies_come_through_a_layer_each_by_itself() -> None:
    slow, fast = (attenuation_per_cm(ALUMINIUM, energy_kev=energy) * 0.1 for energy in (20.0, 60.0))
    found = Spectrum([20.0, 60.0], [2.0, 6.0]).transmission(ALUMINIUM, thickness_um=1000.0)
    assert found == pytest.approx(0.25 * np.exp(-slow) + 0.75 * np.exp(-fast), rel=1e-12)


def test_nothing_in_the_beam_lets_all_through_and_arrays_keep_their_shape() -> None:
    beam = tube_spectrum(voltage_kv=50, filters={ALUMINIUM: 200.0})
    passed = beam.transmission(ALUMINIUM, thickness_um=np.array([[0.0, 10.0], [100.0, 1000.0]]))
    assert passed.shape == (2, 2)
    assert passed[0, 0] == pytest.approx(1)
    assert (np.diff(passed.ravel()) < 0).all()


def test_a_filter_hardens_the_beam_and_a_thick_one_leaves_the_least_attenuated_energy() -> None:
    beam = Spectrum([20.0, 30.0, 60.0], [1.0, 1.0, 1.0])
    means = [beam.filtered(ALUMINIUM, thickness_um=layer).mean_energy_kev for layer in (0.0, 500.0, 5000.0, 1e5)]
    assert means == sorted(means)
    assert means[-1] == pytest.approx(60, abs=0.01)


def test_a_thin_scintillator_sees_energy_times_attenuation() -> None:
    scintillator = Material("Gd2O2S", 7.3)
    beam = Spectrum([20.0, 40.0], [1.0, 1.0])
    seen = beam.detected(scintillator, thickness_um=1e-3).weights
    expected = np.array([20.0, 40.0]) * attenuation_per_cm(scintillator, energy_kev=[20.0, 40.0])
    np.testing.assert_allclose(seen, expected / expected.sum(), rtol=1e-4)


def test_a_tube_gives_what_kramers_says() -> None:
    beam = tube_spectrum(voltage_kv=100, step_kev=0.5)
    np.testing.assert_allclose(beam.weights[40] / beam.weights[100], (100 / 20.25 - 1) / (100 / 50.25 - 1))
    # the energy of the continuum, not its photons, falls linearly to 0: its mean photon energy is that of (1 - x)
    assert (beam.energies_kev * beam.weights).argmax() == 0
    assert beam.energies_kev @ (beam.energies_kev * beam.weights) / beam.mean_energy_kev == pytest.approx(
        100 / 3, abs=0.1
    )


def test_the_k_lines_of_tungsten_are_where_they_are_and_as_many_as_said() -> None:
    plain, lined = (tube_spectrum(voltage_kv=100, line_share=share) for share in (0.0, 0.2))
    extra = lined.weights - 0.8 * plain.weights
    assert extra.sum() == pytest.approx(0.2)
    assert (extra > -1e-15).all()
    strongest = lined.energies_kev[np.argsort(extra)[::-1][:2]]
    np.testing.assert_allclose(strongest, [59.318, 57.981], atol=0.25)  # Bearden 1967: K alpha 1 and 2


@pytest.mark.parametrize(
    ("energies", "weights", "said"),
    [
        ([20.0, 20.0], [1.0, 1.0], "the energies of a spectrum do not grow"),
        ([20.0, 30.0], [1.0], r"2 energies has weights of the shape \(1,\)"),
        ([20.0], [0.0], "negative, not finite or all 0"),
        ([20.0, 30.0], [2.0, -1.0], "negative, not finite or all 0"),
        ([20_000.0], [1.0], "in keV, not in eV"),
    ],
)
def test_a_spectrum_that_is_none_is_refused(energies: list[float], weights: list[float], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        Spectrum(energies, weights)


def test_layers_of_negative_thickness_are_refused() -> None:
    beam = Spectrum([20.0], [1.0])
    with pytest.raises(ParameterError, match="thickness_um has values that are negative or not finite"):
        beam.transmission(ALUMINIUM, thickness_um=[1.0, -1.0])
    with pytest.raises(ParameterError, match="thickness_um is -1"):
        beam.filtered(ALUMINIUM, thickness_um=-1)
    with pytest.raises(ParameterError, match="thickness_um is 0"):
        beam.detected(ALUMINIUM, thickness_um=0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"voltage_kv": 1000}, "voltage_kv is 1000 with steps of 0.5 keV; expected at most 800 kV"),
        ({"voltage_kv": 80, "step_kev": 60}, "of which it has at least 2"),
        ({"voltage_kv": 80, "step_kev": 0.1}, "steps of 0.2 keV or more"),
        ({"voltage_kv": 80, "anode": "Tungsten"}, "anode is 'Tungsten'; expected the symbol of an element"),
        ({"voltage_kv": 50, "line_share": 0.1}, r"50 kV do not reach the K edge of W at 69\.5"),
        ({"voltage_kv": 50, "line_share": 1}, "line_share is 1; expected 0 to below 1"),
        ({"voltage_kv": 50, "line_share": -1}, "line_share is -1; expected a finite number, 0 or above"),
    ],
)
def test_a_tube_that_cannot_be_is_refused(options: dict[str, float], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        tube_spectrum(**options)  # type: ignore[arg-type]

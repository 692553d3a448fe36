"""Attenuation and refraction against published tables, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from voltome.errors import ParameterError
from voltome.physics import HC_KEV_UM, Material, attenuation_per_cm, delta_over_beta, refractive_index

# J. H. Hubbell, S. M. Seltzer, Tables of X-ray mass attenuation coefficients, NISTIR 5632 (1995, web version 1.4):
# mass attenuation with coherent scattering in cm2/g. The tables of voltome are Elam's: another compilation.
PUBLISHED = [
    ("H2O", 10.0, 5.329),
    ("H2O", 20.0, 0.8096),
    ("H2O", 60.0, 0.2059),
    ("H2O", 100.0, 0.1707),
    ("C", 10.0, 2.373),
    ("Al", 10.0, 26.23),
    ("Al", 20.0, 3.441),
    ("Al", 60.0, 0.2778),
    ("S", 10.0, 50.12),
    ("Fe", 20.0, 25.68),
    ("Fe", 100.0, 0.3717),
    ("Cu", 8.9789, 38.29),  # just below the K edge
    ("Cu", 8.9791, 278.4),  # just above
    ("Pb", 100.0, 5.549),
]


@pytest.mark.parametrize(("formula", "energy_kev", "published"), PUBLISHED)
def test_attenuation_is_that_of_the_published_tables(formula: str, energy_kev: float, published: float) -> None:
    assert attenuation_per_cm(Material(formula, 1.0), energy_kev=energy_kev) == pytest.approx(published, rel=1e-3)


def test_attenuation_grows_with_the_density() -> None:
    energies = [5.4, 20.0, 114.0]
    loose, dense = (attenuation_per_cm(Material("S", density), energy_kev=energies) for density in (1.0, 2.07))
    np.testing.assert_allclose(dense, 2.07 * loose)


def test_an_array_of_energies_gives_what_each_of_them_gives() -> None:
    energies = np.array([[5.4, 8.0], [60.0, 114.0]])
    nickel = Material("NiO", 6.67)
    found = attenuation_per_cm(nickel, energy_kev=energies)
    delta, beta = refractive_index(nickel, energy_kev=energies)
    assert found.shape == delta.shape == beta.shape == (2, 2)
    for place in np.ndindex(2, 2):
        assert attenuation_per_cm(nickel, energy_kev=float(energies[place])) == found[place]
        assert refractive_index(nickel, energy_kev=float(energies[place])) == (delta[place], beta[place])


# B. L. Henke, E. M. Gullikson, J. C. Davis, At. Data Nucl. Data Tables 54, 181 (1993): another calculation
@pytest.mark.parametrize(
    ("formula", "density", "published"), [("Si", 2.33, 4.888e-6), ("H2O", 1.0, 2.305e-6), ("Au", 19.32, 2.986e-5)]
)
def test_delta_is_that_of_the_published_tables(formula: str, density: float, published: float) -> None:
    delta, _ = refractive_index(Material(formula, density), energy_kev=10.0)
    assert delta == pytest.approx(published, rel=0.01)


def test_beta_is_the_attenuation() -> None:
    silicon = Material("Si", 2.33)
    _, beta = refractive_index(silicon, energy_kev=8.0)
    per_um = 4 * np.pi * beta * 8.0 / HC_KEV_UM
    assert per_um * 1e4 == pytest.approx(attenuation_per_cm(silicon, energy_kev=8.0))


def test_delta_over_beta_does_not_hang_on_the_density() -> None:
    delta, beta = refractive_index(Material("Al", 2.7), energy_kev=20.0)
    assert delta_over_beta("Al", energy_kev=20.0) == pytest.approx(delta / beta)


@pytest.mark.parametrize("energies", [0.0, 5400.0, float("nan"), [20.0, -1.0], []])
def test_energies_outside_the_tables_are_refused(energies: float | list[float]) -> None:
    for function in (attenuation_per_cm, refractive_index):
        with pytest.raises(ParameterError, match=r"energy_kev is .*; expected 0.1 to 800, .* in keV, not in eV"):
            function(Material("C", 2.0), energy_kev=energies)


def test_threads_may_ask_at_the_same_time() -> None:
    symbols = ["Li", "C", "O", "Mg", "Al", "S", "Mn", "Fe", "Co", "Ni", "Cu", "W"] * 4

    def ask(symbol: str) -> tuple[float, float]:
        return attenuation_per_cm(Material(symbol, 1.0), energy_kev=17.0), delta_over_beta(symbol, energy_kev=17.0)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, symbols)) == [ask(symbol) for symbol in symbols]


def test_a_layer_of_nmc811_lets_through_what_was_published() -> None:
    # Heenan et al., Adv. Sci. 7, 2000362 (2020): about 14 % of a 5.4 keV beam behind 42 um
    nmc811 = Material("LiNi0.8Mn0.1Co0.1O2", 4.75)
    passed = np.exp(-attenuation_per_cm(nmc811, energy_kev=5.4) * 42e-4)
    assert passed == pytest.approx(0.14, abs=0.01)

"""Formulas, densities, mixtures: read as written, refused with a reason."""

from __future__ import annotations

import pytest

import voltome as vt
from voltome.errors import ParameterError
from voltome.physics import Material, element, mixture


@pytest.mark.parametrize(
    ("formula", "atoms"),
    [
        ("H2O", {"H": 2, "O": 1}),
        ("LiNi0.8Mn0.1Co0.1O2", {"Li": 1, "Ni": 0.8, "Mn": 0.1, "Co": 0.1, "O": 2}),
        ("Mg(OH)2", {"Mg": 1, "O": 2, "H": 2}),
        ("Ca5((PO4)3(OH))2", {"Ca": 5, "P": 6, "O": 26, "H": 2}),
        ("CH3CH3", {"C": 2, "H": 6}),
        (" Fe.5 S1e-2 ", {"Fe": 0.5, "S": 0.01}),
        ("Co", {"Co": 1}),
        ("CO", {"C": 1, "O": 1}),
    ],
)
def test_a_formula_is_read(formula: str, atoms: dict[str, float]) -> None:
    assert Material(formula, 1.0).atoms == pytest.approx(atoms)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("", "the formula is ''; expected a text"),
        (7, "the formula is 7; expected a text"),
        ("Xx2O", "'Xx' in the formula 'Xx2O' is no element up to uranium"),
        ("Pu", "'Pu' in the formula 'Pu' is no element"),
        ("h2o", "'h' in the formula 'h2o' is out of place"),
        ("2H", "'2' in the formula '2H' is out of place"),
        ("H2)O", r"'\)' in the formula"),
        ("Mg(OH2", "a bracket of the formula 'Mg\\(OH2' is not closed"),
        ("()", "names no element"),
        ("H0", "an amount in the formula 'H0' is 0"),
    ],
)
def test_a_formula_that_is_none_says_what_is_out_of_place(formula: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        Material(formula, 1.0)


@pytest.mark.parametrize("density", [0, -1.0, float("nan"), None])
def test_a_density_is_above_zero(density: float) -> None:
    with pytest.raises(ParameterError, match=r"density_g_per_cm3 is .*; expected a finite number above 0"):
        Material("H2O", density)


def test_masses_of_water_are_those_of_the_atoms() -> None:
    water = Material("H2O", 1.0)
    assert water.molar_mass_g_per_mol == pytest.approx(2 * 1.008 + 15.999, abs=2e-3)  # IUPAC
    assert sum(water.mass_shares.values()) == pytest.approx(1)
    assert water.mass_shares["O"] == pytest.approx(15.999 / 18.015, abs=1e-4)


def test_materials_are_equal_by_value_and_can_be_keys() -> None:
    assert {Material("Al", 2.7): 1}[Material("Al", 2.7)] == 1


def test_an_element_has_its_density_and_an_unknown_one_is_refused() -> None:
    assert element("Cu").density_g_per_cm3 == pytest.approx(8.96, rel=0.01)
    with pytest.raises(ParameterError, match="'Copper' is no element up to uranium; expected a symbol"):
        element("Copper")
    with pytest.raises(ParameterError, match="29 is no element"):
        element(29)  # type: ignore[arg-type]


def test_a_mixture_has_the_mass_of_its_parts() -> None:
    salt, water = Material("NaCl", 2.165), Material("H2O", 1.0)
    brine = mixture({salt: 0.2, water: 0.8}, density_g_per_cm3=1.15)
    assert brine.density_g_per_cm3 == 1.15
    for symbol in ("Na", "Cl"):
        assert brine.mass_shares[symbol] == pytest.approx(0.2 * salt.mass_shares[symbol])
    assert brine.mass_shares["H"] == pytest.approx(0.8 * water.mass_shares["H"])


def test_volumes_add_up_where_no_density_is_given() -> None:
    heavy, light = Material("W", 19.0), Material("C", 2.0)
    assert mixture({heavy: 0.5, light: 0.5}).density_g_per_cm3 == pytest.approx(1 / (0.5 / 19 + 0.5 / 2))


def test_attenuation_of_a_mixture_is_the_sum_by_volume() -> None:
    heavy, light = Material("Fe", 7.874), Material("C", 2.0)
    whole = mixture({heavy: 0.25, light: 0.75})
    volume = {heavy: 0.25 / 7.874, light: 0.75 / 2.0}
    parts = sum(vt.physics.attenuation_per_cm(part, energy_kev=30) * share for part, share in volume.items())
    assert vt.physics.attenuation_per_cm(whole, energy_kev=30) == pytest.approx(parts / sum(volume.values()))


@pytest.mark.parametrize("shares", [{}, {Material("C", 2.0): 0.5}])
def test_shares_add_up_to_one(shares: dict[Material, float]) -> None:
    with pytest.raises(ParameterError, match=r"the shares of the mass add up to .*; expected 1"):
        mixture(shares)

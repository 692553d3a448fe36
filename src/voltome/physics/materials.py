"""Materials: a formula and a density."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from voltome.data import Positive
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError
from voltome.physics import _tables

_TOKEN = re.compile(
    r"(?:(?P<symbol>[A-Z][a-z]?)|(?P<close>\)))(?P<amount>(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)?|(?P<open>\()|\s+"
)
_HOW = "Write element symbols, amounts and round brackets, such as 'LiNi0.8Mn0.1Co0.1O2' or 'Mg(OH)2'."


@dataclass(frozen=True)
class Material:
    """A material by its formula and density.

    Attributes
    ----------
    formula : str
        Element symbols with the amount behind each, whole or not, and round brackets: ``"LiNi0.8Mn0.1Co0.1O2"``,
        ``"(CH2CF2)"``. Elements up to uranium.
    density_g_per_cm3 : float
        Mass per volume as it lies in the sample, above 0: of a porous material with its pores. There is no default.

    Raises
    ------
    ParameterError
        A formula that cannot be read or names an element that does not exist, or a density that is not above 0.

    Examples
    --------
    >>> water = Material("H2O", 1.0)
    >>> water.atoms, round(water.molar_mass_g_per_mol, 3), round(water.mass_shares["O"], 4)
    ({'H': 2.0, 'O': 1.0}, 18.015, 0.8881)
    """

    formula: str
    density_g_per_cm3: Positive

    def __post_init__(self) -> None:
        atoms_of(self.formula)
        object.__setattr__(self, "density_g_per_cm3", check_positive("density_g_per_cm3", self.density_g_per_cm3))

    @cached_property
    def atoms(self) -> dict[str, float]:
        """Atoms of each element in the formula."""
        return atoms_of(self.formula)

    @cached_property
    def molar_mass_g_per_mol(self) -> float:
        """Mass of a mole of the formula."""
        return sum(count * _tables.atomic_mass(symbol) for symbol, count in self.atoms.items())

    @cached_property
    def mass_shares(self) -> dict[str, float]:
        """Share of each element in the mass; they add up to 1."""
        whole = self.molar_mass_g_per_mol
        return {symbol: count * _tables.atomic_mass(symbol) / whole for symbol, count in self.atoms.items()}


def element(symbol: str) -> Material:
    """Return a pure element at the density that it has at room temperature.

    Use it for filters, foils and calibration samples; a powder or a film is less dense than its element.

    Parameters
    ----------
    symbol : str
        Symbol of the element, up to uranium.

    Returns
    -------
    Material
        The element; a gas at 0 °C or 20 °C and normal pressure, as the tables have it.

    Raises
    ------
    ParameterError
        A symbol that is none.

    References
    ----------
    M. Newville et al., xraydb: densities of the elements.

    Examples
    --------
    >>> element("Al")
    Material(formula='Al', density_g_per_cm3=2.7)
    """
    if not _tables.is_element(symbol):
        raise ParameterError(f"{symbol!r} is no element up to uranium; expected a symbol such as 'Al'.")
    return Material(symbol, _tables.density_g_per_cm3(symbol))


def mixture(mass_shares: Mapping[Material, float], *, density_g_per_cm3: Positive | None = None) -> Material:
    """Return the material that several materials make together, by their shares of the mass.

    Use it for an electrode of active material, binder and carbon, for alloys and solutions.

    Parameters
    ----------
    mass_shares : mapping of Material to float
        Share of each material in the mass, above 0; they add up to 1.
    density_g_per_cm3 : float, optional
        Density of the mixture. None: the volumes add up, without pores.

    Returns
    -------
    Material
        Its formula has the moles of every element in 100 g.

    Raises
    ------
    ParameterError
        Nothing to mix, shares that are not above 0 or do not add up to 1, or a density that is not above 0.

    Notes
    -----
    Where volumes add up, 1 / density = sum of share / density. Attenuation is additive in mass whatever the density.

    Examples
    --------
    >>> cathode = mixture({Material("LiCoO2", 5.05): 0.96, Material("C", 1.9): 0.04})
    >>> round(cathode.density_g_per_cm3, 3), round(cathode.mass_shares["Co"], 4)
    (4.736, 0.5781)
    """
    shares = {part: check_positive("a share of the mass", share) for part, share in mass_shares.items()}
    if not shares or abs(sum(shares.values()) - 1) > 1e-6:
        raise ParameterError(
            f"the shares of the mass add up to {sum(shares.values()):g}; expected 1. Divide each by their sum."
        )
    moles: dict[str, float] = {}
    for part, share in shares.items():
        for symbol, count in part.atoms.items():
            moles[symbol] = moles.get(symbol, 0.0) + 100 * share * count / part.molar_mass_g_per_mol
    if density_g_per_cm3 is None:
        density_g_per_cm3 = 1 / sum(share / part.density_g_per_cm3 for part, share in shares.items())
    return Material("".join(f"{symbol}{count:.12g}" for symbol, count in moles.items()), density_g_per_cm3)


def atoms_of(formula: Any) -> dict[str, float]:
    """Return how many atoms of each element a formula has, or raise `ParameterError`."""
    if not isinstance(formula, str) or not formula.strip():
        raise ParameterError(f"the formula is {formula!r}; expected a text. {_HOW}")
    groups: list[dict[str, float]] = [{}]  # the formula, and each bracket that is open
    place = 0
    while place < len(formula):
        token = _TOKEN.match(formula, place)
        if token is None or (token["close"] and len(groups) == 1):
            raise ParameterError(f"{formula[place]!r} in the formula {formula!r} is out of place. {_HOW}")
        amount = float(token["amount"] or 1)
        if amount == 0:
            raise ParameterError(f"an amount in the formula {formula!r} is 0; expected one above 0, or leave it out.")
        if token["open"]:
            groups.append({})
        elif token["close"]:
            _add(groups[-2], groups.pop(), amount)
        elif token["symbol"]:
            _add(groups[-1], {_element(token["symbol"], formula): 1.0}, amount)
        place = token.end()
    if len(groups) > 1:
        raise ParameterError(f"a bracket of the formula {formula!r} is not closed. {_HOW}")
    if not groups[0]:
        raise ParameterError(f"the formula {formula!r} names no element. {_HOW}")
    return groups[0]


def _add(atoms: dict[str, float], more: Mapping[str, float], times: float) -> None:
    """Add atoms, each so many times."""
    for symbol, count in more.items():
        atoms[symbol] = atoms.get(symbol, 0.0) + times * count


def _element(symbol: str, formula: str) -> str:
    """Return a symbol that the tables know."""
    if not _tables.is_element(symbol):
        raise ParameterError(f"{symbol!r} in the formula {formula!r} is no element up to uranium. {_HOW}")
    return symbol

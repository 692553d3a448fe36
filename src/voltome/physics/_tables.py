"""The tables of xraydb: read once, one thread at a time, with ranges that are refused and not clipped.

xraydb reads a database on disk and imports sqlalchemy, so it is imported when the first number is asked for.
"""

from __future__ import annotations

from functools import cache
from threading import RLock

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voltome.errors import ParameterError

LOWEST_KEV, HIGHEST_KEV = 0.1, 800.0
"""Energies that the tables of cross sections cover."""

HEAVIEST = 92
"""Atomic number of uranium, the last element in both tables."""

_ONE_AT_A_TIME = RLock()


def checked_energies(energy_kev: ArrayLike) -> NDArray[np.float64]:
    """Return energies that the tables cover."""
    energies = np.asarray(energy_kev, np.float64)
    outside = ~((energies >= LOWEST_KEV) & (energies <= HIGHEST_KEV))
    if energies.size == 0 or outside.any():
        found = f"{energies[outside].flat[0]:g}" if energies.size else "no energy"
        raise ParameterError(
            f"energy_kev is {found}; expected {LOWEST_KEV:g} to {HIGHEST_KEV:g}, which the tables cover. Energies are "
            f"in keV, not in eV."
        )
    return energies


@cache
def atomic_number(symbol: str) -> int | None:
    """Return the atomic number of an element, or None where the tables lack it."""
    import xraydb

    with _ONE_AT_A_TIME:
        try:
            number = int(xraydb.atomic_number(symbol))
        except (ValueError, IndexError):
            return None
        # xraydb takes names, too, and small letters
        return number if number <= HEAVIEST and xraydb.atomic_symbol(number) == symbol else None


def is_element(symbol: object) -> bool:
    """Say whether this is the symbol of an element that the tables have."""
    return isinstance(symbol, str) and atomic_number(symbol) is not None


@cache
def atomic_mass(symbol: str) -> float:
    """Return the mass of a mole of an element in g."""
    import xraydb

    with _ONE_AT_A_TIME:
        return float(xraydb.atomic_mass(symbol))


@cache
def density_g_per_cm3(symbol: str) -> float:
    """Return the density of an element at room temperature."""
    import xraydb

    with _ONE_AT_A_TIME:
        return float(xraydb.atomic_density(symbol))


def mass_attenuation_cm2_per_g(symbol: str, energies_kev: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return photoabsorption with coherent and incoherent scattering of an element (Elam et al. 2002)."""
    import xraydb

    with _ONE_AT_A_TIME:
        found = xraydb.mu_elam(symbol, 1000.0 * energies_kev.ravel())
    return np.asarray(found, np.float64).reshape(energies_kev.shape)


def scattering_electrons(symbol: str, energies_kev: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Z + f', the electrons of an atom that scatter forward (Chantler 2000)."""
    import xraydb

    number = atomic_number(symbol)
    assert number is not None  # noqa: S101 - the formula was checked
    with _ONE_AT_A_TIME:
        # one energy after another: xraydb's spline over several of them depends on which they are
        found = [number + float(xraydb.f1_chantler(symbol, 1000.0 * energy)) for energy in energies_kev.ravel()]
    return np.asarray(found, np.float64).reshape(energies_kev.shape)


def lines_kev(symbol: str) -> dict[str, tuple[float, float, str]]:
    """Return the emission lines of an element: name -> (energy in keV, share of its level, level)."""
    import xraydb

    with _ONE_AT_A_TIME:
        found = xraydb.xray_lines(symbol)
    return {name: (line.energy / 1000, line.intensity, line.initial_level) for name, line in found.items()}


def edge_kev(symbol: str, level: str) -> float | None:
    """Return the energy of an absorption edge in keV, or None where the element lacks it."""
    import xraydb

    with _ONE_AT_A_TIME:
        edge = xraydb.xray_edges(symbol).get(level)
    return None if edge is None else float(edge.energy) / 1000

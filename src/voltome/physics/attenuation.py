"""How much a material attenuates and refracts X-rays."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voltome.physics import _tables
from voltome.physics.constants import AVOGADRO_PER_MOL, ELECTRON_RADIUS_UM, HC_KEV_UM
from voltome.physics.materials import Material

_UM_PER_CM = 1e4


@overload
def attenuation_per_cm(material: Material, *, energy_kev: float) -> float: ...
@overload
def attenuation_per_cm(material: Material, *, energy_kev: ArrayLike) -> NDArray[np.float64]: ...
def attenuation_per_cm(material: Material, *, energy_kev: ArrayLike) -> float | NDArray[np.float64]:
    """Return the attenuation of a material: by what share per cm a narrow beam of X-rays loses intensity.

    Use it to say what grey value a phase should have, to calibrate a reconstruction and to choose an energy. Within
    some 10 eV of an absorption edge the tables, which are those of free atoms, lack the fine structure of a solid.

    Parameters
    ----------
    material : Material
        Formula and density.
    energy_kev : float or array_like
        Energies of the photons in keV, 0.1 to 800.

    Returns
    -------
    float or numpy.ndarray
        Linear attenuation coefficient in 1/cm, of the shape of `energy_kev`.

    Raises
    ------
    ParameterError
        An energy outside the tables.

    Notes
    -----
    Photoabsorption with coherent and incoherent scattering: each takes a photon out of a narrow beam. Density times
    the sum over elements of mass share times mass attenuation.

    References
    ----------
    W. T. Elam, B. D. Ravel, J. R. Sieber, A new atomic database for X-ray spectroscopic calculations, Radiat. Phys.
    Chem. 63, 121 (2002), read with xraydb.

    Examples
    --------
    >>> water = Material("H2O", 1.0)
    >>> round(attenuation_per_cm(water, energy_kev=10), 2)
    5.33
    >>> attenuation_per_cm(water, energy_kev=[10, 20, 60]).round(2).tolist()
    [5.33, 0.81, 0.21]
    """
    energies = _tables.checked_energies(energy_kev)
    found = np.zeros(energies.shape)
    for symbol, share in material.mass_shares.items():
        found += share * _tables.mass_attenuation_cm2_per_g(symbol, energies)
    found *= material.density_g_per_cm3
    return float(found) if found.ndim == 0 else found


@overload
def refractive_index(material: Material, *, energy_kev: float) -> tuple[float, float]: ...
@overload
def refractive_index(
    material: Material, *, energy_kev: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def refractive_index(
    material: Material, *, energy_kev: ArrayLike
) -> tuple[float, float] | tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return delta and beta of the refractive index 1 - delta + i beta.

    Use them for phase contrast: a layer of thickness t delays a wave by the phase 2 pi delta t / wavelength.

    Parameters
    ----------
    material : Material
        Formula and density.
    energy_kev : float or array_like
        Energies of the photons in keV, 0.1 to 800.

    Returns
    -------
    tuple of float, or of numpy.ndarray
        Delta and beta, numbers without unit, of the shape of `energy_kev`.

    Raises
    ------
    ParameterError
        An energy outside the tables.

    Notes
    -----
    Delta = r_e wavelength² / (2 pi) times the sum over atoms per volume of Z + f'. Beta is attenuation times
    wavelength / (4 pi) with the whole attenuation, scattering too, so that it is the beta of images; tables of optics
    have photoabsorption alone, which above 10 keV is less in light materials.

    References
    ----------
    C. T. Chantler, Detailed tabulation of atomic form factors, J. Phys. Chem. Ref. Data 29, 597 (2000); beta after
    Elam et al. (2002), as `attenuation_per_cm`.

    Examples
    --------
    >>> delta, beta = refractive_index(Material("Si", 2.33), energy_kev=10)
    >>> f"{delta:.3e} {beta:.1e}"
    '4.888e-06 7.8e-08'
    """
    energies = _tables.checked_energies(energy_kev)
    wavelengths_um = HC_KEV_UM / energies
    formulas_per_um3 = material.density_g_per_cm3 / _UM_PER_CM**3 * AVOGADRO_PER_MOL / material.molar_mass_g_per_mol
    electrons = np.zeros(energies.shape)
    for symbol, count in material.atoms.items():
        electrons += count * _tables.scattering_electrons(symbol, energies)
    delta = ELECTRON_RADIUS_UM * wavelengths_um**2 / (2 * np.pi) * formulas_per_um3 * electrons
    beta = np.asarray(attenuation_per_cm(material, energy_kev=energies)) / _UM_PER_CM * wavelengths_um / (4 * np.pi)
    return (float(delta), float(beta)) if energies.ndim == 0 else (delta, beta)


def delta_over_beta(formula: str, *, energy_kev: float) -> float:
    """Return delta over beta of a material, which does not hang on its density.

    Use it for `voltome.projections.retrieve_phase`.

    Parameters
    ----------
    formula : str
        Formula of the material, as in `Material`.
    energy_kev : float
        Energy of the photons in keV, 0.1 to 800.

    Returns
    -------
    float
        Delta over beta, a number without unit.

    Raises
    ------
    ParameterError
        A formula that cannot be read, or an energy outside the tables.

    Examples
    --------
    >>> round(delta_over_beta("Al", energy_kev=20))
    296
    """
    delta, beta = refractive_index(Material(formula, 1.0), energy_kev=energy_kev)
    return delta / beta

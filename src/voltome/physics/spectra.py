"""Spectra of X-rays: which energies a detector counts, and what a sample leaves of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, overload

import numpy as np
from annotated_types import Ge, Lt
from numpy.typing import ArrayLike, NDArray

from voltome.data import NonNegative, Positive
from voltome.data._parameters import check_not_negative, check_positive
from voltome.errors import ParameterError
from voltome.physics import _tables
from voltome.physics.attenuation import attenuation_per_cm
from voltome.physics.materials import Material

_CM_PER_UM = 1e-4
_SERIES = "K"


@dataclass(frozen=True, eq=False)
class Spectrum:
    """How the photons of a beam, or what a detector counts of them, spread over energies.

    Attributes
    ----------
    energies_kev : numpy.ndarray
        Energies in keV, growing, 0.1 to 800.
    weights : numpy.ndarray
        Share of each energy, 0 or above; kept as shares that add up to 1.

    Raises
    ------
    ParameterError
        Energies that do not grow or that the tables lack, weights that are negative, not finite or all 0, or another
        number of them.

    Examples
    --------
    >>> beam = Spectrum([20, 40], [3, 1])
    >>> beam.weights.tolist(), beam.mean_energy_kev
    ([0.75, 0.25], 25.0)
    >>> behind = beam.filtered(Material("Al", 2.7), thickness_um=500)
    >>> round(behind.mean_energy_kev, 1)
    26.6
    """

    energies_kev: NDArray[np.float64]
    weights: NDArray[np.float64]

    def __post_init__(self) -> None:
        energies = np.atleast_1d(_tables.checked_energies(self.energies_kev))
        weights = np.atleast_1d(np.asarray(self.weights, np.float64))
        if energies.ndim != 1 or (np.diff(energies) <= 0).any():
            raise ParameterError(
                "the energies of a spectrum do not grow; expected each above the one before. Sort them."
            )
        if weights.shape != energies.shape:
            raise ParameterError(
                f"a spectrum of {energies.size} energies has weights of the shape {weights.shape}; expected one each."
            )
        if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
            raise ParameterError(
                "the weights of a spectrum are negative, not finite or all 0; expected shares of photons."
            )
        object.__setattr__(self, "energies_kev", energies)
        object.__setattr__(self, "weights", weights / weights.sum())

    @property
    def mean_energy_kev(self) -> float:
        """Mean of the energies by their shares."""
        return float(self.energies_kev @ self.weights)

    def filtered(self, material: Material, *, thickness_um: NonNegative) -> Spectrum:
        """Return the spectrum behind a filter, again as shares.

        Parameters
        ----------
        material : Material
            What the filter is made of.
        thickness_um : float
            Its thickness in um, 0 or above.
        """
        return Spectrum(self.energies_kev, self.weights * self._passed(material, thickness_um))

    def detected(self, scintillator: Material, *, thickness_um: Positive) -> Spectrum:
        """Return what a scintillator sees: each energy by the share that it stops times the light, its energy.

        Parameters
        ----------
        scintillator : Material
            What it is made of.
        thickness_um : float
            Its thickness in um, above 0.
        """
        stopped = 1 - self._passed(scintillator, check_positive("thickness_um", thickness_um))
        return Spectrum(self.energies_kev, self.weights * stopped * self.energies_kev)

    @overload
    def transmission(self, material: Material, *, thickness_um: float) -> float: ...
    @overload
    def transmission(self, material: Material, *, thickness_um: ArrayLike) -> NDArray[np.float64]: ...
    def transmission(self, material: Material, *, thickness_um: ArrayLike) -> float | NDArray[np.float64]:
        """Return the share of the whole that comes through a layer: the sum over energies of weight exp(-mu t).

        Parameters
        ----------
        material : Material
            What the layer is made of.
        thickness_um : float or array_like
            Its thicknesses in um, 0 or above.
        """
        layers = np.asarray(thickness_um, np.float64)
        if not (np.isfinite(layers).all() and (layers >= 0).all()):
            raise ParameterError("thickness_um has values that are negative or not finite; expected 0 or above.")
        attenuation = attenuation_per_cm(material, energy_kev=self.energies_kev)
        passed = np.exp(-np.multiply.outer(layers * _CM_PER_UM, attenuation)) @ self.weights
        return float(passed) if layers.ndim == 0 else np.asarray(passed)

    def _passed(self, material: Material, thickness_um: float) -> NDArray[np.float64]:
        """Return the share of each energy that comes through a layer."""
        thickness_cm = check_not_negative("thickness_um", thickness_um) * _CM_PER_UM
        return np.exp(-attenuation_per_cm(material, energy_kev=self.energies_kev) * thickness_cm)


def tube_spectrum(
    *,
    voltage_kv: Positive,
    anode: str = "W",
    line_share: Annotated[float, Ge(0), Lt(1)] = 0.0,
    filters: Mapping[Material, float] | None = None,
    step_kev: Positive = 0.5,
) -> Spectrum:
    """Return the spectrum of an X-ray tube by a simple formula: Kramers' continuum, the K lines, and filters.

    Use it for beam hardening where a measured or a simulated spectrum is not at hand. It knows nothing of the anode's
    own absorption, so the lowest energies are too bright without a filter; better spectra go into `Spectrum` directly.

    Parameters
    ----------
    voltage_kv : float
        Voltage of the tube in kV, above `step_kev`, at most 800.
    anode : str
        Element of the target.
    line_share : float
        Photons in the K lines over all photons before the filters, 0 to below 1. There is no simple formula for it;
        it must be 0 where the voltage is below the K edge.
    filters : mapping of Material to float, optional
        Thickness in um of each filter in the beam: window, filter, what else is between target and sample.
    step_kev : float
        Distance of the energies in keV, above 0.

    Returns
    -------
    Spectrum
        Shares of the photons at the middle of every step.

    Raises
    ------
    ParameterError
        A voltage or step outside its range, an unknown anode, lines of an edge that the voltage does not reach, or
        filters that let nothing through.

    Notes
    -----
    The number of photons of the continuum of a thick target is proportional to voltage / energy - 1. The K lines share
    `line_share` as the tables say, each in the step that holds it.

    References
    ----------
    H. A. Kramers, On the theory of X-ray absorption and of the continuous X-ray spectrum, Philos. Mag. 46, 836 (1923);
    lines: W. T. Elam et al., Radiat. Phys. Chem. 63, 121 (2002).

    Examples
    --------
    >>> beam = tube_spectrum(voltage_kv=80, filters={Material("Al", 2.7): 1000})
    >>> round(beam.mean_energy_kev, 1), float(beam.energies_kev[-1])
    (35.2, 79.75)
    """
    highest, step = check_positive("voltage_kv", voltage_kv), check_positive("step_kev", step_kev)
    lines = _checked_share(line_share)
    steps = int(highest / step)
    if steps < 2 or highest > _tables.HIGHEST_KEV or step / 2 < _tables.LOWEST_KEV:
        raise ParameterError(
            f"voltage_kv is {highest:g} with steps of {step:g} keV; expected at most {_tables.HIGHEST_KEV:g} kV, and "
            f"steps of {2 * _tables.LOWEST_KEV:g} keV or more of which it has at least 2."
        )
    if not _tables.is_element(anode):
        raise ParameterError(f"anode is {anode!r}; expected the symbol of an element, such as 'W'.")
    energies: NDArray[np.float64] = np.asarray((np.arange(steps) + 0.5) * step, np.float64)
    photons: NDArray[np.float64] = np.asarray(highest / energies - 1, np.float64)
    photons *= (1 - lines) / photons.sum()
    if lines:
        photons += lines * _lines(anode, highest, energies, step)
    spectrum = Spectrum(energies, photons)
    for material, thickness_um in (filters or {}).items():
        spectrum = spectrum.filtered(material, thickness_um=thickness_um)
    return spectrum


def _checked_share(line_share: float) -> float:
    """Return the share of the lines if it is one."""
    if check_not_negative("line_share", line_share) >= 1:
        raise ParameterError(f"line_share is {line_share:g}; expected 0 to below 1.")
    return line_share


def _lines(anode: str, voltage_kv: float, energies_kev: NDArray[np.float64], step_kev: float) -> NDArray[np.float64]:
    """Return how the K lines spread over the steps of energy; they add up to 1."""
    edge = _tables.edge_kev(anode, _SERIES)
    if edge is None or edge >= voltage_kv:
        raise ParameterError(
            f"line_share is above 0, but {voltage_kv:g} kV do not reach the K edge of {anode} at {edge or 0:g} keV. "
            f"Give line_share 0."
        )
    found: NDArray[np.float64] = np.zeros(energies_kev.size)
    for energy, share, level in _tables.lines_kev(anode).values():
        if level == _SERIES:
            found[min(int(energy / step_kev), found.size - 1)] += share
    if not found.sum() > 0:
        raise ParameterError(f"the tables have no K lines of {anode}. Give line_share 0.")
    return np.asarray(found / found.sum(), np.float64)

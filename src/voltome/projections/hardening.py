"""Beam hardening: the absorbance that a detector sees -> the one of a single energy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voltome.data import NonNegative, Positive, Projections
from voltome.errors import ParameterError, ValuesError
from voltome.physics import Material, Spectrum, attenuation_per_cm
from voltome.projections._kinds import require_kind
from voltome.projections._views import Frame, each_view

_POINTS = 4096
"""Points of the curve from seen to monochromatic absorbance: between them it is taken as straight."""

_DARKEST = 20.0
"""Absorbance at the end of the curve, where two photons in 10^9 come through; beyond, it goes on straight."""


def linearise_by_polynomial(projections: Projections, *, coefficients: Sequence[float]) -> Projections:
    """Return absorbance a as c1 a + c2 a² + c3 a³ ...: cupping taken away by a polynomial found beforehand.

    Use it where the spectrum is not known: measure steps of the sample's material and fit their absorbance, or choose
    c2 by eye until a uniform part is flat. Where spectrum and material are known, `linearise_by_spectrum` needs no
    fit. It corrects one material: streaks between two remain.

    Parameters
    ----------
    projections : Projections
        Of the kind absorbance.
    coefficients : sequence of float
        c1, c2, c3, ...: of the first power and those above. There is no constant: no sample, no absorbance. A c1 of 1
        keeps thin parts as they are.

    Returns
    -------
    Projections
        Of the kind absorbance, float32, of the same shape.

    Raises
    ------
    ValuesError
        Projections that are not absorbance, or some so large that the polynomial falls again before them.
    ParameterError
        No coefficients, or some that are not finite.

    Notes
    -----
    Below 0, where there is only noise, a is taken times c1. Pixel by pixel; cost: one pass. Memory: 4 bytes per pixel.

    References
    ----------
    G. T. Herman, Correction for beam hardening in computed tomography, Phys. Med. Biol. 24, 81 (1979).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.array([[[0.0, 1.0, 2.0]]], np.float32)
    >>> scan = vt.data.Projections(seen, angles_deg=[0], geometry=vt.data.ParallelBeam(1), kind="absorbance")
    >>> vt.projections.linearise_by_polynomial(scan, coefficients=[1.0, 0.25]).values.ravel().tolist()
    [0.0, 1.25, 3.0]
    """
    require_kind(projections, "absorbance", task="linearise_by_polynomial")
    powers = np.atleast_1d(np.asarray(coefficients, np.float64))
    if powers.ndim != 1 or powers.size == 0 or not np.isfinite(powers).all() or powers[0] <= 0:
        raise ParameterError(
            f"coefficients are {coefficients!r}; expected finite numbers, the first of them, that of the first power, "
            f"above 0."
        )
    polynomial = np.polynomial.Polynomial([0.0, *powers])
    largest = _largest(projections)
    roots = np.asarray(polynomial.deriv().roots(), np.complex128)
    turns = [float(root.real) for root in roots if abs(root.imag) < 1e-9 and 0 < root.real < largest]
    if turns:
        raise ValuesError(
            f"the polynomial falls from {min(turns):.3g} on, but the absorbance goes up to {largest:.3g}; expected one "
            f"that grows over all of it. Fit it over a larger range."
        )

    def change(view: Frame) -> Frame:
        return np.where(view > 0, polynomial(view), powers[0] * view)

    named = ", ".join(f"{power:g}" for power in powers)
    return projections.derive(f"linearise_by_polynomial: coefficients {named}", values=each_view(projections, change))


def linearise_by_spectrum(
    projections: Projections,
    *,
    energies_kev: Sequence[Positive],
    weights: Sequence[NonNegative],
    material: str,
    reference_kev: Positive | None = None,
) -> Projections:
    """Return the absorbance that a beam of one energy would have seen, from the spectrum and the sample's material.

    Use it against cupping where most of what absorbs is one material (a can of steel, a cathode, sulfur). Other
    materials come out right only as far as their attenuation changes with the energy in the same way.

    Parameters
    ----------
    projections : Projections
        Of the kind absorbance, seen with the whole spectrum.
    energies_kev : sequence of float
        Energies of the spectrum in keV, growing (`voltome.physics.Spectrum.energies_kev`).
    weights : sequence of float
        Share of each energy in what the detector counts without sample (`voltome.physics.Spectrum.weights`).
    material : str
        Formula of the material that absorbs; its density does not matter.
    reference_kev : float, optional
        Energy of the result in keV. None: the mean of the spectrum.

    Returns
    -------
    Projections
        Of the kind absorbance, float32, of the same shape, with `reference_kev` as its energy: a reconstruction has the
        attenuation of that energy in 1/cm.

    Raises
    ------
    ValuesError
        Projections that are not absorbance.
    ParameterError
        A spectrum or formula that is none, or energies outside the tables.

    Notes
    -----
    A mass per area m of the material is seen as p(m) = -ln sum(weight exp(-attenuation m)), which grows with m; the
    result is m(p) times the attenuation at `reference_kev`. Below 0, where there is only noise, the slope is that at 0.
    The curve has 4096 points, of an error below 1e-6 of its end. Pixel by pixel; cost: one pass.
    Memory: 4 bytes per pixel.

    References
    ----------
    R. A. Brooks, G. Di Chiro, Beam hardening in X-ray reconstructive tomography, Phys. Med. Biol. 21, 390 (1976);
    P. M. Joseph, R. D. Spital, A method for correcting bone induced artifacts in computed tomography scanners,
    J. Comput. Assist. Tomogr. 2, 100 (1978).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> beam = vt.physics.Spectrum([20, 40], [1, 1])
    >>> layers_um, aluminium = np.array([0.0, 100.0, 1000.0, 3000.0]), vt.physics.element("Al")
    >>> seen = -np.log(beam.transmission(aluminium, thickness_um=layers_um))
    >>> scan = vt.data.Projections(
    ...     seen[None, None], angles_deg=[0], geometry=vt.data.ParallelBeam(1), kind="absorbance"
    ... )
    >>> flat = vt.projections.linearise_by_spectrum(
    ...     scan, energies_kev=beam.energies_kev, weights=beam.weights, material="Al", reference_kev=30
    ... )
    >>> per_um = flat.values[0, 0, 1:] / layers_um[1:]
    >>> (per_um * 1e4).round(2).tolist(), round(vt.physics.attenuation_per_cm(aluminium, energy_kev=30), 2)
    ([3.05, 3.05, 3.05], 3.05)
    """
    require_kind(projections, "absorbance", task="linearise_by_spectrum")
    beam = Spectrum(np.asarray(energies_kev, np.float64), np.asarray(weights, np.float64))
    reference = beam.mean_energy_kev if reference_kev is None else reference_kev
    per_mass = Material(material, 1.0)
    at_reference = attenuation_per_cm(per_mass, energy_kev=reference)
    seen, meant = _curve(beam, per_mass, at_reference)
    return projections.derive(
        f"linearise_by_spectrum: {beam.energies_kev.size} energies, mean {beam.mean_energy_kev:.4g} keV, {material}, "
        f"to {reference:.4g} keV",
        values=each_view(projections, lambda view: _along(view, seen, meant)),
        energy_kev=float(reference),
    )


def _curve(beam: Spectrum, per_mass: Material, at_reference: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the absorbance that is seen and the one that is meant, along growing mass per area.

    The curve does not hang on the scan, so that some rows of it give the same numbers as all.
    """
    attenuation = attenuation_per_cm(per_mass, energy_kev=beam.energies_kev[beam.weights > 0])
    logarithms = np.log(beam.weights[beam.weights > 0])

    def seen_through(mass: NDArray[np.float64]) -> NDArray[np.float64]:
        # the largest term is taken out, so that no layer is too thick for the exponential
        terms = logarithms - np.multiply.outer(mass, attenuation)
        top = terms.max(axis=-1)
        return np.asarray(-(top + np.log(np.exp(terms - top[..., np.newaxis]).sum(axis=-1))), np.float64)

    end = _DARKEST / float(attenuation.max())
    while float(seen_through(np.array([end]))[0]) < _DARKEST:
        end *= 1.5
    masses = end * np.linspace(0, 1, _POINTS) ** 2  # closer together where the curve bends, at thin layers
    seen = seen_through(masses)
    seen[0] = 0.0
    return seen, masses * at_reference


def _along(view: Frame, seen: NDArray[np.float64], meant: NDArray[np.float64]) -> Frame:
    """Return what is meant by a view: straight between the points, and on beyond both ends."""
    below, beyond = meant[1] / seen[1], (meant[-1] - meant[-2]) / (seen[-1] - seen[-2])
    found = np.interp(view, seen, meant)
    found += np.minimum(view, 0) * below + np.maximum(view - seen[-1], 0) * beyond
    return np.asarray(found, np.float64)


def _largest(projections: Projections) -> float:
    """Return the largest absorbance of a scan, which is read a view at a time."""
    return max(float(view.max()) for view in projections.values)

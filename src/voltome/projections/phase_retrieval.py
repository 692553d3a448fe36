"""Phase contrast of free propagation -> absorbance, for a sample of one material."""

from __future__ import annotations

from math import ceil, pi, sqrt
from typing import Literal

import numpy as np

from voltome.data import Positive, Projections
from voltome.data._parameters import check_choice, check_positive
from voltome.errors import ParameterError, ValuesError
from voltome.physics import HC_KEV_UM
from voltome.projections._fourier import Frame, ViewFilter
from voltome.projections._kinds import require_kind
from voltome.projections._optics import effective_distance_um, energy_of, pixels_at_the_sample, ratio_of
from voltome.projections._views import each_view, minus_logarithm

_REACH = 10
"""Margin in reaches of the filter, beyond which it has fallen to 5e-5."""


def retrieve_phase(
    projections: Projections,
    *,
    distance_um: Positive | None = None,
    energy_kev: Positive | None = None,
    delta_over_beta: Positive | None = None,
    material: str | None = None,
    laplacian: Literal["continuous", "discrete"] = "continuous",
    smallest_transmission: Positive = 1e-3,
) -> Projections:
    """Return the absorbance of a sample of one material from views with the fringes of free propagation (Paganin).

    Use it for light samples of one material (polymer, graphite, tissue), or one that matters, some cm to m before the
    detector: the edges are no longer outlined and the noise is far lower. A second material is blurred where its delta
    over beta is less than the one given, and keeps fringes where it is more. Not for Zernike contrast (`correct_halo`).

    Parameters
    ----------
    projections : Projections
        Of the kind transmission, at one distance of less than a fringe: pixel² > wavelength times distance, or so.
    distance_um : float, optional
        From the sample to the detector in um, above 0. None: a cone beam's own; a parallel beam needs it.
    energy_kev : float, optional
        Of the photons in keV. None: that of the scan.
    delta_over_beta : float, optional
        Of the material, or the difference of two: (delta1 - delta2) / (beta1 - beta2); above 0.
    material : str, optional
        Formula of the material, of which delta over beta is taken at `energy_kev`; either this or `delta_over_beta`.
    laplacian : {"continuous", "discrete"}
        The filter as published in 2002, or with the second differences of pixels (2020), which blurs the finest details
        less.
    smallest_transmission : float
        Pixels below it after the filter are taken for this much, above 0; the history says how many they were.

    Returns
    -------
    Projections
        Of the kind absorbance, float32: attenuation times thickness, so that a reconstruction has 1/cm.

    Raises
    ------
    ValuesError
        Projections that are not transmission, or nearly all below `smallest_transmission`.
    GeometryError
        No energy or no distance.
    ParameterError
        A parameter outside its range, both or none of `delta_over_beta` and `material`, or a filter that reaches over
        the whole detector: a distance in another unit, mostly.

    Notes
    -----
    Near the sample of one material, I = (1 - (distance delta / mu) Laplacian) exp(-mu t), which is solved by
    exp(-mu t) = F⁻¹[F[I] / (1 + pi wavelength distance (delta / beta) f²)] with f in cycles per um at the sample; mu =
    4 pi beta / wavelength. A cone beam counts as a parallel one with the distance over the magnification. It works on
    whole views, of which the edges are continued. Cost: two Fourier transforms per view, on all cores. Memory: 4
    bytes per pixel of the scan.

    References
    ----------
    D. Paganin, S. C. Mayo, T. E. Gureyev, P. R. Miller, S. W. Wilkins, Simultaneous phase and amplitude extraction from
    a single defocused image of a homogeneous object, J. Microsc. 206, 33 (2002), eq. 12; D. M. Paganin et al., Boosting
    spatial resolution by incorporating periodic boundary conditions into single-distance hard-x-ray phase retrieval,
    J. Opt. 22, 115607 (2020).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.full((2, 8, 16), np.exp(-0.5), np.float32)
    >>> beam = vt.data.ParallelBeam(0.65)
    >>> scan = vt.data.Projections(seen, angles_deg=[0, 90], geometry=beam, kind="transmission", energy_kev=20)
    >>> found = vt.projections.retrieve_phase(scan, distance_um=5000, material="C")
    >>> found.kind, round(float(found.values.mean()), 4)
    ('absorbance', 0.5)
    """
    require_kind(projections, "transmission", task="retrieve_phase")
    check_choice("laplacian", laplacian, ("continuous", "discrete"))
    lowest = check_positive("smallest_transmission", smallest_transmission)
    energy = energy_of(projections, energy_kev, task="retrieve_phase")
    ratio = ratio_of(delta_over_beta, material, energy)
    distance = effective_distance_um(projections, distance_um)
    strength_um2 = pi * HC_KEV_UM / energy * distance * ratio
    shares = each_view(projections, _filter(projections, strength_um2, discrete=laplacian == "discrete"))
    if (shares < lowest).all():
        raise ValuesError(
            f"all pixels transmit less than smallest_transmission = {lowest:g}; expected shares of the beam, mostly "
            f"0.1 to 1. Check the flats, or give a smaller one."
        )
    found, held = minus_logarithm(projections, shares, lowest)
    return projections.derive(
        f"retrieve_phase: delta over beta {ratio:.4g} at {energy:g} keV, effective distance {distance:g} um, "
        f"{laplacian} Laplacian{held}",
        values=found,
        kind="absorbance",
        energy_kev=energy,
    )


def _filter(projections: Projections, strength_um2: float, *, discrete: bool) -> ViewFilter:
    """Return the filter 1 / (1 + strength f²) for these views."""
    pixels = pixels_at_the_sample(projections)
    # in real space it falls as exp(-distance / reach)
    reaches = [sqrt(strength_um2) / (2 * pi) / pixel for pixel in pixels]
    if reaches[1] > projections.column_count:
        raise ParameterError(
            f"the filter reaches over {reaches[1]:.0f} pixels, but the detector has {projections.column_count} "
            f"columns; expected a few. Check distance_um, which is in um, energy_kev and delta over beta."
        )

    def transfer(rows: Frame, columns: Frame) -> Frame:
        squares = [
            (2 - 2 * np.cos(2 * pi * place)) / (2 * pi * pixel) ** 2 if discrete else (place / pixel) ** 2
            for place, pixel in zip((rows, columns), pixels, strict=True)
        ]
        return np.asarray(1 / (1 + strength_um2 * (squares[0] + squares[1])), np.float64)

    rows, columns = projections.values.shape[1:]
    return ViewFilter.of((rows, columns), (ceil(_REACH * reaches[0]), ceil(_REACH * reaches[1])), transfer)

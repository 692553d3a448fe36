"""Zernike phase contrast -> absorbance, without halos and shade-off."""

from __future__ import annotations

from math import ceil, inf, sqrt
from numbers import Integral
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from voltome.data import NonNegative, Positive, Projections, Share
from voltome.data._parameters import check_choice, check_not_negative, check_positive, check_share
from voltome.errors import ParameterError, ValuesError
from voltome.projections._fourier import Frame, Padding
from voltome.projections._kinds import require_kind
from voltome.projections._optics import energy_of, pixels_at_the_sample, ratio_of
from voltome.projections._phase_ring import HaloCorrection, PhaseRing
from voltome.projections._views import each_view

_CONE = 24
"""Points of the hollow cone of which the images are added in every step."""

_HALOS = 2
"""Margin in lengths of the halo, 1 / (width of the ring)."""

_MOST_RAD = 1.0
"""Phase beyond which grey values fall short by more than some per cent; the history says how many pixels have more."""


def correct_halo(
    projections: Projections,
    *,
    ring_inner_per_um: NonNegative,
    ring_outer_per_um: Positive,
    ring_transmission: Share,
    aperture_per_um: Positive | None = None,
    contrast: Literal["positive", "negative"] = "positive",
    energy_kev: Positive | None = None,
    delta_over_beta: Positive | None = None,
    material: str | None = None,
    iterations: Annotated[int, Ge(0)] = 0,
    regularisation: NonNegative = 1e-3,
) -> Projections:
    """Return the absorbance of a sample of one material from views in Zernike phase contrast, without halos.

    Use it on nano-CT with a phase ring before phases are told by their grey value: halos brighten what lies around a
    particle, and shade-off empties its inside. It holds for a sample of mostly one material and of phases up to 1 rad
    (2.5 um of sulfur or graphite at 5.4 keV): beyond, contrast turns over, so that outlines stay right, but grey values
    fall short, by a third at 3 rad. Not for fringes of free propagation (`retrieve_phase`).

    Parameters
    ----------
    projections : Projections
        Of the kind transmission, in Zernike contrast, of a sample that is smaller than the view.
    ring_inner_per_um, ring_outer_per_um : float
        Radii of the phase ring in the aperture, in periods per um (radius over wavelength and focal length); an inner
        one of 0 is a disc. The hollow cone of the light fills the ring.
    ring_transmission : float
        Share of the intensity that the ring lets through, above 0, at most 1.
    aperture_per_um : float, optional
        Radius of the aperture in periods per um: 1 / (2 outermost zone) of a zone plate. None: much wider than detail
        that the pixels resolve.
    contrast : {"positive", "negative"}
        Positive: matter is darker than by its absorption; negative: brighter, and detail of the one size at which
        phase and absorption cancel is lost.
    energy_kev : float, optional
        Of the photons in keV. None: that of the scan.
    delta_over_beta : float, optional
        Of the material, above 0.
    material : str, optional
        Formula of the material, of which delta over beta is taken at `energy_kev`; either this or `delta_over_beta`.
    iterations : int
        Steps beyond the linear correction, 0 or above: 2 bring back half of what grey values fall short of at 0.5 to 1
        rad. Where a step brings a view no nearer, the one before it is kept; the history says how many views these are.
    regularisation : float
        Holds back frequencies that are hardly seen, 0 or above: they count by contrast² / (contrast² + regularisation).

    Returns
    -------
    Projections
        Of the kind absorbance, float32: attenuation times thickness, so that a reconstruction has 1/cm.

    Raises
    ------
    ValuesError
        Projections that are not transmission, or some below 0.
    GeometryError
        No energy.
    ParameterError
        A parameter outside its range, an outer radius that is not above the inner one or above the aperture, or both
        or none of `delta_over_beta` and `material`.

    Notes
    -----
    Linear: the absorbance of the frequency q is seen H(q) = on(q) + (delta / beta) beside(q) / sqrt(ring_transmission)
    times, with on and beside the shares of the hollow cone that q scatters onto the ring and beside it; the
    correction divides by H. Each step takes what the whole model of waves says of the result from what was seen. The
    model is written out in `voltome.projections._phase_ring`. It works on whole views, of which the edges are
    continued over two lengths of the halo. Cost: 2 Fourier transforms per view, and 29 for each step and once more.
    Memory: 4 bytes per pixel of the scan, and 32 times the pixels of a view.

    References
    ----------
    F. Zernike, Phase contrast, a new method for the microscopic observation of transparent objects, Physica 9, 686
    (1942); Z. Yin, T. Kanade, M. Chen, Understanding the phase contrast optics to restore artifact-free microscopy
    images for segmentation, Med. Image Anal. 16, 1047 (2012), for the linear model of a ring and its inversion.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.full((1, 32, 32), np.exp(-0.02), np.float32)
    >>> beam = vt.data.ParallelBeam(0.126)
    >>> scan = vt.data.Projections(seen, angles_deg=[0], geometry=beam, kind="transmission", energy_kev=5.4)
    >>> found = vt.projections.correct_halo(
    ...     scan, ring_inner_per_um=5.4, ring_outer_per_um=6.1, ring_transmission=0.5, material="S"
    ... )
    >>> found.kind, round(float(found.values.mean()), 3)
    ('absorbance', 0.02)
    """
    require_kind(projections, "transmission", task="correct_halo")
    sign = 1 if check_choice("contrast", contrast, ("positive", "negative")) == "positive" else -1
    inner, outer, aperture = _radii(ring_inner_per_um, ring_outer_per_um, aperture_per_um)
    energy = energy_of(projections, energy_kev, task="correct_halo")
    ratio = ratio_of(delta_over_beta, material, energy)
    ring = PhaseRing(inner, outer, aperture, sqrt(check_share("ring_transmission", ring_transmission)), sign, ratio)
    pixels = pixels_at_the_sample(projections)
    halo_um = _HALOS / (outer - inner)
    _, height, width = projections.values.shape
    padding = Padding.of((height, width), (ceil(halo_um / pixels[0]), ceil(halo_um / pixels[1])))
    correction = HaloCorrection.of(
        ring,
        padding,
        pixels,
        points=_CONE,
        steps=_steps(iterations),
        regularisation=check_not_negative("regularisation", regularisation),
    )
    found, unfinished, beyond = _corrected(projections, correction)
    return projections.derive(
        f"correct_halo: ring {inner:g} to {outer:g} per um, passing {ring_transmission:g}, {contrast} contrast, delta "
        f"over beta {ratio:.4g} at {energy:g} keV, {iterations} iterations ({unfinished} of {len(found)} views stopped "
        f"before), {beyond:.3g} % of pixels beyond {_MOST_RAD:g} rad",
        values=found,
        kind="absorbance",
        energy_kev=energy,
    )


def _corrected(projections: Projections, correction: HaloCorrection) -> tuple[NDArray[np.float32], int, float]:
    """Return absorbance, how many views stopped before, and the percentage of pixels with too much phase."""
    stopped: list[int] = []
    beyond: list[int] = []

    def change(view: Frame) -> Frame:
        if (view < 0).any():
            raise ValuesError(
                f"a view has {np.count_nonzero(view < 0):,} pixels that transmit less than 0; expected shares of "
                f"the beam. Check flats and darks, or remove zingers first."
            )
        absorbance, finished = correction(view)
        if not finished:
            stopped.append(1)
        beyond.append(int(np.count_nonzero(np.abs(absorbance) * correction.ring.ratio / 2 > _MOST_RAD)))
        return absorbance

    found = each_view(projections, change)
    return found, len(stopped), 100 * sum(beyond) / found.size


def _radii(inner: float, outer: float, aperture: float | None) -> tuple[float, float, float]:
    """Return the radii of ring and aperture, which is infinite where it was not given."""
    inner, outer = check_not_negative("ring_inner_per_um", inner), check_positive("ring_outer_per_um", outer)
    if outer <= inner:
        raise ParameterError(
            f"the ring is {inner:g} to {outer:g} periods per um; expected an outer radius above the inner one."
        )
    whole = inf if aperture is None else check_positive("aperture_per_um", aperture)
    if whole < outer:
        raise ParameterError(
            f"the ring ends at {outer:g} periods per um, the aperture at {whole:g}; expected the ring within it."
        )
    return inner, outer, whole


def _steps(iterations: Any) -> int:
    """Return a whole number of steps."""
    if isinstance(iterations, bool) or not isinstance(iterations, Integral) or iterations < 0:
        raise ParameterError(f"iterations is {iterations!r}; expected a whole number, 0 or above.")
    return int(iterations)

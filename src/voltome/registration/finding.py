"""The rigid motion between two scans of one object, found from nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from voltome.data import AxisName, Positive, Transform, Volume
from voltome.data._parameters import axis_index, check_positive
from voltome.data.transforms import triple
from voltome.errors import GeometryError, ParameterError, ValuesError
from voltome.registration._angles import candidate_angles
from voltome.registration._grids import ORDERS, CoarseScan, coarse_scan, pitch_for
from voltome.registration._polishing import polish
from voltome.registration._refining import refine
from voltome.registration._residuals import measure_fit
from voltome.registration._seeds import Matcher, Seed, seed_from_nothing, seed_near
from voltome.registration.regions import Place, Region, check_grey_present, extent_in_words, place_of

SPECTRA_ACROSS = 256
MATCHING_ACROSS = 112
"""Voxels across the axis of rotation with which angles are looked for, and with which they are compared."""

LONGER_ALONG = 3
"""How many times more voxels along the axis of rotation there may be."""

START_REACH_DEG = 8.0
"""How far from `start_deg` the angle may be."""

USUAL_EXPONENT = 18
"""Grey values from 4e-6 to 3e5 (powers of two) are used as they are; others are brought near 1."""

FEWEST_ACROSS = 16
"""Voxels across the axis of rotation below which no angle can be found."""


def find_transform(
    volume: Volume,
    *,
    to: Volume,
    about: AxisName = "z",
    region: Region | None = None,
    start_deg: float | None = None,
    max_shift_um: Positive | None = None,
) -> Transform:
    """Find the rigid motion that brings a scan onto another one of the same object.

    For scans of one cell at several cycles, taken out and mounted again in between: turned about `about` by any angle,
    tilted by a few degrees at most, shifted. It is driven by a region that does not change; name one (a separator, a
    can) wherever most of the scan may have changed. Not for scans of different objects, for swelling or bending, and
    not for another magnification: voxel sizes may differ, but they must be true.

    Parameters
    ----------
    volume : Volume
        The moving scan.
    to : Volume
        The fixed scan. Voxel sizes, shapes, types of number and grey scales of the two may differ.
    about : {'z', 'y', 'x'}
        Axis about which the scan may be turned by any angle.
    region : Region, optional
        The part of the fixed scan that did not change; None: all of it.
    start_deg : float, optional
        Rotation about `about` in degrees, right to 8 degrees, where it cannot be found from nothing.
    max_shift_um : float, optional
        Largest shift along `about` in um, above 0; None: a quarter of the fixed scan. Across it, shifts up to half the
        width are found.

    Returns
    -------
    Transform
        The motion from the frame of `volume` to that of `to`, about the middle of `to`, with its residual in um and the
        correlation of grey values in the region.

    Raises
    ------
    ConvergenceError
        No rotation stands out, two rotations fit equally well, the refinement did not settle or left its beginning, or
        not one part of the region has the contrast to verify the motion.
    GeometryError
        The region has no voxels in the fixed scan, or lies outside the moving one; a scan too small to see an angle.
    ValuesError
        A scan of one grey value, or without a voxel of the region's grey values.
    ParameterError, AxisError
        A parameter of a wrong kind.

    Notes
    -----
    Seed: both scans are brought to cubes (at most 256 across), shading and noise are taken out; magnitudes of the
    Fourier transforms of thin layers in polar form, which know no shift, are correlated over angle, and so are the
    layers themselves around their middle. Candidate angles, half a turn added, and twelve angles spread over the turn
    for comparison, are compared by the normalised correlation of the region with the turned scan at every shift. The
    best must rise above the median of the others by 5 times their spread, and no other maximum may reach 60 % of that.
    Refinement: Pearson's correlation in the region with all six numbers free, with smoothing that ends at 0.5 voxel, by
    SimpleITK on one thread. Residual: the region is cut into parts of about 32 voxels, the shift of each is read from
    its cross-correlation to a fraction of a voxel (a parabola through the peak), parts without contrast are left out;
    the residual is the root mean square of these shifts. On simulated scans of 96 voxels across the motion was right to
    0.02 degrees and 0.02 voxels (docs/registration.md).
    The result is the same for any number of threads. Memory: about 20 bytes per voxel of the region's box and of the
    part of the moving scan that meets it, and a copy of each scan at the coarse voxel size.

    References
    ----------
    B. S. Reddy, B. N. Chatterji, IEEE Trans. Image Process. 5, 1266 (1996), section II (angle from the polar spectrum);
    D. Padfield, IEEE Trans. Image Process. 21, 2706 (2012), equation 1 (correlation under masks);
    B. C. Lowekamp et al., Front. Neuroinform. 7, 45 (2013) (SimpleITK).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> random = np.random.default_rng(1)
    >>> balls = [vt.twins.Sphere(tuple(place), 2.2) for place in random.uniform([3, 3, 3], [9, 37, 37], (60, 3))]
    >>> scene = vt.twins.Scene(tuple(balls), size_um=(12, 40, 40))
    >>> grey = {"pore": 50, "solid": 200}
    >>> first = vt.twins.grey_volume(scene, voxel_size_um=1, grey=grey, blur_um=0.7, seed=1)
    >>> places = [(z, x, 40 - y) for z, y, x in (ball.centre_um for ball in balls)]  # by 90 degrees: x goes to y
    >>> turned = [vt.twins.Sphere(place, 2.2) for place in places]
    >>> scene = vt.twins.Scene(tuple(turned), size_um=(12, 40, 40))
    >>> second = vt.twins.grey_volume(scene, voxel_size_um=1, grey=grey, blur_um=0.7, seed=2)
    >>> motion = vt.registration.find_transform(second, to=first)
    >>> round(motion.rotation_deg[0], 1), motion.residual_um < 0.1
    (90.0, True)
    """
    along = axis_index(about)
    region = _checked(volume, to, region, start_deg)
    place = place_of(region, to, about)
    check_grey_present(region, volume)
    volume, to = _of_usual_size(volume), _of_usual_size(to)
    most_um = to.size_um[along] / 4 if max_shift_um is None else check_positive("max_shift_um", max_shift_um)
    seed, pitch_um = _seed(volume, to, about, place, start_deg, most_um)
    motion = refine(to, volume, place, _in_frame(seed, about), pitch_um)
    motion = polish(to, volume, place, motion) or motion
    fit = measure_fit(to, volume, place, motion)
    how = "from nothing" if start_deg is None else f"near {start_deg:g} degrees"
    return Transform(
        motion.rotation_deg,
        shift_um=motion.shift_um,
        centre_um=motion.centre_um,
        residual_um=fit.residual_um,
        correlation=fit.correlation,
        region=f"{region.in_words()}; residual of {fit.used} of {fit.parts} parts",
        history=(
            f"find_transform about {about}, {how}: seed {seed.angle_deg % 360:.1f} degrees, score {seed.score:.3f}",
        ),
    )


def _checked(volume: Volume, to: Volume, region: Any, start_deg: Any) -> Region:
    """Return the region, or say what is wrong with the scans or the parameters."""
    for name, scan in (("moving", volume), ("fixed", to)):
        if not isinstance(scan, Volume):
            raise ParameterError(f"the {name} scan is a {type(scan).__name__}; expected a Volume of grey values.")
        values = scan.values if scan.mask is None else scan.values[scan.mask]
        if values.min() == values.max():
            raise ValuesError(
                f"the {name} scan has the grey value {values.min():g} everywhere; expected structure to align by."
            )
    if region is not None and not isinstance(region, Region):
        raise ParameterError(f"region is {region!r}; expected voltome.registration.Region(box_um=..., ...) or None.")
    if start_deg is not None and (
        isinstance(start_deg, bool)
        or not isinstance(start_deg, int | float | np.number)
        or not math.isfinite(start_deg)
    ):
        raise ParameterError(f"start_deg is {start_deg!r}; expected a finite number of degrees, or None.")
    return Region() if region is None else region


def _of_usual_size(scan: Volume) -> Volume:
    """Return a scan times a power of two where its grey values are so large or small that their squares are not."""
    if scan.values.dtype.kind != "f":
        return scan
    exponent = int(np.frexp(max(abs(float(scan.values.min())), abs(float(scan.values.max()))))[1])
    if abs(exponent) <= USUAL_EXPONENT:
        return scan
    values = np.ldexp(scan.values, -exponent)
    return Volume(values, voxel_size_um=scan.voxel_size_um, origin_um=scan.origin_um, mask=scan.mask)


def _seed(
    volume: Volume, to: Volume, about: AxisName, place: Place, start_deg: float | None, most_um: float
) -> tuple[Seed, float]:
    """Return the rotation and shift to begin with, and the edge of the cubes it was found on."""
    order = ORDERS[about]
    for name, scan in (("moving", volume), ("fixed", to)):
        if min(scan.shape[axis] for axis in order[1:]) < FEWEST_ACROSS:
            raise GeometryError(
                f"the {name} scan has {' x '.join(map(str, scan.shape))} voxels (z, y, x); expected at least "
                f"{FEWEST_ACROSS} along both axes across {about}, the axis of rotation."
            )
    pitch_um = pitch_for((volume, to), order, MATCHING_ACROSS, LONGER_ALONG * MATCHING_ACROSS)
    matcher = Matcher(*_coarse(volume, to, about, place, pitch_um, most_um), most_um)
    if start_deg is not None:
        return seed_near(matcher, float(start_deg), START_REACH_DEG), pitch_um
    finer_um = pitch_for((volume, to), order, SPECTRA_ACROSS, LONGER_ALONG * SPECTRA_ACROSS)
    candidates = candidate_angles(*_coarse(volume, to, about, place, finer_um, most_um))
    return seed_from_nothing(matcher, candidates), pitch_um


def _coarse(
    volume: Volume, to: Volume, about: AxisName, place: Place, pitch_um: float, most_um: float
) -> tuple[CoarseScan, CoarseScan]:
    """Return the layers of the region, and those of the moving scan that may belong to it, on cubes."""
    along, order = axis_index(about), ORDERS[about]
    inside = np.zeros(to.shape, np.bool_)
    inside[place.box] = place.inside
    fixed, moving = coarse_scan(to, order, pitch_um, inside), coarse_scan(volume, order, pitch_um)
    ends = [
        to.origin_um[along] + number * to.voxel_size_um[along]
        for number in (place.box[along].start, place.box[along].stop)
    ]
    region = _layers(fixed, ends[0], ends[1])
    near = _layers(moving, ends[0] - most_um, ends[1] + most_um)
    if region is None or not region.weight.any() or near is None or not near.weight.any():
        raise GeometryError(
            f"the region lies at {about} {ends[0]:g} to {ends[1]:g} um, and the moving scan, which has "
            f"{extent_in_words(volume)}, has nothing within {most_um:g} um of it; expected an overlap. Give a larger "
            f"max_shift_um, or correct origin_um of a scan."
        )
    return region, near


def _layers(scan: CoarseScan, low_um: float, high_um: float) -> CoarseScan | None:
    """Return the layers whose centres lie between two heights (at least one where the scan has any there)."""
    heights = scan.first_um[0] + scan.pitch_um * np.arange(scan.values.shape[0])
    half = scan.pitch_um / 2
    found = np.flatnonzero((heights >= low_um - 1e-6) & (heights <= high_um + 1e-6))
    if not len(found):
        found = np.flatnonzero((heights >= low_um - half) & (heights <= high_um + half))
    return scan.part(int(found[0]), int(found[-1]) + 1) if len(found) else None


def _in_frame(seed: Seed, about: AxisName) -> Transform:
    """Return the seed with the axes as they are everywhere."""
    order = list(ORDERS[about])
    rotation, centre, shift = np.zeros(3), np.zeros(3), np.zeros(3)
    rotation[order[0]] = (seed.angle_deg + 180) % 360 - 180
    centre[order], shift[order] = seed.centre_um, seed.shift_um
    return Transform(triple(rotation), centre_um=triple(centre), shift_um=triple(shift))

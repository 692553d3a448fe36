"""Radii of particles at equally spaced angles in three planes, and how rough and spherical they say a particle is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from annotated_types import Ge
from numpy.typing import NDArray
from scipy.special import erfinv

from voltome.data import NonNegative, ParticleImage, ResultTable, Volume
from voltome.data._grids import check_one_grid
from voltome.data._parameters import check_not_negative
from voltome.errors import AxisError, ParameterError, ValuesError
from voltome.morphology import _kernels_rays as kernels
from voltome.morphology._grey_levels import greys_of, plain_values
from voltome.morphology._labels import boxes_of, compact_labels
from voltome.morphology._resolution import SHAPE_RADIUS_VOXELS, counted, radius_voxels, resolved
from voltome.morphology._roughness import fewest_rays, is_seen, roughness_frame
from voltome.morphology.columns_powder import PARTICLE_RADII, PARTICLE_ROUGHNESS
from voltome.morphology.particles import measure_particles

Azimuths = Annotated[int, Ge(3)]
Reals = NDArray[np.float64]

PLANES = ("xy", "xz", "yz")
AXES_OF_PLANES = ((2, 1), (2, 0), (1, 0))
"""The axes, as positions in (z, y, x), at 0 and at 90 degrees of each plane."""

QUIET, NOISY = 0.015, 0.022
"""Scatter of the drops of the grey value at edges, over the contrast: 0.01 without noise, 0.02 to 0.1 at 5 to 10 %."""

MOST_MENDED = 0.3
"""By how much of its height a bump is raised at most."""

FEWEST_VOXELS = 10
"""A smaller particle has no radii that mean anything, whatever the limit that is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class ParticleRadii:
    """The radii of particles, and what they say of each.

    Attributes
    ----------
    radii : ResultTable
        Kind ``particle_radii``, one row per ray that ends at a surface or at a contact: ``particle, plane,
        azimuth_deg, radius_um, radius_error_um, at_contact``.
    particle_roughness : ResultTable
        Kind ``particle_roughness``, one row per particle: mean radii, roughness proxies, comparison with the sphere of
        the mean radius.
    """

    radii: ResultTable
    particle_roughness: ResultTable


def particle_radii(
    particles: ParticleImage,
    *,
    grey: Volume | None = None,
    level: float | None = None,
    azimuths: Azimuths = 8,
    minimum_radius_voxels: NonNegative = SHAPE_RADIUS_VOXELS,
) -> ParticleRadii:
    """Measure the radius of every particle at equally spaced angles in three planes, and its roughness from them.

    The high-speed check of powder: radii in the planes xy, xz and yz through the centroid, their spread as a proxy of
    roughness, and how far the particle is from a sphere. Give the grey volume where there is one: without it, an edge
    is known to a quarter of a voxel only, and the largest of eight radii is taken from that scatter. Not for particles
    that are hollow or far from convex: a ray ends where it leaves the particle for the last time. Fill voids before
    (`voltome.segmentation.internal_voids`, `voltome.segmentation.merge_phases`), or the centroid and the volume are
    those of the shell.

    Parameters
    ----------
    particles : ParticleImage
        The labelled particles; voxels may be anisotropic.
    grey : Volume, optional
        The grey volume on the same grid, filtered as little as possible: edges are found in it below the size of a
        voxel. Default: edges of the labels.
    level : float, optional
        Grey value of the edge. Default: for each particle halfway between the median inside and around it, both taken
        more than two voxels away from every edge.
    azimuths : int
        Number of rays in each plane, 3 or above, equally spaced from the first axis of the plane.
    minimum_radius_voxels : float
        Particles of a smaller equivalent radius, in voxels, are left out, as their roughness is that of the grid; 5 is
        a diameter of 10 voxels. How many and how much of the volume is in `warnings`. 0: all of 10 voxels and more.

    Returns
    -------
    ParticleRadii
        Two tables: `radii`, lengths in um, one row per ray; `particle_roughness`, one row per particle.

    Raises
    ------
    ParameterError
        Fewer than three azimuths, a level without a grey volume, or a smallest radius below 0.
    AxisError
        An image with less than three voxels along an axis.
    GeometryError
        A grey volume on another grid.
    ValuesError
        No particle, none that is large enough, none whose surface is seen from more than half of the angles,
        or a grey volume without a contrast between particles and their surroundings.

    Notes
    -----
    Edge, with a grey volume: along each ray (trilinear between voxel centres, ten steps a voxel, then linear) the
    crossing of the level that is nearest to the edge of the label, at most three voxels from it. Blur moves the level
    on a curved surface inwards by s^2 / r; the blur s is found for each axis from the drop of the grey values over
    two voxels at the surfaces (median of all rays), and taken out. Without: where the trilinear share of the label
    falls below one half, nothing taken out.

    Blur also flattens bumps, a harmonic of order l by s^2 (l (l + 1) / 2 - 1) / r^2 of its height. It is given back, up
    to 30 %, in planes all of whose rays end at the surface, for l taken as the order along the circle; less where the
    drops scatter by more than 1.5 % of the contrast, and not from 2.2 % on, as noise would be raised too.

    Error on spheres with harmonics of 5 %, radii of 6 to 20 voxels, blur of 0.7 voxel (simulated;
    ``docs/powder-measures.md``), in voxels. Grey values without noise: 0.03 in the mean radius and for one ray; the
    roughness proxy reads 0.03 too little at 6 voxels (0.06 in one of six bodies), 0.01 at 20, and 0.07 instead of 0 on
    a sphere. Noise of a tenth of the contrast: 0.06 in the mean, 0.1 for one ray, and a proxy of 0.3 on a sphere, as
    eight numbers of scatter s span 2.85 s. From labels alone: -0.1 in the mean, 0.2 for one ray, and a proxy of 0.55 on
    a sphere.

    Rays: one that meets another particle within a voxel of the edge of the label, or before the level is crossed, ends
    at the border of the labels (`at_contact`). One that leaves the image or its mask, or finds no edge, has no row. The
    means, proxies and differences are of the other rays alone; a particle has a row of roughness if more than half of
    the rays (and at least three) are of these in every plane.

    Errors are the imaging resolution, as in the study: one voxel, sqrt(sum (d_i e_i)^2) for the ray along d and the
    edges e. That of a mean is sqrt(sum error^2) / n, the rays taken as independent; that of the mean of planes
    sqrt(sum error^2) / 3.

    Sphericity is that of `measure_particles`. The comparison of the study is with the sphere of the mean radius R:
    V / (4/3 pi R^3) and A / (4 pi R^2), measured volume and surface (crofton13) above; both are 1 for a sphere.

    Time: with grey values about 1 ms per particle, and one Euclidean distance transform. Memory: 12 bytes per voxel
    and 12 for each voxel of the largest box, 4 without grey values.

    References
    ----------
    .. [1] Heenan T. M. M. et al., Adv. Sci. 7, 2000362 (2020), section 2.2 and Experimental Section.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> scene = vt.twins.Scene((vt.twins.Sphere((8, 8, 8), 5),), size_um=(16, 16, 16))
    >>> grey = vt.twins.grey_volume(scene, voxel_size_um=0.5, grey={"pore": 100, "solid": 200}, blur_um=0.35, seed=0)
    >>> phases = vt.segmentation.threshold(grey, intervals={"solid": (150, None)}, rest="pore")
    >>> particles = vt.segmentation.separate_particles(phases, phase="solid")
    >>> found = vt.morphology.particle_radii(particles, grey=grey)
    >>> round(float(found.particle_roughness.frame.mean_radius_um[0]), 1), len(found.radii.frame)
    (5.0, 24)
    """
    count = _checked(particles, grey, level, azimuths)
    smallest = check_not_negative("minimum_radius_voxels", minimum_radius_voxels)
    bodies, warnings = _large_enough(measure_particles(particles).frame, smallest)
    directions = _directions(count)
    edges = np.asarray(particles.voxel_size_um)
    rays = _rays(particles, grey, level, bodies, directions)
    radii, how = rays.radii_um, "half of the trilinear share of the label"
    if grey is not None:
        radii, how = _on_curved_surfaces(rays, directions, edges)
        how = f"{'half of the contrast of each particle' if level is None else f'grey value {level:g}'}, {how}"
    by_plane = (len(bodies), len(PLANES), count)
    errors = np.linalg.norm(directions * edges, axis=1).reshape(by_plane[1:])
    radii, ends = radii.reshape(by_plane), rays.ends.reshape(by_plane)
    seen = is_seen(ends)
    _check_seen(seen, ends, level, count)
    warnings += _warnings_of(seen, ends)
    frames = (
        _radii_frame(radii, errors, ends, bodies["label"].to_numpy()),
        roughness_frame(radii[seen], errors, ends[seen], bodies[seen], PLANES, PARTICLE_ROUGHNESS),
    )
    declared = (PARTICLE_RADII, PARTICLE_ROUGHNESS)
    tables = [
        ResultTable(
            frame,
            columns=columns,
            kind=kind,
            measured_on=f"particles of {particles.phase} in {particles.grid_in_words}",
            method=f"{count} rays in each of the planes {', '.join(PLANES)}; edge: {how}; resolution: one voxel",
            history=particles.history,
            warnings=warnings,
        )
        for frame, columns, kind in zip(frames, declared, ("particle_radii", "particle_roughness"), strict=True)
    ]
    return ParticleRadii(*tables)


def _checked(particles: ParticleImage, grey: Volume | None, level: Any, azimuths: Any) -> int:
    """Return the number of azimuths, and refuse what cannot be measured."""
    if isinstance(azimuths, bool) or not isinstance(azimuths, int | np.integer) or azimuths < 3:
        raise ParameterError(f"azimuths is {azimuths!r}; expected a whole number, 3 or above.")
    if level is not None:
        if grey is None:
            raise ParameterError(f"level is {level!r} but there is no grey volume; expected grey=... with it.")
        if isinstance(level, bool) or not np.isfinite(level):
            raise ParameterError(f"level is {level!r}; expected a finite grey value.")
    if min(particles.shape) < 3:
        raise AxisError(
            f"radii in three planes need an image of at least three voxels along every axis; it has "
            f"{particles.grid_in_words}."
        )
    if grey is not None:
        check_one_grid(
            {"particles": particles, "grey": grey}, mend="Give the volume from which the particles were segmented."
        )
    return int(azimuths)


def _large_enough(frame: pd.DataFrame, smallest: float) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the particles that have radii, and what must be said of the others."""
    limit = max(smallest, float(radius_voxels(np.array(FEWEST_VOXELS))))
    large = resolved(frame, limit)
    if not large.any():
        raise ValuesError(
            f"no particle has an equivalent diameter of {2 * limit:.3g} voxels or more; the largest of {len(frame)} "
            f"has {2 * frame['radius_voxels'].max():.3g}. Smaller voxels would resolve radii; minimum_radius_voxels, "
            f"now {smallest:g}, sets the limit, and 0 measures all particles of {FEWEST_VOXELS} voxels and more."
        )
    if large.all():
        return frame, ()
    said = (
        f"{counted(frame, ~large)} an equivalent diameter under {2 * limit:.3g} voxels and no radii. Smaller voxels "
        f"would resolve more; minimum_radius_voxels = {smallest:g} sets the limit."
    )
    return frame[large], (said,)


def _directions(azimuths: int) -> Reals:
    """Return the unit vectors (z, y, x) of all rays, plane by plane."""
    angles = 2 * np.pi * np.arange(azimuths) / azimuths
    ways = np.zeros((len(PLANES), azimuths, 3))
    for plane, (first, second) in enumerate(AXES_OF_PLANES):
        ways[plane, :, first], ways[plane, :, second] = np.cos(angles), np.sin(angles)
    # the sine of half a turn is not quite zero, and a ray along a row of voxels stays in it
    return np.round(ways.reshape(-1, 3), 15)


def _rays(
    particles: ParticleImage, grey: Volume | None, level: float | None, bodies: pd.DataFrame, directions: Reals
) -> kernels.Rays:
    """Follow the rays of all particles."""
    labels, numbers = compact_labels(particles, bodies["label"].to_numpy())
    edges, origin = np.asarray(particles.voxel_size_um), np.asarray(particles.origin_um)
    centres = (bodies[["z_um", "y_um", "x_um"]].to_numpy() - origin) / edges - 0.5
    low, high = boxes_of(particles, bodies)
    levels, contrasts = np.zeros(len(bodies)), np.ones(len(bodies))
    if grey is not None:
        greys = greys_of(particles, grey, labels, numbers, low, high - 1)
        contrasts = _checked_contrasts(greys.inside - greys.outside)
        levels = (greys.inside + greys.outside) / 2 if level is None else np.full(len(bodies), float(level))
        levels[contrasts == 0] = np.inf  # which no grey value reaches
    reaches = np.maximum(centres + 0.5 - low, high - centres - 0.5) * edges
    return kernels.follow_rays(
        labels,
        particles.mask,
        None if grey is None else plain_values(grey),
        numbers=numbers,
        centres=centres,
        reaches_um=np.linalg.norm(reaches, axis=1),
        levels=levels,
        contrasts=contrasts,
        directions=directions,
        voxel_size_um=particles.voxel_size_um,
    )


def _checked_contrasts(contrasts: Reals) -> Reals:
    """Return the contrasts, unless no particle has any."""
    finite = np.isfinite(contrasts)
    if not finite.any():
        raise ValuesError(
            "there is no background around any particle, so the grey value of its surroundings is unknown; expected "
            "voxels of no particle. Leave grey out to take the edges of the labels."
        )
    if not contrasts[finite].any():
        raise ValuesError(
            "the grey values inside and around the particles do not differ, so they show no edge; expected the volume "
            "from which the particles were segmented."
        )
    return np.where(finite, contrasts, 0.0)


def _on_curved_surfaces(rays: kernels.Rays, directions: Reals, edges: Reals) -> tuple[Reals, str]:
    """Return the radii with what blur takes from the level on a curved surface, and the blur in words.

    Blur of the standard deviation s across the ray moves the level of a sphere of radius r inwards by s^2 / r. The
    blur is that of the image with its interpolation, from the drop of the grey values over two voxels at the surface.
    """
    half = np.linalg.norm(directions * edges, axis=1)
    nearest = np.round(np.abs(directions), 9).argmax(axis=1)
    used = (rays.ends == kernels.FREE) & (rays.drops > 0)
    if not used.any():
        return rays.radii_um, "blur not known"
    blurs = half / (np.sqrt(2) * erfinv(np.clip(rays.drops, 1e-9, 1 - 1e-9)))
    widths = np.empty(3)
    for axis in range(3):
        chosen = used & (nearest == axis)
        widths[axis] = np.median(blurs[chosen] if chosen.any() else blurs[used])
    along = directions**2 @ widths**2
    across = (np.sum(widths**2) - along) / 2
    length = rays.radii_um
    corrected = np.where(rays.ends == kernels.FREE, (length + np.sqrt(length**2 + 4 * across)) / 2, length)
    quiet = _quietness(rays.drops[used])
    corrected = _with_bumps(corrected, rays.ends == kernels.FREE, quiet * float(np.sum(widths**2)) / 3)
    said = " x ".join(f"{width:.3g}" for width in widths)
    bumps = f", bumps by {quiet:.0%} of what they lose" if quiet else ", bumps not, for noise"
    return corrected, f"corrected for an edge blurred by {said} um (z, y, x){bumps}"


def _quietness(drops: Reals) -> float:
    """Return 1 where edges say that there is hardly any noise, 0 where it would be made worse, and between them."""
    scatter = 1.4826 * float(np.median(np.abs(drops - np.median(drops))))
    return float(np.clip((NOISY - scatter) / (NOISY - QUIET), 0, 1))


def _with_bumps(radii: Reals, free: NDArray[np.bool_], squared_blur: float) -> Reals:
    """Return the radii with the height that blur takes from bumps, in planes all of whose rays end at the surface.

    Of a harmonic of order l blur of the standard deviation s takes s^2 (l (l + 1) / 2 - 1) / r^2; taken for l is the
    order along the circle of a plane, which is never above.
    """
    by_plane = radii.reshape(len(radii), len(PLANES), -1)
    whole = free.reshape(by_plane.shape).all(axis=2, keepdims=True)
    mean = np.where(whole, by_plane, 1.0).mean(axis=2, keepdims=True)
    harmonics = np.fft.rfft(by_plane, axis=2)
    order = np.arange(harmonics.shape[2])
    lost = np.maximum(order * (order + 1) / 2 - 1, 0) * squared_blur / mean**2
    mended = np.fft.irfft(harmonics * (1 + np.minimum(lost, MOST_MENDED)), by_plane.shape[2], axis=2)
    return np.where(whole, mended, by_plane).reshape(radii.shape)


def _check_seen(seen: NDArray[np.bool_], ends: NDArray[np.uint8], level: float | None, azimuths: int) -> None:
    """Refuse an image in which no particle is seen from all sides."""
    if seen.any():
        return
    counts = [int(np.count_nonzero(ends == end)) for end in (kernels.AT_CONTACT, kernels.CUT, kernels.LOST)]
    mend = "Choose level between the grey values inside and outside." if level is not None and counts[2] else ""
    raise ValuesError(
        f"no particle has {fewest_rays(azimuths)} of {azimuths} rays that end at its own surface in every plane: of "
        f"{ends.size} rays {counts[0]} end at another particle, {counts[1]} leave the image or its mask, {counts[2]} "
        f"find no edge. {mend or 'Take a larger crop, or look at the particles and the grey volume.'}"
    )


def _warnings_of(seen: NDArray[np.bool_], ends: NDArray[np.uint8]) -> tuple[str, ...]:
    """Return what must be said of particles that have no roughness."""
    out = int(np.count_nonzero(~seen))
    if not out:
        return ()
    lost = int(np.count_nonzero((ends == kernels.LOST).any(axis=(1, 2)) & ~seen))
    return (
        f"{out} of {len(seen)} particles {'has' if out == 1 else 'have'} no roughness, because in some plane half of "
        f"{'its' if out == 1 else 'their'} rays or more end at "
        f"another particle or at the border, or find no edge ({lost} of them).",
    )


def _radii_frame(radii: Reals, errors: Reals, ends: NDArray[np.uint8], labels: NDArray[Any]) -> pd.DataFrame:
    """Return one row for every ray that ends at a surface or at a contact."""
    azimuths = radii.shape[2]
    shown = ends <= kernels.AT_CONTACT
    particle, plane, azimuth = np.nonzero(shown)
    measures = (
        labels[particle],
        np.array(PLANES, object)[plane],
        azimuth * (360.0 / azimuths),
        radii[shown],
        errors[plane, azimuth],
        ends[shown] == kernels.AT_CONTACT,
    )
    return pd.DataFrame(dict(zip([column.name for column in PARTICLE_RADII], measures, strict=True)))

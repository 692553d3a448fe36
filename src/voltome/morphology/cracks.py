"""Cracks: pores that reach the surface of a particle and are narrower than a width."""

from __future__ import annotations

from dataclasses import dataclass

import edt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import NonNegative, ParticleImage, Positive, ResultTable
from voltome.data._parameters import check_not_negative, check_positive
from voltome.errors import ParameterError
from voltome.morphology._labels import boxes_of, compact_labels
from voltome.morphology._shares import Confidence, check_confidence, wilson_interval
from voltome.morphology.columns_powder import CRACK_STATISTICS, CRACKED_PARTICLES
from voltome.morphology.particles import measure_particles

Where = NDArray[np.bool_]

ROUND_OFF = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredCracks:
    """The cracks of particles.

    Attributes
    ----------
    statistics : ResultTable
        Kind ``crack_statistics``, one row: frequency with its confidence interval, and volume.
    cracked_particles : ResultTable
        Kind ``cracked_particles``, one row per particle, also without a crack.
    """

    statistics: ResultTable
    cracked_particles: ResultTable


def measure_cracks(
    particles: ParticleImage,
    *,
    crack_width_um: Positive,
    minimum_fraction: NonNegative = 0.01,
    confidence: Confidence = 0.95,
) -> MeasuredCracks:
    """Measure the volume of the cracks of every particle: pores open to the outside and not wider than a width.

    Each particle is closed alone, so that nothing is filled between two particles. Fill the internal voids before
    (`voltome.segmentation.internal_voids`, `merge_phases`), or those narrower than the width count as cracks too. What
    is wider than the width is outside the particle; grooves of a rough surface that are narrower count as cracks:
    look at a particle without cracks to see how much that is. A crack that splits a particle in two labels is none.

    Parameters
    ----------
    particles : ParticleImage
        The particles, their internal voids filled; voxels may be anisotropic.
    crack_width_um : float
        Width in um up to which a slot is closed, at least the smallest voxel edge: about twice that of the cracks.
    minimum_fraction : float
        Volume of its cracks over that of the particle with them, above which a particle counts as cracked; 0 or above.
    confidence : float
        Level of the confidence interval of the frequency, above 0 and below 1.

    Returns
    -------
    MeasuredCracks
        Two tables: `statistics` of one row, and `cracked_particles` with one row per particle; volumes in um3.

    Raises
    ------
    ParameterError
        A width below the smallest voxel edge or above the longest edge of the image, a share below 0, or a confidence
        level outside 0 to 1.
    ValuesError
        No particle.

    Notes
    -----
    Closing by a ball [1]_ whose diameter is the width and one smallest voxel edge, because centres of voxels on both
    sides of a slot of n voxels are n + 1 voxels apart: a slot of up to the width is filled, a wider one is not. Voxels
    of another particle or outside the mask are never crack. At its mouth a slot stays open as far as the ball dips into
    it: of a slot of width w half a disc, pi w^2 / 8 for each length of the mouth, where the ball is just as wide, and
    0.09 w^2 where it is twice as wide. So give about twice the width of the cracks that are there. Beyond the image
    and its mask there is nothing: the ball has room there. A single slice is closed by a disc within it.

    Time: two distance transforms of the box of each particle. Memory: that of the largest box, 16 bytes per voxel, and
    4 bytes per voxel of the image.

    References
    ----------
    .. [1] Serra J., Image Analysis and Mathematical Morphology (1982), chapter II.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[-12:13, -12:13, -12:13]
    >>> ball = z**2 + y**2 + x**2 <= 10**2
    >>> slot = (np.abs(x) <= 1) & (z > 0) & (y > -20)  # three voxels wide
    >>> particles = vt.data.ParticleImage((ball & ~slot).astype(np.int32), voxel_size_um=1, phase="NMC")
    >>> found = vt.morphology.measure_cracks(particles, crack_width_um=6).cracked_particles.frame
    >>> round(float(found.crack_volume_um3[0] / (ball & slot).sum()), 1)
    0.8
    """
    _check_width(particles, crack_width_um)
    least, level = check_not_negative("minimum_fraction", minimum_fraction), check_confidence(confidence)
    bodies = measure_particles(particles).frame
    cracks = _crack_voxels(particles, bodies, crack_width_um) * np.float64(particles.voxel_volume_um3)
    together = bodies["volume_um3"].to_numpy() + cracks
    frame = bodies.rename(columns={"label": "particle"}).assign(
        crack_volume_um3=cracks, crack_volume_fraction=cracks / together
    )[[column.name for column in CRACKED_PARTICLES]]
    cracked = int(np.count_nonzero(frame["crack_volume_fraction"] > least))
    row = (
        len(frame),
        cracked,
        cracked / len(frame),
        *wilson_interval(cracked / len(frame), len(frame), level),
        float(cracks.sum()),
        float(cracks.sum() / together.sum()),
    )
    statistics = pd.DataFrame([row], columns=[column.name for column in CRACK_STATISTICS])
    tables = [
        ResultTable(
            made,
            columns=columns,
            kind=kind,
            measured_on=f"particles of {particles.phase} in {particles.grid_in_words}",
            method=f"each particle closed alone by a ball, slots up to {crack_width_um:g} um filled; cracked: more "
            f"than {least:.3g} of its volume; interval of the frequency: Wilson, {level:.3g}",
            history=particles.history,
        )
        for made, columns, kind in (
            (statistics, CRACK_STATISTICS, "crack_statistics"),
            (frame, CRACKED_PARTICLES, "cracked_particles"),
        )
    ]
    return MeasuredCracks(*tables)


def _check_width(particles: ParticleImage, width_um: float) -> None:
    """Refuse a width that no crack in this image can have."""
    check_positive("crack_width_um", width_um)
    smallest = min(particles.voxel_size_um)
    if width_um < smallest * (1 - ROUND_OFF):
        raise ParameterError(
            f"crack_width_um is {width_um:g}, and the smallest voxel edge {smallest:g} um: no such crack can be seen; "
            f"expected at least {smallest:g}. Is it in micrometres?"
        )
    if width_um > max(particles.size_um):
        raise ParameterError(
            f"crack_width_um is {width_um:g}, larger than the image, whose longest edge is {max(particles.size_um):g} "
            f"um; expected less. Is it in micrometres?"
        )


def _crack_voxels(particles: ParticleImage, bodies: pd.DataFrame, width_um: float) -> NDArray[np.int64]:
    """Return how many voxels the cracks of every particle have."""
    labels, numbers = compact_labels(particles, bodies["label"].to_numpy())
    smallest = min(particles.voxel_size_um)
    edges = np.asarray(particles.voxel_size_um)
    radius = (width_um + smallest) / 2
    margin = np.ceil(2 * radius / edges).astype(np.int64) + 1  # how far away the centre of a ball that counts may be
    margin[np.array(labels.shape) == 1] = 0  # a single slice is closed by a disc: a ball would come from beside it
    low, high = boxes_of(particles, bodies)
    found = np.zeros(len(bodies), np.int64)
    for index, number in enumerate(numbers):
        first, stop = low[index] - margin, high[index] + margin
        inside = tuple(slice(max(0, a), min(b, n)) for a, b, n in zip(first, stop, labels.shape, strict=True))
        here, free = labels[inside] == number, labels[inside] == 0
        if particles.mask is not None:
            free &= particles.mask[inside]
        # beyond the image there is room for the ball, or a particle near a face would be filled up to it
        beyond = [(s.start - a, b - s.stop) for s, a, b in zip(inside, first, stop, strict=True)]
        filled = _closed(np.pad(here, beyond), (edges / smallest).tolist(), radius / smallest)
        own = tuple(slice(before, n - after) for (before, after), n in zip(beyond, filled.shape, strict=True))
        found[index] = np.count_nonzero(filled[own] & free)
    return found


def _closed(body: Where, edges: list[float], radius: float) -> Where:
    """Return a body closed by a ball, in a box that has room for the ball around it."""
    reach = (radius + ROUND_OFF) ** 2
    core = edt.edtsq(~body, anisotropy=edges, black_border=False, parallel=1) > reach
    closed: Where = edt.edtsq(~core, anisotropy=edges, black_border=False, parallel=1) > reach
    return closed

"""Touching particles of one phase -> one label for each."""

from __future__ import annotations

from itertools import product

import edt
import numpy as np
from numpy.typing import NDArray

from voltome.data import ParticleImage, PhaseImage, PhaseName, Positive
from voltome.data._parameters import check_positive
from voltome.errors import PhaseError, ValuesError
from voltome.segmentation import _kernels_flooding as kernels

DEFAULT_DEPTH_EDGES = 0.5
"""Default of `min_depth_um` in smallest voxel edges: a surface drawn with voxels is known to about half of one."""

LEVELS_PER_UNIT, MOST_LEVELS = 64.0, 2.0**24

Triple = tuple[float, float, float]


def separate_particles(phases: PhaseImage, *, phase: PhaseName, min_depth_um: Positive | None = None) -> ParticleImage:
    """Separate the touching particles of a phase at their necks.

    For rounded particles that touch or overlap a little. Particles that are flat, branched or hollow have several
    maxima of the distance to their surface and are cut at waists that are no contacts: raise `min_depth_um`, or
    do not separate. Close holes inside particles before, as a hole is a surface here.

    Parameters
    ----------
    phases : PhaseImage
        The image; voxels may be anisotropic.
    phase : str
        The phase that the particles are made of.
    min_depth_um : float, optional
        How much thinner than the smaller of the two particles a neck has to be (as inscribed radii, in um) for the
        particles to be told apart; above 0. Larger values separate less. Default: half the smallest voxel edge,
        because a surface drawn with voxels is uncertain by that much and shallower necks are made by the grid.

    Returns
    -------
    ParticleImage
        int32 labels from 1 in the order in which a scan along x, then y, then z meets the particles; 0 elsewhere.

    Raises
    ------
    PhaseError
        A phase that the image does not name, or that has no voxel (inside the mask).
    ParameterError
        A depth that is not a finite number above 0.
    ValuesError
        More particles than int32 can count.

    Notes
    -----
    The distance of each voxel of the phase to the nearest other voxel (Euclidean, anisotropic) is flooded from its
    maxima downwards. Where two basins meet, the one with the lower maximum is merged into the other if that maximum
    is less than `min_depth_um` above the meeting point (its dynamics [1]_); so the particles are the maxima that the
    h-maxima transform keeps, but a particle that touches no other is kept however thin it is. Neighbours are the 26
    around a voxel. A voxel that several basins reach goes to the one whose voxels around it rise most steeply, summed;
    plateaus are shared by distance. The cut between two particles lies within about one voxel of the true one.
    Nothing depends on threads.

    Voxels of unequal edges make deeper false necks along the longest edge: of 40 spheres and ellipsoids the default
    made 42 to 44 at 2 : 1 : 0.5 and 40 to 41 at 5 : 1 : 1; half the longest edge made 40, and 35 to 37.

    The faces of the image and the edge of the mask are not surfaces: a particle cut by them is treated as if it
    went on beyond, so it is not split because it was cut. Other phases outside the mask do not count as surface.

    Cost and memory, 256^3 with 2,400 spheres that overlap up to 12 %, 63 % of the voxels solid, one of 2 cores:
    6 to 7 s and 14 to 19 bytes per voxel (at most about 30, in a phase that fills the image). On the same machine
    h-maxima and watershed of scikit-image took 36 s and 81 bytes, the morphological watershed of SimpleITK 25 s and
    39 bytes. All found 2,400 particles; 99.60, 99.10 and 99.24 % of the voxels were in the true one.

    References
    ----------
    .. [1] Grimaud M., New measure of contrast: the dynamics, Proc. SPIE 1769, 292-305 (1992).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[:20, :20, :34]
    >>> left, right = ((z - 10) ** 2 + (y - 10) ** 2 + (x - centre) ** 2 < 64 for centre in (10, 23))
    >>> values = (left | right).astype(np.uint8)
    >>> phases = vt.data.PhaseImage(values, voxel_size_um=0.5, phases={0: "pore", 1: "sulfur"})
    >>> vt.segmentation.separate_particles(phases, phase="sulfur").particle_count
    2
    """
    smallest_edge = min(phases.voxel_size_um)
    depth_um = DEFAULT_DEPTH_EDGES * smallest_edge if min_depth_um is None else min_depth_um
    check_positive("min_depth_um", depth_um)
    solid = phases.is_phase(phase)
    if not solid.any():
        where = "" if phases.mask is None else " inside the mask"
        raise PhaseError(
            f"the phase {phase!r} has no voxel{where}, so there are no particles to separate; "
            f"expected at least one. Look at voltome.morphology.phase_fractions."
        )
    edges = _in_smallest_edges(phases.voxel_size_um)
    squared = _squared_distance(_other_phases(phases, solid), edges)
    labels = _unvisited(solid)
    del solid
    parent = _flood(squared, labels, edges, max(round(depth_um / smallest_edge, 6), 1e-6))
    del squared
    particles = np.empty(phases.shape, np.int32)
    count = kernels.number_in_raster_order(labels, parent, particles)
    did = f"separate_particles: {count} of {phase}, necks at least {depth_um:.10g} um deep"
    return ParticleImage(particles, **phases.grid, phase=phase, history=(*phases.history, did))


def _in_smallest_edges(voxel_size_um: Triple) -> Triple:
    """Return the voxel edges in units of the smallest; rounded, so that the unit of length changes no label."""
    z, y, x = (round(edge / min(voxel_size_um), 6) for edge in voxel_size_um)
    return z, y, x


def _other_phases(phases: PhaseImage, solid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where the surface of the phase may lie: other phases, inside the mask."""
    return ~solid if phases.mask is None else phases.mask & ~solid


def _squared_distance(other: NDArray[np.bool_], edges: Triple) -> NDArray[np.float32]:
    """Return the squared distance to the nearest voxel of `other`, padded by one voxel that is no surface."""
    inside = np.ones([count + 2 for count in other.shape], np.bool_)
    np.logical_not(other, out=inside[1:-1, 1:-1, 1:-1])
    squared: NDArray[np.float32] = edt.edtsq(inside, anisotropy=edges, black_border=False)
    if not other.any():
        squared[...] = 1.0  # no surface anywhere: every voxel is equally deep, not infinitely
    return squared


def _unvisited(solid: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return labels to be flooded: `kernels.UNVISITED` in the phase, 0 outside and in the padding."""
    labels = np.zeros([count + 2 for count in solid.shape], np.int32)
    np.copyto(labels[1:-1, 1:-1, 1:-1], kernels.UNVISITED, where=solid)
    return labels


def _flood(
    squared: NDArray[np.float32], labels: NDArray[np.int32], edges: Triple, min_depth: float
) -> NDArray[np.int32]:
    """Flood `labels` in place and return the basin that each basin was merged into."""
    highest = float(squared.max())
    # squared distances are whole numbers on cubic voxels; elsewhere levels are fine enough to order the flood
    scale = 1.0 if set(edges) == {1.0} else min(LEVELS_PER_UNIT, MOST_LEVELS / highest)
    flat, flat_labels = squared.ravel(), labels.ravel()
    order, starts = kernels.levels_downwards(flat, flat_labels, scale, int(highest * scale))
    neighbours, weights = _neighbourhood(labels.shape, edges)
    parent = kernels.flood(flat, flat_labels, order, starts, scale, neighbours, weights, min_depth)
    if parent.size == 0:
        raise ValuesError(
            f"the phase falls into more than {np.iinfo(np.int32).max:,} pieces; expected fewer. "
            f"Smooth the image before the threshold, or crop it."
        )
    return parent


def _neighbourhood(shape: tuple[int, ...], edges: Triple) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the flat offsets of the 26 neighbours and one over their distance."""
    steps = np.array([step for step in product((-1, 0, 1), repeat=3) if any(step)], np.int64)
    strides = np.array([shape[1] * shape[2], shape[2], 1], np.int64)
    return steps @ strides, 1.0 / np.linalg.norm(steps * np.array(edges), axis=1)

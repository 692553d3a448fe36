"""Which faces of the sample the clusters of three phases reach."""

from __future__ import annotations

from typing import Any, Literal

import cc3d
import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseImage
from voltome.morphology._octants import Octants

Face = Literal["first", "last", "either", "both"]

ISOLATED, UNKNOWN, REACHING = 0, 1, 2


def reach_of(
    codes: NDArray[np.uint8], phases: PhaseImage, octants: Octants, axis: int, faces: list[Face]
) -> NDArray[np.uint8]:
    """Return what the cluster of every voxel reaches: no face, only faces that do not count, those asked for.

    Parameters
    ----------
    codes : numpy.ndarray of uint8
        Bits 1, 2, 4 for the three phases.
    phases : PhaseImage
        For its mask: a cluster that meets the edge of the mask may go on beyond it.
    octants : Octants
        The box around the sample, whose faces count.
    axis : int
        Axis on whose faces they are.
    faces : list of str
        For each of the three phases the face or faces that it must reach.
    """
    clusters: NDArray[Any]
    clusters, found = cc3d.connected_components(codes & 7, connectivity=6, return_N=True)
    count = int(found) + 1
    phase_of = np.zeros(count, np.uint8)
    for layer, cluster in zip(codes, clusters, strict=True):  # by layer: an index takes 8 bytes for each voxel
        phase_of[cluster] = (layer & 7) >> 1
    first, last = (_on_face(clusters, octants, axis, side, count) for side in (0, 1))
    wanted = {"first": first, "last": last, "either": first | last, "both": first & last}
    reaches = np.choose(phase_of, [wanted[face] for face in faces])
    others = np.zeros(count, np.bool_)
    for way in range(3):
        for side in (0, 1):
            others |= _on_face(clusters, octants, way, side, count)
    if phases.mask is not None:
        others |= _beside_the_mask(clusters, phases.mask, count)
    state = np.where(reaches, REACHING, np.where(others, UNKNOWN, ISOLATED)).astype(np.uint8)
    state[0] = ISOLATED
    reached = np.empty_like(codes)
    for place, cluster in zip(reached, clusters, strict=True):
        place[:] = state[cluster]
    return reached


def _on_face(clusters: NDArray[Any], octants: Octants, axis: int, side: int, count: int) -> NDArray[np.bool_]:
    """Return which clusters have a voxel in the first or last layer of the sample along an axis."""
    layer = octants.upper[axis] - 1 if side else octants.lower[axis]
    found = np.zeros(count, np.bool_)
    found[np.unique(np.take(clusters, layer, axis=axis))] = True
    return found


def _beside_the_mask(clusters: NDArray[Any], mask: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """Return which clusters share a face with a voxel outside the mask."""
    found = np.zeros(count, np.bool_)
    for axis in range(3):
        inside, cluster = np.moveaxis(mask, axis, 0), np.moveaxis(clusters, axis, 0)
        found[np.unique(cluster[:-1][inside[:-1] & ~inside[1:]])] = True
        found[np.unique(cluster[1:][inside[1:] & ~inside[:-1]])] = True
    return found

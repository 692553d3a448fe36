"""How much each view counts: the share of the half turn that it stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HALF_TURN_DEG = 180.0

MISSING = 10.0
"""A gap between neighbouring directions that is so many times the mean of the others is not bridged: no view saw it."""

ONE_DIRECTION_DEG = 1e-7
"""Directions nearer than this are one: round-off of angles in degrees."""


@dataclass(frozen=True, slots=True)
class ViewWeights:
    """The weight of every view, in radians, and what of the half turn no view stands for.

    Attributes
    ----------
    weights_rad : numpy.ndarray
        Shape (angle,); together pi, less what is missing.
    directions : int
        Directions that differ: an opposite view sees the same rays.
    missing_deg : float
        The sum of the gaps that are not bridged; 0 for a scan over 180 degrees or more.
    """

    weights_rad: NDArray[np.float64]
    directions: int
    missing_deg: float


def view_weights(angles_deg: NDArray[np.float64]) -> ViewWeights:
    """Return for each view half the angle between its neighbours on the half turn, shared with views like it."""
    folded = np.mod(angles_deg, HALF_TURN_DEG)
    folded[HALF_TURN_DEG - folded < ONE_DIRECTION_DEG] = 0.0  # 179.99999999 is 0
    order = np.argsort(folded, kind="stable")
    along = folded[order]
    group = np.concatenate(([0], np.cumsum(np.diff(along) > ONE_DIRECTION_DEG)))
    directions = int(group[-1]) + 1
    firsts = along[np.searchsorted(group, np.arange(directions))]
    gaps = np.diff(firsts, append=firsts[0] + HALF_TURN_DEG)  # gap k is behind direction k
    others = (HALF_TURN_DEG - gaps) / max(directions - 1, 1)
    missing = gaps > MISSING * others if directions > 2 else np.zeros(directions, bool)
    # what stands at the rim of a missing wedge counts towards it as it would towards an ordinary neighbour
    bridged = np.where(missing, np.mean(gaps[~missing]), gaps)
    share = (bridged + np.roll(bridged, 1)) / 2
    weights = np.empty(len(angles_deg))
    weights[order] = np.radians(share / np.bincount(group))[group]
    lost = float(np.sum(gaps[missing] - bridged[missing]))
    return ViewWeights(weights, directions, lost)

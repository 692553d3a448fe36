"""The flux in every voxel, from the potential."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voltome.data._parameters import axis_index
from voltome.transport._sample import layers_of
from voltome.transport._steady import Steady


def fluxes_of(solved: Steady, conducting: NDArray[np.bool_]) -> list[NDArray[np.float32]]:
    """Return the components (z, y, x) of the flux in the box, over D_0 times the drop of the potential over the length.

    Of one phase. A component is the mean of those through the two faces of a voxel across its axis. Clusters without a
    flow have the potential 0 everywhere, so that nothing flows inside them.
    """
    along = axis_index(solved.axis)
    shape, spacing = conducting.shape, solved.sample.phases.voxel_size_um
    length = (shape[along] - (solved.boundary == "voxel")) * spacing[along]
    found = []
    for axis in range(3):
        flux = np.zeros(shape, np.float32)
        layers, potential, open_ = (layers_of(each, axis) for each in (flux, solved.potential, conducting))
        half = np.float32(length / spacing[axis] / 2)
        for first in range(shape[axis] - 1):
            through = _through(potential, open_, first, first + 1, half)
            layers[first] += through
            layers[first + 1] += through
        if axis == along:
            _end(layers, potential, half, boundary=solved.boundary)
        elif solved.sides == "periodic":
            through = _through(potential, open_, -1, 0, half)
            layers[-1] += through
            layers[0] += through
        found.append(flux)
    return found


def _through(
    potential: NDArray[np.float32], open_: NDArray[np.bool_], one: int, other: int, half: np.float32
) -> NDArray[np.float32]:
    """Return half of the flux from one layer to another."""
    flux: NDArray[np.float32] = (potential[one] - potential[other]) * (open_[one] & open_[other]) * half
    return flux


def _end(layers: NDArray[np.float32], potential: NDArray[np.float32], half: np.float32, *, boundary: str) -> None:
    """Add the faces at the ends: half a voxel from a fixed potential, or none, where the inner face is all there is."""
    if boundary == "voxel":
        for end in (0, -1):
            layers[end] *= 2
        return
    layers[0] += 2 * half * (1 - potential[0]) * (potential[0] > 0)
    layers[-1] += 2 * half * potential[-1]

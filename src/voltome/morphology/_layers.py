"""Layers along an axis: where they begin, and sums of planes of voxels in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data._parameters import check_positive
from voltome.errors import ParameterError

_ROUNDING = 1e-9
"""Edges of layers this close to an edge of a voxel, in voxels, lie on it."""


def layer_edges(voxels: int, voxel_um: float, layer_um: float | None) -> NDArray[np.float64]:
    """Return the edges of the layers in voxels from the start of the image."""
    if layer_um is None:
        return np.arange(voxels + 1, dtype=np.float64)
    layer = check_positive("layer_um", layer_um) / voxel_um
    if layer < 1 - _ROUNDING:
        raise ParameterError(
            f"layer_um is {layer_um:g}, thinner than a voxel along this axis ({voxel_um:g} um); expected at least a "
            f"voxel. Leave layer_um out for one layer per voxel."
        )
    layers = max(1, int(np.ceil(voxels / layer - _ROUNDING)))
    edges = np.minimum(np.arange(layers + 1) * layer, voxels)
    edges[-1] = voxels
    nearest = np.round(edges)
    on_a_voxel = np.abs(edges - nearest) < _ROUNDING * np.maximum(1, nearest)
    snapped: NDArray[np.float64] = np.where(on_a_voxel, nearest, edges)
    return snapped


def sums_between(planes: NDArray[Any], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums [layer, quantity] of `planes` between `edges`, a plane cut by an edge counting by its share."""
    total = np.vstack([np.zeros(planes.shape[1], planes.dtype), np.cumsum(planes, axis=0)])
    whole = np.minimum(np.floor(edges).astype(np.int64), len(planes) - 1)
    up_to = total[whole] + (edges - whole)[:, np.newaxis] * planes[whole]
    between: NDArray[np.float64] = np.diff(up_to, axis=0)
    return between

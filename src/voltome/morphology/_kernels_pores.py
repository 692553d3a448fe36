# mypy: disable-error-code="no-untyped-def"
"""Which pores lie inside a particle: pieces of background that touch one particle and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

_NOBODY, _SEVERAL = 0, -1


@njit(cache=True, nogil=True)
def _met(owner, piece, labels, mask, masked, z, y, x):
    """Note that a piece of background has a neighbour here: a particle, more background, or the end of the sample."""
    depth, height, width = labels.shape
    if z < 0 or y < 0 or x < 0 or z >= depth or y >= height or x >= width or (masked and not mask[z, y, x]):
        owner[piece] = _SEVERAL
        return
    label = np.int64(labels[z, y, x])
    if label != 0 and owner[piece] != label:
        owner[piece] = label if owner[piece] == _NOBODY else _SEVERAL


@njit(cache=True, nogil=True)
def _owners(labels, mask, masked, pieces, owner, voxels):
    """Find the particle of every piece of background, and count its voxels."""
    depth, height, width = labels.shape
    for z in range(depth):
        for y in range(height):
            for x in range(width):
                piece = pieces[z, y, x]
                if piece == 0:
                    continue
                voxels[piece] += 1
                if owner[piece] == _SEVERAL:
                    continue
                _met(owner, piece, labels, mask, masked, z - 1, y, x)
                _met(owner, piece, labels, mask, masked, z + 1, y, x)
                _met(owner, piece, labels, mask, masked, z, y - 1, x)
                _met(owner, piece, labels, mask, masked, z, y + 1, x)
                _met(owner, piece, labels, mask, masked, z, y, x - 1)
                _met(owner, piece, labels, mask, masked, z, y, x + 1)


def enclosed_voxels(labels: NDArray[Any], mask: NDArray[np.bool_] | None, label_count: int) -> NDArray[np.int64]:
    """Return for every label the voxels of background, connected by faces, that only it encloses."""
    import cc3d  # only here: most tables need no pieces

    background = labels == 0
    if mask is not None:
        background &= mask
    pieces, count = cc3d.connected_components(background, connectivity=6, return_N=True)
    owner, voxels = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    inside = np.ones((1, 1, 1), np.bool_) if mask is None else mask
    _owners(labels.view(f"u{labels.itemsize}"), inside, mask is not None, pieces, owner, voxels)
    enclosed = np.zeros(label_count, np.int64)
    np.add.at(enclosed, np.maximum(owner, 0), np.where(owner > 0, voxels, 0))
    return enclosed

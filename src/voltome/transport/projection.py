"""A field seen through: its mean or sum along an axis, as one slice."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voltome.data import AxisName, Volume
from voltome.data._parameters import axis_index, check_choice
from voltome.runtime import check_memory

Take = Literal["mean", "sum"]

BYTES_PER_PIXEL = 24


def project(volume: Volume, *, axis: AxisName, take: Take = "mean") -> Volume:
    """Project a volume along an axis: the mean, or the sum, of every column of voxels as a volume of one slice.

    Shows all paths of a flux or a flow in one picture, where a slice shows those that it happens to cut. It mixes what
    lies behind each other: do not read bottlenecks from it, nor measure widths.

    Parameters
    ----------
    volume : Volume
        Grey values or a field, such as the flux of `voltome.transport.diffusion_field`. Voxels outside its mask do not
        count.
    axis : {"z", "y", "x"}
        Along which axis is looked.
    take : {"mean", "sum"}
        What is taken of a column: the mean over its voxels in the sample, walls with their value 0 included, or the
        sum of their values.

    Returns
    -------
    Volume
        One voxel along `axis`, as long as the whole image there; float32, of the same quantity and unit. A column
        without a voxel in the sample is outside the mask, its value 0.

    Raises
    ------
    AxisError
        An unknown axis.
    ParameterError
        An unknown `take`.

    Notes
    -----
    The mean of a component of a flux along any axis is the superficial flux: over walls and pores together, so that
    the mean over the picture is that over the volume. Sums are made in float64. Reads every voxel once; 24 bytes per
    pixel of the picture and, with a mask, 5 bytes per voxel.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> values = np.zeros((4, 3, 2), np.float32)
    >>> values[:, 1, 0] = 2.0
    >>> field = vt.data.Volume(values, voxel_size_um=0.5, quantity="speed", unit="m/s")
    >>> seen = vt.transport.project(field, axis="z")
    >>> seen.shape, seen.voxel_size_um, float(seen.values.max())
    ((1, 3, 2), (2.0, 0.5, 0.5), 2.0)
    """
    number = axis_index(axis)
    check_choice("take", take, get_args(Take))
    pixels = volume.values.size // volume.shape[number]
    need = BYTES_PER_PIXEL * pixels + (0 if volume.mask is None else 5 * volume.values.size)
    check_memory(need, task="project", voxels=volume.values.size)
    sums, counts = _sums(volume, number)
    inside = counts > 0
    found = sums if take == "sum" else np.divide(sums, counts, out=np.zeros_like(sums), where=inside)
    edges = list(volume.voxel_size_um)
    edges[number] = volume.size_um[number]
    return volume.derive(
        f"project: {take} along {axis}",
        values=np.expand_dims(found, number).astype(np.float32),
        mask=None if volume.mask is None else np.expand_dims(inside, number),
        voxel_size_um=(edges[0], edges[1], edges[2]),
    )


def _sums(volume: Volume, number: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the sum over the voxels of every column that are in the sample, and how many they are."""
    if volume.mask is None:
        sums = volume.values.sum(axis=number, dtype=np.float64)
        return sums, np.full(sums.shape, volume.shape[number], np.int64)
    sums = np.where(volume.mask, volume.values, 0).sum(axis=number, dtype=np.float64)
    return sums, volume.mask.sum(axis=number, dtype=np.int64)

"""Filtered backprojection of a parallel beam."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voltome.data import Positive, Projections, Share, Volume
from voltome.data._parameters import check_choice, check_share
from voltome.reconstruction._checking import parallel_absorbance
from voltome.reconstruction._direct import backproject_directly
from voltome.reconstruction._lines import Padding, padded_lines
from voltome.reconstruction._slice_grid import RegionVoxels, grid_of
from voltome.reconstruction._view_weights import view_weights
from voltome.reconstruction._windows import FilterName, filter_of

Method = Literal["auto", "nufft", "direct"]

BATCH = 16
"""Slices that are worked on together."""

UM_PER_CM = 1e4


def fbp(
    projections: Projections,
    *,
    filter: FilterName = "ram-lak",  # noqa: A002 - the field's word
    cutoff: Share = 1.0,
    method: Method = "auto",
    voxel_size_um: Positive | None = None,
    size_voxels: int | None = None,
    region_voxels: RegionVoxels | None = None,
    padding: Padding = "zero",
    mask_field_of_view: bool = False,
) -> Volume:
    """Return the attenuation of the sample by filtered backprojection of a parallel beam.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    """
    geometry, axis = parallel_absorbance(projections, "fbp")
    check_choice("filter", filter, get_args(FilterName))
    check_choice("method", method, get_args(Method))
    check_choice("padding", padding, get_args(Padding))
    check_share("cutoff", cutoff)
    columns, pixel = projections.column_count, geometry.pixel_size_um[1]
    grid = grid_of(geometry, columns, voxel_size_um, size_voxels, region_voxels)
    lines = padded_lines(columns, grid.reach, axis, padding)
    weights = view_weights(projections.angles_deg)
    filtering = filter_of(filter, cutoff, lines.length, grid.step) * (UM_PER_CM / pixel)
    values: NDArray[Any] = np.empty((projections.row_count, *grid.shape), np.float32)
    for first in range(0, projections.row_count, BATCH):
        stop = min(first + BATCH, projections.row_count)
        spectra = lines.spectra(projections.values[:, first:stop])
        values[first:stop] = backproject_directly(
            spectra,
            lines,
            axis=axis,
            angles_rad=np.radians(projections.angles_deg),
            weights=weights.weights_rad,
            filtering=filtering,
            grid=grid,
        )
    edge = grid.step * pixel
    y, x = grid.origin_um(columns, pixel)
    return Volume(
        values,
        voxel_size_um=(geometry.pixel_size_um[0], edge, edge),
        origin_um=(0.0, y, x),
        quantity="attenuation",
        unit="1/cm",
        history=(*projections.history, f"fbp: filter {filter}"),
    )

"""Surface from intersections with lines along 13 directions (Crofton), for voxels of any edge lengths."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import SphericalVoronoi

from voltome.errors import VoxelSizeError

CLASSES = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1))
"""Axes along which a direction moves, in the order in which the kernels count: z, y, x, zy, zx, yx, zyx."""

LONGEST_TO_SHORTEST_EDGE = 1000.0
"""Beyond this the directions lie too close to each other for their cells on the sphere."""


def area_per_exit_um2(voxel_size_um: tuple[float, float, float]) -> NDArray[np.float64]:
    """Return the area that one exit from a body stands for, for the seven classes of direction.

    An exit is a voxel inside whose neighbour along a direction is outside; the 13 forward directions count, as
    those backward have as many. With w the share of the sphere that is nearest to a direction or its opposite,
    an exit along a step of length d stands for ``4 w V / d``, V the volume of a voxel: the surface in a unit of
    volume is four times the mean number of exits on a unit of line, or twice that of all crossings.
    """
    edges = np.asarray(voxel_size_um)
    lengths = np.linalg.norm(np.asarray(CLASSES) * edges, axis=1)
    area: NDArray[np.float64] = 4 * _shares_of_the_sphere(voxel_size_um) * edges.prod() / lengths
    return area


def _shares_of_the_sphere(voxel_size_um: tuple[float, float, float]) -> NDArray[np.float64]:
    """Return for each class the share of the sphere of one direction and its opposite: their Voronoi cells."""
    edges = np.asarray(voxel_size_um)
    if edges.max() > LONGEST_TO_SHORTEST_EDGE * edges.min():
        raise VoxelSizeError(
            f"the voxel of {voxel_size_um} um is more than {LONGEST_TO_SHORTEST_EDGE:g} times as long as it is wide; "
            f"expected edges of similar length for a surface area. Check voxel_size_um, in micrometres, (z, y, x)."
        )
    steps = np.array([step for step in product((-1, 0, 1), repeat=3) if any(step)])
    points = steps * (edges / edges.max())
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    shares = SphericalVoronoi(points).calculate_areas() / (4 * np.pi)
    kinds = [CLASSES.index(tuple(np.abs(step).tolist())) for step in steps]
    # mirror images have equal cells: their mean takes rounding away
    return 2 * np.bincount(kinds, weights=shares) / np.bincount(kinds)

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
    volume is twice the mean number of crossings on a unit of line, and each exit has its entry elsewhere.
    """
    edges = np.asarray(voxel_size_um)
    lengths = np.linalg.norm(np.asarray(CLASSES) * edges, axis=1)
    area: NDArray[np.float64] = 4 * _shares_of_the_sphere(voxel_size_um) * edges.prod() / lengths
    return area


def unseen_area_um2(
    volumes_um3: NDArray[np.float64], covariances_um2: NDArray[np.float64], voxel_size_um: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Return the area that the lines miss on bodies, each taken as the ellipsoid of its volume and inertia.

    On a line with points d apart, a chord of length l < d has a point on it with the probability l / d only. In an
    ellipsoid whose longest chord along the line is L, the chords have the density 2 l / L^2 over its shadow
    A = 3 V / (2 L), so the share of the shadow that is missed is d^2 / (3 L^2), or 1 - 2 L / (3 d) where even the
    longest chord is shorter than d. On a sphere of radius r that is d^2 / (12 r^2).

    Parameters
    ----------
    volumes_um3 : numpy.ndarray
        Shape (n,).
    covariances_um2 : numpy.ndarray
        Shape (n, 3, 3), of the voxel centres; a twelfth of the squared edge is added for the voxels themselves, so
        that a body of one layer of voxels has a thickness.
    voxel_size_um : tuple of float
        Along (z, y, x).
    """
    edges = np.asarray(voxel_size_um)
    steps = np.array([step for step in product((-1, 0, 1), repeat=3) if step > (0, 0, 0)]) * edges
    shares = _shares_of_the_sphere(voxel_size_um)
    kinds = [CLASSES.index(tuple((step != 0).astype(int).tolist())) for step in steps]
    lengths = np.linalg.norm(steps, axis=1)
    directions = steps / lengths[:, np.newaxis]
    inverse = np.linalg.inv(5 * (covariances_um2 + np.diag(edges**2 / 12)))
    chords = 2 / np.sqrt(np.einsum("di,nij,dj->nd", directions, inverse, directions))
    shadows = 1.5 * volumes_um3[:, np.newaxis] / chords
    ratio = chords / lengths
    missed = np.where(ratio >= 1, 1 / (3 * ratio**2), 1 - 2 * ratio / 3)
    area: NDArray[np.float64] = 4 * (shadows * missed) @ shares[kinds]
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

"""Surface from the configurations of 2 x 2 x 2 voxels, each with the weight that makes planes read alike."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations, permutations, product

import numpy as np
from numpy.typing import NDArray

from voltome.morphology._crofton import CLASSES, area_per_exit_um2
from voltome.morphology._kernels_cubes import CONFIGURATIONS, QUARTERS

CORNERS = np.array(list(product((0, 1), repeat=3)))
"""Where the voxels of a cube are, by the place of their bit."""

ORDERS = 48
"""Points along either angle of the eighth of the sphere over which planes are averaged."""

BALL_RADIUS_EDGES = 10.0
"""Radius, in longest edges of a voxel, of the ball that is read right on average."""


@lru_cache(maxsize=32)
def area_per_configuration_um2(voxel_size_um: tuple[float, float, float]) -> NDArray[np.float64]:
    """Return the area that each of the 256 configurations of a phase in a cube of eight voxels stands for.

    A plane with the normal n that falls on the grid at a random place makes a configuration as often as it falls into
    the gap between two neighbouring corners of the cube, in the order in which n meets them: per area of plane, gap /
    V times. The weights are those of least variance over all n among those whose mean over all n is right; cubes
    that are mirror images or complements of each other share one weight.

    That leaves one number free: on every plane the Euler number is 0, so that a multiple of it may be added to any
    weights. It is chosen so that a ball of `BALL_RADIUS_EDGES` at a random place is right on average. Configurations
    that no plane makes have what the 28 pairs of voxels of the cube give by lines along 13 directions
    (`area_per_exit_um2`), with the same multiple of their Euler number.
    """
    kinds = _kinds()
    area = _by_pairs_um2(voxel_size_um)
    made, seen = _seen_on_planes(voxel_size_um, kinds)
    _, shares = _eighth_of_the_sphere()
    members = [np.flatnonzero(kinds == kind) for kind in made]
    near = np.array([area[member[0]] for member in members])
    roots = np.sqrt(shares)
    change, *_ = np.linalg.lstsq(roots[:, np.newaxis] * seen, roots * (1 - seen @ near), rcond=1e-9)
    weights = (near + change) / (shares @ seen @ (near + change))
    for member, weight in zip(members, weights, strict=True):
        area[member] = weight
    on_ball, true = _seen_on_a_ball(voxel_size_um)
    euler = _euler_numbers()
    area += (true - on_ball @ area) / (on_ball @ euler) * euler
    area.setflags(write=False)
    return area


def spread_over_planes(voxel_size_um: tuple[float, float, float]) -> float:
    """Return the standard deviation of the area of a plane over its direction, relative to its mean, which is right."""
    kinds = _kinds()
    made, seen = _seen_on_planes(voxel_size_um, kinds)
    _, shares = _eighth_of_the_sphere()
    area = area_per_configuration_um2(voxel_size_um)
    read = seen @ np.array([area[np.flatnonzero(kinds == kind)[0]] for kind in made])
    return float(np.sqrt(shares @ (read - 1) ** 2))


def _kinds() -> NDArray[np.int64]:
    """Return for each configuration the lowest of those that are its mirror images along the axes, or complements."""
    codes = np.arange(CONFIGURATIONS)
    kinds = codes.copy()
    for flip in range(8):
        mirrored = np.zeros_like(codes)
        for bit in range(8):
            mirrored |= ((codes >> bit) & 1) << (bit ^ flip)
        kinds = np.minimum(kinds, np.minimum(mirrored, CONFIGURATIONS - 1 - mirrored))
    return kinds


def _seen_on_planes(
    voxel_size_um: tuple[float, float, float], kinds: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the kinds that planes make, and how often each is made per area of a plane, [normal, kind], in 1/um2."""
    normals, _ = _eighth_of_the_sphere()
    heights = normals @ (CORNERS * np.asarray(voxel_size_um)).T
    order = np.argsort(heights, axis=1, kind="stable")
    gaps = np.diff(np.take_along_axis(heights, order, axis=1), axis=1)
    codes = np.cumsum(1 << order, axis=1)[:, :-1]
    made, places = np.unique(kinds[codes], return_inverse=True)
    seen = np.zeros((len(normals), len(made)))
    np.add.at(seen, (np.arange(len(normals))[:, np.newaxis], places.reshape(codes.shape)), gaps)
    return made, seen / np.prod(voxel_size_um)


def _seen_on_a_ball(voxel_size_um: tuple[float, float, float]) -> tuple[NDArray[np.float64], float]:
    """Return how often a ball at a random place makes each configuration, on average, and the area of the ball.

    With the middle of the cube at s n from the centre of the ball, n a unit vector, the corner c from that middle is
    inside if ``s <= sqrt(r^2 - |c|^2 + (n c)^2) - n c``.
    """
    edges = np.asarray(voxel_size_um)
    radius = BALL_RADIUS_EDGES * edges.max()
    normals, shares = _eighth_of_the_sphere()
    corners = (CORNERS - 0.5) * edges
    along = normals @ corners.T
    ends = np.sqrt(radius**2 - ((corners**2).sum(axis=1) - along**2)) - along
    order = np.argsort(-ends, axis=1, kind="stable")
    cubes = np.take_along_axis(ends, order, axis=1) ** 3
    often = 4 * np.pi / 3 * shares[:, np.newaxis] * -np.diff(cubes, axis=1) / edges.prod()
    codes = np.cumsum(1 << order, axis=1)[:, :-1]
    seen = np.bincount(codes.ravel(), weights=often.ravel(), minlength=CONFIGURATIONS).astype(np.float64)
    return seen, float(4 * np.pi * radius**2)


def _euler_numbers() -> NDArray[np.float64]:
    """Return eight times what each configuration adds to the Euler number: the mean of 6 and 26 neighbours."""
    codes = np.arange(CONFIGURATIONS)
    present = (codes[:, np.newaxis] >> np.arange(8)) & 1
    total = np.zeros(CONFIGURATIONS)
    for inside in (present, 1 - present):
        total += inside.sum(axis=1) / 2 - 4 * inside.prod(axis=1)
        for fixed, sign, share in ((2, -1, 1), (1, 1, 2)):  # pairs along an edge, squares
            for axes in combinations(range(3), fixed):
                for values in product((0, 1), repeat=fixed):
                    there = (CORNERS[:, axes] == values).all(axis=1)
                    total += sign * share * inside[:, there].prod(axis=1)
    return total


@lru_cache(maxsize=1)
def _eighth_of_the_sphere() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return normals with no negative component, and the share of the eighth of the sphere that each stands for."""
    nodes, weights = np.polynomial.legendre.leggauss(ORDERS)
    heights, angles = (nodes + 1) / 2, (nodes + 1) * np.pi / 4
    z, angle = (grid.ravel() for grid in np.meshgrid(heights, angles, indexing="ij"))
    across = np.sqrt(1 - z**2)
    points = np.stack([z, across * np.cos(angle), across * np.sin(angle)], axis=1)
    shares = np.outer(weights, weights).ravel() / 4
    # the same along all axes, so that their order does not matter
    orders = list(permutations(range(3)))
    return np.concatenate([points[:, order] for order in orders]), np.tile(shares / len(orders), len(orders))


def _by_pairs_um2(voxel_size_um: tuple[float, float, float]) -> NDArray[np.float64]:
    """Return the area of every configuration by its pairs of voxels, which other cubes share."""
    exits = area_per_exit_um2(voxel_size_um)
    codes = np.arange(CONFIGURATIONS)
    area = np.zeros(CONFIGURATIONS)
    for first in range(8):
        for other in range(first):
            step = tuple(np.abs(CORNERS[first] - CORNERS[other]).tolist())
            shared = QUARTERS >> (sum(step) - 1)
            mixed = ((codes >> first) ^ (codes >> other)) & 1
            # half an exit, as the entry is elsewhere
            area += mixed * exits[CLASSES.index(step)] / 2 / shared
    return area

"""Spheres with bumps that are known exactly, as an anti-aliased and blurred grey volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

import voltome as vt

PORE, SOLID = 60.0, 160.0


@dataclass(frozen=True)
class RoughSphere:
    """A body with the surface radius_um (1 + sum of harmonics of the direction), and images of it."""

    radius_um: float
    weights: np.ndarray
    centre_um: np.ndarray
    grey: vt.data.Volume
    particles: vt.data.ParticleImage

    def surface_um(self, ways: np.ndarray) -> np.ndarray:
        """Return the distance of the surface from the centre along unit vectors (..., 3) as (z, y, x)."""
        return self.radius_um * (1 + _harmonics(ways) @ self.weights)

    def true_radii_um(self, start_um: np.ndarray, ways: np.ndarray) -> np.ndarray:
        """Return how far the surface is from a point inside, along each of the unit vectors."""
        steps = np.linspace(0.4, 1.8, 14001) * self.radius_um
        found = []
        for way in ways:
            points = start_um + steps[:, np.newaxis] * way - self.centre_um
            lengths = np.linalg.norm(points, axis=1)
            outside = lengths > self.surface_um(points / lengths[:, np.newaxis])
            found.append(steps[np.flatnonzero(~outside[:-1] & outside[1:])[-1]])
        return np.array(found)


def _harmonics(ways: np.ndarray) -> np.ndarray:
    """Return harmonics of the orders 2 to 4, not normalised, each within about -1 and 1."""
    z, y, x = np.moveaxis(ways, -1, 0)
    return np.stack(
        [
            2 * x * y,
            1.5 * z * z - 0.5,
            2 * y * z,
            2.5 * x * (5 * z * z - 1) / 2,
            5 * x * y * z,
            2.5 * (x**4 + y**4 + z**4 - 0.6),
        ],
        axis=-1,
    )


def rough_sphere(
    radius_voxels: float,
    *,
    roughness: float,
    seed: int,
    voxel_size_um: tuple[float, float, float] = (1.0, 1.0, 1.0),
    blur_um: float = 0.7,
    noise: float = 0.0,
    supersampling: int = 4,
) -> RoughSphere:
    """Make a body whose radius is so many of the smallest edges, at a random place in the middle of its image."""
    rng = np.random.default_rng(seed)
    edges = np.array(voxel_size_um)
    radius = radius_voxels * edges.min()
    counts = 2 * np.ceil((radius * (1 + 4 * roughness) + 5 * edges.max()) / edges).astype(int) + 1
    centre = (counts / 2 + rng.uniform(-0.5, 0.5, 3)) * edges
    weights = roughness * rng.normal(size=6) / np.sqrt(2)
    share = _shares(radius, weights, centre, edges, counts, supersampling)
    clean = gaussian_filter(PORE + (SOLID - PORE) * share, blur_um / edges)
    labels = (clean > (PORE + SOLID) / 2).astype(np.int32)
    grey = (clean + noise * rng.standard_normal(clean.shape)).astype(np.float32)
    return RoughSphere(
        radius,
        weights,
        centre,
        vt.data.Volume(grey, voxel_size_um=voxel_size_um),
        vt.data.ParticleImage(labels, voxel_size_um=voxel_size_um, phase="NMC"),
    )


def _shares(
    radius: float,
    weights: np.ndarray,
    centre: np.ndarray,
    edges: np.ndarray,
    counts: np.ndarray,
    points: int,
) -> np.ndarray:
    """Return the share of every voxel inside the body; only those at its surface are sampled finely."""

    def depth(places: np.ndarray) -> np.ndarray:
        lengths = np.maximum(np.linalg.norm(places, axis=-1), 1e-9)
        return radius * (1 + _harmonics(places / lengths[..., np.newaxis]) @ weights) - lengths

    middles = (np.stack(np.meshgrid(*map(np.arange, counts), indexing="ij"), axis=-1) + 0.5) * edges - centre
    depths = depth(middles)
    share = (depths > 0).astype(np.float32)
    mixed = np.abs(depths) < 1.2 * np.linalg.norm(edges)
    steps = (np.arange(points) + 0.5) / points - 0.5
    offsets = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3) * edges
    inside = np.zeros(np.count_nonzero(mixed), np.float32)
    for offset in offsets:
        # a part of a voxel is cut by the surface as well: no steps of one part where the surface is along a face
        inside += np.clip(0.5 + depth(middles[mixed] + offset) * points / edges.mean(), 0, 1)
    share[mixed] = inside / len(offsets)
    return share

"""Balls on a grid, of which pictures and surfaces are known without a computer."""

from __future__ import annotations

import numpy as np

from voltome.data import ParticleImage, PhaseImage

Triple = tuple[float, float, float]


def labels_of_balls(size: Triple, voxel: Triple, balls: list[tuple[Triple, float]]) -> np.ndarray:
    """Return an image in which the voxels of ball number n, counted from 1, have the label n."""
    counts = [round(edge / step) for edge, step in zip(size, voxel, strict=True)]
    axes = [(np.arange(count) + 0.5) * step for count, step in zip(counts, voxel, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    labels = np.zeros(z.shape, np.int32)
    for number, (centre, radius) in enumerate(balls, start=1):
        labels[(z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2 <= radius**2] = number
    return labels


def particles_of_balls(
    balls: list[tuple[Triple, float]], *, size: Triple = (40.0, 40.0, 40.0), voxel: Triple = (1.0, 1.0, 1.0)
) -> ParticleImage:
    """Return balls as particles of sulfur."""
    return ParticleImage(labels_of_balls(size, voxel, balls), voxel_size_um=voxel, phase="sulfur")


def phases_of_balls(
    balls: list[tuple[Triple, float]], *, size: Triple = (40.0, 40.0, 40.0), voxel: Triple = (1.0, 1.0, 1.0)
) -> PhaseImage:
    """Return balls as the phases ball-1, ball-2 ... in a pore."""
    names = {0: "pore"} | {number: f"ball-{number}" for number in range(1, len(balls) + 1)}
    return PhaseImage(labels_of_balls(size, voxel, balls).astype(np.uint8), voxel_size_um=voxel, phases=names)

"""A made-up cell scanned twice, remounted in between: fibres that stay and particles that change.

The second scan is not the first one resampled: its fibres and particles are drawn at the moved positions, with noise of
its own, so the true motion is known exactly and no interpolation is shared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from voltome.data import Transform, Volume

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """Fibres (ends and radius) and particles (centre and radius), lengths in um, (z, y, x)."""

    starts: Points
    ends: Points
    fibre_radius_um: float
    centres: Points
    radii: NDArray[np.float64]

    def moved(self, motion: Transform) -> Cell:
        """Return the cell as it lies in the frame to which `motion` leads."""
        return replace(
            self, starts=motion.apply(self.starts), ends=motion.apply(self.ends), centres=motion.apply(self.centres)
        )

    def cycled(self, share_lost: float, shrunk: float, seed: int) -> Cell:
        """Return the cell with a share of the particles gone and the others smaller; the fibres stay."""
        kept = np.random.default_rng(seed).uniform(size=len(self.radii)) >= share_lost
        return replace(self, centres=self.centres[kept], radii=self.radii[kept] * shrunk)

    def drifted(self, by_um: tuple[float, float, float]) -> Cell:
        """Return the cell with the particles shifted against the fibres: what no rigid motion can follow."""
        return replace(self, centres=self.centres + np.asarray(by_um))


def cell(
    size_um: tuple[float, float, float], *, fibre_layer_um: tuple[float, float], fibres: int, particles: int, seed: int
) -> Cell:
    """Return a cell around the middle of a box: a layer of fibres across z and particles above it."""
    random = np.random.default_rng(seed)
    depth, height, width = size_um
    reach = 0.5 * np.hypot(height, width) + 8
    low, high = fibre_layer_um
    middle = np.array([0.0, height / 2, width / 2])
    place = random.uniform(-reach, reach, (fibres, 2))
    angle, half = random.uniform(0, np.pi, fibres), random.uniform(8, 30, fibres)
    along = np.stack([random.uniform(-0.1, 0.1, fibres), np.cos(angle), np.sin(angle)], axis=1) * half[:, None]
    at = np.column_stack([random.uniform(low + 1.5, high - 1.5, fibres), place]) + middle
    centres = np.column_stack(
        [random.uniform(high + 4, depth + 4, particles), random.uniform(-reach, reach, (particles, 2))]
    )
    return Cell(at - along, at + along, 1.4, centres + middle, random.uniform(1.5, 4.0, particles))


def scan(
    cell: Cell,
    shape: tuple[int, int, int],
    *,
    voxel_size_um: tuple[float, float, float] = (1.0, 1.0, 1.0),
    origin_um: tuple[float, float, float] = (0.0, 0.0, 0.0),
    noise: float = 8.0,
    seed: int,
    dtype: str = "uint8",
) -> Volume:
    """Return a grey volume of the cell: fibres 160, particles 120, the rest 60, with blur and noise of its own."""
    values = np.full(shape, 60.0, np.float32)
    edges, first = np.asarray(voxel_size_um), np.asarray(origin_um)
    for start, end in zip(cell.starts, cell.ends, strict=True):
        _draw(values, 160.0, np.stack([start, end]), cell.fibre_radius_um, edges, first)
    for centre, radius in zip(cell.centres, cell.radii, strict=True):
        _draw(values, 120.0, np.stack([centre, centre]), float(radius), edges, first)
    values = gaussian_filter(values, 0.6 / edges)
    values += noise * np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    if dtype != "float32":
        values = np.clip(np.rint(values), 0, np.iinfo(dtype).max)
    return Volume(values.astype(dtype), voxel_size_um=voxel_size_um, origin_um=origin_um)


def _draw(values: NDArray[np.float32], grey: float, ends: Points, radius: float, edges: Points, first: Points) -> None:
    """Draw a rod with round ends; the share of a voxel that it fills goes linearly with the distance of its surface."""
    low = np.maximum(np.floor((ends.min(axis=0) - radius - 1 - first) / edges).astype(int), 0)
    high = np.minimum(np.ceil((ends.max(axis=0) + radius + 1 - first) / edges).astype(int), values.shape)
    if np.any(low >= high):
        return
    axes = [(np.arange(a, b) + 0.5) * edge + corner for a, b, edge, corner in zip(low, high, edges, first, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    along = ends[1] - ends[0]
    length = float(along @ along)
    part = np.clip((points - ends[0]) @ along / length, 0, 1) if length else np.zeros(points.shape[:-1])
    distance = np.linalg.norm(points - ends[0] - part[..., None] * along, axis=-1)
    share = np.clip(0.5 - (distance - radius) / edges.min(), 0, 1)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    values[box] = np.maximum(values[box], 60.0 + share * (grey - 60.0))


def motion(
    angle_deg: float,
    *,
    tilt_deg: tuple[float, float] = (0.3, -0.2),
    shift_um: tuple[float, float, float] = (1.3, -2.7, 3.4),
    centre_um: tuple[float, float, float] = (18.0, 48.0, 48.0),
) -> Transform:
    """Return a turn about z followed by a small tilt and a shift."""
    turned = Transform((angle_deg, 0, 0), centre_um=centre_um)
    return turned.then(Transform((0.0, *tilt_deg), centre_um=centre_um, shift_um=shift_um))


def error_of(found: Transform, true: Transform, points_um: Points) -> tuple[float, float]:
    """Return by how much a motion is wrong: the angle in degrees, and the root mean square over points in um."""
    turn = np.clip((np.trace(found.matrix @ true.matrix.T) - 1) / 2, -1, 1)
    missed = found.apply(points_um) - true.apply(points_um)
    return float(np.degrees(np.arccos(turn))), float(np.sqrt((missed**2).sum(axis=-1).mean()))

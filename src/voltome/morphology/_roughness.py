"""From the radii of every particle to its mean radii, its roughness and its likeness to a sphere."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import Column
from voltome.morphology import _kernels_rays as kernels

Reals = NDArray[np.float64]


def fewest_rays(azimuths: int) -> int:
    """Return how many rays of a plane must end at the surface: more than half, so that some are neighbours."""
    return max(3, azimuths // 2 + 1)


def is_seen(ends: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which particles have enough rays in every plane; ends have the shape (particles, planes, azimuths)."""
    free = (ends == kernels.FREE).sum(axis=2)
    enough: NDArray[np.bool_] = (free >= fewest_rays(ends.shape[2])).all(axis=1)
    return enough


def roughness_frame(
    radii: Reals,
    errors: Reals,
    ends: NDArray[np.uint8],
    bodies: pd.DataFrame,
    planes: tuple[str, ...],
    declared: tuple[Column, ...],
) -> pd.DataFrame:
    """Return one row for each particle that is seen.

    Parameters
    ----------
    radii, ends : numpy.ndarray
        Shape (particles, planes, azimuths).
    errors : numpy.ndarray
        Resolution along each ray in um, shape (planes, azimuths).
    bodies : pandas.DataFrame
        The row of each particle in the table of `measure_particles`.
    planes : tuple of str
        Their names.
    declared : tuple of Column
        The columns, in their order.
    """
    free = ends == kernels.FREE
    rays = free.sum(axis=2)
    means = np.where(free, radii, 0.0).sum(axis=2) / rays
    mean_errors = np.sqrt(np.where(free, errors**2, 0.0).sum(axis=2)) / rays
    proxies = np.where(free, radii, -np.inf).max(axis=2) - np.where(free, radii, np.inf).min(axis=2)
    local_mean, local_max = _local(radii, free)
    mean = means.mean(axis=1)
    volume, area = bodies["volume_um3"].to_numpy(), bodies["surface_area_um2"].to_numpy()
    found = {
        "particle": bodies["label"].to_numpy(),
        "mean_radius_um": mean,
        "mean_radius_error_um": np.sqrt((mean_errors**2).sum(axis=1)) / len(planes),
        "roughness_proxy_um": proxies.mean(axis=1),
        "local_roughness_mean_um": local_mean,
        "local_roughness_max_um": local_max,
        "volume_um3": volume,
        "surface_area_um2": area,
        "sphericity": bodies["sphericity"].to_numpy(),
        "volume_over_mean_sphere": volume / (4 / 3 * np.pi * mean**3),
        "surface_over_mean_sphere": area / (4 * np.pi * mean**2),
        "rays": rays.sum(axis=1),
        "rays_at_contact": (ends == kernels.AT_CONTACT).sum(axis=(1, 2)),
        "rays_left_out": (ends >= kernels.CUT).sum(axis=(1, 2)),
        "voxels": bodies["voxels"].to_numpy(),
    }
    for index, plane in enumerate(planes):
        found[f"mean_radius_{plane}_um"] = means[:, index]
        found[f"mean_radius_{plane}_error_um"] = mean_errors[:, index]
        found[f"roughness_proxy_{plane}_um"] = proxies[:, index]
    return pd.DataFrame({column.name: found[column.name] for column in declared})


def _local(radii: Reals, free: NDArray[np.bool_]) -> tuple[Reals, Reals]:
    """Return mean and largest difference between radii at neighbouring azimuths, around the circle of each plane."""
    differences = np.abs(radii - np.roll(radii, -1, axis=2))
    both = free & np.roll(free, -1, axis=2)
    total = np.where(both, differences, 0.0).sum(axis=(1, 2))
    return total / both.sum(axis=(1, 2)), np.where(both, differences, 0.0).max(axis=(1, 2))

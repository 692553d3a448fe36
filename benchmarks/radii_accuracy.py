"""How right radii and roughness are, by size and noise: ``python -m benchmarks radii_accuracy``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import voltome as vt

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "_support"))
import rough_spheres

ANGLES = np.radians(np.arange(8) * 45.0)


def errors(radius: float, roughness: float, noise: float, bodies: int, *, with_grey: bool) -> tuple[float, ...]:
    """Return mean and largest error of the mean radius, scatter of a ray, mean and largest error of the proxy."""
    ways = np.zeros((3, 8, 3))
    for plane, (first, second) in enumerate(((2, 1), (2, 0), (1, 0))):
        ways[plane, :, first], ways[plane, :, second] = np.cos(ANGLES), np.sin(ANGLES)
    means, rays, proxies = [], [], []
    for seed in range(bodies):
        body = rough_spheres.rough_sphere(radius, roughness=roughness, seed=seed, noise=noise)
        found = vt.morphology.particle_radii(body.particles, grey=body.grey if with_grey else None)
        centre = vt.morphology.measure_particles(body.particles).frame[["z_um", "y_um", "x_um"]].to_numpy()[0]
        true = body.true_radii_um(centre, ways.reshape(-1, 3))
        row = found.particle_roughness.frame.iloc[0]
        means.append(row.mean_radius_um - true.mean())
        rays.append((found.radii.frame.radius_um.to_numpy() - true).std())
        proxies.append(row.roughness_proxy_um - np.ptp(true.reshape(3, 8), axis=1).mean())
    return (
        float(np.mean(means)),
        float(np.abs(means).max()),
        float(np.mean(rays)),
        float(np.mean(proxies)),
        float(np.abs(proxies).max()),
    )


def main(arguments: Sequence[str]) -> None:
    """Print a table in Markdown, in voxels: spheres and spheres with harmonics of 5 %, blur of 0.7 voxel."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks radii_accuracy")
    parser.add_argument("--bodies", type=int, default=6)
    bodies = parser.parse_args(arguments).bodies
    print("| edges from | noise / contrast | harmonics | radius | mean radius (largest) | one ray | proxy (largest) |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for edges, noise in (("grey values", 0.0), ("grey values", 5.0), ("grey values", 10.0), ("labels", 0.0)):
        for roughness in (0.0, 0.05):
            for radius in (6, 10, 20):
                mean, most, ray, proxy, worst = errors(
                    radius, roughness, noise, bodies, with_grey=edges == "grey values"
                )
                print(
                    f"| {edges} | {noise:g} % | {roughness:.0%} | {radius} | {mean:+.3f} ({most:.3f}) | {ray:.3f} | "
                    f"{proxy:+.3f} ({worst:.3f}) |",
                    flush=True,
                )

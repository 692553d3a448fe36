"""Which internal voids are found, and how large they read: ``python -m benchmarks void_detection``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

import voltome as vt

GREY = {"pore": 60, "void": 60, "NMC": 160}
MIDDLE = 110
PARTICLE_RADIUS, CELL = 11.0, 30
DIAMETERS = (1, 2, 3, 4, 5, 6, 8)


def planted(diameter: float, noise: float, *, across: int, seed: int) -> tuple[vt.data.Volume, float]:
    """Return a simulated scan of particles, each with one void of this diameter (voxels), and the true dead volume."""
    rng = np.random.default_rng(seed)
    voids, balls = [], []
    for place in np.ndindex(across, across, across):
        centre = (np.array(place) + 0.5) * CELL + rng.uniform(-0.5, 0.5, 3)
        balls.append(vt.twins.Sphere(tuple(centre.tolist()), PARTICLE_RADIUS, material="NMC"))
        inside = centre + rng.uniform(-2, 2, 3)
        voids.append(vt.twins.Sphere(tuple(inside.tolist()), diameter / 2, material="void"))
    scene = vt.twins.Scene((*voids, *balls), size_um=(CELL * across,) * 3)
    scan = vt.twins.grey_volume(
        scene, voxel_size_um=1, grey=GREY, blur_um=0.7, noise=noise, supersampling=4, seed=seed, dtype="uint8"
    )
    return scan, (diameter / 2 / PARTICLE_RADIUS) ** 3


def found_in(scan: vt.data.Volume, *, minimum_voxels: int) -> tuple[float, float, float]:
    """Return the frequency of voids, and their dead volume by voxels and by grey values."""
    phases = vt.segmentation.threshold(scan, intervals={"NMC": (MIDDLE, None)}, rest="pore")
    tertiary = vt.segmentation.internal_voids(phases, phase="NMC")
    filled = vt.segmentation.merge_phases(tertiary, phases_to_merge=("NMC", "internal void"), into="NMC")
    particles = vt.segmentation.separate_particles(filled, phase="NMC", min_depth_um=2)
    particles = vt.segmentation.filter_by_size(particles, min_voxels=500)
    by_voxels, by_grey = (
        vt.morphology.measure_voids(particles, phases=tertiary, minimum_voxels=minimum_voxels, **more).statistics.frame
        for more in ({}, {"grey": scan})
    )
    column = "dead_volume_fraction_of_voided_particles"
    return float(by_voxels.void_frequency[0]), float(by_voxels[column][0]), float(by_grey[column][0])


def main(arguments: Sequence[str]) -> None:
    """Print a table in Markdown for each noise: share of the voids found, and dead volume over the truth."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks void_detection")
    parser.add_argument("--across", type=int, default=4, help="particles along each axis")
    across = parser.parse_args(arguments).across
    for noise in (5.0, 20.0):
        print(f"\nnoise of {noise:g} on a contrast of 100, blur 0.7 voxel, {across**3} particles\n")
        print(
            "| void diameter (voxels) | found, from 10 voxels | found, from 4 voxels | without a void, from 4 voxels |"
        )
        print("|---|---|---|---|", flush=True)
        clean, _ = planted(0.01, noise, across=across, seed=99)
        false = found_in(clean, minimum_voxels=4)[0]
        rows = []
        for diameter in DIAMETERS:
            scan, true = planted(diameter, noise, across=across, seed=diameter)
            strict, loose = found_in(scan, minimum_voxels=10), found_in(scan, minimum_voxels=4)
            print(f"| {diameter} | {strict[0]:.0%} | {loose[0]:.0%} | {false:.0%} |", flush=True)
            rows.append((diameter, strict[0], strict[1] / true, strict[2] / true))
        print("\n| void diameter (voxels) | dead volume over truth: voxels | grey values |\n|---|---|---|")
        for diameter, frequency, voxels, grey in rows:
            if frequency > 0:
                print(f"| {diameter} | {voxels:.3f} | {grey:.3f} |", flush=True)


if __name__ == "__main__":
    main([])

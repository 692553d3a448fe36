"""Powder measures beside scipy, on the phantom of touching spheres: ``python -m benchmarks powder``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import ndimage

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import best_of, machine, peak_bytes


def report(scene: phantom.Phantom, times: int) -> None:
    """Print time, ratio, error and memory of the powder measures and of the same done with scipy."""
    values = np.where(scene.phases == phantom.ACTIVE, 1, 0).astype(np.uint8)
    holes = np.random.default_rng(0).random(values.shape) < 0.001
    phases = vt.data.PhaseImage(
        np.where(holes, 0, values).astype(np.uint8), voxel_size_um=1.0, phases={0: "pore", 1: "NMC"}
    )
    tertiary = vt.segmentation.internal_voids(phases, phase="NMC")
    particles = vt.data.ParticleImage(scene.labels, voxel_size_um=1.0, phase="NMC")
    grey = vt.data.Volume(scene.grey, voxel_size_um=1.0)
    cases: dict[str, Callable[[], Any]] = {
        "internal voids, voltome": lambda: vt.segmentation.internal_voids(phases, phase="NMC"),
        "internal voids, scipy fill holes": lambda: ndimage.binary_fill_holes(phases.values == 1),
        "radii, voltome": lambda: vt.morphology.particle_radii(particles, grey=grey),
        "radii, scipy along the same rays": lambda: _by_scipy(scene),
        "measure_voids, voltome": lambda: vt.morphology.measure_voids(particles, phases=tertiary, minimum_voxels=1),
        "measure_cracks, voltome": lambda: vt.morphology.measure_cracks(particles, crack_width_um=3),
    }
    for run in cases.values():
        run()  # compiled, and the memory of threads taken
    best, results = best_of(cases, times)
    same = np.array_equal(
        tertiary.values == tertiary.label_of("internal void"),
        results["internal voids, scipy fill holes"] & (phases.values == 0),
    )
    print(f"\n{machine()}; {values.shape} voxels, {len(scene.radii)} spheres; scipy finds the same voids: {same}\n")
    print("| what | s | B/voxel | bias of the mean radius of whole spheres (voxels) |\n|---|---|---|---|")
    for name, run in cases.items():
        bias = ""
        if name == "radii, voltome":
            bias = _bias(scene, results[name].particle_roughness.frame)
        elif name == "radii, scipy along the same rays":
            bias = f"{np.mean(results[name] - scene.radii[scene.whole]):+.3f}"
        print(f"| {name} | {best[name]:.3f} | {peak_bytes(run) / values.size:.1f} | {bias} |", flush=True)


def _bias(scene: phantom.Phantom, frame: Any) -> str:
    """Return mean error of the mean radius of the spheres that nothing cuts."""
    number = frame["particle"].to_numpy() - 1
    chosen = scene.whole[number]
    error = frame["mean_radius_um"].to_numpy()[chosen] - scene.radii[number[chosen]]
    return f"{error.mean():+.3f} (scatter {error.std():.3f})"


def _by_scipy(scene: phantom.Phantom) -> np.ndarray:
    """Return the mean radius of every whole sphere: the first crossing of half the contrast from outside inwards."""
    level = (float(phantom.GREY[phantom.ACTIVE]) + float(phantom.GREY[phantom.PORE])) / 2
    angles = 2 * np.pi * np.arange(8) / 8
    ways = np.zeros((3, 8, 3))
    for plane, (first, second) in enumerate(((2, 1), (2, 0), (1, 0))):
        ways[plane, :, first], ways[plane, :, second] = np.cos(angles), np.sin(angles)
    numbers = np.flatnonzero(scene.whole) + 1
    centres = np.array(ndimage.center_of_mass(np.ones_like(scene.labels), scene.labels, numbers))
    found = np.empty(len(numbers))
    for row, centre in enumerate(centres):
        steps = np.arange(0, scene.radii[numbers[row] - 1] + 3, 0.1)
        points = centre[:, None, None] + ways.reshape(-1, 3).T[:, :, None] * steps
        values = ndimage.map_coordinates(scene.grey, points, order=1, mode="nearest", output=np.float32)
        inside = values >= level
        found[row] = steps[inside.shape[1] - 1 - inside[:, ::-1].argmax(axis=1)].mean()
    return found

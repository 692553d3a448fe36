"""By how much Zernike contrast biases a phase fraction, before and after the halo is corrected.

``python -m benchmarks zernike_bias``
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import voltome as vt

ENERGY_KEV = vt.twins.ParallelNanoCT().energy_kev
CAMERA = {"photons_per_pixel": 5000.0, "counts_per_photon": 5.0}
ITERATIONS = (0, 3)


@dataclass(frozen=True)
class Sample:
    """Particles of one material, and the pixels with which they are seen.

    The phase should change by less than 1 rad from ray to ray: `supersampling` rays along each edge of a pixel.
    """

    material: vt.physics.Material
    edge_um: float
    count: int
    radius_um: tuple[float, float]
    pixels: dict[str, float]
    supersampling: int = 2


SULFUR = vt.physics.Material("S", 2.07)
NMC = vt.physics.Material("LiNi0.6Mn0.2Co0.2O2", 4.7)
FINE_PIXELS = {"pixel_size_um": 0.0625, "binning": 2, "rows": 192, "columns": 320}
COARSE_PIXELS = {"pixel_size_um": 0.064, "binning": 8, "rows": 512, "columns": 832}
SAMPLES = {
    "fine sulfur": Sample(SULFUR, 12.0, 40, (0.6, 1.6), FINE_PIXELS),
    "coarse sulfur": Sample(SULFUR, 12.0, 6, (1.8, 2.4), FINE_PIXELS),
    "NMC": Sample(NMC, 32.768, 12, (2.0, 5.0), COARSE_PIXELS, supersampling=4),
}


def scanned(
    scene: vt.twins.Scene, sample: Sample, contrast: str, views: int
) -> tuple[vt.twins.ParallelNanoCT, vt.data.Projections]:
    """Return the scanner, and the transmission that it sees."""
    scanner = vt.twins.ParallelNanoCT(contrast=contrast, **CAMERA, **sample.pixels)
    scan = vt.twins.simulate(
        scene,
        scanner,
        angles_deg=np.arange(views) * 180 / views,
        materials={"solid": sample.material},
        supersampling=sample.supersampling,
        seed=1,
    )
    return scanner, vt.projections.normalise(scan)


def corrected(
    scanner: vt.twins.ParallelNanoCT, sample: Sample, seen: vt.data.Projections, steps: int
) -> vt.data.Projections:
    """Return the absorbance without halos."""
    return vt.projections.correct_halo(
        seen,
        ring_inner_per_um=scanner.ring_inner * scanner.aperture_per_um,
        ring_outer_per_um=scanner.ring_outer * scanner.aperture_per_um,
        ring_transmission=scanner.ring_transmission,
        aperture_per_um=scanner.aperture_per_um,
        material=sample.material.formula,
        iterations=steps,
    )


def row(name: str, absorbance: vt.data.Projections, true: vt.data.Volume, sample: Sample) -> str:
    """Return a row: fraction by Otsu's threshold, and grey values in the solid and in pores over the true one."""
    found = vt.reconstruction.fbp(absorbance, filter="hann")
    margin = (found.shape[2] - found.shape[0]) // 2
    box = (slice(None), slice(margin, -margin), slice(margin, -margin))  # the scene; around it is nothing
    attenuation = vt.physics.attenuation_per_cm(sample.material, energy_kev=ENERGY_KEV)
    greys, share = found.values[box] / attenuation, true.values[box] / attenuation
    volume = vt.data.Volume(found.values[box], voxel_size_um=found.voxel_size_um)
    solid = vt.segmentation.otsu(volume, phases=["pore", "solid"]).values == 1
    truth = share > 0.5
    overlap = 2 * np.count_nonzero(solid & truth) / (np.count_nonzero(solid) + np.count_nonzero(truth))
    inside, outside = greys[share > 0.99], greys[share < 0.01]
    return (
        f"| {name} | {share.mean():.4f} | {solid.mean():.4f} | {solid.mean() / share.mean() - 1:+.1%} | {overlap:.3f} "
        f"| {inside.mean():.2f} ± {inside.std():.2f} | {outside.mean():.2f} ± {outside.std():.2f} |"
    )


def main(arguments: Sequence[str]) -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks zernike_bias")
    parser.add_argument("--views", type=int, default=180)
    views = parser.parse_args(arguments).views
    print("| particles, contrast | true fraction | found | error | overlap | grey in the solid | grey in pores |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for name, sample in SAMPLES.items():
        scene = vt.twins.pack((sample.edge_um,) * 3, count=sample.count, radius_um=sample.radius_um, gap_um=0.1, seed=5)
        scanner, seen = scanned(scene, sample, "absorption", views)
        true = vt.twins.true_attenuation(scene, scanner, materials={"solid": sample.material})
        print(row(f"{name}, absorption", vt.projections.absorbance(seen), true, sample), flush=True)
        scanner, seen = scanned(scene, sample, "zernike", views)
        print(row(f"{name}, Zernike", vt.projections.absorbance(seen), true, sample), flush=True)
        for steps in ITERATIONS:
            done = corrected(scanner, sample, seen, steps)
            print(row(f"{name}, Zernike, correct_halo, {steps} iterations", done, true, sample), flush=True)

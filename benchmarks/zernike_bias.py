"""By how much Zernike contrast biases a phase fraction, before and after the halo is corrected.

``python -m benchmarks zernike_bias``
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

import voltome as vt

EDGE_UM = 12.0
SULFUR = vt.physics.Material("S", 2.07)
SIZES = {"fine": {"count": 40, "radius_um": (0.6, 1.6)}, "coarse": {"count": 6, "radius_um": (1.8, 2.4)}}
CAMERA_ENERGY_KEV = vt.twins.ParallelNanoCT().energy_kev
CAMERA = {
    "pixel_size_um": 0.0625,
    "binning": 2,
    "rows": 192,
    "columns": 320,
    "photons_per_pixel": 5000.0,
    "counts_per_photon": 5.0,
}


def scanned(scene: vt.twins.Scene, contrast: str, views: int) -> tuple[vt.twins.ParallelNanoCT, vt.data.Projections]:
    """Return the scanner, and the transmission that it sees."""
    scanner = vt.twins.ParallelNanoCT(contrast=contrast, **CAMERA)
    angles = np.arange(views) * 180 / views
    scan = vt.twins.simulate(scene, scanner, angles_deg=angles, materials={"sulfur": SULFUR}, seed=1)
    return scanner, vt.projections.normalise(scan)


def corrected(scanner: vt.twins.ParallelNanoCT, seen: vt.data.Projections, steps: int) -> vt.data.Projections:
    """Return the absorbance without halos."""
    return vt.projections.correct_halo(
        seen,
        ring_inner_per_um=scanner.ring_inner * scanner.aperture_per_um,
        ring_outer_per_um=scanner.ring_outer * scanner.aperture_per_um,
        ring_transmission=scanner.ring_transmission,
        aperture_per_um=scanner.aperture_per_um,
        material=SULFUR.formula,
        iterations=steps,
    )


def row(name: str, absorbance: vt.data.Projections, true: vt.data.Volume) -> str:
    """Return a row: fraction by Otsu's threshold, and grey values in sulfur and in pores over the true one."""
    found = vt.reconstruction.fbp(absorbance, filter="hann")
    margin = (found.shape[2] - found.shape[0]) // 2
    box = (slice(None), slice(margin, -margin), slice(margin, -margin))  # the scene; around it is nothing
    attenuation = vt.physics.attenuation_per_cm(SULFUR, energy_kev=CAMERA_ENERGY_KEV)
    greys, share = found.values[box] / attenuation, true.values[box] / attenuation
    volume = vt.data.Volume(found.values[box], voxel_size_um=found.voxel_size_um)
    solid = vt.segmentation.otsu(volume, phases=["pore", "sulfur"]).values == 1
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
    print("| particles, contrast | true fraction | found | error | overlap | grey in sulfur | grey in pores |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for size, numbers in SIZES.items():
        scene = vt.twins.pack((EDGE_UM,) * 3, gap_um=0.1, material="sulfur", seed=5, **numbers)
        scanner, seen = scanned(scene, "absorption", views)
        true = vt.twins.true_attenuation(scene, scanner, materials={"sulfur": SULFUR})
        print(row(f"{size}, absorption", vt.projections.absorbance(seen), true), flush=True)
        scanner, seen = scanned(scene, "zernike", views)
        print(row(f"{size}, Zernike", vt.projections.absorbance(seen), true), flush=True)
        for steps in (0, 3):
            name = f"{size}, Zernike, correct_halo, {steps} iterations"
            print(row(name, corrected(scanner, seen, steps), true), flush=True)

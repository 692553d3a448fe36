"""The first demonstration: spheres and ellipsoids of known size in two scans, between which they shrink.

It reproduces no published study. It shows the whole way from grey volumes to a report, and holds every number
against the truth: the solids' own volumes and areas, known without a voxel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from voltome import io
from voltome import study as studies
from voltome.papers.catalogue import Shown
from voltome.runtime import Progress, ProgressEvent, silent
from voltome.study import Results
from voltome.twins import Ellipsoid, Scene, Solid, Sphere, grey_volume, pack, true_particles

__all__ = ["Twin", "compare_with_truth", "demonstrate", "make_twin"]

SHRINK = 0.87
"""Factor on every length between the two scans: 34 % of the volume is lost."""

MARGIN_UM = 3.0
"""Free space at the faces of the scene, so that no solid is cut and all of them can be counted."""

STUDY = """\
# A twin: the truth is known, every number in the report is simulated.
study: Spheres and ellipsoids that shrink
scans:
  pristine: {source: pristine.ome.zarr, cycle: 0}
  cycled: {source: cycled.ome.zarr, cycle: 10}
pipeline:
  - median: {size_voxels: 3}
  - threshold: {intervals: {sulfur: [31000, null]}, rest: pore}
  - phase_fractions
  - phase_profile: {axis: z, layer_um: 8}
  - surface_area: {phase: sulfur}
  - separate_particles: {phase: sulfur}
  - drop_touching_border
  - measure_particles
  - particle_statistics
  - size_distribution: {weight: volume, bins: 12}
  - sweep:
      over: threshold.intervals.sulfur.0
      values: [29000, 30000, 31000, 32000, 33000]
      steps: [phase_fractions, surface_area: {phase: sulfur}]
  - subvolumes: {edges_um: [24, 30, 60], steps: [phase_fractions]}
compare: {by: cycle}
"""


@dataclass(frozen=True, slots=True)
class Twin:
    """The scenes of the demonstration and how they are imaged.

    Attributes
    ----------
    scenes : dict of str to Scene
        One for each scan.
    voxel_size_um : float
        Edge of the cubic voxels in um.
    """

    scenes: dict[str, Scene]
    voxel_size_um: float


def make_twin(*, edge_um: float = 120.0, voxel_size_um: float = 0.75, count: int = 25, seed: int = 7) -> Twin:
    """Pack the solids of the first scan, and shrink them for the second.

    Parameters
    ----------
    edge_um : float
        Edge of the cubic scene in um.
    voxel_size_um : float
        Edge of the cubic voxels in um.
    count : int
        Solids in the scene.
    seed : int
        Seed of the packing.
    """
    inner = edge_um - 2 * MARGIN_UM
    packed = pack(
        (inner, inner, inner),
        count=count,
        radius_um=(9.0, 14.0),
        ellipsoid_share=0.5,
        aspect_ratio=(1.2, 1.6),
        gap_um=1.0,
        material="sulfur",
        seed=seed,
    )
    solids = tuple(_moved(solid, MARGIN_UM) for solid in packed.solids)
    pristine = replace(packed, solids=solids, size_um=(edge_um, edge_um, edge_um))
    cycled = replace(pristine, solids=tuple(_shrunk(solid) for solid in pristine.solids))
    return Twin({"pristine": pristine, "cycled": cycled}, voxel_size_um)


def demonstrate(folder: Path, *, twin: Twin | None = None, progress: Progress = silent) -> Shown:
    """Write the twin's scans and the study file to `folder`, run the study, and compare with the truth.

    Parameters
    ----------
    folder : Path
        Where it is made.
    twin : Twin, optional
        Another twin than the one of `make_twin`.
    progress : callable, optional
        Told of every step.
    """
    twin = twin or make_twin()
    folder.mkdir(parents=True, exist_ok=True)
    for number, (scan, scene) in enumerate(twin.scenes.items()):
        progress(ProgressEvent(f"simulating the scan {scan}", number, len(twin.scenes)))
        volume = grey_volume(
            scene,
            voxel_size_um=twin.voxel_size_um,
            grey={"pore": 20000, "sulfur": 42000},
            blur_um=0.6 * twin.voxel_size_um,
            noise=2000,
            seed=number,
        )
        io.write(volume, folder / f"{scan}.ome.zarr")
    study_file = folder / "study.yaml"
    study_file.write_text(STUDY, encoding="utf-8")
    results = studies.run(studies.load(study_file), progress=progress)
    return Shown(study_file, results, compare_with_truth(results, twin))


def compare_with_truth(results: Results, twin: Twin) -> str:
    """Return the recovered numbers beside the true ones, as lines of text."""
    lines = ["simulated twin: recovered against true", f"{'':28}{'true':>12}{'recovered':>12}{'difference':>12}"]
    truths = {scan: true_values(scene) for scan, scene in twin.scenes.items()}
    found = {scan: recovered_values(results, scan) for scan in twin.scenes}
    for scan, truth in truths.items():
        lines.append(scan)
        lines += [_line(name, value, found[scan][name]) for name, value in truth.items()]
    first, last = next(iter(twin.scenes)), next(reversed(twin.scenes))
    name = "particle volume / um3"
    loss = [values[last][name] / values[first][name] - 1 for values in (truths, found)]
    lines.append(f"  {'change of volume':26}{loss[0]:>12.2%}{loss[1]:>12.2%}{(loss[1] - loss[0]) * 100:>+8.2f} pts")
    return "\n".join(lines)


def true_values(scene: Scene) -> dict[str, float]:
    """Return the truth of a scene that is measured in the demonstration, from the solids' formulae."""
    truth = true_particles(scene).frame
    return {
        "sulfur fraction": float(truth.volume_um3.sum() / math.prod(scene.size_um)),
        "particles": float(len(truth)),
        "particle volume / um3": float(truth.volume_um3.sum()),
        "surface area / um2": float(truth.surface_area_um2.sum()),
        "mean diameter / um": float(truth.equivalent_diameter_um.mean()),
        "mean sphericity": float(truth.sphericity.mean()),
    }


def recovered_values(results: Results, scan: str) -> dict[str, float]:
    """Return the same values as measured in the images."""
    tables = results.tables()
    fractions = tables["phase_fractions"].frame.query("scan == @scan and phase == 'sulfur'")
    particles = tables["measure_particles"].frame.query("scan == @scan")
    return {
        "sulfur fraction": float(fractions.fraction.iloc[0]),
        "particles": float(len(particles)),
        "particle volume / um3": float(particles.volume_um3.sum()),
        "surface area / um2": float(particles.surface_area_um2.sum()),
        "mean diameter / um": float(particles.equivalent_diameter_um.mean()),
        "mean sphericity": float(particles.sphericity.mean()),
    }


def _line(name: str, true: float, recovered: float) -> str:
    """Return one line of the comparison."""
    return f"  {name:26}{true:>12.5g}{recovered:>12.5g}{recovered / true - 1:>+12.2%}"


def _moved(solid: Solid, by_um: float) -> Solid:
    """Return a solid moved along all axes."""
    z, y, x = (place + by_um for place in solid.centre_um)
    assert isinstance(solid, Sphere | Ellipsoid)  # noqa: S101 - the packing makes only these two
    return replace(solid, centre_um=(z, y, x))


def _shrunk(solid: Solid) -> Solid:
    """Return a solid with every length times `SHRINK`, at the same place."""
    if isinstance(solid, Sphere):
        return replace(solid, radius_um=solid.radius_um * SHRINK)
    assert isinstance(solid, Ellipsoid)  # noqa: S101 - the packing makes only these two
    z, y, x = (axis * SHRINK for axis in solid.semi_axes_um)
    return replace(solid, semi_axes_um=(z, y, x))

"""The Li-S cathode over cycles: where the sulfur goes in ten cycles, seen by X-ray tomography of one cell.

Reproduces, on simulated scans, what Yermukhambetova et al. measured with a chain of programs: registration of scans,
filters, threshold, separation of particles, sulfur volume and loading, size distributions, surface over volume, and the
sulfur fraction against the distance from the current collector.

References
----------
A. Yermukhambetova et al., Exploring 3D microstructural evolution in Li-Sulfur battery electrodes using in-situ X-ray
tomography, Sci. Rep. 6, 35291 (2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voltome import io
from voltome import study as studies
from voltome.data import Transform
from voltome.papers._li_s_cell import STATES, SULFUR_DENSITY_G_PER_CM3, Cell, Scanner, make_cell, simulate
from voltome.papers._li_s_matches import matches_in_print
from voltome.papers._li_s_published import PANELS, table_1_in_print
from voltome.papers._li_s_truth import compared, frame_of, true_shares
from voltome.papers.catalogue import Shown
from voltome.papers.published import panels_in_print
from voltome.runtime import Progress, ProgressEvent, silent

__all__ = ["PANELS", "Twin", "demonstrate", "make_twin"]

STUDY = """\
# A twin: the truth is known, every number in the report is simulated.
study: Sulfur in a Li-S cathode over ten cycles
scans:
{scans}
pipeline:
  - denoise_nlm: {{strength: 0.6}}
  - align: {{to: uncycled, about: z, region: {{box_um: [[{low:.1f}, {high:.1f}], [null, null], [null, null]]}}}}
  - level: {{collector: [46000, null], like: uncycled/align}}
  - select_electrode: {{collector: [46000, null], active: [31000, 45000], like: uncycled/level, margin_um: 1}}
  - threshold: {{intervals: {{sulfur: [27500, null]}}, rest: carbon-pore}}
  - remove_artefacts: {{phase: sulfur, radius_um: 1.0}}
  - phase_fractions
  - areal_loading: {{phase: sulfur, density_g_per_cm3: {density}}}
  - phase_profile: {{axis: z, layer_um: 5}}
  - continuous_size_distribution: {{phase: sulfur, minimum_radius_um: 1.5}}
  - states: {{phase: sulfur}}
  - mass_balance: {{phase: sulfur, density_g_per_cm3: {density}, layer_um: 5}}
  - separate_particles: {{phase: sulfur}}
  - match_particles
  - drop_touching_border
  - measure_particles
  - particle_statistics: {{minimum_radius_um: 1.5}}
  - size_distribution: {{weight: number, bins: 15, minimum_radius_um: 1.5}}
  - surface_to_volume_distribution: {{weight: number, bins: 15, minimum_radius_um: 1.5}}
  - sweep: {{over: threshold.intervals.sulfur.0, values: [26500, 27500, 28500], steps: [phase_fractions]}}
compare: {{by: cycle}}
"""


@dataclass(frozen=True, slots=True)
class Twin:
    """The simulated cell and how it is scanned."""

    cell: Cell
    scanner: Scanner


def make_twin(
    *,
    shape: tuple[int, int, int] = (176, 240, 240),
    voxel_size_um: float = 0.78,
    thickness_um: float = 88.0,
    seed: int = 3,
) -> Twin:
    """Make the cell and the views of its scans.

    Parameters
    ----------
    shape : tuple of int
        Voxels of each scan (z, y, x).
    voxel_size_um : float
        Edge of the cubic voxels in um; the study's is 0.78.
    thickness_um : float
        Thickness of the electrode in um.
    seed : int
        Seed of the random numbers.
    """
    depth, height, width = (count * voxel_size_um for count in shape)
    middle = (depth / 2, height / 2, width / 2)
    first = Transform((0, 1.1, -0.8), shift_um=(14.0, height / 2, width / 2))
    remounted = {
        "2-cycles": Transform((23.4, 0.15, -0.1), centre_um=middle, shift_um=(1.9, -3.4, 2.6)),
        "10-cycles": Transform((-11.8, -0.2, 0.1), centre_um=middle, shift_um=(-1.3, 4.2, 1.7)),
    }
    views = {"uncycled": first, **{state: first.then(motion) for state, motion in remounted.items()}}
    scanner = Scanner(shape, voxel_size_um, views, blur_um=0.55 * voxel_size_um, noise=3800.0, texture=1200.0)
    return Twin(make_cell(width_um=1.5 * max(height, width), thickness_um=thickness_um, seed=seed), scanner)


def demonstrate(folder: Path, *, twin: Twin | None = None, progress: Progress = silent) -> Shown:
    """Write the twin's scans and the study file to `folder`, run the study, and compare with truth and publication.

    Parameters
    ----------
    folder : Path
        Where it is made.
    twin : Twin, optional
        Another twin than the one of `make_twin`.
    progress : callable, optional
        Told of every step.
    """
    progress(ProgressEvent("simulating the cell", 0, len(STATES) + 1))
    twin = twin or make_twin()
    folder.mkdir(parents=True, exist_ok=True)
    for number, state in enumerate(STATES):
        progress(ProgressEvent(f"simulating the scan {state}", number + 1, len(STATES) + 1))
        io.write(simulate(twin.cell, state, twin.scanner, seed=number), folder / f"{state}.ome.zarr")
    study_file = folder / "study.yaml"
    study_file.write_text(study_text(twin), encoding="utf-8")
    results = studies.run(studies.load(study_file), progress=progress)
    frame = frame_of(results, twin.scanner)
    shares = true_shares(twin.cell, frame)
    found = compared(results, twin.cell, twin.scanner, frame, shares)
    found += matches_in_print(results, twin.cell, frame, shares)
    lines = [*found, "", *table_1_in_print(), "", *panels_in_print(PANELS)]
    return Shown(study_file, results, "\n".join(lines))


def study_text(twin: Twin) -> str:
    """Return the study file of a twin: what does not change is the separator, above the electrode."""
    lowest = twin.scanner.views["uncycled"].apply((twin.cell.thickness_um, 0.0, 0.0))[0]
    tilt = 0.02 * max(twin.scanner.size_um[1:])
    scans = "\n".join(f"  {state}: {{source: {state}.ome.zarr, cycle: {cycle}}}" for state, cycle in STATES.items())
    return STUDY.format(density=SULFUR_DENSITY_G_PER_CM3, scans=scans, low=lowest + tilt, high=twin.scanner.size_um[0])

"""The Mg-S study on simulated scans: what its cathode and its separator are made of, and what moves through them.

X-ray nano-CT of a cathode in four states and micro-CT of a separator in two, cut into phases and measured; sulfur
particles; diffusion through the pores of the cathode, how it hangs on the threshold and on the size of the image; flow
through the separator. Everything is simulated; what was published is quoted beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voltome import io
from voltome import study as studies
from voltome.papers import _mg_s_cathode as cathodes
from voltome.papers import _mg_s_separator as separators
from voltome.papers._mg_s_cathode import NanoCT
from voltome.papers._mg_s_compared import compared
from voltome.papers._mg_s_published import PANELS, doubts_in_print
from voltome.papers._mg_s_separator import MicroCT
from voltome.papers._mg_s_truth import Truth, truth_of_cathode, truth_of_separator
from voltome.papers.catalogue import Shown
from voltome.papers.published import panels_in_print
from voltome.runtime import Progress, ProgressEvent, silent
from voltome.study import Results

__all__ = ["PANELS", "Twin", "demonstrate", "make_twin", "recover", "study_text"]

STUDY_FILE = "study.yaml"

STUDY = """\
# A twin: the truth is known, every number in the report is simulated.
study: Cathode and separator of a Mg-S cell over its cycles
scans:
{cathodes}
  limits: {{source: cathode-0.ome.zarr, cycle: 0, pipeline: limits}}
  local-0: {{source: cathode-0.ome.zarr, cycle: 0, pipeline: local}}
  local-3: {{source: cathode-3.ome.zarr, cycle: 3, pipeline: local}}
  separator-0:
    source: separator-0.ome.zarr
    cycle: 0
    pipeline: separator
    set: {{threshold.intervals: {{fibre: [30000, null]}}, threshold.rest: pore}}    # nothing deposited yet
  separator-1: {{source: separator-1.ome.zarr, cycle: 1, pipeline: separator}}
pipelines:
  cathode:
    - unsharp_mask: {{sigma_um: {nano}, amount: 0.5}}
    - threshold: {{intervals: {{pore: [null, 22500], sulfur: [32500, null]}}, rest: carbon-binder}}
    - phase_fractions
    - phase_profile: {{axis: z, layer_um: {layer:g}}}
    - surface_area: {{phase: pore, name: pore-surface}}
    - surface_area: {{phase: carbon-binder, name: binder-surface}}
    - surface_area: {{phase: sulfur, name: sulfur-surface}}
    - triple_phase_boundary
    - tortuosity: {{phase: pore, axis: x, tolerance: 0.001, name: tortuosity-x}}
    - tortuosity: {{phase: pore, axis: y, tolerance: 0.001, name: tortuosity-y}}
    - tortuosity: {{phase: pore, axis: z, tolerance: 0.001, name: tortuosity-z}}
    - separate_particles: {{phase: sulfur}}
    - drop_touching_border
    - filter_by_size: {{min_voxels: 10}}                # smaller ones are hardly measured, and specks are many
    - measure_particles
    - particle_statistics
    - size_distribution: {{weight: number, bins: 15}}
  limits:                                             # how far to trust the uncycled cathode's numbers
    - unsharp_mask: {{sigma_um: {nano}, amount: 0.5}}
    - threshold: {{intervals: {{pore: [null, 22500], sulfur: [32500, null]}}, rest: carbon-binder}}
    - tortuosity: {{phase: pore, axis: x, tolerance: 0.001, name: tortuosity-x}}
    - sweep:
        over: threshold.intervals.pore.1
        values: [21900, 22200, 22500, 22800, 23100]
        steps:
          - phase_fractions
          - tortuosity: {{phase: pore, axis: x, tolerance: 0.001}}
          - surface_area: {{phase: pore}}
    - subvolumes:
        edges_um: {edges}
        steps:
          - phase_fractions
          - surface_area: {{phase: sulfur}}
          - triple_phase_boundary
          - tortuosity: {{phase: pore, axis: x, tolerance: 0.001}}
    - growing_volume: {{phase: pore, edges_um: {edges}, shares: [0.25, 0.5, 1.0], tolerance: 0.001}}
    - combined_uncertainty:
        of: tortuosity-x
        threshold: {sweep}
        subvolumes: {subvolumes}
        band: [22200, 22800]
  local:                                              # a cube from the middle, and the flux through its pores
    - unsharp_mask: {{sigma_um: {nano}, amount: 0.5}}
    - crop: {{box_voxels: {box}}}
    - threshold: {{intervals: {{pore: [null, 22500], sulfur: [32500, null]}}, rest: carbon-binder}}
    - phase_fractions
    - diffusion_field: {{phase: pore, axis: x, tolerance: 0.001}}
    - project: {{of: diffusion_field, axis: z}}
  separator:
    - unsharp_mask: {{sigma_um: {micro}, amount: 0.5}}
    - threshold: {{intervals: {{deposit: [25501, 37499], fibre: [37500, null]}}, rest: pore}}
    - phase_fractions
    - interface_areas: {{name: separator-surfaces}}
    - permeability: {{phase: pore, axis: x, mode: experiment, name: permeability-x}}
    - permeability: {{phase: pore, axis: y, mode: experiment, name: permeability-y}}
    - flow_field: {{phase: pore, axis: z, mode: experiment}}
    - streamlines: {{of: flow_field-velocity_z, along_y: flow_field-velocity_y, along_x: flow_field-velocity_x}}
    - streamline_statistics
compare: {{by: scan}}
"""


@dataclass(frozen=True, slots=True)
class Twin:
    """How the samples of the demonstration are scanned, and the seed of all of them.

    Attributes
    ----------
    nano : NanoCT
        The scanner of the cathodes.
    micro : MicroCT
        The scanner of the separators.
    cubes : tuple of int
        Edges in voxels of the cubes of the uncycled cathode that are measured.
    local : int
        Edge in voxels of the cube of which the flux is shown.
    seed : int
        Seed of the samples and of the noise.
    """

    nano: NanoCT
    micro: MicroCT
    cubes: tuple[int, ...]
    local: int
    seed: int


def make_twin(
    *,
    cathode_voxels: int = 220,
    separator_shape: tuple[int, int, int] = (72, 96, 144),
    cubes: tuple[int, ...] = (60, 80, 120, 160, 200),
    local: int = 120,
    seed: int = 1,
) -> Twin:
    """Choose the size of the simulated scans.

    Parameters
    ----------
    cathode_voxels : int
        Edge of the cubic scans of the cathode in voxels of 126 nm, as in the study.
    separator_shape : tuple of int
        Voxels (z, y, x) of 390 nm of the scans of the separator. The study's sub-volume has (135, 180, 275), 6.7
        times as many as the default; flow through it takes so much longer, and 1.5 GB.
    cubes : tuple of int
        Edges in voxels of the cubes whose measures show how large an image has to be.
    local : int
        Edge in voxels of the cube from the middle whose flux is shown.
    seed : int
        Seed of the random numbers.
    """
    nano = NanoCT((cathode_voxels,) * 3, 0.126, blur_um=0.55 * 0.126, noise=350.0)
    micro = MicroCT(separator_shape, 0.39, blur_um=0.55 * 0.39, noise=1000.0)
    return Twin(nano, micro, cubes, local, seed)


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
    results, truths = recover(twin or make_twin(), folder, progress=progress)
    lines = [*compared(results.tables(), truths), "", *doubts_in_print(), "", *panels_in_print(PANELS)]
    return Shown(folder / STUDY_FILE, results, "\n".join(lines))


def recover(twin: Twin, folder: Path, *, progress: Progress = silent) -> tuple[Results, Mapping[str, Truth]]:
    """Write the twin's scans and the study file to `folder`, run the study, and return its results and what is true."""
    folder.mkdir(parents=True, exist_ok=True)
    truths = simulate(twin, folder, progress=progress)
    (folder / STUDY_FILE).write_text(study_text(twin), encoding="utf-8")
    return studies.run(studies.load(folder / STUDY_FILE), progress=progress), truths


def simulate(twin: Twin, folder: Path, *, progress: Progress = silent) -> Mapping[str, Truth]:
    """Write all scans to `folder`, and return what is true of each."""
    truths: dict[str, Truth] = {}
    count = len(cathodes.STATES) + len(separators.SEPARATORS)
    for name, nature in cathodes.STATES.items():
        progress(ProgressEvent(f"simulating {name} and what is true of it", len(truths), count))
        cathode = cathodes.make_cathode(nature, twin.nano.size_um, seed=twin.seed)
        cathode, sample = cathodes.true_sample(cathode, twin.nano)
        io.write(cathodes.scan_of(sample, twin.nano, seed=twin.seed), folder / f"{name}.ome.zarr")
        truths[name] = truth_of_cathode(cathode, sample, local=twin.local)
    for name, scene in separators.make_separator(twin.micro, seed=twin.seed + 1).items():
        progress(ProgressEvent(f"simulating {name} and what is true of it", len(truths), count))
        io.write(separators.scan_of(scene, twin.micro, seed=twin.seed), folder / f"{name}.ome.zarr")
        truths[name] = truth_of_separator(scene, twin.micro)
    return truths


def study_text(twin: Twin) -> str:
    """Return the study file of a twin."""
    scans = "\n".join(
        f"  {name}: {{source: {name}.ome.zarr, cycle: {nature.cycle}, pipeline: cathode}}"
        for name, nature in cathodes.STATES.items()
    )
    size = twin.nano.voxel_size_um
    first = (twin.nano.shape[0] - twin.local) // 2
    box = [[first, first + twin.local]] * 3
    return STUDY.format(
        cathodes=scans,
        nano=size,
        micro=twin.micro.voxel_size_um,
        layer=round(twin.nano.size_um[0] / 10, 3),
        edges=[round(edge * size, 3) for edge in twin.cubes],
        box=box,
        sweep="sweep-tortuosity",
        subvolumes="subvolumes-tortuosity",
    )

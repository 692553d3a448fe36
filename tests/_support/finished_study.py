"""A finished study in memory, with the attributes of `voltome.study.Results`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cc3d
import numpy as np
import pandas as pd

from voltome.data import Column, Noun, ParticleImage, PhaseImage, ResultTable, Volume
from voltome.errors import MissingFileError
from voltome.study import ReportOptions
from voltome.twins import grey_volume, pack

SCAN = Column("scan", "", "Name of the scan in the study file.", "key")
CYCLE = Column("cycle", "1", "cycle of the scan, from the study file.", "key")
PHASE = Column("phase", "", "Name of the phase.", "key")
FRACTION = Column("fraction", "1", "Volume of the phase over the volume of the sample.")
FRACTION_ERROR = Column("fraction_standard_error", "1", "Standard error of the fraction.", "standard_error", "fraction")
THRESHOLD = 30000


@dataclass(frozen=True)
class Stored:
    """One noun of the study."""

    scan: str
    name: str
    noun: str
    kind: str
    step: str
    parameters: dict[str, Any]
    path: Path


@dataclass(frozen=True)
class Finished:
    """A finished study."""

    folder: Path
    title: str
    scans: dict[str, dict[str, Any]]
    compare_by: str | None
    nouns: tuple[Stored, ...]
    provenance: dict[str, Any]
    held: dict[Path, Noun] = field(default_factory=dict)
    combined: dict[str, ResultTable] = field(default_factory=dict)

    @property
    def report(self) -> ReportOptions:
        return ReportOptions.model_validate(self.provenance.get("report", {}))

    def find(self, **wanted: str) -> list[Stored]:
        return [noun for noun in self.nouns if all(getattr(noun, name) == value for name, value in wanted.items())]

    def load(self, stored: Stored) -> Noun:
        if stored.path not in self.held:
            raise MissingFileError(f"{stored.path} is not there")
        return self.held[stored.path]

    def tables(self) -> dict[str, ResultTable]:
        return self.combined


@dataclass(frozen=True)
class Images:
    """Volume, phases and particles of one scan."""

    volume: Volume
    phases: PhaseImage
    particles: ParticleImage


def images_of(seed: int, *, size: float = 40.0, voxel: float | tuple[float, float, float] = 1.0) -> Images:
    scene = pack(
        (size, size, size), count=14, radius_um=(size / 13, size / 8), ellipsoid_share=0.4, material="sulfur", seed=seed
    )
    volume = grey_volume(
        scene, voxel_size_um=voxel, grey={"pore": 20000, "sulfur": 40000}, blur_um=0.7, noise=1500, seed=seed
    )
    solid = volume.values >= THRESHOLD
    phases = PhaseImage(
        solid.astype(np.uint8),
        **volume.grid,
        phases={0: "carbon-pore", 1: "sulfur"},
        grey_intervals={"sulfur": (THRESHOLD, None)},
        history=volume.history,
    )
    particles = ParticleImage(cc3d.connected_components(solid), **volume.grid, phase="sulfur", history=volume.history)
    return Images(volume, phases, particles)


def particle_table(particles: ParticleImage) -> pd.DataFrame:
    counts = np.bincount(particles.values.ravel())[1:]
    volumes = counts * particles.voxel_volume_um3
    return pd.DataFrame(
        {
            "label": np.arange(1, len(counts) + 1),
            "volume_um3": volumes,
            "equivalent_diameter_um": (6 * volumes / np.pi) ** (1 / 3),
            "touches_border": [False] * len(counts),
        }
    )


PARTICLES = (
    Column("label", "1", "Number of the particle in the image.", "key"),
    Column("volume_um3", "um3", "Volume: voxels times the volume of one."),
    Column("equivalent_diameter_um", "um", "Diameter of the ball of equal volume."),
    Column("touches_border", "1", "Whether it may be cut.", "flag"),
)


def stack(parts: dict[str, pd.DataFrame], cycles: dict[str, int]) -> pd.DataFrame:
    frames = [frame.assign(scan=scan, cycle=cycles[scan]) for scan, frame in parts.items()]
    frame = pd.concat(frames, ignore_index=True)
    return frame[["scan", "cycle", *[name for name in frame.columns if name not in ("scan", "cycle")]]]


def phase_tables(images: dict[str, Images], cycles: dict[str, int]) -> dict[str, ResultTable]:
    fractions, profiles, sweeps, cubes = {}, {}, {}, {}
    for number, (scan, image) in enumerate(images.items()):
        share = float((image.phases.values == 1).mean())
        names = ["carbon-pore", "sulfur"]
        error = 0.0012 * (number + 1)
        fractions[scan] = pd.DataFrame(
            {"phase": names, "fraction": [1 - share, share], "fraction_standard_error": [error, error]}
        )
        layers = (image.phases.values == 1).mean(axis=(1, 2))
        z = (np.arange(len(layers)) + 0.5) * image.phases.voxel_size_um[0]
        profiles[scan] = pd.concat(
            pd.DataFrame({"phase": name, "position_um": z, "fraction": values})
            for name, values in zip(names, (1 - layers, layers), strict=True)
        )
        sweeps[scan] = pd.concat(
            pd.DataFrame({"threshold.intervals.sulfur.0": [float(t)] * 2, "phase": names, "fraction": [1 - s, s]})
            for t in (28000, 30000, 32000)
            for s in [float((image.volume.values >= t).mean())]
        )
        half = image.phases.values.shape[0] // 2
        cubes[scan] = pd.concat(
            pd.DataFrame({"edge_um": float(edge), "corner_z_um": float(z), "phase": names, "fraction": [1 - s, s]})
            for edge in (half // 2, half)
            for z in range(0, 2 * half, edge)
            for s in [float((image.phases.values[z : z + edge, :edge, :edge] == 1).mean())]
        )  # fmt: skip
    swept = Column("threshold.intervals.sulfur.0", "1", "Value in the study file.", "position")
    cube = (
        Column("edge_um", "um", "Edge of the sub-volume.", "position"),
        Column("corner_z_um", "um", "Corner along z.", "position"),
    )
    position = Column("position_um", "um", "Centre of the layer along the axis.", "position")

    def table(parts: dict[str, pd.DataFrame], columns: tuple[Column, ...], kind: str) -> ResultTable:
        columns = (SCAN, CYCLE, *columns)
        frame = stack(parts, cycles)[[column.name for column in columns]]
        return ResultTable(frame, columns=columns, kind=kind, measured_on="phases of a twin", method="counted")

    return {
        "phase_fractions": table(fractions, (PHASE, FRACTION, FRACTION_ERROR), "phase_fractions"),
        "phase_profile": table(profiles, (PHASE, position, FRACTION), "phase_profile"),
        "sweep-phase_fractions": table(sweeps, (swept, PHASE, FRACTION), "sweep"),
        "subvolumes-phase_fractions": table(cubes, (*cube, PHASE, FRACTION), "subvolumes"),
        "particles": table(
            {scan: particle_table(image.particles) for scan, image in images.items()}, PARTICLES, "particles"
        ),
    }


def provenance_of(images: dict[str, Images]) -> dict[str, Any]:
    scans = tuple(images)
    steps = [
        ("read volume", {"voxel_size_um": 1.0}),
        ("median", {"size_voxels": 3}),
        ("threshold", {"intervals": {"sulfur": [THRESHOLD, None]}, "rest": "carbon-pore"}),
        ("separate_particles", {"phase": "sulfur", "min_depth_um": 0.6}),
        ("measure_particles", {}),
        ("phase_fractions", {}),
        ("sweep", {"over": "threshold.intervals.sulfur.0", "values": [28000, 30000, 32000]}),
    ]
    return {
        "study": "Made up",
        "study_file": "study: Made up\nscans: {}\n",
        "voltome_version": "0.1.0",
        "python": "3.11.2",
        "platform": "Linux",
        "packages": {"numpy": "2.4.6"},
        "started": "2026-01-02T03:04:05",
        "seconds": 12.5,
        "inputs": [
            {"scan": scan, "path": f"scans/{scan}.tif", "size_bytes": 128000, "sha256": "0123456789abcdef" * 4}
            for scan in scans
        ],
        "steps": [
            {"scans": [scan], "name": step, "step": step, "version": 1, "parameters": parameters, "inputs": {},
             "inner": False, "key": "k", "seconds": 0.2, "cached": False, "decision": "", "references": []}
            for scan in scans for step, parameters in steps
        ],
        "decisions": [
            {"scan": scan, "name": "threshold", "step": "threshold", "meaning": "grey intervals chosen by eye",
             "parameters": {"intervals": {"sulfur": [THRESHOLD, None]}}}
            for scan in scans
        ],
        "simulated": list(scans),
        "references": [{"citation": "N. Otsu, IEEE Trans. Syst. Man Cybern. 9, 62 (1979)", "steps": ["otsu"]}],
    }  # fmt: skip


def finished(folder: Path, scans: dict[str, int], *, title: str = "Made-up cathode over cycles") -> Finished:
    images = {scan: images_of(seed) for seed, scan in enumerate(scans, start=1)}
    held: dict[Path, Noun] = {}
    nouns = []
    for scan, image in images.items():
        for name, noun, kind in (
            ("source", image.volume, "grey value"),
            ("threshold", image.phases, ""),
            ("separate_particles", image.particles, ""),
        ):
            path = folder / "store" / scan / name
            held[path] = noun
            nouns.append(Stored(scan, name, type(noun).__name__, kind, name, {}, path))
    tables = phase_tables(images, scans)
    (folder / "tables").mkdir(parents=True)
    for name in tables:
        (folder / "tables" / f"{name}.csv").write_text("x\n")
    attributes = {scan: {"cycle": cycle} for scan, cycle in scans.items()}
    return Finished(folder, title, attributes, "cycle", tuple(nouns), provenance_of(images), held, tables)

"""The truth of the simulated Li-S cell in the box that was analysed, and what the study recovered of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from voltome.data import PhaseImage, Transform, Volume
from voltome.data.transforms import triple
from voltome.io import read_table
from voltome.papers._li_s_cell import PORE, SULFUR, Cell, Particle, Scanner
from voltome.study import Results
from voltome.twins import Scene, grey_volume

__all__ = [
    "Measured",
    "Motion",
    "compared",
    "found_measures",
    "found_motions",
    "found_profile",
    "table_of",
    "true_measures",
    "true_share",
    "true_shares",
    "whole_particles",
]

Shares = Mapping[str, NDArray[np.float64]]
"""State -> the share of sulfur in every voxel of the analysed box."""

RESOLVED_VOXELS = 3.0
"""Radius in voxels from which particles are counted and measured here."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is held against the truth, for one state.

    Attributes
    ----------
    sulfur_volume_um3 : float
        Volume of the sulfur in the analysed box, particles cut by its faces included.
    particles : float
        Particles of at least 3 voxels radius wholly inside the box.
    surface_to_volume_per_um : float
        Their mean surface over volume, weighted by their surface.
    mean_radius_um : float
        Their mean radius (of the sphere of equal volume).
    """

    sulfur_volume_um3: float
    particles: float
    surface_to_volume_per_um: float
    mean_radius_um: float


@dataclass(frozen=True, slots=True)
class Motion:
    """How far a recovered motion is from the true one: angle between them, and distance in the middle of the scan."""

    rotation_deg: float
    found_rotation_deg: float
    rotation_error_deg: float
    shift_error_um: float


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the analysed box lies in the cell.

    Attributes
    ----------
    origin_um : numpy.ndarray
        Corner of the box in the frame of the cell (z, y, x).
    offset_um : numpy.ndarray
        What takes a point of the frame of the cell to the frame of the analysed images.
    shape, voxel_size_um
        Voxels of the box, and their edge.
    """

    origin_um: NDArray[np.float64]
    offset_um: NDArray[np.float64]
    shape: tuple[int, int, int]
    voxel_size_um: float

    @property
    def size_um(self) -> tuple[float, float, float]:
        """Edges of the box in um."""
        z, y, x = (count * self.voxel_size_um for count in self.shape)
        return z, y, x


def frame_of(results: Results, scanner: Scanner) -> Frame:
    """Return where the analysed box lies in the cell.

    Levelling turns the aligned scan about its middle until the collector is flat, and sets z = 0 there: so the frames
    of cell and images differ by a shift in the plane only, the one that keeps the middle of the aligned scan in place.
    """
    aligned = cast(Volume, results.load(results.find(scan="uncycled", name="align")[0]))
    phases = cast(PhaseImage, results.load(results.find(scan="uncycled", name="threshold")[0]))
    middle = np.add(aligned.origin_um, np.divide(aligned.size_um, 2))
    offset = middle - scanner.views["uncycled"].inverse().apply(middle)
    offset[0] = 0.0
    return Frame(np.asarray(phases.origin_um) - offset, offset, phases.shape, phases.voxel_size_um[0])


def table_of(results: Results, name: str) -> pd.DataFrame:
    """Return one table of the results, without reading all the others."""
    return read_table(results.folder / "tables" / f"{name}.parquet").frame


def compared(results: Results, cell: Cell, scanner: Scanner, frame: Frame, shares: Shares) -> list[str]:
    """Return what was recovered beside what is true, as lines of text."""
    pairs = {
        state: (true_measures(cell, state, frame, share), found_measures(results, cell, state, frame))
        for state, share in shares.items()
    }
    lines = ["simulated twin: recovered against true", f"{'':36}{'true':>12}{'recovered':>12}{'difference':>12}"]
    for state, (true, found) in pairs.items():
        lines.append(state)
        for field, words in _WORDS.items():
            lines.append(_line(words, getattr(true, field), getattr(found, field)))
        layers = found_profile(results, state)
        worst = max(abs(layers["fraction"] - true_profile(shares[state], frame, layers)))
        lines.append(f"  {'sulfur fraction, worst 5 um layer':34}{'':>24}{worst:>12.4f}")
        particles, balls = found_excluded(results, state)
        lines.append(f"  left out below 1.5 um radius: {particles:.2%} of the particles' volume, {balls:.2%} by balls")
    first, *others = pairs
    for state in others:
        both = zip(pairs[state], pairs[first], strict=True)
        lost, seen = (now.sulfur_volume_um3 / then.sulfur_volume_um3 - 1 for now, then in both)
        lines.append(f"sulfur since {first}, {state:16}{lost:>19.2%}{seen:>12.2%}")
    lines.append("registration, against the motion that was simulated")
    for state, motion in found_motions(results, scanner).items():
        lines.append(
            f"  {state:16}about z: {motion.rotation_deg:8.3f} deg, recovered {motion.found_rotation_deg:8.3f} deg; "
            f"rotation off by {motion.rotation_error_deg:.3f} deg, "
            f"shift by {motion.shift_error_um / scanner.voxel_size_um:.3f} voxel"
        )
    return lines


_WORDS = {
    "sulfur_volume_um3": "sulfur volume / um3",
    "particles": "particles of 3 voxels radius",
    "surface_to_volume_per_um": "VSSA, by surface / (1/um)",
    "mean_radius_um": "mean radius / um",
}


def _line(name: str, true: float, found: float) -> str:
    return f"  {name:34}{true:>12.5g}{found:>12.5g}{found / true - 1:>+12.2%}"


def true_share(cell: Cell, state: str, frame: Frame) -> NDArray[np.float64]:
    """Return the share of sulfur in every voxel of the box, without blur or noise."""
    to_box = Transform((0, 0, 0), shift_um=triple(-frame.origin_um))
    inside = [particle.solid.moved(to_box) for particle in cell.states[state]]
    kept = tuple(
        solid
        for solid in inside
        if all(t > 0 and b < e for b, t, e in zip(*solid.bounds_um, frame.size_um, strict=True))
    )
    volume = grey_volume(
        Scene(kept, size_um=frame.size_um, background=PORE),
        voxel_size_um=frame.voxel_size_um,
        grey={PORE: 0, SULFUR: 60000},
        seed=0,
    )
    return volume.values / 60000


def true_shares(cell: Cell, frame: Frame) -> Shares:
    """Return the share of sulfur in every voxel of the box, for every state."""
    return {state: true_share(cell, state, frame) for state in cell.states}


def true_measures(cell: Cell, state: str, frame: Frame, share: NDArray[np.float64]) -> Measured:
    """Return the truth of one state in the analysed box."""
    whole = whole_particles(cell.states[state], frame)
    volume = np.array([particle.solid.volume_um3 for particle in whole])
    area = np.array([particle.solid.surface_area_um2 for particle in whole])
    sulfur = float(share.sum() * frame.voxel_size_um**3)
    return _measured(sulfur, volume, area)


def found_measures(results: Results, cell: Cell, state: str, frame: Frame) -> Measured:
    """Return what the study recovered of it.

    A particle counts where it lies in a true one that counts, or in none and is large enough to count itself: so parts
    of one particle count each, two particles found as one count once, and noise counts where it is large.
    """
    phases = table_of(results, "phase_fractions").query("scan == @state and phase == @SULFUR")
    rows = table_of(results, "measure_particles").query("scan == @state").reset_index(drop=True)
    particles = cell.states[state]
    centres = np.array([particle.solid.centre_um for particle in particles]) + frame.offset_um
    places = rows[["z_um", "y_um", "x_um"]].to_numpy()
    near = cKDTree(centres).query(places, k=min(4, len(centres)))[1]
    wanted = set(map(id, whole_particles(particles, frame)))
    counted = [
        _counts(place, [particles[index] for index in indices], wanted, frame, diameter / 2)
        for place, indices, diameter in zip(places, near, rows["equivalent_diameter_um"], strict=True)
    ]
    rows = rows[counted]
    return _measured(
        float(phases["volume_um3"].iloc[0]), rows["volume_um3"].to_numpy(), rows["surface_area_um2"].to_numpy()
    )


def _counts(place: NDArray[np.float64], near: list[Particle], wanted: set[int], frame: Frame, radius_um: float) -> bool:
    """Say whether a particle found at a place counts."""
    inside = [particle for particle in near if particle.solid.contains(place - frame.offset_um)]
    if inside:
        return id(inside[0]) in wanted
    return radius_um >= RESOLVED_VOXELS * frame.voxel_size_um


def _measured(sulfur: float, volume: NDArray[np.float64], area: NDArray[np.float64]) -> Measured:
    """Return the measures of particles of given volumes and surfaces."""
    radius = np.cbrt(3 * volume / (4 * math.pi))
    return Measured(sulfur, len(volume), float((area**2 / volume).sum() / area.sum()), float(radius.mean()))


def whole_particles(particles: tuple[Particle, ...], frame: Frame) -> list[Particle]:
    """Return the particles that count: large enough, and a voxel away from every face of the box."""
    margin = frame.voxel_size_um
    low, high = frame.origin_um + margin, frame.origin_um + frame.size_um - margin
    return [
        particle
        for particle in particles
        if particle.radius_um >= RESOLVED_VOXELS * frame.voxel_size_um
        and np.all(np.greater_equal(particle.solid.bounds_um[0], low))
        and np.all(np.less_equal(particle.solid.bounds_um[1], high))
    ]


def found_excluded(results: Results, state: str) -> tuple[float, float]:
    """Return the shares of volume that were left out as too small: of particles, and of the continuous distribution."""
    frames = [table_of(results, name) for name in ("particle_statistics", "continuous_size_distribution")]
    particles, balls = (float(rows.loc[rows["scan"] == state, "excluded_volume_fraction"].iloc[0]) for rows in frames)
    return particles, balls


def found_profile(results: Results, state: str) -> pd.DataFrame:
    """Return the layers of the sulfur profile of one state."""
    rows = table_of(results, "phase_profile").query("scan == @state and phase == @SULFUR")
    return rows.sort_values("position_um").reset_index(drop=True)


def true_profile(share: NDArray[np.float64], frame: Frame, layers: pd.DataFrame) -> NDArray[np.float64]:
    """Return the true sulfur fraction in the same layers; a voxel that an edge cuts counts by its share."""
    depth = layers["sample_volume_um3"].to_numpy() / (frame.size_um[1] * frame.size_um[2])
    edges = np.concatenate([[0.0], np.cumsum(depth)]) / frame.voxel_size_um
    held = np.concatenate([[0.0], np.cumsum(share.mean(axis=(1, 2)))])
    inside = np.diff(np.interp(edges, np.arange(len(held)), held))
    fraction: NDArray[np.float64] = inside / np.diff(edges)
    return fraction


def found_motions(results: Results, scanner: Scanner) -> Mapping[str, Motion]:
    """Return how far the recovered motions are from the simulated ones."""
    table = table_of(results, "align-motions")
    middle = np.divide(scanner.size_um, 2)
    motions: dict[str, Motion] = {}
    for state, view in scanner.views.items():
        if state == "uncycled":
            continue
        true = view.inverse().then(scanner.views["uncycled"])
        row = table[table["scan"] == state].iloc[0]
        turn, tilt, shift = (
            np.array([float(row.get(f"{what}_{axis}_{unit}", 0.0)) for axis in "zyx"])
            for what, unit in (("rotation", "deg"), ("tilt", "deg"), ("shift", "um"))
        )
        turned = Rotation.from_rotvec(tilt, degrees=True) * Rotation.from_rotvec(turn, degrees=True)
        found = Transform(triple(turned.as_rotvec(degrees=True)), shift_um=triple(shift), centre_um=triple(middle))
        between = Rotation.from_matrix(found.matrix @ true.matrix.T).magnitude()
        apart = float(np.linalg.norm(found.apply(middle) - true.apply(middle)))
        motions[state] = Motion(true.rotation_deg[0], found.rotation_deg[0], math.degrees(between), apart)
    return motions

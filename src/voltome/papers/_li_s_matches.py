"""What became of every particle and of the sulfur of each layer in the simulated Li-S cell, and what was recovered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from voltome.data import ParticleImage
from voltome.papers._li_s_cell import SULFUR_DENSITY_G_PER_CM3, Cell
from voltome.papers._li_s_truth import Frame, Shares, table_of, whole_particles
from voltome.study import Results

__all__ = ["Balance", "Followed", "balance_of", "followed", "matches_in_print"]


@dataclass(frozen=True, slots=True)
class Followed:
    """How many particles that last from one state to the next, and that do not, were recognised as such."""

    lasting: int
    recognised: int
    gone: int
    found_gone: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Sulfur lost and gained in all layers between two states, in mg/cm2, and the largest error of a layer."""

    true_lost: float
    true_gained: float
    lost: float
    gained: float
    worst_layer: float


def followed(results: Results, cell: Cell, frame: Frame) -> Mapping[tuple[str, str], Followed]:
    """Return, for each two successive states, how many particles were followed rightly.

    In the simulated cell a particle keeps its centre, so it is looked up there in both images.
    """
    images = {
        state: cast(ParticleImage, results.load(results.find(scan=state, name="match_particles")[0]))
        for state in cell.states
    }
    events = table_of(results, "match_particles-matches")
    found: dict[tuple[str, str], Followed] = {}
    for before, after in pairwise(cell.states):
        later = {particle.solid.centre_um for particle in cell.states[after]}
        counted_later = {particle.solid.centre_um for particle in whole_particles(cell.states[after], frame)}
        earlier = [particle.solid.centre_um for particle in whole_particles(cell.states[before], frame)]
        rows = events[(events["from_scan"] == before) & (events["event"] == "vanished")]
        vanished = set(rows["track"].tolist())
        lasting = [centre for centre in earlier if centre in counted_later]
        gone = [centre for centre in earlier if centre not in later]
        same = [_number_at(images[before], centre, frame) for centre in lasting]
        then = [_number_at(images[after], centre, frame) for centre in lasting]
        left = [_number_at(images[before], centre, frame) for centre in gone]
        found[before, after] = Followed(
            len(lasting),
            sum(one == other > 0 for one, other in zip(same, then, strict=True)),
            len(gone),
            sum(number in vanished for number in left),
        )
    return found


def _number_at(image: ParticleImage, centre_um: tuple[float, float, float], frame: Frame) -> int:
    """Return the number of the particle at a point of the cell; 0 where there is none."""
    inside = (np.array(centre_um) + frame.offset_um - image.origin_um) / image.voxel_size_um
    z, y, x = np.clip(np.floor(inside).astype(int), 0, np.array(image.shape) - 1)
    return int(image.values[z, y, x])


def balance_of(results: Results, frame: Frame, shares: Shares) -> Mapping[tuple[str, str], Balance]:
    """Return the true and the recovered loss and gain of sulfur between each two successive states."""
    table = table_of(results, "mass_balance")
    to_mg = 0.1 * SULFUR_DENSITY_G_PER_CM3 * frame.voxel_size_um
    found: dict[tuple[str, str], Balance] = {}
    for before, after in pairwise(shares):
        rows = table[(table["from_scan"] == before) & (table["to_scan"] == after)].sort_values("position_um")
        change = shares[after] - shares[before]
        lost, gained = (
            _in_layers(np.maximum(sign * change, 0).mean(axis=(1, 2)) * to_mg, rows["position_um"].to_numpy(), frame)
            for sign in (-1, 1)
        )
        seen = [rows[name].to_numpy() for name in ("lost_mg_per_cm2", "gained_mg_per_cm2")]
        worst = max(float(np.abs(true - one).max()) for true, one in zip((lost, gained), seen, strict=True))
        found[before, after] = Balance(
            float(lost.sum()), float(gained.sum()), float(seen[0].sum()), float(seen[1].sum()), worst
        )
    return found


def _in_layers(planes: NDArray[np.float64], centres_um: NDArray[np.float64], frame: Frame) -> NDArray[np.float64]:
    """Return the sums of planes in layers with these centres, which follow each other without a gap."""
    depth = len(planes) * frame.voxel_size_um
    start = frame.origin_um[0] + frame.offset_um[0]
    edges = [0.0]
    for centre in centres_um - start:
        edges.append(2 * centre - edges[-1])
    edges[-1] = depth
    held = np.concatenate([[0.0], np.cumsum(planes)])
    between: NDArray[np.float64] = np.diff(np.interp(np.array(edges) / frame.voxel_size_um, np.arange(len(held)), held))
    return between


def matches_in_print(results: Results, cell: Cell, frame: Frame, shares: Shares) -> list[str]:
    """Return what was recovered of every particle and every layer beside what is true, as lines of text."""
    lines = ["particles followed from state to state, of 3 voxels radius and more"]
    for (before, after), one in followed(results, cell, frame).items():
        lines.append(
            f"  {before} to {after}: {one.recognised} of {one.lasting} recognised, "
            f"{one.found_gone} of {one.gone} that are gone found gone"
        )
    lines.append("sulfur lost and gained in mg/cm2")
    for (before, after), sums in balance_of(results, frame, shares).items():
        lines.append(
            f"  {before} to {after}: lost {sums.true_lost:.4g}, recovered {sums.lost:.4g}; gained "
            f"{sums.true_gained:.4g}, recovered {sums.gained:.4g}; worst 5 um layer {sums.worst_layer:.4f}"
        )
    return lines

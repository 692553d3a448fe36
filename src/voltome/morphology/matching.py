"""Particles of aligned scans -> which of them are the same, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import NonNegative, ParticleImage, ResultTable, Share
from voltome.data._grids import check_one_grid
from voltome.data._parameters import check_not_negative, check_share
from voltome.errors import ParameterError, ValuesError
from voltome.morphology import columns_cycles as columns
from voltome.morphology._groups import EVENTS, Group, groups_of
from voltome.morphology._overlaps import Seen, common_mask, overlaps, seen


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """What became of the particles from scan to scan.

    Attributes
    ----------
    tracked : dict of str to ParticleImage
        The particles of every scan, numbered so that a particle has the same number in all of them.
    matches : ResultTable
        Kind ``matches``: one row for every particle, or group of particles that merged, split or regrouped, between two
        successive scans.
    events : ResultTable
        Kind ``events``: how often each event happened between two successive scans, and the volumes.
    """

    tracked: Mapping[str, ParticleImage]
    matches: ResultTable
    events: ResultTable


def match_particles(
    particles: Mapping[str, ParticleImage],
    *,
    minimum_overlap: Share = 0.3,
    volume_tolerance: NonNegative = 0.1,
    moved_um: NonNegative | None = None,
    search_um: NonNegative | None = None,
) -> Matches:
    """Match the particles of aligned scans: which stayed, grew, shrank, moved, merged, split, vanished, are new.

    For states of one sample on one grid (`voltome.registration.align`), in their order. Match before particles at the
    border are dropped: one that grows across the border would else seem to vanish. What is seen is where a particle
    lies and how large it is: one that dissolved while a neighbour grew over its place cannot be told from one that
    merged with it.

    Parameters
    ----------
    particles : dict of str to ParticleImage
        The particles of every scan by its name, two scans or more, in their order.
    minimum_overlap : float
        Two particles are linked if they share at least this part of the volume of the smaller; above 0, at most 1.
    volume_tolerance : float
        Relative change of volume up to which a particle counts as unchanged. A surface that is uncertain by a tenth of
        a voxel changes the volume of a ball of 3 voxels radius by 10 %.
    moved_um : float, optional
        Displacement above which a particle has moved. Default: the longest edge of a voxel. One that reaches the border
        of what all scans see is not judged: where it is cut, growth moves its centroid.
    search_um : float, optional
        How far a particle without partner is looked for, among those without partner and with a volume within
        `volume_tolerance`. Default: its equivalent diameter. 0: it is not looked for.

    Returns
    -------
    Matches
        The images with numbers that run through all scans, and the tables of matches and of events, volumes in um3.

    Raises
    ------
    ParameterError
        No mapping of particle images, less than two scans, or a parameter out of its range.
    GeometryError
        Scans of different shape, voxel size or origin.
    ValuesError
        Scans of particles of different phases, no voxel inside all masks, or no particle in any scan.

    Notes
    -----
    Successive scans are compared where all masks see. Linked particles form groups: one and one is the same particle,
    ``unchanged``, ``grown`` or ``shrunk`` by its volume; several and one ``merged``, one and several ``split``, several
    and several ``regrouped``. Particles that are left are paired by the least sum of distances within `search_um`:
    these have moved out of their place. The rest is ``vanished`` or ``new``. Every particle that all scans see is in
    exactly one row, so the volumes of a pair of scans add up.

    In a group the particles that share most keep their number, if each is the other's best; the other particles of the
    later scan get new numbers. A number is not used again.

    Time: about 20 ns per voxel and pair of scans. Memory: 8 bytes per voxel for the images that are returned.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> before, after = np.zeros((2, 8, 8, 24), np.int32)
    >>> before[2:6, 2:6, 2:6], before[2:6, 2:6, 10:14], before[2:6, 2:6, 18:22] = 1, 2, 3
    >>> after[2:6, 2:6, 2:8], after[3:5, 3:5, 11:13] = 7, 9
    >>> images = {name: vt.data.ParticleImage(values, voxel_size_um=1, phase="sulfur")
    ...           for name, values in (("uncycled", before), ("cycle-10", after))}
    >>> found = vt.morphology.match_particles(images)
    >>> print(found.matches.frame[["event", "track", "volume_change_um3"]].to_string(index=False))
       event  track  volume_change_um3
       grown      1               32.0
      shrunk      2              -56.0
    vanished      3              -64.0
    """
    overlap, tolerance = (
        check_share("minimum_overlap", minimum_overlap),
        check_not_negative("volume_tolerance", volume_tolerance),
    )
    images = _checked(particles)
    first = next(iter(images.values()))
    far = max(first.voxel_size_um) if moved_um is None else check_not_negative("moved_um", moved_um)
    reach = None if search_um is None else check_not_negative("search_um", search_um)
    mask = common_mask(list(images.values()))
    scans = {name: seen(image, mask) for name, image in images.items()}
    _check_seen(scans, mask)
    edge_volume = float(np.prod(first.voxel_size_um))
    tracks = {next(iter(scans)): _first_tracks(next(iter(scans.values())))}
    unused = int(tracks[next(iter(scans))].max(initial=0)) + 1
    rows: list[dict[str, Any]] = []
    for before, after in pairwise(scans):
        shared = overlaps(scans[before].index_of, scans[after].index_of, mask)
        groups = groups_of(scans[before], scans[after], shared, overlap, tolerance, reach, edge_volume)
        tracks[after], unused = _next_tracks(groups, tracks[before], scans[after], unused)
        rows += [
            {"from_scan": before, "to_scan": after}
            | _row(group, scans[before], scans[after], (tracks[before], tracks[after]), edge_volume, far)
            for group in groups
        ]
    frame = pd.DataFrame(rows, columns=[column.name for column in columns.MATCHES])
    method = (
        f"particles linked where they share {overlap:.10g} of the smaller volume; unchanged within {tolerance:.10g} of "
        f"the volume; moved above {far:.10g} um; volumes where all scans see"
    )
    about = {
        "measured_on": f"particles of {first.phase} in {first.grid_in_words}, {len(images)} scans",
        "method": method,
        "history": first.history,
    }
    return Matches(
        {name: _tracked(images[name], scans[name], tracks[name]) for name in images},
        ResultTable(frame, columns=columns.MATCHES, kind="matches", **about),  # type: ignore[arg-type]
        ResultTable(_events(frame, list(images)), columns=columns.EVENTS, kind="events", **about),  # type: ignore[arg-type]
    )


def _checked(particles: Any) -> dict[str, ParticleImage]:
    """Return the images by scan, or say what is wrong with them."""
    if not isinstance(particles, Mapping) or not all(isinstance(image, ParticleImage) for image in particles.values()):
        found = {n: type(i).__name__ for n, i in particles.items()} if isinstance(particles, Mapping) else particles
        raise ParameterError(f"particles is {found!r}; expected {{scan: ParticleImage}}, two scans or more.")
    if len(particles) < 2:
        raise ParameterError(
            f"match_particles got {len(particles)} scan ({', '.join(particles)}); expected two or more states of one "
            f"sample, in their order."
        )
    check_one_grid(
        particles, mend="Bring the scans onto one grid with voltome.registration.align, and crop them alike."
    )
    phases = {name: image.phase for name, image in particles.items()}
    if len(set(phases.values())) > 1:
        said = ", ".join(f"{phase!r} in {name!r}" for name, phase in phases.items())
        raise ValuesError(f"the particles are of different phases ({said}); expected one phase in all scans.")
    return dict(particles)


def _check_seen(scans: Mapping[str, Seen], mask: NDArray[np.bool_] | None) -> None:
    """Refuse scans that have no voxel in common, and scans without any particle."""
    if mask is not None and not mask.any():
        raise ValuesError("the masks of the scans have no voxel in common; expected at least one: align them again.")
    if not any(scan.voxels.any() for scan in scans.values()):
        raise ValuesError(
            "no scan has a particle where all scans see; expected at least one. Check the threshold, the smallest size "
            "kept, and whether all particles touched the border and were dropped."
        )


def _first_tracks(scan: Seen) -> NDArray[np.int64]:
    """Return the numbers of the particles of the first scan: 1, 2, 3 ... in the order of their labels."""
    tracks = np.zeros(len(scan.voxels), np.int64)
    there = np.flatnonzero(_present(scan))
    tracks[there[np.argsort(scan.labels[there], kind="stable")]] = np.arange(1, len(there) + 1)
    return tracks


def _present(scan: Seen) -> NDArray[np.bool_]:
    """Return which rows are particles of the image, also those that not all scans see."""
    present = np.zeros(len(scan.voxels), np.bool_)
    for plane in scan.index_of:
        present[plane] = True
    present[0] = False
    return present


def _next_tracks(
    groups: list[Group], before: NDArray[np.int64], scan: Seen, unused: int
) -> tuple[NDArray[np.int64], int]:
    """Return the numbers of the particles of the later scan, and the first number that is still free."""
    tracks = np.zeros(len(scan.voxels), np.int64)
    for group in groups:
        for one, other in group.same:
            tracks[other] = before[one]
    fresh = np.flatnonzero(_present(scan) & (tracks == 0))
    fresh = fresh[np.argsort(scan.labels[fresh], kind="stable")]
    tracks[fresh] = np.arange(unused, unused + len(fresh))
    return tracks, unused + len(fresh)


def _row(
    group: Group,
    before: Seen,
    after: Seen,
    tracks: tuple[NDArray[np.int64], NDArray[np.int64]],
    edge_volume: float,
    far: float,
) -> dict[str, Any]:
    """Return the row of one group."""
    sides = ((before, group.before), (after, group.after))
    volumes = [float(scan.voxels[list(members)].sum()) * edge_volume for scan, members in sides]
    centroids = [_centroid(scan, members) for scan, members in sides if members]
    largest = [max(members, key=lambda i, s=scan: (s.voxels[i], -i)) if members else 0 for scan, members in sides]  # type: ignore[misc]
    displacement = float(np.linalg.norm(centroids[1] - centroids[0])) if len(centroids) == 2 else 0.0
    smaller = min(volumes)
    at_border = any(bool(scan.at_border[list(members)].any()) for scan, members in sides)
    return {
        "event": group.event,
        "track": int(tracks[1][largest[1]] or tracks[0][largest[0]]),
        "label_before": int(before.labels[largest[0]]),
        "label_after": int(after.labels[largest[1]]),
        "particles_before": len(group.before),
        "particles_after": len(group.after),
        "volume_before_um3": volumes[0],
        "volume_after_um3": volumes[1],
        "volume_change_um3": volumes[1] - volumes[0],
        "displacement_um": displacement,
        "moved": displacement > far and not at_border,
        "overlap_fraction": group.shared_voxels * edge_volume / smaller if smaller else 0.0,
        **dict(zip(("z_um", "y_um", "x_um"), centroids[0].tolist(), strict=True)),
        "touches_border": at_border,
    }


def _centroid(scan: Seen, members: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the centroid of several particles together."""
    chosen = list(members)
    centroid: NDArray[np.float64] = np.average(scan.centroid_um[chosen], axis=0, weights=scan.voxels[chosen])
    return centroid


def _events(frame: pd.DataFrame, scans: list[str]) -> pd.DataFrame:
    """Return how often every event happened between two successive scans, also those that did not happen."""
    sums = ["particles_before", "particles_after", "volume_before_um3", "volume_after_um3", "volume_change_um3"]
    rows: list[list[Any]] = []
    for before, after in pairwise(scans):
        for event in EVENTS:
            chosen = frame[(frame["from_scan"] == before) & (frame["to_scan"] == after) & (frame["event"] == event)]
            moved, at_border = (int(chosen[name].sum()) for name in ("moved", "touches_border"))
            rows.append([before, after, event, len(chosen), *chosen[sums].sum().tolist(), moved, at_border])
    events = pd.DataFrame(rows, columns=[column.name for column in columns.EVENTS])
    whole = ["particles_before", "particles_after"]
    return events.astype(dict.fromkeys(whole, np.int64))


def _tracked(image: ParticleImage, scan: Seen, tracks: NDArray[np.int64]) -> ParticleImage:
    """Return the image with the numbers that run through all scans."""
    if tracks.max(initial=0) > np.iinfo(np.int32).max:
        raise ValuesError(f"{int(tracks.max()):,} particles in all scans; expected fewer than int32 counts.")
    values = np.empty(image.shape, np.int32)
    narrow = tracks.astype(np.int32)
    for z, plane in enumerate(scan.index_of):
        values[z] = narrow[plane]
    return image.derive("match_particles: numbered through all scans", values=values)

"""Labels corrected by hand, read back: the image as it is now, and what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import ImageNoun, ParticleImage, PhaseImage, ResultTable
from voltome.errors import GeometryError, ParameterError, PhaseError
from voltome.segmentation import _by_hand
from voltome.segmentation.columns_corrections import PARTICLE_COLUMNS, PHASE_COLUMNS

KIND = "corrections"

MUCH = 0.5
"""Share of the particles' voxels from which a correction is taken for another image."""

_UNCHANGED = (
    "The corrected image is the image before, so nothing was corrected. Save the corrected labels, or leave out "
    "the step."
)


@dataclass(frozen=True, slots=True, eq=False)
class CorrectedParticles:
    """Particles corrected by hand, and what was changed.

    Attributes
    ----------
    image : ParticleImage
        The corrected particles.
    corrections : ResultTable
        Kind ``corrections``, one row: ``particles_before, particles_after, added, removed, split, merged,
        changed_voxels, changed_fraction``.
    """

    image: ParticleImage
    corrections: ResultTable


@dataclass(frozen=True, slots=True, eq=False)
class CorrectedPhases:
    """Phases corrected by hand, and what was changed.

    Attributes
    ----------
    image : PhaseImage
        The corrected phases.
    corrections : ResultTable
        Kind ``corrections``, one row for each phase: ``phase, volume_before_um3, volume_after_um3, gained_um3,
        lost_um3, changed_voxels``.
    """

    image: PhaseImage
    corrections: ResultTable


def correct_particles(particles: ParticleImage, *, corrected: ParticleImage, by: str, why: str) -> CorrectedParticles:
    """Take particles as a person corrected them, and record who did it, why, and what it changed.

    For what no parameter mends: a grain cut in two, two that were left together, a crack taken for a neck. Write the
    particles to a file, correct them in any program, and read them back. Numbers from corrected labels hang on the
    person; give them beside those of the particles before.

    Parameters
    ----------
    particles : ParticleImage
        The particles before.
    corrected : ParticleImage
        The particles as corrected, of the same phase on the same grid (a file without an origin has that of the
        particles before); its labels need not be those before, nor without gaps.
    by : str
        Who corrected them.
    why : str
        What was wrong, in words.

    Returns
    -------
    CorrectedParticles
        The corrected particles, with mask and history of those before, and the table of the changes.

    Raises
    ------
    GeometryError
        Another shape, voxel size, origin (if the file has one) or mask.
    PhaseError
        Particles of another phase.
    ParameterError
        An empty `by` or `why`.

    Notes
    -----
    Counted inside the mask. A particle after comes from one before if at least half of its voxels lie there, or half of
    the one before lies in it: so a particle is split if two or more come from it with half of their own voxels each,
    and merged if it holds half or more of each of two or more. A voxel is unchanged if it is outside all
    particles before and after, or if its particles are a pair: particles before and after are paired one to one, those
    that share the most voxels first. Cost: the runs of equal labels are sorted; memory 20 bytes per voxel of a slice.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> before = vt.data.ParticleImage(np.array([[1, 1, 1, 1, 0, 2]]), voxel_size_um=1, phase="sulfur")
    >>> by_hand = vt.data.ParticleImage(np.array([[7, 7, 9, 9, 0, 2]]), voxel_size_um=1, phase="sulfur")
    >>> found = vt.segmentation.correct_particles(before, corrected=by_hand, by="A. Person", why="cut at the crack")
    >>> found.corrections.frame[["particles_after", "split", "merged", "added"]].to_numpy().tolist()
    [[3, 1, 0, 0]]
    >>> found.image.history
    ('correct_particles: by A. Person (cut at the crack); 2 voxels changed, 1 split, 0 merged, 0 added, 0 removed',)
    """
    _check_words(by=by, why=why)
    _check_same_place(particles, corrected, "particles")
    if corrected.phase != particles.phase:
        raise PhaseError(
            f"the corrected particles are of {corrected.phase!r}, those before of {particles.phase!r}; expected "
            "the same. "
            f"Read them with phase={particles.phase!r}."
        )
    counts = _particle_changes(*_pairs(particles, corrected))
    did = (
        f"correct_particles: by {by} ({why}); {counts['changed_voxels']:,} voxels changed, {counts['split']} split, "
        f"{counts['merged']} merged, {counts['added']} added, {counts['removed']} removed"
    )
    table = ResultTable(
        pd.DataFrame({column.name: [counts[column.name]] for column in PARTICLE_COLUMNS}),
        columns=PARTICLE_COLUMNS,
        kind=KIND,
        measured_on=f"particles of {particles.phase} in {particles.grid_in_words}",
        method=f"labels compared before and after the correction by {by}",
        history=(*particles.history, did),
        warnings=_warnings(int(counts["changed_voxels"]), counts["changed_fraction"]),
    )
    return CorrectedParticles(particles.derive(did, values=corrected.values), table)


def correct_phases(phases: PhaseImage, *, corrected: PhaseImage, by: str, why: str) -> CorrectedPhases:
    """Take phases as a person corrected them, and record who did it, why, and what it changed.

    For what no threshold and no classifier finds. Write the phases to a file, correct them in any program, and read
    them back. Numbers from corrected phases hang on the person; give them beside those of the phases before.

    Parameters
    ----------
    phases : PhaseImage
        The phases before.
    corrected : PhaseImage
        The phases as corrected, on the same grid (a file without an origin has that of the phases before); it names all
        phases before, under any label, and may name new ones.
    by : str
        Who corrected them.
    why : str
        What was wrong, in words.

    Returns
    -------
    CorrectedPhases
        The corrected phases with their labels, with mask and history of those before and without grey intervals, which
        they no longer have; and the table of the changes.

    Raises
    ------
    GeometryError
        Another shape, voxel size, origin (if the file has one) or mask.
    PhaseError
        A phase before that the corrected image does not name.
    ParameterError
        An empty `by` or `why`.

    Notes
    -----
    Phases are compared by name, inside the mask. Memory: the copy of a slice.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> before = vt.data.PhaseImage(np.array([[0, 0, 1, 1]]), voxel_size_um=2, phases={0: "pore", 1: "solid"})
    >>> names = {0: "pore", 1: "solid", 2: "crack"}
    >>> by_hand = vt.data.PhaseImage(np.array([[0, 0, 1, 2]]), voxel_size_um=2, phases=names)
    >>> found = vt.segmentation.correct_phases(before, corrected=by_hand, by="A. Person", why="a crack was missed")
    >>> found.corrections.frame[["phase", "gained_um3", "lost_um3"]].to_numpy().tolist()
    [['pore', 0.0, 0.0], ['solid', 0.0, 8.0], ['crack', 8.0, 0.0]]
    """
    _check_words(by=by, why=why)
    _check_same_place(phases, corrected, "phases")
    lost = [name for name in phases.phases.values() if name not in corrected.phases.values()]
    if lost:
        raise PhaseError(
            f"the corrected image has the phases {', '.join(map(repr, corrected.phases.values()))} and not "
            f"{', '.join(map(repr, lost))}; expected all phases before, also those without a voxel, and new ones. "
            "Name them."
        )
    names = list(dict.fromkeys([*phases.phases.values(), *corrected.phases.values()]))
    counts = _phase_changes(phases, corrected, names)
    changed = int(counts.sum() - np.trace(counts))
    did = f"correct_phases: by {by} ({why}); {changed:,} voxels changed"
    kept, before, after = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    um3 = phases.voxel_volume_um3
    frame = pd.DataFrame(
        {
            "phase": names,
            "volume_before_um3": before * um3,
            "volume_after_um3": after * um3,
            "gained_um3": (after - kept) * um3,
            "lost_um3": (before - kept) * um3,
            "changed_voxels": after + before - 2 * kept,
        }
    )
    table = ResultTable(
        frame,
        columns=PHASE_COLUMNS,
        kind=KIND,
        measured_on=f"phases of {phases.grid_in_words}",
        method=f"voxels compared before and after the correction by {by}",
        history=(*phases.history, did),
        warnings=_warnings(changed, changed / phases.sample_voxels),
    )
    image = PhaseImage(corrected.values, **phases.grid, phases=corrected.phases, history=(*phases.history, did))
    return CorrectedPhases(image, table)


def _check_words(**words: Any) -> None:
    """Refuse a correction that nobody answers for."""
    for name, value in words.items():
        if not isinstance(value, str) or not value.strip():
            what = "the name of the person who corrected" if name == "by" else "what was wrong, in words"
            raise ParameterError(f"{name} is {value!r}; expected {what}: it is recorded with the numbers.")


def _check_same_place(before: ImageNoun, corrected: ImageNoun, what: str) -> None:
    """Refuse corrected labels on another grid, or with another mask."""
    mend = "Correct the image that the step gives, uncropped."
    _by_hand.placed(corrected, before, names=(what, "corrected"), mend=mend)
    if corrected.mask is not None and (before.mask is None or not np.array_equal(before.mask, corrected.mask)):
        raise GeometryError(
            f"the corrected {what} have another mask than those before; expected the same, or none. The mask is "
            "no label: "
            f"crop or mask both alike before the correction."
        )


def _warnings(changed: int, fraction: float) -> tuple[str, ...]:
    """Return what a reader must know of a correction: that there was none, or that it is another image."""
    if not changed:
        return (_UNCHANGED,)
    if fraction > MUCH:
        return (f"The correction by hand changed {fraction:.0%} of the voxels: is it of this image?",)
    return ()


def _phase_changes(phases: PhaseImage, corrected: PhaseImage, names: list[str]) -> NDArray[np.int64]:
    """Return the voxels [phase before, phase after] inside the mask."""
    before, after = (_numbers(image.phases, names) for image in (phases, corrected))
    counts = np.zeros(len(names) ** 2, np.int64)
    for z in range(phases.shape[0]):
        inside = slice(None) if phases.mask is None else phases.mask[z]
        pairs = before[phases.values[z][inside]] * len(names) + after[corrected.values[z][inside]]
        counts += np.bincount(pairs.ravel(), minlength=counts.size)
    square: NDArray[np.int64] = counts.reshape(len(names), len(names))
    return square


def _numbers(phases: Mapping[int, str], names: list[str]) -> NDArray[np.int64]:
    """Return the number of a phase among all names, by its label."""
    numbers = np.zeros(256, np.int64)
    for label, name in phases.items():
        numbers[label] = names.index(name)
    return numbers


def _pairs(
    particles: ParticleImage, corrected: ParticleImage
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return every pair of a particle before and one after that share voxels inside the mask, and how many."""
    found: dict[tuple[int, int], int] = {}
    for z in range(particles.shape[0]):
        inside = slice(None) if particles.mask is None else particles.mask[z]
        before, after = particles.values[z][inside].ravel(), corrected.values[z][inside].ravel()
        if not before.size:
            continue
        # runs of one pair are a tenth of the voxels or less
        starts = np.flatnonzero(np.r_[True, (before[1:] != before[:-1]) | (after[1:] != after[:-1])])
        lengths = np.diff(np.append(starts, before.size))
        first, at_first = np.unique(before[starts], return_inverse=True)
        second, at_second = np.unique(after[starts], return_inverse=True)
        pairs, at = np.unique(at_first.astype(np.int64) * second.size + at_second, return_inverse=True)
        for pair, count in zip(pairs.tolist(), np.bincount(at, lengths).tolist(), strict=True):
            key = int(first[pair // second.size]), int(second[pair % second.size])
            found[key] = found.get(key, 0) + int(count)
    ordered = sorted(found)
    # labels up to 2^63 - 1 become numbers without gaps; 0 stays 0, whether or not there is background
    befores, afters = ({0, *(pair[side] for pair in ordered)} for side in (0, 1))
    number_before, number_after = ({label: n for n, label in enumerate(sorted(of))} for of in (befores, afters))
    return (
        np.array([number_before[pair[0]] for pair in ordered], np.int64),
        np.array([number_after[pair[1]] for pair in ordered], np.int64),
        np.array([found[pair] for pair in ordered], np.int64),
    )


def _particle_changes(
    before: NDArray[np.int64], after: NDArray[np.int64], shared: NDArray[np.int64]
) -> dict[str, float]:
    """Return what happened to the particles, from the voxels that each pair shares; number 0 is no particle."""
    size_before = np.bincount(before, shared).astype(np.int64)
    size_after = np.bincount(after, shared).astype(np.int64)
    real = (before > 0) & (after > 0)
    half_of_after = real & (2 * shared >= size_after[after])
    half_of_before = real & (2 * shared >= size_before[before])
    related = half_of_after | half_of_before
    made = np.bincount(before[half_of_after], minlength=size_before.size)
    held = np.bincount(after[half_of_before], minlength=size_after.size)
    kept = ((before == 0) & (after == 0)) | _matched(before, after, shared)
    changed = int(shared.sum() - shared[kept].sum())
    of_any = int(shared.sum() - shared[(before == 0) & (after == 0)].sum())
    return {
        "particles_before": size_before.size - 1,
        "particles_after": size_after.size - 1,
        "added": size_after.size - 1 - np.unique(after[related]).size,
        "removed": size_before.size - 1 - np.unique(before[related]).size,
        "split": int(np.count_nonzero(made >= 2)),
        "merged": int(np.count_nonzero(held >= 2)),
        "changed_voxels": changed,
        "changed_fraction": changed / max(of_any, 1),
    }


def _matched(before: NDArray[np.int64], after: NDArray[np.int64], shared: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the pairs that stand for one particle: one to one, those that share the most voxels first."""
    matched = np.zeros(shared.size, np.bool_)
    left, right = set(before.tolist()) - {0}, set(after.tolist()) - {0}
    for pair in np.argsort(-shared, kind="stable").tolist():
        one, other = int(before[pair]), int(after[pair])
        if one in left and other in right:
            left.remove(one)
            right.remove(other)
            matched[pair] = True
    return matched

"""Voids that the outside does not reach, as a phase of their own; and several phases made one."""

from __future__ import annotations

from typing import Any

import cc3d
import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseImage, PhaseName
from voltome.errors import ParameterError, PhaseError

Where = NDArray[np.bool_]

VOID = "internal void"
"""What the voids inside particles are called where nothing else is asked for."""

HIGHEST_LABEL = 255


def internal_voids(phases: PhaseImage, *, phase: PhaseName, void: str = VOID) -> PhaseImage:
    """Make the voids inside a phase, which the outside does not reach, a phase of their own.

    The outside is flooded from the faces of the image; what the flood does not reach is closed in by the phase. Use it
    before the voids of powder particles are measured (`voltome.morphology.measure_voids`); join voids and phase with
    `merge_phases` before particles are separated. A void with a crack to the surface is outside, however thin the
    crack: for these see `voltome.morphology.measure_cracks`. Noise makes pinholes, and they become voids as well:
    smooth the grey values before, or say in `measure_voids` how many voxels a void must have.

    Parameters
    ----------
    phases : PhaseImage
        The image; voxels may be anisotropic.
    phase : str
        The phase that closes the voids in: the particles.
    void : str
        Name of the new phase. The image must not have it yet.

    Returns
    -------
    PhaseImage
        The image with one phase more, also where there is no void. The history says how many voids there are and
        how large they are beside the phase.

    Raises
    ------
    PhaseError
        An unknown phase, one without a voxel, or a name for the voids that the image has already.
    ParameterError
        A name for the voids that is empty, or an image that has no label left.

    Notes
    -----
    Voxels of every other phase are connected by their faces, whatever phases they are of. Pieces with a voxel on a face
    of the image, or beside the edge of its mask, are outside: a void that the image cuts cannot be told from a pore.
    Along an axis of a single voxel there is no outside. Voxels outside the mask stay as they are.

    Time: one pass of connected components, about 10 ns per voxel. Memory: at most 8 bytes per voxel.

    References
    ----------
    .. [1] Heenan T. M. M. et al., Adv. Sci. 7, 2000362 (2020), Experimental Section (flooding from outside).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> plane = np.array([[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 1, 0, 1, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0]])
    >>> image = vt.data.PhaseImage(plane, voxel_size_um=1, phases={0: "pore", 1: "NMC"})
    >>> found = vt.segmentation.internal_voids(image, phase="NMC")
    >>> found.phases, int((found.values == found.label_of("internal void")).sum())
    ({0: 'pore', 1: 'NMC', 2: 'internal void'}, 1)
    """
    label = _new_label(phases, void)
    here = phases.is_phase(phase)
    if not here.any():
        where = "" if phases.mask is None else " inside the mask"
        raise PhaseError(
            f"the phase {phase!r} has no voxel{where}, so it closes nothing in; expected at least one. "
            f"Look at voltome.morphology.phase_fractions."
        )
    closed, count = _not_reached(~here if phases.mask is None else phases.mask & ~here, phases.mask)
    values = phases.values.astype(np.uint8)  # a copy, in which every label fits
    values[closed] = label
    share = np.count_nonzero(closed) / np.count_nonzero(here)
    did = f"internal_voids: {count} in {phase}, {share:.4%} of its volume"
    return phases.derive(did, values=values, phases={**phases.phases, label: void})


def merge_phases(phases: PhaseImage, *, phases_to_merge: tuple[PhaseName, ...], into: str) -> PhaseImage:
    """Make several phases one.

    Use it to take particles together with the voids inside them before they are separated, or to measure the sum of
    phases. The borders between the merged phases are lost.

    Parameters
    ----------
    phases : PhaseImage
        The image.
    phases_to_merge : tuple of str
        The phases that become one; each once.
    into : str
        Name of what they become: one of them, another phase of the image, which is then merged as well, or a new name.

    Returns
    -------
    PhaseImage
        The image with fewer phases; the labels of the others stay. Grey intervals of merged phases are forgotten.

    Raises
    ------
    PhaseError
        An unknown phase.
    ParameterError
        No phase to merge, one named twice, or an empty name.

    Notes
    -----
    The label is that which `into` has, or for a new name the lowest of those merged. Memory: 2 bytes per voxel.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> names = {0: "pore", 1: "NMC", 2: "internal void"}
    >>> image = vt.data.PhaseImage(np.array([[0, 1, 2, 1, 0]]), voxel_size_um=1, phases=names)
    >>> filled = vt.segmentation.merge_phases(image, phases_to_merge=("NMC", "internal void"), into="NMC")
    >>> filled.phases, filled.values.tolist()
    ({0: 'pore', 1: 'NMC'}, [[[0, 1, 1, 1, 0]]])
    """
    names = _checked_merge(phases, phases_to_merge, into)
    labels = {phases.label_of(name) for name in names}
    kept = phases.label_of(into) if into in phases.phases.values() else min(labels)
    new_of_old = np.arange(HIGHEST_LABEL + 1, dtype=np.uint8)
    new_of_old[sorted(labels)] = kept
    intervals = phases.grey_intervals
    left = {label: name for label, name in phases.phases.items() if label not in labels}
    return phases.derive(
        f"merge_phases: {', '.join(names)} into {into}",
        values=new_of_old[phases.values],
        phases={**left, kept: into},
        grey_intervals=None if intervals is None else {n: ends for n, ends in intervals.items() if n in left.values()},
    )


def merged_names(phases_to_merge: Any, into: str, known: tuple[str, ...]) -> list[str]:
    """Return the names of the phases that an image with these has after `merge_phases`."""
    left = [name for name in known if name not in phases_to_merge and name != into]
    return [*left, into]


def _checked_merge(phases: PhaseImage, phases_to_merge: Any, into: Any) -> list[str]:
    """Return the phases that become one, or say what is wrong with their names."""
    if isinstance(phases_to_merge, str) or not len(phases_to_merge):
        raise ParameterError(
            f"phases_to_merge is {phases_to_merge!r}; expected the names of at least one phase, as ('NMC', 'void')."
        )
    names = [str(name) for name in phases_to_merge]
    for name in names:
        phases.label_of(name)
    if len(set(names)) < len(names):
        raise ParameterError(f"phases_to_merge is {tuple(names)}; expected every phase once.")
    if not isinstance(into, str) or not into.strip():
        raise ParameterError(f"into is {into!r}; expected a name for the merged phase.")
    return names if into in names or into not in phases.phases.values() else [*names, into]


def _new_label(phases: PhaseImage, void: Any) -> int:
    """Return a label for a phase that the image does not have."""
    if not isinstance(void, str) or not void.strip():
        raise ParameterError(f"void is {void!r}; expected a name for the voids, such as {VOID!r}.")
    if void in phases.phases.values():
        raise PhaseError(
            f"the image has a phase {void!r} already; expected a new name for the voids: give another one by void, or "
            f"join the phases with merge_phases before."
        )
    free = next((label for label in range(HIGHEST_LABEL + 1) if label not in phases.phases), None)
    if free is None:
        raise ParameterError(f"all {HIGHEST_LABEL + 1} labels of the image are taken; expected one free for the voids.")
    return free


def _not_reached(pores: Where, mask: Where | None) -> tuple[Where, int]:
    """Return the pieces of the pores, connected by faces, that do not reach the outside, and how many they are."""
    pieces, count = cc3d.connected_components(pores, connectivity=6, return_N=True)
    outside = np.zeros(int(count) + 1, np.bool_)
    outside[0] = True
    for axis, length in enumerate(pores.shape):
        if length == 1:
            continue
        along = np.moveaxis(pieces, axis, 0)
        for end in (0, -1):
            outside[along[end].ravel()] = True
        if mask is not None:
            inside = np.moveaxis(mask, axis, 0)
            outside[along[:-1][~inside[1:]]] = True
            outside[along[1:][~inside[:-1]]] = True
    closed: Where = ~outside[pieces]
    return closed, int(np.count_nonzero(~outside))

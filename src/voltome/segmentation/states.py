"""One phase in several states of the same object: where it stayed, went and came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from voltome.data import Column, PhaseImage, PhaseName, ResultTable
from voltome.data._grids import check_one_grid
from voltome.errors import ParameterError, PhaseError, ValuesError

MOST_STATES = 4
NOWHERE = "none"
"""Name of the voxels that have the phase in no state."""

VOLUME_COLUMNS = (
    Column("states", "", "States that have the phase here, and no other state has it.", "key"),
    Column("volume_um3", "um3", "Volume of these voxels inside the mask."),
    Column("fraction", "1", "Their volume per volume of the sample: all voxels inside the mask."),
)


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """One phase in several states of the same object: the image, and how much there is of every combination.

    Attributes
    ----------
    image : PhaseImage
        Label of a voxel: the sum of 1 for the first state, 2 for the second, 4, 8 that have the phase there. Names:
        ``none``, and for every combination the names of its states joined by `` + ``: ``uncycled``, ``cycle-10``,
        ``uncycled + cycle-10``. The mask is what all masks have in common; outside it the label is 0.
    volumes : ResultTable
        Kind ``volumes``, one row per combination in the order of the labels, also for those without a voxel:
        ``states, volume_um3, fraction``.
    """

    image: PhaseImage
    volumes: ResultTable


def states(phases: Mapping[str, PhaseImage], *, phase: PhaseName) -> States:
    """Overlay one phase of two to four aligned scans: in which of them each voxel has it.

    Use it to show and to measure where a phase was lost, kept or formed between states of a cell. The scans must lie on
    one grid (`voltome.registration.align`); a misfit of one voxel shows as loss on one side of every particle and gain
    on the other, so look at the residual of the alignment before small changes are believed.

    Parameters
    ----------
    phases : dict of str to PhaseImage
        The states by name, two to four, in their order.
    phase : str
        Name of the phase; every state must have it.

    Returns
    -------
    States
        The image of the combinations, and the table of their volumes in um3 and as fractions of the sample.

    Raises
    ------
    ParameterError
        No mapping of phase images, less than two or more than four, or names from which the combinations would be
        ambiguous.
    GeometryError
        States of different shape, voxel size or origin.
    PhaseError
        A state without this phase.
    ValuesError
        Not one voxel inside all masks.

    Notes
    -----
    For two states before and after, the rows of the table are: kept ``a + b``, lost ``a``, gained ``b``. Every voxel of
    the sample is in one row, so the fractions add up to 1. Memory: two bytes per voxel.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> names = {0: "pore", 1: "sulfur"}
    >>> before = vt.data.PhaseImage(np.array([[1, 1, 0, 0]]), voxel_size_um=1, phases=names)
    >>> after = vt.data.PhaseImage(np.array([[1, 0, 1, 0]]), voxel_size_um=1, phases=names)
    >>> both = vt.segmentation.states({"uncycled": before, "cycle-10": after}, phase="sulfur")
    >>> both.image.phases
    {0: 'none', 1: 'uncycled', 2: 'cycle-10', 3: 'uncycled + cycle-10'}
    >>> both.image.values.tolist()
    [[[3, 1, 2, 0]]]
    >>> both.volumes.frame[["states", "volume_um3"]].to_numpy().tolist()
    [['none', 1.0], ['uncycled', 1.0], ['cycle-10', 1.0], ['uncycled + cycle-10', 1.0]]
    """
    names = _checked_names(phases)
    images = list(phases.values())
    check_one_grid(phases, mend="Bring the scans onto one grid with voltome.registration.align, and crop them alike.")
    masks = [image.mask for image in images if image.mask is not None]
    mask = np.logical_and.reduce(masks) if masks else None
    if mask is not None and not mask.any():
        raise ValuesError(
            "the masks of the states have no voxel in common; expected at least one: align the scans again."
        )
    labels = np.zeros(images[0].shape, np.uint8)
    for number, (name, image) in enumerate(phases.items()):
        labels[_is_phase(name, image, phase)] |= np.uint8(1 << number)
    if mask is not None:
        labels[~mask] = 0
    image = PhaseImage(
        labels,
        voxel_size_um=images[0].voxel_size_um,
        origin_um=images[0].origin_um,
        mask=mask,
        phases=dict(enumerate(state_names(names))),
        history=(*images[0].history, f"states: {phase} in {', '.join(names)}"),
    )
    return States(image, _volumes(image, phase))


def _volumes(image: PhaseImage, phase: str) -> ResultTable:
    """Return how much of the sample every combination is."""
    counts = np.zeros(len(image.phases), np.int64)
    for z, layer in enumerate(image.values):  # layer by layer: numpy counts in a copy of 8 bytes per voxel
        inside = layer if image.mask is None else layer[image.mask[z]]
        counts += np.bincount(inside.ravel(), minlength=counts.size)
    frame = pd.DataFrame(
        {
            "states": list(image.phases.values()),
            "volume_um3": counts * image.voxel_volume_um3,
            "fraction": counts / image.sample_voxels,
        }
    )
    return ResultTable(
        frame,
        columns=VOLUME_COLUMNS,
        kind="volumes",
        measured_on=f"{phase} in {image.grid_in_words}",
        method="voxels counted",
        history=image.history,
    )


def state_names(scans: list[str]) -> list[str]:
    """Return the name of every combination of scans, in the order of the labels."""
    combinations = range(1 << len(scans))
    return [" + ".join(scan for bit, scan in enumerate(scans) if label >> bit & 1) or NOWHERE for label in combinations]


def _checked_names(phases: Any) -> list[str]:
    """Return the names of the states, or say what is wrong with them."""
    if not isinstance(phases, Mapping) or not all(isinstance(image, PhaseImage) for image in phases.values()):
        found = (
            {name: type(image).__name__ for name, image in phases.items()} if isinstance(phases, Mapping) else phases
        )
        raise ParameterError(f"phases is {found!r}; expected {{name: PhaseImage}}, two to {MOST_STATES} states.")
    names = list(phases)
    if not 2 <= len(names) <= MOST_STATES:
        raise ParameterError(
            f"states got {len(names)} scans ({', '.join(map(repr, names))}); expected two to {MOST_STATES}. More "
            f"cannot be told apart by colour: overlay some of them."
        )
    combined = state_names(names)
    if len(set(combined)) < len(combined):
        raise ParameterError(
            f"the names {', '.join(map(repr, names))} make two combinations of one name; expected names without ' + ', "
            f"and none that is {NOWHERE!r}."
        )
    return names


def _is_phase(name: str, image: PhaseImage, phase: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return where a state has the phase, or say which state lacks it."""
    try:
        return image.is_phase(phase)
    except PhaseError as error:
        raise PhaseError(f"state {name!r}: {error}") from error

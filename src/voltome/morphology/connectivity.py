"""Which part of a phase is connected to the faces of the sample: percolating, reaching one face, isolated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import cc3d
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import AxisName, PhaseImage, PhaseName, ResultTable
from voltome.data._parameters import AXES, axis_index
from voltome.errors import AxisError, ParameterError, PhaseError
from voltome.morphology._kernels_connectivity import component_voxels, painted
from voltome.morphology._octants import octants_of
from voltome.morphology.columns_connectivity import CONNECTIVITY

Neighbours = Literal[6, 18, 26]

SHARING = {6: "a face", 18: "a face or an edge", 26: "a face, an edge or a corner"}

ISOLATED, ONE_FACE, PERCOLATING = 1, 2, 3
"""What a component is along one axis; 0 is all that is not the phase."""


def connectivity(phases: PhaseImage, *, phase: PhaseName, neighbours: Neighbours = 6) -> ResultTable:
    """Measure which share of a phase is connected to both faces of the sample, to one of them, or to neither.

    Pore that percolates along z can be filled with electrolyte and carries ions; solid that does not percolate is cut
    off from the current collector. For pictures, or to measure the connected part alone, see `label_connectivity`.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Only voxels inside its mask count; outside of it is wall.
    phase : str
        Name of the phase whose components are found.
    neighbours : {6, 18, 26}
        Voxels are connected if they share a face (6), a face or an edge (18), a face, an edge or a corner (26).
        Transport through voxels needs 6. Where one phase has 6, the phase around it has 26.

    Returns
    -------
    ResultTable
        Kind ``connectivity``, one row per axis: whether the phase `percolates`, `percolating_fraction`,
        `one_face_fraction` and `isolated_fraction` (they add up to 1), `isolated_at_sides_fraction`, the number of
        `components` and `largest_component_fraction`. An axis along which the sample has a single layer of voxels
        has no row, and a warning says so.

    Raises
    ------
    PhaseError
        An unknown phase, or one without a voxel in the sample.
    ParameterError
        Another number of neighbours.
    AxisError
        A sample of a single voxel, which has no two faces.

    Notes
    -----
    The faces along an axis are the first and the last layer of voxels that hold sample: those of the image, or of the
    box around the mask. ``one_face`` holds blind pores, but not the dead ends of components that percolate, which
    this does not find. Few voxels that touch by accident connect a whole network: compare 6 with 26 neighbours and,
    with `sweep`, other thresholds. A small image percolates more easily than a large one.

    Time: about 10 ns per voxel on one core. Memory: 5 to 9 bytes per voxel (the phase, and the number of its part).

    References
    ----------
    W. Silversmith, cc3d: connected components on multilabel 3D images (2021), after K. Wu, E. Otoo, K. Suzuki, Pattern
    Anal. Appl. 12, 117 (2009); D. Stauffer, A. Aharony, Introduction to Percolation Theory, 2nd ed. (1994), chapter 2.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((4, 5, 5), np.uint8)
    >>> labels[:, 1, 1] = 1  # a channel along z
    >>> labels[:2, 3, 3] = 1  # a blind pore
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    >>> table = vt.morphology.connectivity(image, phase="pore").frame
    >>> shown = table[["axis", "percolates", "percolating_fraction", "one_face_fraction"]].round(3)
    >>> print(shown.to_string(index=False))
    axis  percolates  percolating_fraction  one_face_fraction
       z        True                 0.667              0.333
       y       False                 0.000              0.000
       x       False                 0.000              0.000
    """
    found = _components_of(phases, phase, neighbours)
    axes = [axis for axis in AXES if found.layers[axis_index(axis)] > 1]
    if not axes:
        raise AxisError(
            "the sample is a single voxel; expected at least two layers of voxels along an axis, as connectivity runs "
            "from the first to the last. Check the crop and the mask."
        )
    flat = [axis for axis in AXES if axis not in axes]
    return ResultTable(
        pd.DataFrame([_row(phase, axis, found) for axis in axes]),
        columns=CONNECTIVITY,
        kind="connectivity",
        measured_on=f"phases of {phases.grid_in_words}",
        method=f"components of voxels that share {SHARING[neighbours]} ({neighbours} neighbours), from the first to "
        f"the last layer of the sample",
        history=phases.history,
        warnings=tuple(_of_flat(axis) for axis in flat),
    )


def label_connectivity(
    phases: PhaseImage, *, phase: PhaseName, axis: AxisName = "z", neighbours: Neighbours = 6
) -> PhaseImage:
    """Divide a phase into what percolates along an axis, what is connected to one face only, and what is isolated.

    Use it to see where the isolated part is, or to measure the percolating part alone: its fraction, its surface, its
    size distribution. For the shares along all axes see `connectivity`.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Only voxels inside its mask count; outside of it is wall.
    phase : str
        Name of the phase that is divided.
    axis : {"z", "y", "x"}
        Axis along which a way through the sample is looked for; z is the thickness of an electrode.
    neighbours : {6, 18, 26}
        Voxels are connected if they share a face (6), a face or an edge (18), a face, an edge or a corner (26).

    Returns
    -------
    PhaseImage
        On the same grid: 0 ``rest``, 1 ``isolated PHASE``, 2 ``one-face PHASE``, 3 ``percolating PHASE``, with the name
        of the phase for PHASE. A part that does not occur has no voxel.

    Raises
    ------
    PhaseError
        An unknown phase, or one without a voxel in the sample.
    ParameterError
        Another number of neighbours.
    AxisError
        An unknown axis, or one along which the sample has a single layer of voxels.

    Notes
    -----
    Definition, faces and limits are those of `connectivity`.

    Time: about 10 ns per voxel on one core. Memory: 7 to 10 bytes per voxel with the result.

    References
    ----------
    W. Silversmith, cc3d: connected components on multilabel 3D images (2021).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((4, 5, 5), np.uint8)
    >>> labels[:, 1, 1] = 1
    >>> labels[2, 3, 3] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    >>> parts = vt.morphology.label_connectivity(image, phase="pore")
    >>> int(parts.is_phase("percolating pore").sum()), int(parts.is_phase("isolated pore").sum())
    (4, 1)
    """
    index = axis_index(axis)
    found = _components_of(phases, phase, neighbours)
    if found.layers[index] < 2:
        raise AxisError(
            f"along {axis} the sample has a single layer of voxels ({phases.grid_in_words}); expected at least two, as "
            f"connectivity runs from the first to the last. Choose another axis."
        )
    return PhaseImage(
        painted(found.labels, found.kinds_along(index)),
        **phases.grid,
        phases=dict(enumerate(parts_of(phase))),
        history=(*phases.history, f"label_connectivity: {phase} along {axis}, {neighbours} neighbours"),
    )


def parts_of(phase: str) -> list[str]:
    """Return the names of the phases that `label_connectivity` makes, in the order of their labels."""
    return ["rest", f"isolated {phase}", f"one-face {phase}", f"percolating {phase}"]


@dataclass(frozen=True, slots=True)
class _Components:
    """The components of a phase.

    Attributes
    ----------
    labels : numpy.ndarray
        Number of the component of each voxel, 0 where the phase is not.
    voxels : numpy.ndarray of int64
        Voxels of each component; that of 0 is 0.
    reaches : numpy.ndarray of bool
        Shape (3, 2, components + 1): whether a component reaches the first and the last layer of the sample.
    layers : tuple of int
        Layers of the sample along (z, y, x).
    """

    labels: NDArray[Any]
    voxels: NDArray[np.int64]
    reaches: NDArray[np.bool_]
    layers: tuple[int, ...]

    def kinds_along(self, index: int) -> NDArray[np.uint8]:
        """Return what each component is along an axis."""
        first, last = self.reaches[index]
        kinds: NDArray[np.uint8] = ISOLATED + first.astype(np.uint8) + last.astype(np.uint8)
        kinds[0] = 0
        return kinds

    def share(self, which: NDArray[np.bool_]) -> float:
        """Return the share of the phase's volume in these components."""
        return float(self.voxels[which].sum() / self.voxels.sum())


def _components_of(phases: PhaseImage, phase: str, neighbours: Neighbours) -> _Components:
    """Return the components of a phase and the faces of the sample that they reach."""
    if isinstance(neighbours, bool) or neighbours not in get_args(Neighbours):
        raise ParameterError(f"neighbours is {neighbours!r}; expected 6, 18 or 26 (sharing {SHARING[26]}).")
    here = phases.is_phase(phase)
    labels, components = cc3d.connected_components(
        here, connectivity=neighbours, return_N=True, binary_image=True, out_dtype=_dtype(here.size)
    )
    if not components:
        raise PhaseError(
            f"phase {phase!r} has no voxel in the sample, so nothing can be connected. Check the intervals of the "
            f"threshold, the crop and the mask."
        )
    voxels = component_voxels(labels, components)
    voxels[0] = 0
    box = octants_of(phases)
    reaches = np.zeros((3, 2, components + 1), np.bool_)
    for axis in range(3):
        for end, layer in enumerate((box.lower[axis], box.upper[axis] - 1)):
            reaches[axis, end, np.take(labels, layer, axis=axis)] = True
    return _Components(labels, voxels, reaches, tuple((box.upper - box.lower).tolist()))


def _row(phase: str, axis: AxisName, found: _Components) -> dict[str, Any]:
    """Return the row of one axis."""
    index = axis_index(axis)
    kinds = found.kinds_along(index)
    at_sides = np.delete(found.reaches, index, axis=0).any(axis=(0, 1))
    percolating = found.share(kinds == PERCOLATING)
    return {
        "phase": phase,
        "axis": axis,
        "percolates": percolating > 0,
        "percolating_fraction": percolating,
        "one_face_fraction": found.share(kinds == ONE_FACE),
        "isolated_fraction": found.share(kinds == ISOLATED),
        "isolated_at_sides_fraction": found.share((kinds == ISOLATED) & at_sides),
        "components": len(found.voxels) - 1,
        "largest_component_fraction": float(found.voxels.max() / found.voxels.sum()),
    }


def _of_flat(axis: AxisName) -> str:
    """Return the warning for an axis along which there is no way to look for."""
    return (
        f"Along {axis} the sample has a single layer of voxels, whose first layer is its last: its connectivity is "
        f"left out, and that along the other axes is of a section, which connects less than the volume does."
    )


def _dtype(voxels: int) -> type[np.uint32] | type[np.uint64]:
    """Return the type that holds the number of any component, whatever the image looks like."""
    return np.uint32 if voxels < 1 << 32 else np.uint64

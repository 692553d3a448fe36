"""The lines on which three phases meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import AxisName, PhaseImage, PhaseName, ResultTable
from voltome.data._parameters import axis_index, check_choice
from voltome.errors import AxisError, PhaseError
from voltome.morphology import columns_interfaces as columns
from voltome.morphology._kernels_lines import REACH_SHIFT, edges_of, lengths_of, one_hot
from voltome.morphology._octants import octants_of, standard_error
from voltome.morphology._reach import ISOLATED, REACHING, UNKNOWN, Face, reach_of

SPECKS_RATIO = 0.4
"""Smoothed length over length of edges; on a straight line it is at least 0.5, on rings of a few edges less."""

FEWEST_EDGES = 100


@dataclass(frozen=True, slots=True)
class TriplePhaseBoundary:
    """The lines on which three phases meet inside the sample.

    Attributes
    ----------
    phases : str
        The three phases.
    length_um : float
        Length of the lines, from smoothed chains of voxel edges, in um.
    length_per_total_volume_per_um2 : float
        That length over the volume of the sample, in um per um3.
    length_per_total_volume_standard_error_per_um2 : float
        Its standard error from the scatter among the octants of this image.
    active_length_um, unknown_length_um, inactive_length_um : float
        Parts of the length: all three phases reach the faces asked for; one of them reaches only other faces of the
        image; one of them reaches none.
    active_share : float
        Active length over length; 0 where there is none.
    edges : int
        Edges of voxels round which the three phases meet.
    edge_length_um, edge_length_per_total_volume_per_um2 : float
        Length of these edges, in all and over the volume of the sample.
    edge_share : float
        These edges over all edges that have four voxels of the sample round them.
    measured_on, method : str
        The image, and how the length was estimated.
    history : tuple of str
        What was done to the image, oldest first.
    warnings : tuple of str
        What must be known before the length is used.
    """

    phases: str
    length_um: float
    length_per_total_volume_per_um2: float
    length_per_total_volume_standard_error_per_um2: float
    active_length_um: float
    unknown_length_um: float
    inactive_length_um: float
    active_share: float
    edges: int
    edge_length_um: float
    edge_length_per_total_volume_per_um2: float
    edge_share: float
    measured_on: str
    method: str
    history: tuple[str, ...]
    warnings: tuple[str, ...]

    def to_table(self) -> ResultTable:
        """Return the numbers as a table of one row, kind ``triple_phase_boundary``."""
        row = {column.name: [getattr(self, column.name)] for column in columns.TRIPLE_PHASE_BOUNDARY}
        return ResultTable(
            pd.DataFrame(row),
            columns=columns.TRIPLE_PHASE_BOUNDARY,
            kind="triple_phase_boundary",
            measured_on=self.measured_on,
            method=self.method,
            history=self.history,
            warnings=self.warnings,
        )


def triple_phase_boundary(
    phases: PhaseImage,
    *,
    phases_of_interest: Sequence[PhaseName] | None = None,
    axis: AxisName = "z",
    connected: Mapping[PhaseName, Face] | None = None,
) -> TriplePhaseBoundary:
    """Measure the lines on which three phases meet: their length without the bias of voxel edges, and the active part.

    Reactions that need three phases at once (ions from one, electrons from another, a product or a gas in the third)
    run along these lines. Where two phases do, see `interface_areas`.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image; only voxels inside its mask count.
    phases_of_interest : sequence of str, optional
        The three phases that must meet. None: the phases of the image, of which there must be three.
    axis : {"z", "y", "x"}, default "z"
        Axis across the electrode; ions and electrons come from its two ends.
    connected : mapping of str to {"first", "last", "either", "both"}, optional
        Which end of the axis a phase must be connected to for the lines to be active: ``first`` is that of the first
        layer (z = 0, the current collector), ``last`` the other one. Phases that are left out, or all for None:
        ``either``.

    Returns
    -------
    TriplePhaseBoundary
        The length in um and over the volume of the sample in um per um3 (1/um2), with a standard error; the active,
        unknown and inactive parts; and the edges of voxels as TauFactor and MATBOX count them.

    Raises
    ------
    PhaseError
        Not three different phases, or phases that the image does not have.
    ParameterError
        An unknown end in `connected`, or one for a phase that is none of the three.
    AxisError
        An unknown axis, or a sample in which no four voxels share an edge.
    ValuesError
        The sample is a single voxel, from which there is no standard error.

    Notes
    -----
    An edge counts if all three phases are among the four voxels round it, and these are all in the sample. Edges make
    stairs, so their length (`edge_length_um`) is 1.5 times that of straight lines in all directions, and 1.5 to 2
    times that of real ones: where phases meet at acute angles the stairs go back and forth.

    `length_um` removes the stairs. Round an edge the phases follow each other in one of two senses, which gives the
    edge a direction; edges so directed are chains without ends. The direction of each is averaged with its 3 and its 6
    neighbours on either side, weights falling evenly, and the lengths of the two means are extrapolated to a window of
    none, which takes away what a window cuts off a curve. Edges with one phase on two opposite sides have
    no direction and add no length.

    The tip of a phase that ends in a wedge is too thin to be seen, so the chain lies inside the wedge, by 0.13 voxel
    where it has 90 degrees and 0.5 where it has 37, and on a curve is too short by that over its radius. How far and
    which way is told by the shares of the phases in a ball of 3 voxels round the edge, how the chain bends by the
    directions of 10 neighbours on either side; the product is added, up to a quarter of the length.

    Bias on cubic voxels: straight lines +0.5 % (angles above 60 degrees between the two surfaces) to +2 % (30 to 60),
    12 % where they meet at less; circles of 5 to 40 voxels radius 0 to +2 % (45 to 120 degrees), 0 to +3 % (37). On
    voxels of 2:1:1 +2 to +4 %, where surfaces meet at less than 50 degrees up to +9 %. Rings of a few edges, which are
    noise, count less than they have.

    Active: for each of the three phases a voxel at the edge belongs to a cluster (6 neighbours) that reaches the
    faces asked for. Inactive: there is a phase whose clusters at the edge reach no face of the sample.
    Unknown: the rest; the cluster may be connected outside the image. An image that is small beside the electrode makes
    few lines inactive.

    Time: about 20 ns per voxel and 2 us per edge, on one core. Memory: 7 bytes per voxel.

    References
    ----------
    S. J. Cooper et al., SoftwareX 5 (2016) 203 (TauFactor: voxel edges);
    F. L. E. Usseglio-Viretta et al., SoftwareX 17 (2022) 100915 (MATBOX).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[-15:16, -15:16, -15:16]
    >>> ball = z**2 + y**2 + x**2 <= 12.3**2
    >>> labels = np.where(ball, np.where(z + y / 2 + x / 3 > 0, 1, 2), 0).astype(np.uint8)
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=0.1, phases={0: "pore", 1: "NMC", 2: "binder"})
    >>> found = vt.morphology.triple_phase_boundary(image)
    >>> true = 2 * np.pi * 1.23
    >>> round(found.length_um / true, 2), round(found.edge_length_um / true, 2)
    (1.02, 1.66)
    """
    names = _three(phases, phases_of_interest)
    ends = _ends(names, connected)
    octants = octants_of(phases)
    codes = one_hot(phases.values, [phases.label_of(name) for name in names], phases.mask)
    codes |= reach_of(codes, phases, octants, axis_index(axis), ends) << REACH_SHIFT
    edges, numbers, candidates = edges_of(codes, octants.split)
    if not candidates.sum():
        raise AxisError(
            f"no four voxels of the sample share an edge in {phases.grid_in_words}; expected at least two voxels along "
            f"two axes. Take a larger piece."
        )
    lengths = lengths_of(edges, codes, octants.split, np.array(phases.voxel_size_um))
    return _result(phases, names, _method(axis, dict(zip(names, ends, strict=True))), lengths, numbers, candidates)


def _three(phases: PhaseImage, chosen: Sequence[str] | None) -> list[str]:
    """Return the names of the three phases."""
    names = list(phases.phases.values() if chosen is None else chosen)
    for name in names:
        phases.label_of(name)
    if len(set(names)) != 3 or len(names) != 3:
        of = "the image has" if chosen is None else "phases_of_interest has"
        known = ", ".join(repr(name) for name in phases.phases.values())
        raise PhaseError(
            f"{of} {len(names)} phases ({', '.join(map(repr, names))}); expected three different ones that meet. Give "
            f"phases_of_interest three names out of {known}."
        )
    return names


def _ends(names: Sequence[str], connected: Mapping[str, Face] | None) -> list[Face]:
    """Return which end of the axis each phase must reach."""
    for name, end in (connected or {}).items():
        check_choice("connected", name, tuple(names))
        check_choice(f"connected[{name!r}]", end, get_args(Face))
    return [(connected or {}).get(name, "either") for name in names]


def _method(axis: str, ends: Mapping[str, str]) -> str:
    """Return how the length was measured."""
    needed = ", ".join(f"{name} to {end}" for name, end in ends.items())
    return (
        f"directed chains of voxel edges, smoothed over 3 and 6 neighbours and extrapolated, mended where wedges are "
        f"too thin to be seen; active where clusters (6 neighbours) reach the ends along {axis}: {needed}; inside the "
        f"sample only; standard error from octants of this image"
    )


def _result(
    phases: PhaseImage,
    names: Sequence[str],
    method: str,
    lengths: NDArray[np.float64],
    numbers: NDArray[np.int64],
    candidates: NDArray[np.int64],
) -> TriplePhaseBoundary:
    """Return the numbers from the lengths [octant, state] and the edges [octant, axis, state]."""
    octants = octants_of(phases)
    inside = phases.mask if phases.mask is not None else np.broadcast_to(np.True_, phases.shape)
    volumes = np.array([np.count_nonzero(inside[block]) for block in octants.blocks()]) * phases.voxel_volume_um3
    by_state = lengths.sum(axis=0)
    length, edges = float(by_state.sum()), int(numbers.sum())
    edge_length = float(numbers.sum(axis=(0, 2)) @ np.array(phases.voxel_size_um))
    total = float(volumes.sum())
    return TriplePhaseBoundary(
        phases=" + ".join(names),
        length_um=length,
        length_per_total_volume_per_um2=length / total,
        length_per_total_volume_standard_error_per_um2=standard_error(lengths.sum(axis=1), volumes),
        active_length_um=float(by_state[REACHING]),
        unknown_length_um=float(by_state[UNKNOWN]),
        inactive_length_um=float(by_state[ISOLATED]),
        active_share=float(by_state[REACHING] / length) if length else 0.0,
        edges=edges,
        edge_length_um=edge_length,
        edge_length_per_total_volume_per_um2=edge_length / total,
        edge_share=edges / int(candidates.sum()),
        measured_on=f"phases of {phases.grid_in_words}",
        method=method,
        history=phases.history,
        warnings=_warnings(names, length, edges, edge_length),
    )


def _warnings(names: Sequence[str], length: float, edges: int, edge_length: float) -> tuple[str, ...]:
    """Return what must be known before the length is used: too few lines, or lines that are noise."""
    what = f"the triple-phase boundary of {', '.join(names)}"
    if not edges:
        return ()
    if edges < FEWEST_EDGES:
        return (
            f"There are only {edges} voxel edges on {what}: its length is of one or two lines. Measure a larger image.",
        )
    if length < SPECKS_RATIO * edge_length:
        return (
            f"The smoothed length of {what} is only {length / edge_length:.0%} of the length of its voxel edges (50 to "
            f"67 % on lines that the voxels resolve): much of it is rings of a few edges, as noise and films of one "
            f"voxel make. Clean the phases (remove_artefacts) or scan with smaller voxels, and compare.",
        )
    return ()

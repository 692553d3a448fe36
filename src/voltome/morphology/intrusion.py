"""Mercury intrusion, simulated: into which pores a ball can be pressed from outside, and past which bottlenecks."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import PhaseImage, PhaseName, ResultTable, Volume
from voltome.data._parameters import AXES, check_choice
from voltome.errors import ParameterError, PhaseError
from voltome.morphology import _kernels_intrusion, _kernels_thickness
from voltome.morphology._distances import squared_distances
from voltome.morphology._particle_tables import BinCount, Scale, bin_edges, bin_middles, check_bins, values_at_shares
from voltome.morphology.columns_intrusion import MERCURY_INTRUSION

Inlet = Literal["all", "z-", "z+", "y-", "y+", "x-", "x+"]

WORTH_A_WARNING = 0.05
"""Share of the phase that is never reached above which the table says so."""


def intrusion_radius(phases: PhaseImage, *, phase: PhaseName, inlet: Inlet = "all") -> Volume:
    """Measure, for every voxel of a phase, the largest ball that can be pressed to it from the inlet.

    Shows where bottlenecks shield a pore: the chamber behind a throat has the radius of the throat. For the table over
    all radii see `mercury_intrusion`; for sizes without an inlet, `local_thickness`, whose half is nowhere smaller.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Voxels outside its mask belong to no phase, bound none, and let nothing through.
    phase : str
        Name of the phase that is filled, such as the pore.
    inlet : {"all", "z-", "z+", "y-", "y+", "x-", "x+"}
        The face of the sample through which balls enter: that at the first (-) or last (+) voxel along an axis, or all
        faces. The others are closed. With a mask, the first or last voxel inside it of every line along the axis.

    Returns
    -------
    Volume
        Quantity ``intrusion radius``, float32, unit um; 0 outside the phase and where no ball arrives.

    Raises
    ------
    PhaseError
        An unknown phase, one without a voxel in the sample, one that fills the whole sample, or one that has no voxel
        at the inlet.
    ParameterError
        An unknown inlet, or one along an axis of a single voxel.

    Notes
    -----
    A ball of radius r is centred on voxels that are at least r from the centre of the nearest voxel of another phase,
    and moves from one to the next of 26 neighbours (across corners and edges only where no wall touches either). Where
    it can go from the inlet, it fills all voxels whose centres are nearer than r to its own. The result is the
    largest r that fills a voxel, for all radii that occur at once; it equals, exactly, trying one after the other.

    As for `local_thickness` the faces of the image bound no ball, so a ball at the inlet is as wide as the image shows
    the pore; the bias is the same, -0.5 voxel edges for round pores, 0 to +0.15 for slits.

    Time: about one and a half times that of `local_thickness`. Memory: 17 bytes per voxel. One slice has discs in the
    place of balls, and its two faces are no inlet.

    References
    ----------
    B. Münch, L. Holzer, J. Am. Ceram. Soc. 91 (2008) 4059 (simulated mercury intrusion).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((16, 20, 20), np.uint8)
    >>> labels[:6, 9:11, 9:11] = labels[6:14, 6:14, 6:14] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    >>> float(vt.morphology.intrusion_radius(image, phase="pore", inlet="z-").values[10, 10, 10])
    1.0
    >>> float(vt.morphology.local_thickness(image, phase="pore").values[10, 10, 10] / 2)
    4.0
    """
    squared, unit_um = _intruded(phases, phase, inlet)[:2]
    values = np.sqrt(squared, out=squared)
    values *= np.float32(unit_um)
    return Volume(
        values,
        **phases.grid,
        quantity="intrusion radius",
        unit="um",
        history=(*phases.history, f"intrusion_radius: into {phase} through {_faces(inlet)}, largest ball that arrives"),
    )


def mercury_intrusion(
    phases: PhaseImage,
    *,
    phase: PhaseName,
    inlet: Inlet = "all",
    bins: BinCount = 30,
    scale: Scale = "log",
) -> ResultTable:
    """Measure how much of a phase is filled through the inlet, by balls of falling radius (simulated porosimetry).

    Beside `continuous_size_distribution`, which asks how wide pores are, this asks how wide the ways to them are; the
    ratio of the two says how narrow the bottlenecks are. For what a porosimeter reads, take the pore and
    ``inlet="all"``.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Voxels outside its mask belong to no phase, bound none, and let nothing through.
    phase : str
        Name of the phase that is filled, such as the pore.
    inlet : {"all", "z-", "z+", "y-", "y+", "x-", "x+"}
        The face of the sample through which balls enter: that at the first (-) or last (+) voxel along an axis, or all
        faces. The others are closed. With a mask, the first or last voxel inside it of every line along the axis.
    bins : int
        Number of bins, at least 1, from the smallest to the largest radius, with or without the inlet.
    scale : {"linear", "log"}
        Whether bins are equally wide in radius or in its logarithm.

    Returns
    -------
    ResultTable
        Kind ``mercury_intrusion``, one row per bin (keys `phase`, `inlet`): middle and edges in um, `share` of the
        volume of the phase, `density_per_um`, `intruded_share` from the lower edge up, `coverable_share` without an
        inlet; the same in every row, `r10_um`, `r50_um`, `r90_um`, `continuous_r50_um`, `bottleneck_ratio`,
        `constrictivity` and `never_intruded_fraction`.

    Raises
    ------
    PhaseError
        An unknown phase, one without a voxel in the sample, one that fills the whole sample, or one that has no voxel
        at the inlet.
    ParameterError
        An unknown inlet or scale, an inlet along an axis of a single voxel, fewer than one bin.

    Notes
    -----
    Shares are of the whole phase, so that `share` adds up to 1 - `never_intruded_fraction`. The percentiles are of the
    intruded volume, those of the largest balls too, so that their ratio compares the same voxels: the bottleneck ratio
    r_min / r_max, and its square, the constrictivity, are at most 1. Where all is reached these are the definitions of
    the literature; where more than 5 % is not, a warning of the table says so.

    The radius is that of the ball that fits, not of a capillary. The pressure at which mercury enters follows from
    Washburn's law, 2 x 0.48 N/m x cos 40 degrees / r: 0.74 MPa at 1 um.

    Definition on the grid, and bias: `intrusion_radius`. Time: about two and a half times that of `local_thickness`,
    which is measured, too. Memory: 21 bytes per voxel.

    References
    ----------
    B. Münch, L. Holzer, J. Am. Ceram. Soc. 91 (2008) 4059 (simulated mercury intrusion);
    L. Holzer et al., J. Mater. Sci. 48 (2013) 2934 (constrictivity from the two r50).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((16, 20, 20), np.uint8)
    >>> labels[:6, 9:11, 9:11] = labels[6:14, 6:14, 6:14] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    >>> row = vt.morphology.mercury_intrusion(image, phase="pore", inlet="z-", bins=3).frame.iloc[0]
    >>> float(row.r50_um), float(row.continuous_r50_um), float(row.bottleneck_ratio)
    (1.0, 4.0, 0.25)
    """
    check_bins(bins)
    check_choice("scale", scale, get_args(Scale))
    intruded, unit_um, squared, edges = _intruded(phases, phase, inlet)
    reached = intruded[squared > 0]
    del intruded  # four bytes per voxel that the next lines need
    free = _kernels_thickness.largest_balls(squared, edges)[squared > 0]
    frame = _frame(phase, inlet, reached, free, unit_um, bins, scale)
    row = frame.iloc[0]
    return ResultTable(
        frame,
        columns=MERCURY_INTRUSION,
        kind="mercury_intrusion",
        measured_on=f"phases of {phases.grid_in_words}",
        method=(
            f"balls pressed in through {_faces(inlet)}, centred on voxels, all radii at once, in {bins} bins of "
            f"radius, {scale} scale; r50 {row.r50_um:.4g} um, r50 without an inlet {row.continuous_r50_um:.4g} um, "
            f"bottleneck ratio {row.bottleneck_ratio:.3g}"
        ),
        history=phases.history,
        warnings=_warnings(phase, inlet, float(row.never_intruded_fraction)),
    )


def _intruded(
    phases: PhaseImage, phase: str, inlet: str
) -> tuple[NDArray[np.float32], float, NDArray[np.float32], _kernels_thickness.Triple]:
    """Return the squared radius at which each voxel is filled, the unit of length, squared distances and edges."""
    check_choice("inlet", inlet, get_args(Inlet))
    squared, edges, unit_um = squared_distances(phases, phase)
    seeds = _inlet_voxels(phases, inlet)
    if not (squared.ravel()[seeds] > 0).any():
        raise PhaseError(
            f"phase {phase!r} has no voxel at the inlet, {_faces(inlet)}, so nothing can enter; expected at least one. "
            f"Choose another inlet, or check the crop and the mask."
        )
    access = squared.copy()
    _kernels_intrusion.narrow_to_ways(access, seeds, edges)
    return (
        _kernels_thickness.largest_balls(access, edges, _kernels_intrusion.inner_voxels(access)),
        unit_um,
        squared,
        edges,
    )


def _inlet_voxels(phases: PhaseImage, inlet: str) -> NDArray[np.int64]:
    """Return the flat indices of the first voxels of the sample on every line that enters through the inlet."""
    sides = [f"{axis}{side}" for axis in AXES for side in "-+"] if inlet == "all" else [inlet]
    if inlet != "all" and phases.shape[AXES.index(inlet[0])] == 1:
        raise ParameterError(
            f"inlet is {inlet!r}, but the image has one voxel along {inlet[0]}, so every voxel would be at the inlet; "
            f"expected an axis of at least two, or 'all'."
        )
    found = [
        _first_voxels(phases, AXES.index(side[0]), from_end=side[1] == "+")
        for side in sides
        if phases.shape[AXES.index(side[0])] > 1
    ]
    return np.unique(np.concatenate([np.zeros(0, np.int64), *found]))


def _first_voxels(phases: PhaseImage, axis: int, *, from_end: bool) -> NDArray[np.int64]:
    """Return the flat indices of the first voxels inside the sample along an axis, or of the last."""
    length = phases.shape[axis]
    mask = np.ones((1, 1, 1), np.bool_) if phases.mask is None else phases.mask
    seen = np.broadcast_to(np.flip(mask, axis) if from_end else mask, phases.shape)
    places = np.asarray(seen.argmax(axis=axis))
    inside = np.asarray(seen.any(axis=axis))
    places = length - 1 - places if from_end else places
    others = np.nonzero(inside)
    index = [*others[:axis], places[inside], *others[axis:]]
    return np.ravel_multi_index(tuple(index), phases.shape).astype(np.int64)


def _frame(
    phase: str,
    inlet: str,
    reached: NDArray[np.float32],
    free: NDArray[np.float32],
    unit_um: float,
    bins: int,
    scale: str,
) -> pd.DataFrame:
    """Return the shares of the voxels of a phase over the radii at which they are filled, and could be."""
    intruded = reached > 0
    radii, counts = _counted(reached[intruded], unit_um)
    free_radii, free_counts = _counted(free, unit_um)
    edges = bin_edges(np.append(radii, free_radii), bins, scale)
    share = np.histogram(radii, edges, weights=counts)[0] / free.size
    covered = np.histogram(free_radii, edges, weights=free_counts)[0] / free.size
    r10, r50, r90 = values_at_shares(radii, counts, (0.1, 0.5, 0.9))
    (free_r50,) = values_at_shares(*_counted(free[intruded], unit_um), (0.5,))
    measures = [
        phase,
        inlet,
        bin_middles(edges, scale),
        edges[:-1],
        edges[1:],
        share,
        share / np.diff(edges),
        np.cumsum(share[::-1])[::-1],
        np.cumsum(covered[::-1])[::-1],
        r10,
        r50,
        r90,
        free_r50,
        r50 / free_r50,
        (r50 / free_r50) ** 2,
        1 - np.count_nonzero(intruded) / free.size,
    ]
    names = [column.name for column in MERCURY_INTRUSION]
    return pd.DataFrame(dict(zip(names, measures, strict=True)))


def _counted(squared: NDArray[np.float32], unit_um: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the radii in um that occur, and how many voxels have each."""
    found, counts = np.unique(squared, return_counts=True)
    return np.sqrt(found.astype(np.float64)) * unit_um, counts.astype(np.float64)


def _faces(inlet: str) -> str:
    """Return the inlet in words."""
    return "all faces" if inlet == "all" else f"the {'first' if inlet[1] == '-' else 'last'} face along {inlet[0]}"


def _warnings(phase: str, inlet: str, never: float) -> tuple[str, ...]:
    """Return what a reader must know before using the numbers."""
    if never <= WORTH_A_WARNING:
        return ()
    return (
        f"{100 * never:.3g} % of the volume of {phase} is never reached through {_faces(inlet)}: r10, r50, r90, the "
        f"bottleneck ratio and the constrictivity are of the rest. Where these are voids that noise or the edge of the "
        f"image cut off, clean the phase or take a larger image.",
    )

"""The largest ball that fits into a phase, voxel by voxel, and its distribution: sizes without particles."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import NonNegative, PhaseImage, PhaseName, ResultTable, Volume
from voltome.data._parameters import check_choice, check_not_negative
from voltome.errors import ParameterError, ValuesError
from voltome.morphology import _kernels_thickness as kernels
from voltome.morphology import columns
from voltome.morphology._distances import largest_squared_radii
from voltome.morphology._particle_tables import BinCount, Scale, bin_edges, bin_middles, check_bins, values_at_shares
from voltome.morphology._subvoxel import subvoxel_radii


def local_thickness(
    phases: PhaseImage, *, phase: PhaseName, grey: Volume | None = None, level: float | None = None
) -> Volume:
    """Measure, for every voxel of a phase, the diameter of the largest ball inside the phase that holds it.

    Says how wide pores, walls and particles are, without cutting the phase into pieces. For its distribution see
    `continuous_size_distribution`; for particles that are bodies of their own, `measure_particles` has less bias.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Voxels outside its mask belong to no phase and do not bound one.
    phase : str
        Name of the phase that is measured.
    grey : Volume, optional
        The grey values from which the phases were cut, denoised. With them the surface is not at voxels but where the
        grey value crosses the level, and balls are centred anywhere.
    level : float, optional
        With `grey`: the grey value at the surface, half-way between its two sides. By default the ends of the interval
        of the phase, or of the others where it is the rest.

    Returns
    -------
    Volume
        Quantity ``local thickness``, float32, unit um: the diameter of the ball; 0 outside the phase and the mask.

    Raises
    ------
    PhaseError
        An unknown phase, one without a voxel in the sample, or one that fills the whole sample.
    GeometryError
        Grey values on another grid.
    ParameterError
        A level without grey values or that is no number, or none where the phases do not say it.
    ValuesError
        A level that lies between the grey values of both sides at less than half of the surface.

    Notes
    -----
    Without `grey`, balls are centred on voxels of the phase; the radius is the distance from there to the centre of the
    nearest voxel of another phase, and a ball holds the voxels whose centres are nearer than that. Of these balls the
    answer is exact: it equals painting the ball of every voxel. The thickness is twice the radius.

    The faces of the image and the edge of the mask are no boundary: a ball reaches to the nearest voxel of another
    phase that is seen, and none is centred beyond. What is cut there can read too wide or too narrow; where that
    matters, leave out a margin of the largest radius.

    Bias of the thickness, in voxel edges, at any size: round bodies -1.0 (the best voxel is half an edge off their
    centre), long cylinders -0.2, plates +0.3, plates along the axes 0 where their thickness is an even number of
    voxels and +1 where it is odd. Measured to the face of the voxel instead of its centre, all would be one edge less,
    which is right for odd plates only. Relative errors fall with the size; below some 5 voxels of radius they
    are above 10 % for round bodies.

    With `grey`, between a voxel of the phase and its neighbour in another the surface is where the straight line
    between their grey values crosses the level; a radius is the distance to such points, and the centre is sought
    within the voxel. Blur of the standard deviation s moves the level by s^2 times the mean curvature of the surface; s
    is found from the edges of the phase (median over those 3 voxels thick on both sides), the curvature from the bend
    of the grey values where a ball touches, up to that of the ball, and the product is put back. Bias of the
    radius in voxels from a radius of 4 on, at a blur of 0 to 1: plates +0.05 to +0.1, long cylinders 0 to +0.08,
    spheres -0.1 (no blur) to +0.06. Noise makes radii too small, as the nearest point counts: denoise before.

    Time: about that of two Euclidean distance transforms for particles, and of four to five for pores; see
    ``docs/benchmarks.md``; with `grey` several times as much. Memory: 12 bytes per voxel, with `grey` 22. One slice has
    discs in the place of balls.

    References
    ----------
    T. Hildebrand, P. Rüegsegger, J. Microsc. 185 (1997) 67 (definition).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((20, 20, 20), np.uint8)
    >>> labels[7:11] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=0.5, phases={0: "pore", 1: "separator"})
    >>> thickness = vt.morphology.local_thickness(image, phase="separator")
    >>> float(thickness.values.max()), thickness.unit
    (2.0, 'um')
    """
    if grey is None:
        _check_no_level(level)
        values, unit_um = largest_squared_radii(phases, phase)
        np.sqrt(values, out=values)
        how = ""
    else:
        values, unit_um, how = subvoxel_radii(phases, phase, grey, level)
    values *= np.float32(2 * unit_um)
    return Volume(
        values,
        **phases.grid,
        quantity="local thickness",
        unit="um",
        history=(
            *phases.history,
            f"local_thickness: of {phase}, diameter of the largest ball that holds a voxel{'; ' + how if how else ''}",
        ),
    )


def continuous_size_distribution(
    phases: PhaseImage,
    *,
    phase: PhaseName,
    minimum_radius_um: NonNegative = 0.0,
    bins: BinCount = 30,
    scale: Scale = "log",
    grey: Volume | None = None,
    level: float | None = None,
) -> ResultTable:
    """Measure how much of a phase balls of a radius can cover (the continuous size distribution).

    It needs no separation, so it serves pores and particles alike, and necks count as what they are: narrow. Sizes are
    smaller than those of particles as a whole (`size_distribution`), as corners and rims hold small balls only.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Voxels outside its mask belong to no phase and do not bound one.
    phase : str
        Name of the phase that is measured.
    minimum_radius_um : float
        Voxels whose largest ball has a smaller radius, in um, are left out; how much is in the table. 0: none.
    bins : int
        Number of bins, at least 1, from the smallest to the largest radius.
    scale : {"linear", "log"}
        Whether bins are equally wide in radius or in its logarithm.
    grey : Volume, optional
        The grey values from which the phases were cut, denoised: radii are then finer than the grid; see
        `local_thickness`.
    level : float, optional
        With `grey`: the grey value at the surface, half-way between its two sides. By default the ends of the interval
        of the phase, or of the others where it is the rest.

    Returns
    -------
    ResultTable
        Kind ``continuous_size_distribution``, one row per bin: middle and edges in um, `share` of the volume (adds up
        to 1), `density_per_um` (share over the width of the bin), `coverable_share` by balls of at least the lower
        edge; the same in every row, `volume_weighted_mean_radius_um`, `r50_um` and `excluded_volume_fraction`.

    Raises
    ------
    PhaseError
        An unknown phase, one without a voxel in the sample, or one that fills the whole sample.
    ValuesError
        No voxel whose largest ball has the smallest radius; a level that lies between the grey values of both sides at
        less than half of the surface.
    GeometryError
        Grey values on another grid.
    ParameterError
        Fewer than one bin, an unknown scale, a smallest radius below 0; a level without grey values or that is no
        number, or none where the phases do not say it.

    Notes
    -----
    The radius of a voxel is half its `local_thickness`, whose bias it has: without `grey` -0.5 voxel edges for round
    bodies, +0.15 for plates. Shares are of the volume that counts; `excluded_volume_fraction` is of the whole phase.
    r50 is the smallest radius at which voxels up to it hold half of the counted volume. On a grid small radii are few
    (1, 1.41, 1.73 ... voxels), so narrow bins there may be empty: take fewer bins. Where all voxels have one radius r,
    the bins run from r / sqrt(2) to r sqrt(2).

    Time and memory: those of `local_thickness`, and some seconds per 100 million voxels to sort them.

    References
    ----------
    L. Holzer et al., J. Microsc. 216 (2004) 84; B. Münch, L. Holzer, J. Am. Ceram. Soc. 91 (2008) 4059
    (continuous size distribution).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((20, 20, 20), np.uint8)
    >>> labels[2:6] = labels[10:18] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=0.5, phases={0: "pore", 1: "solid"})
    >>> sizes = vt.morphology.continuous_size_distribution(image, phase="solid", bins=2, scale="linear").frame
    >>> print(sizes[["radius_from_um", "radius_to_um", "share", "coverable_share"]].round(3).to_string(index=False))
     radius_from_um  radius_to_um  share  coverable_share
                1.0           1.5  0.333            1.000
                1.5           2.0  0.667            0.667
    """
    minimum = check_not_negative("minimum_radius_um", minimum_radius_um)
    check_bins(bins)
    check_choice("scale", scale, get_args(Scale))
    radii, counts, how = _radii_and_counts(phases, phase, grey, level)
    kept = radii >= minimum * (1 - kernels.TIE)
    if not kept.any():
        raise ValuesError(
            f"no voxel of {phase!r} has a largest ball of minimum_radius_um = {minimum:g} um or more; the largest has "
            f"{radii.max():.4g} um. Lower minimum_radius_um."
        )
    excluded = float(counts[~kept].sum() / counts.sum())
    return ResultTable(
        _frame(phase, radii[kept], counts[kept], excluded, bins, scale),
        columns=columns.CONTINUOUS_SIZE_DISTRIBUTION,
        kind="continuous_size_distribution",
        measured_on=f"phases of {phases.grid_in_words}",
        method=_method(radii[kept], counts[kept], excluded, minimum, bins, scale) + how,
        history=phases.history,
    )


def _radii_and_counts(
    phases: PhaseImage, phase: str, grey: Volume | None, level: float | None
) -> tuple[NDArray[np.float64], NDArray[np.int64], str]:
    """Return the radii of largest balls in um that occur, how many voxels have each, and how they were measured."""
    if grey is None:
        _check_no_level(level)
        squared, unit_um = largest_squared_radii(phases, phase)
        found, counts = np.unique(squared[squared > 0], return_counts=True)
        return np.sqrt(found.astype(np.float64)) * unit_um, counts, ""
    fine, unit_um, how = subvoxel_radii(phases, phase, grey, level)
    found, counts = np.unique(fine[fine > 0], return_counts=True)
    return found.astype(np.float64) * unit_um, counts, f"; {how}"


def _check_no_level(level: float | None) -> None:
    """Refuse a level where there are no grey values for it."""
    if level is not None:
        raise ParameterError(f"level is {level:g}, but there are no grey values; give the volume as grey, or no level.")


def _frame(
    phase: str, radii: NDArray[np.float64], counts: NDArray[np.int64], excluded: float, bins: int, scale: str
) -> pd.DataFrame:
    """Return the distribution of voxels over the radii of their largest balls."""
    edges = bin_edges(radii, bins, scale)
    inside = np.histogram(radii, edges, weights=counts)[0]
    share = inside / counts.sum()
    covered = np.cumsum(inside[::-1])[::-1] / counts.sum()
    measures = [
        phase,
        bin_middles(edges, scale),
        edges[:-1],
        edges[1:],
        share,
        share / np.diff(edges),
        covered,
        _mean(radii, counts),
        values_at_shares(radii, counts.astype(np.float64), (0.5,))[0],
        excluded,
    ]
    names = [column.name for column in columns.CONTINUOUS_SIZE_DISTRIBUTION]
    return pd.DataFrame(dict(zip(names, measures, strict=True)))


def _method(
    radii: NDArray[np.float64], counts: NDArray[np.int64], excluded: float, minimum: float, bins: int, scale: str
) -> str:
    """Return how the distribution was measured, with its mean and what was left out."""
    r50 = values_at_shares(radii, counts.astype(np.float64), (0.5,))[0]
    left_out = f"; radii below {minimum:g} um left out: {100 * excluded:.3g} % of the volume" if minimum > 0 else ""
    return (
        f"largest balls in {bins} bins of radius, {scale} scale; volume-weighted mean radius "
        f"{_mean(radii, counts):.4g} um, r50 {r50:.4g} um{left_out}"
    )


def _mean(radii: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """Return the mean radius over the volume."""
    return float(radii @ counts / counts.sum())

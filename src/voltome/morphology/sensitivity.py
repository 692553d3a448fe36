"""How much of a phase there is, its surface and its percolation, against the threshold that cuts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import AxisName, ResultTable, Volume
from voltome.data._parameters import axis_index, check_choice
from voltome.errors import ParameterError
from voltome.morphology._kernels_growth import CLUSTERS, LARGEST, PERCOLATING, VOXELS, clusters_by_level
from voltome.morphology._kernels_phases import PHASE_VOXELS, SAMPLE_VOXELS
from voltome.morphology._octants import Octants, octants_of, standard_error
from voltome.morphology.columns_sensitivity import THRESHOLD_SENSITIVITY
from voltome.morphology.surfaces import METHODS, areas_of_pairs_um2
from voltome.morphology.sweeps import counted, counts_of_phases
from voltome.segmentation import check_intervals
from voltome.segmentation.cells import Cells, Cut, cells_of, grey_range

Interval = tuple[float | None, float | None]
Bound = Literal["lower", "upper"]
CountingEstimator = Literal["crofton13", "faces"]
Connectivity = Literal[6, 18, 26]

MOST_VALUES = 250


def threshold_sensitivity(
    volume: Volume,
    *,
    phase: str,
    interval: tuple[float | None, float | None],
    values: Sequence[float],
    bound: Bound = "lower",
    axis: AxisName = "z",
    connectivity: Connectivity = 6,
    estimator: CountingEstimator = "crofton13",
) -> ResultTable:
    """Measure a phase for many thresholds: its fraction, surface and percolation, in one pass over the volume.

    Shows in which range of thresholds a result may be trusted, and where the phase falls apart. For other measures, or
    with steps between the threshold and the measure, use `sweep` in a study file.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind; only voxels inside its mask count.
    phase : str
        Name of the phase.
    interval : tuple of (float or None, float or None)
        Lowest and highest grey value of the phase, both included; null or None is an open end. The end that is moved
        may be anything.
    values : sequence of float
        2 to 250 different grey values to which that end is moved.
    bound : {"lower", "upper"}
        Which end of the interval is moved.
    axis : {"z", "y", "x"}
        Axis along which the phase has to reach from face to face to percolate.
    connectivity : {6, 18, 26}
        Voxels that are neighbours in a cluster: by faces (6), edges too (18), corners too (26).
    estimator : {"crofton13", "faces"}
        How the surface is measured: as in `surface_area`.

    Returns
    -------
    ResultTable
        Kind ``threshold_sensitivity``, one row per threshold, rising: `fraction`, `relative_slope_of_fraction`
        (d ln fraction / d threshold), `area_per_total_volume_per_um`, `percolating_fraction`,
        `largest_cluster_fraction` and `clusters`. A threshold at which the phase has no voxel gives zeros, and the
        table warns of it.

    Raises
    ------
    ParameterError
        Fewer than 2 or more than 250 values, one given twice or not finite; an interval whose lowest value is above the
        highest; an unknown bound, estimator or connectivity.
    PhaseError
        A phase without a name.
    AxisError
        An unknown axis.
    ValuesError
        The sample is a single voxel, from which there is no standard error.

    Notes
    -----
    Fraction and surface are, number by number, those of `phase_fractions` and `surface_area` for each threshold. Both
    come from one count: of the voxels between each two thresholds, and of the neighbours of which one lies in one such
    class and one in another. Clusters grow voxel by voxel in the order of the grey values, in a union-find forest. A
    cluster percolates if it has voxels in the first and the last layer of the sample along the axis.

    Time: about 40 ns per voxel for fractions and surfaces, 50 to 300 ns for the clusters (one thread), little more
    for 200 thresholds than for 10. Memory: 11 bytes per voxel (15 above 2 billion voxels).

    References
    ----------
    R. E. Tarjan, J. ACM 22 (1975) 215 (clusters that are united); for surfaces see `surface_area`.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> ramp = np.repeat(np.arange(10, dtype=np.uint8), 16).reshape(10, 4, 4)
    >>> volume = vt.data.Volume(ramp, voxel_size_um=1)
    >>> table = vt.morphology.threshold_sensitivity(volume, phase="solid", interval=(5, None), values=[2, 5, 8])
    >>> print(table.frame[["threshold", "fraction", "percolating_fraction"]].to_string(index=False))
     threshold  fraction  percolating_fraction
           2.0       0.8                   0.0
           5.0       0.5                   0.0
           8.0       0.2                   0.0
    """
    cuts = moved_cuts(phase, interval, values, bound)
    thresholds = _checked_values(values)
    check_choice("estimator", estimator, get_args(CountingEstimator))
    if connectivity not in get_args(Connectivity):
        raise ParameterError(f"connectivity is {connectivity!r}; expected 6, 18 or 26 neighbours.")
    along = axis_index(axis)
    octants, cells = octants_of(volume), cells_of(volume, cuts)
    are_phase = [cells.is_phase(number, phase) for number in range(len(cuts))]
    counts = counts_of_phases(*counted(cells, octants), are_phase)
    frame = pd.DataFrame({"phase": phase, "bound": bound, "estimator": estimator, "threshold": thresholds})
    frame = frame.join(_amounts(volume, counts, thresholds, estimator))
    frame = frame.join(_clusters(cells, np.array(are_phase), octants, bound, along, connectivity))
    return ResultTable(
        frame[[column.name for column in THRESHOLD_SENSITIVITY]],
        columns=THRESHOLD_SENSITIVITY,
        kind="threshold_sensitivity",
        measured_on=f"grey values of {volume.grid_in_words}",
        method=(
            f"{bound} end of {phase} moved; surface by {estimator}: {METHODS[estimator]}; clusters of {connectivity} "
            f"neighbours, percolating along {axis}"
        ),
        history=volume.history,
        warnings=_warnings(volume, frame),
    )


def moved_cuts(phase: str, interval: Any, values: Any, bound: Bound) -> list[Cut]:
    """Return the cut for every threshold in rising order, or raise what `threshold_sensitivity` raises about these."""
    check_choice("bound", bound, get_args(Bound))
    cuts = [Cut({phase: _moved(interval, bound, value)}, None) for value in _checked_values(values)]
    for cut in cuts:
        check_intervals(cut.intervals)
    return cuts


def _checked_values(values: Any) -> list[float]:
    """Return the thresholds in rising order, or say what is wrong with them."""
    if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray):
        raise ParameterError(f"values is {values!r}; expected a list of grey values, such as [100, 110, 120].")
    given = [value.item() if isinstance(value, np.generic) else value for value in values]
    faults = [v for v in given if isinstance(v, bool) or not isinstance(v, int | float) or not np.isfinite(v)]
    if faults:
        raise ParameterError(f"values has {faults[0]!r}; expected finite grey values.")
    if len(set(given)) < len(given):
        twice = next(value for value in given if given.count(value) > 1)
        raise ParameterError(f"values has {twice:g} twice; expected each grey value once.")
    if not 2 <= len(given) <= MOST_VALUES:
        raise ParameterError(
            f"found {len(given)} value{'' if len(given) == 1 else 's'}; expected 2 to {MOST_VALUES} grey values."
        )
    return [float(value) for value in sorted(given)]


def _moved(interval: Any, bound: Bound, value: float) -> Interval:
    """Return an interval with one end moved."""
    if not isinstance(interval, Sequence) or isinstance(interval, str) or len(interval) != 2:
        raise ParameterError(f"interval is {interval!r}; expected (lowest, highest), None = open end.")
    return (value, interval[1]) if bound == "lower" else (interval[0], value)


def _amounts(
    volume: Volume, counts: NDArray[np.int64], thresholds: Sequence[float], estimator: CountingEstimator
) -> pd.DataFrame:
    """Return fractions, their slope, and surfaces for every threshold, from the counts [threshold, octant, count]."""
    sample: NDArray[np.float64] = counts[0, :, SAMPLE_VOXELS].astype(np.float64)
    volumes = counts[0, :, SAMPLE_VOXELS] * np.float64(volume.voxel_volume_um3)
    voxels = counts[:, :, PHASE_VOXELS].astype(np.float64)
    areas = [areas_of_pairs_um2(volume.voxel_size_um, estimator, of_one) for of_one in counts]
    fractions = voxels.sum(axis=1) / sample.sum()
    slopes = np.gradient(fractions, np.array(thresholds))
    return pd.DataFrame(
        {
            "fraction": fractions,
            "fraction_standard_error": [standard_error(of_one, sample) for of_one in voxels],
            "relative_slope_of_fraction": np.divide(slopes, fractions, out=np.zeros_like(slopes), where=fractions > 0),
            "area_per_total_volume_per_um": [float(area.sum()) / float(volumes.sum()) for area in areas],
            "area_per_total_volume_standard_error_per_um": [standard_error(area, volumes) for area in areas],
        }
    )


def _clusters(
    cells: Cells, are_phase: NDArray[np.bool_], octants: Octants, bound: Bound, axis: int, connectivity: Connectivity
) -> pd.DataFrame:
    """Return the clusters for every threshold; the phase grows as the lower end falls or the upper end rises."""
    growing = are_phase[::-1] if bound == "lower" else are_phase
    never = len(growing)
    level_of_cell = np.where(growing.any(axis=0), growing.argmax(axis=0), never)
    table = np.append(level_of_cell, never).astype(np.uint8)
    levels = np.empty(cells.values.shape, np.uint8)
    for plane, of_cells in zip(levels, cells.values, strict=True):  # numpy makes long indices of what it looks up by
        plane[...] = table[of_cells]
    found = clusters_by_level(levels, never, connectivity, axis, octants.lower, octants.upper)
    if bound == "lower":
        found = found[::-1]
    voxels = np.maximum(found[:, VOXELS], 1)
    return pd.DataFrame(
        {
            "percolating_fraction": found[:, PERCOLATING] / voxels,
            "largest_cluster_fraction": found[:, LARGEST] / voxels,
            "clusters": found[:, CLUSTERS],
        }
    )


def _warnings(volume: Volume, frame: pd.DataFrame) -> tuple[str, ...]:
    """Return what a reader must know of thresholds at which there is nothing, or nothing else."""
    empty, full = int((frame["fraction"] == 0).sum()), int((frame["fraction"] == 1).sum())
    if not empty and not full:
        return ()
    said = [f"no voxel at {empty}"] if empty else []
    said += [f"every voxel at {full}"] if full else []
    low, high = grey_range(volume)
    return (
        f"The phase {frame['phase'].iloc[0]!r} has {' and '.join(said)} of {len(frame)} thresholds (grey values run "
        f"from {low} to {high}); its surface is 0 there. Choose thresholds inside that range.",
    )

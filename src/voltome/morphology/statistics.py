"""What a table of particles says about the batch: means, percentiles, size distribution."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd
from annotated_types import Ge
from numpy.typing import NDArray

from voltome.data import Column, ResultTable
from voltome.data._parameters import check_choice
from voltome.errors import ParameterError, ValuesError
from voltome.morphology import columns

Weight = Literal["number", "volume"]
Scale = Literal["linear", "log"]
BinCount = Annotated[int, Ge(1)]


def particle_statistics(table: ResultTable) -> ResultTable:
    """Summarise a table of particles in one row: counts, mean diameters, percentiles, sphericity, surface.

    Particles cut by the border bias all of these; drop them before measuring
    (`voltome.segmentation.drop_touching_border`).

    Parameters
    ----------
    table : ResultTable
        A table of kind ``particles``, from `measure_particles`, of at least two particles.

    Returns
    -------
    ResultTable
        Kind ``particle_statistics``, one row (key `phase`): `particles`, `total_volume_um3`, `mean_diameter_um` and
        `mean_sphericity` with their standard errors, the volume-weighted and Sauter mean diameters, `d10_um`,
        `d50_um`, `d90_um` by volume, `total_surface_to_volume_per_um`, `mean_surface_to_volume_per_um`.

    Raises
    ------
    ValuesError
        Another kind of table, or fewer than two particles, from which there is no standard error.

    Notes
    -----
    All diameters are equivalent diameters d = (6 V / pi)^(1/3). Volume-weighted mean D[4,3] = sum d^4 / sum d^3,
    Sauter mean D[3,2] = sum d^3 / sum d^2 (ISO 9276-2). d50 is the smallest diameter of a particle at which
    particles up to it hold half of the volume, without interpolation; d10 and d90 likewise. Standard
    errors are the standard deviation (n - 1) over sqrt(n): they take the particles as a random sample of the batch.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((9, 9, 9), np.int32)
    >>> labels[1:3, 1:3, 1:3], labels[5:8, 5:8, 5:8] = 1, 2
    >>> image = vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur")
    >>> statistics = vt.morphology.particle_statistics(vt.morphology.measure_particles(image)).frame
    >>> int(statistics.particles[0]), float(statistics.total_volume_um3[0])
    (2, 35.0)
    """
    frame = _frame_of_particles(table)
    if len(frame) < 2:
        raise ValuesError(
            f"the table has {len(frame)} particle; expected at least two for means with standard errors. "
            f"Read the one row of the table itself, or measure a larger image."
        )
    diameter, volume = frame["equivalent_diameter_um"].to_numpy(), frame["volume_um3"].to_numpy()
    area, sphericity = frame["surface_area_um2"].to_numpy(), frame["sphericity"].to_numpy()
    d10, d50, d90 = _volume_percentiles(diameter, volume, (0.1, 0.5, 0.9))
    measures = [
        _phase_of(frame),
        len(frame),
        volume.sum(),
        diameter.mean(),
        _standard_error_of_mean(diameter),
        (diameter**4).sum() / (diameter**3).sum(),
        (diameter**3).sum() / (diameter**2).sum(),
        d10,
        d50,
        d90,
        sphericity.mean(),
        _standard_error_of_mean(sphericity),
        area.sum() / volume.sum(),
        frame["surface_to_volume_per_um"].mean(),
    ]
    names = [column.name for column in columns.PARTICLE_STATISTICS]
    return _derived(
        table,
        pd.DataFrame({name: [measure] for name, measure in zip(names, measures, strict=True)}),
        columns.PARTICLE_STATISTICS,
        "particle_statistics",
        f"{len(frame)} particles; percentiles by volume",
    )


def size_distribution(
    table: ResultTable, *, weight: Weight = "volume", bins: BinCount = 30, scale: Scale = "log"
) -> ResultTable:
    """Sort particles into bins of equivalent diameter (the discrete size distribution).

    Parameters
    ----------
    table : ResultTable
        A table of kind ``particles``, from `measure_particles`.
    weight : {"number", "volume"}
        What a share is of: the number of particles, or their volume (as laser diffraction reports).
    bins : int
        Number of bins, at least 1, from the smallest to the largest particle.
    scale : {"linear", "log"}
        Whether bins are equally wide in diameter or in its logarithm.

    Returns
    -------
    ResultTable
        Kind ``size_distribution``, one row per bin: middle and edges in um, `share` (adds up to 1),
        `density_per_um` (share over the width of the bin), `cumulative_share` up to the upper edge.

    Raises
    ------
    ValuesError
        Another kind of table.
    ParameterError
        Fewer than one bin, an unknown weight or scale.

    Notes
    -----
    Where all particles have one diameter d, the bins run from d / sqrt(2) to d sqrt(2).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((9, 9, 9), np.int32)
    >>> labels[1:3, 1:3, 1:3], labels[5:8, 5:8, 5:8] = 1, 2
    >>> particles = vt.morphology.measure_particles(vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur"))
    >>> vt.morphology.size_distribution(particles, weight="number", bins=2).frame.share.tolist()
    [0.5, 0.5]
    """
    frame = _frame_of_particles(table)
    check_choice("weight", weight, get_args(Weight))
    check_choice("scale", scale, get_args(Scale))
    _check_bins(bins)
    diameter = frame["equivalent_diameter_um"].to_numpy()
    edges = _bin_edges(diameter, int(bins), scale)
    weights = np.ones(len(frame)) if weight == "number" else frame["volume_um3"].to_numpy()
    share = np.histogram(diameter, edges, weights=weights)[0] / weights.sum()
    low, high = edges[:-1], edges[1:]
    distribution = pd.DataFrame(
        {
            "phase": _phase_of(frame),
            "diameter_um": np.sqrt(low * high) if scale == "log" else (low + high) / 2,
            "diameter_from_um": low,
            "diameter_to_um": high,
            "share": share,
            "density_per_um": share / (high - low),
            "cumulative_share": np.cumsum(share),
        }
    )
    how = f"shares by {weight} of {len(frame)} particles in {bins} bins of equivalent diameter, {scale} scale"
    return _derived(table, distribution, columns.SIZE_DISTRIBUTION, "size_distribution", how)


def _frame_of_particles(table: ResultTable) -> pd.DataFrame:
    """Return the frame of a table of particles that has rows, and refuse other tables."""
    if table.kind != "particles":
        raise ValuesError(
            f"the table is of kind {table.kind!r}; expected 'particles', as from voltome.morphology.measure_particles."
        )
    if table.frame.empty:
        raise ValuesError("the table of particles has no row; expected at least one particle. Check what was dropped.")
    return table.frame


def _check_bins(bins: Any) -> None:
    """Refuse anything but a whole number above 0."""
    whole = isinstance(bins, int | np.integer) and not isinstance(bins, bool)
    if not whole or bins < 1:
        raise ParameterError(f"bins is {bins!r}; expected a whole number, 1 or above.")


def _phase_of(frame: pd.DataFrame) -> str:
    """Return what the particles are made of, as said in the table."""
    return " and ".join(sorted(set(frame["phase"])))


def _derived(
    table: ResultTable, frame: pd.DataFrame, declared: tuple[Column, ...], kind: str, method: str
) -> ResultTable:
    """Return a table made from another, measured on the same image."""
    return ResultTable(
        frame,
        columns=declared,
        kind=kind,
        measured_on=table.measured_on,
        method=f"{method} ({table.method})",
        history=table.history,
    )


def _standard_error_of_mean(values: NDArray[np.float64]) -> float:
    """Return the standard deviation over the square root of the number of values."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def _volume_percentiles(
    diameter: NDArray[np.float64], volume: NDArray[np.float64], shares: tuple[float, ...]
) -> list[float]:
    """Return the smallest diameters at which particles up to them hold these shares of the volume."""
    order = np.argsort(diameter, kind="stable")
    held = np.cumsum(volume[order]) / volume.sum()
    # rounding must not push a share that is met exactly to the next particle
    at = np.minimum(np.searchsorted(held, np.array(shares) * (1 - 1e-12)), len(order) - 1)
    return [float(value) for value in diameter[order][at]]


def _bin_edges(diameter: NDArray[np.float64], bins: int, scale: Scale) -> NDArray[np.float64]:
    """Return the edges of the bins, exactly from the smallest to the largest diameter."""
    low, high = float(diameter.min()), float(diameter.max())
    if low == high:
        low, high = low / np.sqrt(2), high * np.sqrt(2)
    edges: NDArray[np.float64] = (
        np.geomspace(low, high, bins + 1) if scale == "log" else np.linspace(low, high, bins + 1)
    )
    edges[0], edges[-1] = low, high
    return edges

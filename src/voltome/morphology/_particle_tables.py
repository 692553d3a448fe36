"""What the functions on tables of particles share: which particles count, their surface, bins, the resulting table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd
from annotated_types import Ge
from numpy.typing import NDArray

from voltome.data import Column, ResultTable
from voltome.data._parameters import check_choice, check_not_negative
from voltome.errors import ParameterError, ValuesError

Scale = Literal["linear", "log"]
ParticleSurface = Literal["crofton13", "corrected"]
BinCount = Annotated[int, Ge(1)]

ROUNDING = 1e-9
"""A radius that is below the smallest one wanted by a smaller share is not below it."""

_COLUMN_OF: dict[str, str] = {"crofton13": "surface_area_um2", "corrected": "surface_area_corrected_um2"}


@dataclass(frozen=True, slots=True)
class Counted:
    """The particles of a table that count, and how much was left out.

    Attributes
    ----------
    frame : pandas.DataFrame
        Their rows.
    excluded_particles : int
        Particles left out.
    excluded_volume_fraction : float
        Their volume over that of all particles of the table.
    in_words : str
        What was left out, for the method; empty where no smallest radius was asked for.
    """

    frame: pd.DataFrame
    excluded_particles: int
    excluded_volume_fraction: float
    in_words: str


def counted_particles(table: ResultTable, minimum_radius_um: float) -> Counted:
    """Return the particles of at least this equivalent radius; refuse other tables, and those without one."""
    minimum = check_not_negative("minimum_radius_um", minimum_radius_um)
    frame = _frame_of_particles(table)
    radius, volume = frame["equivalent_diameter_um"].to_numpy() / 2, frame["volume_um3"].to_numpy()
    kept = radius >= minimum * (1 - ROUNDING)
    if not kept.any():
        raise ValuesError(
            f"no particle has an equivalent radius of minimum_radius_um = {minimum:g} um or more; the largest of "
            f"{len(frame)} has {radius.max():.4g} um. Lower minimum_radius_um."
        )
    out = int(np.count_nonzero(~kept))
    share = float(volume[~kept].sum() / volume.sum())
    words = (
        f"; particles of equivalent radius below {minimum:g} um left out: {out} of {len(frame)}, "
        f"{100 * share:.3g} % of the volume"
    )
    return Counted(frame[kept], out, share, words if minimum > 0 else "")


def surface_um2(frame: pd.DataFrame, surface: str) -> NDArray[np.float64]:
    """Return the surface of every particle, by the estimator asked for."""
    check_choice("surface", surface, get_args(ParticleSurface))
    area: NDArray[np.float64] = frame[_COLUMN_OF[surface]].to_numpy()
    return area


def phase_of(frame: pd.DataFrame) -> str:
    """Return what the particles are made of, as said in the table."""
    return " and ".join(sorted(set(frame["phase"])))


def derived(
    table: ResultTable,
    frame: pd.DataFrame,
    declared: tuple[Column, ...],
    kind: str,
    method: str,
    warnings: tuple[str, ...] = (),
) -> ResultTable:
    """Return a table made from another, measured on the same image."""
    return ResultTable(
        frame,
        columns=declared,
        kind=kind,
        measured_on=table.measured_on,
        method=f"{method}; {table.method}",
        history=table.history,
        warnings=(*table.warnings, *warnings),
    )


def check_bins(bins: Any) -> int:
    """Return a whole number above 0, and refuse anything else."""
    whole = isinstance(bins, int | np.integer) and not isinstance(bins, bool)
    if not whole or bins < 1:
        raise ParameterError(f"bins is {bins!r}; expected a whole number, 1 or above.")
    return int(bins)


def bin_edges(values: NDArray[np.float64], bins: int, scale: str) -> NDArray[np.float64]:
    """Return the edges of the bins, exactly from the smallest to the largest value."""
    check_choice("scale", scale, get_args(Scale))
    count = check_bins(bins)
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = low / np.sqrt(2), high * np.sqrt(2)
    edges: NDArray[np.float64] = (
        np.geomspace(low, high, count + 1) if scale == "log" else np.linspace(low, high, count + 1)
    )
    edges[0], edges[-1] = low, high
    return edges


def bin_middles(edges: NDArray[np.float64], scale: str) -> NDArray[np.float64]:
    """Return the middle of every bin: the geometric mean of its edges on a log scale."""
    low, high = edges[:-1], edges[1:]
    middles: NDArray[np.float64] = np.sqrt(low * high) if scale == "log" else (low + high) / 2
    return middles


def values_at_shares(
    values: NDArray[np.float64], weights: NDArray[np.float64], shares: tuple[float, ...]
) -> list[float]:
    """Return the smallest values such that those up to them hold these shares of the weight."""
    order = np.argsort(values, kind="stable")
    held = np.cumsum(weights[order]) / weights.sum()
    # rounding must not push a share that is met exactly to the next value
    at = np.minimum(np.searchsorted(held, np.array(shares) * (1 - 1e-12)), len(order) - 1)
    return [float(value) for value in values[order][at]]


def _frame_of_particles(table: ResultTable) -> pd.DataFrame:
    """Return the frame of a table of particles that has rows, and refuse other tables."""
    if table.kind != "particles":
        raise ValuesError(
            f"the table is of kind {table.kind!r}; expected 'particles', as from voltome.morphology.measure_particles."
        )
    if table.frame.empty:
        raise ValuesError("the table of particles has no row; expected at least one particle. Check what was dropped.")
    return table.frame

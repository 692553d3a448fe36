"""The parts of an uncertainty, each from the table that knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import ResultTable
from voltome.errors import ParameterError
from voltome.transport.columns_uncertainty import SOLVED, named

__all__ = ["Part", "from_octants", "from_refinement", "from_solver", "from_subvolumes", "from_threshold"]

ENOUGH_CUBES, FEWEST_CUBES = 8, 3
"""Cubes whose scatter is known to a quarter, and with fewer of which it says nothing."""

FASTER_THAN_THE_LAW = 1.5
"""Where larger cubes say so much more than smaller ones, the variance does not fall as 1/volume yet."""

RATIOS = {"tortuosity": (("porosity", "relative_diffusivity"), ("mean_diffusivity", "effective_diffusivity"))}
"""Measures that are one column over another, whichever of the pairs there is."""

UNIFORM = float(np.sqrt(3.0))
"""Half-width of a uniform distribution over its standard deviation."""


@dataclass(frozen=True, slots=True)
class Part:
    """A standard uncertainty in the unit of the measure, the bias that it stands for, and what to know of it."""

    uncertainty: float
    bias: float = 0.0
    remark: str = ""


def rows_like(table: ResultTable, row: pd.Series, keys: Sequence[str]) -> pd.DataFrame:
    """Return the rows of a table with the keys of a row."""
    rows = table.frame
    for key in keys:
        rows = rows[rows[key] == row[key]]
    return rows


def from_solver(result: ResultTable, name: str, row: pd.Series) -> Part | None:
    """Return the part of the bound of the solver's error; none of what is counted, or has no bound."""
    if "relative_error_bound" not in result.frame or name not in SOLVED:
        return None
    value, bound = float(row[name]), float(row["relative_error_bound"])
    if np.isinf(value):  # what does not percolate is found exactly
        return Part(0.0)
    return Part(abs(value) * bound / UNIFORM)


def from_octants(result: ResultTable, name: str, row: pd.Series) -> Part | None:
    """Return the standard error that the result has itself."""
    of = next((column.name for column in result.columns if column.of == name), None)
    return None if of is None else Part(float(row[of]))


def from_threshold(
    sweep: ResultTable, keys: Sequence[str], band: tuple[float, float] | None, name: str, row: pd.Series
) -> Part | None:
    """Return the part of a choice that was swept."""
    if name not in sweep.frame:
        return None
    over, rows = sweep.names("position")[0], rows_like(sweep, row, keys)
    if band is not None:
        rows = rows[rows[over].between(*band)]
        if len(rows) < 2:
            values = ", ".join(f"{value:g}" for value in sweep.frame[over].unique())
            raise ParameterError(
                f"{len(rows)} of the values {values} of {over} lie in the band from {band[0]:g} to {band[1]:g}; "
                f"expected at least two, the lower end of the band first."
            )
    if not len(rows):
        return None
    found, value = rows[name].to_numpy(np.float64), float(row[name])
    endless = int(np.isinf(found).sum())
    if endless or np.isinf(value):
        times = f"infinite at {endless} of {len(found)} values of {over}"
        return Part(np.inf, remark=f"{times}, so its uncertainty is too.")
    low, high = float(found.min()), float(found.max())
    slack = 1e-6 * abs(value)
    outside = not low - slack <= value <= high + slack
    remark = (
        f"the value {value:.4g} lies outside of what the sweep over {over} gives, {low:.4g} to {high:.4g}; sweep "
        f"values on both sides of the one that the study uses."
        if outside
        else ""
    )
    return Part((high - low) / 2 / UNIFORM, remark=remark)


def from_subvolumes(cubes: ResultTable, keys: Sequence[str], name: str, row: pd.Series) -> Part | None:
    """Return the part of the size of the image, from the scatter among disjoint cubes."""
    if name not in cubes.frame:
        return None
    if np.isinf(float(row[name])):
        return Part(np.inf, remark="infinite on the whole image, so its uncertainty is too.")
    rows = rows_like(cubes, row, keys)
    rows = rows[~rows["nested"].astype(bool)]
    found: list[tuple[float, int, float]] = []  # edge, cubes, uncertainty of the whole that they give
    for _, of_edge in rows.groupby("edge_um", sort=True):
        values, share = _values(of_edge, name, float(row[name])), float(of_edge["image_share"].iloc[0])
        if len(values) >= FEWEST_CUBES and np.isfinite(values).all():
            found.append((float(of_edge["edge_um"].iloc[0]), len(values), float(values.std(ddof=1) * np.sqrt(share))))
    if not found:
        return None
    enough = [each for each in found if each[1] >= ENOUGH_CUBES] or found
    edge, count, uncertainty = enough[-1]
    return Part(uncertainty, remark=_on_the_law(enough, edge, count))


def _values(cubes: pd.DataFrame, name: str, value: float) -> NDArray[np.float64]:
    """Return a measure of cubes, about any mean; of a ratio such as the tortuosity, to the first order, as it scatters.

    Ratios of small cubes are skewed, and infinite where one does not percolate; the whole has both parts of the ratio
    from all cubes.
    """
    for above, below in RATIOS.get(name, ()):
        if above in cubes and below in cubes and cubes[above].mean() > 0 and cubes[below].mean() > 0:
            over, under = (cubes[part].to_numpy(np.float64) / cubes[part].mean() for part in (above, below))
            return np.asarray(value * (over - under))
    return cubes[name].to_numpy(np.float64)


def _on_the_law(found: Sequence[tuple[float, int, float]], edge: float, count: int) -> str:
    """Return what speaks against the scatter of these cubes being that of the whole."""
    if count < ENOUGH_CUBES:
        return f"only {count} sub-volumes of {edge:g} um say how far the image is from the electrode; cut more."
    smallest, _, of_smallest = found[0]
    if of_smallest > 0 and found[-1][2] > FASTER_THAN_THE_LAW * of_smallest:
        return (
            f"its variance among sub-volumes falls more slowly than 1/volume (from {smallest:g} to {edge:g} um the "
            f"uncertainty of the whole that they give grows {found[-1][2] / of_smallest:.2g}-fold): the part of the "
            f"size of the image is a lower bound; measure a larger image."
        )
    return ""


def from_refinement(refinement: ResultTable, keys: Sequence[str], name: str, row: pd.Series) -> Part | None:
    """Return the part of the resolution: the value less its extrapolation to voxels of no size."""
    extrapolated = named(name, "extrapolated")
    if extrapolated not in refinement.frame:
        return None
    rows = rows_like(refinement, row, keys)
    if not len(rows):
        return None
    value, limit = float(row[name]), float(rows[extrapolated].iloc[-1])
    if np.isinf(value) or np.isinf(limit):
        return Part(np.inf, np.inf, remark="infinite on these or on finer voxels, so its uncertainty is too.")
    return Part(abs(value - limit) / UNIFORM, value - limit)

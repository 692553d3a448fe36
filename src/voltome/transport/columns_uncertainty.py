"""The columns of a table of combined uncertainties, which has those of the measures that it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voltome.data import Column
from voltome.data.tables import UNIT_SUFFIXES

__all__ = ["ALL_PARTS", "SOLVED", "SOLVER_NUMBERS", "columns_of", "named"]

SOLVER_NUMBERS = frozenset({"relative_error_bound", "flux_spread", "iterations"})
"""Measures that say how well an equation was solved, and nothing of the sample."""

SOLVED = (
    *("tortuosity", "electrode_tortuosity", "permeability_um2", "relative_diffusivity", "effective_diffusivity"),
    *("mean_pore_velocity_m_per_s", "reynolds_number"),
)
"""Measures that the error bound of the solver is about, what a reader looks for first; others are counted."""

ALL_PARTS: Mapping[str, str] = {
    "solver": "error of the solver (relative_error_bound of the result)",
    "threshold": "choice of the threshold (threshold: a sweep)",
    "subvolumes": "size of the image (subvolumes)",
    "octants": "scatter among its octants",
    "resolution": "resolution (refinement)",
}
"""Part of an uncertainty -> what it is called where it is missing, and by which table it is given."""

_MEANINGS: Mapping[str, str] = {
    "solver": "Part of the solver: its error bound over the root of 3.",
    "threshold": "Part of the threshold: half of the range over the sweep, over the root of 3.",
    "subvolumes": "Part of the size of the image: standard deviation among disjoint cubes, times the root of their "
    "share of the image.",
    "octants": "Part of the size of the image: standard error from its octants, as the result gives it.",
    "resolution": "Part of the resolution: the size of the bias over the root of 3.",
}


def named(measure: str, addition: str) -> str:
    """Return the name of a column that belongs to a measure, in the same unit.

    Examples
    --------
    >>> named("permeability_um2", "from_threshold"), named("tortuosity", "from_solver")
    ('permeability_from_threshold_um2', 'tortuosity_from_solver')
    """
    ending = next((ending for ending in UNIT_SUFFIXES if measure.endswith(ending)), "")
    return f"{measure.removesuffix(ending)}_{addition}{ending}"


def columns_of(measure: Column, parts: Sequence[str]) -> list[Column]:
    """Return the columns of one measure: its value, the uncertainty of all parts, and the parts."""
    unit, infinite = measure.unit, measure.may_be_infinite
    columns = [
        Column(measure.name, unit, measure.meaning, may_be_infinite=infinite),
        Column(
            named(measure.name, "standard_uncertainty"),
            unit,
            f"Standard uncertainty of {measure.name}: root of the sum of squares of its parts ({', '.join(parts)}).",
            "standard_error",
            measure.name,
            may_be_infinite=infinite,
        ),
    ]
    columns += [
        Column(named(measure.name, f"from_{part}"), unit, _MEANINGS[part], may_be_infinite=infinite) for part in parts
    ]
    if "resolution" in parts:
        meaning = "Value less its extrapolation to voxels of no size: positive where the voxels make it too large."
        columns.append(Column(named(measure.name, "resolution_bias"), unit, meaning, may_be_infinite=infinite))
    return columns

"""What the functions that remove stripes check before they begin."""

from __future__ import annotations

from typing import Any

from voltome.data import Projections
from voltome.errors import GeometryError, ParameterError
from voltome.projections._kinds import require_kind
from voltome.projections._numbers import check_whole


def check_stripes(projections: Projections, task: str) -> None:
    """Refuse counts, and sinograms that are too small to have stripes."""
    require_kind(projections, "absorbance", "transmission", task=task)
    for name, extent in (("views", projections.view_count), ("columns", projections.column_count)):
        if extent < 3:
            raise GeometryError(
                f"{task} compares {name}, of which there are {extent}; expected at least 3. Stripes cannot be told "
                f"from the sample in so few."
            )


def check_window(name: str, value: Any, projections: Projections) -> int:
    """Return the number of columns of a running median: odd, and not wider than the detector."""
    size = check_whole(name, value, least=3)
    columns = projections.column_count
    if size % 2 == 0 or size > columns:
        raise ParameterError(
            f"{name} is {size}; expected an odd number of columns, at most the {columns} of the detector. Take more "
            f"than twice the width of the widest stripe."
        )
    return size


def air_of(projections: Projections) -> float:
    """Return what air shows: 0 in absorbance, 1 in transmission."""
    return float(projections.kind == "transmission")

"""Which kind of projections a function takes."""

from __future__ import annotations

from voltome.data import ProjectionKind, Projections
from voltome.errors import ValuesError

_HOW = {
    "counts": "Take the scan as it was read.",
    "transmission": "Divide counts by flats with voltome.projections.normalise.",
    "absorbance": "Take the logarithm of transmission with voltome.projections.absorbance.",
}


def require_kind(projections: Projections, *kinds: ProjectionKind, task: str) -> None:
    """Raise `ValuesError` unless the projections are of one of these kinds."""
    if projections.kind not in kinds:
        expected = " or ".join(kinds)
        raise ValuesError(f"{task} takes {expected}, these projections are {projections.kind}. {_HOW[kinds[0]]}")

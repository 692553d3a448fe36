"""What a reconstruction from a parallel beam needs to know, and how to mend it where it is missing."""

from __future__ import annotations

from voltome.data import ParallelBeam, Projections
from voltome.errors import GeometryError
from voltome.projections._kinds import require_kind

FEWEST_DIRECTIONS = 2


def parallel_absorbance(projections: Projections, task: str) -> tuple[ParallelBeam, float]:
    """Return the geometry and the axis of rotation of projections that can be reconstructed."""
    require_kind(projections, "absorbance", task=task)
    geometry = projections.geometry
    if not isinstance(geometry, ParallelBeam):
        raise GeometryError(
            f"{task} is for a parallel beam, these projections are from a cone beam; rows then see several slices, "
            f"and the result would be wrong. voltome has no reconstruction of a cone beam yet."
        )
    if geometry.rotation_axis_px is None:
        raise GeometryError(
            f"{task} needs the axis of rotation, which these projections do not have. Find it with "
            f"voltome.projections.find_rotation_axis, and set it with voltome.projections.set_rotation_axis."
        )
    if projections.shifts_px is not None and projections.shifts_px.any():
        raise GeometryError(
            f"{task} takes views that lie where they belong; these are shifted by up to "
            f"{abs(projections.shifts_px).max():.3g} pixels. Move them back with voltome.projections.undo_shifts."
        )
    if projections.view_count < FEWEST_DIRECTIONS:
        raise GeometryError(
            f"{task} needs views from several directions; these projections have {projections.view_count}."
        )
    return geometry, geometry.rotation_axis_px

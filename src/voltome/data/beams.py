"""Where source, sample and detector were while projections were taken."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from voltome.data import _checks
from voltome.data._parameters import check_positive
from voltome.errors import GeometryError

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ParallelBeam:
    """Parallel rays across a sample that turns about an axis parallel to the columns of the detector.

    A point (y, x) of the sample, measured from the axis, is seen at the column
    ``rotation_axis_px + (x cos(angle) + y sin(angle)) / pixel``; row k sees slice k. Pixel centres are whole numbers:
    the middle of a detector of 640 columns is 319.5, and a reconstructed slice has the axis in its middle.

    Attributes
    ----------
    pixel_size_um : tuple of float
        Edges of a pixel along (row, column) at the sample, in um; one number means a square. There is no default.
    rotation_axis_px : float, optional
        Column at which the axis is seen; None: not known yet (`voltome.projections.find_rotation_axis`).

    Raises
    ------
    GeometryError
        A pixel size that is missing or not above 0, an axis that is not finite.

    Examples
    --------
    >>> ParallelBeam(0.512, rotation_axis_px=63.5).voxel_size_um
    (0.512, 0.512, 0.512)
    """

    pixel_size_um: Pair
    rotation_axis_px: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixel_size_um", _pixel_size(self.pixel_size_um))
        object.__setattr__(self, "rotation_axis_px", _place("rotation_axis_px", self.rotation_axis_px))

    @property
    def voxel_size_um(self) -> tuple[float, float, float]:
        """Edges (z, y, x) in um of voxels as large as a pixel."""
        row, column = self.pixel_size_um
        return row, column, column

    @property
    def magnification(self) -> float:
        """How much larger the detector sees the sample: 1."""
        return 1.0


@dataclass(frozen=True, slots=True)
class ConeBeam:
    """Rays from a point source across a sample that turns about an axis parallel to the columns of the detector.

    The plane through the source across the axis meets the detector at `central_row_px`; the ray of that plane through
    the axis at `rotation_axis_px`. Pixel centres are whole numbers. A single row at `central_row_px` is a fan beam.

    Attributes
    ----------
    pixel_size_um : tuple of float
        Edges of a pixel of the detector along (row, column), in um; one number means a square. There is no default.
    source_to_axis_um, source_to_detector_um : float
        Distances in um from the source; the detector lies beyond the axis.
    rotation_axis_px : float, optional
        Column at which the axis is seen; None: not known yet.
    central_row_px : float, optional
        Row of the plane through the source across the axis; None: not known yet.

    Raises
    ------
    GeometryError
        A size or distance that is missing or not above 0, or a detector that is nearer than the axis.

    Examples
    --------
    >>> beam = ConeBeam(200, source_to_axis_um=410_660, source_to_detector_um=553_740, rotation_axis_px=279.5)
    >>> round(beam.magnification, 4), round(beam.voxel_size_um[2], 2)
    (1.3484, 148.32)
    """

    pixel_size_um: Pair
    source_to_axis_um: float = field(kw_only=True)
    source_to_detector_um: float = field(kw_only=True)
    rotation_axis_px: float | None = None
    central_row_px: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixel_size_um", _pixel_size(self.pixel_size_um))
        for name in ("source_to_axis_um", "source_to_detector_um"):
            object.__setattr__(self, name, _distance(name, getattr(self, name)))
        if self.source_to_detector_um < self.source_to_axis_um:
            raise GeometryError(
                f"the detector is {self.source_to_detector_um:g} um from the source, the axis of rotation "
                f"{self.source_to_axis_um:g} um; expected the detector beyond the axis. Both count from the source."
            )
        for name in ("rotation_axis_px", "central_row_px"):
            object.__setattr__(self, name, _place(name, getattr(self, name)))

    @property
    def magnification(self) -> float:
        """How much larger the detector sees what is at the axis."""
        return self.source_to_detector_um / self.source_to_axis_um

    @property
    def voxel_size_um(self) -> tuple[float, float, float]:
        """Edges (z, y, x) in um of voxels that are seen as large as a pixel at the axis."""
        row, column = (edge / self.magnification for edge in self.pixel_size_um)
        return row, column, column


Beam = ParallelBeam | ConeBeam


def _pixel_size(value: Any) -> Pair:
    """Return the pixel size as (row, column) in um; one number means a square."""
    how = "Give pixel_size_um as one number or as (row, column) in micrometres."
    if value is None:
        raise GeometryError(f"the pixel size is missing; there is no default. {how}")
    sizes = _checks.numbers(value)
    if sizes is None or len(sizes) not in (1, 2) or not all(math.isfinite(size) and size > 0 for size in sizes):
        raise GeometryError(f"pixel_size_um is {value!r}; expected one finite number above 0, or two. {how}")
    row, column = sizes * 2 if len(sizes) == 1 else sizes
    return row, column


def _distance(name: str, value: Any) -> float:
    """Return a distance in um."""
    if value is None:
        raise GeometryError(f"{name} is missing; there is no default. Give the distance in micrometres.")
    try:
        return check_positive(name, value)
    except ValueError as fault:
        raise GeometryError(f"{fault} It is a distance in micrometres.") from fault


def _place(name: str, value: Any) -> float | None:
    """Return a place on the detector in pixels, or None where it is not known."""
    if value is None:
        return None
    found = _checks.numbers(value)
    if found is None or len(found) != 1 or not math.isfinite(found[0]):
        raise GeometryError(f"{name} is {value!r}; expected a finite number of pixels, or None: not known yet.")
    return found[0]

"""Projections: what the detector saw of a sample while it turned."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from voltome.data import _checks
from voltome.data._noun import Noun
from voltome.data._parameters import check_choice, check_positive
from voltome.data.beams import Beam, ConeBeam, ParallelBeam
from voltome.data.images import SIMULATED
from voltome.data.lazy import LazyArray
from voltome.errors import AxisError, GeometryError, ValuesError

ProjectionKind = Literal["counts", "transmission", "absorbance"]

_LOOKS_LIKE_RADIANS = 0.02
"""How near to half or a whole turn in radians a span of angles lies that are no degrees."""

_FEWEST_FOR_RADIANS = 20
"""So many views within 3.14 degrees are no scan, but angles in radians."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Projections(Noun):
    """Images of a sample under many angles, with what is needed to make a volume of them.

    Attributes
    ----------
    values : numpy.ndarray or LazyArray
        Shape (angle, row, column); not copied. Rows are slices of the volume, the first one z = 0; the axis of
        rotation is parallel to the columns. Two axes (angle, column) become one row: a sinogram.
    angles_deg : numpy.ndarray
        Shape (angle,): the angle of every view in degrees, in the order of `values`, as often as they were taken.
    geometry : ParallelBeam or ConeBeam
        Pixel size, axis of rotation, distances.
    kind : {"counts", "transmission", "absorbance"}
        What the values are: as the detector gave them; the share of the beam that came through; or minus its natural
        logarithm, the integral of the attenuation along each ray (a number without unit).
    flats, darks : numpy.ndarray, optional
        Shape (frame, row, column): images of the beam without sample, and without beam. None: not taken, or used.
    frame_times_s, flat_times_s, dark_times_s : numpy.ndarray, optional
        When each view, flat and dark was taken, in s from any moment.
    shifts_px : numpy.ndarray, optional
        Shape (angle, 2): by how many pixels (row, column) the image of each view is shifted on the detector, as the
        scanner says; None: not at all. `voltome.projections.undo_shifts` moves them back.
    energy_kev : float, optional
        Photon energy of a monochromatic beam, or the effective one; None: not known.
    history : tuple of str
        What was done, oldest first.

    Raises
    ------
    AxisError
        Not 2 or 3 axes.
    ValuesError
        No array, empty, not a number type, NaN or infinity, an unknown kind.
    GeometryError
        A number of angles, times or shifts that is not that of the views; flats or darks of another detector; angles
        that look like radians; an axis outside the detector.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> counts = np.full((181, 4, 64), 1000, np.uint16)
    >>> scan = vt.data.Projections(counts, angles_deg=np.arange(181.0), geometry=vt.data.ParallelBeam(0.5))
    >>> scan
    Projections(181 views of 4 x 64 pixels (row, column), uint16, counts, 0 to 180 degrees, parallel beam)
    >>> scan.rows(1, 3).values.shape
    (181, 2, 64)
    """

    values: NDArray[Any] | LazyArray
    _: KW_ONLY
    angles_deg: NDArray[np.float64]
    geometry: ParallelBeam | ConeBeam
    kind: ProjectionKind = "counts"
    flats: NDArray[Any] | None = None
    darks: NDArray[Any] | None = None
    frame_times_s: NDArray[np.float64] | None = None
    flat_times_s: NDArray[np.float64] | None = None
    dark_times_s: NDArray[np.float64] | None = None
    shifts_px: NDArray[np.float64] | None = None
    energy_kev: float | None = None
    history: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._set("values", _values(self.values))
        self._set("angles_deg", _angles(self.angles_deg, self.view_count))
        if not isinstance(self.geometry, ParallelBeam | ConeBeam):
            raise GeometryError(f"geometry is {self.geometry!r}; expected a voltome.data.ParallelBeam or ConeBeam.")
        _check_on_detector(self.geometry, self.row_count, self.column_count)
        self._set("kind", _kind(self.kind))
        for name in ("flats", "darks"):
            self._set(name, _frames(name, getattr(self, name), self.values.shape))
        counts = {
            "frame_times_s": self.view_count,
            "flat_times_s": _count(self.flats),
            "dark_times_s": _count(self.darks),
        }
        for name, count in counts.items():
            self._set(name, _numbers_of(name, getattr(self, name), (count,)))
        self._set("shifts_px", _numbers_of("shifts_px", self.shifts_px, (self.view_count, 2)))
        if self.energy_kev is not None:
            self._set("energy_kev", check_positive("energy_kev", self.energy_kev))
        self._set("history", _checks.history(self.history))

    def _set(self, name: str, value: Any) -> None:
        """Store the canonical form of a field while the noun is being made."""
        object.__setattr__(self, name, value)

    @property
    def view_count(self) -> int:
        """Number of views."""
        return int(self.values.shape[0])

    @property
    def row_count(self) -> int:
        """Rows of the detector: slices of the volume."""
        return int(self.values.shape[1])

    @property
    def column_count(self) -> int:
        """Columns of the detector."""
        return int(self.values.shape[2])

    @property
    def is_lazy(self) -> bool:
        """Whether the values still lie in their file."""
        return isinstance(self.values, LazyArray)

    @property
    def simulated(self) -> bool:
        """Whether the projections come from a twin and not from an experiment."""
        return any(line.startswith(SIMULATED) for line in self.history)

    def rows(self, first: int, stop: int) -> Self:
        """Return some rows of the detector, read into memory: a slab of the scan that can be worked on alone.

        Parameters
        ----------
        first, stop : int
            The first row, and the one behind the last; 0 up to `row_count`.

        Raises
        ------
        AxisError
            Rows that are not on the detector.
        """
        if not 0 <= first < stop <= self.row_count:
            raise AxisError(
                f"rows {first} to {stop} of {self.row_count}; expected 0 <= first < stop <= {self.row_count}."
            )
        geometry = self.geometry
        if isinstance(geometry, ConeBeam) and geometry.central_row_px is not None:
            geometry = replace(geometry, central_row_px=geometry.central_row_px - first)
        return replace(
            self,
            values=self.values[:, first:stop],
            geometry=geometry,
            flats=None if self.flats is None else self.flats[:, first:stop],
            darks=None if self.darks is None else self.darks[:, first:stop],
        )

    def in_memory(self) -> Self:
        """Return the projections with their values read."""
        return replace(self, values=self.values[:]) if self.is_lazy else self

    def derive(self, did: str, **changes: Any) -> Self:
        """Return a copy with `changes`, and `did` added to its history."""
        return replace(self, history=(*self.history, did), **changes)

    def with_rotation_axis(self, rotation_axis_px: float) -> Self:
        """Return a copy whose axis of rotation is seen at another column; the history does not change."""
        return replace(self, geometry=replace(self.geometry, rotation_axis_px=rotation_axis_px))

    def __repr__(self) -> str:
        beam = "parallel beam" if isinstance(self.geometry, ParallelBeam) else "cone beam"
        lowest, highest = self.angles_deg.min(), self.angles_deg.max()
        return (
            f"Projections({self.view_count} views of {self.row_count} x {self.column_count} pixels (row, column), "
            f"{self.values.dtype}, {self.kind}, {lowest:g} to {highest:g} degrees, {beam})"
        )


def _values(values: Any) -> NDArray[Any] | LazyArray:
    """Return the values with three axes, of a number type and finite; lazy ones are checked as they are read."""
    if isinstance(values, LazyArray):
        _check_type("Projections values", values.dtype)
        return values
    array: NDArray[Any] = values[:, np.newaxis] if isinstance(values, np.ndarray) and values.ndim == 2 else values
    array = _checks.three_axes(array, "Projections")
    _check_type("Projections values", array.dtype)
    _check_finite("Projections values", array)
    return array


def _check_type(name: str, dtype: np.dtype[Any]) -> None:
    """Refuse types that no detector gives."""
    if dtype.kind not in "uif" or (dtype.kind == "f" and dtype.itemsize not in (4, 8)):
        raise ValuesError(f"{name} are {dtype}; expected integers, float32 or float64. Convert them with astype.")


def _check_finite(name: str, array: NDArray[Any]) -> None:
    """Refuse NaN and infinity, saying how many and where first."""
    if array.dtype.kind != "f":
        return
    bad, first = 0, ""
    for number, frame in enumerate(array):  # frame by frame: no second array as large as the scan
        faults = ~np.isfinite(frame)
        if faults.any():
            bad += int(np.count_nonzero(faults))
            row, column = np.argwhere(faults)[0]
            first = first or f"frame {number}, row {row}, column {column}"
    if bad:
        raise ValuesError(
            f"{name} hold {bad:,} NaN or infinite pixels, the first in {first}; expected finite numbers. Replace dead "
            f"pixels by a value you choose with numpy.nan_to_num."
        )


def _angles(angles: Any, views: int) -> NDArray[np.float64]:
    """Return one angle in degrees for every view."""
    found = _numbers_of("angles_deg", angles, (views,))
    if found is None:
        raise GeometryError("angles_deg is missing; there is no default. Give the angle of every view in degrees.")
    span = float(found.max() - found.min())
    turns = span * views / max(views - 1, 1) / np.pi, span / np.pi
    if views >= _FEWEST_FOR_RADIANS and any(
        abs(turn - whole) < _LOOKS_LIKE_RADIANS * whole for turn in turns for whole in (1, 2)
    ):
        raise GeometryError(
            f"the {views} angles run over {span:.4g}, which is half or a whole turn in radians; expected degrees. Give "
            f"numpy.degrees(angles)."
        )
    return found


def _kind(kind: Any) -> str:
    """Return the kind of values."""
    try:
        return check_choice("kind", kind, get_args(ProjectionKind))
    except ValueError as fault:
        raise ValuesError(str(fault)) from fault


def _frames(name: str, frames: Any, shape: tuple[int, ...]) -> NDArray[Any] | None:
    """Return flats or darks as (frame, row, column) of the same detector."""
    if frames is None:
        return None
    array = frames[:, np.newaxis] if isinstance(frames, np.ndarray) and frames.ndim == 2 and shape[1] == 1 else frames
    array = _checks.three_axes(array, f"Projections {name},")
    _check_type(name, array.dtype)
    if array.shape[1:] != tuple(shape[1:]):
        raise GeometryError(
            f"{name} have {array.shape[1]} x {array.shape[2]} pixels (row, column), the views {shape[1]} x {shape[2]}; "
            f"expected those of the same detector."
        )
    _check_finite(name, array)
    return array


def _numbers_of(name: str, values: Any, shape: tuple[int, ...]) -> NDArray[np.float64] | None:
    """Return an array of finite numbers of this shape, or None where there is none."""
    if values is None:
        return None
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError) as fault:
        raise GeometryError(f"{name} is {type(values).__name__}; expected numbers, one for each frame.") from fault
    if array.shape != shape:
        raise GeometryError(f"{name} has the shape {array.shape}; expected {shape}, an entry for each frame.")
    if not np.isfinite(array).all():
        raise GeometryError(f"{name} has {np.count_nonzero(~np.isfinite(array))} entries that are not finite.")
    return array


def _count(frames: NDArray[Any] | None) -> int:
    return 0 if frames is None else len(frames)


def _check_on_detector(geometry: Beam, rows: int, columns: int) -> None:
    """Refuse an axis of rotation that the detector does not see."""
    axis = geometry.rotation_axis_px
    if axis is not None and not -0.5 <= axis <= columns - 0.5:
        raise GeometryError(
            f"the axis of rotation is at column {axis:g}, the detector has the columns 0 to {columns - 1}; expected "
            f"one that it sees. Find it with voltome.projections.find_rotation_axis."
        )

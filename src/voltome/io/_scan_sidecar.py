"""The YAML file that says what TIFF images of a scan are: every mistake in it at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Gt
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr, model_validator

from voltome.data import ProjectionKind
from voltome.errors import FileFormatError
from voltome.io._scan import BeamName
from voltome.io._sidecar import load_as

FOLDER_NAME = "projections.yaml"
"""Of the side-car in a folder of views."""

LARGEST_TEXT = 2**24
"""Bytes of a text file with numbers."""

Length = Annotated[float, Gt(0)]

_CONFIG = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Even(BaseModel):
    """Evenly spaced numbers: the first one, and the last one or the step; the count is that of the frames."""

    model_config = _CONFIG

    first: float
    last: float | None = None
    step: float | None = None
    count: Annotated[StrictInt, Ge(1)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Even:
        if (self.last is None) == (self.step is None):
            raise ValueError("expected first with either last or step")
        return self

    def numbers(self, name: str, frames: int) -> NDArray[np.float64]:
        """Return one number for every frame."""
        if self.count not in (None, frames):
            raise FileFormatError(f"{name} has the count {self.count}, and there are {frames} images. Correct one.")
        if self.step is not None:
            return np.asarray(self.first + self.step * np.arange(frames), np.float64)
        return np.linspace(self.first, float(self.last or 0.0), frames, dtype=np.float64)


Numbers = Even | tuple[float, ...] | StrictStr
"""Evenly spaced ones, a list of them, or a text file with one in each line."""


class ScanSideCar(BaseModel):
    """What a side-car of a scan says."""

    model_config = _CONFIG

    kind: ProjectionKind | None = None
    pixel_size_um: Length | tuple[Length, Length] | None = None
    angles_deg: Numbers | None = None
    views: StrictStr | None = None
    flats: StrictStr | None = None
    darks: StrictStr | None = None
    beam: BeamName | None = None
    source_to_axis_um: Length | None = None
    source_to_detector_um: Length | None = None
    rotation_axis_px: float | None = None
    central_row_px: float | None = None
    energy_kev: Length | None = None
    frame_times_s: Numbers | None = None
    flat_times_s: Numbers | None = None
    dark_times_s: Numbers | None = None
    shifts_px: tuple[tuple[float, float], ...] | None = None
    history: tuple[StrictStr, ...] = ()

    @model_validator(mode="after")
    def _goes_together(self) -> ScanSideCar:
        cone = [
            name for name in ("source_to_axis_um", "source_to_detector_um", "central_row_px") if getattr(self, name)
        ]
        if self.beam == "parallel" and cone:
            raise ValueError(f"it says 'beam: parallel' and {', '.join(cone)}; expected these for 'beam: cone' only.")
        return self


_TIMES = "expected {first: 0, step: 0.5}, a list of numbers, or the name of a text file, in seconds"

EXPECTED = {
    "kind": "expected counts, transmission or absorbance: what the values are",
    "pixel_size_um": "expected one number above 0, or two [row, column], in micrometres; there is no default",
    "angles_deg": "expected {first: 0, last: 180} or {first: 0, step: 0.5}, a list of numbers, or the name of a text "
    "file with one angle in each line, in degrees",
    "views": "expected the name of a TIFF file, a folder, or a pattern such as 'view_*.tif'",
    "flats": "expected the name of a TIFF file, a folder, or a pattern such as 'flat_*.tif'",
    "darks": "expected the name of a TIFF file, a folder, or a pattern such as 'dark_*.tif'",
    "beam": "expected parallel or cone",
    "source_to_axis_um": "expected a number above 0, in micrometres",
    "source_to_detector_um": "expected a number above 0, in micrometres",
    "rotation_axis_px": "expected the column of the axis, a number of pixels from 0",
    "central_row_px": "expected a row, a number of pixels from 0",
    "energy_kev": "expected a number above 0, in keV",
    "shifts_px": "expected a list of [row, column] in pixels, one for every view",
    "frame_times_s": _TIMES,
    "flat_times_s": _TIMES,
    "dark_times_s": _TIMES,
}
"""What the fields should be, in words."""


def load_scan(path: Path) -> ScanSideCar:
    """Read a side-car, or say everything that is wrong with it."""
    return load_as(ScanSideCar, path, EXPECTED, "pixel_size_um: ...")


def numbers_of(value: Any, name: str, frames: int, folder: Path) -> NDArray[np.float64] | None:
    """Return one number for every frame, from whichever of the three ways they are given in."""
    if value is None:
        return None
    if isinstance(value, Even):
        return value.numbers(name, frames)
    found = _from_text(folder / value, name) if isinstance(value, str) else np.array(value, np.float64)
    if len(found) != frames:
        raise FileFormatError(f"{name} has {len(found)} numbers for {frames} images; expected one for each.")
    return found


def _from_text(path: Path, name: str) -> NDArray[np.float64]:
    """Return the numbers of a text file."""
    try:
        with path.open(encoding="utf-8") as file:
            words = file.read(LARGEST_TEXT).split()
        found = np.array([float(word) for word in words])
    except OSError as fault:
        raise FileFormatError(
            f"{name} names {path.name!r}, which cannot be read: {fault.strerror or fault}."
        ) from fault
    except ValueError as fault:
        raise FileFormatError(f"{name} names {path.name!r}, which has more than numbers: {str(fault)[:80]}.") from fault
    if not np.isfinite(found).all():
        raise FileFormatError(f"{name} names {path.name!r}, with numbers that are not finite. Correct it.")
    return found

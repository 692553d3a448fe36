"""The images without sample that a Zeiss scan keeps, its exposure times, and when each image was taken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from voltome.data import LazyArray
from voltome.errors import FileFormatError, GeometryError
from voltome.io._zeiss_images import type_of
from voltome.io._zeiss_streams import Streams, damaged
from voltome.io._zeiss_views import images_of

ROOTS = ("MultiReferenceData", "ReferenceData")
"""Where reference images lie: several, or one. Where both are, the several are read."""

SAME_EXPOSURE = 1e-3
"""Exposure times that differ by less than this fraction are the same."""

SHORTEST_S, LONGEST_S = 1e-5, 1e5
"""Exposure times that there are."""

DATE = re.compile(rb"(\d\d)/(\d\d)/(\d{4}|\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?")
"""Month, day, year and time, as the microscopes write them."""

IGNORE = "Read it with flats='ignored', and put the right ones in with dataclasses.replace."


@dataclass(frozen=True, slots=True)
class References:
    """Reference images of a scan, when they were taken, where the file says so, and what they are."""

    flats: LazyArray
    dates: NDArray[np.float64] | None
    source: str


def references_of(streams: Streams, rows: int, columns: int, exposure_s: float | None) -> References | None:
    """Return the reference images of a scan, as if taken with the exposure time of its views; None: it has none."""
    for root in ROOTS:
        names = _names(streams, root)
        if names:
            _same_binning(streams, root)
            place = f"{root}/DataType" if streams.has(f"{root}/DataType") else f"{root}/ImageInfo/DataType"
            found = (len(names), rows, columns), type_of(streams, place, IGNORE)
            _check_sizes(streams, names, rows * columns * found[1].itemsize)
            factor, said = _factor(_exposure(streams, root), exposure_s)
            factors = None if factor is None else np.full(len(names), factor, np.float32)
            dates = dates_of(streams, f"{root}/ImageInfo", len(names))
            return References(images_of(streams, names, found, factors), dates, f"{root}{said}")
    return None


def exposures_of(streams: Streams, views: int) -> NDArray[np.float64] | None:
    """Return the exposure time of every view in s, None where the file does not say it for all of them."""
    found = streams.floats("ImageInfo/ExpTimes")[:views].astype(np.float64)
    if found.size != views or not np.isfinite(found).all() or found.min() <= 0:
        return None
    shortest, longest = float(found.min()), float(found.max())
    if not SHORTEST_S <= shortest <= longest <= LONGEST_S:
        raise FileFormatError(
            f"{streams.path}: its exposure times (ImageInfo/ExpTimes) run from {shortest:g} to {longest:g} s; expected "
            f"{SHORTEST_S:g} to {LONGEST_S:g} s. Copy or export it again from its source."
        )
    return found


def factors_of(exposures: NDArray[np.float64] | None) -> NDArray[np.float32] | None:
    """Return what makes views of several exposure times ones of their median; None where they are all the same."""
    if exposures is None or np.ptp(exposures) <= SAME_EXPOSURE * exposures.max():
        return None
    return (np.median(exposures) / exposures).astype(np.float32)


def dates_of(streams: Streams, root: str, count: int) -> NDArray[np.float64] | None:
    """Return when each image was taken, in s since the year 1; None where the file does not say it for all."""
    found = DATE.findall(streams.field(f"{root}/Date"))[:count]
    try:
        dates = [_date(*(text.decode() for text in parts)) for parts in found]
    except ValueError:  # such as a 13th month
        return None
    return np.array([(date - datetime.min).total_seconds() for date in dates]) if len(dates) == count else None


def _date(month: str, day: str, year: str, hour: str, minute: str, second: str, part: str) -> datetime:
    century = 0 if len(year) == 4 else 2000 if int(year) < 70 else 1900
    date = century + int(year), int(month), int(day)
    return datetime(*date, int(hour), int(minute), int(second), int(part.ljust(6, "0") or 0))


def _names(streams: Streams, root: str) -> list[str]:
    """Return the streams of reference images in their order."""
    pattern = re.compile(rf"{root}/(?:ImageData\d+/)?Image(\d{{0,9}})", re.IGNORECASE)
    found = [(int(match[1] or 0), name) for name in streams.names if (match := pattern.fullmatch(name))]
    return [name for _, name in sorted(found)]


def _check_sizes(streams: Streams, names: list[str], size: int) -> None:
    """Refuse reference images of another size than the views, and more of them than the file has room for."""
    for name in names:
        if streams.size(name) != size:
            raise FileFormatError(
                f"{streams.path}: its reference image {name} has {streams.size(name):,} bytes; expected {size:,} by "
                f"the width and height of the views and its type. {IGNORE}"
            )
    if len(names) * size > streams.path.stat().st_size:
        total = len(names) * size
        raise damaged(streams.path, f"its {len(names):,} reference images have {total:,} bytes, more than the file")


def _exposure(streams: Streams, root: str) -> float | None:
    """Return the exposure time of the reference images in s, where it is one for all of them."""
    for name in ("ExpTime", "ExpTimes", "ImageInfo/ExpTimes", "ImageInfo/ExpTime"):
        found = streams.floats(f"{root}/{name}").astype(np.float64)
        found = found[(found >= SHORTEST_S) & (found <= LONGEST_S)]
        if found.size and np.ptp(found) <= SAME_EXPOSURE * found.max():
            return float(str(np.float32(found[0])))
    return None


def _factor(taken_s: float | None, wanted_s: float | None) -> tuple[float | None, str]:
    """Return what brings the references to the exposure time of the views, None for nothing, and what was done."""
    if taken_s is None or wanted_s is None:
        return None, ", as they are: of unknown exposure time"
    if abs(wanted_s - taken_s) <= SAME_EXPOSURE * wanted_s:
        return None, ""
    return wanted_s / taken_s, (
        f", times {wanted_s / taken_s:.6g}: taken with {taken_s:.6g} s, the views with {wanted_s:.6g} s"
    )


def _same_binning(streams: Streams, root: str) -> None:
    """Refuse references that were binned otherwise than the views."""
    views, references = streams.integer("ImageInfo/HorizontalBin") or 0, streams.integer(f"{root}/Binning") or 0
    if min(views, references) > 0 and views != references:
        raise GeometryError(
            f"{streams.path}: its reference images are binned by {references} ({root}/Binning), its views by {views} "
            f"(ImageInfo/HorizontalBin); expected the same. {IGNORE}"
        )

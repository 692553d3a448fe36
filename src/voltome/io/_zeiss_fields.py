"""What a Zeiss file says about its scan, as text: the streams have names but no types."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voltome.io._zeiss_streams import Streams

SHOWN = ("imageinfo", "sampleinfo", "reconsettings", "autorecon", "acquisitionsettings", "version", "exeversion")
"""Storages and streams that tell of the scan; hundreds of others keep the configuration of the microscope."""

UNITS = {
    "angles": "deg",
    "current": "uA",
    "dtoradistance": "mm",
    "exptimes": "s",
    "pixelsize": "um",
    "storadistance": "mm",
    "voltage": "kV",
    "xposition": "um",
    "yposition": "um",
    "zposition": "um",
}
"""Of the fields that are floats for certain."""

SMALL = 2**20
"""Four bytes that are less than this as a whole number are none as a float, except for 0."""

LONGEST = 2**16


def fields_of(streams: Streams, images: int) -> dict[str, str]:
    """Return every field that tells of the scan; of numbers for each image how many, and from where to where."""
    found = {}
    for name in sorted(streams.names, key=str.lower):
        if name.lower().partition("/")[0] in SHOWN and 0 < streams.size(name) <= LONGEST:
            text = _as_text(name, streams.field(name), images)
            if text:
                found[name] = text
    return found


def _as_text(name: str, data: bytes, images: int) -> str:
    """Return the value of a field as it most probably is: text, whole numbers, floats; nothing where it is empty."""
    unit = UNITS.get(name.lower().rpartition("/")[2])
    letters = data.partition(b"\0")[0]
    if unit is None and len(data) > 4 and letters and all(32 <= letter < 127 for letter in letters):
        return letters.decode("ascii").strip()
    if len(data) % 4 or not (any(data) or len(data) == 4):
        return ""
    # fields of one number for each image may have room for more
    cut = data[: 4 * images] if len(data) > 4 else data
    whole, floats = np.frombuffer(cut, "<i4"), np.frombuffer(cut, "<f4")
    if unit is None and np.all(np.abs(whole.astype(np.int64)) < SMALL):
        return _range([str(number) for number in whole.tolist()], whole, "")
    if not np.all(np.isfinite(floats)):
        return ""
    return _range([str(number) for number in floats], floats, f" {unit}" if unit else "")


def _range(texts: list[str], numbers: NDArray[np.generic], unit: str) -> str:
    """Return one number, or how many there are, from which to which."""
    if len(set(texts)) == 1:
        return f"{texts[0]}{unit}" + (f" ({len(texts)} times)" if len(texts) > 1 else "")
    low, high = int(np.argmin(numbers)), int(np.argmax(numbers))
    return f"{len(texts)} values, {texts[low]} to {texts[high]}{unit}"

"""What a Zeiss file says about its scan, as text: the streams have names but no types."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from voltome.io._zeiss_streams import Streams

LAST = ("configurebackup",)
"""Storages with hundreds of settings of the microscope, which come after what tells of the scan."""

IMAGES = re.compile(r"(multireferencedata/|referencedata/)?(imagedata\d+/)?image\d*")
"""Streams with pixels, in small letters."""

UNITS = {
    "angles": "deg",
    "camerapixelsize": "um",
    "campixelsize": "um",
    "ccdpixelsize": "um",
    "centershift": "px",
    "autocentershift": "px",
    "coneangle": "deg",
    "current": "uA",
    "dtoradistance": "mm",
    "encoderxshifts": "px",
    "encoderyshifts": "px",
    "energy": "eV",
    "exptime": "s",
    "exptimes": "s",
    "fanangle": "deg",
    "metrologyxshifts": "px",
    "metrologyyshifts": "px",
    "opticalmagnification": "x",
    "pixelsize": "um",
    "refd2radistance": "mm",
    "refs2radistance": "mm",
    "referenceshifts": "px",
    "sourcedriftxshifts": "px",
    "sourcedriftyshifts": "px",
    "stagexshifts": "px",
    "stageyshifts": "px",
    "storadistance": "mm",
    "temperaturexshifts": "px",
    "temperatureyshifts": "px",
    "voltage": "kV",
    "x-shifts": "px",
    "xposition": "um",
    "xraymagnification": "x",
    "xrayvoltage": "kV",
    "y-shifts": "px",
    "yposition": "um",
    "zposition": "um",
}
"""Of the fields that are floats for certain."""

SMALL = 2**20
"""Four bytes that are less than this as a whole number are none as a float, except for 0."""

LARGEST = 1e20
"""No setting of a microscope is as large in any unit."""

LONGEST = 2**16

SHOWN_TEXTS = 4
"""Of a longer list of texts, such as the dates of all images, the first and the last are shown."""

LISTS = {"axisnames": 25, "axisunits": 15, "date": 40}
"""Fields with many texts, and how many bytes each has at least."""


def fields_of(streams: Streams, images: int) -> dict[str, str]:
    """Return every field: text, numbers, and of many numbers how many, and from where to where."""
    found = {}
    for name in sorted(streams.names, key=_order):
        if 0 < streams.size(name) <= LONGEST and not IMAGES.fullmatch(name.lower()):
            text = _as_text(name, streams.field(name), images)
            if text:
                found[name] = text
    return found


def _order(name: str) -> tuple[bool, str]:
    """Return what tells of the scan first."""
    return name.lower().startswith(LAST), name.lower()


def _as_text(name: str, data: bytes, images: int) -> str:
    """Return the value of a field as it most probably is: text, whole numbers, floats; nothing where it is empty."""
    storage, _, last = name.lower().rpartition("/")
    unit = UNITS.get(last)
    if last in LISTS:
        return _list(last, data)
    letters = data.partition(b"\0")[0]
    if unit is None and len(data) > 4 and letters and all(32 <= letter < 127 for letter in letters):
        return letters.decode("ascii").strip()
    if len(data) % 4 or not (any(data) or len(data) == 4):
        return ""
    # fields of one number for each image may have room for more
    cut = data[: 4 * images] if len(data) > 4 and storage in ("imageinfo", "alignment") else data
    cut = data if last == "referenceshifts" else cut
    whole, floats = np.frombuffer(cut, "<i4"), np.frombuffer(cut, "<f4")
    if unit is None and np.all(np.abs(whole.astype(np.int64)) < SMALL):
        return _range([str(number) for number in whole.tolist()], whole, "")
    if not np.all(np.abs(floats) < LARGEST):  # nor where it is NaN
        return ""
    return _range([str(number) for number in floats], floats, f" {unit}" if unit else "")


def _list(last: str, data: bytes) -> str:
    """Return the texts of a field that has many of them, in rooms of one size; what lies behind a text is none."""
    starts = range(0, len(data), LISTS[last])
    rooms = [data[start : start + LISTS[last]].partition(b"\0")[0].decode("latin-1").strip() for start in starts]
    texts = [text for text in rooms if text and text.isprintable()]
    if last == "date" and len(set(texts)) == 1:
        return texts[0]
    if last != "date" or len(texts) <= SHOWN_TEXTS:
        return ", ".join(texts)
    return f"{len(texts)} values, {texts[0]} to {texts[-1]}"


def _range(texts: list[str], numbers: NDArray[np.generic], unit: str) -> str:
    """Return one number, or how many there are, from which to which."""
    if len(set(texts)) == 1:
        return f"{texts[0]}{unit}" + (f" ({len(texts)} times)" if len(texts) > 1 else "")
    low, high = int(np.argmin(numbers)), int(np.argmax(numbers))
    return f"{len(texts)} values, {texts[low]} to {texts[high]}{unit}"

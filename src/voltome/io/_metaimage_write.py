"""Writing MetaImage: voxel size and origin in um, and what voltome knows of the image beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from voltome.data import ImageNoun
from voltome.errors import ValuesError
from voltome.io import _flat, _kept
from voltome.io._metaimage import TYPES
from voltome.io._units import centre_of_first_voxel

LONGEST_LINE = 30_000
"""Letters in a line that ITK still reads (tests/unit/io/test_metaimage.py); it fails on 50,000."""

ROOM = b"#" * 20
"""In the header for a number that is known once the values are packed."""

AMBIGUOUS = ("MET_LONG", "MET_ULONG")
"""Four bytes or eight, by program: not written."""


def values_beside(path: Path, *, compressed: bool) -> Path | None:
    """Return the file of the values of a detached header; None where they follow the header."""
    return path.with_suffix(".zraw" if compressed else ".raw") if path.suffix.lower() == ".mhd" else None


def write_metaimage(
    image: ImageNoun, path: Path, header_path: Path | None, values_name: str, *, compressed: bool
) -> None:
    """Write values behind their header; or, with `header_path`, values and header apart."""
    kept = _kept.to_line(_kept.kept_of(image, what="a MetaImage"))
    if len(kept) > LONGEST_LINE:
        raise ValuesError(
            f"its history and fields take {len(kept):,} letters, and other programs read {LONGEST_LINE:,} in a line of "
            f"a MetaImage. Write .nrrd, .h5 or .ome.zarr; or drop the history (dataclasses.replace(image, history=()))."
        )
    values = _kept.plain_values(image)
    name = "LOCAL" if header_path is None else values_name
    lines = _lines(image, values.dtype, kept, name, compressed=compressed)
    head = ("\n".join(lines) + "\n").encode()
    _flat.write(values, path, head=head if header_path is None else b"", encoding="zlib" if compressed else "raw")
    packed = path.stat().st_size - (len(head) if header_path is None else 0)
    if compressed:  # without this number ITK reads rubbish, and does not say so
        head = head.replace(ROOM, str(packed).rjust(len(ROOM)).encode(), 1)
    if header_path is not None:
        header_path.write_bytes(head)
    elif compressed:
        with path.open("r+b") as file:
            file.write(head)


def _lines(image: ImageNoun, dtype: np.dtype[Any], kept: str, values_name: str, *, compressed: bool) -> list[str]:
    """Return the lines of the header, fastest axis first; the values follow the last one."""
    centre = [centre_of_first_voxel(*pair) for pair in zip(image.origin_um, image.voxel_size_um, strict=True)]
    names = {kind: name for name, kind in TYPES.items() if name not in AMBIGUOUS}
    return [
        "ObjectType = Image",
        "NDims = 3",
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        f"CompressedData = {compressed}",
        *([f"CompressedDataSize = {ROOM.decode()}"] if compressed else []),
        "TransformMatrix = 1 0 0 0 1 0 0 0 1",
        f"Offset = {' '.join(reversed(centre))}",
        "DistanceUnits = um",
        f"ElementSpacing = {' '.join(repr(size) for size in reversed(image.voxel_size_um))}",
        f"DimSize = {' '.join(str(extent) for extent in reversed(image.shape))}",
        f"{_kept.KEY} = {kept}",
        f"ElementType = {names[dtype.newbyteorder('=').name]}",
        f"ElementDataFile = {values_name}",
    ]

"""Writing NRRD: voxel size and origin in um, and everything voltome knows of the image beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from voltome.data import ImageNoun
from voltome.io import _flat, _kept
from voltome.io._units import centre_of_first_voxel

TYPE_NAMES = {"float32": "float", "float64": "double"}
"""Types that NRRD calls otherwise than numpy."""


def values_beside(path: Path, *, compressed: bool) -> Path | None:
    """Return the file of the values of a detached header; None where they follow the header."""
    return path.with_suffix(".raw.gz" if compressed else ".raw") if path.suffix.lower() == ".nhdr" else None


def write_nrrd(image: ImageNoun, path: Path, header_path: Path | None, values_name: str, *, compressed: bool) -> None:
    """Write values behind their header; or, with `header_path`, values and header apart."""
    kept = _kept.kept_of(image, what="an NRRD file")
    values = _kept.plain_values(image)
    encoding: _flat.Encoding = "gzip" if compressed else "raw"
    lines = _lines(image, values.dtype, encoding, _kept.to_line(kept))
    if header_path is None:
        _flat.write(values, path, head=("\n".join(lines) + "\n\n").encode("ascii"), encoding=encoding)
        return
    _flat.write(values, path, encoding=encoding)
    header_path.write_bytes(("\n".join([*lines, f"data file: {values_name}"]) + "\n").encode())


def _lines(image: ImageNoun, dtype: np.dtype[Any], encoding: str, kept: str) -> list[str]:
    """Return the lines of the header, fastest axis first."""
    x, y, z = (repr(size) for size in reversed(image.voxel_size_um))
    centre = (centre_of_first_voxel(*pair) for pair in zip(image.origin_um, image.voxel_size_um, strict=True))
    native = dtype.newbyteorder("=").name
    return [
        "NRRD0005",
        "# written by voltome; lengths in micrometres, the origin is the centre of the first voxel",
        f"type: {TYPE_NAMES.get(native, native)}",
        "dimension: 3",
        "space dimension: 3",
        f"sizes: {' '.join(str(extent) for extent in reversed(image.shape))}",
        f"space directions: ({x},0,0) (0,{y},0) (0,0,{z})",
        "kinds: domain domain domain",
        'space units: "um" "um" "um"',
        f"space origin: ({','.join(reversed(list(centre)))})",
        "endian: little",
        f"encoding: {encoding}",
        f"{_kept.KEY}:={_escaped(kept)}",
    ]


def _escaped(text: str) -> str:
    r"""Return a text in which a backslash stands for itself, as NRRD reads the value of a key."""
    return text.replace("\\", "\\\\")

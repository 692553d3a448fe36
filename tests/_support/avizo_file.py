"""Files as Avizo and Amira write them, put together from their parts: what the tests of the reader read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FIRST_LINES = {
    "<": "# AmiraMesh BINARY-LITTLE-ENDIAN 2.1",
    ">": "# AmiraMesh 3D BINARY 2.0",
    "": "# AmiraMesh 3D ASCII 2.0",
}

MATERIALS = """    Materials {
        Exterior {
            Id 1
        }
        NMC {
            Color 0.2 0.8 0.4,
            Id 12
        }
        Inside {
            Id 3,
            Color 1 0 0
        }
    }
"""
"""Three materials with the Ids that Amira gives: they are no labels."""


def avizo_file(
    values: np.ndarray,
    *,
    kind: str = "ushort",
    order: str = "<",
    name: str = "Data",
    box: Sequence[float] | None = None,
    unit: str | None = "um",
    parameters: str = "",
    encoding: str = "",
    data: bytes | None = None,
    lattice: str | None = None,
    first_line: str | None = None,
    coordinates: str = "uniform",
) -> bytes:
    """Return a file of these values; every part of it can be replaced."""
    z, y, x = values.shape
    if box is None:
        box = (0, x - 1, 0, y - 1, 0, z - 1)
    units = "" if unit is None else f'    Units {{\n        Coordinates "{unit}"\n    }}\n'
    if data is None:
        data = values.astype(values.dtype.newbyteorder(order or "<")).tobytes()
    head = (
        f"{first_line or FIRST_LINES[order]}\n# CreationDate: Tue Nov  2 11:46:31 2004\n\n"
        f"define Lattice {lattice or f'{x} {y} {z}'}\n\nParameters {{\n{parameters}{units}"
        f'    Content "{x}x{y}x{z} {kind}, uniform coordinates",\n'
        f"    BoundingBox {' '.join(f'{edge:.9g}' for edge in box)},\n"
        f'    CoordType "{coordinates}"\n}}\n\n'
        f"Lattice {{ {kind} {name} }} @1{encoding}\n\n# Data section follows\n@1\n"
    )
    return head.encode("utf-8") + data + b"\n"

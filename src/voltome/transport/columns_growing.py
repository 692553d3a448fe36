"""The columns of the table of growing volumes."""

from __future__ import annotations

from voltome.data import Column
from voltome.transport.columns_diffusion import (
    AXIS,
    ERROR_BOUND,
    PHASE,
    POROSITY,
    RELATIVE_DIFFUSIVITY,
    TORTUOSITY_FACTOR,
)

__all__ = ["GROWING_VOLUME"]

GROWING_VOLUME = (
    PHASE,
    AXIS,
    Column("edge_um", "um", "Edge of the cube when it is whole.", "key"),
    Column("share", "1", "Volume of the piece over that of the whole cube.", "position"),
    Column("volume_um3", "um3", "Volume of the piece."),
    POROSITY,
    RELATIVE_DIFFUSIVITY,
    TORTUOSITY_FACTOR,
    ERROR_BOUND,
    Column(
        "settled_share",
        "1",
        "Smallest share from which on the tortuosity stays close to that of the last piece; the same in every row of a "
        "curve.",
    ),
)

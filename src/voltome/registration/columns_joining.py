"""The columns of tables of images that were joined: tiles of a mosaic, volumes of neighbouring places."""

from __future__ import annotations

from voltome.data import Column

JOINS = (
    Column("first", "", "Name of the one scan.", "key"),
    Column("second", "", "Name of the other, which overlaps with it.", "key"),
    *(
        Column(
            f"shift_{axis}_um",
            "um",
            f"By how much the overlap shifts the second against the first along {axis}, beyond their nominal places.",
        )
        for axis in "zyx"
    ),
    Column("error_um", "um", "Standard error of the shift, the root mean square of its axes."),
    Column("residual_um", "um", "Length of what is left between the two when all scans have their places."),
    Column("correlation", "1", "Correlation of grey values in the overlap."),
    Column("used", "", "Whether the overlap counted: it fits, and does not contradict the others.", "flag"),
)

MOSAIC_TILES = (
    Column("tile", "", "Number of the tile, in the order in which they were given, from 0.", "label"),
    Column("y_um", "um", "Where the corner of its first pixel lies in the mosaic, along the rows."),
    Column("x_um", "um", "The same along the columns."),
    Column("shift_y_px", "", "By how many pixels that differs from its nominal place along the rows."),
    Column("shift_x_px", "", "The same along the columns."),
    Column("residual_px", "", "Root mean square of what its overlaps, those that were used, still say otherwise."),
    Column("overlaps", "", "How many neighbours it overlaps with."),
    Column("overlaps_used", "", "How many of these fit, and do not contradict the others."),
    Column("correlation", "1", "Mean correlation of grey values in the overlaps."),
)

"""The columns of tables about the axis of rotation, and about the halves of a scan beside it."""

from __future__ import annotations

from voltome.data import Column

_AXIS = Column(
    "rotation_axis_px",
    "",
    "Column of the detector at which the axis of rotation is seen; the first column is 0, its middle a whole number.",
)
_ERROR = Column(
    "uncertainty_px",
    "",
    "Standard error of the axis in pixels: from the scatter of frequencies, columns, rows or pairs; of the result at "
    "least half of what the methods differ by.",
    "standard_error",
    of="rotation_axis_px",
)
_MIDDLE = Column("from_middle_px", "", "How far behind the middle of the detector the axis lies, in pixels.")

ROTATION_AXIS = (
    Column("method", "", "How the axis was found; 'result' is what the methods say together.", "key"),
    Column("part", "", "The part of the scan from which it was found: all rows or pairs, or one of them.", "key"),
    _AXIS,
    _ERROR,
    _MIDDLE,
)

AXIS_CANDIDATES = (
    Column("rotation_axis_px", "", "Column of the axis with which the slice was made.", "position"),
    Column("entropy", "1", "Entropy of the grey values inside the slice; lowest where there are fewest."),
    Column(
        "edge_sum",
        "1",
        "Sum of the slopes over the root of the sum of their squares; lowest where slopes are gathered in few edges.",
    ),
    Column("negative_share", "1", "Sum of the values below zero over the sum of all, each without its sign."),
)

OVERLAP = (
    Column("side", "", "The side of the detector at which the axis is seen: left has the column 0.", "key"),
    Column(
        "overlap_px",
        "",
        "Width in pixels of what the detector sees in both halves of the turn: twice the distance from the axis to the "
        "outer edge of the last pixel.",
    ),
    Column("overlap_error_px", "", "Standard error of the overlap in pixels.", "standard_error", of="overlap_px"),
    _AXIS,
    _ERROR,
    Column("correlation", "1", "Correlation of slopes in the overlap with those seen half a turn on."),
    Column("joined_columns", "", "Columns of the joined projections."),
)

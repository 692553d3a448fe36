"""The columns of streamlines and of what is counted over them."""

from __future__ import annotations

from voltome.data import Column

ENDS = ("outlet", "inlet", "side", "wall", "stagnant", "limit")
"""Why a line ends, in the order of the numbers of `_kernels_streamlines`."""

_PLACES = (
    Column("line", "1", "Number of the line; the first point of a line lies on the inlet.", "label"),
    Column("distance_um", "um", "Length of the line from the inlet to the point.", "position"),
    Column("z_um", "um", "Position of the point along z, in the frame of the scan.", "position"),
    Column("y_um", "um", "Position of the point along y, in the frame of the scan.", "position"),
    Column("x_um", "um", "Position of the point along x, in the frame of the scan.", "position"),
)
_END = Column(
    "end",
    "",
    "Why the line ends; the same in every row of a line: outlet (it crossed the sample), inlet (it came back), side, "
    "wall (it cannot go on), stagnant (nothing moves there) or limit (it became too long).",
    "key",
)

STREAMLINES = (*_PLACES, Column("magnitude", "1", "Size of the field at the point, in the unit of the field."), _END)

STREAMLINES_OF_FLOW = (
    *_PLACES,
    Column("speed_m_per_s", "m/s", "Speed of the fluid at the point."),
    Column("travel_time_s", "s", "Time from the inlet to the point."),
    _END,
)

_STATISTICS = (
    Column("field", "", "What the lines follow: a velocity or a flux.", "key"),
    Column("axis", "", "Axis along which the lines cross the sample.", "key"),
    Column("lines", "1", "Number of lines."),
    Column("crossing_fraction", "1", "Share of the lines, and so of the flux, that were followed to the outlet."),
    Column(
        "geometric_tortuosity",
        "1",
        "Length of a line over the straight distance between inlet and outlet: mean over the lines that cross the "
        "sample. Lines begin in proportion to the flux, so it is the flux-weighted mean.",
    ),
    Column(
        "geometric_tortuosity_standard_error",
        "1",
        "Deviation among the lines over the root of their number: of the choice of lines, not of the image.",
        "standard_error",
        "geometric_tortuosity",
    ),
    Column("geometric_tortuosity_d10", "1", "A tenth of the lines that cross are straighter."),
    Column("geometric_tortuosity_d50", "1", "Half of the lines that cross are straighter."),
    Column("geometric_tortuosity_d90", "1", "Nine tenths of the lines that cross are straighter."),
)

STREAMLINE_STATISTICS = _STATISTICS

STREAMLINE_STATISTICS_OF_FLOW = (
    *_STATISTICS,
    Column("travel_time_d10_s", "s", "A tenth of the lines that cross take less time."),
    Column("travel_time_d50_s", "s", "Half of the lines that cross take less time."),
    Column("travel_time_d90_s", "s", "Nine tenths of the lines that cross take less time."),
)

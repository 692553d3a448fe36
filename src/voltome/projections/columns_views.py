"""The columns of the table of views."""

from __future__ import annotations

from voltome.data import Column

VIEWS = (
    Column("view", "1", "Number of the view in the order in which it was taken, from 0.", "label"),
    Column("angle_deg", "deg", "Angle at which it was taken.", "position"),
    Column("relative_brightness", "1", "Mean of its pixels, over the median of all views' means."),
    Column("mean_value", "as given", "Mean of its pixels: counts, transmission or absorbance."),
    Column("saturated_fraction", "1", "Share of its pixels that are saturated."),
    Column("step_deg", "deg", "Angle to the next view in order of angles; 0 for the last."),
    Column("repeats_angle", "1", "Whether an earlier view has this angle too.", "flag"),
    Column("repeats_image", "1", "Whether an earlier view has the very same pixels: the camera did not read.", "flag"),
    Column("before_gap", "1", "Whether views are missing between this and the next in order of angles.", "flag"),
    Column("stands_out", "1", "Whether it is brighter or darker than the views before and behind it.", "flag"),
)

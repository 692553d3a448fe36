from .axis_candidates import AxisCandidates, axis_candidates
from .mosaics import Mosaic, stitch_mosaic
from .normalising import normalise
from .off_axis import OffAxisJoined, find_overlap, join_off_axis
from .rotation_axis import CentredProjections, find_rotation_axis, set_rotation_axis
from .transmission import absorbance

__all__ = [
    "AxisCandidates",
    "CentredProjections",
    "Mosaic",
    "OffAxisJoined",
    "absorbance",
    "axis_candidates",
    "find_overlap",
    "find_rotation_axis",
    "join_off_axis",
    "normalise",
    "set_rotation_axis",
    "stitch_mosaic",
]

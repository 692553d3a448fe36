from .intervals import check_intervals
from .particles import drop_touching_border, filter_by_size
from .separation import separate_particles
from .states import states
from .thresholds import otsu, otsu_thresholds, threshold

__all__ = [
    "check_intervals",
    "drop_touching_border",
    "filter_by_size",
    "otsu",
    "otsu_thresholds",
    "separate_particles",
    "states",
    "threshold",
]

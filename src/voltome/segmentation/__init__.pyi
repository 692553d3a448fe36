from .particles import drop_touching_border, filter_by_size
from .separation import separate_particles
from .thresholds import otsu, otsu_thresholds, threshold

__all__ = [
    "drop_touching_border",
    "filter_by_size",
    "otsu",
    "otsu_thresholds",
    "separate_particles",
    "threshold",
]

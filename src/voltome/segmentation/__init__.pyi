from .cleaning import close_phase, open_phase, remove_artefacts
from .hysteresis import hysteresis_threshold
from .intervals import check_intervals
from .particles import drop_touching_border, filter_by_size
from .separation import separate_particles
from .separation_depths import separation_curve
from .states import States, states
from .thresholds import otsu, otsu_thresholds, threshold

__all__ = [
    "States",
    "check_intervals",
    "close_phase",
    "drop_touching_border",
    "filter_by_size",
    "hysteresis_threshold",
    "open_phase",
    "otsu",
    "otsu_thresholds",
    "remove_artefacts",
    "separate_particles",
    "separation_curve",
    "states",
    "threshold",
]

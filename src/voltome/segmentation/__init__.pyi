from .classifying import classify, phase_probability
from .cleaning import close_phase, open_phase, remove_artefacts
from .corrections import CorrectedParticles, CorrectedPhases, correct_particles, correct_phases
from .hysteresis import hysteresis_threshold
from .intervals import check_intervals
from .particles import drop_touching_border, filter_by_size
from .separation import separate_particles
from .separation_depths import separation_curve
from .states import States, states
from .thresholds import otsu, otsu_thresholds, threshold
from .training import Trained, train_classifier
from .voids import internal_voids, merge_phases

__all__ = [
    "CorrectedParticles",
    "CorrectedPhases",
    "States",
    "Trained",
    "check_intervals",
    "classify",
    "close_phase",
    "correct_particles",
    "correct_phases",
    "drop_touching_border",
    "filter_by_size",
    "hysteresis_threshold",
    "internal_voids",
    "merge_phases",
    "open_phase",
    "otsu",
    "otsu_thresholds",
    "phase_probability",
    "remove_artefacts",
    "separate_particles",
    "separation_curve",
    "states",
    "threshold",
    "train_classifier",
]

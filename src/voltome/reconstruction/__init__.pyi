from .calibration import CalibratedAttenuation, calibrate_attenuation
from .fbp import fbp
from .iterating import iteration_curve
from .iterative import cgls, sirt
from .judging import contrast_to_noise, signal_to_noise
from .projecting import backproject, project
from .rings import ring_check
from .shell_correlation import fourier_shell_correlation
from .splitting import SplitViews, split_views
from .total_variation import fista_tv

__all__ = [
    "CalibratedAttenuation",
    "SplitViews",
    "backproject",
    "calibrate_attenuation",
    "cgls",
    "contrast_to_noise",
    "fbp",
    "fista_tv",
    "fourier_shell_correlation",
    "iteration_curve",
    "project",
    "ring_check",
    "signal_to_noise",
    "sirt",
    "split_views",
]

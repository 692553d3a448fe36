from .adaptive import equalise_adaptive
from .contrast import equalise_histogram
from .cropping import Cylinder, crop
from .electrode import select_electrode
from .linear import box, unsharp_mask
from .noise import estimate_noise
from .non_local_means import denoise_nlm
from .smoothing import gaussian, median

__all__ = [
    "Cylinder",
    "box",
    "crop",
    "denoise_nlm",
    "equalise_adaptive",
    "equalise_histogram",
    "estimate_noise",
    "gaussian",
    "median",
    "select_electrode",
    "unsharp_mask",
]

from .adaptive import equalise_adaptive
from .contrast import equalise_histogram
from .cropping import Cylinder, crop
from .electrode import select_electrode
from .linear import box, unsharp_mask
from .smoothing import gaussian, median

__all__ = [
    "Cylinder",
    "box",
    "crop",
    "equalise_adaptive",
    "equalise_histogram",
    "gaussian",
    "median",
    "select_electrode",
    "unsharp_mask",
]

from .adaptive import equalise_adaptive
from .collector import CollectorPlane, find_collector
from .contrast import equalise_histogram
from .cropping import Cylinder, crop
from .electrode import select_electrode
from .levelling import level
from .linear import box, unsharp_mask
from .smoothing import gaussian, median

__all__ = [
    "CollectorPlane",
    "Cylinder",
    "box",
    "crop",
    "equalise_adaptive",
    "equalise_histogram",
    "find_collector",
    "gaussian",
    "level",
    "median",
    "select_electrode",
    "unsharp_mask",
]

from .cropping import crop
from .smoothing import gaussian, median

__all__ = ["crop", "gaussian", "median"]

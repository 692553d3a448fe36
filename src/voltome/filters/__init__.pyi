from .cropping import Cylinder, crop
from .smoothing import gaussian, median

__all__ = ["Cylinder", "crop", "gaussian", "median"]

from .cropping import Cylinder, crop
from .noise import estimate_noise
from .non_local_means import denoise_nlm
from .smoothing import gaussian, median

__all__ = ["Cylinder", "crop", "denoise_nlm", "estimate_noise", "gaussian", "median"]

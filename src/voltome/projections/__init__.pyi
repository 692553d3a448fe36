from .binning import bin_pixels
from .cropping import crop_pixels
from .drift import correct_drift
from .normalising import normalise
from .padding import pad_columns
from .shifting import undo_shifts
from .transmission import absorbance
from .zingers import remove_zingers

__all__ = [
    "absorbance",
    "bin_pixels",
    "correct_drift",
    "crop_pixels",
    "normalise",
    "pad_columns",
    "remove_zingers",
    "undo_shifts",
]

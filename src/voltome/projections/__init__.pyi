from .axis_candidates import AxisCandidates, axis_candidates
from .binning import bin_pixels
from .cropping import crop_pixels
from .distortion import correct_distortion
from .drift import correct_drift
from .fresnel import filter_fresnel
from .halo import correct_halo
from .hardening import linearise_by_polynomial, linearise_by_spectrum
from .inspecting import inspect_views
from .mosaics import Mosaic, stitch_mosaic
from .normalising import normalise
from .off_axis import OffAxisJoined, find_overlap, join_off_axis
from .padding import pad_columns
from .phase_retrieval import retrieve_phase
from .rotation_axis import CentredProjections, find_rotation_axis, set_rotation_axis
from .shifting import undo_shifts
from .stripes import (
    remove_stripes_by_filtering,
    remove_stripes_by_fitting,
    remove_stripes_by_sorting,
    remove_stripes_by_wavelets,
)
from .strong_stripes import remove_all_stripes, remove_dead_stripes, remove_large_stripes
from .transmission import absorbance
from .zingers import remove_zingers

__all__ = [
    "AxisCandidates",
    "CentredProjections",
    "Mosaic",
    "OffAxisJoined",
    "absorbance",
    "axis_candidates",
    "bin_pixels",
    "correct_distortion",
    "correct_drift",
    "correct_halo",
    "crop_pixels",
    "filter_fresnel",
    "find_overlap",
    "find_rotation_axis",
    "inspect_views",
    "join_off_axis",
    "linearise_by_polynomial",
    "linearise_by_spectrum",
    "normalise",
    "pad_columns",
    "remove_all_stripes",
    "remove_dead_stripes",
    "remove_large_stripes",
    "remove_stripes_by_filtering",
    "remove_stripes_by_fitting",
    "remove_stripes_by_sorting",
    "remove_stripes_by_wavelets",
    "remove_zingers",
    "retrieve_phase",
    "set_rotation_axis",
    "stitch_mosaic",
    "undo_shifts",
]

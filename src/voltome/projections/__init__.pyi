from .distortion import correct_distortion
from .fresnel import filter_fresnel
from .halo import correct_halo
from .hardening import linearise_by_polynomial, linearise_by_spectrum
from .phase_retrieval import retrieve_phase
from .transmission import absorbance

__all__ = [
    "absorbance",
    "correct_distortion",
    "correct_halo",
    "filter_fresnel",
    "linearise_by_polynomial",
    "linearise_by_spectrum",
    "retrieve_phase",
]

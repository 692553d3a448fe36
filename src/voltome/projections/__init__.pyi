from .fresnel import filter_fresnel
from .hardening import linearise_by_polynomial, linearise_by_spectrum
from .phase_retrieval import retrieve_phase
from .transmission import absorbance

__all__ = [
    "absorbance",
    "filter_fresnel",
    "linearise_by_polynomial",
    "linearise_by_spectrum",
    "retrieve_phase",
]

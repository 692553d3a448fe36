from .attenuation import attenuation_per_cm, delta_over_beta, refractive_index
from .constants import AVOGADRO_PER_MOL, ELECTRON_RADIUS_UM, HC_KEV_UM
from .materials import Material, element, mixture
from .spectra import Spectrum, tube_spectrum

__all__ = [
    "AVOGADRO_PER_MOL",
    "ELECTRON_RADIUS_UM",
    "HC_KEV_UM",
    "Material",
    "Spectrum",
    "attenuation_per_cm",
    "delta_over_beta",
    "element",
    "mixture",
    "refractive_index",
    "tube_spectrum",
]

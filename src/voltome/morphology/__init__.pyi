from .distributions import size_distribution, surface_to_volume_distribution
from .fractions import phase_fractions, phase_profile
from .intrusion import intrusion_radius, mercury_intrusion
from .loading import areal_loading
from .particles import measure_particles
from .statistics import particle_statistics
from .surfaces import SurfaceArea, surface_area
from .thickness import continuous_size_distribution, local_thickness

__all__ = [
    "SurfaceArea",
    "areal_loading",
    "continuous_size_distribution",
    "intrusion_radius",
    "local_thickness",
    "measure_particles",
    "mercury_intrusion",
    "particle_statistics",
    "phase_fractions",
    "phase_profile",
    "size_distribution",
    "surface_area",
    "surface_to_volume_distribution",
]

from .distributions import size_distribution, surface_to_volume_distribution
from .fractions import phase_fractions, phase_profile
from .interfaces import interface_areas
from .loading import areal_loading
from .particles import measure_particles
from .statistics import particle_statistics
from .surfaces import SurfaceArea, surface_area
from .surfaces_compared import surface_areas
from .thickness import continuous_size_distribution, local_thickness
from .triple_phase import TriplePhaseBoundary, triple_phase_boundary

__all__ = [
    "SurfaceArea",
    "TriplePhaseBoundary",
    "areal_loading",
    "continuous_size_distribution",
    "interface_areas",
    "local_thickness",
    "measure_particles",
    "particle_statistics",
    "phase_fractions",
    "phase_profile",
    "size_distribution",
    "surface_area",
    "surface_areas",
    "surface_to_volume_distribution",
    "triple_phase_boundary",
]

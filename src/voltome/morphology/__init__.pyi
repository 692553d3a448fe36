from .fractions import phase_fractions, phase_profile
from .particles import measure_particles
from .statistics import particle_statistics, size_distribution
from .surfaces import SurfaceArea, surface_area

__all__ = [
    "SurfaceArea",
    "measure_particles",
    "particle_statistics",
    "phase_fractions",
    "phase_profile",
    "size_distribution",
    "surface_area",
]

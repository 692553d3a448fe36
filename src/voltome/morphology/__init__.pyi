from .contacts import particle_contacts, particle_neighbours
from .distributions import size_distribution, surface_to_volume_distribution
from .fractions import phase_fractions, phase_profile
from .loading import areal_loading
from .particles import measure_particles
from .shapes import measure_shapes
from .statistics import particle_statistics
from .surfaces import SurfaceArea, surface_area
from .thickness import continuous_size_distribution, local_thickness

__all__ = [
    "SurfaceArea",
    "areal_loading",
    "continuous_size_distribution",
    "local_thickness",
    "measure_particles",
    "measure_shapes",
    "particle_contacts",
    "particle_neighbours",
    "particle_statistics",
    "phase_fractions",
    "phase_profile",
    "size_distribution",
    "surface_area",
    "surface_to_volume_distribution",
]

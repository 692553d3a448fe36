from .cracks import MeasuredCracks, measure_cracks
from .distributions import size_distribution, surface_to_volume_distribution
from .fractions import phase_fractions, phase_profile
from .loading import areal_loading
from .particles import measure_particles
from .radii import ParticleRadii, particle_radii
from .statistics import particle_statistics
from .surfaces import SurfaceArea, surface_area
from .thickness import continuous_size_distribution, local_thickness
from .voids import MeasuredVoids, measure_voids

__all__ = [
    "MeasuredCracks",
    "MeasuredVoids",
    "ParticleRadii",
    "SurfaceArea",
    "areal_loading",
    "continuous_size_distribution",
    "local_thickness",
    "measure_cracks",
    "measure_particles",
    "measure_voids",
    "particle_radii",
    "particle_statistics",
    "phase_fractions",
    "phase_profile",
    "size_distribution",
    "surface_area",
    "surface_to_volume_distribution",
]

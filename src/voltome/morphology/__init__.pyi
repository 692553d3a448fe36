from .balance import mass_balance
from .confidence import fraction_confidence
from .connectivity import connectivity, label_connectivity
from .contacts import particle_contacts, particle_neighbours
from .correlation import two_point_correlation
from .cracks import MeasuredCracks, measure_cracks
from .distributions import size_distribution, surface_to_volume_distribution
from .fractions import phase_fractions, phase_profile
from .interfaces import interface_areas
from .intrusion import intrusion_radius, mercury_intrusion
from .loading import areal_loading
from .matching import Matches, match_particles
from .particles import measure_particles
from .radii import ParticleRadii, particle_radii
from .sensitivity import threshold_sensitivity
from .shapes import measure_shapes
from .statistics import particle_statistics
from .surfaces import SurfaceArea, surface_area
from .surfaces_compared import surface_areas
from .thickness import continuous_size_distribution, local_thickness
from .triple_phase import TriplePhaseBoundary, triple_phase_boundary
from .voids import MeasuredVoids, measure_voids

__all__ = [
    "Matches",
    "MeasuredCracks",
    "MeasuredVoids",
    "ParticleRadii",
    "SurfaceArea",
    "TriplePhaseBoundary",
    "areal_loading",
    "connectivity",
    "continuous_size_distribution",
    "fraction_confidence",
    "interface_areas",
    "intrusion_radius",
    "label_connectivity",
    "local_thickness",
    "mass_balance",
    "match_particles",
    "measure_cracks",
    "measure_particles",
    "measure_shapes",
    "measure_voids",
    "mercury_intrusion",
    "particle_contacts",
    "particle_neighbours",
    "particle_radii",
    "particle_statistics",
    "phase_fractions",
    "phase_profile",
    "size_distribution",
    "surface_area",
    "surface_areas",
    "surface_to_volume_distribution",
    "threshold_sensitivity",
    "triple_phase_boundary",
    "two_point_correlation",
]

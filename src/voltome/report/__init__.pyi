from .figures_binned import figure_distribution
from .figures_centring import figure_axis_candidates, figure_rotation_axis
from .figures_classifiers import figure_confusion, figure_importances
from .figures_comparisons import figure_comparison
from .figures_confidence import figure_confidence
from .figures_connectivity import figure_connectivity
from .figures_correlation import figure_correlation
from .figures_cycles import figure_mass_balance, figure_particle_events, figure_particle_matches
from .figures_distributions import figure_size_distribution
from .figures_fields import figure_field, figure_projections
from .figures_histogram import figure_histogram
from .figures_image_quality import figure_shell_correlation
from .figures_intrusion import figure_intrusion
from .figures_network import figure_pores, figure_throats
from .figures_powder import figure_histograms, figure_particle_radii, figure_particle_roughness
from .figures_profiles import figure_profile
from .figures_projections import figure_scan
from .figures_renderings import figure_renderings
from .figures_sensitivity import figure_subvolumes, figure_sweep
from .figures_separation import figure_separation_curve
from .figures_shapes import figure_neighbours, figure_shapes
from .figures_slices import figure_slices
from .figures_states import figure_states
from .figures_streamlines import figure_streamlines
from .figures_surfaces import figure_interfaces, figure_surface_estimators
from .figures_thickness import figure_local_thickness
from .figures_transport import figure_tortuosity
from .figures_transport_trust import figure_growing_volume, figure_transport_sensitivity
from .figures_uncertainty import figure_uncertainty
from .movies import slice_movie, turntable
from .style import phase_colours, png_bytes, svg_bytes
from .writing import write

__all__ = [
    "figure_axis_candidates",
    "figure_comparison",
    "figure_confidence",
    "figure_confusion",
    "figure_connectivity",
    "figure_correlation",
    "figure_distribution",
    "figure_field",
    "figure_growing_volume",
    "figure_histogram",
    "figure_histograms",
    "figure_importances",
    "figure_interfaces",
    "figure_intrusion",
    "figure_local_thickness",
    "figure_mass_balance",
    "figure_neighbours",
    "figure_particle_events",
    "figure_particle_matches",
    "figure_particle_radii",
    "figure_particle_roughness",
    "figure_pores",
    "figure_profile",
    "figure_projections",
    "figure_renderings",
    "figure_rotation_axis",
    "figure_scan",
    "figure_separation_curve",
    "figure_shapes",
    "figure_shell_correlation",
    "figure_size_distribution",
    "figure_slices",
    "figure_states",
    "figure_streamlines",
    "figure_subvolumes",
    "figure_surface_estimators",
    "figure_sweep",
    "figure_throats",
    "figure_tortuosity",
    "figure_transport_sensitivity",
    "figure_uncertainty",
    "phase_colours",
    "png_bytes",
    "slice_movie",
    "svg_bytes",
    "turntable",
    "write",
]

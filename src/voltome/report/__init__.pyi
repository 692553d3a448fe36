from .figures_binned import figure_distribution
from .figures_comparisons import figure_comparison
from .figures_distributions import figure_size_distribution
from .figures_histogram import figure_histogram
from .figures_profiles import figure_profile
from .figures_renderings import figure_renderings
from .figures_sensitivity import figure_subvolumes, figure_sweep
from .figures_separation import figure_separation_curve
from .figures_slices import figure_slices
from .figures_states import figure_states
from .figures_thickness import figure_local_thickness
from .movies import slice_movie, turntable
from .style import phase_colours, png_bytes, svg_bytes
from .writing import write

__all__ = [
    "figure_comparison",
    "figure_distribution",
    "figure_histogram",
    "figure_local_thickness",
    "figure_profile",
    "figure_renderings",
    "figure_separation_curve",
    "figure_size_distribution",
    "figure_slices",
    "figure_states",
    "figure_subvolumes",
    "figure_sweep",
    "phase_colours",
    "png_bytes",
    "slice_movie",
    "svg_bytes",
    "turntable",
    "write",
]

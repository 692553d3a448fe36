"""The figures of tables that need a figure of their own, by the kind of the table.

To give a kind of table its figure, write ``figure_...`` in a module ``figures_...`` and a function here that yields it
with its caption; tables of other kinds are drawn by their shape (bins, a position, one row per scan).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from voltome.data import ResultTable
from voltome.report.drawing_centring import draw_nothing, draw_rotation_axis
from voltome.report.drawing_classifiers import confusions_drawn, importances_drawn, nothing_drawn
from voltome.report.drawing_cycles import draw_events, draw_mass_balance, draw_matches, draw_replicates
from voltome.report.drawing_image_quality import draw_shell_correlation
from voltome.report.drawing_intrusion import draw_intrusion
from voltome.report.drawing_network import draw_pores, draw_throats
from voltome.report.drawing_powder import draw_particles_with_voids, draw_radii, draw_roughness, draw_voids
from voltome.report.drawing_separation import draw_separation_curve
from voltome.report.drawing_shapes import neighbours_drawn, shapes_drawn
from voltome.report.drawing_streamlines import draw_paths
from voltome.report.drawing_surfaces import interfaces, surface_estimators
from voltome.report.drawing_thresholds import threshold_sensitivity
from voltome.report.drawing_transport import draw_tortuosity
from voltome.report.drawing_transport_trust import draw_growing_volume
from voltome.report.drawing_trust import draw_confidence, draw_connectivity, draw_correlation
from voltome.report.drawing_uncertainty import draw_uncertainty
from voltome.report.drawn import Drawn, Looked

FIGURES_OF_KINDS: Mapping[str, Callable[[str, ResultTable, Looked], Iterator[Drawn]]] = {
    "accuracy": nothing_drawn,
    "axis_candidates": draw_nothing,
    "combined_uncertainty": draw_uncertainty,
    "confusion": confusions_drawn,
    "connectivity": draw_connectivity,
    "events": draw_events,
    "fourier_shell_correlation": draw_shell_correlation,
    "fraction_confidence": draw_confidence,
    "growing_volume": draw_growing_volume,
    "importances": importances_drawn,
    "interface_areas": interfaces,
    "mass_balance": draw_mass_balance,
    "matches": draw_matches,
    "mercury_intrusion": draw_intrusion,
    "particle_neighbours": neighbours_drawn,
    "particle_radii": draw_radii,
    "particle_roughness": draw_roughness,
    "particle_shapes": shapes_drawn,
    "particles_with_voids": draw_particles_with_voids,
    "pores": draw_pores,
    "replicates": draw_replicates,
    "rotation_axis": draw_rotation_axis,
    "separation_curve": draw_separation_curve,
    "streamlines": draw_paths,
    "surface_areas": surface_estimators,
    "threshold_sensitivity": threshold_sensitivity,
    "throats": draw_throats,
    "tortuosity": draw_tortuosity,
    "two_point_correlation": draw_correlation,
    "voids": draw_voids,
}
"""Kind of a table -> from its name, itself (all scans together) and what was met so far to its figures."""

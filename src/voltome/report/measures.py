"""Which measures of a table are worth a figure or a line of their own."""

from __future__ import annotations

from collections.abc import Sequence

from voltome.data import ResultTable

COUNTS = frozenset({"voxels", "relative_error_bound", "flux_spread", "iterations"})
"""Measures that say how much was counted, or how well an equation was solved, and not what was found."""


WORTH_SAYING = {
    # of the estimators what they differ in; the rest is in the table
    "surface_areas": ("area_per_total_volume_per_um", "ratio_to_crofton13"),
    "interface_areas": ("area_per_total_volume_per_um", "area_um2"),
    # of the lines their true length, not the count of edges that other programs give
    "triple_phase_boundary": ("length_per_total_volume_per_um2", "active_share", "length_um"),
    # of the loading what is compared with others, not what it is computed from
    "areal_loading": ("loading_mg_per_cm2", "mass_mg"),
    # of a classifier how much it finds again, not how much was brushed
    "accuracy": ("recall", "dice"),
    # of a correction what became of things, not how many there were
    "corrections": ("gained_um3", "lost_um3", "changed_fraction", "added", "removed", "split", "merged"),
    # of a judged reconstruction the ratios, not what they are made of
    "signal_to_noise": ("signal_to_noise", "piece_signal_to_noise"),
    "contrast_to_noise": ("contrast_to_noise", "contrast"),
    "calibration": ("calibrated_per_cm", "residual_per_cm"),
    "connectivity": ("percolating_fraction", "one_face_fraction", "isolated_fraction"),
    # the fraction itself stands in its own table, and the ends of the interval beside it here
    "fraction_confidence": ("fraction", "fraction_low", "fraction_high", "independent_volumes"),
    # of the alignment how well it did, not the motions themselves, which say nothing of the sample
    "motions": ("residual_um", "correlation", "kept_fraction"),
    # the table of the study: frequency and dead volume, and what voids and particles are like
    "void_statistics": (
        "void_frequency",
        "dead_volume_fraction_of_voided_particles",
        "dead_volume_fraction_of_all_particles",
        "mean_void_diameter_um",
        "mean_void_sphericity",
        "mean_void_surface_to_volume_per_um",
    ),
    # of a network what it gives and how far it is off; what the voxels give stands in their own tables
    "network_transport": (
        "network_relative_diffusivity",
        "network_tortuosity",
        "diffusivity_ratio",
        "network_permeability_um2",
        "permeability_ratio",
    ),
    "crack_statistics": ("crack_frequency", "crack_volume_fraction"),
    # of diffusion its numbers, not how the solver came to them
    "tortuosity": ("tortuosity", "relative_diffusivity", "porosity", "percolating_porosity"),
    "effective_diffusivity": ("effective_diffusivity", "tortuosity", "mean_diffusivity"),
    "diffusivity_tensor": ("effective_diffusivity",),
    "electrode_tortuosity": ("electrode_tortuosity", "porosity", "reached_porosity"),
    "tortuosity_refinement": ("resolution_error", "tortuosity", "tortuosity_extrapolated"),
    "permeability": ("permeability_um2", "mean_pore_velocity_m_per_s", "reynolds_number"),
    "permeability_refinement": ("permeability_um2", "permeability_extrapolated_um2", "resolution_error"),
    # how many lines were asked for says nothing; that too few of them cross is a warning
    "streamline_statistics": ("geometric_tortuosity", "travel_time_d50_s"),
}
"""Kind of a table -> the measures that say something of their own."""

KEY_MEASURES = {
    # of sizes one mean, three quantiles and the surface; the other means, and what was left out, are in the table
    "particle_statistics": (
        "particles",
        "total_volume_um3",
        "mean_radius_um",
        "sauter_mean_diameter_um",
        "d10_um",
        "d50_um",
        "d90_um",
        "mean_surface_to_volume_per_um",
        "area_weighted_mean_surface_to_volume_per_um",
        "mean_sphericity",
    ),
    "void_statistics": (
        "void_frequency",
        "dead_volume_fraction_of_voided_particles",
        "dead_volume_fraction_of_all_particles",
        "mean_void_diameter_um",
    ),
    # areas and lengths grow with the image: only what can be compared with others
    "surface_area": ("area_per_total_volume_per_um", "area_per_phase_volume_per_um"),
    "surface_areas": ("area_per_total_volume_per_um",),
    "interface_areas": ("area_per_total_volume_per_um",),
    "triple_phase_boundary": ("length_per_total_volume_per_um2", "active_share"),
    "connectivity": ("percolating_fraction",),
    # lines are as many as were asked for; of their lengths and times the middle is enough
    "streamline_statistics": ("geometric_tortuosity", "travel_time_d50_s"),
    "fraction_confidence": ("fraction_low", "fraction_high"),
    "network_transport": (
        "network_relative_diffusivity",
        "diffusivity_ratio",
        "network_permeability_um2",
        "permeability_ratio",
    ),
    "tortuosity": ("tortuosity", "relative_diffusivity"),
    "effective_diffusivity": ("effective_diffusivity",),
    "electrode_tortuosity": ("electrode_tortuosity",),
    "tortuosity_refinement": ("resolution_error",),
    "permeability": ("permeability_um2",),
    "permeability_refinement": ("permeability_extrapolated_um2", "resolution_error"),
}
"""Kind of a table -> the few of its measures that are key numbers; of other kinds all that say something."""

KEY_ROWS = {"surface_areas": ("estimator", "crofton13"), "accuracy": ("judged_by", "strokes left out")}
"""Kind of a table -> the column and its value in the rows that are key numbers; the others are seen in its figure."""

USUAL_KEYS = frozenset({("boundary", "face"), ("sides", "no-flux")})
"""Keys with the values that they have unless something else is asked for: left out of the names of key numbers."""

MOST_TELLING = {
    "particle_statistics": (
        "mean_radius_um",
        "particles",
        "total_volume_um3",
        "mean_surface_to_volume_per_um",
        "area_weighted_mean_surface_to_volume_per_um",
        "d50_um",
    ),
}
"""Kind of a table -> the measures that are drawn first."""

READ_FIRST = (
    "loading_mg_per_cm2",
    "mass_mg",
    "total_volume_um3",
    "volume_um3",
    "fraction",
    "particles",
    "mean_radius_um",
    "mean_surface_to_volume_per_um",
    "area_weighted_mean_surface_to_volume_per_um",
    "tortuosity",
    "relative_diffusivity",
)
"""The measures that a reader looks for first, in this order, before all others."""

MEANS_TO_SAY = {
    "particle_shapes": {
        "feret_mean_um": "mean breadth of particles",
        "elongation": "mean elongation of particles",
        "flatness": "mean flatness of particles",
        "solidity": "mean solidity of particles",
        "porosity": "mean porosity of particles",
    },
    "particle_neighbours": {"neighbours": "mean number of neighbours", "contact_share": "mean contact share"},
    "pores": {
        "inscribed_diameter_um": "mean inscribed diameter of pores",
        "coordination_number": "mean coordination number of pores",
    },
    "throats": {"inscribed_diameter_um": "mean inscribed diameter of throats"},
    "particle_contacts": {"contact_area_um2": "mean area of a contact"},
}
"""Kind of a table with one row per particle or contact -> the measures whose means are key numbers, and their names."""

READ_LAST = "motions"
"""Kind of the tables that say how well scans were aligned: after all that is said of the sample."""

EXTENSIVE_UNITS = frozenset({"um2", "um3"})
"""Units of measures that grow with the piece that is measured."""

EXTENSIVE_LENGTHS = frozenset({"length_um", "active_length_um", "inactive_length_um", "unknown_length_um"})
"""Lengths of lines in the whole piece, which grow with it; other lengths in um do not."""


def numeric_measures(table: ResultTable) -> list[str]:
    """Return the measures that are numbers and say something of their own.

    Counts of voxels are left out; of sub-volumes also volumes and areas, which grow with the cube; and the volume of a
    phase beside its fraction, which is the same number on another scale. Of some kinds of tables only a few are kept.
    """
    numbers = [name for name in table.names("measure") if table.frame[name].dtype.kind in "iuf"]
    chosen = [name for name in numbers if name in WORTH_SAYING.get(_kind_of_one_scan(table), ())]
    if chosen:
        return chosen
    return [name for name in numbers if not _is_redundant(table, name, numbers)] or numbers


def key_measures(table: ResultTable) -> list[str]:
    """Return the measures of a table that are key numbers: those of `KEY_MEASURES`, or all that say something."""
    if table.kind == "combined_uncertainty":  # the values with all of their uncertainty, not its parts
        return [column.of for column in table.columns if column.of]
    chosen = [name for name in KEY_MEASURES.get(table.kind, ()) if name in table.names("measure")]
    return chosen or numeric_measures(table)


def _is_redundant(table: ResultTable, name: str, others: Sequence[str]) -> bool:
    """Say whether a measure only repeats another, or only says how much was measured."""
    grows = table.column(name).unit in EXTENSIVE_UNITS or name in EXTENSIVE_LENGTHS
    if table.kind == "subvolumes" and grows and name != "permeability_um2":
        return True
    return name in COUNTS or (name == "volume_um3" and "fraction" in others)


def most_telling_first(table: ResultTable) -> list[str]:
    """Return the measures that are numbers, those first that tell most where a figure cannot hold all."""
    measures = numeric_measures(table)
    first = [name for name in MOST_TELLING.get(_kind_of_one_scan(table), ()) if name in measures]
    return first + [name for name in measures if name not in first]


def _kind_of_one_scan(table: ResultTable) -> str:
    """Return the kind of a table; of means over replicates the kind whose every telling measure it has."""
    if table.kind != "replicates":
        return table.kind
    known = [*MOST_TELLING.items(), *WORTH_SAYING.items()]
    fitting = [(len(names), kind) for kind, names in known if set(names) <= set(table.frame.columns)]
    return max(fitting)[1] if fitting else table.kind


def reading_rank(kind: str, measure: str) -> int:
    """Return the place of a measure among key numbers; what has the same place keeps its order."""
    if kind == READ_LAST:
        return len(READ_FIRST) + 1
    return READ_FIRST.index(measure) if measure in READ_FIRST else len(READ_FIRST)

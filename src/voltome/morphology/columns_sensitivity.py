"""The columns of the table of a phase against its threshold."""

from __future__ import annotations

from voltome.data import Column
from voltome.morphology._octants import FROM_ONE_IMAGE

THRESHOLD_SENSITIVITY = (
    Column("phase", "", "Name of the phase.", "key"),
    Column("bound", "", "Which end of the interval of the phase was moved: lower or upper.", "key"),
    Column("estimator", "", "How the surface was estimated: areas by different estimators do not compare.", "key"),
    Column("threshold", "1", "The end of the interval, included, in the unit of the grey values.", "position"),
    Column("fraction", "1", "Volume of the phase over the volume of the sample."),
    Column(
        "fraction_standard_error",
        "1",
        f"Standard error of the fraction. {FROM_ONE_IMAGE}",
        "standard_error",
        "fraction",
    ),
    Column(
        "relative_slope_of_fraction",
        "1",
        "Change of the fraction with the threshold over the fraction, for one grey value: d ln(fraction) / d threshold "
        "from the neighbouring thresholds; 0 where the phase has no voxel.",
    ),
    Column("area_per_total_volume_per_um", "1/um", "Surface of the phase over the volume of the sample."),
    Column(
        "area_per_total_volume_standard_error_per_um",
        "1/um",
        f"Standard error of the surface over the volume of the sample. {FROM_ONE_IMAGE}",
        "standard_error",
        "area_per_total_volume_per_um",
    ),
    Column(
        "percolating_fraction",
        "1",
        "Share of the phase in clusters that reach from the first to the last layer of the sample along the axis; 0 "
        "where the phase has no voxel.",
    ),
    Column("largest_cluster_fraction", "1", "Share of the phase in its largest cluster; 0 where it has no voxel."),
    Column("clusters", "1", "Clusters of the phase: voxels that touch by faces, edges or corners as asked for."),
)

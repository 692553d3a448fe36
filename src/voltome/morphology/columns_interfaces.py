"""The columns of tables of surfaces by estimator, of interfaces and of triple-phase boundaries."""

from __future__ import annotations

from voltome.data import Column
from voltome.morphology._octants import FROM_ONE_IMAGE
from voltome.morphology.columns import PHASE, SURFACE_AREA

SURFACE_AREAS = (
    PHASE,
    Column("estimator", "", "How the surface was estimated, and whether the phase was smoothed first.", "key"),
    *SURFACE_AREA[2:],
    Column("ratio_to_crofton13", "1", "Surface over that by crofton13 on the same image."),
    Column(
        "bias_on_spheres",
        "1",
        "Relative error of the estimator on spheres of 20 voxels radius with cubic voxels, which are smooth and face "
        "all ways: measured once, not on this image.",
    ),
)

INTERFACE_AREAS = (
    Column("phase_a", "", "The one phase.", "key"),
    Column("phase_b", "", "The other phase.", "key"),
    Column("area_um2", "um2", "Surface between the two phases inside the sample, by lines along 13 directions."),
    Column("area_per_total_volume_per_um", "1/um", "That surface over the volume of the sample."),
    Column(
        "area_per_total_volume_standard_error_per_um",
        "1/um",
        f"Standard error of the surface over the volume of the sample. {FROM_ONE_IMAGE}",
        "standard_error",
        "area_per_total_volume_per_um",
    ),
    Column("share_of_phase_a", "1", "That surface over the whole surface of the one phase; 0 where it has none."),
    Column("share_of_phase_b", "1", "That surface over the whole surface of the other phase; 0 where it has none."),
)

TRIPLE_PHASE_BOUNDARY = (
    Column("phases", "", "The three phases that meet.", "key"),
    Column(
        "length_um",
        "um",
        "Length of the lines on which the three phases meet, from the smoothed chains of voxel edges: on average "
        "within 2 % on curves of 10 voxels radius and more.",
    ),
    Column("length_per_total_volume_per_um2", "1/um2", "That length over the volume of the sample."),
    Column(
        "length_per_total_volume_standard_error_per_um2",
        "1/um2",
        f"Standard error of the length over the volume of the sample. {FROM_ONE_IMAGE}",
        "standard_error",
        "length_per_total_volume_per_um2",
    ),
    Column("active_length_um", "um", "Length at which all three phases are connected to the faces asked for."),
    Column(
        "unknown_length_um",
        "um",
        "Length at which a phase reaches only other faces of the sample or the edge of a mask.",
    ),
    Column("inactive_length_um", "um", "Length at which a phase belongs to a cluster that reaches no face at all."),
    Column("active_share", "1", "Active length over the whole length; 0 where there is none."),
    Column("edges", "1", "Edges of voxels round which all three phases meet."),
    Column(
        "edge_length_um",
        "um",
        "Length of these edges, as TauFactor 1 and MATBOX count: 1.5 to 2 times the true length.",
    ),
    Column("edge_length_per_total_volume_per_um2", "1/um2", "Length of these edges over the volume of the sample."),
    Column(
        "edge_share",
        "1",
        "These edges over all edges with four voxels of the sample round them, as TauFactor 2 counts.",
    ),
)

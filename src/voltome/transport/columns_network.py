"""The columns of the tables of pore networks."""

from __future__ import annotations

from voltome.data import Column

_PHASE = Column("phase", "", "The phase that the pores are made of.", "key")

PORES = (
    Column("pore", "1", "Number of the pore in the image.", "label"),
    Column("volume_um3", "um3", "Volume: voxels times the volume of one."),
    Column("surface_area_um2", "um2", "Surface to walls and to other pores, by 13 directions (Crofton)."),
    Column("equivalent_diameter_um", "um", "Diameter of the ball of equal volume."),
    Column("inscribed_diameter_um", "um", "Diameter of the largest ball centred in the pore that meets no wall."),
    Column("coordination_number", "1", "Throats of the pore."),
    Column("z_um", "um", "Centroid along z, in the frame of the scan."),
    Column("y_um", "um", "Centroid along y, in the frame of the scan."),
    Column("x_um", "um", "Centroid along x, in the frame of the scan."),
    Column("touches_border", "1", "Whether the pore reaches a face of the image, where it may be cut.", "flag"),
    _PHASE,
)

THROATS = (
    Column("pore_a", "1", "Number of the one pore in the image.", "label"),
    Column("pore_b", "1", "Number of the other, which is higher.", "label"),
    Column("inscribed_diameter_um", "um", "Diameter of the largest ball centred in the throat that meets no wall."),
    Column("equivalent_diameter_um", "um", "Diameter of the disc of the area of the cross-section."),
    Column("cross_section_um2", "um2", "Area of the contact as seen along its mean normal."),
    Column("contact_area_um2", "um2", "Area of the contact with its curvature, by 13 directions (Crofton)."),
    Column("length_um", "um", "From the centroid of the one pore to the centre of the throat and on to the other."),
    Column("straight_length_um", "um", "Straight from centroid to centroid."),
    Column("z_um", "um", "Centre of the throat along z, in the frame of the scan."),
    Column("y_um", "um", "Centre of the throat along y, in the frame of the scan."),
    Column("x_um", "um", "Centre of the throat along x, in the frame of the scan."),
    _PHASE,
)

NETWORK_TRANSPORT = (
    _PHASE,
    Column("axis", "", "Axis along which transport was computed.", "key"),
    Column("porosity", "1", "Volume of all pores over that of the sample."),
    Column("percolating_porosity", "1", "Of that the pores that are connected to both faces."),
    Column("network_relative_diffusivity", "1", "Effective over free diffusivity, of the network."),
    Column(
        "network_tortuosity",
        "1",
        "Porosity over the relative diffusivity; infinite without a path.",
        may_be_infinite=True,
    ),
    Column("network_permeability_um2", "um2", "Permeability of the network."),
    Column("flux_imbalance", "1", "Largest relative difference of what flows in and what flows out."),
    Column("percolating_pores", "1", "Pores that are connected to both faces."),
    Column("inlet_pores", "1", "Of these those on the first face."),
    Column("outlet_pores", "1", "Of these those on the last face."),
)

VOXEL_DIFFUSION = (
    Column("voxel_relative_diffusivity", "1", "Effective over free diffusivity, solved on the voxels."),
    Column(
        "diffusivity_ratio",
        "1",
        "Relative diffusivity of the network over that on the voxels; 1 where both are 0.",
        may_be_infinite=True,
    ),
)

VOXEL_FLOW = (
    Column("voxel_permeability_um2", "um2", "Permeability, solved on the voxels."),
    Column(
        "permeability_ratio",
        "1",
        "Permeability of the network over that on the voxels; 1 where both are 0.",
        may_be_infinite=True,
    ),
)

"""The columns of the tables of particle shapes, contacts and neighbours."""

from __future__ import annotations

from voltome.data import Column
from voltome.morphology.columns import RADIUS_VOXELS

LABEL = Column("label", "1", "Number of the particle in the image.", "label")
TOUCHES_BORDER = Column(
    "touches_border",
    "1",
    "Whether the particle reaches an end of the image or the edge of the mask: it may be cut.",
    "flag",
)
MADE_OF = Column("phase", "", "What the particle is made of.", "key")

PARTICLE_SHAPES = (
    LABEL,
    Column("feret_maximum_um", "um", "Largest distance of two parallel planes that hold the particle between them."),
    Column("feret_minimum_um", "um", "Smallest distance of two such planes."),
    Column("feret_mean_um", "um", "Distance of two such planes averaged over all directions: the mean breadth."),
    Column("elongation", "1", "Middle over longest semi-axis of the ellipsoid of equal inertia; 1: not elongated."),
    Column("flatness", "1", "Shortest over middle semi-axis of that ellipsoid; 1: not flat."),
    Column("sphericity", "1", "Surface of the ball of equal volume over the surface (Wadell), by crofton13."),
    Column("solidity", "1", "Volume over that of the convex hull; 1 for every convex particle."),
    Column("porosity", "1", "Volume of enclosed pores over that of the particle with them."),
    Column("volume_um3", "um3", "Volume: voxels times the volume of one, without enclosed pores."),
    Column("convex_hull_volume_um3", "um3", "Volume of the voxels whose centres the hull of the centres holds."),
    Column(
        "enclosed_volume_um3",
        "um3",
        "Volume of the pores that touch this particle only and neither an end of the image nor the edge of the mask.",
    ),
    Column("feret_maximum_z", "1", "z of the unit vector along the largest distance; largest component positive."),
    Column("feret_maximum_y", "1", "y of that unit vector."),
    Column("feret_maximum_x", "1", "x of that unit vector."),
    Column("feret_minimum_z", "1", "z of the unit vector along the smallest distance; largest component positive."),
    Column("feret_minimum_y", "1", "y of that unit vector."),
    Column("feret_minimum_x", "1", "x of that unit vector."),
    RADIUS_VOXELS,
    TOUCHES_BORDER,
    MADE_OF,
)

PARTICLE_CONTACTS = (
    Column("label_a", "1", "Number of the one particle in the image.", "label"),
    Column("label_b", "1", "Number of the other, which is higher.", "label"),
    Column("contact_area_um2", "um2", "Area where they touch, by intersections along 13 directions (Crofton)."),
    Column("shared_faces", "1", "Faces of voxels that they share; at least one."),
    Column("z_um", "um", "Centre of the contact along z, in the frame of the scan."),
    Column("y_um", "um", "Centre of the contact along y, in the frame of the scan."),
    Column("x_um", "um", "Centre of the contact along x, in the frame of the scan."),
    Column(
        "normal_z", "1", "z of the mean unit normal from the one to the other; 0, 0, 0 where they enclose each other."
    ),
    Column("normal_y", "1", "y of that unit vector."),
    Column("normal_x", "1", "x of that unit vector."),
    MADE_OF,
)

PARTICLE_NEIGHBOURS = (
    LABEL,
    Column("neighbours", "1", "Other particles that share a face of a voxel with it: its coordination number."),
    Column("contact_area_um2", "um2", "Area of its contacts, by intersections along 13 directions (Crofton)."),
    Column("contact_share", "1", "Area of its contacts over its surface."),
    Column("free_surface_area_um2", "um2", "Surface less the area of its contacts."),
    Column("surface_area_um2", "um2", "Surface by the same intersections, as in the table of particles."),
    TOUCHES_BORDER,
    MADE_OF,
)

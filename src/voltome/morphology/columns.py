"""Every column of every table of this room, declared once."""

from __future__ import annotations

from voltome.data import Column
from voltome.morphology._octants import FROM_ONE_IMAGE

PHASE = Column("phase", "", "Name of the phase.", "key")

RADIUS_VOXELS = Column(
    "radius_voxels",
    "1",
    "Equivalent radius in voxels (over the cube root of the volume of a voxel): how well the particle is resolved.",
)

EXCLUDED_PARTICLES = Column(
    "excluded_particles", "1", "Particles left out because their equivalent radius is below the smallest one asked for."
)
EXCLUDED_VOLUME_FRACTION = Column(
    "excluded_volume_fraction", "1", "Volume of the particles left out over the volume of all particles of the table."
)

PHASE_FRACTIONS = (
    PHASE,
    Column("voxels", "1", "Voxels of the phase inside the sample."),
    Column("volume_um3", "um3", "Volume of the phase: its voxels times the volume of one."),
    Column("fraction", "1", "Volume of the phase over the volume of the sample."),
    Column(
        "fraction_standard_error",
        "1",
        f"Standard error of the fraction. {FROM_ONE_IMAGE}",
        "standard_error",
        "fraction",
    ),
)

PHASE_PROFILE = (
    PHASE,
    Column("position_um", "um", "Centre of the layer along the axis, in the frame of the scan.", "position"),
    Column("fraction", "1", "Volume of the phase over the volume of the sample, in the layer."),
    Column("sample_volume_um3", "um3", "Volume of the sample in the layer."),
)

AREAL_LOADING = (
    PHASE,
    Column("volume_um3", "um3", "Volume of the phase inside the sample."),
    Column("density_g_per_cm3", "g/cm3", "Density of the phase, as given."),
    Column("mass_mg", "mg", "Mass of the phase: volume times density."),
    Column("area_um2", "um2", "Geometric area that the mass lies on: of the sample seen along the axis, or as given."),
    Column("loading_mg_per_cm2", "mg/cm2", "Mass of the phase over the geometric area."),
    Column(
        "loading_standard_error_mg_per_cm2",
        "mg/cm2",
        "Standard error of the loading. From the scatter among up to 4 quarters of the area of this one image; too "
        "small where the structure is coarser than a quarter; without the error of the density.",
        "standard_error",
        "loading_mg_per_cm2",
    ),
)

CONTINUOUS_SIZE_DISTRIBUTION = (
    PHASE,
    Column("radius_um", "um", "Middle of the bin (geometric mean of its edges on a log scale).", "position"),
    Column("radius_from_um", "um", "Lower edge of the bin, inclusive.", "position"),
    Column("radius_to_um", "um", "Upper edge of the bin, exclusive but for the last.", "position"),
    Column("share", "1", "Share of the counted volume whose largest ball has a radius in the bin; adds up to 1."),
    Column("density_per_um", "1/um", "Share over the width of the bin: independent of the number of bins."),
    Column(
        "coverable_share",
        "1",
        "Share of the counted volume that balls inside the phase of at least the lower edge cover.",
    ),
    Column(
        "volume_weighted_mean_radius_um",
        "um",
        "Mean radius of the largest balls over the counted volume; the same in every row.",
    ),
    Column(
        "r50_um", "um", "Radius up to which half of the counted volume has its largest balls; the same in every row."
    ),
    Column(
        "excluded_volume_fraction",
        "1",
        "Share of the volume of the phase that was left out, its largest balls being smaller than the smallest "
        "radius asked for; the same in every row.",
    ),
)

SURFACE_AREA = (
    PHASE,
    Column("estimator", "", "How the surface was estimated: areas by different estimators do not compare.", "key"),
    Column("area_um2", "um2", "Surface of the phase inside the sample, without the faces of the image."),
    Column("area_per_phase_volume_per_um", "1/um", "Surface over the volume of the phase."),
    Column("area_per_total_volume_per_um", "1/um", "Surface over the volume of the sample."),
    Column(
        "area_per_total_volume_standard_error_per_um",
        "1/um",
        f"Standard error of the surface over the volume of the sample. {FROM_ONE_IMAGE}",
        "standard_error",
        "area_per_total_volume_per_um",
    ),
)

PARTICLES = (
    Column("label", "1", "Number of the particle in the image.", "label"),
    Column("volume_um3", "um3", "Volume: voxels times the volume of one."),
    Column("surface_area_um2", "um2", "Surface by intersections along 13 directions (Crofton)."),
    Column("surface_to_volume_per_um", "1/um", "Surface over volume (volume-specific surface area)."),
    Column("equivalent_diameter_um", "um", "Diameter of the ball of equal volume."),
    Column(
        "sphericity", "1", "Surface of the ball of equal volume over the surface; slightly above 1 for small particles."
    ),
    Column("z_um", "um", "Centroid along z, in the frame of the scan."),
    Column("y_um", "um", "Centroid along y, in the frame of the scan."),
    Column("x_um", "um", "Centroid along x, in the frame of the scan."),
    Column(
        "touches_border",
        "1",
        "Whether the particle reaches the first or last voxel of an axis (of more than one voxel), or shares a face "
        "with a voxel outside the mask: it may be cut.",
        "flag",
    ),
    Column("voxels", "1", "Voxels of the particle."),
    Column(
        "surface_area_corrected_um2",
        "um2",
        "Surface with the part added that lines along 13 directions miss on the ellipsoid of equal volume and inertia: "
        "without bias on rounded particles down to a radius of 3 voxels.",
    ),
    Column("surface_to_volume_corrected_per_um", "1/um", "That surface over volume."),
    Column("semi_axis_a_um", "um", "Longest semi-axis of the ellipsoid of equal second moments of the voxel centres."),
    Column("semi_axis_b_um", "um", "Middle semi-axis of that ellipsoid."),
    Column("semi_axis_c_um", "um", "Shortest semi-axis of that ellipsoid; 0 for a particle flat by one voxel."),
    Column("longest_axis_z", "1", "z of the unit vector along the longest axis; its largest component is positive."),
    Column("longest_axis_y", "1", "y of that unit vector."),
    Column("longest_axis_x", "1", "x of that unit vector."),
    Column("z_min_um", "um", "Lower z face of the bounding box, in the frame of the scan."),
    Column("z_max_um", "um", "Upper z face of the bounding box."),
    Column("y_min_um", "um", "Lower y face of the bounding box."),
    Column("y_max_um", "um", "Upper y face of the bounding box."),
    Column("x_min_um", "um", "Lower x face of the bounding box."),
    Column("x_max_um", "um", "Upper x face of the bounding box."),
    RADIUS_VOXELS,
    Column(
        "miles_lantuejoul_weight",
        "1",
        "How many particles of its size it stands for, as large ones are rarely whole: 1 over the chance that its "
        "bounding box does not touch the border; 0 where it does, or the mask is no box.",
    ),
    Column("phase", "", "What the particle is made of.", "key"),
)

PARTICLE_STATISTICS = (
    Column("phase", "", "What the particles are made of.", "key"),
    Column("particles", "1", "Number of particles."),
    Column("total_volume_um3", "um3", "Volume of all particles."),
    Column("mean_diameter_um", "um", "Mean of the equivalent diameters, every particle counting the same."),
    Column(
        "mean_diameter_standard_error_um",
        "um",
        "Standard deviation of the diameters over the square root of the number of particles.",
        "standard_error",
        "mean_diameter_um",
    ),
    Column("volume_weighted_mean_diameter_um", "um", "Mean diameter weighted by volume, D[4,3]."),
    Column("sauter_mean_diameter_um", "um", "Mean diameter weighted by the surface of equivalent balls, D[3,2]."),
    Column("d10_um", "um", "Diameter at or below which particles hold a tenth of the volume."),
    Column("d50_um", "um", "Diameter at or below which particles hold half of the volume."),
    Column("d90_um", "um", "Diameter at or below which particles hold nine tenths of the volume."),
    EXCLUDED_VOLUME_FRACTION,
    EXCLUDED_PARTICLES,
    Column("mean_radius_um", "um", "Mean of the equivalent radii, every particle counting the same."),
    Column(
        "mean_radius_standard_error_um",
        "um",
        "Standard deviation of the radii over the square root of the number of particles.",
        "standard_error",
        "mean_radius_um",
    ),
    Column(
        "mean_sphericity",
        "1",
        "Mean of the sphericities of the particles with an equivalent diameter of 10 voxels and more, every one "
        "counting the same. Not in the table where fewer than two are as large.",
    ),
    Column(
        "mean_sphericity_standard_error",
        "1",
        "Standard deviation of these sphericities over the square root of their number.",
        "standard_error",
        "mean_sphericity",
    ),
    Column(
        "unresolved_particles",
        "1",
        "Particles with an equivalent diameter under 10 voxels: too few for a shape; not in the mean sphericity.",
    ),
    Column("unresolved_volume_fraction", "1", "Their volume over that of all particles that count."),
    Column(
        "total_surface_to_volume_per_um",
        "1/um",
        "Surface of all particles over their volume; the same as the mean of surface over volume weighted by volume.",
    ),
    Column("mean_surface_to_volume_per_um", "1/um", "Mean of surface over volume, every particle counting the same."),
    Column(
        "mean_surface_to_volume_standard_error_per_um",
        "1/um",
        "Standard deviation of surface over volume over the square root of the number of particles.",
        "standard_error",
        "mean_surface_to_volume_per_um",
    ),
    Column(
        "area_weighted_mean_surface_to_volume_per_um", "1/um", "Mean of surface over volume weighted by the surface."
    ),
)

SIZE_DISTRIBUTION = (
    Column("phase", "", "What the particles are made of.", "key"),
    Column("diameter_um", "um", "Middle of the bin (geometric mean of its edges on a log scale).", "position"),
    Column("diameter_from_um", "um", "Lower edge of the bin, inclusive.", "position"),
    Column("diameter_to_um", "um", "Upper edge of the bin, exclusive but for the last.", "position"),
    Column("share", "1", "Share of all particles (by number or volume) in the bin; the shares add up to 1."),
    Column("density_per_um", "1/um", "Share over the width of the bin: independent of the number of bins."),
    Column("cumulative_share", "1", "Share of all particles below the upper edge."),
    EXCLUDED_PARTICLES,
    EXCLUDED_VOLUME_FRACTION,
    Column("share_low", "1", "Lower end of the band that holds 95 % of the shares of bootstrap resamples."),
    Column("share_high", "1", "Upper end of that band."),
    Column("cumulative_low", "1", "Lower end of the band that holds 95 % of their cumulative shares."),
    Column("cumulative_high", "1", "Upper end of that band."),
)

SURFACE_TO_VOLUME_DISTRIBUTION = (
    Column("phase", "", "What the particles are made of.", "key"),
    Column(
        "surface_to_volume_per_um",
        "1/um",
        "Middle of the bin of surface over volume (geometric mean of its edges on a log scale).",
        "position",
    ),
    Column("surface_to_volume_from_per_um", "1/um", "Lower edge of the bin, inclusive.", "position"),
    Column("surface_to_volume_to_per_um", "1/um", "Upper edge of the bin, exclusive but for the last.", "position"),
    Column("share", "1", "Share of all particles (by number, volume or area) in the bin; the shares add up to 1."),
    Column("density_um", "um", "Share over the width of the bin: independent of the number of bins."),
    Column("cumulative_share", "1", "Share of all particles below the upper edge."),
    EXCLUDED_PARTICLES,
    EXCLUDED_VOLUME_FRACTION,
)

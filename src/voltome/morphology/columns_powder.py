"""Every column of the tables of powder quality: radii, roughness, voids, cracks."""

from __future__ import annotations

from voltome.data import Column

PARTICLE = Column("particle", "1", "Number of the particle in its image.", "label")
VOXELS = Column("voxels", "1", "Voxels of the particle.")

_OF_RAYS = "over the rays that end at the particle's own surface"

PARTICLE_RADII = (
    PARTICLE,
    Column("plane", "", "Plane through the centroid in which the ray runs: xy, xz or yz.", "key"),
    Column("azimuth_deg", "deg", "Angle of the ray from the first axis of the plane to its second.", "position"),
    Column("radius_um", "um", "From the centroid of the particle to where the ray leaves it for the last time."),
    Column(
        "radius_error_um",
        "um",
        "Imaging resolution: the length of one voxel along the ray; no scatter of repeated measurements.",
        "standard_error",
        "radius_um",
    ),
    Column(
        "at_contact",
        "",
        "Whether the ray ends at another particle: its length is that to the border between the labels.",
        "flag",
    ),
)

PARTICLE_ROUGHNESS = (
    PARTICLE,
    Column("mean_radius_um", "um", f"Mean of the mean radii of the three planes, {_OF_RAYS}."),
    Column(
        "mean_radius_error_um",
        "um",
        "Error of the mean radius from the imaging resolution: that of every ray taken as independent.",
        "standard_error",
        "mean_radius_um",
    ),
    *(
        column
        for plane in ("xy", "xz", "yz")
        for column in (
            Column(f"mean_radius_{plane}_um", "um", f"Mean radius in the plane {plane}, {_OF_RAYS}."),
            Column(
                f"mean_radius_{plane}_error_um",
                "um",
                "Its error from the imaging resolution, as for the mean radius.",
                "standard_error",
                f"mean_radius_{plane}_um",
            ),
        )
    ),
    Column("roughness_proxy_um", "um", "Mean of the roughness proxies of the three planes."),
    *(
        Column(f"roughness_proxy_{plane}_um", "um", f"Largest less smallest radius in the plane {plane}, {_OF_RAYS}.")
        for plane in ("xy", "xz", "yz")
    ),
    Column(
        "local_roughness_mean_um",
        "um",
        "Mean over the three planes of the difference between radii at neighbouring azimuths, without its sign.",
    ),
    Column("local_roughness_max_um", "um", "Largest difference between radii at neighbouring azimuths of a plane."),
    Column("volume_um3", "um3", "Volume of the particle: its voxels times the volume of one."),
    Column("surface_area_um2", "um2", "Surface area of the particle by crofton13."),
    Column("sphericity", "1", "Surface of the sphere of the particle's volume over its surface; 1 for a sphere."),
    Column("volume_over_mean_sphere", "1", "Volume of the particle over that of the sphere of its mean radius."),
    Column("surface_over_mean_sphere", "1", "Surface of the particle over that of the sphere of its mean radius."),
    Column("rays", "1", "Rays that end at the particle's own surface, of all planes."),
    Column("rays_at_contact", "1", "Rays that end at another particle."),
    Column("rays_left_out", "1", "Rays that leave the image or its mask, or find no edge."),
    VOXELS,
)

VOIDS = (
    Column("void", "1", "Number of the void in its image.", "label"),
    PARTICLE,
    Column("volume_um3", "um3", "Volume of the void: its voxels times the volume of one."),
    Column("surface_area_um2", "um2", "Surface area of the void by crofton13."),
    Column("surface_to_volume_per_um", "1/um", "Surface area over volume."),
    Column("equivalent_diameter_um", "um", "Diameter of the sphere of the same volume."),
    Column("sphericity", "1", "Surface of the sphere of the same volume over that of the void; 1 for a sphere."),
    Column("z_um", "um", "Centroid along z, in the frame of the scan."),
    Column("y_um", "um", "Centroid along y, in the frame of the scan."),
    Column("x_um", "um", "Centroid along x, in the frame of the scan."),
    Column("surface_area_corrected_um2", "um2", "Surface area with the chords that the lines miss added."),
    Column("surface_to_volume_corrected_per_um", "1/um", "Corrected surface area over volume."),
    Column("voxels", "1", "Voxels of the void."),
)

PARTICLES_WITH_VOIDS = (
    PARTICLE,
    Column("volume_um3", "um3", "Volume of the particle with the voids inside it."),
    Column("surface_area_um2", "um2", "Outer surface of the particle by crofton13, without that of its voids."),
    Column("surface_to_volume_per_um", "1/um", "Outer surface over volume."),
    Column("equivalent_diameter_um", "um", "Diameter of the sphere of the same volume."),
    Column("sphericity", "1", "Surface of the sphere of the same volume over the outer surface; 1 for a sphere."),
    Column("voids", "1", "Voids inside the particle."),
    Column("void_volume_um3", "um3", "Volume of the voids inside the particle."),
    Column("dead_volume_fraction", "1", "Volume of its voids over the volume of the particle with them."),
    Column("touches_border", "", "Whether the border of the image or of its mask may have cut the particle.", "flag"),
)

VOID_STATISTICS = (
    Column("particles", "1", "Particles."),
    Column("voided_particles", "1", "Particles with at least one void."),
    Column("void_frequency", "1", "Voided particles over particles."),
    Column("void_frequency_low", "1", "Lower end of the confidence interval of the frequency (Wilson)."),
    Column("void_frequency_high", "1", "Upper end of the confidence interval of the frequency (Wilson)."),
    Column(
        "dead_volume_fraction_of_voided_particles",
        "1",
        "Volume of all voids over the volume of the particles that have one, voids included.",
    ),
    Column(
        "dead_volume_fraction_of_all_particles",
        "1",
        "Volume of all voids over the volume of all particles, voids included.",
    ),
    Column("voids", "1", "Voids that count."),
    Column("mean_void_volume_um3", "um3", "Mean volume of a void; 0 where there is none."),
    Column("mean_void_diameter_um", "um", "Mean equivalent diameter of a void; 0 where there is none."),
    Column("mean_void_surface_area_um2", "um2", "Mean surface area of a void; 0 where there is none."),
    Column("mean_void_sphericity", "1", "Mean sphericity of a void; 0 where there is none."),
    Column("mean_void_surface_to_volume_per_um", "1/um", "Mean surface over volume of a void; 0 where there is none."),
    Column("mean_particle_volume_um3", "um3", "Mean volume of a particle, voids included."),
    Column("mean_particle_diameter_um", "um", "Mean equivalent diameter of a particle."),
    Column("mean_particle_surface_area_um2", "um2", "Mean outer surface area of a particle."),
    Column("mean_particle_sphericity", "1", "Mean sphericity of a particle."),
    Column("mean_particle_surface_to_volume_per_um", "1/um", "Mean outer surface over volume of a particle."),
    Column("excluded_voids", "1", "Pieces of the void phase left out as too small."),
    Column("excluded_void_volume_fraction", "1", "Their volume over that of the void phase inside particles."),
)

CRACKED_PARTICLES = (
    PARTICLE,
    Column("volume_um3", "um3", "Volume of the particle, without its cracks."),
    Column("crack_volume_um3", "um3", "Volume of the cracks of the particle."),
    Column("crack_volume_fraction", "1", "Volume of the cracks over that of particle and cracks together."),
    Column("touches_border", "", "Whether the border of the image or of its mask may have cut the particle.", "flag"),
    VOXELS,
)

CRACK_STATISTICS = (
    Column("particles", "1", "Particles."),
    Column("cracked_particles", "1", "Particles with more crack than the smallest share that counts."),
    Column("crack_frequency", "1", "Cracked particles over particles."),
    Column("crack_frequency_low", "1", "Lower end of the confidence interval of the frequency (Wilson)."),
    Column("crack_frequency_high", "1", "Upper end of the confidence interval of the frequency (Wilson)."),
    Column("crack_volume_um3", "um3", "Volume of the cracks of all particles."),
    Column("crack_volume_fraction", "1", "Volume of all cracks over that of all particles and cracks together."),
)

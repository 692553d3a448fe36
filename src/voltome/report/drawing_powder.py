"""The figures of powder quality with their captions."""

from __future__ import annotations

from collections.abc import Iterator

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_powder import figure_histograms, figure_particle_radii, figure_particle_roughness
from voltome.report.formatting import title_in_print

OF_VOIDS = ("volume_um3", "sphericity", "surface_to_volume_per_um")
OF_PARTICLES = (*OF_VOIDS, "dead_volume_fraction")


def draw_radii(name: str, table: ResultTable, _looked: Looked) -> Iterator[Drawn]:
    """Yield the radii against the azimuth."""
    caption = (
        f"{title_in_print(name)}. Radii of up to four particles, spread in size, against the azimuth in three planes "
        f"through the centroid. Bars: one voxel along the ray, the imaging resolution. Open: the ray ends at another "
        f"particle."
    )
    yield Drawn(name, "distributions", figure_particle_radii(table), caption)


def draw_roughness(name: str, table: ResultTable, _looked: Looked) -> Iterator[Drawn]:
    """Yield the diameters by plane and the roughness of every particle."""
    caption = (
        f"{title_in_print(name)}. Every particle against its mean diameter: a, mean diameter in each plane (bars: "
        f"imaging resolution; line: a sphere); b, roughness proxy, the largest less the smallest radius of a plane, "
        f"mean of three planes; c, largest difference between radii at neighbouring azimuths."
    )
    yield Drawn(name, "distributions", figure_particle_roughness(table), caption)


def draw_voids(name: str, table: ResultTable, _looked: Looked) -> Iterator[Drawn]:
    """Yield the histograms of the voids."""
    caption = (
        f"{title_in_print(name)}. Internal voids: share of their number by volume, sphericity, surface over volume."
    )
    yield Drawn(name, "distributions", figure_histograms(table, OF_VOIDS), caption)


def draw_particles_with_voids(name: str, table: ResultTable, _looked: Looked) -> Iterator[Drawn]:
    """Yield the histograms of the particles around the voids."""
    caption = (
        f"{title_in_print(name)}. Particles with the voids inside them: share of their number by volume, sphericity, "
        f"outer surface over volume, and volume of the voids over that of the particle."
    )
    yield Drawn(name, "distributions", figure_histograms(table, OF_PARTICLES), caption)

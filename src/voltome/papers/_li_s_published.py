"""What the Li-S study printed, and what became of each of its tables and figure panels."""

from __future__ import annotations

from dataclasses import dataclass

from voltome.papers.published import Panel

__all__ = ["DENSITY_G_PER_CM3", "PANELS", "TABLE_1", "Row", "table_1_in_print"]

DENSITY_G_PER_CM3 = 2.03
"""Density of sulfur that the study states."""

MICRO_AREA_UM2 = 515.8 * 531.0
"""Geometric area of the micro-CT sub-volume, 660 x 680 voxels of 780 nm, as printed."""

NANO_AREA_UM2 = 46.7 * 40.7
"""Geometric area of the nano-CT sub-volume, 371 x 323 voxels of 126 nm, as printed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of Table 1, as published."""

    state: str
    sulfur_volume_um3: float
    loading_mg_per_cm2: float
    surface_to_volume_per_um: float
    area_um2: float

    @property
    def recomputed_loading_mg_per_cm2(self) -> float:
        """Loading from the published volume, density and area: 1 um3 of 1 g/cm3 weighs 1e-9 mg, 1 um2 is 1e-8 cm2."""
        return self.sulfur_volume_um3 * DENSITY_G_PER_CM3 * 1e-9 / (self.area_um2 * 1e-8)


TABLE_1 = (
    Row("uncycled", 2.804e7, 20.86, 1.57, MICRO_AREA_UM2),
    Row("2-cycles", 1.848e7, 14.18, 1.26, MICRO_AREA_UM2),
    Row("10-cycles", 2.439e7, 18.73, 0.78, MICRO_AREA_UM2),
    Row("nano-CT, uncycled", 0.00393e7, 4.22, 10.18, NANO_AREA_UM2),
)
"""Table 1 of the study. Its words say that surface area per volume is volume over surface; its unit, 1/um, is right."""

PUBLISHED_MEAN_RADIUS_UM = {"uncycled": 3.76, "10-cycles": 9.20}
"""Mean radii in the text of the study."""

PANELS = (
    Panel("Table 1, uncycled", "volume, loading, surface", "reproduced on the twin", "key numbers; published beside"),
    Panel("Table 1, 2 cycles", "volume, loading, surface", "reproduced on the twin", "key numbers; published beside"),
    Panel("Table 1, 10 cycles", "volume, loading, surface", "reproduced on the twin", "key numbers; published beside"),
    Panel("Table 1, nano-CT", "volume, loading, surface", "quoted as published", "loading recomputed below"),
    Panel("Fig. 1a", "charge and discharge curves", "impossible", "no cycling data are published, and none simulated"),
    Panel("Fig. 1b", "capacity against cycle", "impossible", "no cycling data are published, and none simulated"),
    Panel("Fig. 2a", "slice, uncycled", "reproduced on the twin", "images"),
    Panel("Fig. 2b", "slice, 2 cycles", "reproduced on the twin", "images"),
    Panel("Fig. 2c", "slice, 10 cycles", "reproduced on the twin", "images"),
    Panel("Fig. 2d", "slices of all states in one", "reproduced on the twin", "states, and the share lost and gained"),
    Panel("Fig. 3a", "volume rendering, uncycled", "reproduced on the twin", "renderings of the particles"),
    Panel("Fig. 3b", "volume rendering, 10 cycles", "reproduced on the twin", "renderings of the particles"),
    Panel("Fig. 4", "particle size distribution", "reproduced on the twin", "discrete and continuous distributions"),
    Panel("Fig. 5", "distribution of surface over volume", "reproduced on the twin", "distributions"),
    Panel("Fig. 6", "sulfur fraction against depth", "reproduced on the twin", "profiles"),
    Panel(
        "Fig. 7a", "Zernike nano-CT slice", "impossible", "needs a phase-contrast instrument, which is not simulated"
    ),
    Panel("Fig. 7b", "nano-CT rendering", "impossible", "needs a phase-contrast instrument, which is not simulated"),
)


def table_1_in_print() -> list[str]:
    """Return Table 1 as published, with the loading that follows from its own volume, density and area."""
    head = f"{'':20}{'volume/um3':>12}{'VSSA/(1/um)':>13}{'loading':>10}{'recomputed':>12}{'difference':>12}"
    lines = [f"published, Table 1 (loading in mg/cm2; density {DENSITY_G_PER_CM3} g/cm3)", head]
    for row in TABLE_1:
        again = row.recomputed_loading_mg_per_cm2
        lines.append(
            f"  {row.state:18}{row.sulfur_volume_um3:>12.4g}{row.surface_to_volume_per_um:>13.2f}"
            f"{row.loading_mg_per_cm2:>10.2f}{again:>12.2f}{again / row.loading_mg_per_cm2 - 1:>+12.1%}"
        )
    means = ", ".join(f"{state} {radius}" for state, radius in PUBLISHED_MEAN_RADIUS_UM.items())
    return [*lines, f"  mean radius in um (text): {means}"]

"""The columns of the table of a simulated mercury intrusion."""

from __future__ import annotations

from voltome.data import Column
from voltome.morphology.columns import PHASE

MERCURY_INTRUSION = (
    PHASE,
    Column("inlet", "", "Faces of the sample through which the mercury enters.", "key"),
    Column("radius_um", "um", "Middle of the bin (geometric mean of its edges on a log scale).", "position"),
    Column("radius_from_um", "um", "Lower edge of the bin, inclusive.", "position"),
    Column("radius_to_um", "um", "Upper edge of the bin, exclusive but for the last.", "position"),
    Column(
        "share",
        "1",
        "Share of the volume of the phase that is filled at a radius in the bin; adds up to the share that is reached.",
    ),
    Column("density_per_um", "1/um", "Share over the width of the bin: independent of the number of bins."),
    Column(
        "intruded_share", "1", "Share of the volume of the phase that is filled once balls of the lower edge can enter."
    ),
    Column(
        "coverable_share",
        "1",
        "Share of the volume of the phase that balls of at least the lower edge cover, whether they can enter or not.",
    ),
    Column("r10_um", "um", "Radius at or below which a tenth of the intruded volume is filled; the same in every row."),
    Column("r50_um", "um", "The same radius for half of the intruded volume; the same in every row."),
    Column("r90_um", "um", "The same radius for nine tenths of the intruded volume; the same in every row."),
    Column(
        "continuous_r50_um",
        "um",
        "Radius up to which half of the intruded volume has its largest balls, entered or not; the same in every row.",
    ),
    Column(
        "bottleneck_ratio",
        "1",
        "r50 of the intrusion over that of the largest balls: 1 without bottlenecks; the same in every row.",
    ),
    Column("constrictivity", "1", "The bottleneck ratio squared; the same in every row."),
    Column(
        "never_intruded_fraction",
        "1",
        "Share of the volume of the phase that the mercury does not reach at any radius; the same in every row.",
    ),
)

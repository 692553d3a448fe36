"""The steps of raw scans: projections -> cleaned and centred projections -> a volume."""

from __future__ import annotations

from voltome.study.step import Step

STEPS_OF_PROJECTIONS: tuple[Step, ...] = (
    Step("normalise", "projections:normalise", kind="transmission", takes="counts", bytes_per_voxel=4),
    Step("absorbance", "projections:absorbance", kind="absorbance", takes="transmission", bytes_per_voxel=4),
)

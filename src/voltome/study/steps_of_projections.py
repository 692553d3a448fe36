"""The steps of raw scans: projections -> cleaned and centred projections -> a volume."""

from __future__ import annotations

from voltome.study.step import Rows, Step

STEPS_OF_PROJECTIONS: tuple[Step, ...] = (
    Step(
        "absorbance", "projections:absorbance", kind="absorbance", takes="transmission", bytes_per_voxel=4, rows=Rows()
    ),
)

"""The steps of raw scans: projections -> cleaned and centred projections -> a volume."""

from __future__ import annotations

from voltome.study import references
from voltome.study.step import Step

STEPS_OF_PROJECTIONS: tuple[Step, ...] = (
    Step("absorbance", "projections:absorbance", kind="absorbance", takes="transmission", bytes_per_voxel=4),
    Step(
        "correct_distortion",
        "projections:correct_distortion",
        bytes_per_voxel=4,
        references=(references.DISTORTION,),
    ),
    Step(
        "retrieve_phase",
        "projections:retrieve_phase",
        kind="absorbance",
        takes="transmission",
        bytes_per_voxel=4,
        references=(references.PAGANIN, references.REFRACTION, references.ATTENUATION),
    ),
    Step(
        "correct_halo",
        "projections:correct_halo",
        kind="absorbance",
        takes="transmission",
        bytes_per_voxel=4,
        references=(references.ZERNIKE, references.HALOS, references.REFRACTION, references.ATTENUATION),
    ),
    Step(
        "filter_fresnel",
        "projections:filter_fresnel",
        kind="absorbance",
        takes="absorbance",
        bytes_per_voxel=4,
        references=(references.FRESNEL,),
    ),
    Step(
        "linearise_by_polynomial",
        "projections:linearise_by_polynomial",
        kind="absorbance",
        takes="absorbance",
        bytes_per_voxel=4,
        references=(references.HARDENING_BY_POLYNOMIAL,),
    ),
    Step(
        "linearise_by_spectrum",
        "projections:linearise_by_spectrum",
        kind="absorbance",
        takes="absorbance",
        bytes_per_voxel=4,
        references=(references.HARDENING, references.ATTENUATION),
    ),
)

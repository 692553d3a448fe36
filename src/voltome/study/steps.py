"""The table of steps: the one place where a name in a study file meets the function behind it.

To add a step, write the function in its room and add one row here. Everything else - its parameters with their
ranges and texts, what it takes and gives - is read from the function.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from voltome.runtime import compiled_before
from voltome.study.signatures import Signature, read_signature

__all__ = ["SOURCES", "STEPS", "Source", "Step", "StepTable"]

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table: a name, the function behind it, and what its signature cannot say.

    Attributes
    ----------
    name : str
        Name in the study file.
    function : str or callable
        ``"room:function"``, imported when first needed, or the function itself.
    version : int
        Raised whenever the same input and parameters would give another result: cached results then expire.
    kind : str
        Kind of the table, or quantity of the volume, that it gives; empty: that of its first input.
    takes : str
        Kind of the table, or quantity of the volume, that it works on; empty: any.
    phases : callable, optional
        From the parameters to the names of the phases of the image that it gives.
    check : callable, optional
        From the parameters to nothing; raises a `VoltomeError` for a combination that cannot be.
    decision : str
        For a choice that a person makes by eye: what was chosen. Recorded in the provenance.
    bytes_per_voxel : float
        Estimated peak memory above the input, in bytes per voxel of the input.
    kernels : str
        The module with the kernels it calls, as ``room._kernels``; compiled at first use, which a user is told.
    references : tuple of str
        What to cite.
    """

    name: str
    function: str | Callable[..., Any]
    version: int = 1
    kind: str = ""
    takes: str = ""
    phases: Callable[[Parameters], Iterable[str]] | None = None
    check: Callable[[Parameters], None] | None = None
    decision: str = ""
    bytes_per_voxel: float = 0.0
    kernels: str = ""
    references: tuple[str, ...] = ()

    @property
    def call(self) -> Callable[..., Any]:
        """The function itself."""
        return _resolve(self.function)

    @property
    def is_compiled(self) -> bool:
        """Whether its kernels were compiled before on this machine, so that it starts at once."""
        return not self.kernels or compiled_before(importlib.import_module(f"voltome.{self.kernels}"))

    @property
    def signature(self) -> Signature:
        """What the function takes and gives."""
        return _signature(self.function, ())


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of scan: how its files are read, and what they become.

    Attributes
    ----------
    name : str
        What a study file says after ``as:``.
    function : str or callable
        The reader; its first parameter is the path.
    version : int
        Raised whenever the same file would be read differently.
    kind : str
        Quantity or kind of what it gives, where no parameter ``quantity`` says it.
    """

    name: str
    function: str | Callable[..., Any]
    version: int = 1
    kind: str = ""

    @property
    def call(self) -> Callable[..., Any]:
        """The reader itself."""
        return _resolve(self.function)

    @property
    def signature(self) -> Signature:
        """What the reader takes beside the path, and gives."""
        return _signature(self.function, ("path",))


StepTable = Mapping[str, Step]


@cache
def _resolve(function: str | Callable[..., Any]) -> Callable[..., Any]:
    """Import ``room:function`` on first use, so that listing the steps loads no room."""
    if not isinstance(function, str):
        return function
    room, _, name = function.partition(":")
    resolved: Callable[..., Any] = getattr(importlib.import_module(f"voltome.{room}"), name)
    return resolved


@cache
def _signature(function: str | Callable[..., Any], skip: tuple[str, ...]) -> Signature:
    return read_signature(_resolve(function), skip=skip)


def _threshold_phases(parameters: Parameters) -> list[str]:
    rest = parameters.get("rest")
    return [*([rest] if rest else []), *parameters["intervals"]]


def _threshold_check(parameters: Parameters) -> None:
    from voltome.segmentation import check_intervals

    check_intervals(parameters["intervals"], parameters.get("rest"))


def _hysteresis_check(parameters: Parameters) -> None:
    from voltome.segmentation.hysteresis import check_hysteresis

    check_hysteresis(*(parameters[name] for name in ("phase", "strong", "weak", "rest")))


_SORTED_COLUMNS = "P. Kolte, R. Smith, W. Su, A fast median filter using AltiVec, Proc. IEEE ICCD, 384 (1999)"
_NON_LOCAL_MEANS = (
    "A. Buades, B. Coll, J.-M. Morel, A non-local algorithm for image denoising, Proc. IEEE CVPR 2, 60 (2005)"
)
_BY_DISPLACEMENT = (
    "J. Darbon, A. Cunha, T. Chan, S. Osher, G. Jensen, Fast nonlocal filtering applied to electron cryomicroscopy, "
    "Proc. IEEE ISBI, 1331 (2008)"
)
_OTSU = "N. Otsu, A threshold selection method from gray-level histograms, IEEE Trans. Syst. Man Cybern. 9, 62 (1979)"
_CROFTON = (
    "G. Lehmann, D. Legland, Efficient N-dimensional surface estimation using Crofton formula and run-length "
    "encoding, Insight J. (2012)"
)
_DYNAMICS = "M. Grimaud, New measure of contrast: the dynamics, Proc. SPIE 1769, 292 (1992)"
_DISTANCE = (
    "P. Felzenszwalb, D. Huttenlocher, Distance transforms of sampled functions, Theory of Computing 8, 415 (2012), as "
    "implemented by W. Silversmith, edt"
)

_POLAR = (
    "B. S. Reddy, B. N. Chatterji, An FFT-based technique for translation, rotation, and scale-invariant image "
    "registration, IEEE Trans. Image Process. 5, 1266 (1996)"
)
_MASKED = "D. Padfield, Masked object registration in the Fourier domain, IEEE Trans. Image Process. 21, 2706 (2012)"
_SIMPLEITK = "B. C. Lowekamp et al., The design of SimpleITK, Front. Neuroinform. 7, 45 (2013)"
_BALLS = (
    "T. Hildebrand, P. Rüegsegger, A new method for the model-independent assessment of thickness in three-dimensional "
    "images, J. Microsc. 185, 67 (1997)"
)
_CONTINUOUS = (
    "B. Münch, L. Holzer, Contradicting geometrical concepts in pore size analysis attained with electron microscopy "
    "and mercury intrusion, J. Am. Ceram. Soc. 91, 4059 (2008)"
)
_CANNY = "J. Canny, A computational approach to edge detection, IEEE Trans. Pattern Anal. Mach. Intell. 8, 679 (1986)"
_CLAHE = (
    "S. M. Pizer et al., Adaptive histogram equalization and its variations, Comput. Vis. Graph. Image Process. 39, "
    "355 (1987)"
)
_HUBER = "P. J. Huber, Robust estimation of a location parameter, Ann. Math. Stat. 35, 73 (1964)"
_RECONSTRUCTION = (
    "L. Vincent, Morphological grayscale reconstruction in image analysis, IEEE Trans. Image Process. 2, 176 (1993)"
)
_SERRA = "J. Serra, Image Analysis and Mathematical Morphology, Academic Press (1982)"
_SPLINES = "M. Unser, A. Aldroubi, M. Eden, B-spline signal processing, IEEE Trans. Signal Process. 41, 821 (1993)"

_PHASES = "morphology._kernels_phases"
_THICKNESS = "morphology._kernels_thickness"

STEPS: StepTable = {
    step.name: step
    for step in (
        Step("crop", "filters:crop"),
        Step(
            "align",
            "registration:align",
            decision="the region by which scans are aligned",
            bytes_per_voxel=20,
            kernels="registration._kernels_boxes",
            references=(_POLAR, _MASKED, _SIMPLEITK),
        ),
        Step(
            "median",
            "filters:median",
            bytes_per_voxel=12,
            kernels="filters._kernels_median",
            references=(_SORTED_COLUMNS,),
        ),
        Step("gaussian", "filters:gaussian", bytes_per_voxel=12),
        Step("box", "filters:box", bytes_per_voxel=12),
        Step("unsharp_mask", "filters:unsharp_mask", bytes_per_voxel=18),
        Step("equalise_histogram", "filters:equalise_histogram", bytes_per_voxel=18),
        Step("equalise_adaptive", "filters:equalise_adaptive", bytes_per_voxel=8, references=(_CLAHE,)),
        Step(
            "find_collector",
            "registration:find_collector",
            kind="collector",
            decision="grey interval of the current collector, chosen by eye",
            bytes_per_voxel=21,
            references=(_HUBER,),
        ),
        Step(
            "level",
            "registration:level",
            decision="grey interval of the current collector, chosen by eye",
            bytes_per_voxel=24,
            references=(_HUBER, _SPLINES),
        ),
        Step(
            "select_electrode",
            "filters:select_electrode",
            decision="grey intervals of the current collector and the separator, chosen by eye",
            bytes_per_voxel=1,
        ),
        Step(
            "denoise_nlm",
            "filters:denoise_nlm",
            bytes_per_voxel=8,
            kernels="filters._kernels_nlm",
            references=(_NON_LOCAL_MEANS, _BY_DISPLACEMENT),
        ),
        Step(
            "threshold",
            "segmentation:threshold",
            phases=_threshold_phases,
            check=_threshold_check,
            decision="grey intervals of the phases, chosen by eye",
            bytes_per_voxel=2,
        ),
        Step(
            "hysteresis_threshold",
            "segmentation:hysteresis_threshold",
            phases=lambda parameters: [parameters["rest"], parameters["phase"]],
            check=_hysteresis_check,
            decision="strong and weak grey value of the phase, chosen by eye",
            bytes_per_voxel=10,
            references=(_CANNY,),
        ),
        Step(
            "otsu",
            "segmentation:otsu",
            phases=lambda parameters: parameters["phases"],
            bytes_per_voxel=4,
            references=(_OTSU,),
        ),
        Step("open_phase", "segmentation:open_phase", bytes_per_voxel=10, references=(_SERRA, _DISTANCE)),
        Step("close_phase", "segmentation:close_phase", bytes_per_voxel=10, references=(_SERRA, _DISTANCE)),
        Step(
            "remove_artefacts",
            "segmentation:remove_artefacts",
            bytes_per_voxel=14,
            references=(_RECONSTRUCTION, _DISTANCE),
        ),
        Step(
            "separate_particles",
            "segmentation:separate_particles",
            bytes_per_voxel=35,
            kernels="segmentation._kernels_flooding",
            references=(_DYNAMICS, _DISTANCE),
        ),
        Step("drop_touching_border", "segmentation:drop_touching_border", bytes_per_voxel=8),
        Step("filter_by_size", "segmentation:filter_by_size", bytes_per_voxel=8),
        Step("states", "segmentation:states", version=2, bytes_per_voxel=2),
        Step(
            "phase_fractions",
            "morphology:phase_fractions",
            kind="phase_fractions",
            bytes_per_voxel=1,
            kernels=_PHASES,
        ),
        Step("phase_profile", "morphology:phase_profile", kind="phase_profile", bytes_per_voxel=1, kernels=_PHASES),
        Step("areal_loading", "morphology:areal_loading", kind="areal_loading", bytes_per_voxel=2),
        Step(
            "local_thickness",
            "morphology:local_thickness",
            kind="local thickness",
            bytes_per_voxel=14,
            kernels=_THICKNESS,
            references=(_BALLS, _DISTANCE),
        ),
        Step(
            "continuous_size_distribution",
            "morphology:continuous_size_distribution",
            kind="continuous_size_distribution",
            bytes_per_voxel=18,
            kernels=_THICKNESS,
            references=(_BALLS, _CONTINUOUS, _DISTANCE),
        ),
        Step(
            "measure_particles",
            "morphology:measure_particles",
            version=2,
            kind="particles",
            bytes_per_voxel=4,
            kernels="morphology._kernels_labels",
            references=(_CROFTON,),
        ),
        Step(
            "particle_statistics",
            "morphology:particle_statistics",
            version=2,
            kind="particle_statistics",
            takes="particles",
        ),
        Step(
            "size_distribution",
            "morphology:size_distribution",
            version=2,
            kind="size_distribution",
            takes="particles",
        ),
        Step(
            "surface_to_volume_distribution",
            "morphology:surface_to_volume_distribution",
            kind="surface_to_volume_distribution",
            takes="particles",
            references=(_CROFTON,),
        ),
        Step(
            "surface_area",
            "morphology:surface_area",
            kind="surface_area",
            bytes_per_voxel=30,
            kernels=_PHASES,
            references=(_CROFTON,),
        ),
    )
}
"""Every step of a study file, by name."""

SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source("volume", "io:read_volume", kind="grey value"),
        Source("phases", "io:read_phases"),
        Source("particles", "io:read_particles"),
    )
}
"""Every kind of scan, by what a study file says after ``as:``."""

"""Images on a regular grid: grey values, phases, particles.

Every image has the axes (z, y, x), z = 0 at the current collector where there is one, a voxel size in um
for each axis, and the position of the outer corner of its first voxel, so that a crop knows where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from voltome.data import _checks
from voltome.data._noun import Noun
from voltome.errors import PhaseError, did_you_mean

SIMULATED = "simulated:"
"""What the first line of the history of a simulated image begins with."""


@dataclass(frozen=True, slots=True, eq=False)
class ImageNoun(Noun):
    """What the image nouns share.

    Attributes
    ----------
    values : numpy.ndarray
        Shape (z, y, x); not copied. A 2-D array becomes one slice.
    voxel_size_um : tuple of float
        Edge lengths of a voxel along (z, y, x) in um; one number means a cube. There is no default.
    origin_um : tuple of float
        Position of the outer corner of the first voxel along (z, y, x) in um, in the frame of the scan.
    mask : numpy.ndarray of bool, optional
        True for the voxels that belong to the sample; None: all of them. Measures count these only.
    history : tuple of str
        What was done to the image, oldest first.
    """

    values: NDArray[Any]
    _: KW_ONLY
    voxel_size_um: tuple[float, float, float]
    origin_um: tuple[float, float, float] = (0.0, 0.0, 0.0)
    mask: NDArray[np.bool_] | None = None
    history: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        noun = type(self).__name__
        self._set("values", _checks.three_axes(self.values, noun))
        self._set("voxel_size_um", _checks.voxel_size(self.voxel_size_um))
        self._set("origin_um", _checks.origin(self.origin_um))
        self._set("mask", _checks.mask_like(self.mask, self.values.shape, noun))
        self._set("history", _checks.history(self.history))

    def _set(self, name: str, value: Any) -> None:
        """Store the canonical form of a field while the noun is being made."""
        object.__setattr__(self, name, value)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along (z, y, x)."""
        z, y, x = self.values.shape
        return z, y, x

    @property
    def voxel_volume_um3(self) -> float:
        """Volume of one voxel in um3."""
        z, y, x = self.voxel_size_um
        return z * y * x

    @property
    def size_um(self) -> tuple[float, float, float]:
        """Edge lengths of the image along (z, y, x) in um."""
        z, y, x = (count * edge for count, edge in zip(self.shape, self.voxel_size_um, strict=True))
        return z, y, x

    @property
    def sample_voxels(self) -> int:
        """Voxels that belong to the sample: those inside the mask, or all."""
        return int(self.values.size if self.mask is None else np.count_nonzero(self.mask))

    @property
    def sample_volume_um3(self) -> float:
        """Volume of the sample in um3: that of the mask, or of the whole image."""
        return self.sample_voxels * self.voxel_volume_um3

    @property
    def simulated(self) -> bool:
        """Whether the image comes from a twin and not from an experiment."""
        return any(line.startswith(SIMULATED) for line in self.history)

    @property
    def grid(self) -> dict[str, Any]:
        """Voxel size, origin and mask: ``PhaseImage(labels, **volume.grid, phases=...)`` lies on the same grid."""
        return {"voxel_size_um": self.voxel_size_um, "origin_um": self.origin_um, "mask": self.mask}

    @property
    def grid_in_words(self) -> str:
        """Voxels and voxel size in words, as tables say what they were measured on."""
        size = " x ".join(f"{edge:g}" for edge in self.voxel_size_um)
        inside = "" if self.mask is None else f", {self.sample_voxels:,} of them inside the mask"
        return f"{' x '.join(map(str, self.shape))} voxels (z, y, x) of {size} um{inside}"

    def derive(self, did: str, **changes: Any) -> Self:
        """Return a copy with `changes`, and `did` added to its history.

        Examples
        --------
        >>> import numpy as np, voltome as vt
        >>> volume = vt.data.Volume(np.ones((2, 3, 4), np.uint8), voxel_size_um=0.5)
        >>> volume.derive("doubled", values=volume.values * 2).history
        ('doubled',)
        """
        return replace(self, history=(*self.history, did), **changes)

    def __repr__(self) -> str:
        z, y, x = self.voxel_size_um
        return (
            f"{type(self).__name__}({' x '.join(map(str, self.shape))} voxels (z, y, x), {self.values.dtype}, "
            f"voxel {z:g} x {y:g} x {x:g} um{self._details()})"
        )

    def _details(self) -> str:
        """Return what this kind of image adds to its repr."""
        return ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Volume(ImageNoun):
    """Grey values on a regular grid, as reconstructed or filtered.

    Attributes
    ----------
    quantity : str
        What the values are: ``grey value`` (default), ``attenuation``, ``electron density`` ...
    unit : str
        Unit of the values; attenuation is in 1/cm. Empty for grey values, which have none.

    Raises
    ------
    AxisError
        Not 2 or 3 axes.
    VoxelSizeError
        Absent, zero, negative or not finite.
    ValuesError
        No array, empty, not a number type, or holding NaN or infinity.
    GeometryError
        A mask of another shape, or an origin that is not three finite numbers.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> vt.data.Volume(np.zeros((40, 50, 60), np.uint16), voxel_size_um=0.78)
    Volume(40 x 50 x 60 voxels (z, y, x), uint16, voxel 0.78 x 0.78 x 0.78 um, grey value)
    """

    _: KW_ONLY
    quantity: str = "grey value"
    unit: str = ""

    def __post_init__(self) -> None:
        ImageNoun.__post_init__(self)
        _checks.grey_values(self.values)

    def _details(self) -> str:
        return f", {self.quantity}" + (f" in {self.unit}" if self.unit else "")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PhaseImage(ImageNoun):
    """One phase for every voxel.

    Attributes
    ----------
    phases : dict of int to str
        Name of every label, ``{0: "pore", 1: "sulfur"}``; labels 0 to 255.
    grey_intervals : dict of str to (float or None, float or None)
        Grey values of each phase, both ends inclusive, where the phases were cut by grey value.

    Raises
    ------
    PhaseError
        A label without a name, a name used twice, an empty mapping, a grey interval of an unknown phase.
    AxisError, VoxelSizeError, ValuesError, GeometryError
        As for every image.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> phases = vt.data.PhaseImage(np.eye(3, dtype=np.uint8), voxel_size_um=1, phases={0: "pore", 1: "sulfur"})
    >>> phases.label_of("sulfur")
    1
    >>> phases.label_of("sulfr")
    Traceback (most recent call last):
    voltome.errors.PhaseError: unknown phase 'sulfr'; this image has 'pore', 'sulfur'. Did you mean 'sulfur'?
    """

    _: KW_ONLY
    phases: Mapping[int, str]
    grey_intervals: Mapping[str, tuple[float | None, float | None]] | None = None

    def __post_init__(self) -> None:
        ImageNoun.__post_init__(self)
        self._set("phases", _checks.phase_names(self.phases))
        self._set("grey_intervals", _checks.grey_intervals(self.grey_intervals, self.phases))
        _checks.phase_labels(self.values)
        _checks.only_known_labels(self.values, self.phases)

    def label_of(self, phase: str) -> int:
        """Return the label of `phase`, or raise `PhaseError` with the phases there are."""
        for label, name in self.phases.items():
            if name == phase:
                return label
        known = ", ".join(repr(name) for name in self.phases.values())
        raise PhaseError(f"unknown phase {phase!r}; this image has {known}.{did_you_mean(phase, self.phases.values())}")

    def is_phase(self, phase: str) -> NDArray[np.bool_]:
        """Return where `phase` is, inside the sample, as booleans of shape (z, y, x)."""
        here: NDArray[np.bool_] = self.values == self.label_of(phase)
        return here if self.mask is None else here & self.mask

    def _details(self) -> str:
        return ", " + ", ".join(f"{label} = {name}" for label, name in self.phases.items())


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ParticleImage(ImageNoun):
    """One particle number for every voxel of one phase; 0 is everything else.

    Attributes
    ----------
    phase : str
        The phase that the particles are made of.

    Raises
    ------
    AxisError, VoxelSizeError, ValuesError, GeometryError
        As for every image; labels must be whole numbers, 0 or above.
    PhaseError
        `phase` is not a name.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((3, 3, 3), np.int32)
    >>> labels[1, 1, 1] = 7
    >>> vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur").particle_count
    1
    """

    _: KW_ONLY
    phase: str

    def __post_init__(self) -> None:
        ImageNoun.__post_init__(self)
        _checks.particle_labels(self.values)
        _checks.particle_phase(self.phase)

    @property
    def particle_count(self) -> int:
        """Number of particles (distinct labels above 0) with a voxel inside the sample."""
        import fastremap

        found = fastremap.unique(self.values if self.mask is None else self.values[self.mask])
        return int(np.count_nonzero(found))

    def _details(self) -> str:
        return f", particles of {self.phase}"

"""Pore networks: the wide places of a phase and the throats between them."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import _checks
from voltome.data._noun import Noun
from voltome.errors import GeometryError, ValuesError

FACES = ("z-", "z+", "y-", "y+", "x-", "x+")
"""The faces of the image, first and last along each axis, in the order of the columns of what a pore has there."""

_PORES: dict[str, tuple[int, ...]] = {
    "position_um": (3,),
    "volume_um3": (),
    "surface_area_um2": (),
    "inscribed_diameter_um": (),
    "covariance_um2": (3, 3),
    "face_area_um2": (6,),
    "face_inscribed_diameter_um": (6,),
}
"""Arrays with one entry for each pore, and the shape of an entry."""

_THROATS: dict[str, tuple[int, ...]] = {
    "throat_position_um": (3,),
    "throat_contact_area_um2": (),
    "throat_cross_section_um2": (),
    "throat_inscribed_diameter_um": (),
}
"""Arrays with one entry for each throat, and the shape of an entry."""

_SIGNED = ("position_um", "throat_position_um", "covariance_um2")
_ABOVE_ZERO = (
    "volume_um3",
    "surface_area_um2",
    "inscribed_diameter_um",
    "throat_contact_area_um2",
    "throat_cross_section_um2",
    "throat_inscribed_diameter_um",
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PoreNetwork(Noun):
    """Pores and the throats between them, with what models of transport need of their shape.

    Made by `voltome.transport.extract_network`. A throat is where two pores touch; it has no volume of its own. All
    points are (z, y, x) in the frame of the scan.

    Attributes
    ----------
    labels : numpy.ndarray
        Number of each pore in the image, rising.
    position_um : numpy.ndarray
        Shape (pore, 3): the centroid of each pore.
    volume_um3, surface_area_um2 : numpy.ndarray
        Volume, and surface to the walls and to other pores.
    inscribed_diameter_um : numpy.ndarray
        Diameter of the largest ball with its centre in the pore that meets no wall.
    covariance_um2 : numpy.ndarray
        Shape (pore, 3, 3): how far the pore spreads about its centroid.
    face_area_um2, face_inscribed_diameter_um : numpy.ndarray
        Shape (pore, 6): area of the pore on each face of the image (z-, z+, y-, y+, x-, x+), and the largest ball
        centred there; 0 where it does not reach the face.
    throat_pores : numpy.ndarray
        Shape (throat, 2): places of its two pores in the lists of pores, the lower first.
    throat_position_um : numpy.ndarray
        Shape (throat, 3): centre of the contact.
    throat_contact_area_um2 : numpy.ndarray
        Area of the contact, with all that is curved in it.
    throat_cross_section_um2 : numpy.ndarray
        Area of the contact as seen along its mean normal: what a straight stream passes through.
    throat_inscribed_diameter_um : numpy.ndarray
        Diameter of the largest ball centred at the contact that meets no wall.
    voxel_size_um, size_um : tuple of float
        Edges of a voxel, and of the image or of the box around its mask, along (z, y, x).
    sample_volume_um3 : float
        Volume of the sample: of the mask, or the whole image.
    phase : str
        The phase that the pores are made of.
    origin_um : tuple of float
        Outer corner of the first voxel of the image, or of the box around its mask.
    history : tuple of str
        What was done to the image, oldest first.

    Raises
    ------
    ValuesError
        No pore, arrays that do not fit each other, throats between pores that there are not, numbers that cannot be.
    VoxelSizeError, GeometryError, PhaseError
        As for an image.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> network = vt.data.PoreNetwork(
    ...     labels=np.array([1, 2]), position_um=np.array([[5, 5, 5], [5, 5, 15.0]]), volume_um3=np.full(2, 1000.0),
    ...     surface_area_um2=np.full(2, 600.0), inscribed_diameter_um=np.full(2, 10.0),
    ...     covariance_um2=np.stack([np.eye(3) * 100 / 12] * 2), face_area_um2=np.zeros((2, 6)),
    ...     face_inscribed_diameter_um=np.zeros((2, 6)), throat_pores=np.array([[0, 1]]),
    ...     throat_position_um=np.array([[5, 5, 10.0]]), throat_contact_area_um2=np.array([16.0]),
    ...     throat_cross_section_um2=np.array([16.0]), throat_inscribed_diameter_um=np.array([4.0]),
    ...     voxel_size_um=1, size_um=(10, 10, 20), sample_volume_um3=2000, phase="pore")
    >>> network
    PoreNetwork(2 pores, 1 throats, pore in 10 x 10 x 20 um)
    >>> network.half_length_um.tolist(), network.coordination_number.tolist()
    ([[5.0, 5.0]], [1, 1])
    """

    _: KW_ONLY
    labels: NDArray[np.int64]
    position_um: NDArray[np.float64]
    volume_um3: NDArray[np.float64]
    surface_area_um2: NDArray[np.float64]
    inscribed_diameter_um: NDArray[np.float64]
    covariance_um2: NDArray[np.float64]
    face_area_um2: NDArray[np.float64]
    face_inscribed_diameter_um: NDArray[np.float64]
    throat_pores: NDArray[np.int64]
    throat_position_um: NDArray[np.float64]
    throat_contact_area_um2: NDArray[np.float64]
    throat_cross_section_um2: NDArray[np.float64]
    throat_inscribed_diameter_um: NDArray[np.float64]
    voxel_size_um: tuple[float, float, float]
    size_um: tuple[float, float, float]
    sample_volume_um3: float
    phase: str
    origin_um: tuple[float, float, float] = (0.0, 0.0, 0.0)
    history: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._set("voxel_size_um", _checks.voxel_size(self.voxel_size_um))
        self._set("origin_um", _checks.origin(self.origin_um))
        self._set("history", _checks.history(self.history))
        self._set("phase", _checks.particle_phase(self.phase))
        self._set("size_um", _size(self.size_um))
        self._set("sample_volume_um3", _volume(self.sample_volume_um3))
        self._set("labels", _array("labels", self.labels, "i", ()))
        for name, entry in (_PORES | _THROATS).items():
            self._set(name, _array(name, getattr(self, name), "f", entry))
        self._set("throat_pores", _array("throat_pores", self.throat_pores, "i", (2,)))
        self._check()

    def _set(self, name: str, value: Any) -> None:
        """Store the canonical form of a field while the noun is being made."""
        object.__setattr__(self, name, value)

    def _check(self) -> None:
        """Refuse arrays that do not fit each other, and throats that lead nowhere."""
        pores, throats, ends = len(self.labels), len(self.throat_pores), self.throat_pores
        numbers = {name: getattr(self, name) for name in _PORES | _THROATS}
        faults = [
            what
            for what, wrong in {
                "no pore": pores == 0,
                "pores whose numbers do not rise": bool((np.diff(self.labels) <= 0).any()),
                "lists of pores of different length": any(len(numbers[name]) != pores for name in _PORES),
                "lists of throats of different length": any(len(numbers[name]) != throats for name in _THROATS),
                "a throat that does not join a pore with a later one that there is": bool(
                    ((ends[:, 0] < 0) | (ends[:, 1] <= ends[:, 0]) | (ends[:, 1] >= pores)).any()
                ),
                "numbers that are not finite": not all(np.isfinite(each).all() for each in numbers.values()),
                "volumes, areas or diameters that are not above 0": any(
                    (numbers[name] <= 0).any() for name in _ABOVE_ZERO
                ),
                "negative areas or diameters on a face": any(
                    (each < 0).any() for name, each in numbers.items() if name.startswith("face_")
                ),
            }.items()
            if wrong
        ]
        if faults:
            raise ValuesError(
                f"a pore network has {', '.join(faults)}; expected pores and throats as "
                f"voltome.transport.extract_network makes them. Extract it again, or copy its file again."
            )

    @property
    def pore_count(self) -> int:
        """Number of pores."""
        return len(self.labels)

    @property
    def throat_count(self) -> int:
        """Number of throats."""
        return len(self.throat_pores)

    @property
    def porosity(self) -> float:
        """Volume of all pores over that of the sample."""
        return float(self.volume_um3.sum()) / self.sample_volume_um3

    @property
    def equivalent_diameter_um(self) -> NDArray[np.float64]:
        """Diameter of the ball of the volume of each pore."""
        diameter: NDArray[np.float64] = np.cbrt(6 * self.volume_um3 / np.pi)
        return diameter

    @property
    def throat_equivalent_diameter_um(self) -> NDArray[np.float64]:
        """Diameter of the disc of the cross-section of each throat."""
        diameter: NDArray[np.float64] = np.sqrt(4 * self.throat_cross_section_um2 / np.pi)
        return diameter

    @property
    def coordination_number(self) -> NDArray[np.int64]:
        """Throats of each pore."""
        count: NDArray[np.int64] = np.bincount(self.throat_pores.ravel(), minlength=self.pore_count)
        return count

    @property
    def half_length_um(self) -> NDArray[np.float64]:
        """Shape (throat, 2): from the centroid of each of its two pores to the centre of the throat."""
        away = self.throat_position_um[:, np.newaxis] - self.position_um[self.throat_pores]
        length: NDArray[np.float64] = np.linalg.norm(away, axis=2)
        return np.maximum(length, self._shortest_um)

    @property
    def half_cross_section_um2(self) -> NDArray[np.float64]:
        """Shape (throat, 2): mean cross-section of each of its two pores across the way to the throat."""
        away = self.throat_position_um[:, np.newaxis] - self.position_um[self.throat_pores]
        return self._cross_section_um2(self.throat_pores, away)

    @property
    def face_length_um(self) -> NDArray[np.float64]:
        """Shape (pore, 6): from the centroid of each pore straight to each face of the image."""
        first = np.array(self.origin_um)
        to_first, to_last = self.position_um - first, first + np.array(self.size_um) - self.position_um
        length: NDArray[np.float64] = np.stack([to_first, to_last], axis=2).reshape(-1, 6)
        return np.maximum(length, self._shortest_um)

    @property
    def face_cross_section_um2(self) -> NDArray[np.float64]:
        """Shape (pore, 6): mean cross-section of each pore across the way to each face."""
        pores = np.repeat(np.arange(self.pore_count)[:, np.newaxis], 6, axis=1)
        ways = np.repeat(np.eye(3), 2, axis=0)
        return self._cross_section_um2(pores, np.broadcast_to(ways, (self.pore_count, 6, 3)))

    @property
    def _shortest_um(self) -> float:
        """Half the shortest edge of a voxel: nothing lies nearer to the centre of a pore than that."""
        return min(self.voxel_size_um) / 2

    def _cross_section_um2(self, pores: NDArray[np.int64], ways: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the volume of pores over how long they are along a way: as a prism of the same spread would be."""
        length = np.linalg.norm(ways, axis=-1, keepdims=True)
        unit = np.divide(ways, length, out=np.full(ways.shape, 1 / math.sqrt(3)), where=length > 0)
        spread = np.einsum("...i,...ij,...j->...", unit, self.covariance_um2[pores], unit)
        area: NDArray[np.float64] = self.volume_um3[pores] / np.sqrt(12 * np.maximum(spread, self._shortest_um**2 / 3))
        return area

    def __repr__(self) -> str:
        size = " x ".join(f"{edge:g}" for edge in self.size_um)
        return f"PoreNetwork({self.pore_count} pores, {self.throat_count} throats, {self.phase} in {size} um)"


def _array(name: str, array: Any, kind: str, entry: tuple[int, ...]) -> NDArray[Any]:
    """Return a list of numbers, each of the shape `entry`, as 64-bit integers or floats."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in ("iu" if kind == "i" else "iuf"):
        what = "whole numbers" if kind == "i" else "numbers"
        raise ValuesError(f"{name} of a pore network is no array of {what}; expected a numpy array of them.")
    if array.ndim != 1 + len(entry) or array.shape[1:] != entry:
        shape = ", ".join(["n", *map(str, entry)])
        raise ValuesError(f"{name} of a pore network has the shape {array.shape}; expected ({shape}).")
    plain: NDArray[Any] = np.ascontiguousarray(array, np.int64 if kind == "i" else np.float64)
    return plain


def _size(value: Any) -> tuple[float, float, float]:
    """Return the edges of the image in um."""
    z, y, x = _checks.origin(value)
    if min(z, y, x) <= 0:
        raise GeometryError(f"size_um is {value!r}; expected three lengths above 0 (z, y, x) in micrometres.")
    return z, y, x


def _volume(value: Any) -> float:
    """Return the volume of the sample in um3."""
    volume = float(value)
    if not (math.isfinite(volume) and volume > 0):
        raise ValuesError(f"sample_volume_um3 of a pore network is {value!r}; expected a finite volume above 0.")
    return volume

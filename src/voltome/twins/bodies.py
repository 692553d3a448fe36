"""Solids of a cell beside its particles: fibres as capsules, metal sheets as blocks, holders and wires as cylinders."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from voltome.data import Transform
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError
from voltome.twins.solids import (
    BLOCK,
    CAPSULE,
    CYLINDER,
    Numbers,
    Triple,
    box_around,
    check_material,
    moved_point,
    moved_rotation,
    triple,
)

SHORTEST = 1e-9
"""Length of a capsule's axis per radius below which round-off gives its direction."""


@dataclass(frozen=True)
class Capsule:
    """A straight piece of a fibre: a cylinder with round ends; a bent fibre is a chain of them.

    Parameters
    ----------
    start_um, end_um : tuple of float
        Ends (z, y, x) of its axis in um, apart from each other.
    radius_um : float
        Radius in um, above 0, of the cylinder and of the half spheres at its ends.
    material : str
        Name of the material.

    Raises
    ------
    ParameterError
        Ends that are not three finite numbers or coincide, a radius not above 0, a material without a name.

    Examples
    --------
    >>> import math
    >>> fibre = Capsule((5, 5, 2), (5, 5, 12), 1.0, material="glass")
    >>> math.isclose(fibre.volume_um3, math.pi * (10 + 4 / 3))
    True
    """

    start_um: Triple
    end_um: Triple
    radius_um: float
    material: str = "solid"

    def __post_init__(self) -> None:
        for name in ("start_um", "end_um"):
            object.__setattr__(self, name, triple(name, getattr(self, name)))
        object.__setattr__(self, "radius_um", check_positive("radius_um", self.radius_um))
        check_material(self.material)
        if self.length_um <= SHORTEST * self.radius_um:
            raise ParameterError(
                f"start_um is {self.start_um} and end_um {self.end_um}; expected two points that are apart by more "
                f"than {SHORTEST:g} of the radius, or a Sphere."
            )

    @property
    def length_um(self) -> float:
        """Length of the axis in um, without the round ends."""
        return math.dist(self.start_um, self.end_um)

    @property
    def centre_um(self) -> Triple:
        """Centre of mass (z, y, x) in um."""
        return triple("centre_um", np.add(self.start_um, self.end_um) / 2)

    @property
    def volume_um3(self) -> float:
        """Volume pi r^2 (l + 4/3 r) in um3."""
        return math.pi * self.radius_um**2 * (self.length_um + 4 / 3 * self.radius_um)

    @property
    def surface_area_um2(self) -> float:
        """Surface area 2 pi r (l + 2 r) in um2."""
        return 2 * math.pi * self.radius_um * (self.length_um + 2 * self.radius_um)

    @property
    def bounds_um(self) -> tuple[Triple, Triple]:
        """Lowest and highest (z, y, x) in um."""
        ends = np.array([self.start_um, self.end_um])
        low, high = ends.min(axis=0) - self.radius_um, ends.max(axis=0) + self.radius_um
        return triple("low", low), triple("high", high)

    def contains(self, points_um: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points, shape (..., 3) as (z, y, x) in um, lie inside or on the surface."""
        axis = np.subtract(self.end_um, self.start_um)
        offsets = points_um - np.asarray(self.start_um)
        along = np.clip(offsets @ axis / (axis @ axis), 0, 1)
        offsets = offsets - along[..., None] * axis
        inside: NDArray[np.bool_] = np.einsum("...i,...i", offsets, offsets) <= self.radius_um**2
        return inside

    @property
    def numbers(self) -> Numbers:
        """The capsule in numbers."""
        matrix = np.zeros((3, 3))
        matrix[0], matrix[1, 0] = np.subtract(self.end_um, self.start_um), self.radius_um
        return Numbers(CAPSULE, np.asarray(self.start_um), matrix)

    def moved(self, transform: Transform) -> Capsule:
        """Return the capsule after a rigid motion."""
        return replace(self, start_um=moved_point(transform, self.start_um), end_um=moved_point(transform, self.end_um))


@dataclass(frozen=True)
class Cylinder:
    """A straight cylinder with flat ends: a wire, a capillary's filling, the disc of a coin cell.

    Parameters
    ----------
    start_um, end_um : tuple of float
        Centres (z, y, x) of its two flat ends in um, apart from each other.
    radius_um : float
        Radius in um, above 0.
    material : str
        Name of the material.

    Raises
    ------
    ParameterError
        Ends that are not three finite numbers or coincide, a radius not above 0, a material without a name.

    Examples
    --------
    >>> import math
    >>> holder = Cylinder((0, 16, 16), (20, 16, 16), 15.0, material="resin")
    >>> math.isclose(holder.volume_um3, math.pi * 15**2 * 20)
    True
    """

    start_um: Triple
    end_um: Triple
    radius_um: float
    material: str = "solid"

    def __post_init__(self) -> None:
        for name in ("start_um", "end_um"):
            object.__setattr__(self, name, triple(name, getattr(self, name)))
        object.__setattr__(self, "radius_um", check_positive("radius_um", self.radius_um))
        check_material(self.material)
        if self.length_um <= SHORTEST * self.radius_um:
            raise ParameterError(
                f"start_um is {self.start_um} and end_um {self.end_um}; expected two points that are apart by more "
                f"than {SHORTEST:g} of the radius."
            )

    @property
    def length_um(self) -> float:
        """Length in um."""
        return math.dist(self.start_um, self.end_um)

    @property
    def centre_um(self) -> Triple:
        """Centre of mass (z, y, x) in um."""
        return triple("centre_um", np.add(self.start_um, self.end_um) / 2)

    @property
    def volume_um3(self) -> float:
        """Volume pi r^2 l in um3."""
        return math.pi * self.radius_um**2 * self.length_um

    @property
    def surface_area_um2(self) -> float:
        """Surface area 2 pi r (l + r) in um2, with both ends."""
        return 2 * math.pi * self.radius_um * (self.length_um + self.radius_um)

    @property
    def bounds_um(self) -> tuple[Triple, Triple]:
        """Lowest and highest (z, y, x) in um."""
        axis = np.subtract(self.end_um, self.start_um)
        along = axis / self.length_um
        return box_around(self.centre_um, np.abs(axis) / 2 + self.radius_um * np.sqrt(np.clip(1 - along**2, 0, 1)))

    def contains(self, points_um: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points, shape (..., 3) as (z, y, x) in um, lie inside or on the surface."""
        axis = np.subtract(self.end_um, self.start_um)
        offsets = points_um - np.asarray(self.start_um)
        along = offsets @ axis / (axis @ axis)
        offsets = offsets - along[..., None] * axis
        inside: NDArray[np.bool_] = np.einsum("...i,...i", offsets, offsets) <= self.radius_um**2
        inside &= (along >= 0) & (along <= 1)
        return inside

    @property
    def numbers(self) -> Numbers:
        """The cylinder in numbers."""
        matrix = np.zeros((3, 3))
        matrix[0], matrix[1, 0] = np.subtract(self.end_um, self.start_um), self.radius_um
        return Numbers(CYLINDER, np.asarray(self.start_um), matrix)

    def moved(self, transform: Transform) -> Cylinder:
        """Return the cylinder after a rigid motion."""
        return replace(self, start_um=moved_point(transform, self.start_um), end_um=moved_point(transform, self.end_um))


@dataclass(frozen=True)
class Block:
    """A block with right angles in any orientation, such as a piece of a current collector.

    Parameters
    ----------
    centre_um : tuple of float
        Centre (z, y, x) in um.
    edges_um : tuple of float
        Three edge lengths in um, above 0; without rotation they lie along (z, y, x).
    rotation : tuple of float
        Rotation vector with the components (z, y, x) in radians, as of an `Ellipsoid`.
    material : str
        Name of the material.

    Raises
    ------
    ParameterError
        Numbers that are not three or not finite, an edge not above 0, a material without a name.

    Examples
    --------
    >>> Block((5, 5, 5), (2, 3, 4)).surface_area_um2
    52.0
    """

    centre_um: Triple
    edges_um: Triple
    rotation: Triple = (0.0, 0.0, 0.0)
    material: str = "solid"

    def __post_init__(self) -> None:
        for name in ("centre_um", "edges_um", "rotation"):
            object.__setattr__(self, name, triple(name, getattr(self, name)))
        for length in self.edges_um:
            check_positive("each of edges_um", length)
        check_material(self.material)

    @property
    def volume_um3(self) -> float:
        """Volume a b c in um3."""
        return math.prod(self.edges_um)

    @property
    def surface_area_um2(self) -> float:
        """Surface area 2 (a b + b c + c a) in um2."""
        a, b, c = self.edges_um
        return 2 * (a * b + b * c + c * a)

    @cached_property
    def axes(self) -> NDArray[np.float64]:
        """Directions of the edges: column i is the unit vector (z, y, x) of edge i."""
        matrix: NDArray[np.float64] = Rotation.from_rotvec(self.rotation).as_matrix()
        return matrix

    @property
    def bounds_um(self) -> tuple[Triple, Triple]:
        """Lowest and highest (z, y, x) of the block in um."""
        return box_around(self.centre_um, np.abs(self.axes) @ np.asarray(self.edges_um) / 2)

    def contains(self, points_um: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points, shape (..., 3) as (z, y, x) in um, lie inside or on the surface."""
        scaled = (points_um - np.asarray(self.centre_um)) @ (self.axes * 2 / np.asarray(self.edges_um))
        inside: NDArray[np.bool_] = np.abs(scaled).max(axis=-1) <= 1
        return inside

    @property
    def numbers(self) -> Numbers:
        """The block in numbers."""
        return Numbers(BLOCK, np.asarray(self.centre_um), (self.axes * 2 / np.asarray(self.edges_um)).T.copy())

    def moved(self, transform: Transform) -> Block:
        """Return the block after a rigid motion."""
        return replace(
            self,
            centre_um=moved_point(transform, self.centre_um),
            rotation=moved_rotation(transform, self.rotation),
        )

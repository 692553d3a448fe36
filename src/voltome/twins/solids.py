"""Solids whose volume and surface area are known exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from scipy.special import elliprg

from voltome.data import Transform
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError

Triple = tuple[float, float, float]

ELLIPSOID, CAPSULE, BLOCK, CYLINDER, SHELL, ROUGH = range(6)
"""Kinds of `Numbers`."""


class Numbers(NamedTuple):
    """A solid in numbers, for the kernels that fill images and trace rays.

    They are about an offset d from `centre_um`. `ELLIPSOID`: inside where |matrix d| <= 1. `BLOCK`: inside where no
    component of matrix d is beyond 1. `CAPSULE` and `CYLINDER`: `centre_um` is the start, row 0 of the matrix the axis,
    and the first number of row 1 the radius. `SHELL`: the first numbers of row 0 and row 1 are the outer radius and
    that of the cavity. `ROUGH`: row 0 is a radius, an amplitude, and the least and the largest distance of the surface;
    row 1 the shortest length over which it varies, and how much deeper in it a step of 1 may lead; every further row
    is a wave (z, y, x, phase): along the unit vector u the surface is at radius + amplitude times the sum of
    cos(wave u + phase).
    """

    kind: int
    centre_um: NDArray[np.float64]
    matrix: NDArray[np.float64]


@runtime_checkable
class Solid(Protocol):
    """What a scene is made of: a body of one material whose measures are known exactly.

    Lengths are in um, positions (z, y, x) from the outer corner of the scene.
    """

    @property
    def material(self) -> str:
        """Name of the material; the phase image of the scene has a phase of this name."""

    @property
    def centre_um(self) -> Triple:
        """Centre of mass (z, y, x) in um."""

    @property
    def volume_um3(self) -> float:
        """Volume in um3, exact."""

    @property
    def surface_area_um2(self) -> float:
        """Surface area in um2, exact."""

    @property
    def bounds_um(self) -> tuple[Triple, Triple]:
        """Lowest and highest (z, y, x) of the solid in um: its smallest box."""

    def contains(self, points_um: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points, shape (..., 3) as (z, y, x) in um, lie inside or on the surface."""

    def moved(self, transform: Transform) -> Solid:
        """Return the solid after a rigid motion."""


@dataclass(frozen=True)
class Sphere:
    """A sphere.

    Parameters
    ----------
    centre_um : tuple of float
        Centre (z, y, x) in um.
    radius_um : float
        Radius in um, above 0.
    material : str
        Name of the material.

    Raises
    ------
    ParameterError
        A centre that is not three finite numbers, a radius not above 0, a material without a name.

    Examples
    --------
    >>> round(Sphere((5, 5, 5), 2.0).volume_um3, 2)
    33.51
    """

    centre_um: Triple
    radius_um: float
    material: str = "solid"

    def __post_init__(self) -> None:
        object.__setattr__(self, "centre_um", triple("centre_um", self.centre_um))
        object.__setattr__(self, "radius_um", check_positive("radius_um", self.radius_um))
        check_material(self.material)

    @property
    def volume_um3(self) -> float:
        """Volume 4/3 pi r^3 in um3."""
        return 4 / 3 * math.pi * self.radius_um**3

    @property
    def surface_area_um2(self) -> float:
        """Surface area 4 pi r^2 in um2."""
        return 4 * math.pi * self.radius_um**2

    @property
    def bounds_um(self) -> tuple[Triple, Triple]:
        """Lowest and highest (z, y, x) of the sphere in um."""
        return box_around(self.centre_um, (self.radius_um,) * 3)

    def contains(self, points_um: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points, shape (..., 3) as (z, y, x) in um, lie inside or on the surface."""
        offsets = points_um - np.asarray(self.centre_um)
        inside: NDArray[np.bool_] = np.einsum("...i,...i", offsets, offsets) <= self.radius_um**2
        return inside

    @property
    def numbers(self) -> Numbers:
        """The sphere in numbers."""
        return Numbers(ELLIPSOID, np.asarray(self.centre_um), np.eye(3) / self.radius_um)

    def moved(self, transform: Transform) -> Sphere:
        """Return the sphere after a rigid motion."""
        return replace(self, centre_um=moved_point(transform, self.centre_um))


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid in any orientation.

    Parameters
    ----------
    centre_um : tuple of float
        Centre (z, y, x) in um.
    semi_axes_um : tuple of float
        Three semi-axes in um, above 0; without rotation they lie along (z, y, x).
    rotation : tuple of float
        Rotation vector with the components (z, y, x): its direction is the axis of rotation, its length the
        angle in radians. The right-hand rule holds with z, y, x taken as the first, second and third axis.
    material : str
        Name of the material.

    Raises
    ------
    ParameterError
        Numbers that are not three or not finite, a semi-axis not above 0, a material without a name.

    Notes
    -----
    The surface area is 4 pi R_G(a^2 b^2, a^2 c^2, b^2 c^2) with Carlson's symmetric elliptic integral R_G.

    References
    ----------
    NIST Digital Library of Mathematical Functions, section 19.33, equation 19.33.1.

    Examples
    --------
    >>> round(Ellipsoid((9, 9, 9), (1, 2, 3)).surface_area_um2, 3)
    48.882
    """

    centre_um: Triple
    semi_axes_um: Triple
    rotation: Triple = (0.0, 0.0, 0.0)
    material: str = "solid"

    def __post_init__(self) -> None:
        for name in ("centre_um", "semi_axes_um", "rotation"):
            object.__setattr__(self, name, triple(name, getattr(self, name)))
        for length in self.semi_axes_um:
            check_positive("each of semi_axes_um", length)
        check_material(self.material)

    @property
    def volume_um3(self) -> float:
        """Volume 4/3 pi a b c in um3."""
        return 4 / 3 * math.pi * math.prod(self.semi_axes_um)

    @property
    def surface_area_um2(self) -> float:
        """Surface area in um2, by an elliptic integral."""
        a, b, c = self.semi_axes_um
        return 4 * math.pi * float(elliprg((a * b) ** 2, (a * c) ** 2, (b * c) ** 2))

    @cached_property
    def axes(self) -> NDArray[np.float64]:
        """Directions of the semi-axes: column i is the unit vector (z, y, x) of semi-axis i."""
        matrix: NDArray[np.float64] = Rotation.from_rotvec(self.rotation).as_matrix()
        return matrix

    @property
    def bounds_um(self) -> tuple[Triple, Triple]:
        """Lowest and highest (z, y, x) of the ellipsoid in um: the exact box of the rotated body."""
        reach = np.sqrt(((self.axes * np.asarray(self.semi_axes_um)) ** 2).sum(axis=1))
        return box_around(self.centre_um, reach)

    def contains(self, points_um: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points, shape (..., 3) as (z, y, x) in um, lie inside or on the surface."""
        scaled = (points_um - np.asarray(self.centre_um)) @ (self.axes / np.asarray(self.semi_axes_um))
        inside: NDArray[np.bool_] = np.einsum("...i,...i", scaled, scaled) <= 1
        return inside

    @property
    def numbers(self) -> Numbers:
        """The ellipsoid in numbers."""
        return Numbers(ELLIPSOID, np.asarray(self.centre_um), (self.axes / np.asarray(self.semi_axes_um)).T.copy())

    def moved(self, transform: Transform) -> Ellipsoid:
        """Return the ellipsoid after a rigid motion."""
        return replace(
            self,
            centre_um=moved_point(transform, self.centre_um),
            rotation=moved_rotation(transform, self.rotation),
        )


def triple(name: str, value: Any) -> Triple:
    """Return three finite floats, or raise `ParameterError` naming the parameter."""
    if type(value) is tuple and len(value) == 3 and all(type(one) is float and math.isfinite(one) for one in value):
        return value  # as they are between the moves of a solid: a scene asks a hundred thousand times
    numbers = tuple(value) if isinstance(value, Sequence | np.ndarray) and not isinstance(value, str) else ()
    if len(numbers) != 3 or not all(is_number(number) and math.isfinite(number) for number in numbers):
        raise ParameterError(f"{name} is {value!r}; expected three finite numbers (z, y, x).")
    return float(numbers[0]), float(numbers[1]), float(numbers[2])


def is_number(value: Any) -> bool:
    """Say whether `value` is a real number (a bool is none)."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def check_material(material: Any) -> None:
    """Refuse a material without a name."""
    if not isinstance(material, str) or not material.strip():
        raise ParameterError(f"material is {material!r}; expected a name, such as 'sulfur'.")


def moved_point(transform: Transform, point_um: Triple) -> Triple:
    """Return where a rigid motion takes a point."""
    return triple("point_um", transform.apply(point_um))


def moved_rotation(transform: Transform, rotation: Triple) -> Triple:
    """Return the rotation vector in radians of a body that had `rotation` before a rigid motion."""
    turned = Rotation.from_matrix(transform.matrix) * Rotation.from_rotvec(rotation)
    return triple("rotation", turned.as_rotvec())


def box_around(centre: Triple, reach: Any) -> tuple[Triple, Triple]:
    """Return lowest and highest (z, y, x) of a box of half edges `reach` around `centre`."""
    z, y, x = (float(half) for half in reach)
    return (centre[0] - z, centre[1] - y, centre[2] - x), (centre[0] + z, centre[1] + y, centre[2] + x)

"""A particle with a rough surface, whose volume and surface are known to many digits."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from voltome.data import Transform
from voltome.data._parameters import check_not_negative, check_positive, check_seed
from voltome.errors import ParameterError
from voltome.twins.solids import ROUGH, Numbers, Triple, check_material, moved_point, moved_rotation, triple

WAVES = 48
"""Waves of which a surface is made; their sum scatters nearly like a Gaussian field."""

FINEST_SHARE = 0.1
"""Shortest correlation length as a share of the radius: finer surfaces need more points than the measures take."""

NEAREST_SHARE = 0.2
"""So near to its middle, as a share of the radius, may a surface come."""

NODES = 80
"""Points from pole to pole at which the surface is integrated, and half of those around."""

STEEPER = 1.5
"""How much steeper than at the points of the integrals a surface may be, generously, between them."""


class _Surface(NamedTuple):
    """A surface at many directions."""

    ways: NDArray[np.float64]
    weights: NDArray[np.float64]
    radii: NDArray[np.float64]
    slopes: NDArray[np.float64]


@dataclass(frozen=True)
class RoughSphere:
    """A sphere whose surface is a smooth random field: a secondary particle made of many small ones.

    Parameters
    ----------
    middle_um : tuple of float
        Point (z, y, x) in um from which its radii count; its centre of mass, `centre_um`, is near to it.
    radius_um : float
        Mean of the radius over all directions in um, above 0.
    roughness_um : float
        Standard deviation of the radius over all directions in um, 0 or above; the surface must stay farther than a
        fifth of the radius from the middle.
    correlation_um : float
        Length in um, on a sphere of `radius_um`, over which the radius varies: points that far apart (chord) have the
        correlation exp(-1/2). At least a tenth of the radius.
    seed : int
        Seed of the surface, 0 or above.
    rotation : tuple of float
        Rotation vector with the components (z, y, x) in radians, as of an `Ellipsoid`.
    material : str
        Name of the material.

    Raises
    ------
    ParameterError
        Numbers that are not three or not finite, lengths outside their ranges, a surface that reaches the middle, a
        material without a name.

    Notes
    -----
    The radius along the unit vector u is R + s (f(u) - m), where f is a sum of 48 waves cos(w u + p) with normal w of
    the standard deviation `radius_um` / `correlation_um` and uniform p, m its mean over the sphere, and s such that the
    standard deviation is `roughness_um`: both hold exactly, not only on average. Volume, surface and centre of mass are
    integrals over the sphere by Gauss and Legendre, with relative errors below 1e-6.

    References
    ----------
    M. Shinozuka and G. Deodatis, Appl. Mech. Rev. 44, 191 (1991), equation 37 (a field as a sum of cosines).

    Examples
    --------
    >>> particle = RoughSphere((8, 8, 8), 5.0, roughness_um=0.2, correlation_um=1.5, seed=1, material="NMC")
    >>> bool(1 < particle.surface_area_um2 / (4 * 3.14159265 * 5**2) < 1.1)
    True
    """

    middle_um: Triple
    radius_um: float
    roughness_um: float
    correlation_um: float
    seed: int
    rotation: Triple = (0.0, 0.0, 0.0)
    material: str = "solid"

    def __post_init__(self) -> None:
        for name in ("middle_um", "rotation"):
            object.__setattr__(self, name, triple(name, getattr(self, name)))
        object.__setattr__(self, "radius_um", check_positive("radius_um", self.radius_um))
        object.__setattr__(self, "roughness_um", check_not_negative("roughness_um", self.roughness_um))
        object.__setattr__(self, "correlation_um", check_positive("correlation_um", self.correlation_um))
        object.__setattr__(self, "seed", check_seed(self.seed))
        check_material(self.material)
        if self.correlation_um < FINEST_SHARE * self.radius_um:
            raise ParameterError(
                f"correlation_um is {self.correlation_um:g}; expected at least a tenth of the radius, "
                f"{FINEST_SHARE * self.radius_um:g} um."
            )
        nearest = float(self._surface.radii.min())
        if nearest < NEAREST_SHARE * self.radius_um:
            raise ParameterError(
                f"with roughness_um = {self.roughness_um:g} the surface comes as near as {nearest:.3g} um to the "
                f"middle; expected a fifth of the radius, {NEAREST_SHARE * self.radius_um:g} um. Make it less rough."
            )

    @cached_property
    def _waves(self) -> NDArray[np.float64]:
        """The waves (z, y, x, phase) of the unrotated surface."""
        rng = np.random.default_rng(self.seed)
        waves = rng.normal(size=(WAVES, 4)) * (self.radius_um / self.correlation_um)
        waves[:, 3] = rng.uniform(0, 2 * math.pi, WAVES)
        return waves

    @cached_property
    def _base_and_amplitude(self) -> tuple[float, float]:
        """Radius and amplitude such that mean and standard deviation over all directions are those that were asked."""
        ways, weights = _directions()
        field = np.cos(ways @ self._waves[:, :3].T + self._waves[:, 3]).sum(axis=1)
        mean = float(weights @ field)
        spread = math.sqrt(float(weights @ (field - mean) ** 2))
        amplitude = self.roughness_um / spread
        return self.radius_um - amplitude * mean, amplitude

    @cached_property
    def _surface(self) -> _Surface:
        """The unrotated surface at the directions of the integrals."""
        ways, weights = _directions()
        base, amplitude = self._base_and_amplitude
        phases = ways @ self._waves[:, :3].T + self._waves[:, 3]
        radii = base + amplitude * np.cos(phases).sum(axis=1)
        gradients = -amplitude * np.sin(phases) @ self._waves[:, :3]
        gradients -= np.einsum("ij,ij->i", gradients, ways)[:, None] * ways  # along the sphere
        return _Surface(ways, weights, radii, np.linalg.norm(gradients, axis=1))

    @cached_property
    def _turned(self) -> Rotation:
        return Rotation.from_rotvec(self.rotation)

    @property
    def centre_um(self) -> Triple:
        """Centre of mass (z, y, x) in um."""
        surface = self._surface
        moments = (surface.weights * surface.radii**4) @ surface.ways * math.pi / self.volume_um3
        return triple("centre_um", np.asarray(self.middle_um) + self._turned.apply(moments))

    @property
    def volume_um3(self) -> float:
        """Volume in um3: the integral of radius^3 / 3 over all directions."""
        return 4 / 3 * math.pi * float(self._surface.weights @ self._surface.radii**3)

    @property
    def surface_area_um2(self) -> float:
        """Surface area in um2: the integral of radius sqrt(radius^2 + slope^2) over all directions."""
        surface = self._surface
        return 4 * math.pi * float(surface.weights @ (surface.radii * np.hypot(surface.radii, surface.slopes)))

    @property
    def _reach_um(self) -> tuple[float, float]:
        """Distances of the surface from the middle, with what it may do between two directions of the integrals."""
        amplitude = self._base_and_amplitude[1]
        bend = amplitude * float(np.sum(self._waves[:, :3] ** 2) + np.abs(self._waves[:, :3]).sum())
        between = bend / 2 * (math.pi / NODES) ** 2 / 4
        radii = self._surface.radii
        return max(NEAREST_SHARE / 2 * self.radius_um, float(radii.min()) - between), float(radii.max()) + between

    @property
    def bounds_um(self) -> tuple[Triple, Triple]:
        """Lowest and highest (z, y, x) in um of a box that surely holds it, a little wider than the smallest."""
        places = self._turned.apply(self._surface.ways * self._surface.radii[:, None])
        spare = self._reach_um[1] - float(self._surface.radii.max()) + self.radius_um * (math.pi / NODES) ** 2 / 2
        low = np.asarray(self.middle_um) + places.min(axis=0) - spare
        high = np.asarray(self.middle_um) + places.max(axis=0) + spare
        return triple("low", low), triple("high", high)

    def contains(self, points_um: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points, shape (..., 3) as (z, y, x) in um, lie inside or on the surface."""
        offsets = points_um - np.asarray(self.middle_um)
        lengths = np.linalg.norm(offsets, axis=-1)
        inside: NDArray[np.bool_] = lengths <= self._reach_um[1]
        ways = offsets[inside] / np.maximum(lengths[inside], 1e-300)[:, None]
        base, amplitude = self._base_and_amplitude
        radii = base + amplitude * np.cos(ways @ self.numbers.matrix[2:, :3].T + self._waves[:, 3]).sum(axis=1)
        inside[inside] = lengths[inside] <= radii
        return inside

    @cached_property
    def numbers(self) -> Numbers:
        """The rough sphere in numbers."""
        matrix = np.zeros((WAVES + 2, 4))
        nearest, farthest = self._reach_um
        matrix[0] = (*self._base_and_amplitude, nearest, farthest)
        matrix[1, 0] = 2 * math.pi * nearest / max(1.0, float(np.linalg.norm(self._waves[:, :3], axis=1).max()))
        matrix[1, 1] = math.hypot(1.0, STEEPER * float(self._surface.slopes.max()) / nearest)
        matrix[2:, :3], matrix[2:, 3] = self._turned.apply(self._waves[:, :3]), self._waves[:, 3]
        return Numbers(ROUGH, np.asarray(self.middle_um), matrix)

    def moved(self, transform: Transform) -> RoughSphere:
        """Return the rough sphere after a rigid motion."""
        return replace(
            self,
            middle_um=moved_point(transform, self.middle_um),
            rotation=moved_rotation(transform, self.rotation),
        )


def _directions() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return unit vectors (n, 3) over the sphere, and their weights, which add up to 1."""
    heights, weights = np.polynomial.legendre.leggauss(NODES)
    turns = 2 * math.pi * np.arange(2 * NODES) / (2 * NODES)
    across = np.sqrt(1 - heights**2)[:, None]
    ways = np.stack(np.broadcast_arrays(heights[:, None], across * np.sin(turns), across * np.cos(turns)), axis=-1)
    return ways.reshape(-1, 3), np.repeat(weights / 2 / len(turns), len(turns))

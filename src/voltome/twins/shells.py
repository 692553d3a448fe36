"""A particle with a void inside."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voltome.data import Transform
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError
from voltome.twins.solids import SHELL, Numbers, Triple, box_around, check_material, moved_point, triple


@dataclass(frozen=True)
class Shell:
    """A sphere with a spherical cavity in its middle: a particle with an internal void.

    What is in the cavity is the background, or a later solid of the scene. For a void off the middle put a `Sphere` of
    another material before the particle.

    Parameters
    ----------
    centre_um : tuple of float
        Centre (z, y, x) in um.
    radius_um : float
        Outer radius in um, above 0.
    cavity_radius_um : float
        Radius of the cavity in um, above 0 and below `radius_um`.
    material : str
        Name of the material.

    Raises
    ------
    ParameterError
        A centre that is not three finite numbers, a radius not above 0, a cavity as large as the sphere, a material
        without a name.

    Examples
    --------
    >>> import math
    >>> hollow = Shell((8, 8, 8), 5.0, 1.0, material="NMC")
    >>> math.isclose(hollow.volume_um3, 4 / 3 * math.pi * (5**3 - 1))
    True
    """

    centre_um: Triple
    radius_um: float
    cavity_radius_um: float
    material: str = "solid"

    def __post_init__(self) -> None:
        object.__setattr__(self, "centre_um", triple("centre_um", self.centre_um))
        for name in ("radius_um", "cavity_radius_um"):
            object.__setattr__(self, name, check_positive(name, getattr(self, name)))
        if self.cavity_radius_um >= self.radius_um:
            raise ParameterError(
                f"cavity_radius_um is {self.cavity_radius_um:g}; expected less than radius_um, {self.radius_um:g}."
            )
        check_material(self.material)

    @property
    def volume_um3(self) -> float:
        """Volume 4/3 pi (R^3 - r^3) of the material in um3, without the cavity."""
        return 4 / 3 * math.pi * (self.radius_um**3 - self.cavity_radius_um**3)

    @property
    def surface_area_um2(self) -> float:
        """Surface area 4 pi (R^2 + r^2) in um2, with the wall of the cavity."""
        return 4 * math.pi * (self.radius_um**2 + self.cavity_radius_um**2)

    @property
    def bounds_um(self) -> tuple[Triple, Triple]:
        """Lowest and highest (z, y, x) of the shell in um."""
        return box_around(self.centre_um, (self.radius_um,) * 3)

    def contains(self, points_um: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points, shape (..., 3) as (z, y, x) in um, lie in the material or on its surface."""
        offsets = points_um - np.asarray(self.centre_um)
        squares = np.einsum("...i,...i", offsets, offsets)
        inside: NDArray[np.bool_] = (squares <= self.radius_um**2) & (squares >= self.cavity_radius_um**2)
        return inside

    @property
    def numbers(self) -> Numbers:
        """The shell in numbers."""
        matrix = np.zeros((3, 3))
        matrix[0, 0], matrix[1, 0] = self.radius_um, self.cavity_radius_um
        return Numbers(SHELL, np.asarray(self.centre_um), matrix)

    def moved(self, transform: Transform) -> Shell:
        """Return the shell after a rigid motion."""
        return replace(self, centre_um=moved_point(transform, self.centre_um))

"""Random packings of spheres and ellipsoids."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from voltome.data._parameters import Positive, check_positive, check_seed
from voltome.errors import ParameterError
from voltome.twins.scenes import Scene
from voltome.twins.solids import Ellipsoid, Solid, Sphere, Triple, triple

ATTEMPTS = 2000
"""Random places tried for one solid before the packing gives up."""

_MIXTURES = np.linspace(0.02, 0.98, 33)


def pack(
    size_um: tuple[float, float, float],
    *,
    count: int | None = None,
    radius_um: tuple[Positive, Positive] | None = None,
    radii_um: Sequence[float] | None = None,
    ellipsoid_share: float = 0.0,
    aspect_ratio: tuple[float, float] = (1.3, 2.0),
    gap_um: float = 0.0,
    across_border: bool = False,
    material: str = "solid",
    background: str = "pore",
    seed: int,
) -> Scene:
    """Pack spheres and ellipsoids at random places, apart from each other or slightly overlapping.

    Use it to make a scene whose particles can be counted and measured exactly. It places solids one by one,
    the largest first, and reaches about 30 % by volume with solids of one size; it is not a model of how
    powders settle.

    Parameters
    ----------
    size_um : tuple of float
        Edge lengths of the scene along (z, y, x) in um.
    count : int, optional
        Number of solids, 1 or above.
    radius_um : tuple of float, optional
        Lowest and highest radius in um, drawn uniformly; for an ellipsoid the radius of the sphere of its volume.
    radii_um : sequence of float, optional
        The radius of every solid in um, in place of `count` and `radius_um`.
    ellipsoid_share : float
        Probability that a solid is an ellipsoid, 0 to 1.
    aspect_ratio : tuple of float
        Lowest and highest ratio of longest to shortest semi-axis of the ellipsoids, 1 or above.
    gap_um : float
        Smallest gap between two solids in um. 0 lets them touch; below 0 they may overlap by that much, so that
        particles must be separated before they can be counted. Then the exact measures still are those of the
        whole solids, and fractions computed from them are too high by the overlap.
    across_border : bool
        Whether a solid may be cut by the border of the scene; its centre is always inside.
    material, background : str
        Names of the material of the solids and of what is around them.
    seed : int
        Seed of the random numbers, 0 or above: the same seed gives the same scene.

    Returns
    -------
    Scene
        The packing, largest solid first.

    Raises
    ------
    ParameterError
        A parameter outside its range, or a solid for which no place was found: the message says how many fitted.

    Notes
    -----
    Time grows with the square of the number of solids: 2,000 take seconds. The gap is exact between spheres; around an
    ellipsoid it is at least `gap_um` (for an overlap: about). Overlap of ellipsoids is found by the contact function of
    Perram and Wertheim.

    References
    ----------
    J. W. Perram and M. S. Wertheim, J. Comput. Phys. 58, 409 (1985), equation 3.9.

    Examples
    --------
    >>> import voltome as vt
    >>> scene = vt.twins.pack((40, 40, 40), count=12, radius_um=(3, 5), material="sulfur", seed=1)
    >>> len(scene.solids), scene.materials
    (12, ('sulfur',))
    """
    size = triple("size_um", size_um)
    random = np.random.default_rng(check_seed(seed))
    radii = _radii(random, count, radius_um, radii_um)
    smallest = float(radii[-1] if radius_um is None else radius_um[0])
    _check(size, smallest, ellipsoid_share, aspect_ratio, across_border)
    if not (math.isfinite(gap_um) and gap_um > -smallest):
        raise ParameterError(f"gap_um is {gap_um}; expected above minus the smallest radius, -{smallest}.")
    placed = _Placed(len(radii))
    for radius in radii:
        axes, rotation = _shape(random, float(radius), ellipsoid_share, aspect_ratio)
        solid = _place(random, axes, rotation, placed, size=size, gap=gap_um, across=across_border, material=material)
        if solid is None:
            raise ParameterError(
                f"{len(placed.solids)} of {len(radii)} solids fitted into {size} um; the next, of radius {radius:.3g} "
                f"um, found no place in {ATTEMPTS} attempts. Ask for fewer or smaller solids, a smaller gap, or a "
                f"larger scene."
            )
        placed.add(solid)
    return Scene(tuple(placed.solids), size_um=size, background=background)


@dataclass(slots=True)
class _Placed:
    """The solids placed so far, and arrays of them in which those near a place are found quickly."""

    room: int
    solids: list[Solid] = field(default_factory=list)
    centres: NDArray[np.float64] = field(init=False)
    longest: NDArray[np.float64] = field(init=False)
    shortest: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.centres, self.longest, self.shortest = np.empty((self.room, 3)), np.empty(self.room), np.empty(self.room)

    def add(self, solid: Solid) -> None:
        """Place one more."""
        number = len(self.solids)
        axes = _semi_axes(solid)
        self.centres[number], self.longest[number], self.shortest[number] = solid.centre_um, max(axes), min(axes)
        self.solids.append(solid)

    def near(self, centre: NDArray[np.float64], axes: Triple, gap: float) -> list[Solid] | None:
        """Return the solids that one at this place might be too near to; None where it surely overlaps one."""
        number = len(self.solids)
        offsets = self.centres[:number] - centre
        apart = np.sqrt(np.einsum("ij,ij->i", offsets, offsets))
        if np.any(apart < self.shortest[:number] + min(axes) + gap):
            return None
        return [self.solids[index] for index in np.flatnonzero(apart < self.longest[:number] + max(axes) + gap)]


def _radii(
    random: np.random.Generator, count: Any, between: tuple[float, float] | None, given: Sequence[float] | None
) -> NDArray[np.float64]:
    """Return the radii of all solids, the largest first."""
    if given is not None:
        if count is not None or between is not None or not len(given):
            raise ParameterError(
                "found radii_um and count or radius_um, or no radius; expected either of the two ways."
            )
        return np.sort([check_positive("each of radii_um", radius) for radius in given])[::-1]
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        raise ParameterError(f"count is {count!r}; expected a whole number, 1 or above.")
    low, high = _pair("radius_um", between, 0.0)
    return np.sort(random.uniform(low, high, size=count))[::-1]


def _pair(name: str, pair: tuple[float, float] | None, lowest: float) -> tuple[float, float]:
    """Return two finite numbers, the lowest first."""
    low, high = pair if pair is not None else (math.nan, math.nan)
    if not (math.isfinite(high) and lowest <= low <= high and low > 0):
        raise ParameterError(f"{name} is {pair}; expected (lowest, highest), the lowest first.")
    return low, high


def _check(size: Triple, smallest: float, share: float, aspect: tuple[float, float], across: bool) -> None:
    """Refuse parameters outside their range."""
    for edge in size:
        check_positive("each of size_um", edge)
    _pair("aspect_ratio", aspect, 1.0)
    if not 0 <= share <= 1:
        raise ParameterError(f"ellipsoid_share is {share}; expected 0 to 1.")
    if not across and share == 0 and 2 * smallest > min(size):
        raise ParameterError(f"the smallest radius is {smallest:g} um: even this does not fit into {size} um.")


def _shape(
    random: np.random.Generator, radius: float, share: float, aspect: tuple[float, float]
) -> tuple[Triple, Triple]:
    """Return semi-axes and rotation of a solid with the volume of a sphere of `radius`."""
    if random.uniform() >= share:
        return (radius, radius, radius), (0.0, 0.0, 0.0)
    longest = random.uniform(*aspect)
    ratios = np.array([1.0, random.uniform(1.0, longest), longest])
    axes = radius * ratios / ratios.prod() ** (1 / 3)
    return triple("semi_axes_um", axes), triple("rotation", Rotation.random(rng=random).as_rotvec())


def _place(
    random: np.random.Generator,
    axes: Triple,
    rotation: Triple,
    placed: _Placed,
    *,
    size: Triple,
    gap: float,
    across: bool,
    material: str,
) -> Solid | None:
    """Return the solid at the first random place at which it fits, or None."""
    corner = (0.0, 0.0, 0.0)
    reach = np.asarray(Ellipsoid(corner, axes, rotation).bounds_um[1])
    low, high = (np.zeros(3), np.asarray(size)) if across else (reach, np.asarray(size) - reach)
    if np.any(low > high):
        return None
    for _ in range(ATTEMPTS):
        centre = random.uniform(low, high)
        near = placed.near(centre, axes, gap)
        if near is None:
            continue
        solid = _solid(triple("centre_um", centre), axes, rotation, material)
        if not any(_too_near(solid, other, gap) for other in near):
            return solid
    return None


def _solid(centre: Triple, axes: Triple, rotation: Triple, material: str) -> Solid:
    """Return a sphere where the semi-axes are equal, an ellipsoid otherwise."""
    if axes[0] == axes[1] == axes[2]:
        return Sphere(centre, axes[0], material)
    return Ellipsoid(centre, axes, rotation, material)


def _too_near(one: Solid, other: Solid, gap: float) -> bool:
    """Say whether two solids overlap or may be nearer than `gap`."""
    offset = np.subtract(one.centre_um, other.centre_um)
    distance = float(np.sqrt(offset @ offset))
    axes, other_axes = _semi_axes(one), _semi_axes(other)
    if distance >= max(axes) + max(other_axes) + gap:
        return False
    if distance < min(axes) + min(other_axes) + gap:
        return True
    if isinstance(one, Sphere) and isinstance(other, Sphere):
        return distance < one.radius_um + other.radius_um + gap
    return _contact(_spread(one, gap / 2), _spread(other, gap / 2), offset) < 1


def _semi_axes(solid: Solid) -> Triple:
    """Return the semi-axes of a sphere or an ellipsoid."""
    if isinstance(solid, Ellipsoid):
        return solid.semi_axes_um
    assert isinstance(solid, Sphere)  # noqa: S101 - pack makes only these two
    return (solid.radius_um,) * 3


def _spread(solid: Solid, margin: float) -> NDArray[np.float64]:
    """Return axes diag(a^2) axes^T of the solid enlarged so far that it holds all points nearer than `margin`."""
    lengths = np.asarray(_semi_axes(solid))
    lengths = lengths * max(0.1, 1 + margin / lengths.min())  # a shrunken solid keeps a tenth, to stay a solid
    axes = solid.axes if isinstance(solid, Ellipsoid) else np.eye(3)
    spread: NDArray[np.float64] = (axes * lengths**2) @ axes.T
    return spread


def _contact(one: NDArray[np.float64], other: NDArray[np.float64], offset: NDArray[np.float64]) -> float:
    """Return a lower bound of the Perram-Wertheim contact function; above 1 the ellipsoids are apart."""
    mixed = (1 - _MIXTURES)[:, None, None] * one + _MIXTURES[:, None, None] * other
    solved = np.linalg.solve(mixed, np.broadcast_to(offset[:, None], (len(_MIXTURES), 3, 1)))[..., 0]
    return float(np.max(_MIXTURES * (1 - _MIXTURES) * (solved @ offset)))

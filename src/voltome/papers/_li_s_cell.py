"""The simulated Li-S cell: what is in it in three states, and how each scan sees it.

The cell has its own frame: z = 0 is the surface of the current collector, y = x = 0 its middle. Every scan sees it
tilted, turned and shifted. What happens to the sulfur follows the study in kind: it dissolves from the surface of all
particles and wholly near the separator; then it comes back on the larger of those that are left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.optimize import brentq

from voltome.data import Transform, Volume
from voltome.errors import ParameterError
from voltome.twins import Block, Capsule, Ellipsoid, Solid, Sphere, grey_volume, pack
from voltome.twins.scenes import scene_of

__all__ = [
    "LOSS",
    "RECOVERED",
    "STATES",
    "SULFUR_DENSITY_G_PER_CM3",
    "Cell",
    "Particle",
    "Scanner",
    "make_cell",
    "simulate",
    "true_volume_of",
]

STATES = {"uncycled": 0, "2-cycles": 2, "10-cycles": 10}
"""Name and cycle number of every state, as in the study."""

LOSS = 0.35
"""Share of the sulfur that is gone after two cycles; published: 1 - 1.848 / 2.804 = 0.34."""

RECOVERED = 0.87
"""Share of the first sulfur volume that there is after ten cycles; published: 2.439 / 2.804 = 0.87."""

SULFUR, PORE, GLASS, STEEL = "sulfur", "carbon-pore", "separator", "collector"
GREY = {PORE: 20000.0, GLASS: 28500.0, SULFUR: 36000.0, STEEL: 56000.0}
SULFUR_DENSITY_G_PER_CM3 = 2.03
LEAST_RADIUS_UM, LEAST_LEFT_UM, LARGEST_RADIUS_UM = 2.0, 2.3, 15.0
_COLLECTOR_UM, _SEPARATOR_UM = 30.0, 70.0
_MOST_GROWTH = 6.0


@dataclass(frozen=True, slots=True)
class Particle:
    """One particle: a solid and the factor by which it has been scaled."""

    solid: Sphere | Ellipsoid

    @property
    def radius_um(self) -> float:
        """Radius of the sphere of equal volume."""
        return float(np.cbrt(3 * self.solid.volume_um3 / (4 * math.pi)))

    def scaled(self, factor: float) -> Particle:
        """Return the particle with all its lengths multiplied."""
        if isinstance(self.solid, Sphere):
            return Particle(replace(self.solid, radius_um=self.solid.radius_um * factor))
        z, y, x = (length * factor for length in self.solid.semi_axes_um)
        return Particle(replace(self.solid, semi_axes_um=(z, y, x)))


@dataclass(frozen=True, slots=True)
class Cell:
    """The cell in all its states.

    Attributes
    ----------
    states : mapping of str to tuple of Particle
        The sulfur in each state.
    fixed : tuple of Solid
        What does not change: fibres of the separator, current collector.
    thickness_um : float
        Thickness of the electrode: the separator begins there.
    """

    states: Mapping[str, tuple[Particle, ...]]
    fixed: tuple[Solid, ...]
    thickness_um: float

    def solids(self, state: str) -> tuple[Solid, ...]:
        """Return everything that is in the cell in one state."""
        return (*(particle.solid for particle in self.states[state]), *self.fixed)


@dataclass(frozen=True, slots=True)
class Scanner:
    """How the scans see the cell.

    Attributes
    ----------
    shape : tuple of int
        Voxels of each scan (z, y, x).
    voxel_size_um : float
        Edge of the cubic voxels in um.
    views : mapping of str to Transform
        For every state the motion from the frame of the cell to that of its scan.
    blur_um, noise, texture : float
        Width of the blur; standard deviation of the noise and of the unresolved carbon and binder, in grey values.
    """

    shape: tuple[int, int, int]
    voxel_size_um: float
    views: Mapping[str, Transform]
    blur_um: float
    noise: float
    texture: float

    @property
    def size_um(self) -> tuple[float, float, float]:
        """Field of view (z, y, x) in um."""
        z, y, x = (count * self.voxel_size_um for count in self.shape)
        return z, y, x


def make_cell(*, width_um: float, thickness_um: float, seed: int) -> Cell:
    """Make the cell in its three states.

    Parameters
    ----------
    width_um : float
        Edge of the square of electrode that is made; what the scans see when turned by any angle must fit in.
    thickness_um : float
        Thickness of the electrode in um.
    seed : int
        Seed of the random numbers.
    """
    random = np.random.default_rng(seed)
    uncycled = _packed(width_um, thickness_um, random)
    after_two = _dissolved(uncycled, thickness_um)
    after_ten = _redeposited(after_two, uncycled, thickness_um)
    states = dict(zip(STATES, (uncycled, after_two, after_ten), strict=True))
    steel = Block((-_COLLECTOR_UM / 2, 0, 0), (_COLLECTOR_UM, 2 * width_um, 2 * width_um), material=STEEL)
    return Cell(states, (*_fibres(width_um, thickness_um, random), steel), thickness_um)


def true_volume_of(particles: Sequence[Particle]) -> float:
    """Return the volume of all particles in um3."""
    return math.fsum(particle.solid.volume_um3 for particle in particles)


def _packed(width: float, thickness: float, random: np.random.Generator) -> tuple[Particle, ...]:
    """Return the first state: 26 % sulfur, radii log-normal about 4 um, cut at 2 and 12 um."""
    radii = np.exp(random.normal(math.log(4.0), 0.45, 20000))
    radii = radii[(radii >= LEAST_RADIUS_UM) & (radii <= 12)]
    count = int(np.searchsorted(np.cumsum(4 / 3 * math.pi * radii**3), 0.26 * thickness * width**2))
    scene = pack(
        (thickness, width, width),
        radii_um=radii[:count].tolist(),
        ellipsoid_share=0.4,
        aspect_ratio=(1.1, 1.4),
        gap_um=0.3,
        material=SULFUR,
        seed=int(random.integers(2**31)),
    )
    to_middle = Transform((0, 0, 0), shift_um=(0, -width / 2, -width / 2))
    moved = [solid.moved(to_middle) for solid in scene.solids]
    return tuple(Particle(solid) for solid in moved if isinstance(solid, Sphere | Ellipsoid))


def _dissolved(particles: Sequence[Particle], thickness: float) -> tuple[Particle, ...]:
    """Return the particles after two cycles: a layer lost from each, the more the nearer it is to the separator."""

    def remaining(depth_lost: float) -> tuple[Particle, ...]:
        left = []
        for particle in particles:
            from_separator = thickness - particle.solid.centre_um[0]
            lost = depth_lost * (1 + 6 * math.exp(-((from_separator / 14) ** 2)))
            radius = particle.radius_um - lost
            if radius >= LEAST_LEFT_UM:
                left.append(particle.scaled(radius / particle.radius_um))
        return tuple(left)

    wanted = (1 - LOSS) * true_volume_of(particles)
    depth = brentq(lambda lost: true_volume_of(remaining(lost)) - wanted, 0.05, 3.0, xtol=1e-4)
    return remaining(float(depth))


def _redeposited(particles: Sequence[Particle], first: Sequence[Particle], thickness: float) -> tuple[Particle, ...]:
    """Return the particles after ten cycles: the small ones gone, the others grown until they touch."""
    ordered = sorted(particles, key=lambda particle: -particle.radius_um)
    survivors = ordered[: int(0.28 * len(ordered))]
    centres = np.array([particle.solid.centre_um for particle in survivors])
    reach = np.array([_longest(particle) for particle in survivors])
    radius = np.array([particle.radius_um for particle in survivors])
    depth = np.clip(1.25 - 0.5 * centres[:, 0] / thickness, 0, None)  # more of it near the current collector

    def factors(growth: float) -> NDArray[np.float64]:
        taken, grown = reach.copy(), np.ones(len(survivors))
        for index in range(len(survivors)):
            apart = np.linalg.norm(centres - centres[index], axis=1) - taken
            apart[index] = np.inf
            walls = 2.0 * min(centres[index, 0], thickness - centres[index, 0])  # it may sink into a wall by its half
            free = min(float(apart.min()), walls) / reach[index]
            largest = LARGEST_RADIUS_UM / radius[index]
            grown[index] = max(1.0, min(1 + growth * depth[index], free, largest))
            taken[index] = reach[index] * grown[index]
        return grown

    def volume(growth: float) -> float:
        return float((4 / 3 * math.pi * (radius * factors(growth)) ** 3).sum())

    wanted = RECOVERED * true_volume_of(first)
    if volume(_MOST_GROWTH) < wanted:
        raise ParameterError(
            f"grown until they touch, the particles hold {volume(_MOST_GROWTH):.4g} um3; expected {wanted:.4g} um3, "
            f"{RECOVERED:.0%} of the first state. Make the cell wider or the electrode thicker, or take another seed."
        )
    growth = float(brentq(lambda value: volume(value) - wanted, 0.0, _MOST_GROWTH, xtol=1e-3))
    return tuple(particle.scaled(float(f)) for particle, f in zip(survivors, factors(growth), strict=True))


def _longest(particle: Particle) -> float:
    """Return the radius of the sphere around a particle."""
    return max(particle.solid.semi_axes_um) if isinstance(particle.solid, Ellipsoid) else particle.solid.radius_um


def _fibres(width: float, thickness: float, random: np.random.Generator) -> list[Capsule]:
    """Return the fibres of the separator: bent, of 2 to 4 um, 12 % of its volume, some lying on the electrode."""
    fibres: list[Capsule] = []
    wanted, held = 0.12 * _SEPARATOR_UM * width**2, 0.0
    while held < wanted:
        radius, angle, slope = random.uniform(1.0, 2.0), random.uniform(0, math.tau), random.normal(0, 0.12)
        point = np.array([thickness + radius, 0, 0]) + random.uniform(
            (0, -width / 2, -width / 2), (_SEPARATOR_UM, width / 2, width / 2)
        )
        for _ in range(int(random.integers(3, 9))):
            along = 14.0 * np.array([slope, math.sin(angle), math.cos(angle)])
            end = point + along
            end[0] = max(end[0], thickness + radius)
            fibres.append(Capsule(tuple(point), tuple(end), radius, material=GLASS))
            held += fibres[-1].volume_um3
            point, angle, slope = end, angle + random.normal(0, 0.25), slope + random.normal(0, 0.04)
    return fibres


def simulate(cell: Cell, state: str, scanner: Scanner, *, seed: int) -> Volume:
    """Return the scan of one state: partial volumes, unresolved carbon and binder, blur, noise."""
    view = scene_of(cell.solids(state), scanner.views[state], size_um=scanner.size_um, background=PORE)
    volume = grey_volume(
        view,
        voxel_size_um=scanner.voxel_size_um,
        grey={name: grey for name, grey in GREY.items() if name in (view.background, *view.materials)},
        blur_um=scanner.blur_um,
        noise=scanner.noise,
        seed=seed,
    )
    random = np.random.default_rng([seed, 1])
    texture = gaussian_filter(random.standard_normal(volume.shape, dtype=np.float32), 1.5, mode="wrap")
    texture *= scanner.texture / texture.std()
    texture[~_in_electrode(cell, state, scanner)] = 0
    values = np.clip(np.rint(volume.values + texture), 0, 65535).astype(np.uint16)
    did = f"simulated: texture of {scanner.texture:g} grey values in the electrode, for unresolved carbon and binder"
    return volume.derive(did, values=values)


def _in_electrode(cell: Cell, state: str, scanner: Scanner) -> NDArray[np.bool_]:
    """Return which voxels of a scan lie between collector and separator."""
    view = scanner.views[state].inverse()
    middle = np.multiply(0.5, scanner.size_um)
    up = view.matrix[0]  # by how much the height in the cell rises along the axes of the scan
    z, y, x = (
        (np.arange(count) + 0.5) * scanner.voxel_size_um - half
        for count, half in zip(scanner.shape, middle, strict=True)
    )
    height = view.apply(middle)[0] + up[0] * z[:, None, None] + up[1] * y[:, None] + up[2] * x
    inside: NDArray[np.bool_] = (height > 0) & (height < cell.thickness_um)
    return inside

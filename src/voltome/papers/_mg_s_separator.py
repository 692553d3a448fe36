"""The simulated separator: glass fibres in layers, fresh and with deposit where fibres cross, as micro-CT sees it.

Fibres are long capsules and the deposit balls around the places where two fibres come near each other: the truth at any
point. The fibres are the same in both states, so that what the deposit does is not mixed with another sample.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltome.data import Volume
from voltome.papers._mg_s_published import DEPOSIT, FIBRE, PORE
from voltome.twins import Capsule, Scene, Sphere, grey_volume, true_phases
from voltome.twins.solids import triple

__all__ = ["GREY", "SEPARATORS", "MicroCT", "fractions_of", "make_separator", "scan_of"]

SEPARATORS = {"separator-0": 0, "separator-1": 1}
"""Name and cycle number of the two states."""

GREY = {PORE: 18000.0, DEPOSIT: 33000.0, FIBRE: 42000.0}
FIBRE_RADIUS_UM = 1.14
FIBRE_FRACTION, DEPOSIT_FRACTION = 0.15, 0.131
"""As published for the fresh fibres and for the deposit after one cycle."""

_TURN_DEG, _TILT_DEG = 26.0, 2.5
_NEAR_UM = 1.0
_FULL = 60000


@dataclass(frozen=True, slots=True)
class MicroCT:
    """How the scans see the separator: voxels and their edge, blur, and noise in grey values."""

    shape: tuple[int, int, int]
    voxel_size_um: float
    blur_um: float
    noise: float

    @property
    def size_um(self) -> tuple[float, float, float]:
        """Field of view (z, y, x) in um."""
        z, y, x = (count * self.voxel_size_um for count in self.shape)
        return z, y, x


def make_separator(scanner: MicroCT, *, seed: int) -> Mapping[str, Scene]:
    """Lay the fibres, and add the deposit of the second state.

    Fibres lie in planes across z, most of them nearly along x, and pass through each other where they meet. The
    deposit is as much as the study found, on the outside of the fibres.
    """
    random = np.random.default_rng(seed)
    fibres = _fibres(scanner.size_um, random)
    fresh = Scene(fibres, size_um=scanner.size_um, background=PORE)
    crossings = _crossings(fibres)
    keep = random.permutation(len(crossings))
    sizes = random.uniform(0.75, 1.25, len(crossings))
    radius = 2.2 * FIBRE_RADIUS_UM
    for _ in range(5):  # the volume of balls that overlap each other and the fibres is counted, their radius found
        balls = (Sphere(triple("centre_um", crossings[index]), radius * float(sizes[index]), DEPOSIT) for index in keep)
        inside = tuple(ball for ball in balls if _reaches_into(ball, scanner.size_um))
        cycled = Scene((*fibres, *inside), size_um=scanner.size_um, background=PORE)
        labels = true_phases(cycled, voxel_size_um=scanner.voxel_size_um)
        found = float(np.mean(labels.values == labels.label_of(DEPOSIT)))
        if abs(found / DEPOSIT_FRACTION - 1) < 1e-3:
            break
        radius *= (DEPOSIT_FRACTION / found) ** (1 / 2.6)
    return dict(zip(SEPARATORS, (fresh, cycled), strict=True))


def fractions_of(scene: Scene, scanner: MicroCT) -> Mapping[str, float]:
    """Return the volume fractions of a scene, counted at points finer than the voxels."""
    fractions: dict[str, float] = {}
    for material in scene.materials:
        grey = {name: float(_FULL * (name == material)) for name in (scene.background, *scene.materials)}
        image = grey_volume(scene, voxel_size_um=scanner.voxel_size_um, grey=grey, seed=0)
        fractions[material] = float(image.values.mean(dtype=np.float64)) / _FULL
    return {PORE: 1 - sum(fractions.values()), **fractions}


def scan_of(scene: Scene, scanner: MicroCT, *, seed: int) -> Volume:
    """Return the scan of one state."""
    return grey_volume(
        scene,
        voxel_size_um=scanner.voxel_size_um,
        grey={name: GREY[name] for name in (scene.background, *scene.materials)},
        blur_um=scanner.blur_um,
        noise=scanner.noise,
        seed=seed,
    )


def expected_fibre_surface_per_um(fraction: float) -> float:
    """Return the expected surface of the fibres over their own volume, in 1/um.

    Long cylinders at random that may pass through each other (a Boolean model) with the fraction p have the surface
    (1 - p) (-ln(1 - p)) 2 / r over the total volume.
    """
    return (1 - fraction) * -math.log1p(-fraction) * 2 / FIBRE_RADIUS_UM / fraction


def _fibres(size: tuple[float, float, float], random: np.random.Generator) -> tuple[Capsule, ...]:
    """Return the fibres that reach into the box, as many as fill the fraction, those that meet counted once."""
    depth, height, width = size
    reach = width * math.tan(math.radians(2.5 * _TURN_DEG)) / 2
    wanted = -math.log1p(-FIBRE_FRACTION) * math.prod(size)
    fibres: list[Capsule] = []
    held = 0.0
    while held < wanted:
        turn = math.radians(np.clip(random.normal(0, _TURN_DEG), -2.5 * _TURN_DEG, 2.5 * _TURN_DEG))
        tilt = math.radians(random.normal(0, _TILT_DEG))
        along = np.array([math.tan(tilt), math.tan(turn), 1.0])
        middle = np.array([random.uniform(0, depth), random.uniform(-reach, height + reach), width / 2])
        fibre = Capsule(
            triple("start_um", middle - 0.6 * width * along),
            triple("end_um", middle + 0.6 * width * along),
            FIBRE_RADIUS_UM,
            material=FIBRE,
        )
        length = _length_inside(middle, along, size)
        if length > 0:
            fibres.append(fibre)
            held += math.pi * FIBRE_RADIUS_UM**2 * length
    return tuple(fibre for fibre in fibres if _reaches_into(fibre, size))


def _length_inside(middle: NDArray[np.float64], along: NDArray[np.float64], size: tuple[float, float, float]) -> float:
    """Return the length of a line within the box."""
    low, high = -np.inf, np.inf
    for place, step, edge in zip(middle, along, size, strict=True):
        if step:
            first, last = sorted(((0 - place) / step, (edge - place) / step))
            low, high = max(low, first), min(high, last)
    return max(0.0, float(high - low)) * float(np.linalg.norm(along))


def _crossings(fibres: tuple[Capsule, ...]) -> NDArray[np.float64]:
    """Return the places midway between the axes of two fibres that come nearer than `_NEAR_UM` to each other."""
    start = np.array([fibre.start_um for fibre in fibres])
    axis = np.array([fibre.end_um for fibre in fibres]) - start
    places: list[NDArray[np.float64]] = []
    for one in range(len(fibres) - 1):
        others = slice(one + 1, None)
        u, v, w = axis[one], axis[others], start[one] - start[others]
        uu, uv, vv = u @ u, v @ u, np.einsum("ij,ij->i", v, v)
        uw, vw = w @ u, np.einsum("ij,ij->i", v, w)
        across = uu * vv - uv**2
        across[across < 1e-9 * uu * vv] = np.inf  # side by side: no one place
        s, t = (uv * vw - vv * uw) / across, (uu * vw - uv * uw) / across
        here, there = start[one] + s[:, None] * u, start[others] + t[:, None] * v
        apart = np.linalg.norm(here - there, axis=1)
        near = (apart < 2 * FIBRE_RADIUS_UM + _NEAR_UM) & (s > 0) & (s < 1) & (t > 0) & (t < 1)
        places.extend((here[near] + there[near]) / 2)
    return np.array(places)


def _reaches_into(solid: Capsule | Sphere, size: tuple[float, float, float]) -> bool:
    """Say whether the box around a solid reaches into the field of view."""
    low, high = solid.bounds_um
    return all(top > 0 and bottom < edge for bottom, top, edge in zip(low, high, size, strict=True))

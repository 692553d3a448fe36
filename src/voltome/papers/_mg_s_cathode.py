"""The simulated Mg-S cathodes: sulfur in a porous carbon-binder, one sample for each state, as nano-CT sees it.

As in the study, every state is another sample. Sulfur is ellipsoids; carbon and binder are a random texture with pores.
Both are known without a voxel, at any point, and do not know of each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.special import ndtri

from voltome.data import PhaseImage, Volume
from voltome.data.images import SIMULATED
from voltome.papers._mg_s_published import BINDER, PORE, SULFUR
from voltome.twins import Ellipsoid, Scene, Solid, Sphere, grey_volume, pack, porous_texture

__all__ = ["GREY", "STATES", "Cathode", "NanoCT", "Nature", "Sample", "make_cathode", "scan_of", "true_sample"]

GREY = {PORE: 20500.0, BINDER: 24500.0, SULFUR: 40500.0}
"""Half-way lie 22,500 and 32,500: the study's thresholds."""

_FULL = 60000
"""Grey value that stands for a voxel filled by sulfur."""

_EVEN_STEPS = (0.7548776662466927, 0.5698402909980532)
"""Steps of the additive sequence that fills a square most evenly: 1 / g and 1 / g^2, g^3 = g + 1."""

Diameters = Callable[[np.random.Generator, int], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Nature:
    """What one state is like.

    Attributes
    ----------
    cycle : int
        Its cycle number.
    sulfur, pores : float
        Volume fractions of the whole.
    densified : float
        By how much there are fewer pores at the current collector than in the mean, and more at the other end, as a
        share of the pores.
    length_um : float
        Length of the texture of pores and binder.
    diameters : callable
        Draws diameters of sulfur particles in um.
    aspect_ratio : pair of float
        Lowest and highest ratio of longest to shortest semi-axis of the sulfur.
    """

    cycle: int
    sulfur: float
    pores: float
    densified: float
    length_um: float
    diameters: Diameters
    aspect_ratio: tuple[float, float]

    @property
    def pores_in_binder(self) -> tuple[float, float]:
        """Share of pores in what is not sulfur, at the current collector and at the separator."""
        mean = self.pores / (1 - self.sulfur)
        return mean * (1 - self.densified), mean * (1 + self.densified)


@dataclass(frozen=True, slots=True)
class NanoCT:
    """How the scans see the samples: voxels and their edge, blur, and noise in grey values."""

    shape: tuple[int, int, int]
    voxel_size_um: float
    blur_um: float
    noise: float

    @property
    def size_um(self) -> tuple[float, float, float]:
        """Field of view (z, y, x) in um."""
        z, y, x = (count * self.voxel_size_um for count in self.shape)
        return z, y, x


@dataclass(frozen=True, slots=True)
class Cathode:
    """One sample: its sulfur as solids, and what its texture is made from."""

    nature: Nature
    sulfur: Scene
    seed: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample in the field of view, without blur and noise: shares of every voxel."""

    sulfur: NDArray[np.float32]
    pores: NDArray[np.float32]
    voxel_size_um: float

    @property
    def fractions(self) -> Mapping[str, float]:
        """Volume fractions, counted at points finer than the voxels."""
        sulfur, pores = (float(share.mean(dtype=np.float64)) for share in (self.sulfur, self.pores))
        return {PORE: pores, SULFUR: sulfur, BINDER: 1 - pores - sulfur}

    @property
    def phases(self) -> PhaseImage:
        """The phase that has the largest share of each voxel."""
        labels = np.zeros(self.pores.shape, np.uint8)
        binder = 1 - self.pores - self.sulfur
        labels[self.pores > np.maximum(binder, self.sulfur)] = 1
        labels[self.sulfur >= np.maximum(binder, self.pores)] = 2
        names = {0: BINDER, 1: PORE, 2: SULFUR}
        did = f"{SIMULATED} the phase with the largest share of each voxel, without blur and noise"
        return PhaseImage(labels, voxel_size_um=(self.voxel_size_um,) * 3, phases=names, history=(did,))


def _two_kinds(fine: tuple[float, float, float], share_of_coarse: float, coarse: tuple[float, float]) -> Diameters:
    """Return what draws many fine particles about a median within bounds, and some coarse ones, fewer the larger."""

    def draw(random: np.random.Generator, count: int) -> NDArray[np.float64]:
        # evenly spread and not independent: also few particles have about the same share of large ones
        choice, rank = ((random.uniform() + step * np.arange(count)) % 1 for step in _EVEN_STEPS)
        low, median, high = fine
        small = np.clip(median * np.exp(0.18 * ndtri(np.clip(rank, 1e-9, 1 - 1e-9))), low, high)
        first, last = (edge**-0.5 for edge in coarse)  # density falls as d^-1.5
        large = (first - rank * (first - last)) ** -2.0
        drawn: NDArray[np.float64] = np.where(choice < share_of_coarse, large, small)
        return drawn

    return draw


STATES: Mapping[str, Nature] = {
    "cathode-0": Nature(0, 0.135, 0.31, 0.0, 0.24, _two_kinds((0.5, 0.75, 1.0), 0.11, (1.0, 4.5)), (1.2, 2.6)),
    "cathode-1": Nature(1, 0.10, 0.28, 0.25, 0.30, _two_kinds((0.6, 0.9, 1.4), 0.20, (1.4, 6.0)), (1.1, 1.8)),
    "cathode-3": Nature(3, 0.03, 0.30, 0.0, 0.62, _two_kinds((1.0, 1.4, 2.0), 0.15, (2.0, 6.5)), (1.0, 1.15)),
    "cathode-10": Nature(10, 0.007, 0.30, 0.25, 0.50, _two_kinds((0.35, 0.5, 0.9), 0.20, (0.9, 1.5)), (1.0, 1.3)),
}
"""The four states. Fractions are the study's; of the pores after ten cycles it says nothing.

Lengths of the texture are those at which its expected surface, blurred by a scan, is near the published one. The
study's field of view is larger: here the largest particle of the third cycle has 6.5 um and not 11.5.
"""


def make_cathode(nature: Nature, size_um: tuple[float, float, float], *, seed: int) -> Cathode:
    """Pack the sulfur of one state into the field of view; particles may be cut by its faces."""
    random = np.random.default_rng([seed, nature.cycle])
    wanted = nature.sulfur * math.prod(size_um)
    drawn = nature.diameters(random, 50000)
    drawn = drawn[drawn < 0.33 * min(size_um)]
    # a little more than wanted is packed, as the faces cut some of it off; what is too much is shrunk away
    count = int(np.searchsorted(np.cumsum(math.pi / 6 * drawn**3), 1.15 * wanted)) + 1
    packed = pack(
        size_um,
        radii_um=(drawn[:count] / 2).tolist(),
        ellipsoid_share=1.0,
        aspect_ratio=nature.aspect_ratio,
        gap_um=0.15,
        across_border=True,
        material=SULFUR,
        background=BINDER,
        seed=int(random.integers(2**31)),
    )
    return Cathode(nature, packed, seed)


def true_sample(cathode: Cathode, scanner: NanoCT) -> tuple[Cathode, Sample]:
    """Return the sample with as much sulfur as the state has, and the shares of its voxels."""
    for _ in range(2):
        sulfur = _share_of_sulfur(cathode.sulfur, scanner)
        factor = np.cbrt(cathode.nature.sulfur / sulfur.mean(dtype=np.float64))
        cathode = Cathode(cathode.nature, _scaled(cathode.sulfur, float(factor)), cathode.seed)
    sulfur = _share_of_sulfur(cathode.sulfur, scanner)
    texture = porous_texture(
        scanner.shape,
        voxel_size_um=scanner.voxel_size_um,
        fraction=cathode.nature.pores_in_binder,
        length_um=cathode.nature.length_um,
        seed=cathode.seed * 100 + cathode.nature.cycle,
    )
    return cathode, Sample(sulfur, (1 - sulfur) * texture.values, scanner.voxel_size_um)


def scan_of(sample: Sample, scanner: NanoCT, *, seed: int) -> Volume:
    """Return the scan of a sample: partial volumes, blur, noise."""
    values = np.float32(GREY[BINDER]) + np.float32(GREY[PORE] - GREY[BINDER]) * sample.pores
    values += np.float32(GREY[SULFUR] - GREY[BINDER]) * sample.sulfur
    values = gaussian_filter(values, scanner.blur_um / scanner.voxel_size_um, mode="nearest")
    values += np.float32(scanner.noise) * np.random.default_rng(seed).standard_normal(values.shape, dtype=np.float32)
    counts = np.clip(np.rint(values), 0, 65535).astype(np.uint16)
    did = (
        f"{SIMULATED} sulfur in porous carbon-binder; blur {scanner.blur_um:g} um, noise {scanner.noise:g}, seed {seed}"
    )
    return Volume(counts, voxel_size_um=(scanner.voxel_size_um,) * 3, history=(did,))


def _share_of_sulfur(scene: Scene, scanner: NanoCT) -> NDArray[np.float32]:
    """Return the share of sulfur in every voxel."""
    image = grey_volume(scene, voxel_size_um=scanner.voxel_size_um, grey={BINDER: 0, SULFUR: _FULL}, seed=0)
    return image.values.astype(np.float32) / np.float32(_FULL)


def _scaled(scene: Scene, factor: float) -> Scene:
    """Return the scene with all lengths of its solids multiplied, each about its own centre."""
    return Scene(tuple(_larger(solid, factor) for solid in scene.solids), scene.size_um, scene.background)


def _larger(solid: Solid, factor: float) -> Solid:
    """Return one solid with its lengths multiplied."""
    if isinstance(solid, Ellipsoid):
        z, y, x = (length * factor for length in solid.semi_axes_um)
        return Ellipsoid(solid.centre_um, (z, y, x), solid.rotation, solid.material)
    assert isinstance(solid, Sphere)  # noqa: S101 - the packing makes only these two
    return Sphere(solid.centre_um, solid.radius_um * factor, solid.material)

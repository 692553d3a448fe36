"""Scans of a tilted current collector, made with its exact surface, blurred by the normal distribution."""

import math

import numpy as np
from scipy.special import ndtr

from voltome.data import Volume

STEEL, ABOVE = 20_000, 10_000


def tilted_collector(
    *,
    shape=(50, 60, 60),
    voxel_size_um=(1.0, 1.0, 1.0),
    height_um=20.0,
    tilt_y_deg=0.0,
    tilt_x_deg=0.0,
    blur_um=1.2,
    noise=0.0,
    above=ABOVE,
    seed=0,
    **fields,
):
    """A collector whose surface is at a height in the middle and rises along x and y by the tangent of the tilts.

    A flat edge blurred by a Gaussian is the normal distribution of the distance to it, so there is no sampling error
    but that of the point at the centre of a voxel.
    """
    z, y, x = centres(shape, voxel_size_um)
    along_x, along_y = math.tan(math.radians(tilt_y_deg)), math.tan(math.radians(tilt_x_deg))
    surface = height_um + along_x * (x - x.mean()) + along_y * (y - y.mean())
    depth = (surface - z) / math.hypot(1.0, along_x, along_y)
    grey = above + (STEEL - above) * ndtr(depth / blur_um)
    grey = grey + noise * np.random.default_rng(seed).standard_normal(shape)
    return Volume(np.rint(grey).clip(0, 65_535).astype(np.uint16), voxel_size_um=voxel_size_um, **fields)


def centres(shape, voxel_size_um):
    """The centres of the voxels along z, y, x in um, to be broadcast."""
    axes = [(np.arange(count) + 0.5) * edge for count, edge in zip(shape, voxel_size_um, strict=True)]
    return np.meshgrid(*axes, indexing="ij", sparse=True)

"""Porous images for the tests of transport, and the short way to a PhaseImage."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

import voltome as vt


def pores(values: np.ndarray, voxel_size_um: Any = 1.0, **more: Any) -> vt.data.PhaseImage:
    """Return an image in which 1, or True, is pore and 0 is solid; 2 is binder."""
    labels = np.ascontiguousarray(values).astype(np.uint8)
    return vt.data.PhaseImage(labels, voxel_size_um=voxel_size_um, phases={0: "solid", 1: "pore", 2: "binder"}, **more)


def blobs(edge: int, *, porosity: float, sigma: float = 1.5, seed: int = 0) -> np.ndarray:
    """Return smoothed noise cut at a porosity; periodic in all directions."""
    noise = np.random.default_rng(seed).standard_normal((edge,) * 3)
    smooth = gaussian_filter(noise, sigma, mode="wrap")
    return smooth < np.quantile(smooth, porosity)


def slanted_strip(layers: int) -> np.ndarray:
    """Return a strip of 2 x 2 voxels that moves by one voxel along y and x with every layer along z."""
    strip = np.zeros((layers, layers + 1, layers + 1), np.bool_)
    for layer in range(layers):
        strip[layer, layer : layer + 2, layer : layer + 2] = True
    return strip

"""Two phases of one histogram, told apart by their texture alone, and brush strokes on them."""

import numpy as np
from scipy.ndimage import gaussian_filter

import voltome as vt

NAMES = {0: "not brushed", 1: "rough", 2: "smooth"}


def textured(shape=(1, 96, 96), *, seed=1, voxel_size_um=1.0, mask=None) -> tuple[vt.data.Volume, np.ndarray]:
    """Return grey values, and where the rough phase is; voxels of both phases have the very same grey values.

    Rough is white noise. Smooth is noise with a correlation length of 1.5 voxels, whose values are replaced, rank by
    rank, by those of white noise: the histograms are equal, so no threshold does better than the larger phase.
    """
    random = np.random.default_rng(seed)
    spread = [0.0 if count == 1 else 10.0 for count in shape]
    field = gaussian_filter(random.normal(size=shape), spread, mode="wrap")
    rough = field > np.median(field)
    white = random.normal(100, 20, shape)
    waves = gaussian_filter(random.normal(size=shape), [0.0 if count == 1 else 1.5 for count in shape], mode="wrap")
    ranked = np.empty(waves.size)
    ranked[np.argsort(waves, axis=None)] = np.sort(random.normal(100, 20, waves.size))
    grey = np.where(rough, white, ranked.reshape(shape)).astype(np.float32)
    return vt.data.Volume(grey, voxel_size_um=voxel_size_um, mask=mask), rough


def brushed(rough: np.ndarray, *, voxel_size_um=1.0, every=16, names=None) -> vt.data.PhaseImage:
    """Return strokes two voxels wide along x: label 1 where it is rough, 2 elsewhere."""
    strokes = np.zeros(rough.shape, np.uint8)
    for z in range(rough.shape[0] // 2 % 4, rough.shape[0], 4):
        for y in range(every // 2, rough.shape[1] - 1, every):
            strokes[z, y : y + 2, 4:-4] = np.where(rough[z, y : y + 2, 4:-4], 1, 2)
    return vt.data.PhaseImage(strokes, voxel_size_um=voxel_size_um, phases=NAMES if names is None else names)

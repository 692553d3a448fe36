"""Filters: voltome, SimpleITK, scipy and scikit-image on the same grey values in one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, median_filter
from skimage.restoration import denoise_nl_means

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import best_of, peak_bytes

Image = NDArray[Any]
Run = Callable[[], Any]
"""What is timed: it gives an array, or an image of SimpleITK."""

NOISE = 18.0
"""Standard deviation of the noise of the phantom, in grey values."""

NLM_EDGE = 128
"""Edge of the part for non-local means, which are slow with the peers."""

SCIPY_LAYERS = 32
"""Layers that scipy filters; its time per voxel counts."""


@dataclass(frozen=True)
class Case:
    """One filter: voltome first, then its peers, on the same image."""

    task: str
    image: Image
    clean: Image
    runs: dict[str, Run]
    scale: float = 1.0
    """Grey values of the image for one of the clean image."""


def medians(image: Image, clean: Image, scale: float, size: int, slow: int) -> Case:
    """Return the median of a cube; scipy has the first `slow` layers only, and its time is scaled."""
    volume = vt.data.Volume(image, voxel_size_um=1)
    theirs = SimpleITK.GetImageFromArray(image)
    runs: dict[str, Run] = {
        "voltome median": lambda: vt.filters.median(volume, size_voxels=size).values,
        "SimpleITK Median": lambda: SimpleITK.Median(theirs, [size // 2] * 3),
        "scipy median_filter": lambda: median_filter(image[:slow], size, mode="nearest"),
    }
    return Case(f"median {size} x {size} x {size}, {image.dtype}", image, clean, runs, scale)


def non_local_means(image: Image, clean: Image, patch: int) -> Case:
    """Return non-local means over 7^3 voxels; scikit-image with the same strength, and with its best."""
    grey = image.astype(np.float32)
    volume = vt.data.Volume(grey, voxel_size_um=1)

    def skimage(strength: float) -> Run:
        return lambda: denoise_nl_means(
            grey, patch_size=patch, patch_distance=3, h=strength * NOISE, sigma=NOISE, fast_mode=True
        )

    runs: dict[str, Run] = {
        "voltome denoise_nlm, strength 0.8": lambda: (
            vt.filters.denoise_nlm(volume, noise=NOISE, patch_voxels=patch).values
        ),
        "scikit-image fast mode, h = 0.8 sd": skimage(0.8),
        "scikit-image fast mode, h = 0.5 sd (its best)": skimage(0.5),
    }
    return Case(f"non-local means, patch {patch}, search 7 x 7 x 7, float32", grey, clean, runs)


def report(scene: phantom.Phantom, times: int) -> None:
    """Run every case on the phantom and print its rows."""
    clean = gaussian_filter(phantom.GREY[scene.phases], 0.7)
    estimated = vt.filters.estimate_noise(vt.data.Volume(scene.grey, voxel_size_um=1))
    print(f"noise of the scan {NOISE:g} grey values; as voltome estimates it: {estimated:.2f}\n")
    images = (
        (scene.grey, 1.0),
        (scene.grey.astype(np.uint16) * 257, 257.0),
        (scene.grey.astype(np.float32) / 255, 1 / 255),
    )
    for image, scale in images:
        _report(medians(image, clean, scale, 3, SCIPY_LAYERS), times)
    for image, scale in images:
        _report(medians(image[:64, :128, :128], clean[:64, :128, :128], scale, 5, 8), min(3, times))
    part = (slice(NLM_EDGE),) * 3
    for patch in (3, 5):
        _report(non_local_means(scene.grey[part], clean[part], patch), times)


def _report(case: Case, times: int) -> None:
    """Print the rows of one case: time, ratio, voxels unlike voltome's, error against the clean image, memory."""
    for run in case.runs.values():
        run()
    best, found = best_of(case.runs, times)
    first = next(iter(case.runs))
    shape = " x ".join(map(str, case.image.shape))
    print(f"### {case.task}, {shape} voxels; PSNR of the scan {_psnr(case.image, case):.2f} dB\n")
    print(
        "| implementation | ns/voxel | / voltome | CPU ns/voxel | / voltome | unlike voltome's | PSNR / dB | B/voxel |"
    )
    print("|---|---|---|---|---|---|---|---|")
    quickest, least = best[first] / case.image.size, 0.0
    for name, run in case.runs.items():
        image = _array(found[name])
        inner = slice(0, image.shape[0] if image.shape == case.image.shape else image.shape[0] - 3)
        unlike = f"{np.count_nonzero(image[inner] != _array(found[first])[inner])}" if name != first else "-"
        share = "" if image.shape == case.image.shape else f" ({image.shape[0]} layers)"
        # processor time of all threads, of one more run: a busy machine lengthens it less
        start = time.process_time()
        memory = peak_bytes(run) / image.size
        each, busy = best[name] / image.size, (time.process_time() - start) / image.size
        least = least or busy
        times_in_words = f"{each * 1e9:.2f} | {each / quickest:.1f} | {busy * 1e9:.2f} | {busy / least:.1f}"
        print(f"| {name}{share} | {times_in_words} | {unlike} | {_psnr(image, case):.2f} | {memory:.1f} |")
    print(flush=True)


def _array(found: Any) -> Image:
    """Return what a run gave as an array."""
    return found if isinstance(found, np.ndarray) else SimpleITK.GetArrayFromImage(found)


def _psnr(image: Image, case: Case) -> float:
    """Return the peak signal-to-noise ratio against the clean image, for a range of 255 grey values."""
    error = image.astype(np.float64) / case.scale - case.clean[: image.shape[0]]
    return float(10 * np.log10(255**2 / np.mean(error**2)))

"""Separation of touching particles: voltome and its peers, end to end, from the same true phases.

Every program starts from the mask of the particles and ends with labels: distance, markers, flooding. Held against the
sphere that owns each voxel. ``python -m benchmarks separation --edge 200`` packs the same spheres more densely.
"""

from __future__ import annotations

import importlib.util
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import peak_bytes

Solid = NDArray[np.bool_]
Labels = NDArray[np.integer[Any]]

GOOD = 0.99
"""Share of voxels in the true particle from which on a program counts as one that separates."""

OWN = "voltome separate_particles"


def by_voltome(solid: Solid) -> Labels:
    return vt.segmentation.separate_particles(_image(solid), phase="active").values


def by_voltome_curve(solid: Solid) -> Any:
    return vt.segmentation.separation_curve(_image(solid), phase="active")


def _image(solid: Solid) -> vt.data.PhaseImage:
    return vt.data.PhaseImage(solid.view(np.uint8), voxel_size_um=1, phases={0: "rest", 1: "active"})


def by_peaks(solid: Solid) -> Labels:
    import edt
    from skimage.feature import peak_local_max
    from skimage.segmentation import watershed

    distance = edt.edt(solid, black_border=False, parallel=os.cpu_count() or 1)
    peaks = peak_local_max(distance, min_distance=4, labels=solid.astype(np.int32), exclude_border=False)
    markers = np.zeros(solid.shape, np.int32)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    return np.asarray(watershed(-distance, markers, mask=solid))


def by_h_maxima(solid: Solid) -> Labels:
    import cc3d
    import edt
    from skimage.morphology import h_maxima
    from skimage.segmentation import watershed

    distance = edt.edt(solid, black_border=False, parallel=os.cpu_count() or 1)
    markers = cc3d.connected_components(h_maxima(distance, 0.5, np.ones((3, 3, 3))).astype(np.uint8), connectivity=26)
    return np.asarray(watershed(-distance, markers, mask=solid))


def by_simpleitk(solid: Solid) -> Labels:
    import SimpleITK as sitk  # noqa: N813 the name that everybody uses

    image = sitk.GetImageFromArray(solid.view(np.uint8))
    distance = sitk.SignedMaurerDistanceMap(image, False, False, False)  # negative inside
    regions = sitk.MorphologicalWatershed(distance, level=0.7, markWatershedLine=False, fullyConnected=True)
    return np.asarray(sitk.GetArrayFromImage(sitk.Mask(regions, image)))


def by_snow(solid: Solid) -> Labels:
    import porespy

    return np.asarray(porespy.filters.snow_partitioning(solid).regions) * solid


def by_parallel_snow(solid: Solid) -> Labels:
    import porespy

    found = porespy.filters.snow_partitioning_parallel(solid, parallel_kw={"divs": 2, "cores": os.cpu_count() or 1})
    return np.asarray(found.regions) * solid


PEERS: dict[str, tuple[str, Callable[[Solid], Labels]]] = {
    "edt, scikit-image peak_local_max + watershed": ("skimage", by_peaks),
    "edt, scikit-image h_maxima + watershed": ("skimage", by_h_maxima),
    "SimpleITK SignedMaurer + MorphologicalWatershed": ("SimpleITK", by_simpleitk),
    "PoreSpy snow_partitioning": ("porespy", by_snow),
    "PoreSpy snow_partitioning_parallel": ("porespy", by_parallel_snow),
}


def share_in_the_true_particle(truth: Labels, found: Labels) -> float:
    """Return the share of voxels in the label that holds most of their sphere, each label serving one sphere."""
    solid = truth > 0
    width = int(found.max()) + 1
    pairs, counts = np.unique(truth[solid].astype(np.int64) * width + found[solid], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    _, first = np.unique(pairs[order] // width, return_index=True)
    best = order[first]
    labels = pairs[best] % width
    owner = np.zeros(width, np.int64)
    np.maximum.at(owner, labels, counts[best])
    served = (labels > 0) & (owner[labels] == counts[best])
    return float(counts[best][served].sum() / solid.sum())


def report(scene: phantom.Phantom, times: int) -> None:
    """Print time, processor time, agreement and memory of every program."""
    warnings.simplefilter("ignore")  # of the peers
    solid = scene.phases == phantom.ACTIVE
    runs: dict[str, Callable[[Solid], Any]] = {OWN: by_voltome, "voltome separation_curve": by_voltome_curve}
    for name, (module, run) in PEERS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name} is not installed and is left out")
        else:
            runs[name] = run
    runs = _warmed(runs)
    found = _measured(runs, solid, times)
    grid = " x ".join(map(str, solid.shape))
    print(f"\n{grid} voxels, {len(scene.radii)} spheres in {solid.mean():.0%} of them, best of {times}\n")
    print("| implementation | s | time / voltome | processor s | particles | in the true particle | B/voxel |")
    print("|---|---|---|---|---|---|---|")
    shares = {}
    for name, own in found.items():
        count, agreement = "", ""
        if isinstance(own.result, np.ndarray):
            shares[name] = share_in_the_true_particle(scene.labels, own.result)
            count, agreement = f"{np.unique(own.result).size - 1}", f"{shares[name]:.2%}"
        print(
            f"| {name} | {own.seconds:.2f} | {own.seconds / found[OWN].seconds:.1f} | {own.processor:.2f} | {count} | "
            f"{agreement} | {own.bytes_added / solid.size:.1f} |",
            flush=True,
        )
    _print_ratios({name: own.seconds for name, own in found.items()}, shares)


def _warmed(runs: dict[str, Callable[[Solid], Any]]) -> dict[str, Callable[[Solid], Any]]:
    """Return the runs that work on a small image, each compiled and imported."""
    small = phantom.make(64, 30).phases == phantom.ACTIVE
    kept = {}
    for name, run in runs.items():
        try:
            run(small)
        except Exception as error:  # a peer may fail in any way
            print(f"{name} fails and is left out: {type(error).__name__}: {error}")
        else:
            kept[name] = run
    return kept


@dataclass
class Measured:
    """What was measured of one program: best times, memory of the first run, last result."""

    seconds: float = float("inf")
    processor: float = float("inf")
    bytes_added: int = 0
    result: Any = None

    def run(self, call: Callable[[], Any]) -> None:
        """Run once and keep what is better than before."""
        clock, used = time.perf_counter(), time.process_time()
        self.result = call()
        self.seconds = min(self.seconds, time.perf_counter() - clock)
        self.processor = min(self.processor, time.process_time() - used)


def _measured(runs: dict[str, Callable[[Solid], Any]], solid: Solid, times: int) -> dict[str, Measured]:
    """Run all programs in turn, `times` times over."""
    found = {name: Measured() for name in runs}
    for turn in range(times):
        for name, run in runs.items():
            own, call = found[name], partial(run, solid)
            if turn == 0:
                own.bytes_added = peak_bytes(partial(own.run, call))
            else:
                own.run(call)
    return found


def _print_ratios(seconds: dict[str, float], shares: dict[str, float]) -> None:
    """Print how much longer the fastest peer takes: of all, and of those that separate well."""
    peers = [name for name in shares if name != OWN]
    for words, names in (("all", peers), (f"those with at least {GOOD:.0%}", [n for n in peers if shares[n] >= GOOD])):
        if names:
            fastest = min(names, key=seconds.__getitem__)
            ratio = seconds[fastest] / seconds[OWN]
            print(f"\nFastest peer of {words}: {fastest}, {ratio:.1f} times as long as voltome.")

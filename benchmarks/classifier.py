"""The trained classifier beside thresholds and scikit-learn: accuracy against the truth, time, memory.

On the phantom the three phases differ in grey value, and noise mixes them: thresholds on the scan and on the scan after
a median are the alternatives. The forest is also asked by scikit-learn itself, on the same features.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import best_of, machine, peak_bytes
from voltome.segmentation import _forests
from voltome.segmentation._features import Features

NAMES = {0: "not brushed", 1: "pore", 2: "active material", 3: "binder"}
LINES = 24
"""Voxels between the layers, and between the lines of a layer, that are brushed."""


def brushed(truth: NDArray[np.uint8]) -> vt.data.PhaseImage:
    """Return lines along x, four voxels long and eight apart, with the true phase."""
    strokes = np.zeros(truth.shape, np.uint8)
    for start in range(4):
        strokes[12::LINES, 12::LINES, start::12] = truth[12::LINES, 12::LINES, start::12] + 1
    return vt.data.PhaseImage(strokes, voxel_size_um=1, phases=NAMES)


def dice(found: NDArray[np.uint8], truth: NDArray[np.uint8]) -> list[float]:
    """Return the Dice index of pore, active material and binder."""
    both = [(found == label, truth == label) for label in (phantom.PORE, phantom.ACTIVE, phantom.BINDER)]
    return [2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b)) for a, b in both]


def by_otsu(volume: vt.data.Volume) -> NDArray[np.uint8]:
    """Return the phases by two thresholds, as the phantom numbers them."""
    found = vt.segmentation.otsu(volume, phases=["pore", "binder", "active material"]).values
    return np.array([phantom.PORE, phantom.BINDER, phantom.ACTIVE], np.uint8)[found]


def report(scene: phantom.Phantom, times: int) -> None:
    """Print accuracy, time and memory on one scene."""
    volume = vt.data.Volume(scene.grey, voxel_size_um=1)
    brush = brushed(scene.phases)
    trained = vt.segmentation.train_classifier(volume, brush=brush)
    vt.segmentation.otsu(volume, phases=["a", "b", "c"])
    cases: dict[str, Any] = {
        "Otsu, 3 classes": lambda: by_otsu(volume),
        "median 3, Otsu": lambda: by_otsu(vt.filters.median(volume)),
        "voltome classify": lambda: vt.segmentation.classify(volume, classifier=trained.classifier).values - 1,
    }
    seconds, found = best_of(cases, times)
    print(f"{np.count_nonzero(brush.values):,} of {volume.values.size:,} voxels brushed; {machine()}\n")
    print("| segmentation | s | Mvoxel/s | Dice pore | active | binder | B/voxel |\n|---|---|---|---|---|---|---|")
    for name, run in cases.items():
        scores = " | ".join(f"{score:.3f}" for score in dice(found[name], scene.phases))
        memory = peak_bytes(run) / volume.values.size
        speed = volume.values.size / seconds[name] / 1e6
        print(f"| {name} | {seconds[name]:.2f} | {speed:.2f} | {scores} | {memory:.1f} |")
    _forests_compared(volume, brush, times)


def _forests_compared(volume: vt.data.Volume, brush: vt.data.PhaseImage, times: int) -> None:
    """Ask one forest by scikit-learn and by voltome, both on one thread."""
    from sklearn.ensemble import RandomForestClassifier

    made = Features(volume, (1.0, 2.0, 4.0, 8.0), slice_wise=False, offset=100)
    box = next(made.tiles())
    features, labels = made.of_tile(box), brush.values[box].ravel()
    theirs = RandomForestClassifier(100, random_state=0, n_jobs=1).fit(features[labels > 0], labels[labels > 0])
    asked = _forests.Asked(_forests.joined(theirs.estimators_, np.ones((100, 1), np.bool_)))
    cases = {
        "scikit-learn predict_proba": lambda: theirs.predict_proba(features),
        "voltome": lambda: asked.probabilities(features),
    }
    seconds, found = best_of(cases, times)
    slowest = seconds["scikit-learn predict_proba"]
    differ = float(np.abs(found["voltome"] - found["scikit-learn predict_proba"]).max())
    print(f"\nForest of 100 trees asked for {len(features):,} voxels, one thread; largest difference {differ:.1e}\n")
    print("| implementation | s | ratio |\n|---|---|---|")
    for name, took in seconds.items():
        print(f"| {name} | {took:.2f} | {slowest / took:.1f} |")

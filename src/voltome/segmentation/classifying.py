"""A classifier applied: grey values -> phases, or how probable they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseImage, PixelClassifier, Volume
from voltome.errors import GeometryError, PhaseError, ValuesError, did_you_mean
from voltome.segmentation import _forests, _kernels_forest
from voltome.segmentation._features import Features, names_of_features


def classify(volume: Volume, *, classifier: PixelClassifier) -> PhaseImage:
    """Find the phase of every voxel by a trained classifier.

    For the volume it was trained on, and for others of the same sort: same phases, similar grey values, noise and voxel
    size. Grey values that have shifted between scans mislead it without a sign, except that the history says how many
    voxels lie beyond the grey values that were brushed.

    Parameters
    ----------
    volume : Volume
        Grey values, of the quantity and unit that the classifier was trained on.
    classifier : PixelClassifier
        From `train_classifier`, also of another scan, or read from a file.

    Returns
    -------
    PhaseImage
        uint8 labels, those that were brushed: the most probable phase of every voxel, of equal ones the lowest label.
        Outside the mask the lowest label. It keeps no grey intervals, as the phases are none.

    Raises
    ------
    ValuesError
        A volume of another quantity or unit, grey values larger than 1e18, or a classifier whose features are none that
        this version makes.
    GeometryError
        A classifier of volumes for a single slice.

    Notes
    -----
    For the features see `train_classifier`; their scales are lengths in um, so another voxel size is no obstacle, but
    noise and blur change with it. The probability of a phase is the mean of its shares at the leaves that a voxel
    reaches [1]_. The same bits for any number of threads. The
    image is worked in tiles; the peak of the memory is 11 to 13 bytes per voxel at the default scales: the result,
    about 40 MB for each thread, and for scales from three voxels on 40 bytes for each cell of their coarse grid. Cost:
    2 to 4 microseconds of processor time per voxel with 100 trees.

    References
    ----------
    .. [1] Breiman L., Random forests, Machine Learning 45, 5-32 (2001).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> bright = vt.data.PixelClassifier(
    ...     features=np.array([0, -1, -1]), thresholds=np.array([0.5, 0, 0]), left=np.array([1, 0, 0]),
    ...     right=np.array([2, 0, 0]), shares=np.array([[0.5, 0.5], [1, 0], [0, 1.0]]), roots=np.array([0]),
    ...     phases={1: "pore", 2: "solid"}, scales_um=(0.5,), slice_wise=True, voxel_size_um=0.5, grey_offset=100,
    ...     grey_range=(90, 120), feature_names=("grey value", *(f"{name}, 0.5 um" for name in (
    ...         "mean", "standard deviation", "slope", "curvature", "larger curvature", "smaller curvature",
    ...         "larger texture", "smaller texture"))))
    >>> volume = vt.data.Volume(np.array([[95, 100, 110]], np.uint8), voxel_size_um=0.5)
    >>> vt.segmentation.classify(volume, classifier=bright).values
    array([[[1, 1, 2]]], dtype=uint8)
    """
    labels = np.array(list(classifier.phases), np.uint8)
    found = np.full(volume.shape, labels[0], np.uint8)
    sums: dict[Any, tuple[float, int]] = {}

    def put(box: Any, inside: NDArray[np.bool_], shares: NDArray[np.float64]) -> None:
        found[box][inside] = labels[shares.argmax(axis=1)]
        best = shares.max(axis=1)
        sums[tuple(side.start for side in box)] = float(best.sum()), int(np.count_nonzero(best < 0.5))

    _for_tiles(volume, classifier, put)
    total = [sums[place] for place in sorted(sums)]
    mean = sum(part for part, _ in total) / volume.sample_voxels
    unsure = sum(count for _, count in total) / volume.sample_voxels
    did = (
        f"classify: {len(labels)} phases by {classifier.roots.size} trees trained at "
        f"{' x '.join(f'{edge:g}' for edge in classifier.voxel_size_um)} um; mean probability {mean:.4f}, below "
        "one half "
        f"in {unsure:.2%}; {_beyond(volume, classifier):.2%} beyond the grey values brushed"
    )
    history = (*volume.history, *classifier.history[-1:], did)
    return PhaseImage(found, **volume.grid, phases=dict(classifier.phases), history=history)


def phase_probability(volume: Volume, *, classifier: PixelClassifier, phase: str | None = None) -> Volume:
    """Find how probable a phase is in every voxel, or how sure a classifier is of the one it chose.

    To see where a classifier guesses, so where to brush next; or to cut a phase at another probability than the others
    leave it, by `threshold`. It is a share of votes and no measured frequency.

    Parameters
    ----------
    volume : Volume
        As for `classify`.
    classifier : PixelClassifier
        As for `classify`.
    phase : str, optional
        The phase. Default: the most probable one of each voxel.

    Returns
    -------
    Volume
        float32, 0 to 1, quantity ``probability``; 0 outside the mask.

    Raises
    ------
    PhaseError
        A phase that the classifier does not know.
    ValuesError, GeometryError
        As for `classify`.

    Notes
    -----
    Cost and memory as for `classify`, and 4 bytes per voxel for the result.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> random = np.random.default_rng(1)
    >>> volume = vt.data.Volume(random.normal([[100.0] * 16 + [140.0] * 16] * 16, 5), voxel_size_um=1)
    >>> strokes = np.zeros((16, 32), np.uint8)
    >>> strokes[4:8, 2:8], strokes[4:8, 24:30] = 1, 2
    >>> brush = vt.data.PhaseImage(strokes, voxel_size_um=1, phases={0: "none", 1: "pore", 2: "solid"})
    >>> trained = vt.segmentation.train_classifier(volume, brush=brush, scales_um=(1,))
    >>> solid = vt.segmentation.phase_probability(volume, classifier=trained.classifier, phase="solid")
    >>> bool(solid.values[0, :, 24:].mean() > 0.9)
    True
    """
    names = list(classifier.phases.values())
    if phase is not None and phase not in names:
        known = ", ".join(map(repr, names))
        raise PhaseError(f"unknown phase {phase!r}; the classifier knows {known}.{did_you_mean(phase, names)}")
    found = np.zeros(volume.shape, np.float32)

    def put(box: Any, inside: NDArray[np.bool_], shares: NDArray[np.float64]) -> None:
        found[box][inside] = shares.max(axis=1) if phase is None else shares[:, names.index(phase)]

    _for_tiles(volume, classifier, put)
    what = "of the most probable phase" if phase is None else f"of {phase}"
    history = (*volume.history, *classifier.history[-1:], f"phase_probability: {what}, {classifier.roots.size} trees")
    return Volume(found, **volume.grid, quantity="probability", history=history)


def _for_tiles(volume: Volume, classifier: PixelClassifier, put: Any) -> None:
    """Call ``put(box, inside, shares)`` for every tile that has voxels inside the mask, on several threads."""
    _check_fits(volume, classifier)
    features = Features(volume, classifier.scales_um, slice_wise=classifier.slice_wise, offset=classifier.grey_offset)
    asked = _forests.Asked(classifier)

    def work(box: Any) -> None:
        inside = np.ones(volume.values[box].shape, np.bool_) if volume.mask is None else volume.mask[box]
        if inside.any():
            made = features.of_tile(box)
            put(box, inside, asked.probabilities(made if inside.all() else made[inside.ravel()]))

    _kernels_forest.on_threads(work, list(features.tiles()))


def _check_fits(volume: Volume, classifier: PixelClassifier) -> None:
    """Refuse a volume that the classifier cannot know anything of."""
    if (volume.quantity, volume.unit) != (classifier.quantity, classifier.unit):
        known, found = (f"{each.quantity} in {each.unit or 'no unit'}" for each in (classifier, volume))
        raise ValuesError(
            f"the volume is {found}, the classifier was trained on {known}; expected the same. Train one on such "
            "a volume."
        )
    if volume.shape[0] == 1 and not classifier.slice_wise:
        raise GeometryError(
            "the image is one slice, and the classifier looks at the slices beside a voxel too; expected a "
            "volume. Train "
            "with slice_wise=True."
        )
    if classifier.feature_names != names_of_features(classifier.scales_um, slice_wise=classifier.slice_wise):
        raise ValuesError(
            f"the classifier has {len(classifier.feature_names)} features, and not those that this version of voltome "
            f"makes at the scales {classifier.scales_um} um. Train it again."
        )


def _beyond(volume: Volume, classifier: PixelClassifier) -> float:
    """Return the share of the sample that is darker or brighter than anything that was brushed."""
    low, high = classifier.grey_range
    count = 0
    for z, layer in enumerate(volume.values):
        outside = (layer < low) | (layer > high)
        count += int(np.count_nonzero(outside if volume.mask is None else outside & volume.mask[z]))
    return count / volume.sample_voxels

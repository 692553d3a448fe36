"""Voxels brushed by hand -> a classifier of all voxels."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from voltome.data import PhaseImage, PixelClassifier, Positive, ResultTable, Volume
from voltome.data._parameters import check_seed
from voltome.data.classifiers import rising_scales
from voltome.errors import ParameterError, PhaseError
from voltome.segmentation import _by_hand, _forests, _judging, _kernels_forest
from voltome.segmentation._features import Features, names_of_features

FEWEST_VOXELS = 5
"""Of a phase: with fewer, every tree has seen all of them, and nothing can be said of how good it is."""

FEWEST_TREES = 20

MOST_VOXELS = 10_000
"""Of a phase: more voxels of the same strokes make trees larger and not better."""

DEFAULT_SCALES = (1.0, 2.0, 4.0, 8.0)
"""In smallest voxel edges."""

NOT_BRUSHED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A classifier, and how good it is on what was brushed.

    Attributes
    ----------
    classifier : PixelClassifier
        To be used with `classify`.
    accuracy : ResultTable
        Kind ``accuracy``: ``phase, judged_by, judged_voxels, strokes, recall, dice``, one row for each phase
        and way of judging. Strokes left out is the honest one: neighbours in a stroke are alike.
    confusion : ResultTable
        Kind ``confusion``: ``judged_by, phase, found, voxels, share``, what voxels of each phase were taken for.
    importances : ResultTable
        Kind ``importances``: ``feature, importance``, the most important first.
    """

    classifier: PixelClassifier
    accuracy: ResultTable
    confusion: ResultTable
    importances: ResultTable


def train_classifier(
    volume: Volume,
    *,
    brush: PhaseImage,
    scales_um: tuple[Positive, ...] | None = None,
    slice_wise: bool = False,
    trees: Annotated[int, Ge(FEWEST_TREES)] = 100,
    voxels_per_leaf: Annotated[int, Ge(1)] = 1,
    seed: Annotated[int, Ge(0)] = 0,
) -> Trained:
    """Train a classifier on a few voxels that were brushed by hand.

    For phases that no threshold can tell apart: of one grey value but another texture, layers beside an edge, uneven
    light. Where a threshold does, use it: it can be written in a paper. Train on one scan, then `classify` that and all
    others of the same sort with it. What it finds where nobody brushed is its own guess: brush a second scan to check
    it.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind; voxels may be anisotropic.
    brush : PhaseImage
        Phases brushed on some voxels, on the grid of the volume (a file without an origin has its). Label 0 is not
        brushed, whatever its name; the other labels become those of the classified image. Read it by
        `voltome.io.read_phases`.
    scales_um : sequence of float, optional
        Standard deviations in um of the surroundings that are looked at, above 0 and rising. Default: 1, 2, 4 and 8
        times the smallest voxel edge. The smallest should be that of the finest detail, the largest that of the
        texture.
    slice_wise : bool
        Look at the slice of a voxel alone; a volume of one slice always is.
    trees : int
        Number of trees, 20 or more. More make probabilities finer and cost time in proportion.
    voxels_per_leaf : int
        Fewest training voxels at the end of a branch, 1 or more; more make the classifier smoother.
    seed : int
        Of the random numbers, 0 or above.

    Returns
    -------
    Trained
        The classifier, and tables of its accuracy, its confusions and the importance of its features.

    Raises
    ------
    MissingDependencyError
        scikit-learn is not installed.
    GeometryError
        A brush that is not on the grid of the volume.
    PhaseError
        Fewer than two brushed phases, or a phase with fewer than 5 brushed voxels inside the mask.
    ValuesError
        Grey values larger than 1e18.
    ParameterError
        Scales, trees, leaves or a seed out of range, or a scale larger than the image.

    Notes
    -----
    Features: the grey value, and at each scale the Gaussian mean, the standard deviation under the same Gaussian, the
    slope (norm of the gradient), the curvatures (eigenvalues of the Hessian, and their sum) and the texture (roots of
    the eigenvalues of the structure tensor, averaged over the same scale): 8 for each scale in slices, 10 in volumes;
    position is none of them. Derivatives are per standard deviation. Scales from three voxels on are worked on a grid
    of means of at least 1.5 cells to the scale and interpolated. Values outside the mask are looked at, voxels there
    are not trained on.

    A random forest [1]_: every tree is grown to the end on a bootstrap sample of each phase, all phases counting alike,
    with the root of the number of features tried at each node. Of a phase with more than 10,000 brushed voxels so many,
    evenly spaced, are used. Nothing depends on threads. Trees of another version of scikit-learn may differ in detail;
    a stored classifier does not change.

    Judged twice, on brushed voxels alone: out of bag, which flatters, as neighbours are alike; and with strokes left
    out in up to five parts, by at most 30 trees, as if they had not been brushed. Phases brushed in one stroke have no
    row of the latter.

    Cost: that of `classify` for the tiles that are brushed, and seconds for some thousand voxels. Memory: as for
    `classify`.

    References
    ----------
    .. [1] Breiman L., Random forests, Machine Learning 45, 5-32 (2001).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> random = np.random.default_rng(1)  # two phases of one mean grey value: smooth, and rough
    >>> grey = np.hstack([random.normal(100, 2, (64, 32)), random.normal(100, 20, (64, 32))])
    >>> volume = vt.data.Volume(grey, voxel_size_um=0.5)
    >>> strokes = np.zeros((64, 64), np.uint8)
    >>> strokes[10:14, 4:20], strokes[40:44, 4:20], strokes[10:14, 44:60], strokes[40:44, 44:60] = 1, 1, 2, 2
    >>> brush = vt.data.PhaseImage(strokes, voxel_size_um=0.5, phases={0: "not brushed", 1: "binder", 2: "carbon"})
    >>> trained = vt.segmentation.train_classifier(volume, brush=brush, scales_um=(1, 2))
    >>> phases = vt.segmentation.classify(volume, classifier=trained.classifier)
    >>> bool((phases.is_phase("carbon")[0, :, 36:]).mean() > 0.95)
    True
    """
    scales = _checked_scales(volume, scales_um)
    for name, value, least in (("trees", trees, FEWEST_TREES), ("voxels_per_leaf", voxels_per_leaf, 1)):
        _check_count(name, value, least)
    check_seed(seed)
    labels, names = _brushed_labels(volume, brush)
    in_slices = slice_wise or volume.shape[0] == 1
    offset = float(np.round(np.mean(volume.values[labels > 0], dtype=np.float64)))
    features = _brushed_features(volume, labels, Features(volume, scales, slice_wise=in_slices, offset=offset))
    brushed = _thinned(features, labels, names)
    forest = _forests.grow(brushed.features, brushed.classes, trees=trees, voxels_per_leaf=voxels_per_leaf, seed=seed)
    counts = ", ".join(f"{name} {np.count_nonzero(brushed.classes == n):,}" for n, name in enumerate(names.values()))
    how = f"{trees} trees, at least {voxels_per_leaf} voxels in a leaf, seed {seed}"
    did = f"train_classifier: brushed voxels {counts}; scales {', '.join(f'{s:g}' for s in scales)} um; {how}"
    greys = volume.values[labels > 0]
    classifier = PixelClassifier(
        features=forest.features,
        thresholds=forest.thresholds,
        left=forest.left,
        right=forest.right,
        shares=forest.shares,
        roots=forest.roots,
        phases=names,
        feature_names=names_of_features(scales, slice_wise=in_slices),
        scales_um=scales,
        slice_wise=in_slices,
        voxel_size_um=volume.voxel_size_um,
        grey_offset=offset,
        grey_range=(float(greys.min()), float(greys.max())),
        quantity=volume.quantity,
        unit=volume.unit,
        history=(*volume.history, did),
    )
    judged = _judging.judge(brushed, forest, trees=trees, voxels_per_leaf=voxels_per_leaf, seed=seed)
    said = {"measured_on": f"brushed voxels in {volume.grid_in_words}", "method": f"random forest of {how}"}
    return Trained(
        classifier,
        _judging.accuracy_table(brushed, judged, **said),
        _judging.confusion_table(brushed, judged, **said),
        _judging.importance_table(classifier.feature_names, forest.importances, **said),
    )


def _checked_scales(volume: Volume, scales_um: Any) -> tuple[float, ...]:
    """Return the scales, by default multiples of the smallest voxel edge, none larger than the image."""
    largest = max(volume.size_um)
    if scales_um is None:
        edge = min(volume.voxel_size_um)
        return tuple(scale * edge for scale in DEFAULT_SCALES if scale == 1 or scale * edge <= largest)
    scales = rising_scales(scales_um)
    if scales[-1] > largest:
        extent = " x ".join(f"{edge:g}" for edge in volume.size_um)
        raise ParameterError(
            f"scales_um has {scales[-1]:g}, larger than the image of {extent} um (z, y, x); expected less. Is it in "
            f"micrometres?"
        )
    return scales


def _check_count(name: str, value: Any, least: int) -> None:
    """Refuse what is no whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ParameterError(f"{name} is {value!r}; expected a whole number, {least} or above.")


def _brushed_labels(volume: Volume, brush: PhaseImage) -> tuple[NDArray[np.uint8], dict[int, str]]:
    """Return the brushed labels inside both masks, 0 elsewhere, and the names of the phases that are brushed."""
    mend = "Brush on the volume that is classified, uncropped."
    _by_hand.placed(brush, volume, names=("volume", "brush"), mend=mend)
    labels = brush.values.astype(np.uint8)
    for mask in (volume.mask, brush.mask):
        if mask is not None:
            labels[~mask] = NOT_BRUSHED
    counts = np.zeros(256, np.int64)
    for layer in labels:
        counts += np.bincount(layer.ravel(), minlength=256)
    names = {label: name for label, name in brush.phases.items() if label != NOT_BRUSHED}
    few = [f"{name} {counts[label]}" for label, name in names.items() if counts[label] < FEWEST_VOXELS]
    if few or len(names) < 2:
        found = (
            f"brushed voxels inside the mask: {', '.join(few)}" if few else f"brushed phases: {list(names.values())}"
        )
        raise PhaseError(
            f"{found}; expected two phases or more (label 0 is not brushed), each with at least {FEWEST_VOXELS} "
            "voxels. "
            f"Brush more, or do not name the phase."
        )
    return labels, names


def _brushed_features(volume: Volume, labels: NDArray[np.uint8], features: Features) -> NDArray[np.float32]:
    """Return the features [voxel, feature] of the brushed voxels in raster order, from the tiles that have any."""
    tiles = [box for box in features.tiles() if labels[box].any()]
    number = np.zeros(labels.shape, np.int32)
    number[labels > 0] = np.arange(np.count_nonzero(labels))
    found = np.empty((int(np.count_nonzero(labels)), features.count), np.float32)

    def look(box: Any) -> None:
        here = labels[box].ravel() > 0
        found[number[box].ravel()[here]] = features.of_tile(box)[here]

    _kernels_forest.on_threads(look, tiles)
    return found


def _thinned(features: NDArray[np.float32], labels: NDArray[np.uint8], names: dict[int, str]) -> _judging.Brushed:
    """Return the brushed voxels, at most `MOST_VOXELS` of a phase."""
    of = labels[labels > 0]
    strokes = _judging.strokes_of(labels, names)
    classes = np.searchsorted(list(names), of).astype(np.int64)
    kept = np.zeros(of.size, np.bool_)
    for number in range(len(names)):
        here = np.flatnonzero(classes == number)
        kept[here[np.linspace(0, here.size - 1, min(here.size, MOST_VOXELS)).astype(np.int64)]] = True
    return _judging.Brushed(features[kept], classes[kept], strokes[kept], tuple(names.values()))

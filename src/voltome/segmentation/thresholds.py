"""Grey values -> phases, by intervals that a person chose or that Otsu's criterion finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseImage, Volume
from voltome.errors import ParameterError, PhaseError, ValuesError
from voltome.segmentation import _histograms
from voltome.segmentation.intervals import check_intervals

MOST_CLASSES = 5

Interval = tuple[float | None, float | None]


def threshold(
    volume: Volume, *, intervals: Mapping[str, tuple[float | None, float | None]], rest: str | None = None
) -> PhaseImage:
    """Cut a volume into phases by intervals of grey value.

    The visual thresholding of most studies, recorded: the intervals are kept with the phases. For data whose phases
    are well apart in grey value; a volume with a background gradient or rings needs correction before. Vary the ends
    (a sweep in the study) to see how far the results depend on them.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind.
    intervals : dict of str to (float or None, float or None)
        Lowest and highest grey value of each phase, both included, in the unit of the volume; null or None is an open
        end. Intervals may not overlap. Their order gives the labels.
    rest : str, optional
        Name of the phase of every other voxel. Without it, the intervals have to cover every voxel.

    Returns
    -------
    PhaseImage
        uint8 labels: `rest` is 0 and the intervals follow from 1 in the order given; without `rest` they begin at 0.

    Raises
    ------
    PhaseError
        Intervals that overlap, a name used twice, no interval, a phase without a voxel, voxels in no interval.
    ParameterError
        An end that is not a finite number or None, or a lowest value above the highest.

    Notes
    -----
    Only voxels inside the mask have to be covered and count as voxels of a phase; uncovered voxels outside it get
    label 0. Ends are compared in the type of the volume, so 0.1 includes a float32 voxel of 0.1. One pass over the
    volume (about 40 million voxels per second on one core) and one byte of memory per voxel.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.array([[10, 90, 200]], np.uint8), voxel_size_um=1)
    >>> vt.segmentation.threshold(volume, intervals={"sulfur": (150, None), "carbon": (50, 149)}, rest="pore").values
    array([[[0, 2, 1]]], dtype=uint8)
    """
    check_intervals(intervals, rest)
    _check_apart_in_type_of(volume, intervals)
    return _cut(volume, intervals, rest, "threshold")


def check_cut(volume: Volume, counts: NDArray[np.int64], intervals: Mapping[str, Interval], rest: str | None) -> None:
    """Raise what `threshold` raises for a volume, given the voxels of each interval and of none as the last entry."""
    check_intervals(intervals, rest)
    _check_apart_in_type_of(volume, intervals)
    _check_counts(volume, counts, intervals, rest)


def history_of(volume: Volume, intervals: Mapping[str, Interval], rest: str | None, method: str) -> tuple[str, ...]:
    """Return the history of the phases that intervals make."""
    return (*volume.history, f"{method}: {_in_words(intervals, rest)}")


def otsu(volume: Volume, *, phases: Sequence[str]) -> PhaseImage:
    """Cut a volume into phases at the grey values that separate their means best (Otsu; several classes too).

    What Avizo calls factorisation. For phases of similar volume and noise; a phase of a few per cent is swallowed by
    its neighbours: look at the histogram, and prefer `threshold` there.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind.
    phases : sequence of str
        Names of 2 to 5 phases, the darkest first.

    Returns
    -------
    PhaseImage
        uint8 labels from 0, darkest first, with the intervals found: `threshold` with these gives the same image.

    Raises
    ------
    PhaseError
        Fewer than 2 or more than 5 names, or a name used twice.
    ValuesError
        Fewer distinct grey values than phases.

    Notes
    -----
    See `otsu_thresholds` for the definition and the binning. Memory is one byte per voxel.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.array([[10, 12, 90, 200, 210]], np.uint8), voxel_size_um=1)
    >>> found = vt.segmentation.otsu(volume, phases=["pore", "carbon", "sulfur"])
    >>> found.values, found.grey_intervals
    (array([[[0, 0, 1, 2, 2]]], dtype=uint8), {'pore': (None, 12), 'carbon': (13, 90), 'sulfur': (91, None)})
    """
    names = _phase_names(phases)
    uppers = otsu_thresholds(volume, classes=len(names))
    lowers = [None, *(_histograms.next_above(upper, volume.values.dtype) for upper in uppers)]
    intervals: dict[str, Interval] = dict(zip(names, zip(lowers, [*uppers, None], strict=True), strict=True))
    return _cut(volume, intervals, None, "otsu")


def otsu_thresholds(volume: Volume, *, classes: int) -> tuple[float, ...]:
    """Find the grey values that separate classes of voxels best in Otsu's sense.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind.
    classes : int
        Number of classes, 2 to 5.

    Returns
    -------
    tuple of float
        Highest grey value of each class but the brightest, in the unit of the volume; whole numbers for integers.

    Raises
    ------
    ParameterError
        Fewer than 2 or more than 5 classes.
    ValuesError
        Fewer distinct grey values than classes.

    Notes
    -----
    The thresholds maximise the variance between the classes, sum of w_k (mu_k - mu)^2 [1]_, over all possible cuts of
    the histogram of the voxels inside the mask (exactly, by dynamic programming); of equal cuts the lowest is taken.
    Integers have one bin per grey value if they span up to 65,536 values (2 classes) or 1,024 (more); else, and for
    floats, that many bins of equal width between the lowest and the highest value. What is returned is the highest
    grey value that occurs in the class.

    References
    ----------
    .. [1] Otsu N., IEEE Trans. Syst. Man Cybern. 9, 62-66 (1979), equations 14 and 19.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.array([[10, 12, 200, 210]], np.uint8), voxel_size_um=1)
    >>> vt.segmentation.otsu_thresholds(volume, classes=2)
    (12,)
    """
    _check_classes(classes)
    histogram = _histograms.histogram(volume.values, volume.mask, bins=65_536 if classes == 2 else 1_024)
    if histogram.counts.size < classes:
        raise ValuesError(
            f"the voxels fill only {histogram.counts.size} of the bins of grey value, too few for {classes} phases; "
            f"{_range_in_words(volume)}. Ask for fewer phases, or look whether the right volume was read."
        )
    cuts = _histograms.best_cuts(histogram, int(classes))
    return tuple(histogram.uppers[cut].item() for cut in cuts)


def _check_apart_in_type_of(volume: Volume, intervals: Mapping[str, Interval]) -> None:
    """Refuse intervals of which one begins where another ends once both ends are rounded to the type of the volume."""
    if volume.values.dtype.kind != "f":
        return
    closed = _histograms.ends_in_type(volume.values.dtype, list(intervals.values()))
    bounds = sorted((*ends, name) for name, ends in zip(intervals, closed, strict=True))
    for (_, upper, below), (lower, _, above) in pairwise(bounds):
        if lower <= upper:
            raise PhaseError(
                f"the intervals of {below!r} and {above!r} overlap at {upper:.9g} once their ends are rounded to the "
                f"{volume.values.dtype} of the volume; begin further above where the other ends."
            )


def _check_classes(classes: Any) -> None:
    """Refuse a number of classes that is not from 2 to `MOST_CLASSES`."""
    if isinstance(classes, bool) or not isinstance(classes, int | np.integer) or not 2 <= classes <= MOST_CLASSES:
        raise ParameterError(f"classes is {classes!r}; expected a whole number from 2 to {MOST_CLASSES}.")


def _cut(volume: Volume, intervals: Mapping[str, Interval], rest: str | None, method: str) -> PhaseImage:
    """Return the phases that checked intervals make, or say which phase has no voxel."""
    names = [*intervals] if rest is None else [rest, *intervals]
    labels = np.empty(volume.shape, np.uint8)
    counts = _fill_labels(volume, labels, list(intervals.values()), first=len(names) - len(intervals))
    _check_counts(volume, counts, intervals, rest)
    return PhaseImage(
        labels,
        **volume.grid,
        phases=dict(enumerate(names)),
        grey_intervals={name: (low, high) for name, (low, high) in intervals.items()},
        history=history_of(volume, intervals, rest, method),
    )


def _fill_labels(
    volume: Volume, labels: NDArray[np.uint8], intervals: list[Interval], *, first: int
) -> NDArray[np.int64]:
    """Write the labels and return the voxels inside the mask of each interval, and of none as the last entry.

    Labels are written slice by slice, so that no second array as large as the image is held.
    """
    cut = _histograms.interval_finder(volume.values.dtype, intervals)
    none = len(intervals)
    to_label = np.array([*range(first, first + none), 0], np.uint8)
    counts = np.zeros(none + 1, np.int64)
    for z, plane in enumerate(volume.values):
        found = cut(plane)
        inside = found.ravel() if volume.mask is None else found[volume.mask[z]]
        counts += np.bincount(inside, minlength=none + 1)
        np.take(to_label, found, out=labels[z])
    return counts


def _check_counts(
    volume: Volume, counts: NDArray[np.int64], intervals: Mapping[str, Interval], rest: str | None
) -> None:
    """Refuse phases without a voxel, and voxels without a phase."""
    empty = [name for name, count in zip(intervals, counts, strict=False) if count == 0]
    if empty:
        raise PhaseError(
            f"the interval of {', '.join(f'{name!r} {_ends(intervals[name])}' for name in empty)} selects no voxel; "
            f"{_range_in_words(volume)}. Move its ends, or leave the phase out."
        )
    if rest is not None and counts[-1] == 0:
        raise PhaseError(
            f"no voxel is left for the rest {rest!r}: the intervals cover all; {_range_in_words(volume)}. "
            f"Leave rest out, or narrow the intervals."
        )
    if rest is None and counts[-1]:
        low, high = _range_of_uncovered(volume, list(intervals.values()))
        raise PhaseError(
            f"{counts[-1]:,} voxels ({counts[-1] / volume.sample_voxels:.2%}) lie in no interval, with grey values "
            f"from {low} to {high}. Name their phase with rest, or widen the intervals."
        )


def _range_of_uncovered(volume: Volume, intervals: list[Interval]) -> tuple[Any, Any]:
    """Return the lowest and highest grey value, inside the mask, that no interval holds."""
    cut, lows, highs = _histograms.interval_finder(volume.values.dtype, intervals), [], []
    for z, plane in enumerate(volume.values):
        uncovered = cut(plane) == len(intervals)
        if volume.mask is not None:
            uncovered &= volume.mask[z]
        if uncovered.any():
            lows.append(plane[uncovered].min())
            highs.append(plane[uncovered].max())
    return min(lows), max(highs)


def _range_in_words(volume: Volume) -> str:
    """Return the range of grey values inside the mask in words."""
    low, high = _histograms.value_range(volume.values, volume.mask)
    return f"grey values run from {low} to {high}"


def _in_words(intervals: Mapping[str, Interval], rest: str | None) -> str:
    """Return the intervals as the history says them."""
    words = [f"{name} {_ends(interval)}" for name, interval in intervals.items()]
    return ", ".join(words if rest is None else [*words, f"rest {rest}"])


def _ends(interval: Interval) -> str:
    """Return an interval as ``[100, ...]``."""
    low, high = ("..." if end is None else f"{end}" for end in interval)
    return f"[{low}, {high}]"


def _phase_names(phases: Any) -> list[str]:
    """Return the names of 2 to 5 phases, or say what is wrong with them."""
    if isinstance(phases, str) or not isinstance(phases, Sequence) or not 2 <= len(phases) <= MOST_CLASSES:
        raise PhaseError(f"phases is {phases!r}; expected 2 to {MOST_CLASSES} names, the darkest first.")
    twice = sorted({str(name) for name in phases if list(phases).count(name) > 1})
    if twice:
        raise PhaseError(f"the phase names {twice} are used twice; expected a name for each phase.")
    return [str(name) for name in phases]

"""A trained pixel classifier as plain numbers, so that any later version reads it without running foreign code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import _checks
from voltome.data._noun import Noun
from voltome.errors import ParameterError, ValuesError

LEAF = -1
"""Feature of a node that asks nothing more."""

_NODES = {"features": "i", "thresholds": "f", "left": "i", "right": "i"}
"""Arrays with one entry for each node, and the kind of their numbers."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PixelClassifier(Noun):
    """Decision trees that say, from the surroundings of a voxel, which phase it is of.

    Made by `voltome.segmentation.train_classifier`, used by `voltome.segmentation.classify`. All trees lie one after
    the other in one list of nodes. A node compares one feature with a threshold and goes on to `left` (at most the
    threshold) or `right`; a leaf (feature -1) has the share of each phase.

    Attributes
    ----------
    features, thresholds, left, right : numpy.ndarray
        One entry for each node: number of the feature, its threshold, and the two nodes after it.
    shares : numpy.ndarray
        Shape (node, phase): the share of each phase among the training voxels of a node; sums to 1.
    roots : numpy.ndarray
        First node of each tree.
    phases : dict of int to str
        Label -> name of the phases, in the order of `shares`; no label 0, which means not brushed.
    feature_names : tuple of str
        What each feature is.
    scales_um : tuple of float
        Standard deviations in um of the surroundings from which features are made, rising.
    slice_wise : bool
        Whether the surroundings lie in the slice of the voxel alone.
    voxel_size_um : tuple of float
        Of the volume that it was trained on.
    grey_offset : float
        Grey value that is subtracted before features are made.
    grey_range : tuple of float
        Lowest and highest grey value among the brushed voxels.
    quantity, unit : str
        Of the volume that it was trained on.
    history : tuple of str
        How it was trained.

    Raises
    ------
    ValuesError
        Arrays that do not fit each other or are no trees.
    ParameterError
        Scales that are none, or do not rise.
    PhaseError, VoxelSizeError
        As for a `PhaseImage`.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> stump = vt.data.PixelClassifier(
    ...     features=np.array([0, -1, -1]), thresholds=np.array([0.5, 0, 0]), left=np.array([1, 0, 0]),
    ...     right=np.array([2, 0, 0]), shares=np.array([[0.5, 0.5], [1, 0], [0, 1.0]]), roots=np.array([0]),
    ...     phases={1: "pore", 2: "solid"}, feature_names=("grey value",), scales_um=(1,), slice_wise=False,
    ...     voxel_size_um=0.5, grey_offset=100, grey_range=(90, 120))
    >>> stump
    PixelClassifier(1 trees, 3 nodes, 1 features: 1 = pore, 2 = solid)
    """

    _: KW_ONLY
    features: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    shares: NDArray[np.float64]
    roots: NDArray[np.int64]
    phases: Mapping[int, str]
    feature_names: tuple[str, ...]
    scales_um: tuple[float, ...]
    slice_wise: bool
    voxel_size_um: tuple[float, float, float]
    grey_offset: float
    grey_range: tuple[float, float]
    quantity: str = "grey value"
    unit: str = ""
    history: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._set("phases", _checks.phase_names(self.phases))
        self._set("voxel_size_um", _checks.voxel_size(self.voxel_size_um))
        self._set("history", _checks.history(self.history))
        self._set("feature_names", tuple(str(name) for name in self.feature_names))
        self._set("scales_um", rising_scales(self.scales_um))
        low, high = (float(end) for end in self.grey_range)
        self._set("grey_range", (low, high))
        self._set("grey_offset", float(self.grey_offset))
        self._set("slice_wise", bool(self.slice_wise))
        for name, kind in {**_NODES, "shares": "f", "roots": "i"}.items():
            self._set(name, _of_kind(name, getattr(self, name), kind))
        self._check_trees()

    def _set(self, name: str, value: Any) -> None:
        """Store the canonical form of a field while the noun is being made."""
        object.__setattr__(self, name, value)

    def _check_trees(self) -> None:
        """Refuse nodes that could lead outside the arrays or in a circle: a classifier may come from any file."""
        nodes = self.features.size
        inner = self.features != LEAF
        after = np.arange(nodes)[inner]
        faults = [
            what
            for what, wrong in {
                "no node": nodes == 0 or self.roots.size == 0,
                "node lists of different length": any(getattr(self, name).shape != (nodes,) for name in _NODES),
                "shares that are not one for each node and phase": self.shares.shape != (nodes, len(self.phases)),
                "a phase 0, which means not brushed": 0 in self.phases,
            }.items()
            if wrong
        ]
        if not faults:
            children = np.concatenate([self.left[inner], self.right[inner]])
            if (children <= np.tile(after, 2)).any() or (children >= nodes).any():
                faults.append("a node that does not lead on to a later one")
            if (self.roots < 0).any() or (self.roots >= nodes).any():
                faults.append("a tree without nodes")
            if (self.features < LEAF).any() or (self.features >= len(self.feature_names)).any():
                faults.append("a feature without a name")
            if not (np.isfinite(self.thresholds).all() and np.isfinite(self.shares).all()):
                faults.append("numbers that are not finite")
            elif (self.shares < 0).any() or (np.abs(self.shares.sum(axis=1) - 1) > 1e-6).any():
                faults.append("shares that do not add up to 1")
        if faults:
            raise ValuesError(
                f"a pixel classifier has {', '.join(faults)}; expected trees as voltome.segmentation.train_classifier "
                f"makes them. Train it again, or copy its file again from its source."
            )

    def __repr__(self) -> str:
        names = ", ".join(f"{label} = {name}" for label, name in self.phases.items())
        return (
            f"PixelClassifier({self.roots.size} trees, {self.features.size} nodes, {len(self.feature_names)} "
            f"features: {names})"
        )


def rising_scales(scales_um: Any) -> tuple[float, ...]:
    """Return scales in um as floats, or say what is wrong with them."""
    try:
        scales = tuple(float(scale) for scale in scales_um)
    except (TypeError, ValueError):
        scales = ()
    if not scales or not all(0 < scale < float("inf") for scale in scales) or list(scales) != sorted(set(scales)):
        raise ParameterError(f"scales_um is {scales_um!r}; expected at least one finite length above 0 um, rising.")
    return scales


def _of_kind(name: str, array: Any, kind: str) -> NDArray[Any]:
    """Return an array as 64-bit integers or floats."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in ("iu" if kind == "i" else "iuf"):
        what = "whole numbers" if kind == "i" else "numbers"
        raise ValuesError(f"{name} of a pixel classifier is no array of {what}. Train it again.")
    plain: NDArray[Any] = np.ascontiguousarray(array, np.int64 if kind == "i" else np.float64)
    return plain

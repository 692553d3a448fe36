"""Growing decision trees on brushed voxels, and asking them: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.errors import MissingDependencyError
from voltome.segmentation import _kernels_forest

HOW_TO_GET_IT = 'pip install "voltome[learn]" (or: pip install scikit-learn)'

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees as one list of nodes (`voltome.data.PixelClassifier` says what each array is), and how they were grown.

    Attributes
    ----------
    features, thresholds, left, right, shares, roots : numpy.ndarray
        As in a `PixelClassifier`.
    importances : numpy.ndarray
        Share of each feature in the decrease of impurity, the mean of all trees; sums to 1.
    in_bag : numpy.ndarray of bool
        Shape (tree, voxel): which voxels a tree was grown on.
    """

    features: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    shares: NDArray[np.float64]
    roots: NDArray[np.int64]
    importances: NDArray[np.float64]
    in_bag: NDArray[np.bool_]


def import_trees() -> Any:
    """Return scikit-learn's decision trees, or say how to get them."""
    try:
        from sklearn import tree
    except ImportError as error:
        raise MissingDependencyError(
            f"training a classifier needs the package scikit-learn, which is not installed; a trained one is applied "
            f"without it. Install it with {HOW_TO_GET_IT}."
        ) from error
    return tree


def grow(features: Array, classes: NDArray[np.int64], *, trees: int, voxels_per_leaf: int, seed: int) -> Forest:
    """Grow trees on voxels [voxel, feature] of the classes 0, 1, 2 ...

    Every tree has its own bootstrap sample, drawn within each class, and weights with which all classes count alike;
    its random numbers come from the seed and its own number, so that trees may be grown in any order.
    """
    grower = import_trees().DecisionTreeClassifier
    members = [np.flatnonzero(classes == each) for each in range(int(classes.max()) + 1)]
    fair = np.array([1 / of.size for of in members])[classes] * classes.size / len(members)

    def one(number: int) -> tuple[Any, NDArray[np.bool_]]:
        random = np.random.default_rng([seed, number])
        drawn = np.concatenate([random.choice(of, of.size) for of in members])
        times = np.bincount(drawn, minlength=classes.size)
        tree = grower(
            max_features="sqrt", min_samples_leaf=voxels_per_leaf, random_state=int(random.integers(2**31 - 1))
        )
        kept = times > 0
        return tree.fit(features[kept], classes[kept], sample_weight=(times * fair)[kept]), kept

    grown = _kernels_forest.on_threads(one, range(trees))
    in_bag = np.array([kept for _, kept in grown])
    return joined([tree for tree, _ in grown], in_bag)


def joined(trees: Sequence[Any], in_bag: NDArray[np.bool_]) -> Forest:
    """Return trees of scikit-learn as one list of nodes."""
    parts = [tree.tree_ for tree in trees]
    roots = np.concatenate([[0], np.cumsum([part.node_count for part in parts])[:-1]]).astype(np.int64)

    def moved(name: str) -> NDArray[np.int64]:
        children = [getattr(part, name).astype(np.int64) + root for part, root in zip(parts, roots, strict=True)]
        return np.where(inner, np.concatenate(children), 0)

    features = np.concatenate([part.feature for part in parts]).astype(np.int64)
    inner = features >= 0
    shares = np.concatenate([part.value[:, 0, :] for part in parts]).astype(np.float64)
    return Forest(
        features=np.where(inner, features, -1),
        thresholds=np.where(inner, np.concatenate([part.threshold for part in parts]), 0.0),
        left=moved("children_left"),
        right=moved("children_right"),
        shares=shares / shares.sum(axis=1, keepdims=True),
        roots=roots,
        importances=np.mean([tree.feature_importances_ for tree in trees], axis=0),
        in_bag=in_bag,
    )


class Asked:
    """The trees of a forest or of a `PixelClassifier`, laid out to be asked for many voxels."""

    def __init__(self, forest: Any) -> None:
        leaf = forest.features < 0
        itself = np.arange(forest.features.size)
        next_nodes = np.stack([np.where(leaf, itself, side) for side in (forest.left, forest.right)], axis=1).ravel()
        self.depths = _kernels_forest.depths(forest.roots, forest.features, next_nodes)
        self.features = np.where(leaf, 0, forest.features).astype(np.uint64)
        self.thresholds = np.where(leaf, np.float32(np.inf), _next_below(forest.thresholds))
        self.next_nodes, self.roots = next_nodes.astype(np.uint64), forest.roots.astype(np.uint64)
        self.shares = forest.shares

    def probabilities(self, features: Array) -> NDArray[np.float64]:
        """Return the mean share [voxel, phase] that the trees give."""
        votes = np.zeros((len(features), self.shares.shape[1]))
        self.add_votes(features, slice(None), votes)
        votes /= self.roots.size
        return votes

    def add_votes(self, features: Array, trees: slice, votes: NDArray[np.float64]) -> None:
        """Add the shares that some of the trees give to the votes."""
        _kernels_forest.add_votes(
            features,
            self.roots[trees],
            self.depths[trees],
            self.features,
            self.thresholds,
            self.next_nodes,
            self.shares,
            votes,
        )


def out_of_bag(forest: Forest, features: Array) -> NDArray[np.float64]:
    """Return the summed shares [voxel, phase] of those trees alone that were not grown on a voxel; 0 for none."""
    asked = Asked(forest)
    votes = np.zeros((len(features), forest.shares.shape[1]))
    for tree, inside in enumerate(forest.in_bag):
        part = np.zeros((int(np.count_nonzero(~inside)), votes.shape[1]))
        asked.add_votes(features[~inside], slice(tree, tree + 1), part)
        votes[~inside] += part
    return votes


def _next_below(thresholds: NDArray[np.float64]) -> Array:
    """Return the largest float32 up to each threshold: against it, a float32 compares as against the threshold."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)

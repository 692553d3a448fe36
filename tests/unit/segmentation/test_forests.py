import sys

import numpy as np
import pytest

from voltome.errors import MissingDependencyError
from voltome.segmentation import _forests, _kernels_forest


def clouds(seed=0, count=120):
    """Return three overlapping clouds of points in six dimensions, the last empty of meaning."""
    random = np.random.default_rng(seed)
    classes = np.repeat([0, 1, 2], [count, count // 2, count // 4])
    places = random.normal(size=(classes.size, 6)) + classes[:, None] * [2, 1, 0, -1, 0.5, 0]
    return places.astype(np.float32), classes


def test_a_forest_gives_the_probabilities_of_scikit_learn():
    from sklearn.ensemble import RandomForestClassifier

    features, classes = clouds()
    theirs = RandomForestClassifier(25, random_state=3).fit(features, classes)
    ours = _forests.joined(theirs.estimators_, np.zeros((25, classes.size), bool))
    others, _ = clouds(seed=1, count=700)  # more than one block of voxels
    np.testing.assert_allclose(_forests.Asked(ours).probabilities(others), theirs.predict_proba(others), atol=1e-12)
    np.testing.assert_allclose(ours.importances, theirs.feature_importances_, atol=1e-12)


def test_a_value_on_a_threshold_goes_left_as_in_scikit_learn():
    # 0.1 is no float32: the largest float32 up to it goes left, the next one right
    near = np.float32(0.1)
    below = _forests._next_below(np.array([0.1, 0.5]))
    assert float(near) > 0.1
    assert below[0] == np.nextafter(near, np.float32(0))
    assert below[1] == np.float32(0.5)


def test_the_same_seed_grows_the_same_trees_on_any_number_of_threads(monkeypatch):
    features, classes = clouds()
    monkeypatch.setattr(_kernels_forest, "get_num_threads", lambda: 1)
    one = _forests.grow(features, classes, trees=5, voxels_per_leaf=2, seed=4)
    monkeypatch.setattr(_kernels_forest, "get_num_threads", lambda: 4)
    four = _forests.grow(features, classes, trees=5, voxels_per_leaf=2, seed=4)
    other = _forests.grow(features, classes, trees=5, voxels_per_leaf=2, seed=5)
    for name in ("features", "thresholds", "left", "right", "shares", "roots", "importances", "in_bag"):
        np.testing.assert_array_equal(getattr(one, name), getattr(four, name))
    assert one.thresholds.tolist() != other.thresholds.tolist()


def test_out_of_bag_asks_only_trees_that_have_not_seen_a_voxel():
    features, classes = clouds()
    forest = _forests.grow(features, classes, trees=20, voxels_per_leaf=1, seed=0)
    votes = _forests.out_of_bag(forest, features)
    np.testing.assert_allclose(votes.sum(axis=1), np.count_nonzero(~forest.in_bag, axis=0))
    # trees grown to the end know what they have seen: out of bag must do worse
    own = _forests.Asked(forest).probabilities(features).argmax(axis=1)
    assert np.mean(own == classes) > np.mean(votes.argmax(axis=1) == classes)


def test_a_rare_class_counts_as_much_as_a_frequent_one():
    # nothing tells the classes apart: with equal weights the rare one gets about half of the votes
    random = np.random.default_rng(2)
    features, classes = random.normal(size=(440, 3)).astype(np.float32), np.repeat([0, 1], [400, 40])
    forest = _forests.grow(features, classes, trees=60, voxels_per_leaf=40, seed=1)
    found = _forests.Asked(forest).probabilities(random.normal(size=(500, 3)).astype(np.float32))
    assert found[:, 1].mean() == pytest.approx(0.5, abs=0.1)


def test_without_scikit_learn_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "voltome\[learn\]"'):
        _forests.import_trees()


def test_what_a_thread_raises_is_raised():
    def fail(part):
        if part == 3:
            raise ZeroDivisionError

    for parts in ([3], range(5)):
        with pytest.raises(ZeroDivisionError):
            _kernels_forest.on_threads(fail, list(parts))

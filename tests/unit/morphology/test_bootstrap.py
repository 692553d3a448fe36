from __future__ import annotations

import numpy as np
import pytest

from voltome.morphology import _bootstrap


def test_blocks_of_resamples_are_whole_resamples(monkeypatch):
    random = np.random.default_rng(0)
    values, weights = random.uniform(0, 3, 50), random.uniform(1, 2, 50)
    edges = np.array([0.0, 1.0, 2.0, 3.0])
    whole = _bootstrap.bands(values, weights, edges, resamples=400, seed=1)
    monkeypatch.setattr(_bootstrap, "_BLOCK", 120)
    assert np.array_equal(_bootstrap.bands(values, weights, edges, resamples=400, seed=1).share_low, whole.share_low)


def test_the_band_of_weighted_shares_is_as_wide_as_their_variance_says():
    # ratio of sums R = sum(w in bin) / sum(w): variance about sum(w^2 (in - R)^2) / sum(w)^2
    random = np.random.default_rng(2)
    values, weights = random.uniform(0, 2, 600), random.lognormal(0, 0.5, 600)
    found = _bootstrap.bands(values, weights, np.array([0.0, 1.0, 2.0]), resamples=4000, seed=0)
    inside = values < 1
    share = weights[inside].sum() / weights.sum()
    expected = np.sqrt((weights**2 * (inside - share) ** 2).sum()) / weights.sum()
    assert (found.share_high - found.share_low)[0] / 3.92 == pytest.approx(expected, rel=0.05)
    assert found.share_low[0] + found.share_high[1] == pytest.approx(1)

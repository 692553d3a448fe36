import numpy as np

from voltome.filters._kernels_nlm import _weight


def test_the_weight_is_the_exponential_that_it_says():
    free = np.float32(0.1)
    distances = np.linspace(0, 3, 3001, dtype=np.float32)
    found = np.array([_weight(distance, free) for distance in distances])
    expected = np.exp(-16 * np.maximum(distances.astype(np.float64) - np.float64(free), 0))
    assert np.abs(found - expected).max() < 6e-5
    assert (found[distances <= free] == 1).all()
    assert (np.diff(found) <= 0).all()
    assert _weight(np.float32(np.inf), free) < 1e-7

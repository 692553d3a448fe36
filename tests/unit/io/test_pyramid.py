import numpy as np

from voltome.io._pyramid import halved, levels


def test_levels_halve_until_no_edge_exceeds_256() -> None:
    found = list(levels(np.zeros((3, 1000, 513), np.uint8), labels=False))
    assert [level.shape for level, _ in found] == [(3, 1000, 513), (2, 500, 257), (1, 250, 129)]
    assert [factors for _, factors in found] == [(1, 1, 1), (2, 2, 2), (4, 4, 4)]


def test_an_extent_of_one_stays_and_keeps_its_scale() -> None:
    *_, (level, factors) = levels(np.zeros((1, 600, 300), np.uint8), labels=False)
    assert level.shape == (1, 150, 75)
    assert factors == (1, 4, 4)


def test_integers_are_rounded_half_to_even() -> None:
    # means of the eight voxels: 0.5 -> 0, 1.5 -> 2, 2.5 -> 2
    blocks = [np.repeat([low, low + 1], 4).reshape(2, 2, 2) for low in (0, 1, 2)]
    values = np.concatenate(blocks, axis=2).astype(np.uint8)
    assert halved(values).ravel().tolist() == [0, 2, 2]


def test_an_odd_last_plane_is_averaged_over_what_there_is() -> None:
    values = np.array([[[0.0, 2.0, 7.0]]], np.float32)
    assert halved(values).tolist() == [[[1.0, 7.0]]]


def test_the_mean_of_large_values_does_not_overflow() -> None:
    for dtype in (np.uint8, np.uint16, np.int32, np.uint32, np.float32, np.float64):
        top = np.finfo(dtype).max if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
        assert (halved(np.full((4, 4, 4), top, dtype)) == top).all(), dtype


def test_labels_are_taken_and_never_averaged() -> None:
    values = np.zeros((2, 2, 300), np.int32)
    values[0, 0, ::2] = np.arange(150) * 1000
    *_, (level, _) = levels(values, labels=True)
    assert np.array_equal(level, values[::2, ::2, ::2])


def test_wide_integers_are_thinned_because_their_mean_is_not_exact_in_float64() -> None:
    values = np.full((1, 1, 300), 2**64 - 1, np.uint64)
    *_, (level, _) = levels(values, labels=False)
    assert (level == 2**64 - 1).all()

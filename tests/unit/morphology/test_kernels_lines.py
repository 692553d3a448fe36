"""The kernels of lines on which three phases meet."""

from __future__ import annotations

import tracemalloc

import numpy as np

from voltome.morphology._kernels_lines import OUTSIDE, one_hot


def test_codes_are_bits_of_the_three_labels_and_of_the_outside() -> None:
    values = np.array([[[0, 5, 255, 7]]], np.uint8)
    mask = np.array([[[True, True, True, False]]])
    assert one_hot(values, [5, 255, 7], None).ravel().tolist() == [0, 1, 2, 4]
    assert one_hot(values.astype(np.int64), [5, 255, 7], mask).ravel().tolist() == [0, 1, 2, OUTSIDE]


def test_codes_take_one_byte_of_every_voxel_and_eight_of_one_plane() -> None:
    values = np.ones((64, 64, 64), np.uint8)
    one_hot(values, [1, 2, 3], None)
    tracemalloc.start()
    try:
        one_hot(values, [1, 2, 3], None)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # 1 byte per voxel, and an index of 8 bytes for each of 1/64 of them
    assert peak < 1.5 * values.size

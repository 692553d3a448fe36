from __future__ import annotations

import numpy as np
import pytest

from voltome.data import LazyArray
from voltome.errors import AxisError, FileFormatError

STORED = np.arange(2 * 3 * 4, dtype=np.uint16).reshape(2, 3, 4)


def lazy(read=lambda box: STORED[box]):
    return LazyArray((2, 3, 4), STORED.dtype, read, "a made file")


@pytest.mark.parametrize(
    "index",
    [
        np.s_[:],
        np.s_[1],
        np.s_[-1],
        np.s_[:, 1:2],
        np.s_[0, 1:, ::2],
        np.s_[1, 2, 3],
        np.s_[:, :, 3:1],
        np.s_[5:],
    ],
)
def test_a_part_is_what_the_array_has_there(index):
    found = lazy()[index]
    assert found.shape == STORED[index].shape
    assert np.array_equal(found, STORED[index])


def test_it_says_its_size_and_gives_itself_whole():
    assert (lazy().ndim, lazy().size, lazy().nbytes, len(lazy())) == (3, 24, 48, 2)
    assert np.array_equal(np.asarray(lazy()), STORED)
    assert [layer.tolist() for layer in lazy()] == STORED.tolist()


def test_only_the_part_is_read():
    asked = []
    lazy(lambda box: asked.append(box) or STORED[box])[:, 1:2]
    assert asked == [(slice(0, 2, 1), slice(1, 2, 1), slice(0, 4, 1))]


@pytest.mark.parametrize("index", [np.s_[2], np.s_[-3], np.s_[::-1], np.s_["a"], np.s_[0, 0, 0, 0], np.s_[True]])
def test_an_index_that_is_none(index):
    with pytest.raises(AxisError):
        lazy()[index]


def test_a_file_that_gives_something_else_is_refused():
    with pytest.raises(FileFormatError, match="a made file gave values of the shape"):
        lazy(lambda box: STORED[:1])[:]

from __future__ import annotations

import pytest

from voltome.reconstruction._slabs import FEWEST, MOST, batch_bytes, batch_of
from voltome.study.steps import STEPS


@pytest.mark.parametrize(
    ("views", "columns", "slices"), [(10, 10, MOST), (1601, 1024, 20), (4000, 4096, FEWEST), (1000, 1024, 32)]
)
def test_a_batch_is_as_large_as_its_lines_allow(views, columns, slices):
    """2^28 bytes at 8 for each view and column, between 16 and 64 slices."""
    assert batch_of(views, columns) == slices


def test_a_batch_takes_no_more_slices_than_there_are():
    assert batch_bytes(100, 10, 25, 3) == 3 * (16 * 1000 + 20 * 25)


def test_the_step_says_what_it_takes_whatever_the_height_of_a_slab():
    class Scan:
        view_count, column_count, row_count = 100, 10, 3

    rows = STEPS["fbp"].rows
    assert rows is not None
    assert rows.fixed_bytes_of(Scan, {}) == batch_bytes(100, 10, 100, 3)
    assert rows.fixed_bytes_of(Scan, {"size_voxels": 5}) == batch_bytes(100, 10, 25, 3)

from __future__ import annotations

import pytest

from voltome.reconstruction._slabs import FEWEST, MOST, batch_bytes, batch_of
from voltome.study.step import DetectorShape
from voltome.study.steps import STEPS


@pytest.mark.parametrize(
    ("views", "columns", "slices"), [(10, 10, MOST), (1601, 1024, 20), (4000, 4096, FEWEST), (1000, 1024, 32)]
)
def test_a_batch_is_as_large_as_its_lines_allow(views, columns, slices):
    """2^28 bytes at 8 for each view and column, between 16 and 64 slices."""
    assert batch_of(views, columns) == slices


def test_a_batch_takes_no_more_slices_than_there_are():
    assert batch_bytes(100, 10, 25, 3) == 3 * (16 * 1000 + 20 * 25)


@pytest.mark.parametrize(
    ("parameters", "voxels"),
    [
        ({}, 100),
        ({"size_voxels": 5}, 25),
        ({"voxel_size_um": 0.25}, 400),
        ({"region_voxels": ((1, 4), (0, 5))}, 15),
    ],
)
def test_the_step_says_what_a_slab_takes(parameters, voxels):
    """The slices, 4 bytes a voxel, and a batch of them: 10 columns of 0.5 um."""
    rows = STEPS["fbp"].rows
    assert rows is not None
    assert rows.peak_bytes is not None
    found = rows.peak_bytes(DetectorShape(100, 3, 10, 0.5), parameters)
    assert found == 3 * 4 * voxels + batch_bytes(100, 10, voxels, 3)

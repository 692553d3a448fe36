from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import voltome as vt
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
    assert batch_bytes(100, 10, 25, 3) < batch_bytes(100, 10, 25, MOST) == batch_bytes(100, 10, 25, 1000)


def test_each_thread_needs_its_own(monkeypatch):
    """3 slices of 25 voxels from 100 views of 10 columns, and for each thread lines of 16 views and a plane."""
    for threads, own in ((1, 1), (2, 2), (64, 3)):
        monkeypatch.setattr("os.cpu_count", lambda threads=threads: threads)
        assert batch_bytes(100, 10, 25, 3) == 3 * (9 * 1000 + 11 * 25) + own * (256 * 3 * 10 + 14 * 25)


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


@pytest.mark.parametrize("name", ["fbp", "cgls"])
@pytest.mark.parametrize(("views", "rows", "columns"), [(300, 16, 200), (30, 16, 200), (900, 3, 100)])
def test_what_is_said_to_be_needed_suffices(name, views, rows, columns):
    """Arrays at their most, as numpy reports them, stay within the estimate, and are more than a quarter of it."""
    values = np.ones((views, rows, columns), np.float32)
    beam = vt.data.ParallelBeam(0.5, rotation_axis_px=(columns - 1) / 2)
    scan = vt.data.Projections(values, angles_deg=np.arange(views) * 180 / views, geometry=beam, kind="absorbance")
    function, given = getattr(vt.reconstruction, name), {} if name == "fbp" else {"iterations": 2}
    function(scan, **given)
    tracemalloc.start()
    try:
        function(scan, **given)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    step = STEPS[name]
    assert step.rows is not None
    assert step.rows.peak_bytes is not None
    said = step.rows.peak_bytes(DetectorShape(views, rows, columns, 0.5), {})
    assert most <= said
    if name == "fbp":  # what each of many threads may take is not taken here
        assert most > said / 4

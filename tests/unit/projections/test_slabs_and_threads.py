"""Every function that cleans, with one, two and three threads: the same bits."""

import numpy as np
import pytest

import voltome as vt
from voltome.data import _kernels_slabs

P = vt.projections
RANDOM = np.random.default_rng(9)
VIEWS, ROWS, COLUMNS = 30, 5, 70
COUNTS = vt.data.Projections(
    RANDOM.integers(300, 900, (VIEWS, ROWS, COLUMNS)).astype(np.uint16),
    angles_deg=np.arange(VIEWS) * 6.0,
    geometry=vt.data.ParallelBeam(0.5, rotation_axis_px=34.5),
    flats=RANDOM.integers(900, 1100, (6, ROWS, COLUMNS)).astype(np.uint16),
    darks=RANDOM.integers(90, 110, (3, ROWS, COLUMNS)).astype(np.uint16),
    frame_times_s=np.arange(30.0),
    flat_times_s=np.array([-2.0, -1.5, -1.0, 30.0, 30.5, 31.0]),
    shifts_px=RANDOM.uniform(-2, 2, (VIEWS, 2)),
)
THROUGH = P.normalise(COUNTS)
ABSORBED = P.absorbance(THROUGH)

CALLS = {
    "inspect_views": lambda: P.inspect_views(COUNTS),
    "normalise": lambda: P.normalise(COUNTS, flats="interpolated"),
    "bin_pixels": lambda: P.bin_pixels(THROUGH, rows=2, columns=3),
    "crop_pixels": lambda: P.crop_pixels(COUNTS, rows=(1, 4), columns=(5, 60)),
    "remove_zingers": lambda: P.remove_zingers(COUNTS, sigmas=2),
    "correct_drift": lambda: P.correct_drift(THROUGH, by="percentile"),
    "undo_shifts": lambda: P.undo_shifts(THROUGH),
    "pad_columns": lambda: P.pad_columns(ABSORBED, pixels=20),
    "remove_stripes_by_sorting": lambda: P.remove_stripes_by_sorting(ABSORBED),
    "remove_stripes_by_filtering": lambda: P.remove_stripes_by_filtering(ABSORBED),
    "remove_stripes_by_fitting": lambda: P.remove_stripes_by_fitting(ABSORBED),
    "remove_stripes_by_wavelets": lambda: P.remove_stripes_by_wavelets(ABSORBED),
    "remove_large_stripes": lambda: P.remove_large_stripes(ABSORBED),
    "remove_dead_stripes": lambda: P.remove_dead_stripes(ABSORBED),
    "remove_all_stripes": lambda: P.remove_all_stripes(ABSORBED),
}


def bits(result):
    if isinstance(result, vt.data.ResultTable):
        return [result.frame[column].to_numpy().tobytes() for column in result.frame]
    return [result.values.tobytes(), result.history]


@pytest.mark.parametrize("name", CALLS)
def test_one_two_and_three_threads_give_the_same_bits(name, monkeypatch):
    found = []
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    for threads in (1, 2, 3):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda count=threads: count)
        found.append(bits(CALLS[name]()))
    assert found[0] == found[1]
    assert found[0] == found[2]


def test_values_that_lie_in_a_file_are_cleaned_as_those_in_memory():
    lazy = vt.data.LazyArray(COUNTS.values.shape, COUNTS.values.dtype, lambda box: COUNTS.values[box], "a file")
    stored = vt.data.Projections(
        lazy,
        angles_deg=COUNTS.angles_deg,
        geometry=COUNTS.geometry,
        flats=COUNTS.flats,
        darks=COUNTS.darks,
        shifts_px=COUNTS.shifts_px,
    )
    assert P.remove_zingers(stored, sigmas=2).values.tobytes() == P.remove_zingers(COUNTS, sigmas=2).values.tobytes()
    assert P.inspect_views(stored).frame.equals(P.inspect_views(COUNTS).frame)
    part = P.crop_pixels(stored, rows=(1, 3))
    assert np.array_equal(P.normalise(part).values, P.normalise(COUNTS).values[:, 1:3])

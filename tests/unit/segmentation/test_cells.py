import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, PhaseError
from voltome.segmentation.cells import Cut, cells_of, ends_of


def of(values: np.ndarray, **grid: object) -> vt.data.Volume:
    return vt.data.Volume(values, voxel_size_um=1, **grid)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.int64, np.uint64, np.float32, np.float64])
def test_a_cell_tells_the_phase_that_threshold_gives(dtype):
    grey = np.random.default_rng(0).integers(0, 100, (4, 5, 6)).astype(dtype)
    if np.dtype(dtype).kind != "u":
        grey -= dtype(50)
    volume = of(grey)
    cuts = [Cut({"a": (low, None), "b": (5, low - 1)}, "c") for low in (12, 20.5, 30)]
    cells = cells_of(volume, cuts)
    for number, cut in enumerate(cuts):
        phases = vt.segmentation.threshold(volume, intervals=cut.intervals, rest="c")
        for name in cut.names:
            np.testing.assert_array_equal(cells.is_phase(number, name)[cells.values], phases.is_phase(name))
    assert cells.values.dtype == np.uint8


def test_ends_that_part_no_values_of_the_type_are_left_out():
    assert ends_of(np.dtype(np.uint8), [(-5, 300), (None, 255), (0, 99.5), (100.5, None)]) == [100, 101]
    assert ends_of(np.dtype(np.float32), [(0.1, None)]) == [np.float32(0.1)]
    assert ends_of(np.dtype(np.float32), [(None, 1.0)]) == [np.nextafter(np.float32(1), np.float32(2))]
    assert ends_of(np.dtype(np.float32), [(-1e300, 1e300)]) == []


def test_outside_the_mask_is_the_cell_behind_the_last():
    mask = np.ones((2, 3, 4), np.bool_)
    mask[0, 0] = False
    cells = cells_of(of(np.zeros((2, 3, 4), np.float32), mask=mask), [Cut({"a": (1.0, None)}, "b")])
    assert cells.count == 2
    assert (cells.values == np.where(mask, 0, 2)).all()


def test_a_view_is_cut_as_its_copy():
    grey = np.random.default_rng(1).integers(0, 9, (6, 7, 8)).astype(np.uint16)
    cuts = [Cut({"a": (4, None)}, "b")]
    view = grey[::2, 1:, ::-1]
    np.testing.assert_array_equal(cells_of(of(view), cuts).values, cells_of(of(view.copy()), cuts).values)


def test_what_threshold_refuses_is_refused_in_the_same_words():
    volume = of(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
    cuts = [Cut({"a": (99, None)}, "b"), Cut({"a": (0, None)}, "b"), Cut({"a": (9, None)}, None)]
    cells = cells_of(volume, cuts)
    voxels = np.bincount(cells.values.ravel(), minlength=cells.count)
    for number, cut in enumerate(cuts):
        with pytest.raises(PhaseError) as slow:
            vt.segmentation.threshold(volume, intervals=cut.intervals, rest=cut.rest)
        with pytest.raises(PhaseError) as fast:
            cells.check(number, voxels)
        assert str(fast.value) == str(slow.value)


def test_too_many_ends_are_refused():
    cuts = [Cut({"a": (low, None)}, "b") for low in range(1, 257)]
    with pytest.raises(ParameterError, match="256 different ends of intervals; expected at most 254"):
        cells_of(of(np.zeros((1, 2, 3), np.uint16)), cuts)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint64, np.float32, np.float64])
def test_cells_are_the_ends_at_or_below_however_close_they_lie(dtype):
    rng = np.random.default_rng(5)
    limits = np.finfo(dtype) if np.dtype(dtype).kind == "f" else np.iinfo(dtype)
    near = rng.integers(0, 5000, 300).astype(dtype)
    if np.dtype(dtype).kind == "f":
        near = np.concatenate([near, np.nextafter(near, dtype(9999)), -near / 7, near * limits.tiny])
    far = np.array([limits.min, limits.max, 0], dtype)
    for values in (near, np.concatenate([near, far]), far, np.zeros(3, dtype)):
        for chosen in (rng.choice(values, 40), values[:1]):
            ends = sorted({float(end) if np.dtype(dtype).kind == "f" else int(end) for end in chosen})
            cells = cells_of(of(values.reshape(1, 1, -1)), [Cut({"a": (end, None)}, "b") for end in ends])
            parting = np.array([end for end in ends if end > float(limits.min)], dtype)
            np.testing.assert_array_equal(cells.values.ravel(), np.searchsorted(parting, values, side="right"))

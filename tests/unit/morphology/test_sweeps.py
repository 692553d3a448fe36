"""A measure for many thresholds in one pass gives, number by number, what one segmentation for each gives."""

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from scipy.ndimage import gaussian_filter

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.errors import PhaseError, ValuesError
from voltome.morphology._kernels_sweep import cell_pairs, cell_voxels
from voltome.morphology.sweeps import phase_fractions_over_thresholds, surface_areas_over_thresholds

FIELD = gaussian_filter(np.random.default_rng(0).standard_normal((11, 18, 75)), 1.0)
Z, Y, X = np.indices(FIELD.shape)
CYLINDER = ((Y - 9) / 8.5) ** 2 + ((X - 30) / 29) ** 2 <= 1
SPONGE = np.random.default_rng(1).random(FIELD.shape) < 0.7


def volume_of(dtype: type, mask: np.ndarray | None) -> vt.data.Volume:
    inside = FIELD if mask is None else FIELD[mask]
    unit = np.clip((FIELD - inside.min()) / np.ptp(inside), 0, 1)
    return vt.data.Volume((unit * 120).astype(dtype), voxel_size_um=(0.7, 1.3, 0.4), mask=mask)


def cut(step: float) -> dict[str, list]:
    """Return variants: one phase by its lower and by its upper end, one of three, and two that cover everything."""
    return {
        "lower": [{"intervals": {"solid": (low, None)}, "rest": "pore"} for low in range(20, 100, 16)],
        "upper": [{"intervals": {"solid": (30, high)}, "rest": "pore"} for high in range(40, 100, 16)],
        "three": [{"intervals": {"solid": (low, None), "c": (20, low - step)}, "rest": "p"} for low in (50, 60.5, 70)],
        "all": [{"intervals": {"pore": (None, low - step), "solid": (low, None)}, "rest": None} for low in (50, 70)],
    }


def assert_same(volume: vt.data.Volume, variants: list, **parameters: str) -> None:
    fractions = list(phase_fractions_over_thresholds(volume, variants=variants))
    areas = list(surface_areas_over_thresholds(volume, variants=variants, **parameters))
    for variant, fraction, area in zip(variants, fractions, areas, strict=True):
        phases = vt.segmentation.threshold(volume, **variant)
        for fast, slow in (
            (fraction, vt.morphology.phase_fractions(phases)),
            (area.to_table(), vt.morphology.surface_area(phases, **parameters).to_table()),
        ):
            assert_frame_equal(fast.frame, slow.frame, check_exact=True)
            assert (fast.columns, fast.kind, fast.method) == (slow.columns, slow.kind, slow.method)
            assert (fast.measured_on, fast.history) == (slow.measured_on, slow.history)


@pytest.mark.parametrize("name", ["lower", "upper", "three", "all"])
@pytest.mark.parametrize("mask", [None, CYLINDER, SPONGE], ids=["box", "cylinder", "sponge"])
def test_every_number_is_that_of_the_single_measurement(name, mask):
    assert_same(volume_of(np.uint8, mask), cut(1)[name], phase="solid")


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_types_of_grey_value(dtype):
    step = 1 if dtype is np.int16 else float(70 - np.nextafter(np.float32(70), np.float32(0)))
    assert_same(volume_of(dtype, CYLINDER), cut(step)["three"], phase="c")
    assert_same(volume_of(dtype, None), cut(step)["lower"], phase="pore", estimator="faces")


@pytest.mark.parametrize("shape", [(1, 9, 9), (1, 1, 7), (2, 2, 2), (9, 1, 1), (2, 40, 70)])
def test_thin_samples(shape):
    values = np.random.default_rng(2).integers(1, 8, shape).astype(np.uint8)
    values.ravel()[[0, -1]] = 0, 9
    volume = vt.data.Volume(values, voxel_size_um=1)
    assert_same(volume, [{"intervals": {"s": (low, None)}, "rest": "p"} for low in (1, 4, 8)], phase="s")


def test_more_thresholds_than_one_pass_holds():
    volume = vt.data.Volume((FIELD[:4, :9, :9] * 1000).astype(np.int16), voxel_size_um=1)
    low, high = volume.values.min(), volume.values.max()
    ends = np.linspace(low + 1, high, 70).round().astype(int).tolist()
    assert_same(volume, [{"intervals": {"s": (end, None)}, "rest": "p"} for end in ends], phase="s")


def test_the_number_of_threads_changes_nothing(monkeypatch):
    cells = np.random.default_rng(3).integers(0, 8, (9, 10, 70)).astype(np.uint8)
    box = np.zeros(3, np.int64), np.array(cells.shape), np.array([5, 5, 35])
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append((cell_voxels(cells, 7, *box), cell_pairs(cells, 7, *box)))
    for voxels, pairs in found[1:]:
        np.testing.assert_array_equal(voxels, found[0][0])
        np.testing.assert_array_equal(pairs, found[0][1])


def test_a_threshold_outside_the_data_is_refused_in_its_turn():
    volume = vt.data.Volume(np.arange(64, dtype=np.uint8).reshape(4, 4, 4), voxel_size_um=1)
    variants = [{"intervals": {"s": (low, None)}, "rest": "p"} for low in (10, 20, 64)]
    found = surface_areas_over_thresholds(volume, variants=variants, phase="s")
    assert [next(found).phase for _ in range(2)] == ["s", "s"]
    with pytest.raises(PhaseError, match=r"'s' \[64, ...\] selects no voxel; grey values run from 0 to 63"):
        next(found)


def test_an_unknown_phase_is_refused():
    volume = vt.data.Volume(np.arange(8, dtype=np.uint8).reshape(2, 2, 2), voxel_size_um=1)
    found = surface_areas_over_thresholds(volume, variants=[{"intervals": {"s": (4, None)}, "rest": "p"}], phase="x")
    with pytest.raises(PhaseError, match="unknown phase 'x'; expected one of 'p', 's'"):
        next(found)


def test_a_sample_of_one_voxel_has_no_standard_error():
    volume = vt.data.Volume(np.ones((1, 1, 1), np.uint8), voxel_size_um=1)
    with pytest.raises(ValuesError, match="the sample is one voxel"):
        next(phase_fractions_over_thresholds(volume, variants=[{"intervals": {"s": (1, None)}}]))

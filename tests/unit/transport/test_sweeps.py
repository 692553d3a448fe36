"""Tortuosity over thresholds: that of each alone within the tolerance, with fewer iterations, and where it begins."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

import voltome as vt
from voltome.transport.sweeps import filled, tortuosities_over_thresholds

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def grey() -> vt.data.Volume:
    field = gaussian_filter(np.random.default_rng(1).standard_normal((40, 36, 32)), 2.0)
    return vt.data.Volume((1000 + 100 * field / field.std()).astype(np.uint16), voxel_size_um=(1.0, 1.0, 0.5))


def variants_of(ends: list[int]) -> list[dict[str, object]]:
    return [{"intervals": {"pore": (None, end)}, "rest": "solid"} for end in ends]


@pytest.mark.parametrize("axis", ["z", "x"])
def test_every_value_is_that_of_its_threshold_alone_within_the_tolerance(grey: vt.data.Volume, axis: str):
    variants = variants_of([960, 970, 975, 980, 985])
    warm = list(tortuosities_over_thresholds(grey, variants=variants, phase="pore", axis=axis, tolerance=TOLERANCE))
    cold = [
        vt.transport.tortuosity(vt.segmentation.threshold(grey, **each), phase="pore", axis=axis, tolerance=TOLERANCE)
        for each in variants
    ]
    assert [found.porosity for found in warm] == [found.porosity for found in cold]
    # both lie above the exact value by at most the tolerance: the solver never gives too little
    for one, other in zip(warm, cold, strict=True):
        assert one.relative_diffusivity == pytest.approx(other.relative_diffusivity, rel=TOLERANCE)
        assert (one.method, one.history, one.measured_on) == (other.method, other.history, other.measured_on)
    assert warm[0].iterations == cold[0].iterations
    assert sum(found.iterations for found in warm[1:]) < 0.9 * sum(found.iterations for found in cold[1:])


def test_where_nothing_percolates_the_next_begins_at_the_last_that_did(grey: vt.data.Volume):
    variants = variants_of([980, 800, 980])
    first, none, again = tortuosities_over_thresholds(grey, variants=variants, phase="pore", tolerance=TOLERANCE)
    assert none.value == np.inf
    assert none.reason
    assert again.relative_diffusivity == pytest.approx(first.relative_diffusivity, rel=TOLERANCE)
    assert again.iterations < first.iterations


def test_what_is_new_begins_at_the_mean_around_it_or_falls_evenly():
    potential: NDArray[np.float32] = np.zeros((40, 4, 4), np.float32)
    potential[0, 0, :2] = 0.75, 0.25
    found = filled(potential, 0)
    assert found[0, 0, :2].tolist() == [0.75, 0.25]
    assert found[3, 3, 3] == 0.5  # the block of four
    assert found[12, 1, 1] == 0.5  # the block of sixteen
    assert found[39, 0, 0] == pytest.approx(1 - 39.5 / 40)
    assert found.dtype == np.float32


def test_a_study_takes_the_warm_starts(grey: vt.data.Volume, tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    vt.io.write(grey, tmp_path / "grey.tif")
    (tmp_path / "study.yaml").write_text(
        "study: x\nscans: {a: {source: grey.tif}}\npipeline:\n"
        "  - threshold: {intervals: {pore: [null, 980]}, rest: solid}\n"
        "  - tortuosity: {phase: pore}\n"
        "  - sweep: {over: threshold.intervals.pore.1, values: [800, 970, 980], steps: [tortuosity: {phase: pore}]}\n"
        "  - combined_uncertainty: {of: tortuosity, threshold: sweep-tortuosity, band: [970, 980]}\n"
    )
    tables = vt.study.run(vt.study.load(tmp_path / "study.yaml")).tables()
    variants = variants_of([800, 970, 980])
    warm = [found.value for found in tortuosities_over_thresholds(grey, variants=variants, phase="pore")]
    assert tables["sweep-tortuosity"].frame.tortuosity.tolist() == warm
    assert warm[0] == np.inf
    (said,) = tables["sweep-tortuosity"].warnings
    assert "1 of 1 at 800" in said
    row = tables["combined_uncertainty"].frame.iloc[0]
    assert row.tortuosity_from_threshold == pytest.approx((warm[1] - warm[2]) / 2 / np.sqrt(3), rel=1e-3)

"""Conjugate gradients, simultaneous steps and total variation: what they give, refuse and say."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from discs import Disc, scan

import voltome as vt
from voltome.data import LazyArray, _kernels_slabs
from voltome.errors import AxisError, ConvergenceError, GeometryError, MemoryEstimateError, ParameterError, ValuesError
from voltome.reconstruction import _normal, _slabs, _solving

Method = Callable[..., vt.data.Volume]


def cgls(projections: vt.data.Projections, **options: object) -> vt.data.Volume:
    return vt.reconstruction.cgls(projections, **({"iterations": 6} | options))  # type: ignore[arg-type]


def sirt(projections: vt.data.Projections, **options: object) -> vt.data.Volume:
    return vt.reconstruction.sirt(projections, **({"iterations": 6} | options))  # type: ignore[arg-type]


def fista_tv(projections: vt.data.Projections, **options: object) -> vt.data.Volume:
    given = {"iterations": 6, "weight_per_cm": 5.0} | options
    return vt.reconstruction.fista_tv(projections, **given)  # type: ignore[arg-type]


METHODS = [cgls, sirt, fista_tv]


@pytest.fixture(scope="module")
def seen() -> vt.data.Projections:
    """Return 5 rows that differ, of an odd width, the axis beside the middle."""
    rows = [[Disc(2.0, -3.0 + row, 8, 100), Disc(-4, 5, 3, 50 * row)] for row in range(5)]
    exact = scan(rows, angles_deg=np.arange(30) * 6.0, columns=33, rotation_axis_px=15.2)
    noise = np.random.default_rng(0).normal(0, 1e-3, exact.values.shape)
    return dataclasses.replace(exact, values=(exact.values + noise).astype(np.float32), history=("made",))


@pytest.mark.parametrize("method", METHODS)
def test_a_slice_for_every_row_in_1_per_cm_with_what_was_done(method: Method, seen: vt.data.Projections) -> None:
    volume = method(seen)
    assert volume.shape == (5, 33, 33)
    assert volume.values.dtype == np.float32
    assert (volume.quantity, volume.unit, volume.voxel_size_um) == ("attenuation", "1/cm", (1, 1, 1))
    assert volume.history[0] == "made"
    assert volume.history[1].startswith(f"{method.__name__}: ")
    assert "6 iterations" in volume.history[1]
    assert "residual" in volume.history[1]


@pytest.mark.parametrize("method", METHODS)
def test_any_number_of_threads_gives_the_same_bits(
    method: Method, seen: vt.data.Projections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append(method(seen).values.tobytes())
    assert len(set(found)) == 1


def test_any_number_of_threads_gives_the_same_bits_where_slices_smooth_each_other(
    seen: vt.data.Projections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append(fista_tv(seen, neighbours="volume").values.tobytes())
    assert len(set(found)) == 1


@pytest.mark.parametrize("method", METHODS)
def test_a_slab_gives_the_bits_of_the_whole_however_rows_are_batched(
    method: Method, seen: vt.data.Projections, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = method(seen).values
    assert method(seen.rows(1, 4)).values.tobytes() == whole[1:4].tobytes()
    monkeypatch.setattr(_solving, "batch_of", lambda views, columns: 2)
    assert method(seen).values.tobytes() == whole.tobytes()
    assert _slabs.batch_of(30, 33) > 2


@pytest.mark.parametrize("method", METHODS)
def test_a_scan_in_its_file_gives_the_same(method: Method, seen: vt.data.Projections) -> None:
    lazy = LazyArray(seen.values.shape, seen.values.dtype, lambda box: seen.values[box], "memory")
    assert method(dataclasses.replace(seen, values=lazy)).values.tobytes() == method(seen).values.tobytes()


@pytest.mark.parametrize("method", METHODS)
def test_a_pixel_twice_as_large_gives_half_the_attenuation(method: Method, seen: vt.data.Projections) -> None:
    larger = dataclasses.replace(seen, geometry=vt.data.ParallelBeam((1, 2), rotation_axis_px=15.2))
    options = {"weight_per_cm": 2.5} if method is fista_tv else {}
    found = method(larger, **options)
    assert found.voxel_size_um == (1, 2, 2)
    assert np.allclose(found.values, method(seen).values / 2, atol=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_a_start_near_the_end_leaves_less_to_do(method: Method, seen: vt.data.Projections) -> None:
    near = method(seen, iterations=40)
    zero = near.derive("emptied", values=np.zeros_like(near.values))
    after = [method(seen, iterations=3, start=start).values for start in (near, zero)]
    far = [np.linalg.norm(each - near.values) for each in after]
    assert far[0] < 0.3 * far[1]


def test_conjugate_gradients_go_on_where_they_stopped_downhill(seen: vt.data.Projections) -> None:
    def residual(volume: vt.data.Volume) -> float:
        return float(np.linalg.norm(vt.reconstruction.project(volume, like=seen).values - seen.values))

    first = cgls(seen, iterations=3)
    assert residual(cgls(seen, iterations=3, start=first)) < residual(first)


def test_the_residual_of_the_history_is_that_of_the_projections(seen: vt.data.Projections) -> None:
    noise = np.random.default_rng(1).normal(0, 0.02, (30, 1, 33)).astype(np.float32)
    one = seen.rows(0, 1)
    one = dataclasses.replace(one, values=one.values + noise)
    volume = cgls(one, iterations=5)
    said = float(volume.history[-1].split("residual ")[1].split("%")[0]) / 100
    gap = vt.reconstruction.project(volume, like=one).values - one.values
    # the detector of the model is wider: what lies beside it is held at 0 too
    assert said == pytest.approx(np.linalg.norm(gap) / np.linalg.norm(one.values), rel=0.03)
    assert said > 0.05


def test_a_residual_that_single_precision_does_not_know_is_not_said(seen: vt.data.Projections) -> None:
    assert cgls(seen.rows(0, 1), iterations=15).history[-1].endswith("residual below 1% of the data")


@pytest.mark.parametrize("method", METHODS)
def test_a_sample_wider_than_the_detector_is_said(method: Method, seen: vt.data.Projections) -> None:
    assert "wider" not in method(seen).history[-1]
    exact = scan([[Disc(0, 0, 30, 100)]], angles_deg=np.arange(30) * 6.0, columns=33)
    assert "sample wider than the detector (85% of the absorbance at its edge)" in method(exact).history[-1]


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_scan_is_an_empty_volume(method: Method, seen: vt.data.Projections) -> None:
    empty = dataclasses.replace(seen, values=np.zeros_like(seen.values))
    assert not method(empty).values.any()


def test_bounds_hold(seen: vt.data.Projections) -> None:
    assert sirt(seen).values.min() == 0
    assert sirt(seen, non_negative=False).values.min() < 0
    assert fista_tv(seen).values.min() == 0
    assert fista_tv(seen, non_negative=False, weight_per_cm=0.1).values.min() < 0


def test_total_variation_stops_where_nothing_changes_any_more(seen: vt.data.Projections) -> None:
    far = fista_tv(seen, iterations=500, tolerance=1e-3).history[-1]
    steps = int(far.split(" iterations")[0].rsplit(" ", 1)[1])
    assert 5 < steps < 500


def test_neighbours_over_long_voxels_count_less(seen: vt.data.Projections) -> None:
    long = dataclasses.replace(seen, geometry=vt.data.ParallelBeam((50, 1), rotation_axis_px=15.2))
    alone, together = (fista_tv(long, neighbours=each, tolerance=0).values for each in ("slice", "volume"))
    assert np.abs(alone - together).max() < 0.05 * alone.max()


# ---- what is refused


@pytest.mark.parametrize("method", METHODS)
def test_what_is_no_absorbance_of_a_parallel_beam_with_its_axis_is_refused(
    method: Method, seen: vt.data.Projections
) -> None:
    with pytest.raises(ValuesError, match=rf"{method.__name__} takes absorbance, these projections are counts"):
        method(dataclasses.replace(seen, kind="counts"))
    with pytest.raises(GeometryError, match=r"needs the axis of rotation.*find_rotation_axis"):
        method(dataclasses.replace(seen, geometry=vt.data.ParallelBeam(1)))
    cone = vt.data.ConeBeam(1, source_to_axis_um=1e4, source_to_detector_um=2e4, rotation_axis_px=16)
    with pytest.raises(GeometryError, match="is for a parallel beam"):
        method(dataclasses.replace(seen, geometry=cone))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("iterations", [0, 2.5, True])
def test_a_number_of_iterations_is_whole_and_above_0(
    method: Method, seen: vt.data.Projections, iterations: object
) -> None:
    with pytest.raises(ParameterError, match=r"iterations is .*; expected a whole number, 1 or above"):
        method(seen, iterations=iterations)


@pytest.mark.parametrize("method", METHODS)
def test_a_start_on_another_grid_or_in_another_unit_is_refused(method: Method, seen: vt.data.Projections) -> None:
    values = np.zeros((5, 33, 33), np.float32)
    unit = {"quantity": "attenuation", "unit": "1/cm"}
    with pytest.raises(GeometryError, match=r"expected 5 x 33 x 33 voxels \(z, y, x\) of 1 x 1 x 1 um"):
        method(seen, start=vt.data.Volume(values[:4], voxel_size_um=1, **unit))
    with pytest.raises(GeometryError, match=r"expected 5 x 33 x 33 voxels"):
        method(seen, start=vt.data.Volume(values, voxel_size_um=2, **unit))
    with pytest.raises(GeometryError, match="start is in no unit; expected attenuation in 1/cm"):
        method(seen, start=vt.data.Volume(values, voxel_size_um=1))


def test_parameters_out_of_range_are_refused(seen: vt.data.Projections) -> None:
    with pytest.raises(ParameterError, match=r"relaxation is 2; expected a number above 0 and below 2"):
        sirt(seen, relaxation=2)
    with pytest.raises(ParameterError, match="relaxation is 0"):
        sirt(seen, relaxation=0)
    with pytest.raises(ParameterError, match="weight_per_cm is -1"):
        fista_tv(seen, weight_per_cm=-1)
    with pytest.raises(ParameterError, match="tolerance is -1"):
        fista_tv(seen, tolerance=-1)
    with pytest.raises(ParameterError, match=r"neighbours is 'slices'; expected one of .*Did you mean 'slice'"):
        fista_tv(seen, neighbours="slices")


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize("method", METHODS)
def test_numbers_that_run_away_are_an_error(method: Method, seen: vt.data.Projections) -> None:
    huge = dataclasses.replace(seen, values=seen.values * np.float32(1e37))
    with pytest.raises(ConvergenceError, match=r"ran away: numbers beyond single precision; expected absorbance"):
        method(huge)


def test_an_objective_that_grows_is_an_error(seen: vt.data.Projections, monkeypatch: pytest.MonkeyPatch) -> None:
    # a step ten times too long goes uphill
    monkeypatch.setattr(_normal, "SAFETY", 0.1)
    with pytest.raises(ConvergenceError, match=r"fista_tv ran away: its objective rose from .* in .* iterations"):
        fista_tv(seen, iterations=50)


@pytest.mark.parametrize("method", METHODS)
def test_a_volume_that_does_not_fit_is_refused_before_it_starts(
    method: Method, seen: vt.data.Projections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 1000)
    with pytest.raises(MemoryEstimateError, match=rf"{method.__name__} needs about .* GB for 5,445 voxels"):
        method(seen)


# ---- how many iterations


@pytest.mark.parametrize("method", ["cgls", "sirt"])
def test_the_curve_has_a_row_for_every_iteration(method: str, seen: vt.data.Projections) -> None:
    table = vt.reconstruction.iteration_curve(seen, method=method, iterations=12)  # type: ignore[arg-type]
    assert table.kind == "iteration_curve"
    assert table.frame.iteration.tolist() == list(range(1, 13))
    assert (np.diff(table.frame.residual_share) <= 1e-3).all()
    assert (table.frame.held_out_share > 0).all()
    assert table.frame.best_iteration[0] == 1 + table.frame.held_out_share.argmin()
    assert table.measured_on == "row 2 of 30 views of 33 columns"
    assert table.method == f"{method} of every other view, held against the rest"


def test_a_curve_that_still_falls_is_warned_of(seen: vt.data.Projections) -> None:
    table = vt.reconstruction.iteration_curve(seen, method="sirt", iterations=4, row=0)
    assert table.warnings == (
        "What is left of the views held out still falls after 4 iterations of sirt. Give more iterations.",
    )


def test_a_curve_of_what_is_not_there_is_refused(seen: vt.data.Projections) -> None:
    curve = vt.reconstruction.iteration_curve
    with pytest.raises(AxisError, match=r"row is 5; expected one of the detector, 0 to 4"):
        curve(seen, row=5)
    with pytest.raises(AxisError, match=r"row is 1\.5; expected one of the detector, 0 to 4"):
        curve(seen, row=1.5)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match=r"method is 'sart'; expected one of 'cgls', 'sirt'"):
        curve(seen, method="sart")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="relaxation is 2"):
        curve(seen, method="sirt", relaxation=2)
    with pytest.raises(ParameterError, match="iterations is 0"):
        curve(seen, iterations=0)
    with pytest.raises(ValuesError, match="iteration_curve takes absorbance"):
        curve(dataclasses.replace(seen, kind="transmission"))


def test_a_scan_of_nothing_has_a_curve_of_nothing(seen: vt.data.Projections) -> None:
    empty = dataclasses.replace(seen, values=np.zeros_like(seen.values))
    assert vt.reconstruction.iteration_curve(empty).frame.held_out_share.tolist() == [0.0]


# ---- in a study


def test_in_slabs_slices_are_smoothed_alone() -> None:
    rows = vt.study.STEPS["fista_tv"].rows
    assert rows is not None
    assert rows.halo_of({"neighbours": "slice"}) == 0
    with pytest.raises(ParameterError, match="works on all rows at once, not on slabs; expected 'slice'"):
        rows.halo_of({"neighbours": "volume"})


def test_materials_are_checked_before_a_study_runs() -> None:
    check = vt.study.STEPS["calibrate_attenuation"].check
    assert check is not None
    with pytest.raises(ParameterError, match="one material at least that attenuates"):
        check({"attenuations_per_cm": {"air": 0.0}})

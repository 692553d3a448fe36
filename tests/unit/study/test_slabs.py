"""A scan reconstructed in slabs: the bits of the whole, for any height; what cannot be done in slabs says so."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import uniform_filter1d

import voltome as vt
from voltome.data import LazyArray, Projections, ResultTable, Volume
from voltome.errors import MemoryEstimateError, ParameterError
from voltome.study import STEPS, Rows, Step, slabs

VIEWS, ROWS, COLUMNS = 12, 45, 20


def made_scan() -> Projections:
    values = np.random.default_rng(4).random((VIEWS, ROWS, COLUMNS)).astype(np.float32) + 0.1
    beam = vt.data.ParallelBeam(0.5, rotation_axis_px=9.5)
    return Projections(
        values, angles_deg=np.arange(VIEWS) * 15.0, geometry=beam, kind="transmission", history=("simulated: noise",)
    )


def smooth_rows(projections: Projections, *, size: int = 3) -> Projections:
    """Return the mean over neighbouring rows.

    Parameters
    ----------
    projections : Projections
        Any.
    size : int
        Rows.
    """
    values = uniform_filter1d(np.asarray(projections.values), size, axis=1)
    return projections.derive(f"smoothed over {size} rows of {projections.row_count}", values=values)


def pair_rows(projections: Projections) -> Projections:
    """Return the mean of every two rows; an odd last one is left out."""
    even = projections.row_count // 2 * 2
    pairs = np.asarray(projections.values[:, :even]).reshape(VIEWS, -1, 2, projections.column_count).mean(axis=2)
    return projections.derive("paired", values=pairs)


@dataclass(frozen=True)
class Settled:
    """What `settle` gives."""

    settle: Projections
    level: ResultTable


def settle(projections: Projections, *, level: float | None = None) -> Settled:
    """Subtract a level, by default the mean of all rows.

    Parameters
    ----------
    projections : Projections
        Any.
    level : float, optional
        What is subtracted.
    """
    import pandas as pd

    value = float(np.mean(projections.values[:, :, 3], dtype=np.float64)) if level is None else level
    table = ResultTable(
        pd.DataFrame({"value": [value]}), kind="level", columns=(vt.data.Column("value", "1", "The level."),)
    )
    how = f"settled by the mean, {value:.3g}" if level is None else "settled by hand"
    return Settled(projections.derive(how, values=projections.values - np.float32(value)), table)


def stack(projections: Projections) -> Volume:
    """Return a volume of the projections: the views as y."""
    values = np.ascontiguousarray(np.moveaxis(np.asarray(projections.values), 1, 0))
    return Volume(values, voxel_size_um=0.5, quantity="attenuation", history=projections.history)


def stacked_bytes(shape, _):
    return 4 * shape.pixels + 1000


def whole_only(projections: Projections) -> Projections:
    """Return what hangs on all rows."""
    return projections


MADE = {
    step.name: step
    for step in (
        Step("smooth_rows", smooth_rows, bytes_per_voxel=8, rows=Rows(halo=lambda parameters: parameters["size"] // 2)),
        Step("pair_rows", pair_rows, bytes_per_voxel=8, rows=Rows(binned=lambda _: 2)),
        Step("settle", settle, bytes_per_voxel=4, rows=Rows(settles=lambda made: {"level": made[1].frame["value"][0]})),
        Step("stack", stack, kind="attenuation", bytes_per_voxel=4, rows=Rows(peak_bytes=stacked_bytes)),
        Step("whole_only", whole_only),
    )
}


def study_of(folder: Path, *steps: str, scans: str = "rod: {source: scan.zarr}"):
    vt.io.write(made_scan(), folder / "scan.zarr")
    lines = "\n".join(f"  - {step}" for step in steps)
    (folder / "study.yaml").write_text(f"study: A rod\nscans:\n  {scans}\npipeline:\n{lines}\n")
    return vt.study.load(folder / "study.yaml", steps={**STEPS, **MADE})


@pytest.fixture
def heights(monkeypatch):
    """Let slabs be of a given height, whatever memory there is."""

    def fix(rows):
        monkeypatch.setattr(
            slabs, "_even", lambda _, factor, total: min(-(-rows // factor) * factor, total + total % factor)
        )

    return fix


@pytest.mark.parametrize("rows", [1, 2, 7, 16, 44, 45, 1000])
@pytest.mark.parametrize(
    "steps",
    [
        ("stack",),
        ("smooth_rows: {size: 5}", "stack"),
        ("smooth_rows: {size: 3}", "pair_rows", "smooth_rows: {size: 3}", "stack"),
    ],
)
def test_slabs_of_any_height_have_the_voxels_of_the_whole(tmp_path, heights, rows, steps):
    names = [step.partition(":")[0] for step in steps]
    given = [
        step if names.count(name) == 1 else f"{name}: {{{'name: second, ' * bool(at)}size: 3}}"
        for at, (step, name) in enumerate(zip(steps, names, strict=True))
    ]
    study = study_of(tmp_path, *given)
    heights(rows)
    found = vt.io.read_volume(vt.study.reconstruct(study, tmp_path / "rod.ome.zarr"))
    whole = made_scan()
    for step, name in zip(steps, names, strict=True):
        size = {"size": int(step.split("size: ")[1][0])} if "size" in step else {}
        whole = MADE[name].call(whole, **size)
    assert np.array_equal(found.values, whole.values)
    assert found.voxel_size_um == (0.5, 0.5, 0.5)
    assert found.simulated


def test_what_holds_for_the_whole_scan_is_settled_once_in_the_middle(tmp_path, heights):
    study = study_of(tmp_path, "settle: {}", "stack")
    seen = []
    for rows in (4, 45):
        heights(rows)
        seen.append(vt.io.read_volume(vt.study.reconstruct(study, tmp_path / f"{rows}.ome.zarr")).values)
    assert np.array_equal(seen[0], seen[1])
    # 32 rows in the middle of 45: from row 6
    level = np.float32(np.mean(made_scan().values[:, 6:38, 3], dtype=np.float64))
    assert np.array_equal(seen[0], np.moveaxis(made_scan().values - level, 1, 0))


def test_lines_of_the_history_that_differ_are_kept_as_far_as_they_agree(tmp_path, heights):
    study = study_of(tmp_path, "smooth_rows: {size: 3}", "stack")
    heights(16)
    found = vt.io.read_volume(vt.study.reconstruct(study, tmp_path / "rod.ome.zarr"))
    assert found.history == ("simulated: noise", "smoothed over 3 rows of ... (differs from slab to slab)")


def test_the_plan_says_steps_slabs_and_memory(tmp_path):
    plan = vt.study.plan_slabs(study_of(tmp_path, "smooth_rows: {size: 5}", "stack"), memory_gb=1)
    assert (plan.scan, plan.steps, plan.row_count, plan.rows_per_slab, plan.halo_rows, plan.slab_count) == (
        "rod", ("smooth_rows", "stack"), 45, 45, 2, 1,
    )  # fmt: skip
    assert str(plan).startswith("rod: smooth_rows -> stack in 1 slab of 45 rows and 2 beyond each end, about 0.50 GB")


def test_slabs_are_as_high_as_the_memory_allows(tmp_path):
    study = study_of(tmp_path, "stack")
    pixels = VIEWS * COLUMNS
    # a slab of rows r: held 4 and made 4 bytes a pixel; the libraries, the buffer and 1000 bytes of the step always
    for rows in (1, 10, 22):
        limit = 8 * pixels * rows + slabs.LIBRARIES_BYTES + slabs.BUFFER_BYTES + 1000
        plan = vt.study.plan_slabs(study, memory_gb=limit / 1e9)
        assert plan.estimated_bytes <= limit
        assert plan.rows_per_slab == -(-ROWS // -(-ROWS // rows))


@pytest.mark.parametrize(
    ("height", "total", "expected"), [(300, 1000, 256), (70, 1000, 64), (40, 1000, 40), (2000, 1000, 2000)]
)
def test_high_slabs_are_of_whole_chunks_and_others_of_equal_height(height, total, expected):
    assert slabs._even(height, 1, total) == expected


def test_memory_for_not_even_one_row_is_said_before_the_work(tmp_path):
    with pytest.raises(MemoryEstimateError, match=r"a slab of 1 row needs about 0\.50 GB, but 0\.10 GB are allowed"):
        vt.study.reconstruct(study_of(tmp_path, "stack"), tmp_path / "rod.ome.zarr", memory_gb=0.1)
    assert not (tmp_path / "rod.ome.zarr").exists()


@pytest.mark.parametrize(
    ("steps", "options", "message"),
    [
        (("whole_only", "stack"), {}, "whole_only works on the whole scan"),
        (("smooth_rows",), {}, "makes no volume of the projections of 'rod'"),
        (("stack",), {"scan": "rood"}, "scan is 'rood'; this study has 'rod'"),
        (("stack",), {"memory_gb": 0}, "memory_gb is 0"),
        (("absorbance", "fbp: {mask_field_of_view: true}"), {}, "fbp with mask_field_of_view gives a mask"),
        (("bin_pixels: {rows: 46, columns: 1}", "stack"), {}, "46 rows become one, the detector of 'rod' has 45"),
    ],
)
def test_what_cannot_be_done_in_slabs_says_so(tmp_path, steps, options, message):
    with pytest.raises(ParameterError, match=message):
        vt.study.reconstruct(study_of(tmp_path, *steps), tmp_path / "rod.ome.zarr", **options)


def test_several_scans_need_a_choice(tmp_path):
    study = study_of(tmp_path, "stack", scans="rod: {source: scan.zarr}\n  bar: {source: scan.zarr}")
    with pytest.raises(ParameterError, match="scan is None; this study has 'rod', 'bar'"):
        vt.study.reconstruct(study, tmp_path / "rod.ome.zarr")
    assert vt.study.reconstruct(study, tmp_path / "bar.ome.zarr", scan="bar").exists()


def test_only_the_rows_of_a_slab_are_read(tmp_path, heights, monkeypatch):
    scan, asked = made_scan(), []

    def read(box):
        asked.append((box[1].start, box[1].stop))
        return scan.values[box]

    lazy = Projections(
        LazyArray(scan.values.shape, scan.values.dtype, read, "a made file"),
        angles_deg=scan.angles_deg, geometry=scan.geometry, kind=scan.kind,
    )  # fmt: skip
    monkeypatch.setattr(slabs, "_read", lambda *_: lazy)
    heights(20)
    vt.study.reconstruct(study_of(tmp_path, "smooth_rows: {size: 5}", "stack"), tmp_path / "rod.ome.zarr")
    assert asked == [(0, 22), (18, 42), (38, 45)]


def test_one_slab_is_one_and_several_have_their_memory_each(tmp_path):
    study = study_of(tmp_path, "stack")
    plan = vt.study.plan_slabs(study, memory_gb=1)
    assert str(plan).startswith("rod: stack in 1 slab of 45 rows, about 0.50 GB")
    assert str(replace(plan, rows_per_slab=1)).startswith("rod: stack in 45 slabs of 1 row, about")
    assert str(replace(plan, rows_per_slab=16)).endswith("in 3 slabs of 16 rows, about 0.50 GB each")


def test_the_history_says_how_it_was_settled_and_not_that_it_was_given(tmp_path, heights):
    study = study_of(tmp_path, "settle: {}", "stack")
    heights(16)
    found = vt.io.read_volume(vt.study.reconstruct(study, tmp_path / "rod.ome.zarr"))
    level = np.mean(made_scan().values[:, 6:38, 3], dtype=np.float64)
    assert found.history[-1] == f"settled by the mean, {level:.3g}"


def test_a_slab_is_let_go_before_the_next_one_is_made(tmp_path, heights, monkeypatch):
    alive, made = [], []
    slab = slabs._Chain.slab

    def watched(chain, first, stop):
        alive.append(sum(reference() is not None for reference in made))
        volume = slab(chain, first, stop)
        made.append(weakref.ref(volume.values))
        return volume

    monkeypatch.setattr(slabs._Chain, "slab", watched)
    heights(10)
    vt.study.reconstruct(study_of(tmp_path, "stack"), tmp_path / "rod.ome.zarr")
    assert alive == [0] * 5


def test_memory_follows_the_columns_and_counts_what_is_settled(tmp_path):
    """Added columns make larger slices; what settles the axis does so on 32 rows, of however few a slab is."""
    bare, padded, settled = (
        vt.study.plan_slabs(study_of(tmp_path, *steps)).estimated_bytes
        for steps in (
            ("absorbance", "fbp"),
            ("absorbance", "pad_columns: {pixels: 500}", "fbp"),
            ("absorbance", "set_rotation_axis", "fbp"),
        )
    )
    voxels = ROWS * (1020**2 - 20**2)
    assert padded - bare > 4 * voxels
    assert settled >= bare
    plan = vt.study.plan_slabs(study_of(tmp_path, "absorbance", "settle: {}", "stack"), memory_gb=0.51)
    of_middle = 32 * VIEWS * COLUMNS * (4 + slabs.SETTLING_BYTES) + slabs.LIBRARIES_BYTES
    assert plan.estimated_bytes >= of_middle


@pytest.mark.parametrize("target", ["scan.zarr", "scan.zarr/volume.ome.zarr", "../scans.ome.zarr"])
def test_a_source_is_never_written_over(tmp_path, target):
    folder = tmp_path / "scans.ome.zarr"
    folder.mkdir()
    study = study_of(folder, "stack")
    with pytest.raises(ParameterError, match=r"where the source '.*scan\.zarr' lies; expected another place"):
        vt.study.reconstruct(study, folder / target)
    assert np.array_equal(vt.io.read(folder / "scan.zarr").values, made_scan().values)

"""Real raw scans as whole studies: from the file to volume, tables and report, in memory and in slabs.

The axis is found before stripes are removed: these smooth the views of a pin as narrow as their window.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import voltome as vt

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
DIAMOND = SHARED / "parallel-diamond-24737" / "24737.h5"
TOOTH = SHARED / "parallel-aps-tooth" / "tooth.h5"
K11 = SHARED / "nexus-diad-k11" / "k11-18014.nxs"

pytestmark = pytest.mark.skipif(not DIAMOND.is_file(), reason="the real data folder ../shared/data is not here")


def study_of(folder: Path, source: str, *steps: str) -> vt.study.Study:
    lines = "".join(f"  - {step}\n" for step in steps)
    (folder / "study.yaml").write_text(
        f"study: A real scan\nscans:\n  scan: {{source: {source}, as: projections}}\npipeline:\n{lines}"
    )
    return vt.study.load(folder / "study.yaml")


def volume_of(results: vt.study.Results) -> vt.data.Volume:
    (stored,) = results.find(name="fbp")
    found = results.load(stored)
    assert isinstance(found, vt.data.Volume)
    return found


def check_whole(results: vt.study.Results) -> vt.data.Volume:
    """Every table and the volume have numbers everywhere; the report has its figures and no NaN."""
    for name, table in results.tables().items():
        assert np.isfinite(table.frame.select_dtypes("number").to_numpy(float)).all(), name
    page = vt.report.write(results)
    assert ">nan<" not in page.read_text().lower()
    for name in ("scan-scan", "slices-scan", "histogram-scan", "rotation-axis-set_rotation_axis-rotation_axis-scan"):
        assert (results.folder / "figures" / f"{name}.png").is_file(), name
    volume = volume_of(results)
    assert np.isfinite(volume.values).all()
    assert (volume.quantity, volume.unit) == ("attenuation", "1/cm")
    return volume


def test_the_pin_of_diamond(tmp_path: Path) -> None:
    cleaned = ("normalise", "correct_drift: {air_columns: 15}", "absorbance")
    steps = ("inspect_views", *cleaned, "set_rotation_axis", "remove_stripes_by_fitting", "fbp", "ring_check")
    study = study_of(tmp_path, f"{DIAMOND}, pixel_size_um: 1.0", *steps)
    results = vt.study.run(study)
    volume = check_whole(results)
    assert results.tables()["inspect_views"].warnings == ()
    axis = results.tables()["set_rotation_axis-rotation_axis"].frame.iloc[0]
    assert axis.rotation_axis_px == pytest.approx(85.83, abs=0.25)
    # air above the holder, in the field of view; the holder, a disc of 80 columns; the pin in it, the densest
    y, x = np.indices(volume.shape[1:]) - 79.5
    near = np.hypot(y, x) < 25
    air, holder = (float(np.median(volume.values[rows][:, near])) for rows in (slice(2, 20), slice(115, 133)))
    densest = float(np.percentile(volume.values[85:95], 99.9))
    assert abs(air) < 0.1 * holder
    assert densest > 4 * holder


@pytest.mark.parametrize("axis", ["found", "given"])
def test_the_pin_in_slabs_is_that_in_memory(axis: str, tmp_path: Path) -> None:
    centred = "set_rotation_axis" + (": {rotation_axis_px: 85.83}" if axis == "given" else "")
    steps = ("normalise", "absorbance", centred, "remove_stripes_by_fitting", "fbp")
    study = study_of(tmp_path, f"{DIAMOND}, pixel_size_um: 1.0", *steps)
    whole = volume_of(vt.study.run(study))
    # 0.5 GB for the libraries and the packing of chunks; the rest leaves room for a few rows at a time
    plan = vt.study.plan_slabs(study, memory_gb=0.52)
    assert plan.slab_count > 1
    slabs = vt.io.read_volume(vt.study.reconstruct(study, tmp_path / "pin.ome.zarr", memory_gb=0.52))
    if axis == "given":
        assert np.array_equal(slabs.values, whole.values)
        # the pixels without a flat are counted in each slab
        differ = [line for line, other in zip(slabs.history, whole.history, strict=True) if line != other]
        assert [line.partition(":")[0] for line in differ] == ["normalise"]
    else:  # in the middle rows alone, by the uncertainty of either
        said = next(line for line in slabs.history if line.startswith("set_rotation_axis"))
        assert float(said.split()[2]) == pytest.approx(85.83, abs=0.25)
        assert said.endswith("(fourier and pairs and sharpness)")


def test_the_tooth_in_memory_and_in_slabs(tmp_path: Path) -> None:
    steps = ("inspect_views", "normalise", "absorbance", "remove_stripes_by_sorting", "set_rotation_axis", "fbp")
    study = study_of(tmp_path, f"{TOOTH}, pixel_size_um: 1.0", *steps)
    results = vt.study.run(study)
    volume = check_whole(results)
    axis = results.tables()["set_rotation_axis-rotation_axis"].frame.iloc[0]
    assert axis.rotation_axis_px == pytest.approx(295.9, abs=0.25)
    # air about the tooth, and two materials in it, whose walls are the denser
    assert float(np.median(volume.values[:, :100])) == pytest.approx(0, abs=2)
    assert 60 < float(np.percentile(volume.values, 98)) < 110
    slabs = vt.io.read_volume(vt.study.reconstruct(study, tmp_path / "tooth.ome.zarr", memory_gb=1))
    assert np.array_equal(slabs.values, volume.values)


def test_k11_says_which_files_it_lacks_and_is_read_with_the_planned_angles(tmp_path: Path) -> None:
    with pytest.raises(vt.errors.StudyFileError, match=r"2 fields are missing(.|\n)*k11-18014-pcompPanda\.h5"):
        study_of(tmp_path, str(K11), "normalise")
    source = f"{K11}, pixel_size_um: 0.54, angles_deg: [90, 270]"
    results = vt.study.run(study_of(tmp_path, source, "inspect_views", "normalise", "absorbance"))
    (stored,) = results.find(name="absorbance")
    made = results.load(stored)
    assert isinstance(made, vt.data.Projections)
    assert made.values.shape == (3001, 22, 26)
    assert np.isfinite(made.values).all()

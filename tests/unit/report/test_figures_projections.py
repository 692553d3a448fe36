"""The figure of a raw scan: what its caption names, and whole rows on its axis."""

from pathlib import Path

import numpy as np

import voltome as vt
from voltome.report.drawing_projections import figures_of_projections
from voltome.report.drawn import Looked
from voltome.report.figures_projections import figure_scan


def a_scan(rows: int = 2) -> vt.data.Projections:
    values = np.random.default_rng(5).uniform(0.5, 1, (12, rows, 20)).astype(np.float32)
    beam = vt.data.ParallelBeam(1, rotation_axis_px=9.5)
    return vt.data.Projections(values, angles_deg=np.arange(12) * 15.0, geometry=beam, kind="transmission")


def test_a_detector_of_two_rows_has_the_rows_0_and_1():
    left, right, _ = figure_scan({"raw scan": a_scan()}).axes
    for panel in (left, right):
        assert all(float(place).is_integer() for place in panel.get_yticks())


def test_the_caption_names_the_stages_that_are_not_drawn(tmp_path: Path):
    vt.io.write(a_scan(), tmp_path / "scan.zarr")
    (tmp_path / "study.yaml").write_text(
        "study: Raw\nscans: {rod: {source: scan.zarr}}\npipeline:\n  - absorbance\n"
        "  - remove_stripes_by_filtering: {size_px: 5}\n  - crop_pixels: {columns: [2, 18]}\n"
        "  - pad_columns: {pixels: 3}\n"
    )
    results = vt.study.run(vt.study.load(tmp_path / "study.yaml"))
    (drawn,) = figures_of_projections(results, "rod", Looked())
    assert drawn.caption.endswith("Not drawn: remove stripes by filtering, crop pixels.")

"""A slice of a cylindrical cell, classified from some brushed pixels, held against the segmentation that came "
"with it."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

import voltome as vt

CELL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cell-21700-slice-ndtomo"

pytestmark = pytest.mark.skipif(not CELL.is_dir(), reason="the real data folder ../shared/data is not here")


def test_a_thousand_brushed_pixels_segment_a_21700_cell():
    files = [CELL / f"Battery_21700{end}.tif" for end in ("", "_labels", "_segmented")]
    grey, strokes, segmented = (tifffile.imread(file) for file in files)
    inside = segmented > 0  # the mask alone is taken from the segmentation
    volume = vt.data.Volume(grey, voxel_size_um=16.3, mask=inside[np.newaxis])
    names = {0: "not brushed", **{label: f"class {label}" for label in range(1, 7)}}
    brush = vt.data.PhaseImage(strokes, voxel_size_um=16.3, phases=names)
    trained = vt.segmentation.train_classifier(volume, brush=brush)
    found = vt.segmentation.classify(volume, classifier=trained.classifier).values[0]
    dice = []
    for label in range(1, 7):
        here, there = (found == label) & inside, segmented == label
        dice.append(2 * np.count_nonzero(here & there) / (np.count_nonzero(here) + np.count_nonzero(there)))
    assert np.mean(dice[1:]) > 0.95  # measured 0.961; the segmentation is another program's, and no truth
    assert dice[0] > 0.8  # 12 brushed pixels, 1,151 in the image
    left_out = trained.accuracy.frame.query("judged_by == 'strokes left out'")
    assert left_out.recall.min() > 0.9
    assert any("Only 12 voxels of class 1 were brushed" in said for said in trained.accuracy.warnings)

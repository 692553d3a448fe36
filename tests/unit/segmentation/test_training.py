import numpy as np
import pytest
from textures import NAMES, brushed, textured

import voltome as vt
from voltome.errors import GeometryError, ParameterError, PhaseError
from voltome.segmentation import training

FAST = {"scales_um": (1, 2), "trees": 20}


def trained(volume, brush, **options):
    return vt.segmentation.train_classifier(volume, brush=brush, **(FAST | options))


def test_the_classifier_knows_what_it_was_trained_on():
    volume, rough = textured()
    found = trained(volume, brushed(rough), seed=7).classifier
    assert found.phases == {1: "rough", 2: "smooth"}
    assert found.slice_wise
    assert found.scales_um == (1.0, 2.0)
    assert found.grey_range[0] < found.grey_offset < found.grey_range[1]
    assert "brushed voxels rough " in found.history[-1]
    assert "20 trees" in found.history[-1]
    assert "seed 7" in found.history[-1]


def test_the_tables_judge_by_what_was_not_seen():
    volume, rough = textured()
    found = trained(volume, brushed(rough))
    accuracy = found.accuracy.frame.set_index(["judged_by", "phase"])
    assert list(accuracy.index) == [
        (how, phase) for how in ("out of bag", "strokes left out") for phase in ("rough", "smooth")
    ]
    assert accuracy.recall.between(0.6, 1).all()
    shares = found.confusion.frame.groupby(["judged_by", "phase"]).share.sum()
    np.testing.assert_allclose(shares, 1)
    recall = found.confusion.frame.query("phase == found").set_index(["judged_by", "phase"]).share
    np.testing.assert_allclose(recall.loc[accuracy.index], accuracy.recall)
    assert found.importances.frame.importance.sum() == pytest.approx(1)
    assert found.importances.frame.importance.is_monotonic_decreasing
    assert [table.kind for table in (found.accuracy, found.confusion, found.importances)] == [
        "accuracy",
        "confusion",
        "importances",
    ]


def test_few_voxels_and_one_stroke_are_warned_of():
    volume, rough = textured()
    strokes = np.zeros(rough.shape, np.uint8)
    strokes[0, 10, 5:15] = 1
    strokes[0, 40:48, 10:30] = 2
    strokes[0, 60:68, 10:30] = 2
    brush = vt.data.PhaseImage(strokes, voxel_size_um=1, phases=NAMES)
    found = trained(volume, brush)
    assert any("Only 10 voxels of rough were brushed" in said for said in found.accuracy.warnings)
    assert any("rough was brushed in one stroke" in said for said in found.accuracy.warnings)
    left_out = found.accuracy.frame.query("judged_by == 'strokes left out'")
    assert left_out.phase.tolist() == ["smooth"]


def test_strokes_that_are_not_found_again_are_warned_of():
    random = np.random.default_rng(0)
    volume = vt.data.Volume(random.normal(100, 20, (1, 64, 64)), voxel_size_um=1)  # noise: there is nothing to learn
    strokes = np.zeros((64, 64), np.uint8)
    for number, y in enumerate(range(4, 60, 8)):
        strokes[y : y + 2, 4:60] = 1 + number % 2
    found = trained(volume, vt.data.PhaseImage(strokes, voxel_size_um=1, phases=NAMES))
    assert any("where nobody brushed, about as many are right" in said for said in found.accuracy.warnings)


def test_voxels_outside_the_mask_are_not_trained_on():
    volume, rough = textured()
    mask = np.zeros(rough.shape, bool)
    mask[:, :64] = True
    wrong = brushed(rough)
    values = wrong.values.copy()
    values[~mask] = 3 - values[~mask].clip(1, 2)  # nonsense outside
    masked = volume.derive("masked", mask=mask)
    right = trained(masked, brushed(rough)).classifier
    same = trained(masked, wrong.derive("wrong outside", values=values)).classifier
    np.testing.assert_array_equal(right.thresholds, same.thresholds)


def test_a_brush_without_an_origin_begins_where_the_volume_does():
    volume, rough = textured()
    moved = volume.derive("cropped", origin_um=(3, 4, 5))
    assert trained(moved, brushed(rough)).classifier.phases == {1: "rough", 2: "smooth"}
    with pytest.raises(GeometryError, match="origin_um"):
        trained(moved, brushed(rough).derive("elsewhere", origin_um=(0, 0, 1)))


def test_of_many_voxels_some_are_taken(monkeypatch):
    monkeypatch.setattr(training, "MOST_VOXELS", 40)
    volume, rough = textured()
    assert "brushed voxels rough 40, smooth 40" in trained(volume, brushed(rough)).classifier.history[-1]


def test_default_scales_are_multiples_of_the_smallest_edge_within_the_image():
    volume, rough = textured((1, 96, 96), voxel_size_um=(4, 0.5, 0.5))
    brush = brushed(rough, voxel_size_um=(4, 0.5, 0.5))
    assert trained(volume, brush, scales_um=None).classifier.scales_um == (0.5, 1.0, 2.0, 4.0)
    cut = (slice(None), slice(6, 10), slice(6, 14))
    small = volume.derive("cut", values=volume.values[cut].copy(), voxel_size_um=1)
    strokes = np.zeros(small.shape, np.uint8)
    strokes[0, 0], strokes[0, -1] = 1, 2
    few = vt.data.PhaseImage(strokes, voxel_size_um=1, phases=NAMES)
    assert trained(small, few, scales_um=None).classifier.scales_um == (1.0, 2.0, 4.0, 8.0)


def test_what_cannot_be_trained_on_is_refused():
    volume, rough = textured((1, 32, 32))
    brush = brushed(rough, every=8)
    with pytest.raises(GeometryError, match=r"different grids: voxel_size_um.*Brush on the volume"):
        trained(volume, brushed(rough, voxel_size_um=2))
    few = brush.values.copy()
    few[few == 1] = 0
    few[0, 0, :4] = 1
    with pytest.raises(PhaseError, match=r"brushed voxels inside the mask: rough 4; expected two phases"):
        trained(volume, brush.derive("few", values=few))
    alone = vt.data.PhaseImage((few > 0).astype(np.uint8), voxel_size_um=1, phases={0: "none", 1: "rough"})
    with pytest.raises(PhaseError, match=r"brushed phases: \['rough'\]"):
        trained(volume, alone)
    for scales in ((2, 1), (-1,), ()):
        with pytest.raises(ParameterError, match="scales_um"):
            trained(volume, brush, scales_um=scales)
    with pytest.raises(ParameterError, match=r"larger than the image of 1 x 32 x 32 um.*micrometres"):
        trained(volume, brush, scales_um=(1, 40))
    for name, value in (("trees", 19), ("trees", True), ("voxels_per_leaf", 0), ("trees", 20.0)):
        with pytest.raises(ParameterError, match=f"{name} is {value!r}; expected a whole number"):
            trained(volume, brush, **{name: value})
    with pytest.raises(ParameterError, match="seed is -1"):
        trained(volume, brush, seed=-1)

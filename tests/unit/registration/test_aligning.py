"""Scans on one grid: the common field, the table, and which scan is at fault when one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import remounted

from voltome.data import Transform, Volume
from voltome.errors import ConvergenceError, GeometryError, ParameterError, ValuesError
from voltome.registration import Aligned, Region, align
from voltome.registration import aligning as module
from voltome.registration.aligning import turn_and_tilt_deg

SIZE = (10, 32, 32)
MIDDLE = (5.0, 16.0, 16.0)
CELL = remounted.cell(SIZE, fibre_layer_um=(0, 10), fibres=50, particles=1, seed=2)
FIXED = remounted.scan(CELL, SIZE, seed=1)
TRUE = remounted.motion(23.4, tilt_deg=(0.2, -0.3), shift_um=(0.4, 1.0, -1.5), centre_um=MIDDLE)
MOVING = remounted.scan(CELL.moved(TRUE.inverse()), SIZE, seed=2)


@pytest.fixture(scope="module")
def aligned() -> Aligned:
    return align({"cycle-10": MOVING, "uncycled": FIXED}, to="uncycled")


def told(monkeypatch: pytest.MonkeyPatch, motions: Mapping[int, Transform]) -> None:
    """Let the motions be known, so that only what is done with them is tested."""

    def find(volume: Volume, **_: Any) -> Transform:
        return motions[id(volume)]

    monkeypatch.setattr(module, "find_transform", find)


def known(**given: Any) -> Transform:
    values = {"rotation_deg": (0, 0, 0), "centre_um": MIDDLE, "residual_um": 0.1, "correlation": 0.9}
    return Transform(**{**values, "region": "all", "history": ("find_transform",), **given})


def test_all_scans_have_one_grid_and_show_the_same(aligned: Aligned) -> None:
    one, other = aligned.volumes["uncycled"], aligned.volumes["cycle-10"]
    assert list(aligned.volumes) == ["cycle-10", "uncycled"]
    assert (one.shape, one.voxel_size_um, one.origin_um) == (other.shape, other.voxel_size_um, other.origin_um)
    assert one.mask is None
    assert other.mask is None
    assert np.corrcoef(one.values.ravel(), other.values.ravel())[0, 1] > 0.85
    assert other.values.dtype == FIXED.values.dtype


def test_the_reference_is_cropped_and_never_resampled(aligned: Aligned) -> None:
    one = aligned.volumes["uncycled"]
    first = [round(origin) for origin in one.origin_um]
    box = tuple(slice(start, start + count) for start, count in zip(first, one.shape, strict=True))
    assert (one.values == FIXED.values[box]).all()
    assert one.history[-1].startswith("align: the reference, cropped to the field that all scans have, ")


def test_the_table_has_turn_tilt_and_shift_with_the_right_signs() -> None:
    size, middle = (14, 40, 40), (7.0, 20.0, 20.0)  # 10 layers of 32 x 32 voxels fix the tilt to 0.15 degrees only
    cell = remounted.cell(size, fibre_layer_um=(0, 14), fibres=100, particles=1, seed=2)
    true = remounted.motion(23.4, tilt_deg=(0.2, -0.3), shift_um=(0.4, 1.0, -1.5), centre_um=middle)
    fixed, moving = remounted.scan(cell, size, seed=1), remounted.scan(cell.moved(true.inverse()), size, seed=2)
    aligned = align({"cycle-10": moving, "uncycled": fixed}, to="uncycled")
    frame = aligned.motions.frame.set_index("scan")
    row = frame.loc["cycle-10"]
    found = row[["rotation_z_deg", "tilt_y_deg", "tilt_x_deg"]].to_numpy(float)
    np.testing.assert_allclose(found, (23.4, 0.2, -0.3), atol=0.06)
    np.testing.assert_allclose(
        row[["shift_z_um", "shift_y_um", "shift_x_um"]].to_numpy(float), (0.4, 1, -1.5), atol=0.1
    )
    assert 0 < row.residual_um < 0.3
    assert 0.85 < row.correlation < 1
    kept = np.prod(aligned.volumes["uncycled"].shape) / np.prod(size)
    assert frame.kept_fraction.tolist() == pytest.approx([kept, kept])
    assert (frame.loc["uncycled"].drop(["correlation", "kept_fraction"]) == 0).all()
    assert aligned.motions.kind == "motions"
    assert "positive turns y towards x" in aligned.motions.column("rotation_z_deg").meaning


def test_the_history_says_what_was_found_and_kept(aligned: Aligned) -> None:
    found, moved, cropped = aligned.volumes["cycle-10"].history
    assert found.startswith("align to uncycled: find_transform about z, from nothing")
    assert "residual" in found
    assert moved.startswith("apply_transform: rotation vector (")
    assert cropped.startswith("align: cropped to the field that all scans have, ")


def test_a_turn_and_a_tilt_are_told_apart() -> None:
    turn, tilt = turn_and_tilt_deg(remounted.motion(-179.5, tilt_deg=(2.0, -1.0)), "z")
    assert turn == pytest.approx(-179.5, abs=0.02)
    assert tilt == pytest.approx((2.0, -1.0), abs=1e-6)
    turn, tilt = turn_and_tilt_deg(Transform((0, 100, 0)), "y")
    assert (turn, *tilt) == pytest.approx((100, 0, 0), abs=1e-9)


def test_a_shift_leaves_the_overlap_and_says_how_much(monkeypatch: pytest.MonkeyPatch) -> None:
    scans = {"a": FIXED, "b": MOVING, "c": MOVING.derive("again")}
    told(monkeypatch, {id(scans["b"]): known(shift_um=(0, 8, 0)), id(scans["c"]): known(shift_um=(2, 0, -4))})
    aligned = align(scans, to="a")
    assert aligned.volumes["a"].shape == (8, 24, 28)
    assert aligned.volumes["a"].origin_um == (2, 8, 0)
    assert aligned.motions.frame.kept_fraction.tolist() == pytest.approx([8 * 24 * 28 / (10 * 32 * 32)] * 3)
    assert (aligned.volumes["b"].values == MOVING.values[2:, :24, :28]).all()
    assert "52.5% of this scan" in aligned.volumes["b"].history[-1]


def test_the_mask_keeps_what_the_box_cuts_off(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, {id(MOVING): known(rotation_deg=(45, 0, 0))})
    boxed, masked = (align({"a": FIXED, "b": MOVING}, to="a", field=field) for field in ("box", "mask"))
    assert masked.volumes["b"].sample_voxels > 1.5 * boxed.volumes["b"].sample_voxels
    assert (masked.volumes["a"].mask == masked.volumes["b"].mask).all()
    # the square and itself turned by 45 degrees have the octagon 2 (sqrt 2 - 1) a^2 in common
    assert masked.motions.frame.kept_fraction[0] == pytest.approx(2 * (np.sqrt(2) - 1), rel=0.02)
    assert boxed.motions.frame.kept_fraction[0] == pytest.approx(0.5, rel=0.06)


def test_masks_of_the_scans_bound_the_field(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = np.ones(SIZE, bool)
    mask[:, :, 20:] = False
    cut = FIXED.derive("cut", mask=mask)
    told(monkeypatch, {id(MOVING): known()})
    assert align({"a": cut, "b": MOVING}, to="a").volumes["b"].shape == (10, 32, 20)


def test_scans_without_a_common_field_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, {id(MOVING): known(shift_um=(0, 31, 0))})
    with pytest.raises(GeometryError, match=r"have 3\.1% of 'a' in common \(alone: 'b' 3\.1%\); expected at least 5%"):
        align({"a": FIXED, "b": MOVING}, to="a")


def test_an_error_names_the_scan() -> None:
    flat = Volume(np.full(SIZE, 3, np.uint8), voxel_size_um=1)
    with pytest.raises(ValuesError, match="scan 'b', aligned to 'a': the moving scan has the grey value 3 everywhere"):
        align({"a": FIXED, "b": flat}, to="a")
    with pytest.raises(GeometryError, match=r"scan 'b', aligned to 'a': the region .* has no voxel along z"):
        align({"a": FIXED, "b": MOVING}, to="a", region=Region(box_um=((90, 99), (None, None), (None, None))))
    other = Volume(np.random.default_rng(1).standard_normal(SIZE).astype(np.float32), voxel_size_um=1)
    with pytest.raises(ConvergenceError, match="scan 'b', aligned to 'a': no rotation stands out"):
        align({"a": FIXED, "b": other}, to="a")


@pytest.mark.parametrize(
    ("volumes", "given", "says"),
    [
        ({"a": FIXED}, {"to": "a"}, "align got 1 scan; expected two or more"),
        ({}, {"to": "a"}, "align got 0 scans"),
        ([FIXED, MOVING], {"to": "a"}, "volumes is a list; expected {name: Volume}"),
        ({"a": FIXED, "b": 3}, {"to": "a"}, "'b': int; expected {name: Volume}"),
        ({"uncycled": FIXED, "b": MOVING}, {"to": "uncyled"}, "to names the scan 'uncyled'.* Did you mean 'uncycled'"),
        ({"a": FIXED, "b": MOVING}, {"to": "a", "start_deg": {"c": 3.0}}, "start_deg names the scan 'c'"),
        ({"a": FIXED, "b": MOVING}, {"to": "a", "start_deg": 3.0}, "start_deg is 3.0; expected {scan: degrees}"),
        ({"a": FIXED, "b": MOVING}, {"to": "a", "field": "boxes"}, "field is 'boxes'.* Did you mean 'box'"),
        ({"a": FIXED, "b": MOVING}, {"to": "a", "interpolation": "sinc"}, "interpolation is 'sinc'"),
    ],
)
def test_what_cannot_be_aligned_is_refused(volumes, given, says) -> None:
    with pytest.raises(ParameterError, match=says):
        align(volumes, **given)

"""Mass lost and gained between scans, layer by layer."""

from typing import Any

import numpy as np
import pytest

import voltome as vt
from voltome.errors import AxisError, GeometryError, ParameterError, PhaseError, ValuesError

NAMES = {0: "pore", 1: "sulfur"}


def image(values: np.ndarray, **more: Any) -> vt.data.PhaseImage:
    given: dict[str, Any] = {"voxel_size_um": (2.0, 1.0, 0.5), "phases": NAMES} | more
    return vt.data.PhaseImage(values.astype(np.uint8), **given)


def noise(seed: int, share: float = 0.3, shape: tuple[int, ...] = (9, 10, 11)) -> np.ndarray:
    return np.random.default_rng(seed).random(shape) < share


@pytest.mark.parametrize("axis", ["z", "y", "x"])
@pytest.mark.parametrize("masked", [False, True])
def test_the_nets_add_up_to_the_change_of_the_loading(axis: Any, masked: bool) -> None:
    mask = noise(9, 0.8) if masked else None
    scans = {name: image(noise(seed), mask=mask) for seed, name in enumerate(("a", "b", "c"))}
    found = vt.morphology.mass_balance(scans, phase="sulfur", density_g_per_cm3=2.03, axis=axis, layer_um=2.5).frame
    loadings = [
        vt.morphology.areal_loading(scan, phase="sulfur", density_g_per_cm3=2.03, axis=axis).frame.loading_mg_per_cm2[0]
        for scan in scans.values()
    ]
    for number, (before, after) in enumerate((("a", "b"), ("b", "c"))):
        rows = found[(found.from_scan == before) & (found.to_scan == after)]
        assert rows.net_mg_per_cm2.sum() == pytest.approx(loadings[number + 1] - loadings[number])
        assert rows.before_mg_per_cm2.sum() == pytest.approx(loadings[number])
        np.testing.assert_allclose(rows.gained_mg_per_cm2 - rows.lost_mg_per_cm2, rows.net_mg_per_cm2, atol=1e-15)


def test_a_layer_that_loses_and_gains_as_much_shows_both() -> None:
    before, after = np.zeros((2, 4, 10, 10))
    before[1, :, :5], after[1, :, 5:] = 1, 1
    found = vt.morphology.mass_balance(
        {"a": image(before), "b": image(after)}, phase="sulfur", density_g_per_cm3=1.0, misfit_um=0
    ).frame
    # 2 um x 1 g/cm3 over half of the area: 0.1 mg/cm2
    assert found.lost_mg_per_cm2.tolist() == pytest.approx([0, 0.1, 0, 0])
    assert found.gained_mg_per_cm2.tolist() == pytest.approx([0, 0.1, 0, 0])
    assert found.net_mg_per_cm2.tolist() == [0, 0, 0, 0]
    assert found.position_um.tolist() == [1.0, 3.0, 5.0, 7.0]
    assert not found.misfit_exchange_mg_per_cm2.any()


def test_the_exchange_by_a_misfit_is_what_moved_balls_show() -> None:
    # balls of 6 voxels, moved by half a voxel in random directions: lost volume = d S / 4 each
    rng = np.random.default_rng(0)
    z, y, x = np.indices((24, 24, 24)) + 0.5
    shift, lost, predicted = 0.5, [], []
    for _ in range(60):
        centre = 12 + rng.uniform(-0.5, 0.5, 3)
        direction = rng.standard_normal(3)
        moved = centre + shift * direction / np.linalg.norm(direction)
        pair = {
            name: image((z - c[0]) ** 2 + (y - c[1]) ** 2 + (x - c[2]) ** 2 < 36, voxel_size_um=1.0)
            for name, c in (("a", centre), ("b", moved))
        }
        found = vt.morphology.mass_balance(pair, phase="sulfur", density_g_per_cm3=1.0, misfit_um=shift).frame
        lost.append(found.lost_mg_per_cm2.sum())
        predicted.append(found.misfit_exchange_mg_per_cm2.sum())
    assert np.mean(predicted) == pytest.approx(np.mean(lost), rel=0.03)
    exact = shift * np.pi * 36 * 0.1 / 24**2
    assert np.mean(predicted) == pytest.approx(exact, rel=0.02)


def test_a_phase_without_a_voxel_has_nothing_to_lose() -> None:
    empty = image(np.zeros((3, 4, 5)))
    found = vt.morphology.mass_balance({"a": empty, "b": empty}, phase="sulfur", density_g_per_cm3=2.0).frame
    assert not found[["before_mg_per_cm2", "lost_mg_per_cm2", "gained_mg_per_cm2"]].to_numpy().any()


def test_one_slice_and_layers_that_no_mask_sees() -> None:
    flat = image(noise(1, shape=(1, 6, 6)))
    assert len(vt.morphology.mass_balance({"a": flat, "b": flat}, phase="sulfur", density_g_per_cm3=2.0).frame) == 1
    mask = np.ones((9, 10, 11), np.bool_)
    mask[3:5] = False
    scans = {"a": image(noise(1), mask=mask), "b": image(noise(2))}
    found = vt.morphology.mass_balance(scans, phase="sulfur", density_g_per_cm3=2.0).frame
    assert found.position_um.tolist() == [1, 3, 5, 11, 13, 15, 17]


ONE = image(noise(1))


@pytest.mark.parametrize(
    ("scans", "error", "words"),
    [
        ({"a": ONE}, ParameterError, r"got 1 scan \(a\); expected two or more"),
        ([ONE, ONE], ParameterError, r"expected \{scan: PhaseImage\}"),
        ({"a": ONE, "b": image(noise(1, shape=(9, 10, 12)))}, GeometryError, "shape .* in 'a' .* in 'b'"),
        ({"a": ONE, "b": image(noise(1), phases={0: "pore", 1: "sulphur"})}, PhaseError, "scan 'b': .*sulfur"),
        (
            {"a": image(noise(1), mask=noise(3)), "b": image(noise(1), mask=~noise(3))},
            ValuesError,
            "masks of the scans have no voxel in common",
        ),
    ],
)
def test_what_cannot_be_balanced_says_why(scans: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        vt.morphology.mass_balance(scans, phase="sulfur", density_g_per_cm3=2.0)


@pytest.mark.parametrize(
    ("option", "error", "words"),
    [
        ({"density_g_per_cm3": 0.0}, ParameterError, "density_g_per_cm3 is 0.0"),
        ({"axis": "w"}, AxisError, "unknown axis 'w'"),
        ({"layer_um": 1.0}, ParameterError, "thinner than a voxel"),
        ({"misfit_um": -1.0}, ParameterError, "misfit_um is -1.0"),
    ],
)
def test_a_parameter_out_of_its_range_is_named(option: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        vt.morphology.mass_balance({"a": ONE, "b": ONE}, **({"phase": "sulfur", "density_g_per_cm3": 2.0} | option))


def test_the_edge_of_a_mask_is_no_surface() -> None:
    solid = np.ones((9, 10, 11))
    tilted = np.indices(solid.shape).sum(axis=0) < 15
    scans = {name: image(solid, mask=tilted) for name in ("before", "after")}
    table = vt.morphology.mass_balance(scans, phase="sulfur", density_g_per_cm3=2.0, misfit_um=1.0)
    # a solid that goes on beyond what is seen shows no exchange where it is shifted
    assert table.frame.filter(like="misfit").to_numpy().max() == 0
    half = solid.copy()
    half[:, :, 5:] = 0
    whole = vt.morphology.mass_balance(
        {"a": image(half), "b": image(half)}, phase="sulfur", density_g_per_cm3=2.0, misfit_um=1.0
    )
    seen = np.ones(solid.shape, np.bool_)
    seen[:, :, 10] = False  # far from the surface of the half
    cut = vt.morphology.mass_balance(
        {"a": image(half, mask=seen), "b": image(half, mask=seen)},
        phase="sulfur",
        density_g_per_cm3=2.0,
        misfit_um=1.0,
    )
    # the same surface over ten elevenths of the area
    name = whole.frame.filter(like="misfit").columns[0]
    assert cut.frame[name].sum() == pytest.approx(1.1 * whole.frame[name].sum())

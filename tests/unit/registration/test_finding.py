"""Finding a motion: what is ambiguous is said, what cannot be is refused, and the result is always the same."""

from __future__ import annotations

import numpy as np
import pytest
import remounted
from scipy.ndimage import gaussian_filter

from voltome.data import Transform, Volume
from voltome.errors import AxisError, ConvergenceError, GeometryError, ParameterError, ValuesError
from voltome.registration import Region, find_transform
from voltome.registration._refining import refine
from voltome.registration._residuals import measure_fit
from voltome.registration.regions import place_of

SIZE = (10, 32, 32)
CELL = remounted.cell(SIZE, fibre_layer_um=(0, 10), fibres=50, particles=1, seed=2)
FIXED = remounted.scan(CELL, SIZE, seed=1)
TRUE = Transform((40, 0, 0), centre_um=(5, 16, 16), shift_um=(0.4, 1, -1.5))
MOVING = remounted.scan(CELL.moved(TRUE.inverse()), SIZE, seed=2)
LAYER = Region(box_um=((1, 9), (None, None), (None, None)))


def textured(seed: int, shape: tuple[int, int, int] = SIZE) -> np.ndarray:
    return gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 1.2).astype(np.float32)


def test_the_same_scans_give_the_same_bits_and_the_history_says_how() -> None:
    found, again = (find_transform(MOVING, to=FIXED, region=LAYER, start_deg=38) for _ in range(2))
    assert found == again
    assert found.region == "z 1 to 9 um; residual of 1 of 1 parts"
    assert found.history[0].startswith("find_transform about z, near 38 degrees: seed ")
    assert found.centre_um == (5, 16, 16)


def test_a_scan_that_is_the_same_after_half_a_turn_has_two_rotations() -> None:
    half = textured(1)
    both = Volume(half + half[:, ::-1, ::-1], voxel_size_um=1)
    with pytest.raises(
        ConvergenceError, match=r"two rotations fit: .* degrees correlates by .* Give start_deg"
    ) as said:
        find_transform(both, to=both)
    assert {"0.0", "-180.0"} <= set(str(said.value).split())


def test_noise_has_no_rotation_that_stands_out() -> None:
    one, other = (Volume(textured(seed), voxel_size_um=1) for seed in (1, 2))
    with pytest.raises(ConvergenceError, match=r"no rotation stands out: .* expected at least 5 spreads above chance"):
        find_transform(one, to=other)


def test_a_round_region_has_no_rotation_that_stands_out() -> None:
    y, x = np.indices(SIZE[1:]) - 15.5
    ring = np.broadcast_to(100.0 * (abs(np.hypot(y, x) - 11) < 2), SIZE)
    scans = [Volume((ring + 5 * np.random.default_rng(s).standard_normal(SIZE)).astype(np.float32), voxel_size_um=1)
             for s in (1, 2)]  # fmt: skip
    with pytest.raises(ConvergenceError, match="no rotation stands out"):
        find_transform(scans[0], to=scans[1])


def test_a_start_that_is_right_finds_one_of_two() -> None:
    half = textured(1)
    both = half + half[:, ::-1, ::-1]
    noise = [0.05 * np.random.default_rng(seed).standard_normal(SIZE) for seed in (1, 2)]
    scans = [Volume((both + each).astype(np.float32), voxel_size_um=1) for each in noise]
    assert abs(find_transform(scans[0], to=scans[1], start_deg=183).rotation_deg[0]) == pytest.approx(180, abs=0.3)


def test_a_refinement_that_leaves_its_seed_is_refused() -> None:
    place = place_of(LAYER, FIXED, "z")
    away = Transform((40 - 6.5, 0, 0), centre_um=TRUE.centre_um, shift_um=TRUE.shift_um)
    with pytest.raises(ConvergenceError, match=r"the refinement went .* degrees and .* expected at most 5 degrees"):
        refine(FIXED, MOVING, place, away, 1.0)


def test_a_region_outside_the_moving_scan_is_refused() -> None:
    far = MOVING.derive("moved", origin_um=(500, 0, 0))
    with pytest.raises(GeometryError, match=r"the region lies at z 1 to 9 um, and the moving scan, .* z 500 to 510"):
        find_transform(far, to=FIXED, region=LAYER)
    place = place_of(LAYER, FIXED, "z")
    with pytest.raises(GeometryError, match=r"only 3% of the region lies in the moving scan"):
        refine(FIXED, MOVING, place, Transform((0, 0, 0), shift_um=(0, 31, 0)), 1.0)


@pytest.mark.parametrize("gain", [2.0**-100, 2.0**100])
def test_the_size_of_the_grey_values_does_not_matter(gain) -> None:
    usual, found = (
        find_transform(
            Volume(MOVING.values * factor, voxel_size_um=1),
            to=Volume(FIXED.values * factor, voxel_size_um=1),
            region=LAYER,
            start_deg=38,
        )
        for factor in (1.0, gain)
    )
    assert found.rotation_deg == pytest.approx(usual.rotation_deg, abs=0.01)
    assert found.shift_um == pytest.approx(usual.shift_um, abs=0.01)


def test_a_region_of_which_less_than_half_is_shown_cannot_be_verified() -> None:
    place = place_of(LAYER, FIXED, "z")
    with pytest.raises(GeometryError, match=r"no part of the region lies by half .* has 38% of the region's box"):
        measure_fit(FIXED, MOVING, place, Transform((0, 0, 0), shift_um=(0, 20, 0)))  # 12 of 32 rows


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"volume": "scan"}, ParameterError, "the moving scan is a str; expected a Volume"),
        ({"to": None}, ParameterError, "the fixed scan is a NoneType"),
        ({"about": "w"}, AxisError, "unknown axis 'w'"),
        ({"region": "separator"}, ParameterError, "region is 'separator'; expected voltome.registration.Region"),
        ({"start_deg": "left"}, ParameterError, "start_deg is 'left'; expected a finite number of degrees"),
        ({"max_shift_um": 0}, ParameterError, "max_shift_um is 0"),
        ({"region": Region(grey=(400, None))}, GeometryError, "has 0 voxels"),
        (
            {"volume": Volume(np.full(SIZE, 7, np.uint8), voxel_size_um=1)},
            ValuesError,
            "the moving scan has the grey value 7 everywhere",
        ),
        (
            {"volume": Volume((MOVING.values // 4), voxel_size_um=1), "region": Region(grey=(120, None))},
            ValuesError,
            "the scan has no voxel of the region's grey values",
        ),
        (
            {"volume": Volume(MOVING.values[:, :12], voxel_size_um=1)},
            GeometryError,
            "the moving scan has 10 x 12 x 32 voxels .* at least 16 along both axes across z",
        ),
    ],
)
def test_what_cannot_be_aligned_is_refused(given, error, says) -> None:
    arguments = {"volume": MOVING, "to": FIXED, **given}
    with pytest.raises(error, match=says):
        find_transform(arguments.pop("volume"), **arguments)

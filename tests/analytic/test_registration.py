"""Motions that are known exactly: scans drawn at moved positions, not resampled, each with its own noise.

In the second scan 35 % of the particles are gone and the others are smaller and have drifted by 1.5 um along y; the
fibres stay. Expected from the fibres: the true motion. Expected from the whole scan: a shift along y that is
too small, because it is drawn to the particles, which lie 1.5 um further along y than the motion brings them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import remounted

from voltome.data import Transform, Volume
from voltome.registration import Region, find_transform
from voltome.registration._residuals import measure_fit
from voltome.registration.regions import place_of

SIZE = (22, 48, 48)
CENTRE = (11.0, 24.0, 24.0)
LAYER = (3.0, 9.0)
REGION = Region(box_um=(LAYER, (None, None), (None, None)))
CELL = remounted.cell(SIZE, fibre_layer_um=(2, 10), fibres=80, particles=200, seed=1)
FIXED = remounted.scan(CELL, SIZE, seed=10)
POINTS = np.random.default_rng(0).uniform((LAYER[0], 0, 0), (LAYER[1], 48, 48), (500, 3))

MOST_TURN_DEG = 0.1
MOST_MISS_UM = 0.06
"""Measured, mean of four noises: 0.06 to 0.07 degrees in all angles together, 0.02 to 0.03 um; voxels are 1 um."""


def cycled(true: Transform, shape: tuple[int, int, int] = SIZE, **options: Any) -> Volume:
    changed = CELL.cycled(0.35, 0.9, 3).drifted((0, 1.5, 0)).moved(true.inverse())
    return remounted.scan(changed, shape, seed=20, **options)


@pytest.mark.parametrize("angle_deg", [-117.0, 179.0])
def test_from_a_layer_that_stays_any_angle_is_found(angle_deg: float) -> None:
    true = remounted.motion(angle_deg, centre_um=CENTRE)
    found = find_transform(cycled(true), to=FIXED, region=REGION)
    turn, miss = remounted.error_of(found, true, POINTS)
    assert turn < MOST_TURN_DEG
    assert miss < MOST_MISS_UM
    assert found.residual_um is not None
    assert found.residual_um < 0.15


def test_the_whole_scan_misleads_in_the_direction_in_which_the_rest_drifted() -> None:
    true = remounted.motion(23.4, centre_um=CENTRE)
    moving = cycled(true)
    found = find_transform(moving, to=FIXED, start_deg=22)
    _, miss = remounted.error_of(found, true, POINTS)
    assert miss > 4 * MOST_MISS_UM
    assert -1.5 < found.shift_um[1] - true.shift_um[1] < -0.1


def test_uneven_voxels_of_another_size_type_and_origin_give_the_same_motion() -> None:
    true = remounted.motion(61.0, centre_um=CENTRE, shift_um=(1.0, 40.0, -30.0))  # comes from about y 31, x 73
    moving = cycled(
        true, voxel_size_um=(1.25, 0.8, 0.8), origin_um=(0.0, 5.0, 48.0), dtype="float32", shape=(18, 64, 64)
    )
    found = find_transform(moving, to=FIXED, region=REGION)
    turn, miss = remounted.error_of(found, true, POINTS)
    assert turn < MOST_TURN_DEG
    assert miss < MOST_MISS_UM


def test_the_axis_of_rotation_may_be_any_and_turns_the_same_way() -> None:
    true = remounted.motion(23.4, centre_um=CENTRE)
    circle = (2, 0, 1)  # what was z is now y: the axes go round, so that handedness stays
    fixed, moving = (
        Volume(np.ascontiguousarray(np.transpose(scan.values, circle)), voxel_size_um=1)
        for scan in (FIXED, cycled(true))
    )
    region = Region(box_um=((None, None), LAYER, (None, None)))
    found = find_transform(moving, to=fixed, about="y", region=region)
    np.testing.assert_allclose([found.rotation_deg[i] for i in (1, 2, 0)], true.rotation_deg, atol=MOST_TURN_DEG)
    np.testing.assert_allclose([found.shift_um[i] for i in (1, 2, 0)], true.shift_um, atol=MOST_MISS_UM)


def test_the_residual_is_the_misfit_that_is_there() -> None:
    true = Transform((0, 0, 0), centre_um=CENTRE)
    again = remounted.scan(CELL, SIZE, seed=30)
    place = place_of(REGION, FIXED, "z")
    assert measure_fit(FIXED, again, place, true).residual_um < 0.06
    for off in (0.25, 0.5, 1.5):
        wrong = Transform((0, 0, 0), centre_um=CENTRE, shift_um=(0.0, off, 0.0))
        # slightly low: noise that both share by chance does not move, and the parts fade out at their faces
        assert measure_fit(FIXED, again, place, wrong).residual_um == pytest.approx(off, rel=0.08)

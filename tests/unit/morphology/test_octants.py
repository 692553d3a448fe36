from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.morphology._octants import octants_of, standard_error


def volume(shape, mask=None):
    return vt.data.Volume(np.zeros(shape, np.uint8), voxel_size_um=1, mask=mask)


@pytest.mark.parametrize("shape", [(4, 5, 6), (1, 5, 2), (1, 1, 1)])
def test_the_blocks_hold_every_voxel_once(shape):
    hits = np.zeros(shape, int)
    for block in octants_of(volume(shape)).blocks():
        hits[block] += 1
    assert (hits == 1).all()


def test_an_overlap_reaches_into_the_next_octant_and_not_out_of_the_box():
    blocks = octants_of(volume((4, 5, 1))).blocks(overlap=1)
    assert blocks[0] == (slice(0, 3), slice(0, 4), slice(0, 1))
    assert blocks[-1] == (slice(2, 4), slice(3, 5), slice(1, 1))


def test_the_box_lies_around_the_sample():
    mask = np.zeros((9, 9, 9), np.bool_)
    mask[2, 3, 4] = mask[5, 3, 8] = True
    octants = octants_of(volume((9, 9, 9), mask))
    assert octants.lower.tolist() == [2, 3, 4]
    assert octants.upper.tolist() == [6, 4, 9]
    assert octants.split.tolist() == [4, 4, 7]


def test_parts_without_volume_are_no_parts():
    with_empty = standard_error(np.array([1.0, 2.0, 0.0]), np.array([4.0, 4.0, 0.0]))
    assert with_empty == standard_error(np.array([1.0, 2.0]), np.array([4.0, 4.0]))
    # standard deviation of 0.25 and 0.5 over sqrt(2)
    assert with_empty == pytest.approx(0.125)

"""What is said when volumes cannot be joined."""

import numpy as np
import pytest

import voltome as vt
from voltome.errors import GeometryError, ParameterError, VoxelSizeError

VALUES = np.random.default_rng(0).standard_normal((12, 16, 30)).astype(np.float32)


def pair(**changes) -> dict[str, vt.data.Volume]:
    right = {"voxel_size_um": 1.0, "origin_um": (0, 0, 12)} | changes
    return {
        "left": vt.data.Volume(VALUES[:, :, :18], voxel_size_um=1),
        "right": vt.data.Volume(VALUES[:, :, 12:], **right),
    }


def join(volumes, **options):
    return vt.registration.join_volumes(volumes, **({"max_shift_um": 2} | options))


def test_parts_at_their_places_give_the_whole():
    joined = join(pair())
    assert joined.join_volumes.shape == VALUES.shape
    assert joined.join_volumes.mask is None
    assert joined.join_volumes.values[3:-3, 3:-3, 3:-3] == pytest.approx(VALUES[3:-3, 3:-3, 3:-3], abs=0.2)
    assert joined.join_volumes.history[-1].startswith("join_volumes: 2 scans (left, right), cubic")


def test_overlaps_without_structure_are_left_out_and_said():
    blank = {name: volume.derive("", values=np.ones((12, 16, 18), np.float32)) for name, volume in pair().items()}
    joined = join(blank)
    assert not joined.joins.frame.used.any()
    assert "overlap of left and right was left out" in joined.joins.warnings[0]
    assert joined.join_volumes.shape == VALUES.shape


def test_other_voxels_are_refused():
    with pytest.raises(VoxelSizeError, match=r"'right' has voxels of .* 'left' of"):
        join(pair(voxel_size_um=1.1))


def test_other_quantities_are_refused():
    with pytest.raises(GeometryError, match="'right' holds attenuation '1/cm', 'left' grey value"):
        join(pair(quantity="attenuation", unit="1/cm"))


def test_parts_that_lie_apart_are_refused():
    with pytest.raises(GeometryError, match="'left', 'right' shares no face with another scan"):
        join(pair(origin_um=(0, 0, 40)))


@pytest.mark.parametrize(
    ("volumes", "options", "says"),
    [
        (VALUES, {}, "volumes is a ndarray"),
        ({"one": vt.data.Volume(VALUES, voxel_size_um=1)}, {}, "join_volumes got 1 scan; expected two or more"),
        (pair(), {"max_shift_um": 0}, "max_shift_um is 0"),
        (pair(), {"interpolation": "nearest"}, "interpolation is 'nearest'"),
    ],
)
def test_parameters_out_of_range_are_refused(volumes, options: dict, says: str):
    with pytest.raises(ParameterError, match=says):
        join(volumes, **options)

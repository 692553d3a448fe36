"""Images on another grid: exact turns, ramps, labels, masks, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from voltome.data import ParticleImage, PhaseImage, Transform, Volume
from voltome.errors import GeometryError, ParameterError
from voltome.registration import _sampling, apply_transform

RANDOM = np.random.default_rng(3)
VOLUME = Volume(RANDOM.integers(0, 256, (5, 7, 7)).astype(np.uint8), voxel_size_um=1.5)
MIDDLE = tuple(size / 2 for size in VOLUME.size_um)
REST = Transform((0, 0, 0))


@pytest.mark.parametrize("interpolation", ["cubic", "linear"])
def test_no_motion_changes_no_voxel(interpolation) -> None:
    same = apply_transform(VOLUME, transform=REST, like=VOLUME, interpolation=interpolation)
    assert (same.values == VOLUME.values).all()
    assert same.mask is None
    assert same.values.dtype == np.uint8


def test_a_quarter_turn_about_z_turns_y_towards_x() -> None:
    turned = apply_transform(VOLUME, transform=Transform((90, 0, 0), centre_um=MIDDLE), like=VOLUME)
    expected = np.empty_like(VOLUME.values)
    for y in range(7):
        for x in range(7):
            expected[:, 6 - x, y] = VOLUME.values[:, y, x]
    assert (turned.values == expected).all()


@pytest.mark.parametrize(("interpolation", "kind"), [("cubic", np.float32), ("linear", np.float64)])
def test_a_ramp_stays_the_ramp_that_it_is(interpolation, kind) -> None:
    # both interpolations are exact for a plane; no bias. Away from the faces, which a spline mirrors
    shape, size = (24, 26, 28), (2.0, 1.0, 0.5)
    places = [(np.arange(count) + 0.5) * edge for count, edge in zip(shape, size, strict=True)]
    z, y, x = np.meshgrid(*places, indexing="ij")
    volume = Volume((3 * z - 2 * y + 5 * x).astype(kind), voxel_size_um=size)
    like = Volume(np.zeros((4, 5, 6), np.uint8), voxel_size_um=1.1, origin_um=(22, 11, 4))
    motion = Transform((10, 3, -4), centre_um=(24, 13, 7), shift_um=(0.3, -0.7, 0.2))
    found = apply_transform(volume, transform=motion, like=like, interpolation=interpolation)
    at = motion.inverse().apply(
        np.stack(np.meshgrid(*[(np.arange(n) + 0.5) * 1.1 + o for n, o in zip((4, 5, 6), like.origin_um, strict=True)],
                             indexing="ij"), axis=-1)
    )  # fmt: skip
    np.testing.assert_allclose(found.values, at @ (3, -2, 5), rtol=0, atol=2e-3 if interpolation == "cubic" else 1e-9)
    assert (found.voxel_size_um, found.origin_um) == ((1.1, 1.1, 1.1), (22, 11, 4))


def test_where_there_is_no_data_the_mask_is_false_and_nothing_is_invented() -> None:
    moved = apply_transform(VOLUME, transform=Transform((0, 0, 0), shift_um=(0, 3, 0)), like=VOLUME)
    assert not moved.mask[:, :2].any()
    assert moved.mask[:, 2:].all()
    assert (moved.values[:, :2] == 0).all()
    assert (moved.values[:, 2:] == VOLUME.values[:, :5]).all()


def test_the_mask_moves_along() -> None:
    mask = np.ones(VOLUME.shape, bool)
    mask[:, 0] = False
    masked = VOLUME.derive("cut", mask=mask)
    moved = apply_transform(masked, transform=Transform((0, 0, 0), shift_um=(0, 3, 0)), like=VOLUME)
    assert not moved.mask[:, :3].any()
    assert moved.mask[:, 3:].all()


def test_phases_and_particles_take_the_nearest_voxel_and_stay_what_they_are() -> None:
    labels = np.full((5, 7, 7), 3, np.uint8)
    labels[:, 3:] = 9
    phases = PhaseImage(labels, voxel_size_um=1.5, phases={3: "pore", 9: "sulfur"})
    motion = Transform((0, 0, 0), shift_um=(0, 1.6, 0))
    moved = apply_transform(phases, transform=motion, like=VOLUME)
    assert moved.phases == phases.phases
    assert (moved.values[:, :4] == 3).all()
    assert (moved.values[:, 4:] == 9).all()
    assert not moved.mask[:, 0].any()
    particles = apply_transform(ParticleImage(labels, voxel_size_um=1.5, phase="sulfur"), transform=motion, like=VOLUME)
    assert (particles.values[:, 0] == 0).all()
    assert (particles.values[:, 4:] == 9).all()


def test_values_beyond_the_range_of_the_type_are_counted() -> None:
    values = np.zeros((8, 8, 8), np.uint8)
    values[4:] = 255
    edge = Volume(values, voxel_size_um=1)
    moved = apply_transform(edge, transform=Transform((0, 0, 0), shift_um=(0.5, 0, 0)), like=edge)
    assert "voxels beyond the range of uint8 set to its end" in moved.history[-1]
    smooth = apply_transform(
        edge, transform=Transform((0, 0, 0), shift_um=(0.5, 0, 0)), like=edge, interpolation="linear"
    )
    assert "beyond" not in smooth.history[-1]
    assert (smooth.values[4, 1, 1], smooth.values[5, 1, 1]) == (128, 255)


def test_any_number_of_threads_gives_the_same_bits(monkeypatch) -> None:
    motion = Transform((17, 2, 1), centre_um=MIDDLE)
    many = apply_transform(VOLUME, transform=motion, like=VOLUME).values
    monkeypatch.setattr(_sampling.os, "cpu_count", lambda: 1)
    assert (apply_transform(VOLUME, transform=motion, like=VOLUME).values == many).all()


def test_the_history_says_the_motion() -> None:
    moved = apply_transform(VOLUME, transform=Transform((9, 0, 0), shift_um=(0, 1, 0)), like=VOLUME)
    assert moved.history[-1].startswith(
        "apply_transform: rotation vector (9, 0, 0) deg about (0, 0, 0) um, shift (0, 1"
    )


def test_a_motion_that_leads_away_is_refused() -> None:
    with pytest.raises(GeometryError, match=r"not one voxel of the grid lies in the moved image.*Transform\.inverse"):
        apply_transform(VOLUME, transform=Transform((0, 0, 0), shift_um=(500, 0, 0)), like=VOLUME)


def test_what_is_no_transform_or_no_interpolation_is_refused() -> None:
    with pytest.raises(ParameterError, match="transform is a tuple; expected a Transform"):
        apply_transform(VOLUME, transform=(1, 2, 3), like=VOLUME)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="Did you mean 'cubic'"):
        apply_transform(VOLUME, transform=REST, like=VOLUME, interpolation="cubik")  # type: ignore[arg-type]

from __future__ import annotations

import itertools

import numpy as np
import pytest

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.errors import ValuesError
from voltome.morphology import _kernels_contacts as kernels
from voltome.morphology.columns_shapes import PARTICLE_CONTACTS, PARTICLE_NEIGHBOURS

STEPS = [step for step in itertools.product((-1, 0, 1), repeat=3) if step > (0, 0, 0)]
KINDS = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)]


def image_of(labels, voxel_size_um=1.0, **more):
    return vt.data.ParticleImage(labels, voxel_size_um=voxel_size_um, phase="sulfur", **more)


def blocks(first=1, second=2):
    """Two blocks of 8 x 8 x 10 voxels that share a face."""
    labels = np.zeros((12, 12, 24), np.int64)
    labels[2:10, 2:10, 2:12], labels[2:10, 2:10, 12:22] = first, second
    return labels


def counted_by_hand(labels, mask):
    """Crossings and signed faces of every pair, voxel by voxel."""
    found = {}
    for place in itertools.product(*map(range, labels.shape)):
        for step in STEPS:
            other = tuple(int(p + s) for p, s in zip(place, step, strict=True))
            if any(not 0 <= o < n for o, n in zip(other, labels.shape, strict=True)):
                continue
            a, b = int(labels[place]), int(labels[other])
            if 0 in (a, b) or a == b or not (mask[place] and mask[other]):
                continue
            sums = found.setdefault((min(a, b), max(a, b)), np.zeros(kernels.WIDTH, np.int64))
            kind = KINDS.index(tuple(map(abs, step)))
            sums[kind] += 1
            sums[7 + 3 * kind : 10 + 3 * kind] += np.add(place, other)
            if kind < 3:
                sums[28 + kind] += 1 if a < b else -1
    return found


@pytest.mark.parametrize("masked", [False, True])
def test_pairs_are_those_counted_voxel_by_voxel(masked):
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 6, (7, 8, 9)).astype(np.uint16)
    mask = rng.random(labels.shape) < 0.8 if masked else np.ones(labels.shape, np.bool_)
    low, high, sums = kernels.count_contacts(labels, mask if masked else None, 6)
    expected = counted_by_hand(labels, mask)
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == sorted(expected)
    assert np.array_equal(sums, np.array([expected[pair] for pair in sorted(expected)]))


@pytest.mark.parametrize("slabs", [2, 5])
def test_threads_and_the_size_of_the_table_do_not_change_a_bit(slabs, monkeypatch):
    # 3,000 labels make more pairs than the first table holds
    labels = np.random.default_rng(0).integers(0, 3000, (10, 30, 40)).astype(np.uint32)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 1)
    one = kernels.count_contacts(labels, None, 3000)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: slabs)
    assert all(np.array_equal(a, b) for a, b in zip(kernels.count_contacts(labels, None, 3000), one, strict=True))
    assert len(one[0]) > 30_000


def test_the_tables_say_what_they_hold():
    image = image_of(blocks(), 0.5, history=("cut",))
    contacts, neighbours = vt.morphology.particle_contacts(image), vt.morphology.particle_neighbours(image)
    assert (contacts.kind, contacts.columns) == ("particle_contacts", PARTICLE_CONTACTS)
    assert (neighbours.kind, neighbours.columns) == ("particle_neighbours", PARTICLE_NEIGHBOURS)
    for table in (contacts, neighbours):
        assert table.history == ("cut",)
        assert table.measured_on.startswith("particles of sulfur in 12 x 12 x 24 voxels")
        assert table.method.startswith("contacts: crofton13")
        assert set(table.frame.phase) == {"sulfur"}
    assert neighbours.frame.neighbours.tolist() == [1, 1]
    assert neighbours.frame.touches_border.tolist() == [False, False]


def test_numbers_far_apart_keep_their_order_and_the_normal_its_sense():
    plain = vt.morphology.particle_contacts(image_of(blocks())).frame.iloc[0]
    assert (plain.normal_z, plain.normal_y, plain.normal_x) == (0, 0, 1)
    far = vt.morphology.particle_contacts(image_of(blocks(2**45, 100_000))).frame.iloc[0]
    assert (far.label_a, far.label_b) == (100_000, 2**45)
    assert (far.normal_z, far.normal_y, far.normal_x) == (0, 0, -1)
    assert (far.contact_area_um2, far.x_um) == (plain.contact_area_um2, plain.x_um)
    frame = vt.morphology.particle_neighbours(image_of(blocks(2**45, 100_000))).frame
    assert frame.label.tolist() == [100_000, 2**45]
    assert frame.neighbours.tolist() == [1, 1]


def test_edges_and_corners_alone_are_no_contact():
    labels = np.zeros((8, 8, 8), np.int32)
    labels[1:4, 1:4, 1:4], labels[4:7, 4:7, 1:4], labels[4:7, 1:4, 4:7] = 1, 2, 3
    image = image_of(labels)
    assert vt.morphology.particle_contacts(image).frame.empty
    frame = vt.morphology.particle_neighbours(image).frame
    assert frame.neighbours.tolist() == [0, 0, 0]
    assert (frame.free_surface_area_um2 == frame.surface_area_um2).all()


def test_without_contact_the_tables_are_sound():
    labels = blocks()
    labels[labels == 2] = 0
    contacts = vt.morphology.particle_contacts(image_of(labels))
    assert contacts.frame.empty
    assert contacts.frame.columns.tolist() == [column.name for column in PARTICLE_CONTACTS]
    row = vt.morphology.particle_neighbours(image_of(labels)).frame.iloc[0]
    assert (row.neighbours, row.contact_area_um2, row.contact_share) == (0, 0, 0)


def test_a_single_slice_and_a_particle_on_every_face():
    labels = np.ones((6, 8), np.int32)
    labels[:, 4:] = 2
    image = image_of(labels)
    row = vt.morphology.particle_contacts(image).frame.iloc[0]
    assert (row.shared_faces, row.normal_x, row.x_um) == (6, 1, 4)
    assert vt.morphology.particle_neighbours(image).frame.touches_border.all()


def test_behind_the_mask_nothing_touches():
    mask = np.ones((12, 12, 24), np.bool_)
    mask[:, :, 12] = False
    image = image_of(blocks(), mask=mask)
    assert vt.morphology.particle_contacts(image).frame.empty
    assert vt.morphology.particle_neighbours(image).frame.touches_border.tolist() == [True, True]


@pytest.mark.parametrize("function", [vt.morphology.particle_contacts, vt.morphology.particle_neighbours])
def test_no_particle_is_an_error(function):
    with pytest.raises(ValuesError, match=r"there is no particle inside the sample: .* Check the threshold"):
        function(image_of(np.zeros((4, 4, 4), np.int32)))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16])
def test_every_integer_type_gives_the_same(dtype):
    expected = vt.morphology.particle_contacts(image_of(blocks())).frame
    assert vt.morphology.particle_contacts(image_of(blocks().astype(dtype))).frame.equals(expected)

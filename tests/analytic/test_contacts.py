"""Contacts of known area: flat ones along the axes, and the disc where two balls are cut apart."""

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.morphology._crofton import area_per_exit_um2


def image_of(labels, voxel_size_um=1.0, **more):
    return vt.data.ParticleImage(labels, voxel_size_um=voxel_size_um, phase="solid", **more)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("voxel_size_um", [(1.0, 1.0, 1.0), (0.5, 1.0, 2.0)])
def test_a_flat_contact_across_an_axis(axis, voxel_size_um):
    # n x n faces: n^2 pairs straight across, 2 n (n - 1) along each of two diagonals, 4 (n - 1)^2 along those of the
    # cube. On cubic voxels the 13 directions see a plane across an axis by 7.3 % too small
    labels = np.zeros((48, 48, 48), np.int32)
    labels[4:44, 4:44, 4:44] = 2
    np.moveaxis(labels, axis, 0)[24:][np.moveaxis(labels, axis, 0)[24:] > 0] = 5
    image = image_of(labels, voxel_size_um, origin_um=(10.0, 20.0, 30.0))
    frame = vt.morphology.particle_contacts(image).frame
    assert len(frame) == 1
    row, edges = frame.iloc[0], np.array(voxel_size_um)
    true = 1600 * edges.prod() / edges[axis]
    assert (row.label_a, row.label_b, row.shared_faces) == (2, 5, 1600)
    pairs = np.zeros(7)
    moves = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)]
    for kind, move in enumerate(moves):
        sideways = sum(move) - 1
        pairs[kind] = 2**sideways * 40 ** (2 - sideways) * 39**sideways if move[axis] else 0
    assert row.contact_area_um2 == pytest.approx(pairs @ area_per_exit_um2(voxel_size_um) / 2, rel=1e-12)
    if voxel_size_um == (1.0, 1.0, 1.0):
        assert -0.11 < row.contact_area_um2 / true - 1 < -0.073
    assert [row.normal_z, row.normal_y, row.normal_x] == np.eye(3)[axis].tolist()
    centre = np.array([10.0, 20.0, 30.0]) + 24 * edges
    assert [row.z_um, row.y_um, row.x_um] == pytest.approx(centre.tolist())


def test_two_balls_cut_apart_touch_in_a_disc():
    # balls of radius 14, centres 20 apart: the disc between them has the radius sqrt(14^2 - 10^2), in any direction
    rng = np.random.default_rng(5)
    areas, aside = [], []
    for _ in range(24):
        normal = rng.standard_normal(3)
        normal /= np.linalg.norm(normal)
        middle = np.array([28.0, 28.0, 28.0]) + rng.uniform(-0.5, 0.5, 3)
        points = np.moveaxis(np.indices((56, 56, 56)) + 0.5, 0, -1) - middle
        side = points @ normal
        one = ((points + 10 * normal) ** 2).sum(axis=-1) <= 196
        other = ((points - 10 * normal) ** 2).sum(axis=-1) <= 196
        labels = np.where(one & (side < 0), 1, np.where(other & (side >= 0), 2, 0)).astype(np.uint8)
        row = vt.morphology.particle_contacts(image_of(labels)).frame.iloc[0]
        areas.append(row.contact_area_um2)
        aside.append(np.degrees(np.arccos([row.normal_z, row.normal_y, row.normal_x] @ normal)))
        assert np.linalg.norm(np.array([row.z_um, row.y_um, row.x_um]) - middle) < 0.6
    # without bias on average over directions, but for the rim, where steps along diagonals bridge the notch: high
    assert 0 < np.mean(areas) / (np.pi * 96) - 1 < 0.03
    assert max(aside) < 3


def test_contacts_and_free_surface_are_the_surface():
    rng = np.random.default_rng(2)
    labels = np.zeros((40, 50, 60), np.int32)
    grid = np.stack(np.meshgrid(*[np.arange(n) for n in labels.shape], indexing="ij"), axis=-1)
    for label in range(1, 61):
        distance = np.linalg.norm(grid - rng.uniform(0, labels.shape), axis=-1)
        labels[(distance <= rng.uniform(3, 9)) & (labels == 0)] = label
    image = image_of(labels, (0.7, 1.0, 1.3))
    frame = vt.morphology.particle_neighbours(image).frame.set_index("label")
    surface = vt.morphology.measure_particles(image).frame.set_index("label").surface_area_um2
    assert (frame.surface_area_um2 == surface).all()
    assert (frame.contact_area_um2 + frame.free_surface_area_um2).to_numpy() == pytest.approx(surface, rel=1e-14)
    contacts = vt.morphology.particle_contacts(image).frame
    by_pair = sum(
        contacts.groupby(side).contact_area_um2.sum().reindex(frame.index, fill_value=0)
        for side in ("label_a", "label_b")
    )
    assert by_pair.to_numpy() == pytest.approx(frame.contact_area_um2.to_numpy(), rel=1e-12)
    counted = sum(contacts[side].value_counts().reindex(frame.index, fill_value=0) for side in ("label_a", "label_b"))
    assert counted.tolist() == frame.neighbours.tolist()


def test_where_no_space_is_free_all_surface_inside_is_contact():
    # a box filled by two: what is not contact is the surface of the box
    labels = np.ones((30, 30, 30), np.int32)
    labels[10:20, 10:20, 10:20] = 2
    image = image_of(labels)
    frame = vt.morphology.particle_neighbours(image).frame
    assert frame.free_surface_area_um2[1] == pytest.approx(0, abs=1e-9)
    assert frame.contact_share[1] == pytest.approx(1)
    whole = vt.morphology.measure_particles(image_of(np.ones((30, 30, 30), np.int32))).frame
    assert frame.free_surface_area_um2[0] == pytest.approx(whole.surface_area_um2[0])
    # around a particle within another the normals cancel
    row = vt.morphology.particle_contacts(image).frame.iloc[0]
    assert (row.normal_z, row.normal_y, row.normal_x) == (0, 0, 0)

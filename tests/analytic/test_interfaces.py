"""The surface between every two phases, against bodies whose surface is known."""

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt


def areas(values, voxel_size_um=1.0, phases=None, **more):
    phases = phases or {0: "pore", 1: "NMC", 2: "binder"}
    image = vt.data.PhaseImage(values.astype(np.uint8), voxel_size_um=voxel_size_um, phases=phases, **more)
    frame = vt.morphology.interface_areas(image).frame
    return dict(zip(zip(frame.phase_a, frame.phase_b, strict=True), frame.area_um2, strict=True)), image


@pytest.mark.parametrize("edges", [(1.0, 1.0, 1.0), (2.0, 1.0, 1.0)])
def test_a_ball_embedded_half_in_one_phase_and_half_in_another_has_half_its_surface_with_each(edges):
    # 2 pi r^2 each, less the chords that lines miss (0.167 / r^2) and a strip of 0.3 voxels along the equator (0.3 / r)
    radius, rng = 12.0, np.random.default_rng(3)
    edges = np.array(edges)
    found = []
    for _ in range(12):
        half = np.ceil(radius / edges).astype(int) + 3
        normal = rng.standard_normal(3)
        grid = np.meshgrid(*[np.arange(-h, h + 1) * e for h, e in zip(half, edges, strict=True)], indexing="ij")
        place = [g - o for g, o in zip(grid, rng.uniform(-0.5, 0.5, 3) * edges, strict=True)]
        outside = np.where(sum(n * p for n, p in zip(normal, place, strict=True)) < 0, 1, 2)
        here, _ = areas(np.where(sum(p * p for p in place) <= radius**2, 0, outside), tuple(edges))
        found.append([here["pore", "NMC"], here["pore", "binder"]])
    assert np.mean(found, axis=0) / (2 * np.pi * radius**2) == pytest.approx([1, 1], abs=0.03)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("shape", [(9, 8, 7), (1, 6, 5), (2, 2, 2)])
def test_the_areas_of_a_phase_add_up_to_its_surface(shape, masked):
    rng = np.random.default_rng(0)
    values = rng.integers(0, 4, shape).astype(np.uint8)
    mask = rng.random(shape) < 0.8 if masked else None
    names = {0: "a", 1: "b", 2: "c", 3: "d"}
    found, image = areas(values, (0.7, 1.0, 1.3), names, mask=mask)
    for phase in set(np.unique(values if mask is None else values[mask]).tolist()):
        whole = vt.morphology.surface_area(image, phase=names[phase]).area_um2
        parts = sum(area for pair, area in found.items() if names[phase] in pair)
        assert parts == pytest.approx(whole, rel=1e-13)


def test_the_strip_lost_at_the_end_of_an_interface_is_as_wide_for_any_size():
    # 1 and 2 meet on a plane that ends on pore; the other interfaces are whole planes along the axes (0.92662 each)
    lost = []
    for n in (12, 24):
        values = np.zeros((n, n, n))
        values[:, :, n // 2 :] = 1
        values[n // 2 :, :, n // 2 :] = 2
        found, _ = areas(values)
        assert found["pore", "NMC"] == pytest.approx(0.92662 * n * n / 2, rel=1e-5)
        lost.append((found["pore", "NMC"] - found["NMC", "binder"]) / n)
    assert lost == pytest.approx([0.267159, 0.267159], abs=1e-5)


def test_phases_that_do_not_touch_share_no_surface():
    values = np.zeros((6, 6, 9))
    values[2:4, 2:4, 1:3], values[2:4, 2:4, 6:8] = 1, 2
    found, _ = areas(values)
    assert found["NMC", "binder"] == 0
    assert found["pore", "NMC"] == found["pore", "binder"] > 0

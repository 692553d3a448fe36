"""Simulated mercury intrusion into bodies of which it is known what enters at which radius."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt, gaussian_filter, label

import voltome as vt


def phases_of(pore, voxel_size_um=1.0):
    return vt.data.PhaseImage(pore.astype(np.uint8), voxel_size_um=voxel_size_um, phases={0: "solid", 1: "pore"})


def radius(pore, voxel_size_um=1.0, **parameters):
    return vt.morphology.intrusion_radius(phases_of(pore, voxel_size_um), phase="pore", **parameters).values


def discs(shape, discs_at, edges=(1.0, 1.0)):
    y, x = ((np.arange(n) + 0.5) * edge for n, edge in zip(shape, edges, strict=True))
    away = [(y[:, None] - cy) ** 2 + (x[None] - cx) ** 2 <= r**2 for cy, cx, r in discs_at]
    return np.logical_or.reduce(away)


def test_a_bundle_of_tubes_is_filled_at_the_radius_of_each():
    # straight tubes have no bottleneck: intrusion is the local thickness, from either end
    tubes = discs((60, 60), [(14, 14, 4.0), (14, 44, 7.0), (42, 30, 11.0)])
    pore = np.broadcast_to(tubes, (12, 60, 60)).copy()
    free = vt.morphology.local_thickness(phases_of(pore), phase="pore").values / 2
    for inlet in ("z-", "z+", "all"):
        assert np.array_equal(radius(pore, inlet=inlet), free)
    table = vt.morphology.mercury_intrusion(phases_of(pore), phase="pore", inlet="z-").frame
    assert table.bottleneck_ratio[0] == 1
    assert table.never_intruded_fraction[0] == 0
    # the widest tube holds 11^2 of 4^2 + 7^2 + 11^2 parts, read 0 to 0.2 voxel too narrow
    assert table[table.radius_from_um > 8.5].share.sum() == pytest.approx(121 / 186, abs=0.03)


@pytest.mark.parametrize("edges", [(1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (1.0, 0.5, 1.0)])
def test_behind_a_throat_the_chamber_has_the_radius_of_the_throat(edges):
    # throat of radius 3 um, 10 um long, then a chamber of radius 8 um, 16 um long, open at the far end
    shape = [round(n / edge) for n, edge in zip((26, 24, 24), edges, strict=True)]
    throat, chamber = (discs(shape[1:], [(12, 12, r)], edges[1:]) for r in (3.0, 8.0))
    z = (np.arange(shape[0]) + 0.5) * edges[0]
    pore = np.where((z < 10)[:, None, None], throat, chamber)
    narrow, wide = radius(pore, edges, inlet="z-"), radius(pore, edges, inlet="z+")
    middle = (shape[0] // 2 + 3, shape[1] // 2, shape[2] // 2)
    assert narrow[middle] == pytest.approx(3, abs=0.5)
    assert wide[middle] == pytest.approx(8, abs=0.5)
    # from the throat, all of the chamber that a ball of 3 um reaches has that radius: nothing is wider
    assert narrow.max() == narrow[middle]
    row = vt.morphology.mercury_intrusion(phases_of(pore, edges), phase="pore", inlet="z-").frame.iloc[0]
    assert row.bottleneck_ratio == pytest.approx(3 / 8, abs=0.07)
    assert row.constrictivity == pytest.approx(row.bottleneck_ratio**2)
    assert row.never_intruded_fraction == 0


def test_a_slit_is_filled_at_half_its_width_through_its_edge_but_not_through_a_wall():
    pore = np.zeros((16, 20, 20), np.bool_)
    pore[4:12] = True
    for inlet in ("y-", "x+", "all"):
        assert set(radius(pore, 0.5, inlet=inlet)[pore]) == {2.0}
    with pytest.raises(vt.errors.PhaseError, match="no voxel at the inlet"):
        radius(pore, inlet="z-")


def test_all_radii_at_once_are_what_trying_each_gives():
    # threshold, components of 26 neighbours, exact dilation by a ball: one radius after the other
    field = gaussian_filter(np.random.default_rng(11).standard_normal((40, 40, 40)), 2.5)
    pore = field > np.quantile(field, 0.5)
    squared = (distance_transform_edt(pore) ** 2).round().astype(np.int64)
    expected = np.zeros(pore.shape, np.int64)
    for width in np.unique(squared[squared > 1])[::-1]:
        parts, _ = label(squared >= width, np.ones((3, 3, 3)))
        entered = np.isin(parts, np.setdiff1d(parts[0], [0]))
        filled = (distance_transform_edt(~entered) ** 2).round().astype(np.int64) < width if entered.any() else entered
        expected[filled & (expected == 0)] = width
    found = (radius(pore, inlet="z-").astype(np.float64) ** 2).round().astype(np.int64)
    assert np.array_equal(np.where(found > 1, found, 0), expected)
    assert len(np.unique(expected)) > 15

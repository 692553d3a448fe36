"""Pore networks whose size, connections and transport are known without a computer."""

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt

DUCT = 0.0351443
"""Permeability of a square duct times its cross-section, over the fourth power of its width (Boussinesq)."""


def network_of(labels: np.ndarray, **more: object) -> vt.data.PoreNetwork:
    given: dict[str, object] = {"voxel_size_um": 1.0, "phase": "pore"} | more
    return vt.transport.extract_network(vt.data.ParticleImage(labels, **given))  # type: ignore[arg-type]


def through(network: vt.data.PoreNetwork, axis: vt.data.AxisName):
    return vt.transport.network_transport(network, axis=axis).frame.iloc[0]


@pytest.mark.parametrize("axis", ["z", "y", "x"])
@pytest.mark.parametrize("edges", [1.0, (2.0, 1.0, 0.5)])
def test_a_straight_channel_has_the_relative_diffusivity_of_its_porosity(axis, edges) -> None:
    # cut anywhere: 24 voxels into pores of 5, 11 and 8
    labels = np.zeros((24, 14, 14), np.int32)
    labels[:5, 3:11, 3:11], labels[5:16, 3:11, 3:11], labels[16:, 3:11, 3:11] = 1, 2, 3
    labels = np.moveaxis(labels, 0, "zyx".index(axis))
    row = through(network_of(labels, voxel_size_um=edges), axis)
    assert row.network_relative_diffusivity == pytest.approx(64 / 196, rel=1e-12)
    assert row.network_tortuosity == pytest.approx(1.0, rel=1e-12)


def test_a_square_duct_has_the_permeability_of_boussinesq() -> None:
    # the factor of the square, 0.5623 / 16 = 0.035144, is rounded to four digits
    labels = np.zeros((20, 14, 14), np.int32)
    labels[:10, 3:11, 3:11], labels[10:, 3:11, 3:11] = 1, 2
    assert through(network_of(labels), "z").network_permeability_um2 == pytest.approx(DUCT * 8**4 / 14**2, rel=1e-4)


def test_a_duct_of_an_odd_number_of_voxels_lets_too_much_through() -> None:
    # the distance to the wall is half a voxel too long; the inscribed circle is cut to the area of the duct: a circle
    # of that area carries 1 / (8 pi) = 0.0398 of the area squared, 13 % more than the square
    labels = np.zeros((20, 11, 11), np.int32)
    labels[:10, 3:8, 3:8], labels[10:, 3:8, 3:8] = 1, 2
    expected = 5**4 / (8 * np.pi) / 11**2
    assert through(network_of(labels), "z").network_permeability_um2 == pytest.approx(expected, rel=1e-12)
    assert expected / (DUCT * 5**4 / 11**2) == pytest.approx(1.132, abs=0.001)


def test_channels_side_by_side_add_up() -> None:
    one = np.zeros((20, 10, 30), np.int32)
    one[:12, 1:9, 1:9], one[12:, 1:9, 1:9] = 1, 2
    both = one.copy()
    both[:7, 3:7, 20:24], both[7:, 3:7, 20:24] = 3, 4
    wide, all_of_it = through(network_of(one), "z"), through(network_of(both), "z")
    assert all_of_it.network_relative_diffusivity == pytest.approx((64 + 16) / 300, rel=1e-12)
    assert all_of_it.network_permeability_um2 / wide.network_permeability_um2 == pytest.approx(
        1 + 4**4 / 8**4, rel=1e-12
    )


def test_a_row_of_cubes_and_channels_is_their_resistances_in_series() -> None:
    """Cubes of 10 voxels, channels of 4 x 4 x 10 between them, each a pore of its own: 3 cubes, 3 channels.

    Each way from a cube to its end is half as wide as the channel: 5 / 2 (1 / 100 + 1 / 16); a channel is 10 / 16. In
    one dimension a cube would be 10 / 100: the network lets less through than that, and so does the true stream, which
    has to narrow: the sign of the bias of both is the same.
    """
    labels = np.zeros((60, 12, 12), np.int32)
    for cube in range(3):
        labels[20 * cube : 20 * cube + 10, 1:11, 1:11] = 2 * cube + 1
        labels[20 * cube + 10 : 20 * cube + 20, 4:8, 4:8] = 2 * cube + 2
    row = through(network_of(labels), "z")
    way, channel, open_way = 2.5 * (1 / 100 + 1 / 16), 10 / 16, 5 / 100
    # the first cube opens to the face with its whole width
    expected = 3 * channel + 5 * way + open_way
    assert row.network_relative_diffusivity == pytest.approx(60 / 144 / expected, rel=1e-12)
    assert row.network_relative_diffusivity < 60 / 144 / (3 * channel + 3 * 10 / 100)


def test_spheres_on_a_simple_cubic_lattice_have_six_throats_each() -> None:
    # radius 7 at a distance of 12; the last voxels before a window lie at 5.5: they see a radius of sqrt(49 - 5.5^2),
    # 4.33, where the window has sqrt(49 - 6^2), 3.61: throats between bodies read too wide, by half a voxel of depth
    z, y, x = np.ogrid[:60, :60, :60]
    away = sum((((index + 0.5) % 12) - 6) ** 2 for index in (z, y, x))
    phases = vt.data.PhaseImage((away < 49).astype(np.uint8), voxel_size_um=1, phases={0: "solid", 1: "pore"})
    network = vt.transport.extract_network(vt.segmentation.separate_particles(phases, phase="pore"))
    table = vt.transport.measure_pores(network).frame
    assert network.pore_count == 125
    assert network.throat_count == 3 * 4 * 25
    assert set(table[~table.touches_border].coordination_number) == {6}
    np.testing.assert_allclose(network.throat_equivalent_diameter_um, 2 * np.sqrt(49 - 5.5**2), rtol=0.01)
    np.testing.assert_allclose(network.half_length_um, 6, atol=0.35)
    # every direction is the same
    found = [through(network, axis) for axis in ("z", "y", "x")]
    for row in found:
        assert row.network_relative_diffusivity == pytest.approx(found[0].network_relative_diffusivity, rel=1e-9)
        assert row.network_permeability_um2 == pytest.approx(found[0].network_permeability_um2, rel=1e-9)
        assert row.network_relative_diffusivity < row.porosity


@pytest.mark.parametrize(("offset", "error"), [(0.0, 0.0), (0.5, -np.sqrt(3))])
def test_a_ball_reads_up_to_two_voxels_too_small_as_it_lies_among_the_voxels(offset, error) -> None:
    # where its centre is that of a voxel it is exact; where it is a corner, the best voxel lies sqrt(3) / 2 beside it
    z, y, x = np.ogrid[:30, :30, :30]
    centre = 14 + offset
    ball = ((z - centre) ** 2 + (y - centre) ** 2 + (x - centre) ** 2 < 10**2).astype(np.int32)
    diameter = float(network_of(ball).inscribed_diameter_um[0])
    assert 20 + error <= diameter <= 20


def test_a_dead_end_carries_nothing() -> None:
    straight = np.zeros((20, 10, 20), np.int32)
    straight[:10, 1:9, 1:9], straight[10:, 1:9, 1:9] = 1, 2
    branched = straight.copy()
    branched[2:8, 2:8, 9:18] = 3
    found, plain = through(network_of(branched), "z"), through(network_of(straight), "z")
    # the pore itself is the same, only what hangs on it is new
    assert found.network_relative_diffusivity == pytest.approx(plain.network_relative_diffusivity, rel=1e-12)
    assert found.porosity > plain.porosity
    assert found.network_tortuosity > plain.network_tortuosity


def test_effective_values_refer_to_the_sample_inside_the_mask() -> None:
    labels = np.zeros((20, 14, 28), np.int32)
    labels[:10, 3:11, 3:11], labels[10:, 3:11, 3:11] = 1, 2
    mask = np.zeros(labels.shape, np.bool_)
    mask[:, :, :14] = True
    assert through(network_of(labels, mask=mask), "z").network_relative_diffusivity == pytest.approx(
        64 / 196, rel=1e-12
    )

"""Porous textures: their fraction and surface are those of the formulae, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voltome as vt
from voltome.errors import ParameterError

GOOD = {"voxel_size_um": 0.5, "fraction": 0.3, "length_um": 1.0, "seed": 0}


@settings(max_examples=6, deadline=None)
@given(fraction=st.floats(0.1, 0.9), seed=st.integers(0, 99))
def test_the_share_of_pores_is_the_fraction_within_what_so_few_pores_scatter(fraction: float, seed: int) -> None:
    texture = vt.twins.porous_texture((40, 40, 40), voxel_size_um=0.5, fraction=fraction, length_um=1.0, seed=seed)
    # 20 um of edge over 1 um of length: (3 / 20)^1.5 / 2 = 0.03, taken three times
    assert texture.values.mean() == pytest.approx(fraction, abs=0.09)
    assert texture.values.min() >= 0
    assert texture.values.max() <= 1


def test_the_field_lies_between_its_points_where_a_finer_grid_has_them() -> None:
    # two points along each edge of 24 voxels are the voxels of a grid of 48: the same waves, moved by a quarter voxel
    coarse = vt.twins.porous_texture(
        (24, 24, 24), voxel_size_um=1.0, fraction=0.4, length_um=2.0, supersampling=2, seed=3
    )
    fine = vt.twins.porous_texture(
        (24, 24, 24), voxel_size_um=1.0, fraction=0.4, length_um=2.0, supersampling=4, seed=3
    )
    apart = np.abs(coarse.values - fine.values)
    assert coarse.values.mean() == pytest.approx(fine.values.mean(), abs=2e-3)
    assert apart.mean() < 0.02
    assert apart.max() < 0.5


def test_fewer_pores_at_the_first_slice_where_asked_for() -> None:
    texture = vt.twins.porous_texture((60, 40, 40), voxel_size_um=0.5, fraction=(0.1, 0.5), length_um=0.8, seed=1)
    profile = texture.values.mean(axis=(1, 2))
    assert profile[:10].mean() < 0.2
    assert profile[-10:].mean() > 0.4


def test_voxels_need_not_be_cubes() -> None:
    texture = vt.twins.porous_texture((20, 40, 80), voxel_size_um=(1.0, 0.5, 0.25), fraction=0.5, length_um=2.0, seed=2)
    # in um it is the same in all directions: neighbours 2 um apart along each axis are alike to the same degree
    solid = texture.values - texture.values.mean()
    alike = [
        float((solid * np.roll(solid, round(2 / edge), axis)).mean() / solid.var())
        for axis, edge in enumerate(texture.voxel_size_um)
    ]
    assert max(alike) - min(alike) < 0.15


def test_it_says_that_it_is_simulated_and_the_same_seed_gives_the_same() -> None:
    one, other = (vt.twins.porous_texture((12, 12, 12), **GOOD) for _ in range(2))
    assert one.simulated
    assert one.quantity == "pore share"
    assert "fraction 0.3, length 1 um, 2 points, seed 0" in one.history[0]
    np.testing.assert_array_equal(one.values, other.values)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"fraction": 1.0}, r"fraction is 1\.0; expected a number above 0 and below 1, or two of them"),
        ({"fraction": (0.1, 0.2, 0.3)}, r"fraction is \(0\.1, 0\.2, 0\.3\); expected"),
        ({"length_um": 0.4}, r"length_um is 0\.4; expected at least the longest voxel edge, 0\.5 um"),
        ({"length_um": -1}, r"length_um is -1; expected"),
        ({"supersampling": 9}, r"supersampling is 9; expected a whole number from 1 to 8"),
        ({"seed": -1}, r"seed is -1; expected"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        vt.twins.porous_texture((12, 12, 12), **{**GOOD, **changed})  # type: ignore[arg-type]


def test_a_shape_that_is_none_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"shape is \(12, 12\); expected three whole numbers"):
        vt.twins.porous_texture((12, 12), **GOOD)  # type: ignore[arg-type]


def test_the_expected_surface_is_that_of_rice_and_falls_with_the_length() -> None:
    # level 0: (2 / pi) / (sqrt(2) length); at any level times exp(-t^2 / 2): at 15.87 % of pores t = -1
    assert vt.twins.texture_surface_per_um(fraction=0.5, length_um=2.0) == pytest.approx(math.sqrt(2) / math.pi / 2)
    lower = vt.twins.texture_surface_per_um(fraction=0.15865525, length_um=2.0)
    assert lower == pytest.approx(math.sqrt(2) / math.pi / 2 * math.exp(-0.5), rel=1e-6)
    between = vt.twins.texture_surface_per_um(fraction=(0.15865525, 0.5), length_um=2.0)
    assert lower < between < math.sqrt(2) / math.pi / 2


def test_the_expected_boundary_is_a_quarter_of_pi_of_both_surfaces() -> None:
    surface = vt.twins.texture_surface_per_um(fraction=0.4, length_um=1.5)
    boundary = vt.twins.texture_boundary_per_um2(fraction=0.4, length_um=1.5, embedded_surface_per_um=0.6)
    assert boundary == pytest.approx(math.pi / 4 * surface * 0.6)
    with pytest.raises(ParameterError, match="embedded_surface_per_um is -1; expected"):
        vt.twins.texture_boundary_per_um2(fraction=0.4, length_um=1.5, embedded_surface_per_um=-1)

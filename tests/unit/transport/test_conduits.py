import numpy as np
import pytest
from scipy.integrate import quad

from voltome.transport import _conduits


def test_a_stepped_way_is_both_ducts_in_series_for_half_of_the_length_each():
    found = _conduits._stepped(np.array([4.0, 3.0, 0.0]), np.array([1.0, 3.0, 0.0]))
    assert found.tolist() == [1 / (0.5 / 4 + 0.5 / 1), 3.0, 0.0]


def test_a_tapered_way_is_a_cone():
    # radii 2 and 5, each carrying as R^4
    resistance, _ = quad(lambda s: 1 / (2 + 3 * s) ** 4, 0, 1)
    found = _conduits._tapered(np.array([16.0, 7.0, 0.0]), np.array([625.0, 7.0, 0.0]))
    np.testing.assert_allclose(found, [1 / resistance, 7, 0], rtol=1e-12)


@pytest.mark.parametrize(
    ("area", "radius", "carried"),
    [
        (np.pi * 9, 3.0, np.pi * 81 / 8),  # Hagen and Poiseuille
        (36.0, 3.0, 0.0351443 * 6**4),  # a square duct, Boussinesq
        (np.sqrt(3) / 4 * 36, np.sqrt(3), np.sqrt(3) / 320 * 6**4),  # equilateral, of side 6: sqrt(3) a^4 / 320
        (36.0, 50.0, 36**2 / (8 * np.pi)),  # no circle is larger than the area
        (0.0, 0.0, 0.0),
    ],
)  # fmt: skip
def test_ducts_carry_what_is_known_of_them(area, radius, carried):
    assert _conduits._carrying(np.array(area), np.array(radius)) == pytest.approx(carried, rel=1e-4)

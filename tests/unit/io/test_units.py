import pytest

from voltome.io._units import to_um, unit_name


@pytest.mark.parametrize(
    ("number", "unit", "um"),
    [
        (0.5, "um", 0.5),
        (0.5, "µm", 0.5),
        (0.5, "μm", 0.5),
        (0.5, "\\u00B5m", 0.5),
        (0.5, "microns", 0.5),
        (0.5, "Micrometer", 0.5),
        (398.0, "nm", 0.398),
        (0.03397, "mm", 33.97),
        (1e-6, "m", 1.0),
        (2.0, "cm", 20000.0),
        (5.0, "Å", 0.0005),
    ],
)
def test_lengths_become_micrometres_rounded_once(number: float, unit: str, um: float) -> None:
    assert to_um(number, unit) == um


@pytest.mark.parametrize("unit", ["pixel", "inch", "in", "", "s", "ms", "reference frame"])
def test_what_is_no_length_of_a_voxel_is_unknown(unit: str) -> None:
    assert unit_name(unit) is None
    assert to_um(1.0, unit) is None


@pytest.mark.parametrize("number", [0.0, -1.0, float("nan"), float("inf"), 1e308])
def test_what_is_no_positive_length_is_unknown(number: float) -> None:
    assert to_um(number, "m") is None

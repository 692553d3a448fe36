"""Figures of fields: walls grey, outside white, colours shared and robust, units that can be read."""

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ValuesError
from voltome.report.fields import FIELDS, ends_of, sampled, scale_of, seen_through, style_of
from voltome.report.figures_fields import projections_of


def field(values: np.ndarray, quantity: str = "speed", unit: str = "m/s", **grid: object) -> vt.data.Volume:
    return vt.data.Volume(values.astype(np.float32), voxel_size_um=1, quantity=quantity, unit=unit, **grid)


def ramp() -> np.ndarray:
    """Return a field that grows with x, with a wall of one layer."""
    values = np.broadcast_to(np.arange(1.0, 13.0), (12, 12, 12)).copy()
    values[6] = 0
    return values


def pixels(figure, number: int) -> np.ndarray:
    return np.asarray(figure.axes[number].images[0].get_array())


@pytest.mark.parametrize(
    ("largest", "factor", "unit"), [(2.0, 1, "m/s"), (2e-3, 1e3, "mm/s"), (2e-6, 1e6, "um/s"), (2e-12, 1e9, "nm/s")]
)
def test_the_unit_of_a_speed_is_one_that_can_be_read(largest, factor, unit):
    scale = scale_of(np.array([0.1, 1.0]) * largest, FIELDS["speed"], "m/s")
    assert (scale.factor, scale.unit) == (factor, unit)


def test_a_pressure_is_in_kilopascals_and_its_scale_holds_all_values():
    scale = scale_of(np.array([100e3, 130e3]), FIELDS["pressure"], "Pa")
    assert (scale.low, scale.high, scale.unit, scale.cut) == (100, 130, "kPa", False)


def test_few_large_values_do_not_make_the_others_dark():
    values = np.concatenate([np.linspace(0.01, 1, 10_000), [50.0] * 10])
    scale = scale_of(values, FIELDS["speed"], "m/s")
    assert scale.low == 0
    assert 0.98 < scale.high / scale.factor < 1
    assert scale.cut


def test_a_field_that_is_the_same_everywhere_has_a_scale():
    assert ends_of(np.full(5, 2.0), FIELDS["potential"]) == (1.0, 3.0)
    assert ends_of(np.full(5, 2.0), FIELDS["speed"]) == (0.0, 2.0)


def test_what_runs_backwards_is_below_zero():
    low, high = ends_of(np.linspace(-1, 3, 1001), FIELDS["diffusive flux"])
    assert low < -0.95
    assert high > 2.95


def test_walls_are_grey_and_what_is_outside_the_mask_white():
    mask = np.ones((12, 12, 12), bool)
    mask[..., 0] = False
    picture = pixels(vt.report.figure_field(field(ramp(), mask=mask)), 1)  # the xz plane
    middle = picture[picture.shape[0] * 6 // 12 + 1]
    assert (middle[-1] == 200).all()
    assert (middle[0] == 255).all()
    assert picture[0, -1].tolist() != [200, 200, 200]


def test_ends_that_are_given_are_those_of_the_bar():
    figure = vt.report.figure_field(field(1e-6 * ramp()), ends=(0.0, 24e-6))
    assert figure.axes[-1].get_xlim() == pytest.approx((0, 24))
    assert figure.axes[-1].get_xlabel() == "speed (µm s⁻¹)"
    figure = vt.report.figure_projections(field(1e-6 * ramp()), ends=(0.0, 6e-6))
    assert figure.axes[-1].get_xlim() == pytest.approx((0, 6))


def test_projections_are_means_over_walls_and_pores():
    figure = vt.report.figure_projections(field(ramp()))
    titles = [text.get_text() for text in figure.texts]
    assert {"mean along z", "mean along y", "mean along x"} <= set(titles)
    assert figure.axes[-1].get_xlim()[1] == pytest.approx(12), "along y the columns beside the wall are whole"
    along_z = projections_of(field(ramp()))[0]
    assert along_z.values[0, 0].tolist() == pytest.approx([11 / 12 * value for value in range(1, 13)])


def test_a_projection_is_one_picture_without_walls():
    seen = vt.transport.project(field(ramp()), axis="y")
    assert seen_through(seen) == "mean along y"
    assert seen_through(field(ramp())) == ""
    figure = vt.report.figure_field(seen)
    assert len(figure.axes) == 2
    assert "mean along y" in {text.get_text() for text in figure.texts}
    assert not (pixels(figure, 0) == 200).all(axis=-1).any()


def test_quantities_have_their_colours_components_those_of_the_whole_others_grey():
    assert style_of(field(ramp(), "diffusive flux along z", "")) is FIELDS["diffusive flux"]
    assert style_of(field(ramp(), "grey value", "")).colours == "gray"


def test_the_sample_for_a_scale_finds_the_only_voxel_of_a_large_field():
    values = np.zeros((200, 3, 3))
    values[7, 1, 1] = 5
    assert sampled(field(values)).tolist() == [5]


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(ValuesError, match="the speed is 0 everywhere; expected another value somewhere"):
        vt.report.figure_field(field(np.zeros((4, 4, 4))))
    with pytest.raises(ValuesError, match="the speed is 0 everywhere"):
        vt.report.figure_projections(field(np.zeros((4, 4, 4))))
    with pytest.raises(ValuesError, match="the ends of the colours are 3 and 1; expected the lower one first"):
        vt.report.figure_field(field(ramp()), ends=(3, 1))

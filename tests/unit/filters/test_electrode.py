import numpy as np
import pytest
from collectors import STEEL, tilted_collector

import voltome as vt
from voltome.errors import AxisError, GeometryError, ParameterError, ValuesError
from voltome.filters import select_electrode

GREYS = {"collector": (200, None), "separator": (110, 140)}
PORE, FIBRE, SULFUR, METAL = 80, 125, 170, 250


def cell(layers=(8, 40, 20), size=30, seed=0, beyond=0):
    """Collector, electrode of sulfur, pore and mixed edges, separator of fibres; and a metal beyond it."""
    rng = np.random.default_rng(seed)
    shape = (sum(layers) + beyond, size, size)
    share = rng.random(shape)
    grey = np.full(shape, PORE)
    grey[share < 0.35] = SULFUR
    grey[(share >= 0.35) & (share < 0.45)] = FIBRE  # partial volumes: a tenth of the electrode looks like fibres
    separator = slice(layers[0] + layers[1], sum(layers))
    grey[separator] = np.where(share[separator] < 0.3, FIBRE, PORE)
    grey[: layers[0]] = METAL
    grey[sum(layers) :] = METAL
    return vt.data.Volume(grey.astype(np.uint8), voxel_size_um=(0.5, 1, 1), origin_um=(-4.0, 7.0, 9.0))


@pytest.mark.parametrize("layers", [(8, 40, 20), (1, 12, 3), (30, 5, 30)])
@pytest.mark.parametrize("seed", range(3))
def test_the_layers_between_collector_and_separator_are_kept(layers, seed):
    part = select_electrode(cell(layers, seed=seed), **GREYS)
    assert part.shape == (layers[1], 30, 30)
    assert part.origin_um == (-4.0 + 0.5 * layers[0], 7.0, 9.0)


def test_the_history_says_the_heights_and_the_share():
    part = select_electrode(cell(), **GREYS)
    assert part.history == (
        "select_electrode: z from 0 to 20 um, 58.82% of the image (collector [200, ...], separator [110, 140], "
        "margin 0 um)",
    )


def test_the_margin_is_left_out_at_both_ends_in_whole_layers():
    for margin, layers in ((0.5, 1), (0.7, 2), (1.0, 2), (9.5, 19)):
        part = select_electrode(cell(), **GREYS, margin_um=margin)
        assert part.shape[0] == 40 - 2 * layers
        assert part.origin_um[0] == 0.5 * layers


def test_what_lies_beyond_the_separator_does_not_count():
    assert select_electrode(cell(beyond=15), **GREYS).shape[0] == 40


def test_only_the_mask_counts():
    volume = cell()
    mask = np.zeros(volume.shape, np.bool_)
    mask[3:, 5:25, 5:25] = True
    spoilt = np.where(mask, volume.values, METAL).astype(np.uint8)
    part = select_electrode(volume.derive("masked", values=spoilt, mask=mask), **GREYS)
    assert (part.shape[0], part.origin_um[0]) == (40, 0.0)
    assert part.mask is not None
    assert part.mask.shape == part.shape


def test_after_levelling_the_electrode_begins_at_zero():
    volume = tilted_collector(shape=(60, 60, 60), tilt_y_deg=3.0, height_um=16.0, blur_um=0.7)
    values = volume.values.copy()
    z, _, x = np.indices(volume.shape) + 0.5
    above = z - 16 - np.tan(np.radians(3)) * (x - 30)
    values[(above > 25) & (np.indices(volume.shape)[1] % 3 == 0)] = 13_000
    upright = vt.registration.level(volume.derive("fibres", values=values), collector=(STEEL - 5_000, None))
    part = select_electrode(upright, collector=(STEEL - 5_000, None), separator=(11_500, 14_500))
    assert part.origin_um[0] == pytest.approx(0.0, abs=1.0)
    assert part.shape[0] == pytest.approx(25, abs=1)


def test_a_share_without_a_step_is_refused():
    volume = cell()
    with pytest.raises(ValuesError, match=r"no current collector \[251, \.\.\.\] was found.*0\.00% to 0\.00%"):
        select_electrode(volume, collector=(251, None), separator=(110, 140))
    with pytest.raises(ValuesError, match=r"no separator \[160, 190\] was found: .* rises nowhere by a clear step"):
        select_electrode(volume, collector=(200, None), separator=(160, 190))  # falls at the separator, and never rises
    electrode_only = volume.derive("cut", values=volume.values[:48])
    with pytest.raises(ValuesError, match=r"no separator .* at least 4 times the scatter\. .* use crop"):
        select_electrode(electrode_only, **GREYS)


@pytest.mark.parametrize("layers", [20, 100, 400])
def test_a_steady_slope_is_no_step(layers):
    # two levels fitted to a slope over 1: the step is 1/2 and the scatter 1 / sqrt(48), a ratio of 3.46
    from voltome.filters.electrode import LEAST_STEP, _best_step

    _, size, scatter = _best_step(np.linspace(0, 1, layers), 1, 1, falling=False)
    assert size / scatter == pytest.approx(np.sqrt(12), rel=0.01)
    assert size / scatter < LEAST_STEP


@pytest.mark.parametrize("seed", range(20))
def test_the_best_step_is_that_of_least_squares(seed):
    from voltome.filters.electrode import _best_step

    levels = np.random.default_rng(seed).normal(0, 1, 25) + (np.arange(25) >= 11) * 2.0

    def squares(cut):
        return sum(((part - part.mean()) ** 2).sum() for part in (levels[:cut], levels[cut:]))

    cut, size, scatter = _best_step(levels, 1, 3, falling=False)
    assert cut == min(range(1, 23), key=squares)
    assert size == pytest.approx(levels[cut:].mean() - levels[:cut].mean())
    assert scatter == pytest.approx(np.sqrt(squares(cut) / 25))


def test_an_electrode_without_a_layer_and_a_negative_margin_are_refused():
    with pytest.raises(AxisError, match="from 4 to 24 um above the lower face, which a margin_um of 10 uses up"):
        select_electrode(cell(), **GREYS, margin_um=10)
    with pytest.raises(ParameterError, match="margin_um is -1; expected a finite number, 0 or above"):
        select_electrode(cell(), **GREYS, margin_um=-1)
    with pytest.raises(ParameterError, match="separator is open at both ends"):
        select_electrode(cell(), collector=(200, None), separator=(None, None))


BY_ACTIVE = {"collector": (200, None), "active": (160, 190)}


@pytest.mark.parametrize("layers", [(8, 40, 20), (3, 12, 5), (30, 12, 30)])
def test_the_electrode_ends_where_its_active_material_does(layers):
    part = select_electrode(cell(layers), **BY_ACTIVE)
    assert part.shape == (layers[1], 30, 30)
    assert part.origin_um == (-4.0 + 0.5 * layers[0], 7.0, 9.0)
    assert "active material [160, 190]" in part.history[0]


def test_the_active_material_is_looked_for_in_another_scan():
    first, depleted = cell(seed=1), cell(seed=2).values.copy()
    depleted[28:48][depleted[28:48] == SULFUR] = PORE  # the upper half of the electrode lost all
    after = first.derive("cycled", values=depleted)
    assert select_electrode(after, **BY_ACTIVE).shape[0] == 20
    part = select_electrode(after, **BY_ACTIVE, like=first)
    assert part.shape[0] == 40
    assert np.array_equal(part.values, depleted[8:48])
    assert part.history[-1].startswith("select_electrode: z from 0 to 20 um")


@pytest.mark.parametrize("layers", range(1, 12))
def test_a_thin_electrode_is_found_or_refused_and_never_guessed(layers):
    # layers that fall steadily are taken for the collector's blurred edge: then too few are left to say where it ends
    found, said = [], []
    for seed in range(8):
        try:
            found.append(select_electrode(cell((30, layers, 30), seed=seed), **BY_ACTIVE).shape[0])
        except ValuesError as error:
            said.append(str(error))
    assert set(found) <= {layers}
    assert all("no end of the active" in text or "expected more than 3 layers above that" in text for text in said)
    assert found or layers < 5


def test_active_material_up_to_the_upper_face_has_no_end():
    whole = cell((8, 40, 0))
    with pytest.raises(ValuesError, match=r"no end of the active material \[160, 190\] was found"):
        select_electrode(whole, **BY_ACTIVE)


@pytest.mark.parametrize(("given", "found"), [({}, "neither"), ({"separator": (1, 2), "active": (1, 2)}, "both")])
def test_one_of_separator_and_active_is_needed(given, found):
    with pytest.raises(ParameterError, match=f"found {found} of separator and active; expected the grey values of one"):
        select_electrode(cell(), collector=(200, None), **given)


@pytest.mark.parametrize("changed", [{"origin_um": (0, 0, 0)}, {"voxel_size_um": 1}])
def test_a_scan_on_another_grid_is_no_likeness(changed):
    with pytest.raises(GeometryError, match=r"in 'volume' and .* in 'like'.*Align the scans before"):
        select_electrode(cell(), **BY_ACTIVE, like=cell().derive("moved", **changed))

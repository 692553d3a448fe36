import numpy as np
import pytest

import voltome as vt

P = vt.projections
ALL = [
    P.remove_stripes_by_sorting,
    P.remove_stripes_by_filtering,
    P.remove_stripes_by_fitting,
    P.remove_stripes_by_wavelets,
    P.remove_large_stripes,
    P.remove_dead_stripes,
    P.remove_all_stripes,
]
WINDOWED = [remove for remove in ALL if remove is not P.remove_stripes_by_wavelets]


def a_scan(values, kind="absorbance"):
    values = np.asarray(values)
    angles = np.arange(len(values)) * 180 / len(values)
    return vt.data.Projections(values, angles_deg=angles, geometry=vt.data.ParallelBeam(0.5), kind=kind)


def striped(rows=4, columns=90, views=70):
    random = np.random.default_rng(1)
    values = 1 + 0.2 * np.sin(np.arange(columns) / 20) + random.normal(0, 0.01, (views, rows, columns))
    values[..., 30] += 0.2
    values[:, 1, 60:66] -= 0.3
    values[:, 2, 40] = 0.5
    return a_scan(values)


@pytest.mark.parametrize("remove", ALL, ids=lambda f: f.__name__)
@pytest.mark.parametrize("kind", ["absorbance", "transmission"])
def test_a_few_rows_alone_give_the_same_bits_and_nothing_else_changes(remove, kind):
    scan = a_scan(striped().values, kind)
    before = scan.values.copy()
    found = remove(scan)
    assert np.array_equal(scan.values, before)
    assert found.values.dtype == np.float32
    assert found.values.shape == scan.values.shape
    assert found.kind == kind
    assert found.history[0].startswith(f"{remove.__name__}: ")
    assert np.array_equal(remove(scan.rows(1, 3)).values, found.values[:, 1:3])


@pytest.mark.parametrize("remove", ALL, ids=lambda f: f.__name__)
def test_air_without_noise_stays_air(remove):
    """In absorbance it is 0: a ratio of columns would be 0 / 0."""
    assert np.abs(remove(a_scan(np.zeros((40, 1, 60)))).values).max() < 1e-6
    assert np.abs(remove(a_scan(np.ones((40, 1, 60)), "transmission")).values - 1).max() < 1e-5


@pytest.mark.parametrize("remove", ALL, ids=lambda f: f.__name__)
def test_counts_and_tiny_sinograms_are_refused(remove):
    with pytest.raises(vt.errors.ValuesError, match=f"{remove.__name__} takes absorbance or transmission"):
        remove(a_scan(np.ones((40, 1, 60)), "counts"))
    with pytest.raises(vt.errors.GeometryError, match="compares columns, of which there are 2; expected at least 3"):
        remove(a_scan(np.ones((40, 1, 2))))
    with pytest.raises(vt.errors.GeometryError, match="compares views, of which there are 2"):
        remove(a_scan(np.ones((2, 1, 60))))


@pytest.mark.parametrize("remove", WINDOWED, ids=lambda f: f.__name__)
@pytest.mark.parametrize("size", [4, 61, 1, 2.5])
def test_a_window_is_odd_and_fits(remove, size):
    name = "large_size_px" if remove is P.remove_all_stripes else "size_px"
    with pytest.raises(vt.errors.ParameterError, match=f"{name} is {size}; expected"):
        remove(a_scan(np.ones((40, 1, 60))), **{name: size})


@pytest.mark.parametrize(
    ("remove", "options", "message"),
    [
        (P.remove_stripes_by_filtering, {"periods": 0}, "periods is 0"),
        (P.remove_stripes_by_fitting, {"order": -1}, "order is -1; expected a whole number, 0 or above"),
        (P.remove_stripes_by_fitting, {"order": 40}, "order is 40 for 40 views; expected fewer"),
        (P.remove_stripes_by_wavelets, {"levels": 9}, "levels is 9; 40 views of 60 columns can be halved 2 times"),
        (P.remove_stripes_by_wavelets, {"wavelet": "haar"}, "wavelet is 'haar'; expected one of 'db3'"),
        (P.remove_stripes_by_wavelets, {"damping": -1}, "damping is -1"),
        (P.remove_large_stripes, {"left_out": 0.9}, "left_out is 0.9; expected 0 to 0.8"),
        (P.remove_large_stripes, {"ratio": 0}, "ratio is 0"),
        (P.remove_dead_stripes, {"views": 1}, "views is 1; expected a whole number, 2 or above"),
        (P.remove_all_stripes, {"small_size_px": 20}, "small_size_px is 20"),
    ],
)
def test_messages(remove, options, message):
    with pytest.raises(vt.errors.ParameterError, match=message):
        remove(a_scan(np.ones((40, 1, 60))), **options)


def test_wavelets_that_do_not_fit_at_all_are_refused():
    with pytest.raises(vt.errors.ParameterError, match="can be halved 0 times for the wavelet 'db20'"):
        P.remove_stripes_by_wavelets(a_scan(np.ones((20, 1, 20))), wavelet="db20")


def test_all_is_dead_then_large_then_sorting():
    scan = striped()
    one_by_one = P.remove_stripes_by_sorting(P.remove_large_stripes(P.remove_dead_stripes(scan)))
    assert np.array_equal(P.remove_all_stripes(scan).values, one_by_one.values)


def test_a_stripe_stays_in_its_place_and_leaves_none_elsewhere():
    """No mirror image: what changes beside the stripe, and on the other side of the middle, is noise alone."""
    clean = striped().values[:, :1].copy()
    clean[..., 30] -= 0.2
    with_stripe = clean.copy()
    with_stripe[..., 20] += 0.3
    for remove in (P.remove_stripes_by_sorting, P.remove_all_stripes):
        off = np.abs(remove(a_scan(with_stripe)).values - remove(a_scan(clean)).values).max(axis=(0, 1))
        assert off[60:80].max() < 0.01


def test_the_history_counts_the_columns_that_were_found():
    values = np.random.default_rng(1).normal(1, 0.01, (70, 4, 90))
    values[:, 1, 60:66] -= 0.3
    assert P.remove_large_stripes(a_scan(values)).history[-1].endswith("6 columns in 1 of 4 rows")
    assert P.remove_dead_stripes(striped()).history[-1].endswith("1 columns in 1 of 4 rows")


def test_a_sample_that_fills_a_third_of_the_columns_is_no_dead_stripe():
    values = np.random.default_rng(1).normal(0, 1e-4, (60, 1, 90))
    values[..., 40:75] += np.random.default_rng(2).normal(0, 0.2, (60, 1, 35))
    assert np.array_equal(P.remove_dead_stripes(a_scan(values)).values, values.astype(np.float32))

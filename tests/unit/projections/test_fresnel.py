"""The Fresnel filter: its form, its mean, its rows."""

from __future__ import annotations

import numpy as np
import pytest
from small_scans import a_scan, lazily

import voltome as vt
from voltome.errors import ParameterError, ValuesError


def test_a_wave_is_lessened_as_the_formula_says() -> None:
    frequency, ratio = 5 / 64, 200.0
    wave = np.cos(2 * np.pi * frequency * np.arange(640))
    scan = vt.data.Projections(
        wave[None, None], angles_deg=[0.0], geometry=vt.data.ParallelBeam(1.0), kind="absorbance"
    )
    found = vt.projections.filter_fresnel(scan, ratio=ratio).values[0, 0]
    np.testing.assert_allclose(found[200:-200], wave[200:-200] / (1 + ratio * frequency**2), atol=1e-5)


def test_along_columns_rows_do_not_mix_and_a_slab_gives_the_same_bits() -> None:
    scan = a_scan("absorbance")
    whole = vt.projections.filter_fresnel(scan, ratio=50.0)
    slab = vt.projections.filter_fresnel(scan.rows(2, 5), ratio=50.0)
    np.testing.assert_array_equal(whole.values[:, 2:5], slab.values)
    assert whole.history[-1] == "filter_fresnel: ratio 50 along columns"


def test_in_both_directions_rows_mix_and_what_is_transposed_stays_so() -> None:
    scan = a_scan("absorbance", shape=(1, 12, 12))
    turned = vt.data.Projections(
        scan.values[:].transpose(0, 2, 1), angles_deg=[0.0], geometry=scan.geometry, kind="absorbance"
    )
    found, other = (
        vt.projections.filter_fresnel(each, ratio=50.0, along="rows and columns").values for each in (scan, turned)
    )
    np.testing.assert_allclose(found, other.transpose(0, 2, 1), atol=1e-6)
    assert found.std() < vt.projections.filter_fresnel(scan, ratio=50.0).values.std()


def test_a_lazy_scan_gives_the_same_bits() -> None:
    scan = a_scan("absorbance")
    found, lazy = (vt.projections.filter_fresnel(each, ratio=9.0).values for each in (scan, lazily(scan)))
    np.testing.assert_array_equal(found, lazy)


def test_what_cannot_be_is_refused() -> None:
    scan = a_scan("absorbance")
    with pytest.raises(ParameterError, match="ratio is 0; expected a finite number above 0"):
        vt.projections.filter_fresnel(scan, ratio=0)
    with pytest.raises(ParameterError, match="along is 'rows'; expected one of 'columns', 'rows and columns'"):
        vt.projections.filter_fresnel(scan, ratio=1, along="rows")  # type: ignore[arg-type]
    with pytest.raises(ValuesError, match="filter_fresnel takes absorbance, these projections are transmission"):
        vt.projections.filter_fresnel(a_scan("transmission"), ratio=1)

"""Cleaning of real scans: Diamond I13 24737, a pin of about 18 columns every 2 degrees, and the tooth of APS."""

from pathlib import Path

import h5py
import numpy as np
import pytest

import voltome as vt

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data folder ../shared/data is not here")

P = vt.projections


def read(name: str, first_deg: float, step_deg: float) -> vt.data.Projections:
    with h5py.File(SHARED / name) as file:
        views = file["exchange/data"][:]
        flats, darks = file["exchange/data_white"][:], file["exchange/data_dark"][:]
    return vt.data.Projections(
        views,
        angles_deg=first_deg + step_deg * np.arange(len(views)),
        geometry=vt.data.ParallelBeam(1.0),
        flats=flats,
        darks=darks,
    )


def test_the_scan_of_diamond_is_made_absorbance_with_its_one_bad_pixel_interpolated():
    scan = read("parallel-diamond-24737/24737.h5", -88.2, 2.0)
    assert P.inspect_views(scan).warnings == ()
    through = P.normalise(scan)
    assert "1 pixels without a usable flat" in through.history[-1]  # known with the data: one pixel has flat <= dark
    steady = P.correct_drift(through)
    assert steady.values[:, :, :10].mean(axis=(1, 2)) == pytest.approx(1, abs=0.01)
    absorbed = P.absorbance(steady)
    assert np.array_equal(
        P.remove_all_stripes(absorbed.rows(60, 62)).values, P.remove_all_stripes(absorbed).values[:, 60:62]
    )
    changed = P.remove_large_stripes(absorbed).values - absorbed.values
    assert np.sqrt((changed**2).mean()) < 0.05 * absorbed.values.std()  # algotom 1.7: 0.72; the pin is no stripe


def test_the_tooth_has_air_of_transmission_1():
    through = P.correct_drift(P.normalise(P.remove_zingers(read("parallel-aps-tooth/tooth.h5", 0.0, 179.0055 / 180))))
    assert np.median(through.values[:, :, :30]) == pytest.approx(1, abs=0.005)
    assert 0.1 < through.values.min() < 0.25

"""The axis of two real scans, against what views half a turn apart say by themselves."""

import dataclasses
from pathlib import Path

import h5py
import numpy as np
import pytest

import voltome as vt

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data folder ../shared/data is not here")


def scan(path: str) -> vt.data.Projections:
    """Return counts with flats and darks of a Data Exchange file; its pixel size is not known, and not needed."""
    with h5py.File(SHARED / path) as file:
        group = file["exchange"]
        return vt.data.Projections(
            group["data"][:],
            angles_deg=group["theta"][:],
            geometry=vt.data.ParallelBeam(1.0),
            flats=group["data_white"][:],
            darks=group["data_dark"][:],
        )


@pytest.mark.parametrize("method", ["fourier", "pairs", "sharpness"])
def test_the_axis_of_diamond_24737_is_at_85_83(method: str):
    """From one pair, 180.0 degrees apart: 85.83 at two rows. Half of its rows see no sample."""
    table = vt.projections.find_rotation_axis(scan("parallel-diamond-24737/24737.h5"), method=method)
    assert table.frame.rotation_axis_px[0] == pytest.approx(85.83, abs=0.25)


def test_the_first_and_the_last_view_of_the_aps_tooth_laid_over_each_other_say_295_58():
    """As if they were half a turn apart, which by the angles in the file they are not: 179.0 degrees."""
    tooth = scan("parallel-aps-tooth/tooth.h5")
    as_if = dataclasses.replace(tooth, angles_deg=np.linspace(0, 180, tooth.view_count))
    table = vt.projections.find_rotation_axis(as_if, method="pairs")
    assert table.frame.rotation_axis_px[0] == pytest.approx(295.58, abs=0.25)


def test_the_axis_of_the_aps_tooth_is_at_295_9():
    """By the angles in the file: what such a pair says moves by 0.41 pixels from 178.0 to 179.0 degrees.

    So it says 296.0 at 180, and what is left between the two views after shifting (0.055, 0.045, 0.036, 0.026, 0.019
    from 175 to 179 degrees) falls to that of noise one degree further. The methods lie between 295.82 and 295.93.
    """
    table = vt.projections.find_rotation_axis(scan("parallel-aps-tooth/tooth.h5"))
    wholes = table.frame[table.frame.part.str.startswith("all")].set_index("method").rotation_axis_px
    assert len(wholes) == 3
    assert np.ptp(wholes) < 0.25
    assert table.frame.rotation_axis_px[0] == pytest.approx(295.9, abs=0.15)
    assert table.warnings == ()

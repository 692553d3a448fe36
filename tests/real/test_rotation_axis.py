"""The axis of two real scans, against what views half a turn apart say by themselves."""

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


def test_the_axis_of_the_aps_tooth_is_at_295_9():
    """Its first and last view are 179.0 degrees apart: laid over each other as they are, they say 295.58.

    From 178.0 to 179.0 degrees what such a pair says moves by 0.41 pixels, so that it says 296.0 at 180.
    The three methods here lie between 295.86 and 295.93.
    """
    table = vt.projections.find_rotation_axis(scan("parallel-aps-tooth/tooth.h5"))
    wholes = table.frame[table.frame.part.str.startswith("all")].set_index("method").rotation_axis_px
    assert len(wholes) == 3
    assert np.ptp(wholes) < 0.25
    assert table.frame.rotation_axis_px[0] == pytest.approx(295.9, abs=0.15)
    assert table.warnings == ()

import numpy as np
import pytest

import voltome as vt

pad_columns = vt.projections.pad_columns


def a_scan(values, kind="absorbance"):
    values = np.asarray(values, np.float32)
    beam = vt.data.ParallelBeam(0.5, rotation_axis_px=(values.shape[2] - 1) / 2)
    return vt.data.Projections(values, angles_deg=np.arange(len(values)) * 30.0, geometry=beam, kind=kind)


def test_edges_are_repeated():
    found = pad_columns(a_scan([[[1, 2, 3]]]), pixels=2, taper="edge")
    assert found.values[0, 0].tolist() == [1, 1, 1, 2, 3, 3, 3]
    assert found.history == ("pad_columns: 2 columns at each end, edge",)


def test_a_cosine_leads_absorbance_to_0():
    found = pad_columns(a_scan([[[2, 5, 4]]]), pixels=4).values[0, 0]
    share = [(1 + np.cos(np.pi * d / 4)) / 2 for d in (1, 2, 3, 4)]
    assert found[7:].tolist() == pytest.approx([4 * s for s in share], abs=1e-6)
    assert found[:4].tolist() == pytest.approx([2 * s for s in share[::-1]], abs=1e-6)


def test_a_cosine_leads_transmission_to_1():
    found = pad_columns(a_scan([[[0.5, 0.2, 0.5]]], "transmission"), pixels=2).values[0, 0]
    assert found.tolist() == pytest.approx([1.0, 0.75, 0.5, 0.2, 0.5, 0.75, 1.0])


def test_the_axis_stays_in_its_place_of_the_sample():
    found = pad_columns(a_scan(np.ones((2, 2, 9))), pixels=5)
    assert found.geometry.rotation_axis_px == 9.0  # the middle of 19 columns
    assert found.values.shape == (2, 2, 19)


def test_a_few_rows_alone_give_the_same_bits():
    scan = a_scan(np.random.default_rng(1).random((3, 5, 7)))
    whole = pad_columns(scan, pixels=6).values
    assert np.array_equal(pad_columns(scan.rows(2, 4), pixels=6).values, whole[:, 2:4])


def test_messages():
    scan = a_scan(np.ones((2, 1, 4)))
    with pytest.raises(vt.errors.ParameterError, match="pixels is 0; expected a whole number, 1 or above"):
        pad_columns(scan, pixels=0)
    with pytest.raises(vt.errors.ParameterError, match="taper is 'linear'; expected one of 'edge', 'cosine'"):
        pad_columns(scan, pixels=3, taper="linear")
    with pytest.raises(vt.errors.ValuesError, match="pad_columns takes absorbance or transmission"):
        pad_columns(a_scan(np.ones((2, 1, 4)), "counts"), pixels=3)

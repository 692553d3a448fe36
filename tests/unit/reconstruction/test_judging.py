"""Signal, contrast, calibration, resolution, rings, halves of a scan: what is refused, warned of and kept."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import voltome as vt
from voltome.data import LazyArray, _kernels_slabs
from voltome.errors import AxisError, GeometryError, ParameterError, PhaseError, ValuesError

SHAPE = (12, 20, 20)


@pytest.fixture
def phases() -> vt.data.PhaseImage:
    labels = np.zeros(SHAPE, np.uint8)
    labels[2:10, 4:16, 4:16] = 1
    return vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "air", 1: "NMC", 2: "Cu"})


@pytest.fixture
def volume(phases: vt.data.PhaseImage) -> vt.data.Volume:
    values = 50.0 * phases.values + np.random.default_rng(0).normal(0, 5, SHAPE)
    return vt.data.Volume(values, voxel_size_um=1, quantity="attenuation", unit="1/cm", history=("made",))


# ---- signal and contrast


def test_tables_say_what_was_measured_and_how(volume: vt.data.Volume, phases: vt.data.PhaseImage) -> None:
    table = vt.reconstruction.signal_to_noise(volume, phases=phases, phase="NMC", erode_um=1)
    assert table.kind == "signal_to_noise"
    assert table.measured_on == "attenuation of 12 x 20 x 20 voxels (z, y, x) of 1 x 1 x 1 um"
    assert table.method == "mean over standard deviation, more than 1 um inside NMC"
    assert table.history == ("made",)
    assert table.frame.voxels[0] == 6 * 10 * 10


def test_the_mask_of_either_image_leaves_voxels_out(volume: vt.data.Volume, phases: vt.data.PhaseImage) -> None:
    mask = np.zeros(SHAPE, bool)
    mask[:6] = True
    for of_volume, of_phases in ((mask, None), (None, mask)):
        row = vt.reconstruction.signal_to_noise(
            dataclasses.replace(volume, mask=of_volume),
            phases=dataclasses.replace(phases, mask=of_phases),
            phase="NMC",
            erode_um=0,
        ).frame.iloc[0]
        assert row.voxels == 4 * 12 * 12


def test_the_edge_is_measured_in_um_on_long_voxels(volume: vt.data.Volume, phases: vt.data.PhaseImage) -> None:
    long = {"voxel_size_um": (3, 1, 1)}
    row = vt.reconstruction.signal_to_noise(
        dataclasses.replace(volume, **long), phases=dataclasses.replace(phases, **long), phase="NMC", erode_um=2
    ).frame.iloc[0]
    assert row.voxels == 8 * 8 * 8  # none lost along z, where the next layer is 3 um away


def test_few_voxels_are_warned_of(volume: vt.data.Volume, phases: vt.data.PhaseImage) -> None:
    table = vt.reconstruction.signal_to_noise(volume, phases=phases, phase="NMC", erode_um=2)
    assert table.warnings == ("Only 256 voxels of NMC lie away from its edges; its deviation is known to 4%.",)


def test_pieces_too_small_for_a_number_of_their_own_are_warned_of(phases: vt.data.PhaseImage) -> None:
    labels = np.zeros(SHAPE, np.uint8)
    labels[::2, ::2, ::2] = 1
    single = dataclasses.replace(phases, values=labels)
    grey = vt.data.Volume(np.random.default_rng(0).normal(50, 5, SHAPE), voxel_size_um=1)
    table = vt.reconstruction.signal_to_noise(grey, phases=single, phase="NMC", erode_um=0)
    assert table.frame.pieces[0] == 0
    assert table.frame.piece_signal_to_noise[0] == table.frame.signal_to_noise[0]
    assert table.warnings[1].startswith("No piece of NMC has 100 voxels away from its edges")


def test_a_mean_below_zero_is_warned_of(volume: vt.data.Volume, phases: vt.data.PhaseImage) -> None:
    below = dataclasses.replace(volume, values=volume.values - 100)
    table = vt.reconstruction.signal_to_noise(below, phases=phases, phase="NMC", erode_um=0)
    assert "its signal to noise means nothing. Calibrate the grey values with" in table.warnings[-1]


def test_what_cannot_be_judged_is_refused(volume: vt.data.Volume, phases: vt.data.PhaseImage) -> None:
    judge = vt.reconstruction.signal_to_noise
    with pytest.raises(PhaseError, match=r"unknown phase 'NCM'.*Did you mean 'NMC'"):
        judge(volume, phases=phases, phase="NCM", erode_um=1)
    with pytest.raises(GeometryError, match="different grids: voxel_size_um"):
        judge(dataclasses.replace(volume, voxel_size_um=2), phases=phases, phase="NMC", erode_um=1)
    with pytest.raises(ParameterError, match="erode_um is -1"):
        judge(volume, phases=phases, phase="NMC", erode_um=-1)
    with pytest.raises(ValuesError, match=r"NMC has 1,152 voxels, of which 72 are more than 3 um from its edge"):
        judge(volume, phases=phases, phase="NMC", erode_um=3)
    flat = dataclasses.replace(volume, values=np.full(SHAPE, 7.0))
    with pytest.raises(ValuesError, match=r"1,152 grey values of NMC are all 7; expected noise"):
        judge(flat, phases=phases, phase="NMC", erode_um=0)
    with pytest.raises(ParameterError, match="phase and background are both 'NMC'"):
        vt.reconstruction.contrast_to_noise(volume, phases=phases, phase="NMC", background="NMC", erode_um=0)
    with pytest.raises(ValuesError, match="grey values of air are all 7"):
        vt.reconstruction.contrast_to_noise(flat, phases=phases, phase="NMC", background="air", erode_um=0)


def test_a_phase_darker_than_its_background_has_a_contrast_below_0(
    volume: vt.data.Volume, phases: vt.data.PhaseImage
) -> None:
    row = vt.reconstruction.contrast_to_noise(
        volume, phases=phases, phase="air", background="NMC", erode_um=0
    ).frame.iloc[0]
    assert row.contrast_to_noise == pytest.approx(-10, rel=0.1)


# ---- calibration


def test_one_material_is_a_line_through_zero(volume: vt.data.Volume, phases: vt.data.PhaseImage) -> None:
    done = vt.reconstruction.calibrate_attenuation(volume, phases=phases, attenuations_per_cm={"NMC": 25})
    assert done.calibration.frame.offset_per_cm[0] == 0
    assert np.allclose(done.calibrate_attenuation.values, volume.values / 2, rtol=0.02, atol=0)
    assert done.calibrate_attenuation.history[-1].startswith("calibrate_attenuation: 0.5")
    assert done.calibrate_attenuation.values.dtype == np.float32


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, r"attenuations_per_cm is \{\}; expected phase -> attenuation in 1/cm"),
        ({"air": 0}, r"attenuations_per_cm is 0 for air; expected one material at least that attenuates"),
        ({"air": 5, "NMC": 5}, r"attenuations_per_cm is 5 for air, NMC alike; expected materials that attenuate diff"),
        ([25], r"attenuations_per_cm is \[25\]; expected phase -> attenuation in 1/cm"),
        ({"NMC": -2}, r"attenuations_per_cm\['NMC'\] is -2; expected a finite number, 0 or above"),
    ],
)
def test_materials_that_fix_no_line_are_refused(
    volume: vt.data.Volume, phases: vt.data.PhaseImage, given: dict[str, float], message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        vt.reconstruction.calibrate_attenuation(volume, phases=phases, attenuations_per_cm=given)


def test_grey_values_that_fall_with_attenuation_are_refused(volume: vt.data.Volume, phases: vt.data.PhaseImage) -> None:
    with pytest.raises(ValuesError, match=r"grey values do not rise with attenuation: air .* Check which phase"):
        vt.reconstruction.calibrate_attenuation(volume, phases=phases, attenuations_per_cm={"air": 9, "NMC": 1})
    same = dataclasses.replace(volume, values=np.full(SHAPE, 3.0))
    with pytest.raises(ValuesError, match="grey values do not rise"):
        vt.reconstruction.calibrate_attenuation(same, phases=phases, attenuations_per_cm={"air": 0, "NMC": 1})


# ---- resolution


def pair(shape: tuple[int, int, int]) -> tuple[vt.data.Volume, vt.data.Volume]:
    one, other = (vt.data.Volume(each, voxel_size_um=1) for each in np.random.default_rng(0).normal(0, 1, (2, *shape)))
    return one, other


def test_one_slice_gives_the_ring_correlation_up_to_half_a_period_per_voxel() -> None:
    one, _ = pair((1, 32, 32))
    table = vt.reconstruction.fourier_shell_correlation(one, other=one)
    assert table.frame.frequency_per_um.tolist() == pytest.approx(np.arange(1, 17) / 32)
    assert table.warnings[0].startswith("The correlation never falls below the threshold of half a bit: 2 um is what")


def test_two_volumes_without_anything_in_common_resolve_nothing() -> None:
    one, other = pair((8, 8, 8))
    table = vt.reconstruction.fourier_shell_correlation(one, other=dataclasses.replace(one, values=-one.values))
    assert np.isinf(table.frame.half_bit_resolution_um).all()
    assert "have nothing in common" in table.warnings[0]
    assert other.shape == one.shape


def test_noise_outside_of_the_mask_does_not_count() -> None:
    one, other = pair((16, 16, 16))
    mask = np.zeros(one.shape, bool)
    mask[2:14, 2:14, 2:14] = True
    same = np.where(mask, one.values, other.values)
    masked, changed = (dataclasses.replace(one, values=each, mask=mask) for each in (one.values, same))
    assert np.allclose(vt.reconstruction.fourier_shell_correlation(masked, other=changed).frame.correlation, 1)


def test_volumes_that_cannot_be_compared_are_refused() -> None:
    one, other = pair((16, 16, 16))
    compare = vt.reconstruction.fourier_shell_correlation
    with pytest.raises(GeometryError, match="different grids: shape"):
        compare(one, other=dataclasses.replace(other, values=other.values[:8]))
    with pytest.raises(AxisError, match=r"the volumes have 4 x 16 x 16 voxels; expected 8 or more"):
        compare(*(dataclasses.replace(each, values=each.values[:4]) for each in [one]), other=pair((4, 16, 16))[1])
    with pytest.raises(ValuesError, match="other has the value 3 in every voxel"):
        compare(one, other=dataclasses.replace(other, values=np.full(other.shape, 3.0)))
    with pytest.raises(ParameterError, match=r"window is 'han'.*Did you mean 'hann'"):
        compare(one, other=other, window="han")  # type: ignore[arg-type]
    half = np.zeros(one.shape, bool)
    half[:8] = True
    with pytest.raises(ValuesError, match="masks of the two volumes have no voxel in common"):
        compare(dataclasses.replace(one, mask=half), other=dataclasses.replace(other, mask=~half))


# ---- halves of a scan


def scan_of(views: int) -> vt.data.Projections:
    values = np.arange(views * 2 * 4, dtype=np.float32).reshape(views, 2, 4)
    return vt.data.Projections(
        values,
        angles_deg=np.arange(views) * 30.0,
        geometry=vt.data.ParallelBeam(1),
        kind="absorbance",
        frame_times_s=np.arange(views) * 1.0,
        shifts_px=np.zeros((views, 2)) + np.arange(views)[:, np.newaxis],
        history=("made",),
    )


def test_halves_take_the_views_in_turn_with_what_belongs_to_them() -> None:
    scan = scan_of(5)
    halves = vt.reconstruction.split_views(scan)
    for half, views in ((halves.split_views, [0, 2, 4]), (halves.other_views, [1, 3])):
        assert np.array_equal(half.values, scan.values[views])
        assert half.angles_deg.tolist() == [30.0 * view for view in views]
        assert half.frame_times_s is not None
        assert half.frame_times_s.tolist() == views
        assert half.shifts_px is not None
        assert half.shifts_px[:, 1].tolist() == views
    assert halves.split_views.history == ("made", "split_views: the odd views of 5")
    lazy = LazyArray(scan.values.shape, scan.values.dtype, lambda box: scan.values[box], "memory")
    read = vt.reconstruction.split_views(dataclasses.replace(scan, values=lazy)).other_views
    assert np.array_equal(read.values, halves.other_views.values)


def test_a_scan_too_short_for_two_is_refused() -> None:
    with pytest.raises(GeometryError, match=r"makes two scans of one, this has 3 views; expected 4 or more"):
        vt.reconstruction.split_views(scan_of(3))


# ---- rings


@pytest.fixture(scope="module")
def noise() -> vt.data.Volume:
    return vt.data.Volume(np.random.default_rng(0).normal(0, 1, (3, 70, 80)), voxel_size_um=(2, 1, 1))


def ringed(volume: vt.data.Volume, y: float, x: float, radius: int, height: float) -> vt.data.Volume:
    rows, columns = np.indices(volume.shape[1:])
    return dataclasses.replace(
        volume, values=volume.values + height * (np.rint(np.hypot(rows - y, columns - x)) == radius)
    )


def test_rings_about_another_axis_are_found_there(noise: vt.data.Volume) -> None:
    rings = ringed(noise, 30.0, 42.0, 20, 2)
    assert vt.reconstruction.ring_check(rings).frame.rings.max() == 0
    table = vt.reconstruction.ring_check(rings, axis_px=(30.0, 42.0))
    assert table.frame.strongest_ring_radius_um.tolist() == [20, 20, 20]
    assert table.warnings[0].startswith("3 of 3 slices have rings that are seen, the strongest (0.")


def test_rings_outside_of_the_mask_do_not_count(noise: vt.data.Volume) -> None:
    rings = ringed(noise, 34.5, 39.5, 30, 3)
    rows, columns = np.indices(noise.shape[1:])
    inner = np.broadcast_to(np.hypot(rows - 34.5, columns - 39.5) < 28, noise.shape)
    assert vt.reconstruction.ring_check(rings).frame.rings.min() >= 1
    masked = vt.reconstruction.ring_check(dataclasses.replace(rings, mask=inner))
    assert masked.frame.rings.max() == 0
    assert masked.warnings == ()


def test_any_number_of_threads_finds_the_same_rings(noise: vt.data.Volume, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append(vt.reconstruction.ring_check(noise).frame)
    assert found[0].equals(found[1])


def test_what_has_no_rings_to_judge_is_refused(noise: vt.data.Volume) -> None:
    check = vt.reconstruction.ring_check
    with pytest.raises(GeometryError, match=r"voxels are 1 um along y and 2 um along x; expected the same"):
        check(dataclasses.replace(noise, voxel_size_um=(1, 1, 2)))
    for axis in ((-1.0, 5.0), (5.0,), "middle"):
        with pytest.raises(GeometryError, match=r"expected the voxel \(y, x\) of the axis in a slice of 70 x 80"):
            check(noise, axis_px=axis)  # type: ignore[arg-type]
    with pytest.raises(ValuesError, match="fit up to a radius of 5 voxels"):
        check(noise, axis_px=(5.0, 40.0))
    with pytest.raises(ValuesError, match="half of the voxels of a slice are equal to their neighbour"):
        check(dataclasses.replace(noise, values=np.ones(noise.shape)))
    corner = np.zeros(noise.shape, bool)
    corner[:, :30, :30] = True
    with pytest.raises(ValuesError, match="no ring about the axis has 24 of 48 sectors inside the mask"):
        check(dataclasses.replace(noise, mask=corner))


def test_the_slice_that_cannot_be_judged_is_named(noise: vt.data.Volume) -> None:
    values, mask = noise.values.copy(), np.ones(noise.shape, bool)
    values[1], mask[2] = 0.0, False  # a slice of one value; a slice outside of the sample
    with pytest.raises(ValuesError, match="slice 1: half of the voxels of a slice are equal"):
        vt.reconstruction.ring_check(dataclasses.replace(noise, values=values))
    with pytest.raises(ValuesError, match="slice 2: no two neighbours about the axis lie inside the mask"):
        vt.reconstruction.ring_check(dataclasses.replace(noise, mask=mask))

"""Volume, PhaseImage, ParticleImage: what they hold, and every message when they refuse."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest

from voltome.data import ImageNoun, ParticleImage, PhaseImage, Volume
from voltome.errors import AxisError, GeometryError, PhaseError, ValuesError, VoltomeError, VoxelSizeError

GREY = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)
LABELS = np.array([[[0, 1, 1], [2, 0, 2]]], np.uint8)
NAMES = {0: "pore", 1: "sulfur", 2: "carbon"}
INSIDE = np.array([[[True, True, False], [True, True, False]]])


def volume(values: Any = GREY, **fields: Any) -> Volume:
    return Volume(values, **{"voxel_size_um": (2.0, 0.5, 0.25), **fields})


def phases(values: Any = LABELS, **fields: Any) -> PhaseImage:
    return PhaseImage(values, **{"voxel_size_um": (2.0, 0.5, 0.25), "phases": NAMES, **fields})


def particles(values: Any = LABELS, **fields: Any) -> ParticleImage:
    return ParticleImage(values, **{"voxel_size_um": (2.0, 0.5, 0.25), "phase": "sulfur", **fields})


MAKERS = [volume, phases, particles]


def refused(kind: type[VoltomeError], message: str, make: Callable[..., Any], *values: Any, **fields: Any) -> None:
    """Check that `make` raises `kind` with a message that holds `message` (a regular expression)."""
    with pytest.raises(kind) as raised:
        make(*values, **fields)
    assert re.search(message, str(raised.value)), str(raised.value)


# ---- what they hold


@pytest.mark.parametrize("make", MAKERS)
def test_the_values_are_not_copied(make: Callable[..., ImageNoun]) -> None:
    for array in (LABELS, np.asfortranarray(LABELS), LABELS[:, ::-1], LABELS[0]):
        assert np.shares_memory(make(array).values, array)


@pytest.mark.parametrize("make", MAKERS)
def test_the_mask_is_not_copied(make: Callable[..., ImageNoun]) -> None:
    assert np.shares_memory(make(LABELS, mask=INSIDE).mask, INSIDE)


@pytest.mark.parametrize("make", MAKERS)
def test_a_2d_image_is_one_slice_and_so_is_its_mask(make: Callable[..., ImageNoun]) -> None:
    image = make(LABELS[0], mask=INSIDE[0])
    assert image.shape == image.mask.shape == (1, 2, 3)


def test_one_voxel_is_an_image() -> None:
    assert volume(np.ones((1, 1, 1), np.uint8)).size_um == (2.0, 0.5, 0.25)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (0.5, (0.5, 0.5, 0.5)),
        (1, (1.0, 1.0, 1.0)),
        (np.float32(0.5), (0.5, 0.5, 0.5)),
        ([3, 2, 1], (3.0, 2.0, 1.0)),
        (np.array([3, 2, 1]), (3.0, 2.0, 1.0)),
    ],
)
def test_a_voxel_size_is_kept_as_three_floats(given: Any, kept: tuple[float, float, float]) -> None:
    stored = volume(voxel_size_um=given).voxel_size_um
    assert stored == kept
    assert [type(edge) for edge in stored] == [float, float, float]


def test_sizes_and_volumes_follow_the_axes() -> None:
    image = volume()
    assert image.size_um == (2 * 2.0, 3 * 0.5, 4 * 0.25)
    assert image.voxel_volume_um3 == 2.0 * 0.5 * 0.25
    assert image.sample_voxels == 24
    assert image.sample_volume_um3 == 24 * 0.25


def test_the_sample_is_what_is_inside_the_mask() -> None:
    image = phases(mask=INSIDE)
    assert image.sample_voxels == 4
    assert image.sample_volume_um3 == 4 * 0.25


def test_a_phase_is_found_by_name_and_only_inside_the_sample() -> None:
    assert phases().label_of("sulfur") == 1
    np.testing.assert_array_equal(phases().is_phase("sulfur"), LABELS == 1)
    np.testing.assert_array_equal(phases(mask=INSIDE).is_phase("sulfur"), (LABELS == 1) & INSIDE)


def test_phases_are_kept_in_the_order_of_their_labels_apart_from_the_given_mapping() -> None:
    given = {2: "carbon", np.uint8(0): "pore", 1: "sulfur"}
    image = phases(phases=given)
    given[3] = "binder"
    assert list(image.phases.items()) == [(0, "pore"), (1, "sulfur"), (2, "carbon")]
    assert {type(label) for label in image.phases} == {int}


def test_a_phase_may_be_named_that_no_voxel_has() -> None:
    assert phases(phases={**NAMES, 3: "binder"}).label_of("binder") == 3


def test_booleans_are_the_phases_0_and_1() -> None:
    assert phases(LABELS == 1, phases={0: "rest", 1: "sulfur"}).is_phase("sulfur").sum() == 2


def test_grey_intervals_are_kept_as_pairs() -> None:
    kept = phases(grey_intervals={"sulfur": [31000, None], "pore": (None, 30999)}).grey_intervals
    assert kept == {"sulfur": (31000, None), "pore": (None, 30999)}


def test_particles_are_counted_once_each_and_only_inside_the_sample() -> None:
    labels = np.array([[[0, 7, 9], [7, 0, 9]]], np.int64)
    assert particles(labels).particle_count == 2
    assert particles(labels, mask=INSIDE).particle_count == 1
    assert particles(np.zeros((1, 1, 2), np.uint32)).particle_count == 0


def test_an_image_on_the_same_grid_takes_voxel_size_origin_and_mask() -> None:
    grey = volume(LABELS, origin_um=(1, 2, 3), mask=INSIDE)
    cut = PhaseImage(LABELS, **grey.grid, phases=NAMES)
    assert (cut.voxel_size_um, cut.origin_um) == (grey.voxel_size_um, (1.0, 2.0, 3.0))
    assert cut.mask is grey.mask


def test_derive_extends_the_history_and_leaves_the_original_alone() -> None:
    first = volume(history=["read scan.tif"], quantity="attenuation", unit="1/cm", origin_um=(1, 1, 1))
    second = first.derive("halved", values=GREY // 2)
    assert first.history == ("read scan.tif",)
    assert second.history == ("read scan.tif", "halved")
    assert (second.quantity, second.unit, second.origin_um) == ("attenuation", "1/cm", (1.0, 1.0, 1.0))


def test_derive_checks_what_it_makes() -> None:
    refused(
        GeometryError,
        "the mask of a PhaseImage has the shape",
        phases(mask=INSIDE).derive,
        "crop",
        values=LABELS[:, :1],
    )


def test_an_image_of_a_twin_stays_simulated() -> None:
    assert not volume().simulated
    assert volume(history=("simulated: 20 spheres",)).derive("median").simulated


# ---- how they print


def test_a_repr_says_axes_type_voxel_and_content() -> None:
    assert repr(volume()) == "Volume(2 x 3 x 4 voxels (z, y, x), uint16, voxel 2 x 0.5 x 0.25 um, grey value)"
    assert repr(volume(quantity="attenuation", unit="1/cm")).endswith("um, attenuation in 1/cm)")
    assert repr(phases()).endswith("um, 0 = pore, 1 = sulfur, 2 = carbon)")
    assert repr(particles()).endswith("um, particles of sulfur)")


def test_the_grid_in_words_tells_of_a_mask() -> None:
    assert phases().grid_in_words == "1 x 2 x 3 voxels (z, y, x) of 2 x 0.5 x 0.25 um"
    assert phases(mask=INSIDE).grid_in_words.endswith("um, 4 of them inside the mask")


# ---- frozen, copied, sent to another process


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("name", ["values", "voxel_size_um", "mask", "voxel_size", "colour"])
def test_nothing_can_be_set_or_deleted(make: Callable[..., ImageNoun], name: str) -> None:
    image = make(LABELS)
    with pytest.raises(
        FrozenInstanceError, match=f"cannot change '{name}': a {type(image).__name__} is frozen.*derive"
    ):
        setattr(image, name, 1)
    with pytest.raises(FrozenInstanceError, match="is frozen"):
        delattr(image, name)
    assert not hasattr(image, "__dict__")


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    "copier",
    [copy.copy, copy.deepcopy, replace, lambda image: pickle.loads(pickle.dumps(image))],  # noqa: S301
)
def test_a_copy_has_every_field(make: Callable[..., ImageNoun], copier: Callable[[ImageNoun], ImageNoun]) -> None:
    image = make(LABELS, mask=INSIDE, origin_um=(1, 2, 3), history=("read a.tif",))
    other = copier(image)
    assert type(other) is type(image)
    for field in fields(image):
        np.testing.assert_equal(getattr(other, field.name), getattr(image, field.name))


@pytest.mark.parametrize("make", MAKERS)
def test_two_images_are_equal_only_if_they_are_the_same(make: Callable[..., ImageNoun]) -> None:
    image = make(LABELS)
    assert image == image
    assert image != make(LABELS)
    assert len({image, image}) == 1


@pytest.mark.parametrize("make", MAKERS)
def test_only_the_values_can_be_given_without_a_name(make: Callable[..., ImageNoun]) -> None:
    kind = type(make(LABELS))
    with pytest.raises(TypeError, match="positional"):
        kind(LABELS, 1.0)  # type: ignore[misc]


# ---- refused: axes and arrays


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("shape", [(), (4,), (1, 2, 3, 4)])
def test_other_than_2_or_3_axes(make: Callable[..., ImageNoun], shape: tuple[int, ...]) -> None:
    message = rf"values have {len(shape)} axes, shape {re.escape(str(shape))}; expected 3 \(z, y, x\), or 2"
    refused(AxisError, message, make, np.zeros(shape, np.uint8))


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(("values", "kind"), [([[0, 1]], "list"), (None, "NoneType"), (1, "int"), ("scan.tif", "str")])
def test_no_array(make: Callable[..., ImageNoun], values: Any, kind: str) -> None:
    refused(ValuesError, f"values are a {kind}; expected a numpy array .*numpy.asarray", make, values)


@pytest.mark.parametrize("make", MAKERS)
def test_empty(make: Callable[..., ImageNoun]) -> None:
    refused(ValuesError, r"empty, shape \(0, 3, 4\); expected at least one voxel", make, np.zeros((0, 3, 4), np.uint8))


@pytest.mark.parametrize("make", MAKERS)
def test_a_masked_array_whose_mask_would_be_lost(make: Callable[..., ImageNoun]) -> None:
    hidden = np.ma.masked_array(LABELS, mask=~INSIDE)
    refused(ValuesError, r"masked array.*give values.data, and mask=", make, hidden)
    assert make(hidden.data, mask=~np.ma.getmaskarray(hidden)).sample_voxels == 4


@pytest.mark.parametrize("make", MAKERS)
def test_the_byte_order_of_another_machine(make: Callable[..., ImageNoun]) -> None:
    foreign = LABELS.astype(np.dtype(np.uint16).newbyteorder())
    refused(ValuesError, r"another byte order.*use values.astype\(values.dtype.newbyteorder\('='\)\)", make, foreign)
    assert make(foreign.astype(foreign.dtype.newbyteorder("="))).values.sum() == LABELS.sum()


@pytest.mark.parametrize("kind", ["float16", "longdouble", "bool", "complex64", "object", "U3", "datetime64[s]"])
def test_grey_values_of_a_type_that_is_none(kind: str) -> None:
    refused(
        ValuesError, r"Volume values are .*; expected .*integers, float32 or float64.*astype", volume, GREY.astype(kind)
    )


@pytest.mark.parametrize("kind", ["uint8", "int8", "uint16", "int16", "uint32", "int64", "float32", "float64"])
def test_grey_values_of_every_usual_type_are_taken(kind: str) -> None:
    assert volume(GREY.astype(kind)).values.dtype == kind


@pytest.mark.parametrize("fault", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_no_number_is_counted_and_located(fault: float) -> None:
    values = GREY.astype(np.float32)
    values[1, 2, 3] = values[1, 0, 2] = fault
    message = r"hold 2 NaN or infinite voxels, the first at \(z, y, x\) = \(1, 0, 2\); expected finite .*nan_to_num"
    refused(ValuesError, message, volume, values)


# ---- refused: voxel size, origin, mask, history


@pytest.mark.parametrize("make", MAKERS)
def test_a_voxel_size_that_nobody_gave(make: Callable[..., ImageNoun]) -> None:
    refused(
        VoxelSizeError, "missing; there is no default. Give voxel_size_um as one number or", make, voxel_size_um=None
    )


def test_a_voxel_size_that_is_not_mentioned() -> None:
    with pytest.raises(TypeError, match="voxel_size_um"):
        Volume(GREY)  # type: ignore[call-arg]


@pytest.mark.parametrize("size", [0, -0.5, np.nan, np.inf, (1, 1, 0), (1, -1, 1), (1, 1, np.nan)])
def test_a_voxel_size_that_is_no_length(size: Any) -> None:
    refused(VoxelSizeError, "expected finite numbers above 0. Give voxel_size_um", volume, voxel_size_um=size)


@pytest.mark.parametrize(
    "size",
    [
        "0.78",
        b"1",
        (1, 2),
        (1, 2, 3, 4),
        [],
        {},
        True,
        (1, 1, True),
        (1, "1", 1),
        (None, 1, 1),
        1j,
        10**400,
        [[1, 2, 3]],
    ],
)
def test_a_voxel_size_that_is_not_one_number_or_three(size: Any) -> None:
    refused(VoxelSizeError, "expected one number or three. Give voxel_size_um", volume, voxel_size_um=size)


@pytest.mark.parametrize("place", [None, 0, np.float64(1), np.int64(1), (1, 2), [1], (0, 0, np.nan), "0", (0, 0, "0")])
def test_an_origin_that_is_not_three_numbers(place: Any) -> None:
    refused(GeometryError, r"origin_um is .*; expected three finite numbers \(z, y, x\)", volume, origin_um=place)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("mask", [INSIDE.astype(np.uint8), INSIDE.tolist(), 1])
def test_a_mask_that_is_no_array_of_bool(make: Callable[..., ImageNoun], mask: Any) -> None:
    refused(ValuesError, "not an array of bool; expected True inside the sample", make, LABELS, mask=mask)


@pytest.mark.parametrize("make", MAKERS)
def test_a_mask_of_another_shape(make: Callable[..., ImageNoun]) -> None:
    message = r"has the shape \(1, 3, 2\), its values \(1, 2, 3\); expected the same grid"
    refused(GeometryError, message, make, LABELS, mask=INSIDE.transpose(0, 2, 1))


@pytest.mark.parametrize("make", MAKERS)
def test_a_mask_that_leaves_nothing(make: Callable[..., ImageNoun]) -> None:
    refused(ValuesError, "leaves no voxel inside; expected at least one", make, LABELS, mask=np.zeros_like(INSIDE))


@pytest.mark.parametrize("history", ["read scan.tif", None, 5, [1], {"read scan.tif"}])
def test_a_history_that_is_not_a_list_of_texts(history: Any) -> None:
    refused(ValuesError, "history is .*; expected a tuple of texts", volume, history=history)


# ---- refused: phases and labels


@pytest.mark.parametrize("names", [None, {}, [], ["pore"], "pore"])
def test_phases_that_are_no_mapping(names: Any) -> None:
    refused(PhaseError, "expected label -> name, such as .*at least one", phases, phases=names)


@pytest.mark.parametrize("label", ["pore", -1, 256, 0.5, 1.0, True, None])
def test_a_phase_label_that_is_none(label: Any) -> None:
    message = rf"has the labels \[{re.escape(repr(label))}\]; expected whole numbers from 0 to 255 \(label -> name"
    refused(PhaseError, message, phases, np.zeros((1, 1, 1), np.uint8), phases={0: "solid", label: "x"})


@pytest.mark.parametrize("name", ["", " ", None, 3])
def test_a_phase_without_a_name(name: Any) -> None:
    refused(PhaseError, r"labels \[1\] have no name", phases, phases={0: "pore", 1: name, 2: "carbon"})


def test_a_phase_name_used_twice() -> None:
    refused(PhaseError, r"\['pore'\] are used twice", phases, phases={0: "pore", 1: "pore", 2: "carbon"})


def test_labels_that_no_phase_is_named_for() -> None:
    message = r"labels \[1, 2\] \(66.67% of its voxels\) for which no phase is named; named are \{0: 'pore'\}"
    refused(PhaseError, message, phases, phases={0: "pore"})


@pytest.mark.parametrize(("values", "said"), [([-1, 0], "from -1 to 0"), ([0, 256], "from 0 to 256")])
def test_phase_labels_outside_0_to_255(values: list[int], said: str) -> None:
    refused(ValuesError, f"PhaseImage labels run {said}; expected 0 to 255", phases, np.array([values], np.int32))


def test_phase_labels_that_are_not_whole() -> None:
    refused(
        ValuesError, "PhaseImage values are float64; expected integers.*threshold or otsu", phases, LABELS.astype(float)
    )


def test_an_unknown_phase_lists_the_known_ones_and_the_nearest() -> None:
    message = "unknown phase 'sulfr'; this image has 'pore', 'sulfur', 'carbon'. Did you mean 'sulfur'?"
    for method in (phases().label_of, phases().is_phase):
        refused(PhaseError, re.escape(message), method, "sulfr")


def test_the_grey_interval_of_an_unknown_phase() -> None:
    message = "names the phase 'carbn'; this image has .* Did you mean 'carbon'?"
    refused(PhaseError, message, phases, grey_intervals={"carbn": (1, 2)})


@pytest.mark.parametrize("interval", [(2, 1), (1,), 5, "12", (1, np.nan), (None, np.inf), ("1", 2), None])
def test_a_grey_interval_that_is_none(interval: Any) -> None:
    refused(PhaseError, "grey_intervals of 'sulfur' is .*; expected", phases, grey_intervals={"sulfur": interval})


def test_grey_intervals_that_are_no_mapping() -> None:
    refused(PhaseError, "expected phase -> ", phases, grey_intervals=[("sulfur", (1, 2))])


@pytest.mark.parametrize("kind", ["float32", "bool"])
def test_particle_labels_that_are_not_whole(kind: str) -> None:
    message = f"ParticleImage values are {kind}; expected integers.*separate_particles"
    refused(ValuesError, message, particles, LABELS.astype(kind))


def test_negative_particle_labels() -> None:
    refused(ValuesError, "labels run from -1 to 2; expected 0 to 9223372036854775807", particles, np.array([[-1, 2]]))


def test_particle_labels_beyond_int64() -> None:
    refused(ValuesError, "expected 0 to 9223372036854775807", particles, np.array([[2**63]], np.uint64))


@pytest.mark.parametrize("phase", ["", " ", None, 3])
def test_particles_of_no_phase(phase: Any) -> None:
    refused(PhaseError, "expected the name of what the particles are made of", particles, phase=phase)

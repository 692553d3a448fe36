from dataclasses import replace

import numba
import numpy as np
import pytest
from textures import brushed, textured

import voltome as vt
from voltome.errors import GeometryError, PhaseError, ValuesError
from voltome.segmentation import _features, classify, phase_probability, train_classifier


@pytest.fixture(scope="module")
def trained():
    volume, rough = textured()
    return volume, rough, train_classifier(volume, brush=brushed(rough), scales_um=(1, 2, 4), trees=20).classifier


def test_any_number_of_threads_gives_the_same_image(trained, monkeypatch):
    volume, _, classifier = trained
    monkeypatch.setattr(_features, "FLAT_TILE", (1, 40, 30))
    most = numba.get_num_threads()
    images = []
    try:
        for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(threads)
            images.append(classify(volume, classifier=classifier))
    finally:
        numba.set_num_threads(most)
    np.testing.assert_array_equal(images[0].values, images[1].values)
    assert images[0].history == images[1].history


def test_the_image_has_the_labels_that_were_brushed_and_says_how_it_was_made(trained):
    volume, _, classifier = trained
    found = classify(volume, classifier=classifier)
    assert found.phases == {1: "rough", 2: "smooth"}
    assert found.grey_intervals is None
    assert found.values.dtype == np.uint8
    assert "train_classifier: brushed voxels" in found.history[-2]
    assert "classify: 2 phases by 20 trees trained at 1 x 1 x 1 um; mean probability 0." in found.history[-1]


def test_outside_the_mask_nothing_is_classified(trained):
    volume, _, classifier = trained
    mask = np.zeros(volume.shape, bool)
    mask[:, 20:50, 30:] = True
    masked = classify(volume.derive("masked", mask=mask), classifier=classifier)
    np.testing.assert_array_equal(masked.values[mask], classify(volume, classifier=classifier).values[mask])
    assert (masked.values[~mask] == 1).all()
    assert masked.mask is mask
    assert (phase_probability(volume.derive("m", mask=mask), classifier=classifier).values[~mask] == 0).all()


def test_the_most_probable_phase_is_the_one_chosen(trained):
    volume, _, classifier = trained
    found = classify(volume, classifier=classifier)
    shares = [phase_probability(volume, classifier=classifier, phase=name) for name in ("rough", "smooth")]
    np.testing.assert_allclose(shares[0].values + shares[1].values, 1, atol=1e-6)
    np.testing.assert_array_equal(found.values == 1, shares[0].values >= shares[1].values)
    best = phase_probability(volume, classifier=classifier)
    np.testing.assert_array_equal(best.values, np.maximum(shares[0].values, shares[1].values))
    assert best.quantity == "probability"
    with pytest.raises(PhaseError, match=r"unknown phase 'smoth'; .* knows 'rough', 'smooth'. Did you mean"):
        phase_probability(volume, classifier=classifier, phase="smoth")


def test_a_stored_classifier_gives_the_same_image(trained, tmp_path):
    volume, _, classifier = trained
    stored = vt.io.read(vt.io.write(classifier, tmp_path / "model.zarr"))
    np.testing.assert_array_equal(
        classify(volume, classifier=stored).values, classify(volume, classifier=classifier).values
    )


def test_grey_values_that_were_never_brushed_are_said(trained):
    volume, _, classifier = trained
    shifted = volume.derive("brighter", values=volume.values + np.float32(1000))
    assert "100.00% beyond the grey values brushed" in classify(shifted, classifier=classifier).history[-1]


def test_a_constant_image_is_one_phase(trained):
    volume, _, classifier = trained
    flat = volume.derive("flat", values=np.full((3, 7, 5), 100, np.float32))
    assert len(np.unique(classify(flat, classifier=classifier).values)) == 1


def test_what_the_classifier_cannot_know_is_refused(trained):
    volume, _, classifier = trained
    with pytest.raises(ValuesError, match=r"is attenuation in 1/cm, .* on grey value in no unit"):
        classify(replace(volume, quantity="attenuation", unit="1/cm"), classifier=classifier)
    with pytest.raises(GeometryError, match="slice_wise=True"):
        classify(volume, classifier=replace(classifier, slice_wise=False))
    with pytest.raises(ValuesError, match=r"has 25 features, and not those.*Train it again"):
        classify(volume, classifier=replace(classifier, scales_um=(1, 2, 3)))

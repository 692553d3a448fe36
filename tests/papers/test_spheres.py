"""The first demonstration end to end on a small twin: what is recovered is what theory expects of what is true."""

from pathlib import Path

import numpy as np
import pytest

from voltome.papers.spheres import demonstrate, make_twin, recovered_values, true_values
from voltome.twins import Scene, true_particles

BLUR_VOXELS = 0.6
MEDIAN_VARIANCE = 2 / 3
"""Of three voxels side by side: the second moment, along one axis, of the neighbourhood whose median is taken."""


def expected_volume_bias(scene: Scene, voxel_size_um: float) -> float:
    """Return the share of the volume that blur and median take from round solids (negative).

    At a threshold half way between two greys, a Gaussian of variance s moves a surface of radius R inwards by s / R
    (half the variance times the sum of the curvatures), and so does the median of a neighbourhood of that variance;
    the volume falls by 3 s / R^2.
    """
    truth = true_particles(scene).frame
    radius = truth.equivalent_diameter_um.to_numpy() / 2 / voxel_size_um
    bias = -3 * (BLUR_VOXELS**2 + MEDIAN_VARIANCE) / radius**2
    return float(np.average(bias, weights=truth.volume_um3))


def test_the_truth_is_recovered_from_the_twin(tmp_path: Path):
    twin = make_twin(edge_um=66.0, count=3, seed=3)
    shown = demonstrate(tmp_path, twin=twin)
    assert shown.results.provenance["simulated"] == ["cycled", "pristine"]
    for scan, scene in twin.scenes.items():
        true, found = true_values(scene), recovered_values(shown.results, scan)
        bias = expected_volume_bias(scene, twin.voxel_size_um)
        assert found["particles"] == true["particles"]
        assert found["particle volume / um3"] / true["particle volume / um3"] - 1 == pytest.approx(bias, abs=0.005)
        assert found["sulfur fraction"] / true["sulfur fraction"] - 1 == pytest.approx(bias, abs=0.005)
        assert found["mean diameter / um"] / true["mean diameter / um"] - 1 == pytest.approx(bias / 3, abs=0.003)
        # the area falls by two thirds of that; what is left of the noise roughens the surface by up to 1 %
        area = found["surface area / um2"] / true["surface area / um2"] - 1
        assert 2 * bias / 3 - 0.005 < area < 2 * bias / 3 + 0.01
        assert found["mean sphericity"] == pytest.approx(true["mean sphericity"], rel=0.01)
    assert "change of volume" in shown.text

"""Sizes finer than the grid: bodies of known size, seen with soft edges, at random places and in random directions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import voltome as vt

CUBE = (1.0, 1.0, 1.0)
PARTS = 4
"""Samples along the edge of a voxel, whose mean is its grey value."""
BLUR = 0.7


def scan_of(body, radius, room, seed, edges=CUBE, blur=BLUR):
    """Return the thickness radius by the grey values of a body, and where in the image it is to be read, in um."""
    rng = np.random.default_rng(seed)
    counts = [round((2 * radius + room) / edge) for edge in edges]
    z, y, x = (
        (np.arange(n * PARTS) + 0.5) / PARTS * edge - (n / 2 + rng.uniform(-0.5, 0.5)) * edge
        for n, edge in zip(counts, edges, strict=True)
    )
    along = rng.standard_normal(3)
    along /= np.linalg.norm(along)
    height = along[0] * z[:, None, None] + along[1] * y[:, None] + along[2] * x
    square = z[:, None, None] ** 2 + y[:, None] ** 2 + x**2
    fine = {"sphere": square, "cylinder": square - height**2, "plate": height**2}[body] <= radius**2
    cells = (counts[0], PARTS, counts[1], PARTS, counts[2], PARTS)

    def mean(values):
        return values.reshape(cells).mean(axis=(1, 3, 5))

    grey = 50 + 100 * gaussian_filter(mean(fine.astype(np.float32)), blur, mode="nearest")
    middle = {"sphere": np.True_, "cylinder": abs(mean(height)) < 4, "plate": mean(square) < 16}[body]
    volume = vt.data.Volume(grey.astype(np.float32), voxel_size_um=edges)
    phases = vt.segmentation.threshold(volume, intervals={"solid": (100, None)}, rest="pore")
    thickness = vt.morphology.local_thickness(phases, phase="solid", grey=volume).values / 2
    return thickness[phases.is_phase("solid") & middle]


@pytest.mark.parametrize("blur", [0.01, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("radius", [4, 5, 8])
def test_a_sphere_is_right_within_a_seventh_of_a_voxel_at_any_blur(radius, blur):
    # a level of a blurred sphere lies s^2 / r inside, s^2 = blur^2 and 1 / 12 for the voxel: -0.14 at 4 and 0.7, -0.27
    # at 1.0, which is put back; what is left is the scatter of the points, of which the nearest count (-0.1 without
    # blur), and, from lines between voxels, a blur that is found a little too wide (+)
    bias = np.mean([scan_of("sphere", radius, 9, seed, blur=blur).mean() for seed in range(2)]) - radius
    assert -0.15 < bias < 0.1


@pytest.mark.parametrize("blur", [0.01, 0.7])
@pytest.mark.parametrize("radius", [4, 6])
def test_long_cylinders_and_plates_are_up_to_a_tenth_of_a_voxel_too_large(radius, blur):
    # between points of the surface a ball has a little room
    assert scan_of("cylinder", radius, 22, 1, blur=blur).mean() - radius == pytest.approx(0.04, abs=0.08)
    assert scan_of("plate", radius, 22, 1, blur=blur).mean() - radius == pytest.approx(0.07, abs=0.08)


@pytest.mark.parametrize("body", ["sphere", "cylinder", "plate"])
def test_longer_voxels_measure_the_same(body):
    # in units of the mean edge, 1.33 um
    bias = scan_of(body, 8, 22 if body != "sphere" else 12, 2, (2.0, 1.0, 1.0)).mean() - 8
    assert abs(bias) / (4 / 3) < 0.15


def test_a_plate_along_the_axes_is_right_wherever_its_faces_lie():
    # thickness 5.6 and 6.4 um between the voxels' centres, where the grid alone gives 6 or 5
    for thick in (5.6, 6.0, 6.4, 7.3):
        z = np.arange(24) + 0.5
        share = np.clip(np.minimum(z + 0.5, 12.3 + thick / 2) - np.maximum(z - 0.5, 12.3 - thick / 2), 0, 1)
        values = np.broadcast_to((100 * share)[:, None, None], (24, 20, 20)).astype(np.float32)
        volume = vt.data.Volume(np.ascontiguousarray(values), voxel_size_um=1)
        phases = vt.segmentation.threshold(volume, intervals={"solid": (50, None)}, rest="pore")
        found = vt.morphology.local_thickness(phases, phase="solid", grey=volume).values
        # faces of unblurred voxels: linear interpolation is off by up to a tenth at each
        assert found[phases.is_phase("solid")] == pytest.approx(thick, abs=0.25)

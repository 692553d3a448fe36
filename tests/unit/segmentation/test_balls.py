import edt
import numpy as np
import pytest

import voltome as vt
from voltome.segmentation._balls import SMALL_RADIUS, dilated, eroded


@pytest.mark.parametrize("edges", [(1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (0.5, 0.78, 1.1)])
@pytest.mark.parametrize("radius", [1.0, 2**0.5, 1.9, 2.1, 2.5])
@pytest.mark.parametrize("shape", [(17, 19, 23), (1, 19, 23), (2, 2, 2)])
def test_small_balls_looked_at_voxel_by_voxel_are_those_of_the_distances(edges, radius, shape):
    # on both sides of the radius up to which no distances are worked out
    assert 1.0 < SMALL_RADIUS < 2.5
    core = np.random.default_rng(1).random(shape) > 0.93
    core.flat[0] = True
    image = vt.data.PhaseImage(core.astype(np.uint8), voxel_size_um=edges, phases={0: "pore", 1: "solid"})
    smallest = min(edges)
    squared = edt.edtsq(~core, anisotropy=tuple(edge / smallest for edge in edges), black_border=False)
    within = squared <= (radius + 1e-6) ** 2
    assert np.array_equal(dilated(core, image, radius * smallest), within)
    assert np.array_equal(eroded(~core, core, image, radius * smallest), ~within)

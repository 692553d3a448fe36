"""Particles that are cut by the border of the image: what leaving them out does, and what weights make up for."""

from __future__ import annotations

import numpy as np
import pandas as pd

import voltome as vt
from voltome.data import ResultTable
from voltome.morphology._particle_borders import weights_of_whole_particles
from voltome.morphology.columns import PARTICLES

EDGE = 24


def cubes_at_random(edges, each, seed):
    """Return the table of cubes of these edges, as many of each, with their middles anywhere in the image."""
    rng = np.random.default_rng(seed)
    sizes = np.repeat(edges, each)[:, np.newaxis]
    middles = rng.uniform(0, EDGE, (len(sizes), 3))
    # the voxels whose centres lie inside, as far as they are seen
    first = np.clip(np.ceil(middles - sizes / 2 - 0.5), 0, EDGE - 1).astype(int)
    last = np.clip(np.floor(middles + sizes / 2 - 0.5), 0, EDGE - 1).astype(int)
    touches = ((first == 0) | (last == EDGE - 1)).any(axis=1)
    extents = last - first + 1
    frame = pd.DataFrame({column.name: np.zeros(len(sizes)) for column in PARTICLES})
    frame["volume_um3"] = extents.prod(axis=1).astype(float)
    frame["equivalent_diameter_um"] = np.cbrt(6 * frame.volume_um3 / np.pi)
    frame["touches_border"] = touches
    frame["miles_lantuejoul_weight"] = weights_of_whole_particles(extents, touches, (EDGE,) * 3, None)
    return ResultTable(frame.assign(phase="sulfur", label=frame.index + 1), columns=PARTICLES, kind="particles")


def test_weights_bring_back_the_large_particles_that_are_rarely_whole():
    # as many cubes of edge 4 as of 12. In a box of L = 24 one of edge d reaches neither the first nor the last voxel
    # with the chance ((L - 1 - d) / L)^3: 0.50 and 0.096, so of the whole ones 16 % are large
    table = cubes_at_random((4.0, 12.0), each=4000, seed=4)
    small, large = ((EDGE - 1 - d) ** 3 / EDGE**3 for d in (4, 12))
    expected = large / (small + large)
    raw, weighted = (
        vt.morphology.size_distribution(table, weight="number", bins=2, scale="linear", border=border).frame.iloc[1]
        for border in ("killed", "miles_lantuejoul")
    )
    assert raw.share_low < expected < raw.share_high
    assert raw.share_high < 0.2  # far below one half
    assert weighted.share_low < 0.5 < weighted.share_high
    assert weighted.share_high - weighted.share_low < 0.06

"""The uncertainty that one image gives from its sub-volumes against how much images of one structure really differ.

Voxels where a smoothed random field is below a level are pore: their expected share is known from the level alone. The
scatter among many images is the truth that the scatter inside each must foretell. Voxels near each other are alike, so
small cubes foretell a little too little: the sign of the bias is negative.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter
from scipy.stats import norm

from voltome.data import Column, ResultTable
from voltome.study.subvolumes import CUBE_COLUMNS
from voltome.transport import combined_uncertainty

EDGE, SIGMA, LEVEL, IMAGES = 32, 1.0, -0.25, 60
COLUMNS = (Column("phase", "", "Phase.", "key"), Column("porosity", "1", "Share of the pore."))


def pore(random: np.random.Generator, deviation: float) -> np.ndarray:
    margin = 4
    field = gaussian_filter(random.standard_normal((EDGE + 2 * margin,) * 3), SIGMA)
    return field[(slice(margin, -margin),) * 3] < LEVEL * deviation


def foretold(image: np.ndarray) -> tuple[float, float]:
    """Return the porosity of an image, and the uncertainty that its disjoint cubes of 8 and 16 voxels give."""
    rows = []
    for edge in (8, 16):
        count = EDGE // edge
        shares = image.reshape(count, edge, count, edge, count, edge).mean(axis=(1, 3, 5)).ravel()
        rows += [(float(edge), 0.0, 0.0, 0.0, count**-3.0, False, "pore", share) for share in shares]
    columns = (*CUBE_COLUMNS, *COLUMNS)
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    whole = pd.DataFrame({"phase": ["pore"], "porosity": [image.mean()]})
    table = combined_uncertainty(
        ResultTable(whole, columns=COLUMNS, kind="x"),
        subvolumes=ResultTable(frame, columns=columns, kind="subvolumes"),
    )
    return float(table.frame.porosity[0]), float(table.frame.porosity_from_subvolumes[0])


def test_the_part_of_the_size_is_how_much_images_differ():
    random = np.random.default_rng(5)
    impulse = np.zeros((9, 9, 9))
    impulse[4, 4, 4] = 1
    deviation = float(np.sqrt((gaussian_filter(impulse, SIGMA) ** 2).sum()))
    found = np.array([foretold(pore(random, deviation)) for _ in range(IMAGES)])
    expected = norm.cdf(LEVEL)
    differ = float(np.sqrt(((found[:, 0] - expected) ** 2).mean()))
    told = float(np.sqrt((found[:, 1] ** 2).mean()))
    # chance: 9 % of the one from 60 images, 4 % of the other from 60 times 8 cubes
    assert 0.7 < told / differ < 1.2
    within = np.abs(found[:, 0] - expected) < 2 * found[:, 1]
    assert within.mean() > 0.83  # 0.92 by Student's t for 7 degrees of freedom, less three deviations of 60 images

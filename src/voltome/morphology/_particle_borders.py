"""Particles at the border of the image: measured as seen, left out, or left out and made up for by weights."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data._parameters import check_choice
from voltome.errors import ValuesError

Border = Literal["kept", "killed", "miles_lantuejoul"]

WEIGHT = "miles_lantuejoul_weight"


def weights_of_whole_particles(
    extents: NDArray[np.int64], touches: NDArray[np.bool_], shape: tuple[int, ...], mask: NDArray[np.bool_] | None
) -> NDArray[np.float64]:
    """Return how many particles one that is whole stands for, 0 for those that touch the border.

    A box of n voxels has N - 1 - n places in a row of N voxels at which it reaches neither the first nor the last, of N
    places for its middle. A mask that is no box has no such simple number of places: all are 0 then.
    """
    window = np.array(shape)
    if mask is not None:
        window = np.array([np.count_nonzero(mask.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1))])
        if np.count_nonzero(mask) != window.prod():
            return np.zeros(len(extents))
    places = np.maximum(window - 1 - extents, 1)
    factors = np.where(np.array(shape) > 1, window / places, 1.0)
    weights: NDArray[np.float64] = np.where(touches, 0.0, factors.prod(axis=1))
    return weights


def border_weights(frame: pd.DataFrame, border: str) -> tuple[NDArray[np.float64], str]:
    """Return what each particle counts for, 0 where it is left out, and that in words."""
    check_choice("border", border, get_args(Border))
    touches = frame["touches_border"].to_numpy(np.bool_)
    cut = int(np.count_nonzero(touches))
    if border == "kept":
        return np.ones(len(frame)), ""
    if cut == len(frame):
        raise ValuesError(
            f"all {cut} particles touch the border, so none is left to be counted with border = {border!r}; expected "
            f"at least one that is whole. Measure a larger image."
        )
    words = f"; {cut} of {len(frame)} particles touch the border and do not count"
    if border == "killed":
        return np.where(touches, 0.0, 1.0), words
    weights = frame[WEIGHT].to_numpy(np.float64)
    if not (weights[~touches] > 0).all():
        raise ValuesError(
            f"the table has no {WEIGHT} for particles that are whole, as they were measured under a mask that is no "
            f"box; expected an image without such a mask. Crop the image to a box inside the mask and measure again, "
            f"or take border = 'killed'."
        )
    return np.where(touches, 0.0, weights), f"{words}, the others weighted by 1 / (chance to be whole)"

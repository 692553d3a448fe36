"""Labels that a person made in another program: on the grid of the image that they were made on."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from voltome.data import ImageNoun
from voltome.data._grids import check_one_grid

Labels = TypeVar("Labels", bound=ImageNoun)


def placed(labels: Labels, image: ImageNoun, *, names: tuple[str, str], mend: str) -> Labels:
    """Return labels on the grid of an image, or refuse those of another shape, voxel size or origin.

    Many programs keep no origin, so labels with none are taken to begin where the image does.

    Parameters
    ----------
    labels : ImageNoun
        What a person made.
    image : ImageNoun
        What it was made on.
    names : tuple of str
        What image and labels are called in a message.
    mend : str
        What to do, for the message.
    """
    here = labels if any(labels.origin_um) else replace(labels, origin_um=image.origin_um)
    check_one_grid({names[0]: image, names[1]: here}, mend=mend)
    return here

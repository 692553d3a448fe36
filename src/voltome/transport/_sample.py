"""The part of an image that transport goes through: the box around the sample, and the area it offers to a flux."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import AxisName, PhaseImage
from voltome.data._parameters import AXES, axis_index
from voltome.errors import AxisError, GeometryError


@dataclass(frozen=True, slots=True)
class Sample:
    """The box around the sample.

    Attributes
    ----------
    phases : PhaseImage
        The whole image.
    box : tuple of slice
        The voxels of the box along (z, y, x).
    mask : numpy.ndarray of bool or None
        The mask inside the box; None where it leaves nothing of the box out.
    """

    phases: PhaseImage
    box: tuple[slice, slice, slice]
    mask: NDArray[np.bool_] | None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels of the box along (z, y, x)."""
        z, y, x = (extent.stop - extent.start for extent in self.box)
        return z, y, x

    @property
    def voxels(self) -> int:
        """Voxels of the sample."""
        z, y, x = self.shape
        return z * y * x if self.mask is None else int(np.count_nonzero(self.mask))

    @property
    def share_of_box(self) -> float:
        """Volume of the sample over that of its box; for a straight sample also the share of every cross-section."""
        z, y, x = self.shape
        return self.voxels / (z * y * x)

    def is_phase(self, phase: str) -> NDArray[np.bool_]:
        """Return where a phase is in the box, inside the mask."""
        here: NDArray[np.bool_] = self.phases.values[self.box] == self.phases.label_of(phase)
        return here if self.mask is None else here & self.mask

    def placed(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return values of the box on the grid of the whole image, with 0 around."""
        if values.shape == self.phases.shape:
            return values
        whole = np.zeros(self.phases.shape, values.dtype)
        whole[self.box] = values
        return whole


def box_of(phases: PhaseImage) -> Sample:
    """Return the box around the sample."""
    mask = phases.mask
    if mask is None:
        z, y, x = (slice(0, count) for count in phases.shape)
        return Sample(phases, (z, y, x), None)
    extents = []
    for axis in range(3):
        inside = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        extents.append(slice(int(inside[0]), int(inside[-1]) + 1))
    z, y, x = extents
    within = mask[z, y, x]
    return Sample(phases, (z, y, x), None if within.all() else within)


def sample_along(phases: PhaseImage, axis: AxisName, *, what: str, joined: bool = False) -> Sample:
    """Return the sample, or refuse one between whose two ends along `axis` nothing can be driven.

    A mask must leave the same cross-section in every layer: only then are its two ends, its length and its area plain.
    Where sides are `joined` it must be a whole box.
    """
    index = axis_index(axis)
    sample = box_of(phases)
    if sample.shape[index] < 2:
        raise AxisError(
            f"along {axis} the sample has a single layer of voxels ({phases.grid_in_words}); expected at least two, as "
            f"{what} is measured from the first to the last. Choose another axis, or check the crop and the mask."
        )
    if sample.mask is not None and joined:
        return whole_box(phases, what=f"{what} with periodic sides")
    if sample.mask is not None:
        first = np.take(sample.mask, [0], axis=index)
        if not (sample.mask == first).all():
            raise GeometryError(
                f"the mask leaves another cross-section in one layer along {axis} than in the next "
                f"({phases.grid_in_words}); expected the same in every layer, as {what} needs two plain ends and one "
                f"area between them. Crop the image to a box inside the mask with 'crop', or choose the axis of the "
                f"cylinder."
            )
    return sample


def whole_box(phases: PhaseImage, *, what: str) -> Sample:
    """Return the sample, or refuse one that is not a whole box, which could not be repeated or mirrored in space."""
    sample = box_of(phases)
    if sample.mask is not None:
        raise GeometryError(
            f"the mask leaves {sample.share_of_box:.1%} of the box around the sample ({phases.grid_in_words}); "
            f"expected a whole box, as {what} repeats the sample in all directions. Crop the image to a box inside "
            f"the mask with 'crop'."
        )
    return sample


def layers_of(values: NDArray[Any], axis: int) -> NDArray[Any]:
    """Return the view of an array whose first axis is `axis`."""
    return np.moveaxis(values, axis, 0)


def warnings_of_sections(sample: Sample) -> tuple[str, ...]:
    """Return what to say of a sample that is a section, one voxel thick."""
    thin = [axis for axis, layers in zip(AXES, sample.shape, strict=True) if layers == 1]
    if not thin:
        return ()
    return (
        f"Along {' and '.join(thin)} the sample has a single layer of voxels: transport in a section is hindered more "
        f"than in the volume that it was cut from, where ways go around. Measure the volume.",
    )

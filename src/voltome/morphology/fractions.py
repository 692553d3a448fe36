"""How much of the sample each phase takes up: in all, and layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import AxisName, ImageNoun, PhaseImage, Positive, ResultTable
from voltome.data._parameters import axis_index
from voltome.morphology import columns
from voltome.morphology._kernels_phases import LABELS, layer_counts
from voltome.morphology._layers import layer_edges, sums_between
from voltome.morphology._octants import octants_of, standard_error


def phase_fractions(phases: PhaseImage) -> ResultTable:
    """Measure the volume fraction of every phase, with its standard error.

    The fraction of pore is the porosity. For a fraction along the thickness see `phase_profile`.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image; only voxels inside its mask count.

    Returns
    -------
    ResultTable
        Kind ``phase_fractions``, one row per phase: `voxels`, `volume_um3`, `fraction` and
        `fraction_standard_error`. A phase that is named but absent has the fraction 0.

    Raises
    ------
    ValuesError
        The sample is a single voxel, from which there is no standard error.

    Notes
    -----
    The standard error comes from the scatter of the fraction among the octants of the image (up to 2 x 2 x 2, of
    the box around the sample where there is a mask), weighted by their volume, over the square root of their
    number. It is from one image, and too small where the structure is coarser than an octant: a gradient or
    another scan of the same electrode may differ by more. It does not hold the error of the segmentation.

    Time: one pass, about 1 ns per voxel. Memory: nothing beside the image.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((4, 4, 4), np.uint8)
    >>> labels[:2] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=0.5, phases={0: "pore", 1: "sulfur"})
    >>> print(vt.morphology.phase_fractions(image).frame[["phase", "volume_um3", "fraction"]])
        phase  volume_um3  fraction
    0    pore         4.0       0.5
    1  sulfur         4.0       0.5
    """
    counts = np.array([_label_counts(phases, block) for block in octants_of(phases).blocks()], np.float64)
    return fractions_of_counts(phases, list(phases.phases.values()), counts[:, list(phases.phases)], phases.history)


def fractions_of_counts(
    image: ImageNoun, names: Sequence[str], counts: NDArray[np.float64], history: tuple[str, ...]
) -> ResultTable:
    """Return the table of fractions from the voxels [octant, phase] of an image."""
    return ResultTable(
        pd.DataFrame(fraction_columns(image, names, counts)),
        columns=columns.PHASE_FRACTIONS,
        kind="phase_fractions",
        measured_on=f"phases of {image.grid_in_words}",
        method="voxels counted; standard error from the scatter among octants of this image",
        history=history,
    )


def fraction_columns(image: ImageNoun, names: Sequence[str], counts: NDArray[np.float64]) -> dict[str, Any]:
    """Return the columns of the table from the voxels [octant, phase] of an image."""
    sample = counts.sum(axis=1)
    voxels = [int(count) for count in counts.sum(axis=0)]
    return {
        "phase": list(names),
        "voxels": voxels,
        "volume_um3": np.array(voxels) * image.voxel_volume_um3,
        "fraction": np.array(voxels) / sample.sum(),
        "fraction_standard_error": [standard_error(column, sample) for column in counts.T],
    }


def phase_profile(phases: PhaseImage, *, axis: AxisName = "z", layer_um: Positive | None = None) -> ResultTable:
    """Measure the volume fraction of every phase layer by layer along an axis.

    Shows gradients across the thickness of an electrode: drying, sedimentation, dissolution near the separator.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image; only voxels inside its mask count.
    axis : {"z", "y", "x"}
        Axis along which the layers follow each other; z is the thickness of an electrode.
    layer_um : float, optional
        Thickness of a layer in um, at least one voxel; a voxel cut by the edge of a layer counts by its share,
        and the last layer may be thinner. None: one layer per voxel.

    Returns
    -------
    ResultTable
        Kind ``phase_profile``, one row per phase and layer: `position_um` (centre of the layer in the frame of the
        scan, the origin of a crop included), `fraction` in the layer, `sample_volume_um3` of the layer. Layers in
        which the mask leaves no sample are left out.

    Raises
    ------
    AxisError
        An unknown axis.
    ParameterError
        A layer thinner than a voxel, or not a finite number above 0.

    Notes
    -----
    Time: one pass, 1 to 3 ns per voxel. Memory: nothing beside the image.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((4, 5, 5), np.uint8)
    >>> labels[3] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "pore", 1: "sulfur"})
    >>> profile = vt.morphology.phase_profile(image, axis="z", layer_um=2).frame
    >>> print(profile.loc[profile.phase == "sulfur", ["position_um", "fraction"]].to_string(index=False))
     position_um  fraction
             1.0       0.0
             3.0       0.5
    """
    index = axis_index(axis)
    voxel, start = phases.voxel_size_um[index], phases.origin_um[index]
    edges = layer_edges(phases.shape[index], voxel, layer_um)
    counts = sums_between(layer_counts(phases.values.astype(np.uint8, copy=False), phases.mask, index), edges)
    sample = counts.sum(axis=1)
    filled = sample > 0
    centres = start + (edges[:-1] + edges[1:])[filled] / 2 * voxel
    frames = [
        pd.DataFrame(
            {
                "phase": name,
                "position_um": centres,
                "fraction": counts[filled, label] / sample[filled],
                "sample_volume_um3": sample[filled] * phases.voxel_volume_um3,
            }
        )
        for label, name in phases.phases.items()
    ]
    thickness = "one voxel" if layer_um is None else f"{layer_um:g} um"
    return ResultTable(
        pd.concat(frames, ignore_index=True),
        columns=columns.PHASE_PROFILE,
        kind="phase_profile",
        measured_on=f"phases of {phases.grid_in_words}",
        method=f"voxels counted in layers of {thickness} along {axis}",
        history=phases.history,
    )


def _label_counts(phases: PhaseImage, block: tuple[slice, slice, slice]) -> NDArray[np.int64]:
    """Return the voxels of every label 0 to 255 in a block of the sample, which may be empty."""
    values = phases.values[block].astype(np.uint8, copy=False)
    if not values.size:
        return np.zeros(LABELS, np.int64)
    total: NDArray[np.int64] = layer_counts(values, None if phases.mask is None else phases.mask[block], 0).sum(axis=0)
    return total

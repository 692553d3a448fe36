"""Grey values -> phases with two thresholds: certain voxels, and less certain ones that are connected to them."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from voltome.data import PhaseImage, Volume
from voltome.errors import ParameterError, PhaseError
from voltome.segmentation import _histograms
from voltome.segmentation.intervals import check_intervals

Connectivity = Literal[6, 18, 26]


def hysteresis_threshold(
    volume: Volume, *, phase: str, strong: float, weak: float, rest: str, connectivity: Connectivity = 26
) -> PhaseImage:
    """Cut a bright phase out of a volume with two thresholds.

    For a phase whose parts are bright inside and fade at their edges and in thin places, in noise that a single
    threshold would take with it: what is at least `weak` counts only where it is connected to something at least
    `strong`. For several phases, or where every voxel stands for itself, use `threshold`.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind.
    phase : str
        Name of the phase.
    strong : float
        Grey value from which a voxel is certainly of the phase, itself included, in the unit of the volume.
    weak : float
        Grey value from which a voxel is of the phase if it is connected to a certain one, itself included; at most
        `strong`. Equal to it, the result is that of `threshold`.
    rest : str
        Name of the phase of every other voxel.
    connectivity : {6, 18, 26}
        Neighbours that are connected: those with a common face (6), also edge (18), also corner (26).

    Returns
    -------
    PhaseImage
        uint8 labels: `rest` is 0, `phase` is 1. It keeps no grey intervals, as the phase is none.

    Raises
    ------
    ParameterError
        `weak` above `strong`, a value that is not a finite number, or another connectivity.
    PhaseError
        The two names equal or empty, no voxel of at least `strong`, or no voxel left for the rest.

    Notes
    -----
    Only voxels inside the mask take part: a bridge outside it connects nothing. Ends are compared in the type of
    the volume. The number of voxels falls with either threshold. Memory: 8 bytes per voxel.

    References
    ----------
    .. [1] Canny J., IEEE Trans. Pattern Anal. Mach. Intell. 8, 679-698 (1986), section VII.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.array([[60, 200, 60, 10, 60]], np.uint8), voxel_size_um=1)
    >>> vt.segmentation.hysteresis_threshold(volume, phase="sulfur", strong=150, weak=50, rest="pore").values
    array([[[1, 1, 1, 0, 0]]], dtype=uint8)
    """
    check_hysteresis(phase, strong, weak, rest)
    if isinstance(connectivity, bool) or connectivity not in get_args(Connectivity):
        raise ParameterError(f"connectivity is {connectivity!r}; expected 6, 18 or 26.")
    reached, certain = _at_least(volume, weak), _at_least(volume, strong)
    if not certain.any():
        raise PhaseError(_unfit(volume, f"no voxel has the strong grey value {strong} or more", "Lower strong."))
    labels, _ = ndimage.label(reached, ndimage.generate_binary_structure(3, {6: 1, 18: 2, 26: 3}[connectivity]))
    holds = np.zeros(int(labels.max()) + 1, np.bool_)
    holds[labels[certain]] = True
    found = holds[labels]
    voxels = int(np.count_nonzero(found))
    if voxels == volume.sample_voxels:
        raise PhaseError(_unfit(volume, f"no voxel is left for the rest {rest!r}", "Raise weak."))
    faint = 1 - np.count_nonzero(certain) / voxels
    did = (
        f"hysteresis_threshold: {phase} from {weak:.10g} where connected (by {connectivity} neighbours) to "
        f"{strong:.10g}, rest {rest}; {faint:.2%} of the phase below {strong:.10g}"
    )
    names = {0: rest, 1: phase}
    return PhaseImage(found.astype(np.uint8), **volume.grid, phases=names, history=(*volume.history, did))


def check_hysteresis(phase: str, strong: float, weak: float, rest: str) -> None:
    """Raise what `hysteresis_threshold` would raise about its parameters alone, before there is a volume."""
    _check_grey("strong", strong)
    _check_grey("weak", weak)
    if weak > strong:
        raise ParameterError(f"weak is {weak} and strong is {strong}; expected weak at most strong: exchange them.")
    check_intervals({phase: (weak, None)}, rest)


def _check_grey(name: str, value: Any) -> None:
    """Refuse what is no finite number."""
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not (number and math.isfinite(value)):
        raise ParameterError(f"{name} is {value!r}; expected a finite grey value.")


def _at_least(volume: Volume, grey: float) -> NDArray[np.bool_]:
    """Return where voxels inside the mask have this grey value or more, slice by slice."""
    cut, found = _histograms.interval_finder(volume.values.dtype, [(grey, None)]), np.empty(volume.shape, np.bool_)
    for z, plane in enumerate(volume.values):
        found[z] = cut(plane) == 0
    return found if volume.mask is None else found & volume.mask


def _unfit(volume: Volume, what: str, mend: str) -> str:
    """Return the message for thresholds that leave a phase empty."""
    low, high = _histograms.value_range(volume.values, volume.mask)
    return f"{what}; grey values run from {low} to {high}. {mend}"

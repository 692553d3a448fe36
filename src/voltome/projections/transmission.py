"""From what came through the sample to the integral of its attenuation."""

from __future__ import annotations

import numpy as np

from voltome.data import Positive, Projections
from voltome.data._parameters import check_positive
from voltome.errors import ValuesError
from voltome.projections._kinds import require_kind


def absorbance(projections: Projections, *, smallest_transmission: Positive = 1e-3) -> Projections:
    """Return minus the natural logarithm of transmission: the integral of the attenuation along each ray.

    Use it after `normalise` and whatever works on transmission (drift, zingers, phase); every reconstruction takes its
    result.

    Parameters
    ----------
    projections : Projections
        Of the kind transmission.
    smallest_transmission : float
        Pixels below it, where the logarithm would be noise or not exist, are taken for this much, above 0; the history
        says how many they were.

    Returns
    -------
    Projections
        Of the kind absorbance: float32 numbers without unit, of the same shape.

    Raises
    ------
    ValuesError
        Projections of another kind, or no pixel above `smallest_transmission`.
    ParameterError
        A `smallest_transmission` that is not above 0.

    Notes
    -----
    Beer and Lambert: -ln(I / I0) is the integral of the attenuation along the ray. Cost: one pass. Memory: 4 bytes
    per pixel.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.full((2, 1, 3), np.exp(-2), np.float32)
    >>> scan = vt.data.Projections(seen, angles_deg=[0, 90], geometry=vt.data.ParallelBeam(1), kind="transmission")
    >>> vt.projections.absorbance(scan).values[0].round(3).tolist()
    [[2.0, 2.0, 2.0]]
    """
    require_kind(projections, "transmission", task="absorbance")
    lowest = np.float32(check_positive("smallest_transmission", smallest_transmission))
    found, raised = np.empty(projections.values.shape, np.float32), 0
    for view, seen in enumerate(projections.values):  # view by view: no second array as large as the scan
        raised += int(np.count_nonzero(seen < lowest))
        found[view] = -np.log(np.maximum(seen, lowest), dtype=np.float32)
    if raised == found.size:
        raise ValuesError(
            f"all {raised:,} pixels transmit less than smallest_transmission = {smallest_transmission:g}; expected "
            f"shares of the beam, mostly 0.1 to 1. Check the flats, or give a smaller one."
        )
    held = f", {raised:,} pixels held at {smallest_transmission:g}" if raised else ""
    return projections.derive(f"absorbance: minus logarithm of transmission{held}", values=found, kind="absorbance")

"""Grey values made attenuation by materials that are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import NonNegative, PhaseImage, PhaseName, ResultTable, Volume
from voltome.data._parameters import check_not_negative
from voltome.errors import ParameterError, ValuesError
from voltome.reconstruction._interiors import interior, mean_and_deviation
from voltome.reconstruction.columns_judging import CALIBRATION

LARGEST_RESIDUAL = 0.05
"""Share of the largest attenuation by which a material may lie off the line before a warning says so."""


@dataclass(frozen=True, slots=True)
class CalibratedAttenuation:
    """A volume in 1/cm, and how well the materials lie on the line that made it.

    Attributes
    ----------
    calibrate_attenuation : Volume
        The volume, float32, in 1/cm.
    calibration : ResultTable
        Of every material: expected, measured, calibrated, residual.
    """

    calibrate_attenuation: Volume
    calibration: ResultTable


def calibrate_attenuation(
    volume: Volume,
    *,
    phases: PhaseImage,
    attenuations_per_cm: Mapping[PhaseName, NonNegative],
    erode_um: NonNegative = 0.0,
) -> CalibratedAttenuation:
    """Return grey values as attenuation, by a line through the means of known materials.

    Use it for volumes of other programs in grey values of their own, and to correct a reconstruction whose scale a
    polychromatic beam, a filter or an imperfect flat has changed. Two materials, of which one is air at 0, fix the
    line; a third tests it: beam hardening bends it.

    Parameters
    ----------
    volume : Volume
        The volume, in any unit.
    phases : PhaseImage
        The segmented image on the same grid.
    attenuations_per_cm : mapping of str to float
        Phase -> its attenuation at the (effective) energy in 1/cm, 0 or above, such as ``{"air": 0, "aluminium": 2.9}``
        (`voltome.physics.attenuation_per_cm` computes it). One phase: the line goes through grey value 0.
    erode_um : float
        Voxels nearer than this to the edge of their phase are not counted, in um, 0 or above.

    Returns
    -------
    CalibratedAttenuation
        The volume of quantity ``attenuation`` in 1/cm, float32 of the same shape; and a table of kind ``calibration``,
        one row per material.

    Raises
    ------
    PhaseError
        An unknown phase.
    GeometryError
        Images on different grids.
    ParameterError
        No material, an attenuation below 0, only air, the same attenuation for all, or an `erode_um` below 0.
    ValuesError
        Fewer than 100 voxels of a material away from its edges, or means that do not differ, or fall where
        attenuation rises.

    Notes
    -----
    With more than two materials the line is that of least squares, each material with the same weight. Attenuation is
    ``scale * grey + offset``. Cost: a distance transform per material and two passes. Memory: 4 bytes per voxel for the
    result and about 5 for the distances.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((10, 10, 10), np.uint8)
    >>> labels[5:] = 1
    >>> volume = vt.data.Volume(np.where(labels, 6000, 1000), voxel_size_um=1)
    >>> phases = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "air", 1: "aluminium"})
    >>> done = vt.reconstruction.calibrate_attenuation(volume, phases=phases,
    ...                                                attenuations_per_cm={"air": 0, "aluminium": 2.5})
    >>> done.calibrate_attenuation.values[0, 0, 0], done.calibrate_attenuation.values[9, 0, 0]
    (np.float32(0.0), np.float32(2.5))
    """
    expected = check_materials(attenuations_per_cm)
    spreads, voxels = [], []
    for phase in expected:
        values = volume.values[interior(volume, phases, phase, erode_um)].astype(np.float64)
        spreads.append(mean_and_deviation(values))
        voxels.append(values.size)
    measured, deviations = np.array(spreads).T
    scale, offset = _line(list(expected), measured, np.array(list(expected.values())))
    table = _table(volume, expected, measured, deviations, voxels, scale, offset, erode_um)
    done = np.empty(volume.shape, np.float32)
    for plane, made in zip(volume.values, done, strict=True):
        made[:] = scale * plane.astype(np.float64) + offset
    names = ", ".join(f"{phase} {value:g}" for phase, value in expected.items())
    worst = float(table.frame["residual_per_cm"].abs().max())
    did = f"calibrate_attenuation: {scale:.6g} x + {offset:.6g} by {names} (1/cm), largest residual {worst:.3g}"
    return CalibratedAttenuation(volume.derive(did, values=done, quantity="attenuation", unit="1/cm"), table)


def check_materials(attenuations_per_cm: Any) -> dict[str, float]:
    """Return the materials with their attenuations, of which one at least is above 0."""
    if not isinstance(attenuations_per_cm, Mapping) or not attenuations_per_cm:
        raise ParameterError(
            f"attenuations_per_cm is {attenuations_per_cm!r}; expected phase -> attenuation in 1/cm, such as "
            f"{{'air': 0, 'aluminium': 2.9}}."
        )
    expected = {
        phase: check_not_negative(f"attenuations_per_cm[{phase!r}]", value)
        for phase, value in attenuations_per_cm.items()
    }
    if not any(expected.values()):
        raise ParameterError(
            f"attenuations_per_cm is 0 for {', '.join(expected)}; expected one material at least that attenuates."
        )
    if len(expected) > 1 and len(set(expected.values())) == 1:
        raise ParameterError(
            f"attenuations_per_cm is {min(expected.values()):g} for {', '.join(expected)} alike; expected materials "
            f"that attenuate differently, or one alone."
        )
    return expected


def _line(names: list[str], measured: NDArray[np.float64], expected: NDArray[np.float64]) -> tuple[float, float]:
    """Return scale and offset of the line from grey values to attenuation."""
    if len(names) == 1:
        slope, offset = (expected[0] / measured[0] if measured[0] else 0.0), 0.0
    else:
        away = measured - measured.mean()
        squares = float(away @ away)
        slope = float(away @ (expected - expected.mean())) / squares if squares > 0 else 0.0
        offset = float(expected.mean() - slope * measured.mean())
    if not slope > 0:
        found = ", ".join(
            f"{name} {grey:.4g} for {value:g} 1/cm" for name, grey, value in zip(names, measured, expected, strict=True)
        )
        raise ValuesError(
            f"grey values do not rise with attenuation: {found}. Check which phase is which, or invert the volume."
        )
    return float(slope), float(offset)


def _table(
    volume: Volume,
    expected: Mapping[str, float],
    measured: NDArray[np.float64],
    deviations: NDArray[np.float64],
    voxels: list[int],
    scale: float,
    offset: float,
    erode_um: float,
) -> ResultTable:
    """Return what became of every material."""
    wanted = np.array(list(expected.values()))
    calibrated = scale * measured + offset
    residual = calibrated - wanted
    frame = pd.DataFrame(
        {
            "phase": list(expected),
            "expected_per_cm": wanted,
            "measured": measured,
            "calibrated_per_cm": calibrated,
            "residual_per_cm": residual if len(expected) > 2 else np.zeros_like(residual),
            "deviation_per_cm": deviations * scale,
            "voxels": voxels,
            "scale": scale,
            "offset_per_cm": offset,
        }
    )
    off = {
        name: gap for name, gap in zip(expected, residual, strict=True) if abs(gap) > LARGEST_RESIDUAL * wanted.max()
    }
    said = ", ".join(f"{name} by {gap:+.3g} 1/cm" for name, gap in off.items())
    return ResultTable(
        frame,
        columns=CALIBRATION,
        kind="calibration",
        measured_on=f"{volume.quantity} of {volume.grid_in_words}",
        method=f"line through the means of {', '.join(expected)}, more than {erode_um:g} um inside each",
        history=volume.history,
        warnings=(
            (f"The materials do not lie on one line: {said}. Beam hardening, or a wrong attenuation.",) if off else ()
        ),
    )

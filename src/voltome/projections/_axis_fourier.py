"""The axis of rotation from the spectrum of a sinogram, which is empty outside of a double wedge at the true axis.

Half a turn, followed by itself mirrored about the true axis, is a whole turn without a jump. Its spectrum has next to
nothing at angular frequencies n above radius times spatial frequency; a wrong axis makes a jump, and fills them. A
shift of the mirrored half is a phase in the spectrum, so the power outside of the wedge is a Fourier series in the
axis: one transform of the sinogram gives the whole curve, between pixels too.
"""

from __future__ import annotations

import numpy as np
import scipy.fft as fft
from numpy.typing import NDArray

from voltome.errors import GeometryError
from voltome.projections._axis_rows import STEPS_OFF, AxisRows, Lines, angular_step_deg, check_seen, edges_of
from voltome.projections._axis_scores import Estimate, Floats, check_inside, left_out, lowest

FINER = 16
"""Points of the curve per half pixel."""

BLOCKS = 8
"""Groups of spatial frequencies that are left out in turn for the standard error."""

CUT_REACH = 3.0
"""Times the half detector that a sample may reach where it is wider than the detector: it widens the wedge."""

CUT_SHARE = 0.1
"""Mean absorbance at a side of the detector, as a share of the strongest, above which a sample is cut by it."""

BESIDE_WEDGE = 2.0
"""Angular frequencies by which the region outside begins beyond the wedge."""


def by_fourier(rows: AxisRows, low_px: float, high_px: float) -> list[Estimate]:
    """Return the axis from all rows together, then from each; several half turns are used one by one."""
    columns = rows.values.shape[2]
    edges = edges_of(rows.values)
    check_seen(edges, "the Fourier method")
    halves = half_turns(rows.angles_deg)
    reach = columns / 2 * (CUT_REACH if is_cut(rows.values) else 1.0)
    parts = [[_curves(resampled(row, rows.angles_deg, half), reach) for row in edges] for half in halves]
    axes = np.arange(columns * 2 * FINER) / (2.0 * FINER)
    inside = (axes >= low_px) & (axes <= high_px)
    totals = np.array([[totals[:, : len(axes)][:, inside] for totals, _ in half] for half in parts])
    weights = np.array([[weights for _, weights in half] for half in parts])
    axes = axes[inside]
    each = totals.sum(axis=(0, 2)), weights.sum(axis=(0, 2))
    whole = lowest(axes, each[0].sum(axis=0) / each[1].sum())
    check_inside(whole, axes, "the Fourier method")
    groups = totals.reshape(-1, len(axes)), weights.reshape(-1)
    found = [Estimate("fourier", "all rows", whole, left_out(axes, *groups))]
    if len(rows.numbers) < 2:
        return found
    for place, number in enumerate(rows.numbers):
        if each[1][place] > 0:
            own = totals[:, place].reshape(-1, len(axes)), weights[:, place].reshape(-1)
            axis = lowest(axes, each[0][place] / each[1][place])
            found.append(Estimate("fourier", f"row {number}", axis, left_out(axes, *own)))
    return found


def is_cut(values: Lines) -> bool:
    """Say whether the sample is wider than the detector: absorbance (row, angle, column) does not end at its sides."""
    ends = max(abs(float(values[..., :3].mean())), abs(float(values[..., -3:].mean())))
    return ends > CUT_SHARE * float(np.percentile(values, 99))


def half_turns(angles_deg: NDArray[np.float64]) -> list[Floats]:
    """Return evenly spaced angles of each whole half turn of a scan, its end left out."""
    step = angular_step_deg(angles_deg)
    covered = float(angles_deg[-1] - angles_deg[0]) + step * (1 + STEPS_OFF)
    turns = int(covered // 180)
    if turns < 1:
        raise GeometryError(
            f"the views cover {angles_deg[-1] - angles_deg[0]:.4g} degrees in steps of {step:.3g}; expected half a "
            f"turn or more, without which no view is seen twice. Give the axis with set_rotation_axis(..., "
            f"rotation_axis_px=...)."
        )
    count = max(4, round(180 / step))
    return [angles_deg[0] + 180 * turn + np.arange(count) * (180 / count) for turn in range(turns)]


def resampled(lines: Lines, angles_deg: NDArray[np.float64], wanted_deg: Floats) -> Lines:
    """Return the lines at other angles, linear between the two nearest; at the ends the last that there is."""
    behind = np.clip(np.searchsorted(angles_deg, wanted_deg), 1, len(angles_deg) - 1)
    gap = np.maximum(angles_deg[behind] - angles_deg[behind - 1], 1e-9)
    share = np.clip((wanted_deg - angles_deg[behind - 1]) / gap, 0, 1)[:, np.newaxis]
    found: Lines = lines[behind - 1] * (1 - share) + lines[behind] * share
    return found


def _curves(edges: Lines, reach_px: float) -> tuple[Floats, Floats]:
    """Return, for each group of frequencies, the power outside of the wedge against twice the axis, and its weight.

    With A the spectrum of the half turn (zero for the other half), the mirrored half has the spectrum
    -(-1)^n conj(A(-n, k)) exp(-2 pi i k 2c / P): the cross term is one sum over n for every k.
    """
    views, columns = edges.shape
    width = fft.next_fast_len(2 * columns, real=True)
    spectrum = fft.rfft(edges, width, axis=1)
    spectrum = fft.fft(spectrum, 2 * views, axis=0)
    turns = fft.fftfreq(2 * views, 1 / (2 * views))
    wedge = reach_px * 2 * np.pi * fft.rfftfreq(width)
    outside = np.abs(turns)[:, np.newaxis] > wedge + BESIDE_WEDGE
    weight = outside / np.maximum(np.abs(turns), 1)[:, np.newaxis] ** 2  # what a jump leaves there falls like 1 / n
    signs = np.where(turns.astype(np.int64) % 2, -1.0, 1.0)[:, np.newaxis]
    opposite = np.roll(spectrum[::-1], 1, axis=0)  # the frequency -n
    cross = -(weight * signs * spectrum * opposite).sum(axis=0)
    power = 2 * (weight * np.abs(spectrum) ** 2).sum(axis=0)
    fine = width * FINER
    totals, weights = np.empty((BLOCKS, fine)), np.empty(BLOCKS)
    for block in range(BLOCKS):
        own = np.zeros(len(cross), np.complex128)
        own[block::BLOCKS] = cross[block::BLOCKS]
        weights[block] = 2 * power[block::BLOCKS].sum()
        totals[block] = weights[block] + 2 * fine * fft.irfft(own, fine)
    return totals, weights

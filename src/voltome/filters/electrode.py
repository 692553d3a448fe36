"""The electrode alone: cut out between the current collector and the separator."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from voltome.data import NonNegative, Volume
from voltome.data._grids import check_one_grid
from voltome.data._intervals import GreyInterval, check_interval, in_words, is_inside
from voltome.data._parameters import check_not_negative
from voltome.errors import AxisError, ParameterError, ValuesError

LEAST_STEP = 4.0
"""Smallest step, in standard deviations of the layers about their two levels; a steady slope has a step of 3.5."""

FEWEST_SEPARATOR_LAYERS = 3
PEAK_WITHIN_LAYERS = 4
ROUND_OFF = 1e-6

Array = NDArray[np.float64]


def select_electrode(
    volume: Volume,
    *,
    collector: GreyInterval,
    separator: GreyInterval | None = None,
    active: GreyInterval | None = None,
    like: Volume | None = None,
    margin_um: NonNegative = 0.0,
) -> Volume:
    """Cut the electrode out of a levelled scan: from the current collector to the separator.

    After `level`: on a tilted scan the layers mix collector and electrode. For a separator of fibres or of another
    material than the electrode; where electrode and separator have the same grey values, use `crop`.

    Parameters
    ----------
    volume : Volume
        Grey values; z runs from the collector to the separator.
    collector : (float or None, float or None)
        Lowest and highest grey value of the collector, both included, in the unit of the volume; null or None is an
        open end.
    separator : (float or None, float or None), optional
        The same for the separator, such as its fibres. Other voxels, such as edges of particles, may have these grey
        values too, if there are fewer of them in the electrode than in the separator.
    active : (float or None, float or None), optional
        In place of `separator` the grey values of the active material, which the separator lacks: the electrode ends
        where their share falls. Look for it in a scan without depletion, with `like`.
    like : Volume, optional
        The volume in which both are looked for, on the grid of `volume`: of scans that are aligned, the same layers are
        then cut out of all. None: `volume` itself.
    margin_um : float
        What is left out beside the collector and beside the separator, in um, 0 or above.

    Returns
    -------
    Volume
        The layers in between, with `origin_um` moved along, so that z = 0 stays where it was. The history says the
        heights and the share of the image that was kept.

    Raises
    ------
    ParameterError
        An interval without an end, with an end that is no number, or upside down, both or none of `separator` and
        `active`, or a negative margin.
    ValuesError
        No collector or no separator: the share of its grey values has no step along z. Active material in too few
        layers (sure above 11) to be told from the collector's blurred edge.
    AxisError
        No layer left between them.
    GeometryError
        `like` lies on another grid.

    Notes
    -----
    For each layer the share of its voxels (inside the mask) in an interval is counted. The collector ends, and the
    separator begins (or the active material ends), where two constant levels fit these shares best (least squares):
    the collector from the first layer with half its largest share; the separator above the collector, and above its
    blurred edge where that passes through the same grey values (up to 7 layers), up to the last layer with half its
    rise. A step counts if it is at least 4 times the standard deviation of the layers about the two levels: a steady
    slope has 3.5. Both are whole layers. Blurred layers between the collector and the electrode have grey values of
    neither, and belong to the electrode here: `margin_um` leaves them out. Memory: some bytes per voxel of one layer;
    the result is a view of the image.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> grey = np.full((40, 8, 8), 90, np.uint8)
    >>> grey[:5], grey[30:, ::2] = 250, 120
    >>> part = vt.filters.select_electrode(
    ...     vt.data.Volume(grey, voxel_size_um=2), collector=(200, None), separator=(110, 130), margin_um=4)
    >>> part.shape, part.origin_um
    ((21, 8, 8), (14.0, 0.0, 0.0))
    """
    if (separator is None) == (active is None):
        found = "neither" if separator is None else "both"
        raise ParameterError(f"found {found} of separator and active; expected the grey values of one of them.")
    steel = check_interval("collector", collector)
    other = check_interval("separator", separator) if active is None else check_interval("active", active)
    margin = check_not_negative("margin_um", margin_um)
    edge = volume.voxel_size_um[0]
    if like is not None:
        check_one_grid({"volume": volume, "like": like}, mend="Align the scans before, and crop them alike.")
    looked_in = volume if like is None else like
    begin = _collector_end(_shares(looked_in, steel), steel)
    shares = _shares(looked_in, other)
    end = _separator_begin(shares, begin, other) if active is None else _active_end(shares, begin, other)
    kept = slice(math.ceil(begin + margin / edge - ROUND_OFF), math.floor(end - margin / edge + ROUND_OFF))
    if kept.start >= kept.stop:
        raise AxisError(
            f"the electrode lies from {begin * edge:g} to {end * edge:g} um above the lower face, which a margin_um of "
            f"{margin:g} uses up; expected at least one layer of {edge:g} um between. Give a smaller margin_um."
        )
    mask = None if volume.mask is None else volume.mask[kept]
    if mask is not None and not mask.any():
        raise ValuesError(
            "the layers between collector and separator hold no voxel of the mask; expected at least one. "
            "Look whether the mask belongs to this image."
        )
    z, y, x = volume.origin_um
    low, high = z + kept.start * edge, z + kept.stop * edge
    share = (kept.stop - kept.start) / volume.shape[0]
    did = f"select_electrode: z from {low:.10g} to {high:.10g} um, {share:.2%} of the image"
    found_by = "separator" if active is None else "active material"
    did += f" (collector {in_words(steel)}, {found_by} {in_words(other)}, margin {margin:.10g} um)"
    return volume.derive(did, values=volume.values[kept], origin_um=(low, y, x), mask=mask)


def _shares(volume: Volume, interval: GreyInterval) -> Array:
    """Return the share of each layer's voxels inside the mask that lie in an interval; 0 for a layer without any."""
    shares = np.zeros(volume.shape[0])
    for z, plane in enumerate(volume.values):
        inside = plane if volume.mask is None else plane[volume.mask[z]]
        if inside.size:
            shares[z] = is_inside(inside, interval).mean()
    return shares


def _collector_end(shares: Array, interval: GreyInterval) -> int:
    """Return the first layer above the collector."""
    half = 0.5 * shares.max()
    first = int(np.argmax(shares >= half))
    left = first + int(np.argmax(shares[first:] < 0.5 * half))  # 0 layers up where it never falls so far
    again = shares[left:] >= half  # what is as bright beyond the separator is no collector
    last = left + int(np.argmax(again)) if left > first and again.any() else shares.size
    step, size, scatter = _best_step(shares[first:last], 1, 1, falling=True)
    if size <= 0 or size < LEAST_STEP * scatter:
        raise ValuesError(_no_step("current collector", interval, "falls", size, scatter, shares))
    return first + step


def _separator_begin(shares: Array, begin: int, interval: GreyInterval) -> int:
    """Return the first layer of the separator, above the collector that ends at `begin`."""
    begin += _edge_layers(shares[begin:])
    above = shares[begin:]
    if not above.size:
        raise ValuesError(_no_step("separator", interval, "rises", 0.0, 0.0, shares))
    middle = 0.5 * (above.min() + above.max())
    last = int(above.size - np.argmax(above[::-1] >= middle))  # what lies beyond the separator does not count
    step, size, scatter = _best_step(above[:last], 1, FEWEST_SEPARATOR_LAYERS, falling=False)
    if size <= 0 or size < LEAST_STEP * scatter:
        raise ValuesError(_no_step("separator", interval, "rises", size, scatter, above))
    return begin + step


def _active_end(shares: Array, begin: int, interval: GreyInterval) -> int:
    """Return the first layer without active material, above the collector that ends at `begin`."""
    first = begin + _edge_layers(shares[begin:])
    above = shares[first:]
    step, size, scatter = _best_step(above, FEWEST_SEPARATOR_LAYERS, FEWEST_SEPARATOR_LAYERS, falling=True)
    if size <= 0 or size < LEAST_STEP * scatter:
        raise ValuesError(_no_step("end of the active material", interval, "falls", size, scatter, above))
    if step == FEWEST_SEPARATOR_LAYERS:  # the best place may lie below the first one that was tried
        raise ValuesError(
            f"the active material {in_words(interval)} ends at most {first + step - begin} layers above the current "
            f"collector, {first - begin} of which may be the collector's blurred edge; expected more than "
            f"{FEWEST_SEPARATOR_LAYERS} layers above that. Move the ends of the interval, or use crop."
        )
    return first + step


def _edge_layers(shares: Array) -> int:
    """Return the layers of a blurred edge, whose grey values pass through those of the separator.

    Their share has a peak just above the collector, and falls from there to that of the electrode.
    """
    end = int(np.argmax(shares[:PEAK_WITHIN_LAYERS])) if shares.size else 0
    while end + 1 < min(shares.size, 2 * PEAK_WITHIN_LAYERS) and shares[end + 1] < shares[end]:
        end += 1
    return end


def _best_step(levels: Array, fewest_below: int, fewest_above: int, *, falling: bool) -> tuple[int, float, float]:
    """Return the first layer above the best step, its size in the wanted direction, and the scatter about it.

    Of all cuts into two constant levels, the one with the least sum of squares is that with the largest n m (difference
    of the means)^2 / (n + m). Without a cut in the wanted direction, the size is 0.
    """
    cuts = np.arange(fewest_below, levels.size - fewest_above + 1)
    if not cuts.size:
        return 0, 0.0, 0.0
    total = np.concatenate(([0.0], np.cumsum(levels)))
    rise = (total[-1] - total[cuts]) / (levels.size - cuts) - total[cuts] / cuts
    rise = -rise if falling else rise
    gain = np.where(rise > 0, cuts * (levels.size - cuts) * rise**2, -1.0)
    best = int(gain.argmax())
    cut = int(cuts[best])
    parts = levels[:cut], levels[cut:]
    scatter = math.sqrt(sum(float(((part - part.mean()) ** 2).sum()) for part in parts) / levels.size)
    return cut, max(0.0, float(rise[best])), scatter


def _no_step(what: str, interval: GreyInterval, how: str, size: float, scatter: float, shares: Array) -> str:
    """Return the message for a share without a step."""
    return (
        f"no {what} {in_words(interval)} was found: the share of its grey values in a layer, {shares.min():.2%} to "
        f"{shares.max():.2%}, {how} nowhere by a clear step (best {size:.2%}, {scatter:.2%} scatter); expected "
        f"a step of at least {LEAST_STEP:g} times the scatter. Move the ends of the interval, level and smooth "
        f"before, or use crop."
    )

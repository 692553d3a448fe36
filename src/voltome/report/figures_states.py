"""Where a phase was lost, kept and gained between the states of one sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from voltome.data import AxisName, PhaseImage
from voltome.data._parameters import axis_index
from voltome.errors import PhaseError
from voltome.report import style
from voltome.report.figures_slices import Plane, labels_shown, plane_across

JOINED = " + "
"""What stands between the scans in the name of a combination."""

BACKGROUND = "#ececec"
FATES = {
    # grey for what stayed, then colours of Okabe and Ito far apart for every colour vision
    "kept": "#8c8c8c",
    "lost": "#D55E00",
    "gained": "#0072B2",
    "lost and regained": "#CC79A7",
    "only in between": "#F0E442",
}
"""What can happen to a voxel between the first and the last state, and its colour."""

FLAT = 1.6
"""Width over height of a slice from which four of them stand in two rows."""

MARGIN_MM = 1.0
GAP_MM = 3.0
HEAD_MM = 6.0
FOOT_MM = 7.0
LINE_MM = 4.0
TALLEST_MM = 75.0


@style.styled
def figure_states(states: PhaseImage, *, axis: AxisName = "y", scans: Sequence[str] | None = None) -> Figure:
    """Draw one phase in every state of a sample beside each other, and in one picture what was lost, kept and gained.

    For aligned scans of one sample, such as a cell after several cycles; scans of different samples have no voxel in
    common.

    Parameters
    ----------
    states : PhaseImage
        Its phases are the combinations of scans in which a voxel belongs to the phase, joined by `` + ``
        (``uncycled``, ``uncycled + cycle-10``); a phase named by no scan (``none``) is the background. Voxels
        outside a mask are white.
    axis : {"z", "y", "x"}
        Axis at a right angle to the slice, which lies in the middle. ``y`` shows the thickness of an electrode.
    scans : sequence of str, optional
        The scans in their order; by default that in which the phases name them.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, one panel for each scan and one for all together, at one scale, with a scale bar.

    Raises
    ------
    PhaseError
        Fewer than two scans in the names of the phases, or a scan that is in none of them.
    AxisError
        An unknown axis.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> names = {0: "none", 1: "uncycled", 2: "cycle-10", 3: "uncycled + cycle-10"}
    >>> labels = np.arange(64, dtype=np.uint8).reshape(4, 4, 4) % 4
    >>> states = vt.data.PhaseImage(labels, voxel_size_um=1, phases=names)
    >>> [axis.get_title() for axis in figure_states(states).axes]
    ['uncycled', 'cycle-10', 'all states']
    """
    order = scans_in(states, scans)
    across = axis_index(axis)
    plane = plane_across(states, across)
    labels = labels_shown(plane.of(states.values))
    inside = None if states.mask is None else labels_shown(plane.of(states.mask).astype(np.uint8)) > 0
    tints = style.scan_colours(order)
    members = {label: members_of(name, order) for label, name in states.phases.items()}
    pictures = [(scan, _picture(labels, inside, {k: tints[scan] for k, m in members.items() if scan in m}))
                for scan in order]  # fmt: skip
    fates = {label: FATES[fate_of(found, order)] for label, found in members.items() if found}
    pictures.append(("all states", _picture(labels, inside, fates)))
    present = [fate for fate in FATES if fate in {fate_of(found, order) for found in members.values() if found}]
    per_row = _per_row(len(pictures), plane)
    rows = -(-len(pictures) // per_row)
    slot = (style.TWO_COLUMNS_MM - MARGIN_MM - GAP_MM * (per_row - 1)) / per_row
    scale = min(slot / plane.width_um, TALLEST_MM / plane.height_um)
    wide, high = plane.width_um * scale, plane.height_um * scale
    height = rows * (high + HEAD_MM) + FOOT_MM
    figure = style.blank_figure(style.TWO_COLUMNS_MM, height, constrained=False)
    for number, (title, picture) in enumerate(pictures):
        left, top = MARGIN_MM + (number % per_row) * (slot + GAP_MM), height - (number // per_row) * (high + HEAD_MM)
        place = (left / style.TWO_COLUMNS_MM, (top - HEAD_MM - high) / height)
        panel = figure.add_axes((*place, wide / style.TWO_COLUMNS_MM, high / height))
        _draw(panel, picture, title, "abcdef"[number : number + 1], (plane.width_um, plane.height_um))
    _add_scale(figure, plane, scale)
    patches = [Patch(facecolor=FATES[fate], edgecolor="none", label=fate) for fate in present]
    figure.legend(handles=patches, loc="lower right", ncols=len(patches), handlelength=1, handleheight=1)
    return figure


def _per_row(count: int, plane: Plane) -> int:
    """Return how many panels stand in a row: flat slices need the width, others stand beside each other."""
    if count <= 3:
        return count
    return (4 if plane.width_um < FLAT * plane.height_um else 2) if count == 4 else 3


def scans_in(states: PhaseImage, scans: Sequence[str] | None = None) -> list[str]:
    """Return the scans that the phases of an image of states name, in their order."""
    named = [name for name in states.phases.values() if JOINED in name]
    found = list(dict.fromkeys(part for name in named for part in name.split(JOINED)))
    singles = [name for name in states.phases.values() if name in found]
    if scans is not None:
        parts = {part for name in states.phases.values() for part in name.split(JOINED)}
        unknown = [scan for scan in scans if scan not in parts]
        if unknown:
            raise PhaseError(f"no phase of the states names the scan {unknown[0]!r}; they name {sorted(parts)}.")
    order = list(scans) if scans is not None else [*singles, *(name for name in found if name not in singles)]
    if len(order) < 2:
        names = ", ".join(repr(name) for name in states.phases.values())
        raise PhaseError(
            f"figure_states got the phases {names}; expected combinations of two or more scans, such as "
            f"'uncycled{JOINED}cycle-10', as the step states gives them."
        )
    return order


def members_of(name: str, order: Sequence[str]) -> list[str]:
    """Return the scans of a combination.

    Examples
    --------
    >>> members_of("a + c", ["a", "b", "c"]), members_of("none", ["a", "b"])
    (['a', 'c'], [])
    """
    parts = name.split(JOINED)
    return [scan for scan in order if scan in parts]


def fate_of(members: Sequence[str], order: Sequence[str]) -> str:
    """Return what happened to a voxel that is in the phase in these states, from the first to the last.

    Examples
    --------
    >>> [fate_of(found, ["a", "b", "c"]) for found in (["a", "b", "c"], ["a", "b"], ["c"], ["a", "c"], ["b"])]
    ['kept', 'lost', 'gained', 'lost and regained', 'only in between']
    """
    first, last = order[0] in members, order[-1] in members
    if first and last:
        return "kept" if len(members) == len(order) else "lost and regained"
    return "lost" if first else "gained" if last else "only in between"


def shares_of_fates(states: PhaseImage, order: Sequence[str]) -> dict[str, float]:
    """Return the share of the sample's volume that every fate has."""
    values = states.values if states.mask is None else states.values[states.mask]
    counts = np.bincount(values.ravel(), minlength=256)
    shares = dict.fromkeys(FATES, 0.0)
    for label, name in states.phases.items():
        found = members_of(name, order)
        if found:
            shares[fate_of(found, order)] += float(counts[label]) / max(1, states.sample_voxels)
    return {fate: share for fate, share in shares.items() if share > 0}


def _picture(labels: NDArray[Any], inside: NDArray[np.bool_] | None, tints: Mapping[int, str]) -> NDArray[np.uint8]:
    """Return labels in their colours, everything else as background, white outside the sample."""
    table: NDArray[np.uint8] = np.tile(_rgb(BACKGROUND), (256, 1))
    for label, colour in tints.items():
        table[label] = _rgb(colour)
    picture: NDArray[np.uint8] = table[labels]
    if inside is not None:
        picture[~inside] = 255
    return picture


def _rgb(colour: str) -> NDArray[np.uint8]:
    """Return a colour as three numbers from 0 to 255."""
    return np.array([round(255 * part) for part in to_rgb(colour)], np.uint8)


def _draw(axis: Axes, picture: NDArray[np.uint8], title: str, letter: str, size_um: tuple[float, float]) -> None:
    """Draw one panel with its letter and title."""
    axis.imshow(picture, extent=(0, size_um[0], size_um[1], 0), aspect="auto")
    axis.set_axis_off()
    axis.set_title(title, pad=3)
    axis.set_title(letter, loc="left", fontweight="bold", fontsize=8, pad=3)


def _add_scale(figure: Figure, plane: Plane, scale: float) -> None:
    """Draw the scale bar below the pictures, and say what the slice is."""
    length = style.round_length(plane.width_um / 3)
    style.scale_bar_below(figure, length, scale, left_mm=1.0, bottom_mm=3.0)
    width, height = (float(edge) / style.MM for edge in figure.get_size_inches())
    beside = 1.0 + length * scale + 16.0
    figure.text(beside / width, 3.0 / height, plane.title, va="center", ha="left")

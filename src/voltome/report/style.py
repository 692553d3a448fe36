"""How figures look: sizes in mm, one font, colours for phases, particles and scans, scale bars, files."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import cache, wraps
from typing import Any, ParamSpec

import matplotlib
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font_names
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, ScalarFormatter
from numpy.typing import NDArray

from voltome.errors import PhaseError
from voltome.report.formatting import MINUS, SUPERSCRIPTS, grouped, length_in_print

Parameters = ParamSpec("Parameters")

MM = 1 / 25.4
"""One millimetre in inches, the unit of matplotlib."""

ONE_COLUMN_MM = 89.0
TWO_COLUMNS_MM = 183.0

REST_COLOUR = "#8c8c8c"
"""Colour of the first phase, what is around the others."""

PHASE_COLOURS = (
    # Okabe and Ito, which people with any colour vision tell apart; then darker ones for rare long lists
    *("#E69F00", "#56B4E9", "#009E73", "#D55E00", "#0072B2", "#CC79A7", "#F0E442"),
    *("#7F5800", "#2F6A8C", "#00573F", "#7A3500", "#003D61", "#73445E", "#857E24"),
)

_FONTS = ("Arial", "Helvetica", "Liberation Sans")


def styled(draw: Callable[Parameters, Figure]) -> Callable[Parameters, Figure]:
    """Make a figure function draw in the style of the report, whatever the caller's own settings are."""

    @wraps(draw)
    def drawn(*arguments: Parameters.args, **options: Parameters.kwargs) -> Figure:
        with matplotlib.rc_context(_settings()):
            return draw(*arguments, **options)

    return drawn


def blank_figure(width_mm: float, height_mm: float, *, constrained: bool = True) -> Figure:
    """Return an empty figure of this size."""
    return Figure(figsize=(width_mm * MM, height_mm * MM), layout="constrained" if constrained else None)


def panels(count: int, *, per_row: int = 3, height_mm: float = 52.0) -> tuple[Figure, list[Axes]]:
    """Return a figure of `count` panels in rows, and its axes; one panel is one column wide."""
    columns = 2 if count == 4 else min(count, per_row)
    rows = -(-count // columns)
    width = ONE_COLUMN_MM if columns == 1 else TWO_COLUMNS_MM
    figure = blank_figure(width, rows * height_mm + 6)
    axes = [figure.add_subplot(rows, columns, index + 1) for index in range(count)]
    if count > 1:
        for letter, axis in zip("abcdefghijklmnopqrstuvwxyz", axes, strict=False):
            axis.set_title(letter, loc="left", fontweight="bold", fontsize=8)
    return figure, axes


def phase_colours(names: Iterable[str]) -> dict[str, str]:
    """Return a colour for every phase: grey for the first, then colours that everybody can tell apart.

    Parameters
    ----------
    names : iterable of str
        Names of the phases, at least one; the same order gives the same colours.

    Returns
    -------
    dict of str to str
        Colour of each phase as ``#rrggbb``: the colours of Okabe and Ito, from the ninth phase on darker ones.

    Raises
    ------
    PhaseError
        No phase.

    Examples
    --------
    >>> phase_colours(["pore", "sulfur"])
    {'pore': '#8c8c8c', 'sulfur': '#E69F00'}
    """
    different = list(dict.fromkeys(names))
    if not different:
        raise PhaseError("phase_colours got no phase; expected the name of at least one.")
    first, *others = different
    return {first: REST_COLOUR} | {name: PHASE_COLOURS[i % len(PHASE_COLOURS)] for i, name in enumerate(others)}


def scan_colours(names: Sequence[str]) -> dict[str, str]:
    """Return a colour for every scan, from dark to light in their order."""
    places = np.linspace(0.08, 0.78, max(len(names), 2))
    return {
        name: matplotlib.colors.to_hex(colormaps["viridis"](float(p))) for name, p in zip(names, places, strict=False)
    }


def particle_colours(labels: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the colour of every particle number as RGB, shape (..., 3): always the same for the same number.

    Neighbouring numbers are far apart on the scale, which steps by the golden section.
    """
    places = (np.asarray(labels, dtype=np.int64) * 0.6180339887498949) % 1.0
    colours: NDArray[np.uint8] = colormaps["viridis"](0.08 + 0.92 * places, bytes=True)[..., :3]
    return colours


def scale_bar(axis: Axes, length_um: float, scale: float) -> None:
    """Draw a bar into the lower left corner of an image whose axis is in um and printed at `scale` mm for a um."""
    left, _ = axis.get_xlim()
    bottom, _ = axis.get_ylim()  # the larger one: rows of an image run downwards
    x, y, thick = left + 2.0 / scale, bottom - 2.0 / scale, 0.6 / scale
    axis.add_patch(Rectangle((x, y), length_um, thick, facecolor="white", edgecolor="black", linewidth=0.4, zorder=5))
    middle, above = x + length_um / 2, y - 0.6 / scale
    text = axis.text(middle, above, length_in_print(length_um), color="white", ha="center", va="bottom", zorder=5)
    text.set_path_effects([withStroke(linewidth=1.6, foreground="black")])


def scale_bar_below(figure: Figure, length_um: float, scale: float, *, left_mm: float, bottom_mm: float) -> None:
    """Draw a bar below the pictures, `scale` mm for a um, where no picture has room for it."""
    width, height = (float(edge) / MM for edge in figure.get_size_inches())
    place = (left_mm / width, bottom_mm / height)
    size = (length_um * scale / width, 0.6 / height)
    figure.add_artist(Rectangle(place, *size, facecolor="black", linewidth=0, transform=figure.transFigure))
    figure.text(place[0] + size[0] + 1.5 / width, place[1], length_in_print(length_um), va="center", ha="left")


def round_length(about_um: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above `about_um`.

    Examples
    --------
    >>> [round_length(length) for length in (0.3, 4.9, 130.0)]
    [0.2, 2.0, 100.0]
    """
    power = 10.0 ** np.floor(np.log10(about_um) + 1e-9)
    step = max(factor for factor in (1, 2, 5) if factor * power <= about_um * (1 + 1e-9))
    return float(f"{step * power:.3g}")


def legend(axis: Axes, **options: Any) -> None:
    """Draw the legend of an axis if it has anything to name."""
    handles, labels = axis.get_legend_handles_labels()
    if handles:
        axis.legend(handles, labels, **options)


def legend_columns(labels: Sequence[str], width_mm: float) -> tuple[int, int]:
    """Return columns and rows of a legend that is not wider than `width_mm`."""
    if not labels:
        return 1, 0
    needed_mm = 9.0 + 1.3 * max(map(len, labels))
    columns = max(1, min(len(labels), int(width_mm / needed_mm)))
    return columns, -(-len(labels) // columns)


def shared_legend(figure: Figure, axis: Axes) -> None:
    """Name the lines of an axis once for all panels: above them, in as many rows as they need."""
    handles, labels = axis.get_legend_handles_labels()
    if len(labels) < 2:
        return
    columns, _ = legend_columns(labels, float(figure.get_size_inches()[0]) / MM)
    figure.legend(handles, labels, loc="outside upper center", ncols=columns, columnspacing=1.4)


class PlainNumbers(ScalarFormatter):
    """Numbers along an axis in full, their thousands apart, all with the same number of digits after the point."""

    def __init__(self) -> None:
        super().__init__(useOffset=False, useMathText=False)
        self.set_powerlimits((-4, 7))

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the text at one tick."""
        return grouped(super().__call__(x, pos).replace(MINUS, "-"))


def plain_numbers(*axes: Any) -> None:
    """Write few and plain numbers along an axis, without an offset."""
    for axis in axes:
        axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        axis.set_major_formatter(PlainNumbers())


def powers_of_ten(axis: Any) -> None:
    """Write the numbers along a logarithmic axis as powers of ten."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"10{str(round(np.log10(value))).translate(SUPERSCRIPTS)}"))
    axis.set_minor_formatter(NullFormatter())


def svg_bytes(figure: Figure) -> bytes:
    """Return the figure as SVG: text stays text, and the same figure gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A figure of this room, or any other.

    Returns
    -------
    bytes
        What is to be written to a file.

    Examples
    --------
    >>> from voltome.report.style import blank_figure
    >>> svg_bytes(blank_figure(89, 60)).startswith(b"<?xml")
    True
    """
    with matplotlib.rc_context(_settings()):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    wanted = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
    text = buffer.getvalue().decode()
    for written in _font_lists():
        text = text.replace(written, wanted)
    return text.encode()


def png_bytes(figure: Figure, *, dots_per_inch: float = 300) -> bytes:
    """Return the figure as PNG; the same figure gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A figure of this room, or any other.
    dots_per_inch : float
        Resolution; 300 is what journals ask for.

    Returns
    -------
    bytes
        What is to be written to a file.

    Examples
    --------
    >>> from voltome.report.style import blank_figure
    >>> png_bytes(blank_figure(89, 60))[1:4]
    b'PNG'
    """
    with matplotlib.rc_context(_settings()):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return buffer.getvalue()


@cache
def _families() -> tuple[str, ...]:
    """Return the fonts to use: the first of the wanted ones that is installed, then the one matplotlib brings."""
    installed = set(get_font_names())
    return (*[name for name in _FONTS if name in installed][:1], "DejaVu Sans")


def _font_lists() -> list[str]:
    """Return how matplotlib writes the fonts into an SVG."""
    quoted = ", ".join(f"'{name}'" for name in _families())
    return [quoted, quoted.replace("'", "&quot;")]


def _settings() -> Any:
    """Return the settings of matplotlib that make the style."""
    return {
        **{name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")},
        "font.family": list(_families()),
        "font.size": 7,
        "axes.labelsize": 7,
        "axes.titlesize": 7,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "xtick.labelsize": 7,
        "ytick.labelsize": 7,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.minor.width": 0.4,
        "ytick.minor.width": 0.4,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "xtick.minor.size": 1.5,
        "ytick.minor.size": 1.5,
        "legend.fontsize": 7,
        "legend.frameon": False,
        "legend.handlelength": 1.4,
        "lines.linewidth": 1.1,
        "lines.markersize": 3.5,
        "patch.linewidth": 0.6,
        "figure.dpi": 100,
        "savefig.dpi": 300,
        "svg.fonttype": "none",
        "svg.hashsalt": "voltome",
        "text.parse_math": False,  # a dollar sign in a name is a dollar sign
        "image.interpolation": "none",
        "image.resample": False,
    }

"""Slices of a local thickness, in the colours of its scale."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from voltome.data import Volume
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.figures_slices import FOOT_MM, Picture, Plane, draw_pictures, labels_shown, planes_of
from voltome.report.formatting import name_in_print, unit_in_print

COLOURS = "viridis"
"""Even to the eye and to every colour vision, and readable in grey."""

BAR_MM = 3.0
ROOM_MM = 11.0
"""Height of the colour bar, and of all below the slices that belongs to it."""


@style.styled
def figure_local_thickness(thickness: Volume) -> Figure:
    """Draw three planes through the centre of a local thickness, with a colour bar.

    For the local thickness of a phase or any other length that is above 0 inside a phase and 0 outside. For grey
    values take `figure_slices`.

    Parameters
    ----------
    thickness : Volume
        The thickness of every voxel of the phase, 0 outside of it, as from `voltome.morphology.local_thickness`.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide (less for one plane), with scale bars and a colour bar from 0 to the largest thickness of the
        volume. What is not above 0, or outside a mask, is white.

    Raises
    ------
    ValuesError
        No value above 0: there is nothing to be drawn.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> values = np.zeros((8, 8, 8), np.float32)
    >>> values[2:6] = 4.0
    >>> thickness = vt.data.Volume(values, voxel_size_um=1, quantity="local thickness", unit="um")
    >>> figure_local_thickness(thickness).axes[-1].get_xlabel()
    'local thickness (µm)'
    """
    largest = float(np.max(thickness.values))
    if not largest > 0:
        raise ValuesError(
            f"the largest {thickness.quantity} is {largest:g}; expected a value above 0 somewhere. "
            f"Take the volume that voltome.morphology.local_thickness gives."
        )
    scale = Normalize(0.0, largest)
    planes = planes_of(thickness)
    rows = [(name_in_print(thickness.quantity), [_coloured(thickness, plane, scale) for plane in planes])]
    figure = draw_pictures(rows, planes, foot_mm=FOOT_MM + ROOM_MM)
    width, height = (float(edge) / style.MM for edge in figure.get_size_inches())
    long = min(60.0, width - 20.0)
    bar = figure.add_axes(((width - long) / 2 / width, 8.0 / height, long / width, BAR_MM / height))
    figure.colorbar(ScalarMappable(scale, COLOURS), cax=bar, orientation="horizontal")
    unit = unit_in_print(thickness.unit)
    bar.set_xlabel(name_in_print(thickness.quantity) + (f" ({unit})" if unit else ""))
    style.plain_numbers(bar.xaxis)
    return figure


def _coloured(thickness: Volume, plane: Plane, scale: Normalize) -> Picture:
    """Return a slice in the colours of the scale, white outside the phase."""
    values = labels_shown(plane.of(thickness.values))
    inside = values > 0
    if thickness.mask is not None:
        inside &= labels_shown(plane.of(thickness.mask).astype(np.uint8)) > 0
    picture: Picture = matplotlib.colormaps[COLOURS](scale(values), bytes=True)[..., :3]
    picture[~inside] = 255
    return picture

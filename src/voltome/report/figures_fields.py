"""Fields of transport in colours: three slices, or the whole field seen through along three axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from voltome.data import AxisName, Volume
from voltome.data._parameters import AXES
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.fields import WALL, Scale, sampled, scale_of, seen_through, style_of
from voltome.report.figures_slices import FOOT_MM, Picture, Plane, draw_pictures, labels_shown, plane_across, planes_of
from voltome.report.formatting import name_in_print
from voltome.transport import project

BAR_MM = 3.0
ROOM_MM = 12.0
"""Height of the colour bar, and of all below the pictures that belongs to it."""

AXES_OF_PLANES: tuple[AxisName, AxisName, AxisName] = AXES


@dataclass(frozen=True, slots=True)
class SeenThrough(Plane):
    """A picture of the whole field, seen along an axis; `how` is its title."""

    how: str = ""

    @property
    def title(self) -> str:
        """How the field is seen."""
        return self.how


@style.styled
def figure_field(field: Volume) -> Figure:
    """Draw three planes through the centre of a field, such as a flux, a flow, a potential or a pressure.

    For grey values take `figure_slices`. A slice shows only the paths that it happens to cut; `figure_projections`
    shows all of them.

    Parameters
    ----------
    field : Volume
        A field that is 0 in walls, as `voltome.transport.diffusion_field` and `voltome.transport.flow_field` give it,
        or a projection of one voxel along an axis.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide (less for one plane), with scale bars and a colour bar with the unit. Walls are grey, what is
        outside a mask is white. The last colour of a flux or a speed is the 99.5 percentile of the values above 0.

    Raises
    ------
    ValuesError
        A field that is 0 everywhere.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> values = np.zeros((8, 8, 8), np.float32)
    >>> values[:, 2:6] = 2e-5
    >>> speed = vt.data.Volume(values, voxel_size_um=1, quantity="speed", unit="m/s")
    >>> figure_field(speed).axes[-1].get_xlabel()
    'speed (µm s⁻¹)'
    """
    thin = [number for number, count in enumerate(field.shape) if count == 1]
    planes = [plane_across(field, thin[0])] if thin else planes_of(field)
    how = seen_through(field)
    if how and thin:
        planes = [_through(planes[0], how)]
    scale = scale_of(_checked(field), style_of(field), field.unit)

    def picture(plane: Plane) -> Picture:
        return _coloured(field, plane, scale, walls=not how)

    return _drawn(field.quantity, planes, picture, scale)


@style.styled
def figure_projections(field: Volume) -> Figure:
    """Draw a field seen through along all three axes: the mean over every column, walls with their 0 included.

    Shows every path in one picture: even where transport is spread, a few bright spots where it is forced through
    bottlenecks.

    Parameters
    ----------
    field : Volume
        A flux or a speed that is 0 in walls, as `voltome.transport.diffusion_field` and
        `voltome.transport.flow_field` give it.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide (less for one plane), with scale bars and a colour bar with the unit, one scale for all pictures.

    Raises
    ------
    ValuesError
        A field that is 0 everywhere.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> values = np.zeros((8, 8, 8), np.float32)
    >>> values[:, 2:6] = 2e-5
    >>> speed = vt.data.Volume(values, voxel_size_um=1, quantity="speed", unit="m/s")
    >>> len(figure_projections(speed).axes)
    4
    """
    _checked(field)
    planes = [_through(plane, f"mean along {AXES[plane.across]}") for plane in planes_of(field)]
    seen = {plane.across: project(field, axis=AXES_OF_PLANES[plane.across]) for plane in planes}
    scale = scale_of(np.concatenate([sampled(each) for each in seen.values()]), style_of(field), field.unit)

    def picture(plane: Plane) -> Picture:
        return _coloured(seen[plane.across], plane, scale, walls=False)

    return _drawn(field.quantity, planes, picture, scale)


def _through(plane: Plane, how: str) -> Plane:
    """Return the picture of a field seen through, in the place of a plane."""
    return SeenThrough(plane.across, 0, plane.height_um, plane.width_um, plane.place_um, how)


def _checked(field: Volume) -> Picture:
    """Return the values of a field that are not walls, or refuse one that has none."""
    values = sampled(field)
    if not values.any():
        raise ValuesError(
            f"the {field.quantity} is 0 everywhere; expected another value somewhere. Take a phase that percolates."
        )
    return values


def _drawn(quantity: str, planes: list[Plane], picture: Callable[[Plane], Picture], scale: Scale) -> Figure:
    """Return the figure of pictures with the colour bar below them."""
    rows = [(name_in_print(quantity), [picture(plane) for plane in planes])]
    figure = draw_pictures(rows, planes, foot_mm=FOOT_MM + ROOM_MM)
    width, height = (float(edge) / style.MM for edge in figure.get_size_inches())
    long = min(60.0, width - 20.0)
    bar = figure.add_axes(((width - long) / 2 / width, 8.5 / height, long / width, BAR_MM / height))
    mapped = ScalarMappable(Normalize(scale.low, scale.high), scale.style.colours)
    figure.colorbar(mapped, cax=bar, orientation="horizontal", extend="max" if scale.cut else "neither")
    bar.set_xlabel(scale.label(quantity))
    style.plain_numbers(bar.xaxis)
    return figure


def _coloured(field: Volume, plane: Plane, scale: Scale, *, walls: bool = True) -> Picture:
    """Return a slice in the colours of the scale, walls grey, white outside the sample."""
    values = labels_shown(plane.of(field.values)).astype(np.float64)
    shares = Normalize(scale.low, scale.high)(scale.factor * values)
    picture: Picture = matplotlib.colormaps[scale.style.colours](shares, bytes=True)[..., :3]
    if walls:
        picture[values == 0] = WALL
    if field.mask is not None:
        picture[labels_shown(plane.of(field.mask).astype(np.uint8)) == 0] = 255
    return picture

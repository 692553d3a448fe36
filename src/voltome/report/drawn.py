"""What a figure of the report is, and what was found while the images were looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from matplotlib.figure import Figure

from voltome.data import ImageNoun, PhaseImage, Volume
from voltome.errors import MissingFileError
from voltome.report import style
from voltome.report.figures_slices import same_grid
from voltome.report.formatting import name_in_print
from voltome.report.rendering import Bodies

if TYPE_CHECKING:
    from voltome.study import Results

MOST_SCANS_DRAWN = 4
"""Scans of which slices and histograms are drawn: more would hide the results."""

Image = TypeVar("Image", bound=ImageNoun)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure of the report, and what is said of it."""

    name: str
    section: str
    figure: Figure
    caption: str


@dataclass(slots=True)
class Looked:
    """What was found while the images were drawn.

    Attributes
    ----------
    colours : dict of str to str
        Colour of every phase met so far; a phase keeps its colour through all figures.
    grids : dict of str to str
        Scan -> voxels and voxel size of its image, in words.
    remarks : list of str
        What could not be drawn, and why.
    bodies : dict of str to Bodies
        Scan -> its particles or phases, reduced to what a rendering can show.
    movies : dict of str to bytes
        Name -> movie that was made already.
    """

    colours: dict[str, str] = field(default_factory=dict)
    grids: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    bodies: dict[str, Bodies] = field(default_factory=dict)
    movies: dict[str, bytes] = field(default_factory=dict)

    def meet(self, phases: PhaseImage) -> None:
        """Give the phases that are new a colour."""
        self.colours = style.phase_colours([*self.colours, *phases.phases.values()])


def drawn_scans(results: Results) -> list[str]:
    """Return the scans of which images are drawn: all, or the first, the last and some between."""
    scans = list(results.scans)
    if len(scans) <= MOST_SCANS_DRAWN:
        return scans
    last = len(scans) - 1
    return [scans[round(i * last / (MOST_SCANS_DRAWN - 1))] for i in range(MOST_SCANS_DRAWN)]


def last_image(
    results: Results, scan: str, kind: type[Image], looked: Looked, *, like: ImageNoun | None = None
) -> Image | None:
    """Return the last image of a kind, on the grid of `like`; of volumes one of the quantity of the first."""
    stored = results.find(scan=scan, noun=kind.__name__)
    for noun in reversed([noun for noun in stored if kind is not Volume or noun.kind == stored[0].kind]):
        try:
            image = cast(Image, results.load(noun))
        except MissingFileError:
            looked.remarks.append(f"{name_in_print(noun.name)} of {scan} is no longer at {noun.path} and is not drawn.")
            continue
        if like is None or same_grid(image, like):
            return image
    return None

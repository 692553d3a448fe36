"""What a figure of the report is, and what was found while the images were looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from matplotlib.figure import Figure

from voltome.data import ImageNoun, PhaseImage, ResultTable, Volume
from voltome.errors import MissingFileError
from voltome.report import style
from voltome.report.fields import is_field
from voltome.report.figures_slices import same_grid
from voltome.report.formatting import listed, name_in_print
from voltome.report.rendering import Bodies
from voltome.report.summary import work_of, worked_scans

if TYPE_CHECKING:
    from voltome.data import Noun
    from voltome.report.paths import Paths
    from voltome.study import Results
    from voltome.study.results import StoredNoun

MOST_SCANS_DRAWN = 4
"""Scans of which slices and histograms are drawn: more would hide the results."""

LENGTHS_INSIDE = {
    "local thickness": "the diameter of the largest ball inside it that holds a voxel",
    "intrusion radius": "the radius of the largest ball that can be pressed from the inlet to a voxel",
}
"""The quantities of volumes whose values are lengths inside a phase, with their meaning."""

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
    paths : dict of str to Paths
        Scan -> its streamlines.
    ends : dict of str to (float, float)
        Field -> the values of its first and last colour, the same for all scans that are drawn.
    movies : dict of str to bytes
        Name -> movie that was made already.
    work : sequence of mapping
        Records of the steps proper: what was done, with which parameters, to which scans.
    """

    colours: dict[str, str] = field(default_factory=dict)
    grids: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    bodies: dict[str, Bodies] = field(default_factory=dict)
    paths: dict[str, Paths] = field(default_factory=dict)
    ends: dict[str, tuple[float, float]] = field(default_factory=dict)
    movies: dict[str, bytes] = field(default_factory=dict)
    work: Sequence[Mapping[str, Any]] = ()

    def meet(self, phases: PhaseImage) -> None:
        """Give the phases that are new a colour."""
        self.colours = style.phase_colours([*self.colours, *phases.phases.values()])


def drawn_scans(results: Results) -> list[str]:
    """Return the scans of which images are drawn: all with steps, or the first, the last and some between.

    So of each kind of scans by itself, which are those with the same steps: none stands in the way of the others. A
    scan of which every image is one of another scan, only measured otherwise, is not drawn again.
    """
    worked = worked_scans(results)
    made = {scan: _keys_of_images(results, scan) for scan in results.scans if scan in worked}
    alike: dict[tuple[str, ...], list[str]] = {}
    for scan, keys in made.items():
        if not keys or not any(keys < others for others in made.values()):
            alike.setdefault(tuple(noun.name for noun in results.find(scan=scan)), []).append(scan)
    drawn = {scan for scans in alike.values() for scan in _spread(scans)}
    return [scan for scan in results.scans if scan in drawn]


def _keys_of_images(results: Results, scan: str) -> frozenset[str]:
    """Return the keys of the steps that made the images of a scan: equal ones made equal images."""
    images = {noun.name for noun in results.find(scan=scan) if noun.noun != ResultTable.__name__}
    records = (record for record in work_of(results) if scan in record["scans"] and record["name"] in images)
    return frozenset(record["key"] for record in records if "key" in record)


def _spread(scans: Sequence[str]) -> Sequence[str]:
    """Return all scans, or of many the first, the last and some between."""
    if len(scans) <= MOST_SCANS_DRAWN:
        return scans
    last = len(scans) - 1
    return [scans[round(i * last / (MOST_SCANS_DRAWN - 1))] for i in range(MOST_SCANS_DRAWN)]


def last_image(
    results: Results, scan: str, kind: type[Image], looked: Looked, *, like: ImageNoun | None = None
) -> Image | None:
    """Return the last image of a kind, on the grid of `like`; of volumes one of the quantity of the first.

    A local thickness and a field are no images that were segmented: they have figures of their own.
    """
    found = results.find(scan=scan, noun=kind.__name__)
    stored = [noun for noun in found if noun.kind not in LENGTHS_INSIDE and not is_field(noun)]
    for noun in reversed([noun for noun in stored if kind is not Volume or noun.kind == stored[0].kind]):
        image = cast(Image | None, load_or_remark(results, noun, looked))
        if image is not None and (like is None or same_grid(image, like)):
            return image
    return None


def load_or_remark(results: Results, stored: StoredNoun, looked: Looked) -> Noun | None:
    """Return a noun, or None and a remark where it is no longer there."""
    try:
        return results.load(stored)
    except MissingFileError:
        looked.remarks.append(
            f"{name_in_print(stored.name)} of {stored.scan} is no longer at {stored.path} and is not drawn."
        )
        return None


def simulated_in_words(results: Results, scans: Sequence[str] | None = None) -> str:
    """Return the sentence that says which of these scans (by default of all) are simulated; nothing for none."""
    shown = [scan for scan in results.scans if scans is None or scan in scans]
    simulated = [scan for scan in shown if scan in results.provenance.get("simulated", [])]
    if not simulated:
        return ""
    return " Simulated." if len(simulated) == len(shown) else f" Simulated: {listed(simulated)}."

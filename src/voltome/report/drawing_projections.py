"""The figure of a raw scan with its caption."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from voltome.data import Projections
from voltome.report.drawn import Drawn, Looked, load_or_remark
from voltome.report.figures_projections import figure_scan
from voltome.report.formatting import name_in_print

if TYPE_CHECKING:
    from voltome.study import Results
    from voltome.study.results import StoredNoun

MOST_STAGES = 4


def figures_of_projections(results: Results, scan: str, looked: Looked) -> Iterator[Drawn]:
    """Yield a view and a sinogram of a raw scan before and after it was cleaned."""
    found = results.find(scan=scan, noun=Projections.__name__)
    stages, geometry = {}, ""
    for stored in _telling(found):
        noun = load_or_remark(results, stored, looked)
        if isinstance(noun, Projections):
            stages[_called(stored)] = noun
            geometry = f"{noun.view_count} views from {noun.angles_deg.min():.4g} to {noun.angles_deg.max():.4g}°"
    if not stages:
        return
    between = [name_in_print(stored.name) for stored in found if _called(stored) not in stages]
    left_out = f" Not drawn: {', '.join(between)}." if between else ""
    simulated = " Simulated." if any(noun.simulated for noun in stages.values()) else ""
    caption = (
        f"{scan}: the raw scan ({geometry}) and what became of it: on the left the first view, on the right the "
        f"sinogram of the middle row, whose upright lines would be rings in the slices. Dashed: the axis of rotation."
        f"{left_out}{simulated}"
    )
    yield Drawn(f"scan-{scan}", "images", figure_scan(stages), caption)


def _telling(found: list[StoredNoun]) -> list[StoredNoun]:
    """Return the stages that tell most: the first of each kind, and the last ones."""
    if len(found) <= MOST_STAGES:
        return found
    firsts = [stored for number, stored in enumerate(found) if stored.kind not in {one.kind for one in found[:number]}]
    chosen = [*firsts, found[-1]][:MOST_STAGES]
    return [stored for stored in found if stored in chosen]


def _called(stored: StoredNoun) -> str:
    """Return what a stage is called."""
    return "raw scan" if stored.step == "source" else name_in_print(stored.name)

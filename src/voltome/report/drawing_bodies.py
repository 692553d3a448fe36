"""Which renderings, movies and states a finished study has, and their captions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from voltome.data import ParticleImage, PhaseImage, Volume
from voltome.errors import ValuesError
from voltome.report.drawn import Drawn, Looked, simulated_in_words
from voltome.report.figures_renderings import MOST_RENDERED, draw_bodies
from voltome.report.figures_states import figure_states, members_of, scans_in, shares_of_fates
from voltome.report.formatting import listed, number_in_print
from voltome.report.interactive import HOW_TO_GET_IT, Scene, is_available, scenes_of
from voltome.report.movies import FINEST, slice_movie, turn
from voltome.report.rendering import Bodies, View, bodies_of, reduced

if TYPE_CHECKING:
    from voltome.study import ReportOptions, Results

STATES = "states"
"""The step whose phases are combinations of scans."""


def keep_bodies(scan: str, image: ParticleImage | PhaseImage | None, looked: Looked, options: ReportOptions) -> None:
    """Keep particles or phases of a scan in the reduced form in which they are rendered, if they are asked for."""
    wanted = options.renderings or options.interactive or "turntable" in options.movies
    if not wanted or image is None or min(image.shape) == 1:
        return
    try:
        looked.bodies[scan] = bodies_of(image, colours=looked.colours)
    except ValuesError as error:
        looked.remarks.append(f"{scan} is not rendered: {error}")


def make_slice_movie(
    scan: str, volume: Volume | None, phases: PhaseImage | None, looked: Looked, options: ReportOptions
) -> None:
    """Make the movie through the slices of a scan, if it is asked for and there is more than one slice."""
    image = volume if volume is not None else phases
    if "slices" in options.movies and image is not None and image.shape[0] > 1:
        looked.movies[f"{scan}-slices"] = slice_movie(volume, phases, colours=looked.colours or None)


def figure_of_bodies(results: Results, looked: Looked, options: ReportOptions) -> Iterator[Drawn]:
    """Yield the renderings of all scans, if they are asked for."""
    if not options.renderings or not looked.bodies:
        return
    for number, bodies in enumerate(_drawn_together(looked.bodies), start=1):
        caption = (
            f"{what_is_rendered(bodies)} in three dimensions: {listed(list(bodies))}. All from one side, in "
            f"parallel projection and at one scale; z runs upwards. Surfaces are smoothed and paler with the distance."
            + simulated_in_words(results, list(bodies))
        )
        name = "renderings" if number == 1 else f"renderings-{number}"
        yield Drawn(name, "renderings", draw_bodies(bodies, View()), caption)


def _drawn_together(bodies: Mapping[str, Bodies]) -> Iterator[Mapping[str, Bodies]]:
    """Yield what shares a figure: everything; or, where that is too much, scans of one size with bodies of one kind."""
    if len(bodies) <= MOST_RENDERED:
        yield bodies
        return
    alike: dict[tuple[object, ...], list[str]] = {}
    for scan, body in bodies.items():
        alike.setdefault((not body.names, *(round(edge, 3) for edge in body.size_um)), []).append(scan)
    for scans in alike.values():
        for first in range(0, len(scans), MOST_RENDERED):
            yield {scan: bodies[scan] for scan in scans[first : first + MOST_RENDERED]}


def what_is_rendered(bodies: Mapping[str, Bodies]) -> str:
    """Return whether particles or phases are rendered, as the beginning of a caption."""
    names = list(dict.fromkeys(name for body in bodies.values() for name in body.names))
    particles = any(not body.names for body in bodies.values())
    words = ["particles, each in the colour of its number,"] if particles else []
    said = " and ".join([*words, *([listed(names)] if names else [])])
    return said[:1].upper() + said[1:]


def movies_of(results: Results, looked: Looked, options: ReportOptions) -> Iterator[tuple[str, str, bytes]]:
    """Yield name, caption and bytes of every movie that is asked for."""
    for name, movie in looked.movies.items():
        scan = name.removesuffix("-slices")
        yield name, f"{scan}: through its slices along z.{simulated_in_words(results, [scan])}", movie
    if "turntable" in options.movies:
        for scan, body in looked.bodies.items():
            caption = (
                f"{scan}: once around, in parallel projection; z runs upwards.{simulated_in_words(results, [scan])}"
            )
            yield f"{scan}-turntable", caption, turn(reduced(body, FINEST))


def scenes(looked: Looked, options: ReportOptions) -> list[Scene]:
    """Return the scenes that are turned by hand, if they are asked for; a remark where they cannot be made."""
    if not options.interactive or not looked.bodies:
        return []
    if not is_available():
        looked.remarks.append(
            f"Scenes to be turned by hand are left out: the package k3d is not installed. Get it with {HOW_TO_GET_IT} "
            f"and write the report again (voltome report RESULTS)."
        )
        return []
    made, left_out = scenes_of(looked.bodies, View(), looked.paths)
    if left_out:
        looked.remarks.append(
            f"The page would become too large with the scenes of {listed(left_out)}; they are left out."
        )
    return made


def figures_of_states(results: Results) -> Iterator[Drawn]:
    """Yield a figure for every image whose phases say in which scans a voxel belongs to a phase."""
    for stored in results.find(noun=PhaseImage.__name__):
        if stored.step != STATES:
            continue
        states = cast(PhaseImage, results.load(stored))
        named = {scan for name in states.phases.values() for scan in members_of(name, list(results.scans))}
        order = [scan for scan in results.scans if scan in named]
        scans = scans_in(states, order if len(order) > 1 else None)
        phase = stored.parameters.get("phase", "the phase")
        shares = [f"{fate} {number_in_print(100 * part, 3)} %" for fate, part in shares_of_fates(states, scans).items()]
        note = " Simulated." if states.simulated else ""
        caption = (
            f"Where {phase} is in each state (slice through the middle; z runs downwards), and in the last panel what "
            f"became of it from {scans[0]} to {scans[-1]}. Shares of the volume of the sample: {listed(shares)}.{note}"
        )
        figure = figure_states(states, axis="y" if min(states.shape[0], states.shape[2]) > 1 else "z", scans=scans)
        yield Drawn(f"{STATES}-{stored.name}", STATES, figure, caption)

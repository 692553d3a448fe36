"""Measure cubes cut from the images, to see at which size a measure settles."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from voltome.data import Column, ImageNoun, Noun, ResultTable
from voltome.errors import GeometryError, PhaseError, ValuesError
from voltome.filters import crop
from voltome.study.cubes import Box, Cube, cubes_of
from voltome.study.model import Node, Ref
from voltome.study.operations import Given, perform, prefixed, stacked, step_of
from voltome.study.settling import infinite_in_words, settling
from voltome.study.trends import trends

if TYPE_CHECKING:
    from voltome.morphology.boxes import MeasuredBoxes

__all__ = ["SubVolumes"]

CUBE_COLUMNS = (
    Column("edge_um", "um", "Edge of the sub-volume, in whole voxels (of the cube of equal volume).", "position"),
    *(Column(f"corner_{axis}_um", "um", f"Corner of the sub-volume along {axis}.", "position") for axis in "zyx"),
    Column("image_share", "1", "Volume of the sub-volume over that of the whole image.", "position"),
    Column(
        "nested",
        "1",
        "Whether it is one of those that grow from the middle or a corner of the image, and overlap; else it "
        "overlaps no other of its edge.",
        "flag",
    ),
)

Place = dict[str, Any]


@dataclass(slots=True)
class _Collected:
    """The rows of one measure, and why it could not be made in some cubes."""

    frames: list[pd.DataFrame]
    left_out: list[str]
    like: ResultTable | None = None


@dataclass(frozen=True, slots=True)
class SubVolumes:
    """Measure cubes cut from the images, to see at which size a measure settles."""

    nested: tuple[Node, ...]
    name: str = "subvolumes"
    version: int = 4

    def perform(self, given: Given, parameters: Mapping[str, Any], node: Node) -> Sequence[Noun]:
        """Return one table for each nested measure, with the rows of all cubes; where each settles; its trend."""
        images = {port: _image(noun) for port, noun in given.items()}
        # two edges may be the same in whole voxels: no cube counts twice
        cubes = [
            *dict.fromkeys(cube for edge_um in parameters["edges_um"] for cube in _cubes(images, edge_um, parameters))
        ]
        wanted = [output.ref for nested in self.nested for output in nested.outputs if output.noun is ResultTable]
        found = {ref: _Collected([], []) for ref in wanted}
        slow = [nested for nested in self.nested if not self._measured_at_once(nested, images, cubes, found)]
        if slow:
            for cube in cubes:
                _measure(slow, images, cube, found)
        names = [output.ref for output in node.outputs[: len(wanted)]]
        tables = [_table(name, found[ref]) for name, ref in zip(names, wanted, strict=True)]
        whole = _of_whole(self.nested, images)
        within = parameters["settles_within"]
        settled = [settling(table, whole.get(ref), within) for table, ref in zip(tables, wanted, strict=True)]
        return [*tables, *settled, *(trends(table) for table in tables)]

    def _measured_at_once(
        self, node: Node, images: Mapping[str, ImageNoun], cubes: Sequence[Cube], found: dict[Ref, _Collected]
    ) -> bool:
        """Measure all cubes by the fast path of a step, and say whether that was possible."""
        step, ports = step_of(node), [str(ref) for ref in node.refs]
        taken = {ref for other in self.nested for ref in other.refs}
        output, *others = node.outputs
        alone = not others and output.noun is ResultTable and output.ref not in taken
        if step is None or not step.subvolumes or not alone or len(ports) != 1 or ports[0] not in images:
            return False
        room, _, name = step.subvolumes.partition(":")
        function = getattr(importlib.import_module(f"voltome.{room}"), name)
        image = images[ports[0]]
        measured: MeasuredBoxes | None = function(image, boxes=[cube.box for cube in cubes], **node.parameters)
        if measured is None:
            return False
        into = found[output.ref]
        into.left_out.extend(measured.failed.values())
        if len(measured.box):
            first = _cut(image, cubes[measured.box[0]].box)
            # it says what it was measured on, and how
            into.like = cast(ResultTable, perform(node, lambda _: first)[output.ref])
            places = pd.DataFrame([_place(image, cube) for cube in cubes])
            front = places.iloc[measured.box].set_axis(measured.frame.index)
            into.frames.append(pd.concat([front, measured.frame], axis=1))
        return True


def _cubes(images: Mapping[str, ImageNoun], edge_um: float, parameters: Mapping[str, Any]) -> list[Cube]:
    """Return the cubes of one edge."""
    first = next(iter(images.values()))
    return cubes_of(first, edge_um, parameters["arrangement"], parameters["at_most"], parameters["seed"])


def _place(image: ImageNoun, cube: Cube) -> Place:
    """Return what the columns of a cube hold."""
    sizes = [(stop - start) * size for (start, stop), size in zip(cube.box, image.voxel_size_um, strict=True)]
    corner = [
        origin + start * size
        for origin, (start, _), size in zip(image.origin_um, cube.box, image.voxel_size_um, strict=True)
    ]
    # the edge as it was cut: whole voxels, which on uneven voxels make no perfect cube
    edge_um = round(float(np.cbrt(np.prod(sizes))), 9)
    share = float(np.prod([stop - start for start, stop in cube.box]) / image.values.size)
    return dict(zip((column.name for column in CUBE_COLUMNS), (edge_um, *corner, share, cube.nested), strict=True))


def _measure(nodes: Sequence[Node], images: Mapping[str, ImageNoun], cube: Cube, found: dict[Ref, _Collected]) -> None:
    """Run the nested steps on one cube; a measure that cannot be made in it is left out and counted."""
    try:
        nouns: dict[Ref, Noun] = {_ref(port): _cut(image, cube.box) for port, image in images.items()}
    except ValuesError as error:  # nothing of the sample in it
        for node in nodes:
            _leave_out(node, str(error), found)
        return
    place = _place(next(iter(images.values())), cube)
    failed: dict[Ref, str] = {}
    for node in nodes:
        reason = next((failed[ref] for ref in node.refs if ref in failed), None)
        if reason is None:
            try:
                made = perform(node, nouns.__getitem__)
            except (PhaseError, ValuesError) as error:
                reason = str(error)
        if reason is not None:  # what works on this cannot be made for this cube either
            failed |= {output.ref: reason for output in node.outputs}
            _leave_out(node, reason, found)
            continue
        nouns.update(made)
        for ref, noun in made.items():
            if isinstance(noun, ResultTable):
                found[ref].like = noun if found[ref].like is None else found[ref].like
                found[ref].frames.append(prefixed(noun.frame, place))


def _leave_out(node: Node, reason: str, found: dict[Ref, _Collected]) -> None:
    """Note why the measures of a node could not be made in a cube."""
    for output in node.outputs:
        if output.ref in found:
            found[output.ref].left_out.append(reason)


def _of_whole(nodes: Sequence[Node], images: Mapping[str, ImageNoun]) -> dict[Ref, ResultTable]:
    """Return the tables of the whole images; those that cannot be made are left out."""
    nouns: dict[Ref, Noun] = {_ref(port): image for port, image in images.items()}
    for node in nodes:
        if all(ref in nouns for ref in node.refs):
            try:
                nouns.update(perform(node, nouns.__getitem__))
            except (PhaseError, ValuesError):
                continue  # nothing to settle to: the sub-volumes say why
    return {ref: noun for ref, noun in nouns.items() if isinstance(noun, ResultTable)}


def _table(ref: Ref, found: _Collected) -> ResultTable:
    """Return the table of all cubes; the columns of the cube come first."""
    if found.like is None:
        raise ValuesError(f"no sub-volume could be measured for {ref.name}; the first said: {found.left_out[0]}")
    # with the name of the scan: what is said of one scan is no part of the method that all scans share
    remark = (
        f"{len(found.left_out)} sub-volumes of {ref.scan} left out, as they could not be measured ({found.left_out[0]})"
        if found.left_out
        else ""
    )
    table = stacked(found.like, found.frames, CUBE_COLUMNS, kind="subvolumes", method=remark)
    return replace(table, warnings=infinite_in_words(table, "edge_um"))


def _cut(image: ImageNoun, box: Box) -> ImageNoun:
    """Return the part of an image of any kind inside a box."""
    cut: ImageNoun = crop(image, box_voxels=box)  # type: ignore[type-var] # every image noun is one of those it takes
    return cut


def _image(noun: Noun) -> ImageNoun:
    """Return `noun` if it is an image, from which a sub-volume can be cut."""
    if not isinstance(noun, ImageNoun):
        raise GeometryError(f"sub-volumes are cut from images; found a {type(noun).__name__}.")
    return noun


def _ref(port: str) -> Ref:
    """Return the noun that a port of the sub-volumes stands for (``scan/name``)."""
    scan, _, name = port.rpartition("/")
    return Ref(scan, name)

"""What the nodes of a study do: read a source, run a step, collect a sweep, measure sub-volumes.

An operation is called with the nouns it takes and gives the nouns of its node's outputs, in their order. It knows its
name and version, which with parameters and inputs make the key under which results are cached.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from voltome.data import Column, ImageNoun, Noun, ResultTable
from voltome.data.tables import Role, unit_in_name
from voltome.errors import AxisError, GeometryError, ParameterError, PhaseError, ValuesError, VoltomeError
from voltome.filters import crop
from voltome.io import read
from voltome.study.model import Node, Ref
from voltome.study.steps import Source, Step

__all__ = ["CollectSweep", "ReadSource", "RunStep", "SubVolumes"]

Given = Mapping[str, Any]
Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class ReadSource:
    """Read the file of a scan."""

    source: Source | None
    path: Path

    @property
    def name(self) -> str:
        """``read`` and what the file is read as."""
        return f"read {self.source.name}" if self.source else "read noun"

    @property
    def version(self) -> int:
        """Version of the reader."""
        return self.source.version if self.source else 1

    def perform(self, given: Given, parameters: Mapping[str, Any], node: Node) -> Sequence[Noun]:
        """Return the noun that the file holds."""
        return [self.source.call(str(self.path), **parameters) if self.source else read(str(self.path))]


@dataclass(frozen=True, slots=True)
class RunStep:
    """Call the function of a step."""

    step: Step

    @property
    def name(self) -> str:
        """Name of the step."""
        return self.step.name

    @property
    def version(self) -> int:
        """Version of the step."""
        return self.step.version

    def perform(self, given: Given, parameters: Mapping[str, Any], node: Node) -> Sequence[Noun]:
        """Return what the function gives: one noun or several, each of them alone or for every scan."""
        first, *others = self.step.signature.inputs
        result = self.step.call(
            given[first.name], **{p.name: given[p.name] for p in others if p.name in given}, **parameters
        )
        made: list[Noun] = []
        for product in self.step.signature.products:
            part = getattr(result, product.field) if product.field else result
            # in the order in which the planner named them: product by product, scan by scan
            made += [_as_noun(part[scan]) for scan in given[first.name]] if product.across else [_as_noun(part)]
        return made


@dataclass(frozen=True, slots=True)
class CollectSweep:
    """Put the tables of a sweep under each other, with the swept value as a column."""

    over: str
    values: tuple[Any, ...]
    name: str = "sweep"
    version: int = 1

    def perform(self, given: Given, parameters: Mapping[str, Any], node: Node) -> Sequence[Noun]:
        """Return one table with the rows of all values."""
        tables = [cast(ResultTable, given[str(index)]) for index in range(len(self.values))]
        role: Role = "key" if isinstance(self.values[0], str) else "position"
        column = Column(self.over, unit_in_name(self.over) or "1", f"Value of {self.over} in the study file.", role)
        frames = [prefixed(table.frame, {self.over: value}) for table, value in zip(tables, self.values, strict=True)]
        return [stacked(tables[0], frames, (column,), kind="sweep")]


@dataclass(frozen=True, slots=True)
class SubVolumes:
    """Measure cubes cut from the images, to see at which size a measure settles."""

    nested: tuple[Node, ...]
    name: str = "subvolumes"
    version: int = 1

    def perform(self, given: Given, parameters: Mapping[str, Any], node: Node) -> Sequence[Noun]:
        """Return one table for each nested measure, with the rows of all cubes."""
        images = {port: _image(noun) for port, noun in given.items()}
        wanted = [output.ref for nested in self.nested for output in nested.outputs if output.noun is ResultTable]
        tables: dict[Ref, list[tuple[dict[str, float], ResultTable]]] = {ref: [] for ref in wanted}
        left_out: dict[Ref, list[str]] = {ref: [] for ref in wanted}
        for edge_um in parameters["edges_um"]:
            for box in cube_boxes(next(iter(images.values())), edge_um, parameters["at_most"], parameters["seed"]):
                self._measure(images, box, tables, left_out)
        return [_collected(node.outputs[index].ref, tables[ref], left_out[ref]) for index, ref in enumerate(wanted)]

    def _measure(
        self,
        images: Mapping[str, ImageNoun],
        box: Box,
        tables: dict[Ref, list[tuple[dict[str, float], ResultTable]]],
        left_out: dict[Ref, list[str]],
    ) -> None:
        """Run the nested steps on one cube; a cube in which a measure cannot be made is left out and counted."""
        cubes = {_ref(port): _cut(image, box) for port, image in images.items()}
        cube = next(iter(cubes.values()))
        # the edge as it was cut: whole voxels, which on uneven voxels make no perfect cube
        edge_um = round(float(np.cbrt(np.prod(cube.size_um))), 9)
        place = dict(zip((column.name for column in _CUBE_COLUMNS), (edge_um, *cube.origin_um), strict=True))
        nouns: dict[Ref, Noun] = dict(cubes)
        failed: dict[Ref, str] = {}
        for nested in self.nested:
            reason = next((failed[ref] for ref in nested.refs if ref in failed), None)
            if reason is None:
                try:
                    made = perform(nested, nouns.__getitem__)
                except (PhaseError, ValuesError) as error:
                    reason = str(error)
            if reason is not None:  # what works on this cannot be made for this cube either
                for output in nested.outputs:
                    failed[output.ref] = reason
                    left_out.setdefault(output.ref, []).append(reason)
                continue
            nouns.update(made)
            for ref, noun in made.items():
                if isinstance(noun, ResultTable):
                    tables[ref].append((place, noun))


def step_of(node: Node) -> Step | None:
    """Return the row of the table of steps that a node runs, or None where it does other work."""
    return node.operation.step if isinstance(node.operation, RunStep) else None


def perform(node: Node, lookup: Callable[[Ref], Noun]) -> dict[Ref, Noun]:
    """Do the work of `node` with the nouns that `lookup` finds, and return what it gives."""
    given: dict[str, Any] = {
        port: lookup(taken) if isinstance(taken, Ref) else {scan: lookup(ref) for scan, ref in taken.items()}
        for port, taken in node.inputs.items()
    }
    try:
        made = node.operation.perform(given, node.parameters, node)
    except VoltomeError as error:
        error.add_note(f"in {node.title} (study file: {'.'.join(map(str, node.place))})")
        raise
    return {output.ref: noun for output, noun in zip(node.outputs, made, strict=True)}


def prefixed(frame: pd.DataFrame, values: Mapping[str, Any]) -> pd.DataFrame:
    """Return `frame` with constant columns in front."""
    return pd.concat([pd.DataFrame(dict(values), index=frame.index), frame], axis=1)


def stacked(
    like: ResultTable, frames: Sequence[pd.DataFrame], front: tuple[Column, ...], *, kind: str, method: str = ""
) -> ResultTable:
    """Return the rows of `frames` under each other, with the `front` columns declared; columns that one lacks go."""
    columns = [column for column in (*front, *like.columns) if all(column.name in frame for frame in frames)]
    return ResultTable(
        pd.concat([frame[[column.name for column in columns]] for frame in frames], ignore_index=True),
        columns=tuple(columns),
        kind=kind,
        measured_on=like.measured_on,
        method="; ".join(filter(None, (like.method, method))),
        history=like.history,
    )


def cube_boxes(image: ImageNoun, edge_um: float, at_most: int, seed: int) -> list[Box]:
    """Return disjoint cubes of `edge_um`, as many as fit, centred in the image; of more than `at_most`, a random draw.

    At random, and not every n-th, because n may fall in step with the rows of cubes.
    """
    edges = [round(edge_um / size) for size in image.voxel_size_um]
    if any(edge < 1 for edge in edges):
        raise ParameterError(f"a sub-volume of {edge_um:g} um is smaller than a voxel ({image.grid_in_words}).")
    counts = [count // edge for count, edge in zip(image.shape, edges, strict=True)]
    if 0 in counts:
        raise AxisError(
            f"a sub-volume of {edge_um:g} um does not fit in the image, which measures "
            f"{' x '.join(f'{size:g}' for size in image.size_um)} um (z, y, x); give smaller edges_um."
        )
    starts = [(count - n * edge) // 2 for count, n, edge in zip(image.shape, counts, edges, strict=True)]
    places = list(itertools.product(*(range(n) for n in counts)))
    drawn = np.random.default_rng(seed).permutation(len(places))[:at_most]
    chosen = [places[index] for index in sorted(drawn.tolist())]
    lows = [[start + n * edge for start, n, edge in zip(starts, place, edges, strict=True)] for place in chosen]
    dz, dy, dx = edges
    return [((z, z + dz), (y, y + dy), (x, x + dx)) for z, y, x in lows]


def _cut(image: ImageNoun, box: Box) -> ImageNoun:
    """Return the part of an image of any kind inside a box."""
    cut: ImageNoun = crop(image, box_voxels=box)  # type: ignore[type-var] # every image noun is one of those it takes
    return cut


_CUBE_COLUMNS = (
    Column("edge_um", "um", "Edge of the sub-volume, in whole voxels (of the cube of equal volume).", "position"),
    *(Column(f"corner_{axis}_um", "um", f"Corner of the sub-volume along {axis}.", "position") for axis in "zyx"),
)


def _collected(ref: Ref, rows: Sequence[tuple[dict[str, float], ResultTable]], left_out: Sequence[str]) -> ResultTable:
    """Return the table of all cubes; the columns of the cube come first."""
    if not rows:
        raise ValuesError(f"no sub-volume could be measured for {ref.name}; the first said: {left_out[0]}")
    # with the name of the scan: what is said of one scan is no part of the method that all scans share
    remark = (
        f"{len(left_out)} sub-volumes of {ref.scan} left out, as they could not be measured ({left_out[0]})"
        if left_out
        else ""
    )
    frames = [prefixed(table.frame, place) for place, table in rows]
    return stacked(rows[0][1], frames, _CUBE_COLUMNS, kind="subvolumes", method=remark)


def _as_noun(result: Any) -> Noun:
    """Return a result of several numbers as its table, and a noun as it is."""
    return cast(Noun, result.to_table() if hasattr(result, "to_table") else result)


def _image(noun: Noun) -> ImageNoun:
    """Return `noun` if it is an image, from which a sub-volume can be cut."""
    if not isinstance(noun, ImageNoun):
        raise GeometryError(f"sub-volumes are cut from images; found a {type(noun).__name__}.")
    return noun


def _ref(port: str) -> Ref:
    """Return the noun that a port of the sub-volumes stands for (``scan/name``)."""
    scan, _, name = port.rpartition("/")
    return Ref(scan, name)

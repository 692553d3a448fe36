"""What the nodes of a study do: read a source, run a step, collect a sweep; for sub-volumes see `subvolumes`.

An operation is called with the nouns it takes and gives the nouns of its node's outputs, in their order. It knows its
name and version, which with parameters and inputs make the key under which results are cached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pandas as pd

from voltome.data import Column, Noun, ResultTable
from voltome.data.tables import Role, unit_in_name
from voltome.errors import ParameterError, VoltomeError
from voltome.io import read
from voltome.study.model import Node, Ref
from voltome.study.settling import infinite_in_words
from voltome.study.steps import Source, Step

__all__ = ["CollectSweep", "ReadSource", "RunStep"]

Given = Mapping[str, Any]


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

    def refuse_as_target(self, target: str | Path) -> None:
        """Refuse to write over the source, into it, or over a folder that holds it."""
        source, written = self.path.resolve(), Path(target).resolve()
        if source == written or source in written.parents or written in source.parents:
            raise ParameterError(
                f"the volume would be written to {str(target)!r}, where the source {str(self.path)!r} lies; expected "
                f"another place."
            )


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
        table = stacked(tables[0], frames, (column,), kind="sweep")
        return [replace(table, warnings=infinite_in_words(table, self.over))]


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


def _as_noun(result: Any) -> Noun:
    """Return a result of several numbers as its table, and a noun as it is."""
    return cast(Noun, result.to_table() if hasattr(result, "to_table") else result)

"""A study as it stands after checking: its scans, and the graph of everything that will be made.

The graph has one node for every piece of work. A node takes nouns (by `Ref`: scan and name) and gives nouns; what it
does is its operation (`voltome.study.operations`). Steps across scans, sweeps and sub-volumes are nodes like others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from voltome.data import Noun, PhaseImage
from voltome.study.report_options import ReportOptions

if TYPE_CHECKING:
    from voltome.study.problems import Place

__all__ = [
    "ALL_SCANS",
    "SOURCE",
    "Batch",
    "Graph",
    "Node",
    "Operation",
    "Output",
    "Ref",
    "Scan",
    "Study",
    "with_phases",
]

ALL_SCANS = "all scans"
"""The scan under which a result stands that belongs to the study as a whole."""

SOURCE = "source"
"""Name of the noun that a scan begins with: what its file holds."""


class Ref(NamedTuple):
    """Which noun: the scan it belongs to, and its name there."""

    scan: str
    name: str

    def __str__(self) -> str:
        return f"{self.scan}/{self.name}"


@dataclass(frozen=True, slots=True)
class Output:
    """One noun that a node gives, as far as it is known before the run.

    Attributes
    ----------
    noun : type of Noun
        What it is.
    kind : str
        Kind of a table, quantity of a volume.
    phases : tuple of str or None
        Phases of a phase image, where the study file tells them.
    """

    ref: Ref
    noun: type[Noun]
    kind: str
    phases: tuple[str, ...] | None = None


def with_phases(outputs: tuple[Output, ...], phases: tuple[str, ...] | None) -> tuple[Output, ...]:
    """Return outputs whose phase images have these phases, as another noun says them; None: it does not."""
    return tuple(replace(each, phases=phases) if issubclass(each.noun, PhaseImage) else each for each in outputs)


class Operation(Protocol):
    """What a node does."""

    @property
    def name(self) -> str:
        """Name of the step, for people and for the cache key."""

    @property
    def version(self) -> int:
        """Raised when the same input would give another result."""

    def perform(self, given: Mapping[str, Any], parameters: Mapping[str, Any], node: Node) -> Sequence[Noun]:
        """Return the nouns of the node's outputs, in their order."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Nodes that one call makes together, faster than one by one.

    Attributes
    ----------
    call : callable
        From the noun at `source` and ``variants`` to the result of each of them in turn (`FastSweep.function`).
    source : Ref
        The noun that the call takes.
    variants : mapping of Ref to mapping
        What each node gives -> the parameters of the swept step that it stands for, in the order of the sweep.
    in_order : bool
        Each result hangs on those before it, so that all are made where one is missing; otherwise the results are those
        of the nodes made one by one.
    """

    call: Callable[..., Iterator[Any]]
    source: Ref
    variants: Mapping[Ref, Mapping[str, Any]]
    in_order: bool = False

    def until(self, ref: Ref) -> list[Mapping[str, Any]]:
        """Return the parameters of the swept step up to those that `ref` stands for."""
        refs = list(self.variants)
        return [self.variants[each] for each in refs[: refs.index(ref) + 1]]


@dataclass(frozen=True, slots=True)
class Node:
    """One piece of work.

    Attributes
    ----------
    operation : Operation
        What is done.
    parameters : mapping
        Checked parameters, defaults included.
    inputs : mapping
        For each port of the operation the noun it takes, or for a step across scans one noun per scan.
    outputs : tuple of Output
        What it gives.
    transient : bool
        Kept in memory only, while something needs it: the images inside a sweep.
    place : Place
        Where it stands in the study file.
    inner : bool
        A part of other work (one value of a sweep), which users see in the table of the whole and not by itself.
    batch : Batch or None
        Where one call can make it together with others: it is then made so, and alone where that call gives nothing.
    """

    operation: Operation
    parameters: Mapping[str, Any]
    inputs: Mapping[str, Ref | Mapping[str, Ref]]
    outputs: tuple[Output, ...]
    transient: bool
    place: Place
    inner: bool = False
    batch: Batch | None = None

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Every noun that the node takes."""
        found: list[Ref] = []
        for taken in self.inputs.values():
            found.extend([taken] if isinstance(taken, Ref) else taken.values())
        return tuple(found)

    @property
    def title(self) -> str:
        """Scan and name, for progress and messages; a step across scans is titled by its name alone."""
        scans = {output.ref.scan for output in self.outputs}
        name = self.outputs[0].ref.name
        return f"{next(iter(scans))}: {name}" if len(scans) == 1 else f"{ALL_SCANS}: {name}"


@dataclass(slots=True)
class Graph:
    """Nodes in an order in which they can be worked."""

    nodes: list[Node] = field(default_factory=list)
    _maker: dict[Ref, Node] = field(default_factory=dict)

    def add(self, node: Node) -> None:
        """Append a node all of whose inputs are there already."""
        self.nodes.append(node)
        self._maker.update({output.ref: node for output in node.outputs})

    def maker_of(self, ref: Ref) -> Node:
        """Return the node that gives `ref`."""
        return self._maker[ref]

    def copy(self) -> Graph:
        """Return a graph with the same nodes that can grow on its own."""
        return Graph(list(self.nodes), dict(self._maker))

    def __contains__(self, ref: object) -> bool:
        return ref in self._maker

    def output(self, ref: Ref) -> Output:
        """Return what is known of `ref`."""
        return next(output for output in self._maker[ref].outputs if output.ref == ref)

    def depends_on(self, ref: Ref, target: Ref) -> bool:
        """Say whether `ref` is made with `target` or from it."""
        maker = self.maker_of(ref)
        return maker is self.maker_of(target) or any(self.depends_on(taken, target) for taken in maker.refs)


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan of a study.

    Attributes
    ----------
    name : str
        Name in the study file, the tables and the report.
    path : Path
        File, folder or glob that it is read from.
    attributes : mapping
        What the study file says about it beside how to read it: a cycle number, a batch.
    """

    name: str
    path: Path
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Study:
    """A checked study: nothing in it is unknown, and its chain of types fits.

    Attributes
    ----------
    title : str
        What the study file says after ``study:``.
    path : Path
        The study file.
    text : str
        Its text, which goes into the provenance.
    scans : mapping of str to Scan
        In the order of the file.
    graph : Graph
        Everything that will be made.
    compare_by : str or None
        The attribute by which scans are compared, or ``scan``.
    results_folder : Path
        Where results go unless the run says otherwise: ``<name of the study file>-results`` beside it.
    report : ReportOptions
        What the report shows beside tables and figures.
    """

    title: str
    path: Path
    text: str
    scans: Mapping[str, Scan]
    graph: Graph
    compare_by: str | None
    results_folder: Path
    report: ReportOptions = field(default_factory=ReportOptions)

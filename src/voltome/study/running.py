"""Running a checked study: what is cached is reused, the rest is made in order, tables come at the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from voltome.data import ImageNoun, Noun
from voltome.errors import VoltomeError
from voltome.io import input_files, place_in_file
from voltome.runtime import Progress, ProgressEvent, check_memory, silent
from voltome.study.keys import file_hash, keys_of
from voltome.study.model import Batch, Node, Ref, Study
from voltome.study.operations import ReadSource, perform, step_of
from voltome.study.provenance import InputFile, Run, StepRecord, write_provenance
from voltome.study.results import Results, load_results
from voltome.study.store import Store
from voltome.study.tables import write_tables

__all__ = ["run"]

WORTH_SAYING_BYTES = 200_000_000
"""Memory of a step above which its estimate is shown."""


def run(study: Study, *, folder: str | Path | None = None, progress: Progress = silent) -> Results:
    r"""Run a study, or what of it is not done yet.

    Parameters
    ----------
    study : Study
        A checked study, from `voltome.study.load`.
    folder : str or pathlib.Path, optional
        Results folder; ``<name of the study file>-results`` beside the study file by default.
    progress : callable, optional
        Told when each step begins and ends.

    Returns
    -------
    Results
        The results folder, from which nouns and tables are read.

    Raises
    ------
    ResultsFolderError
        The folder is not writable, or another run is working in it.
    MemoryEstimateError
        A step would not fit in memory; said before it starts.
    VoltomeError
        Whatever a step finds wrong with its data, with the step and scan it happened in.

    Notes
    -----
    Results are cached by a hash of input, step, version and parameters. A run that was ended goes on where it was,
    and gives the same bytes. Entries of the store that the study makes no more are removed at the end.

    Examples
    --------
    >>> import pathlib, tempfile, numpy as np, voltome as vt
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> volume = vt.data.Volume(np.arange(64, dtype=np.uint8).reshape(4, 4, 4), voxel_size_um=0.5)
    >>> _ = vt.io.write(volume, folder / "scan.tif")
    >>> _ = (folder / "study.yaml").write_text(
    ...     "study: A cube\nscans: {first: {source: scan.tif}}\n"
    ...     "pipeline:\n  - threshold: {intervals: {solid: [32, null]}, rest: pore}\n  - phase_fractions\n"
    ... )
    >>> results = vt.study.run(vt.study.load(folder / "study.yaml"))
    >>> results.tables()["phase_fractions"].frame.fraction.tolist()
    [0.5, 0.5]
    """
    store = Store(Path(folder) if folder is not None else study.results_folder)
    with store.locked():
        return _Runner(study, store, progress).run()


@dataclass(slots=True)
class _Runner:
    """One run: what is planned, what is cached, and the nouns that are in memory now.

    `together` has the seconds of nodes that a batch made, `alone` the nodes that their batch could not make.
    """

    study: Study
    store: Store
    progress: Progress
    keys: dict[Ref, str] = field(default_factory=dict)
    inputs: list[InputFile] = field(default_factory=list)
    records: list[StepRecord] = field(default_factory=list)
    held: dict[Ref, Noun] = field(default_factory=dict)
    waiting: Counter[Ref] = field(default_factory=Counter)
    todo: set[Ref] = field(default_factory=set)
    together: dict[Ref, float] = field(default_factory=dict)
    alone: set[Ref] = field(default_factory=set)
    event: ProgressEvent = field(default_factory=lambda: ProgressEvent("", 0, 0))

    def run(self) -> Results:
        """Make what is not cached, then write the tables and the provenance."""
        started, clock = datetime.now(UTC), time.perf_counter()
        self.keys = keys_of(self.study.graph, self._source_hashes)
        stored = [node for node in self.study.graph.nodes if not node.transient]
        cached = self._all_cached(stored)
        todo = [node for node in stored if cached[id(node)] is None]
        needed = self._with_transient(todo)
        self.waiting = Counter(ref for node in needed for ref in dict.fromkeys(self._refs(node)))
        self.todo = {node.outputs[0].ref for node in todo}
        for number, node in enumerate(stored):
            seconds = cached[id(node)]
            self.event = ProgressEvent(node.title, number, len(stored), "" if seconds is None else "cached")
            self.progress(self.event)
            taken = self._made(node) if seconds is None else seconds
            self.records.append(StepRecord.of(node, self.keys, taken, cached=seconds is not None))
        self.progress(ProgressEvent("tables", len(stored), len(stored)))
        self.store.unfinished()
        self._finish(started, time.perf_counter() - clock)
        return load_results(self.store.folder)

    def _source_hashes(self, node: Node) -> list[str]:
        """Return the hashes of a scan's files, and note them for the provenance."""
        operation = node.operation
        assert isinstance(operation, ReadSource)  # noqa: S101 - keys_of asks for sources only
        scan = node.outputs[0].ref.scan
        self.progress(ProgressEvent(f"{scan}: reading {operation.path.name}", 0, 1, "for its hash"))
        # two images of one file have the same bytes, and not the same place
        place = place_in_file(str(operation.path))
        hashes = [place] if place else []
        for path in input_files(str(operation.path)):
            digest = file_hash(path)
            self.inputs.append(InputFile(scan, path, path.stat().st_size, digest))
            # in a zarr folder the name of a file says where its voxels lie; slices count by their order alone
            inside = path.parent != operation.path and operation.path in path.parents
            hashes.append(f"{path.relative_to(operation.path).as_posix()} {digest}" if inside else digest)
        return hashes

    def _cached(self, node: Node) -> float | None:
        """Return how long a cached node took, or None where it must be made."""
        found = [self.store.attributes(output, self.keys[output.ref]) for output in node.outputs]
        if any(attributes is None for attributes in found):
            return None
        return max(float(attributes["seconds"]) for attributes in found if attributes is not None)

    def _all_cached(self, stored: list[Node]) -> dict[int, float | None]:
        """Return how long each stored node took, or None; of a batch that is made in order all or none."""
        found = {id(node): self._cached(node) for node in stored}
        for node in stored:
            if node.batch is not None and node.batch.in_order:
                members = [id(self.study.graph.maker_of(ref)) for ref in node.batch.variants]
                if any(found[member] is None for member in members):
                    found.update(dict.fromkeys(members))
        return found

    def _with_transient(self, todo: list[Node]) -> list[Node]:
        """Return the nodes to make and, where they take what is not stored, the nodes that make that."""
        needed, queue = {node.outputs[0].ref: node for node in todo}, list(todo)
        while queue:
            for ref in self._refs(queue.pop()):
                maker = self.study.graph.maker_of(ref)
                if maker.transient and maker.outputs[0].ref not in needed:
                    needed[maker.outputs[0].ref] = maker
                    queue.append(maker)
        return list(needed.values())

    def _refs(self, node: Node) -> tuple[Ref, ...]:
        """Return the nouns that a node is really made from."""
        return node.refs if node.batch is None or node.outputs[0].ref in self.alone else (node.batch.source,)

    def _made(self, node: Node) -> float:
        """Make a node that is stored, with those that one call makes with it, and return the seconds that it took."""
        ref = node.outputs[0].ref
        if node.batch is not None and ref not in self.together and ref not in self.alone:
            self._make_together(node, node.batch)
        return self.together[ref] if ref in self.together else self._make(node)

    def _make_together(self, first: Node, batch: Batch) -> None:
        """Store what one call gives for all nodes of a batch that are to be made, up to the first that it cannot give.

        That one and those behind it are made alone: they then say themselves what is wrong.
        """
        members = [self.study.graph.maker_of(ref) for ref in batch.variants if ref in self.todo]
        source = self._noun(batch.source)
        self._check_memory(first, {batch.source: source})
        self._say_compiling(first)
        results = batch.call(source, variants=[batch.variants[node.outputs[0].ref] for node in members])
        clock = time.perf_counter()
        for number, node in enumerate(members):
            try:
                table = next(results).to_table()
            except VoltomeError:
                self._leave_alone(members[number:])
                self._let_go([batch.source] * len(members[number:]))
                break
            seconds = time.perf_counter() - clock
            self._keep(node, {node.outputs[0].ref: table}, seconds)
            self._let_go((batch.source,))
            self.together[node.outputs[0].ref] = seconds
            clock = time.perf_counter()

    def _leave_alone(self, nodes: list[Node]) -> None:
        """Note that nodes of a batch are made alone, and what they need for that."""
        self.alone |= {node.outputs[0].ref for node in nodes}
        needed = self._with_transient(nodes)
        self.waiting.update(ref for node in needed for ref in dict.fromkeys(self._refs(node)))

    def _say_compiling(self, node: Node) -> None:
        """Say that the kernels of a step are compiled, which takes a while, where they are."""
        step = step_of(node)
        if step is not None and not step.is_compiled:
            self.progress(replace(self.event, note=f"{node.title}: compiling its kernels, once on this machine"))

    def _make(self, node: Node) -> float:
        """Do the work of a node, store what it gives, and return the seconds that it took."""
        given = {ref: self._noun(ref) for ref in dict.fromkeys(node.refs)}
        self._check_memory(node, given)
        self._say_compiling(node)
        clock = time.perf_counter()
        made = perform(node, given.__getitem__)
        seconds = time.perf_counter() - clock
        self._keep(node, made, seconds)
        del given
        self._let_go(dict.fromkeys(node.refs))
        return seconds

    def _keep(self, node: Node, made: dict[Ref, Noun], seconds: float) -> None:
        """Store what a node gives, and hold what other nodes wait for."""
        for output in node.outputs:
            noun = made[output.ref]
            if not node.transient:
                self.store.unfinished()
                self.store.save(output, noun, self.keys[output.ref], seconds)
            if self.waiting[output.ref]:
                self.held[output.ref] = noun

    def _let_go(self, refs: Iterable[Ref]) -> None:
        """Note that a node no longer waits for these nouns, and drop those that no node waits for."""
        for ref in refs:
            self.waiting[ref] -= 1
            if not self.waiting[ref]:
                self.held.pop(ref, None)

    def _noun(self, ref: Ref) -> Noun:
        """Return a noun from memory, from the store, or - where it is never stored - by making it."""
        maker = self.study.graph.maker_of(ref)
        if ref not in self.held:
            if maker.transient:
                self._make(maker)
            else:
                self.held[ref] = self.store.load(self.study.graph.output(ref))
        return self.held[ref]

    def _check_memory(self, node: Node, given: dict[Ref, Noun]) -> None:
        """Say what a step will need where that is much, and refuse one that would not fit, before it starts."""
        voxels = max((noun.values.size for noun in given.values() if isinstance(noun, ImageNoun)), default=0)
        step = step_of(node)
        if step is not None and voxels:
            need = int(step.bytes_per_voxel * voxels)
            if need >= WORTH_SAYING_BYTES:
                self.progress(replace(self.event, note=f"{node.title} takes about {need / 1e9:.1f} GB"))
            check_memory(need, task=node.title, voxels=voxels)

    def _finish(self, started: datetime, seconds: float) -> None:
        """Write tables and provenance, and remove what the study makes no more."""
        outputs = [output for node in self.study.graph.nodes if not node.transient for output in node.outputs]
        write_tables(self.study, self.store, outputs)
        self.store.keep_only(outputs)
        run_record = Run(started, seconds, tuple(self.inputs), tuple(self.records))
        write_provenance(self.study, run_record, self.store, outputs)

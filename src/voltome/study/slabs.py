"""A scan larger than memory: the steps of a study from its projections to a volume, a few rows at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from voltome.data import ConeBeam, Noun, Positive, Projections, Volume
from voltome.data._parameters import check_positive
from voltome.errors import MemoryEstimateError, ParameterError
from voltome.io import write_slabs
from voltome.runtime import Progress, ProgressEvent, available_memory_bytes, silent
from voltome.study.model import SOURCE, Node, Ref, Study
from voltome.study.operations import ReadSource, RunStep, perform, step_of
from voltome.study.slab_plans import SlabPlan, agreed
from voltome.study.step import DetectorShape, Rows, Step

__all__ = ["plan_slabs", "reconstruct"]

SETTLING_ROWS = 32
"""Rows in the middle of the detector from which a step settles what holds for the whole scan, such as its axis."""

BUFFER_BYTES = 200_000_000
"""What chunks take while they are packed and unpacked."""

LIBRARIES_BYTES = 300_000_000
"""What the interpreter and the libraries take, of a limit that a user sees as that of the process."""

SETTLING_BYTES = 16
"""Bytes per pixel, above those it works on, with which a step settles what holds for the whole scan."""


@dataclass(slots=True)
class _Chain:
    """The steps from the projections of one scan to its first volume."""

    scan: str
    source: Node
    nodes: list[Node]
    projections: Projections
    settled: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)
    """What the history says of how a step settled it; on a slab the step is only given what was settled."""

    @property
    def rows(self) -> list[Rows]:
        """How each step works on rows."""
        return [cast(Rows, cast(Step, step_of(node)).rows) for node in self.nodes]

    @property
    def halo(self) -> int:
        """Rows of the detector that a slab needs beyond each end: a multiple of those that become one."""
        halo, factor = 0, 1
        for each, node in zip(self.rows, self.nodes, strict=True):
            halo += factor * each.halo_of(node.parameters)
            factor *= each.binned_of(node.parameters)
        return -(-halo // factor) * factor

    @property
    def factor(self) -> int:
        """Rows of the detector that become one slice."""
        factor = 1
        for each, node in zip(self.rows, self.nodes, strict=True):
            factor *= each.binned_of(node.parameters)
        return factor

    def settle(self) -> None:
        """Let the steps that settle something for the whole scan do so on rows in the middle."""
        total = self.projections.row_count
        first = max(0, (total - SETTLING_ROWS) // 2)
        for number, each in enumerate(self.rows):
            if each.settles is not None:
                noun = self.worked(first, min(total, first + SETTLING_ROWS), number)
                made = perform(self.nodes[number], lambda _, noun=noun: noun)  # type: ignore[misc]
                self.settled[number] = each.settles(tuple(made.values()))
                self.said[number] = cast(Any, next(iter(made.values()))).history[-1]

    def worked(self, first: int, stop: int, until: int) -> Noun:
        """Return what the first steps make of some rows."""
        noun: Noun = self.projections.rows(first, stop)
        for number, node in enumerate(self.nodes[:until]):
            settled = self.settled.get(number)
            mine = node if settled is None else replace(node, parameters=settled)
            given = noun
            made = perform(mine, lambda _, given=given: given)  # type: ignore[misc]
            noun = made[mine.outputs[0].ref]
            if number in self.said:
                noun = _retold(noun, self.said[number])
            del given, made
        return noun

    def slab(self, first: int, stop: int) -> Volume:
        """Return the slices of some rows, worked on with the rows beside them."""
        low, high = max(0, first - self.halo), min(self.projections.row_count, stop + self.halo)
        volume = cast(Volume, self.worked(low, high, len(self.nodes)))
        top, count = (first - low) // self.factor, (stop - first) // self.factor
        return replace(volume, values=volume.values[top : top + count])

    def bytes_of(self, rows: int) -> int:
        """Return the estimated peak memory of a slab with so many rows, the libraries and all."""
        peak = self._peak(min(rows + 2 * self.halo, self.projections.row_count), len(self.nodes))
        return LIBRARIES_BYTES + BUFFER_BYTES + int(peak)

    @property
    def settling_bytes(self) -> int:
        """Return the estimated peak memory of settling what holds for the whole scan; 0 where nothing is settled."""
        settling = [number for number, each in enumerate(self.rows) if each.settles is not None]
        if not settling:
            return 0
        peak = self._peak(min(SETTLING_ROWS, self.projections.row_count), settling[-1], SETTLING_BYTES)
        return LIBRARIES_BYTES + int(peak)  # nothing is packed yet

    def _peak(self, rows: int, until: int, more: float = 0.0) -> float:
        """Return the estimated peak of the first steps on so many rows, or of `more` bytes per pixel after them."""
        seen = self.projections
        pixel_um = seen.geometry.pixel_size_um[1]
        shape = DetectorShape(seen.view_count, rows, seen.column_count, pixel_um)
        held = float(shape.pixels * seen.values.dtype.itemsize)
        peak = 2 * held  # as it lies in the file, and as it is read
        for each, node in zip(self.rows[:until], self.nodes[:until], strict=True):
            per_pixel = cast(Step, step_of(node)).bytes_per_voxel
            needed = each.peak_bytes(shape, node.parameters) if each.peak_bytes else per_pixel * shape.pixels
            peak = max(peak, held + needed)
            shape = each.reshaped(shape, node.parameters)
            held = 4.0 * shape.pixels
        return max(peak, held + more * shape.pixels)


def plan_slabs(study: Study, *, scan: str | None = None, memory_gb: Positive | None = None) -> SlabPlan:
    r"""Return how `reconstruct` would go about a scan, with its memory, without doing it.

    Parameters
    ----------
    study : Study
        A checked study, from `voltome.study.load`; a scan of it has ``as: projections``.
    scan : str, optional
        The scan to reconstruct; needed where the study has several.
    memory_gb : float, optional
        Memory to stay within, in GB, above 0; None: 80 % of what is free.

    Returns
    -------
    SlabPlan
        Steps, rows of a slab, and memory; as text, one line.

    Raises
    ------
    ParameterError, MemoryEstimateError
        As for `reconstruct`.

    Examples
    --------
    >>> import pathlib, tempfile, numpy as np, voltome as vt
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> beam = vt.data.ParallelBeam(1, rotation_axis_px=15.5)
    >>> scan = vt.data.Projections(np.ones((24, 8, 32), np.float32), angles_deg=np.arange(24) * 7.5, geometry=beam,
    ...                            kind="absorbance")
    >>> _ = vt.io.write(scan, folder / "scan.zarr")
    >>> _ = (folder / "study.yaml").write_text(
    ...     "study: A block\nscans: {block: {source: scan.zarr}}\npipeline:\n  - fbp: {}\n")
    >>> vt.study.plan_slabs(vt.study.load(folder / "study.yaml"), memory_gb=1).rows_per_slab
    8
    """
    return _plan(_chain(study, scan), memory_gb)


def reconstruct(
    study: Study,
    path: str | Path,
    *,
    scan: str | None = None,
    memory_gb: Positive | None = None,
    progress: Progress = silent,
) -> Path:
    r"""Reconstruct a scan that is larger than memory, as its study says, into an OME-Zarr volume.

    The steps from the projections to the first volume are done a few rows of the detector at a time. Use
    `voltome.study.run` where the scan fits in memory: it caches every step.

    Parameters
    ----------
    study : Study
        A checked study, from `voltome.study.load`; a scan of it has ``as: projections``.
    path : str or pathlib.Path
        The volume to write, ``.ome.zarr``.
    scan : str, optional
        The scan to reconstruct; needed where the study has several.
    memory_gb : float, optional
        Memory to stay within, in GB, above 0; None: 80 % of what is free.
    progress : callable, optional
        Told before each slab.

    Returns
    -------
    pathlib.Path
        The volume.

    Raises
    ------
    ParameterError
        A scan that the study does not have, or without a volume made of projections; a step that works on the whole
        scan; a path at which a source lies.
    MemoryEstimateError
        Memory that does not suffice for a single slab.
    VoltomeError
        Whatever a step finds wrong with its data.

    Notes
    -----
    A step that settles one value for the whole scan (the axis of rotation) does so once, on 32 rows in the middle of
    the detector. Steps that look at neighbouring rows get these too. The voxels are the same, bit for bit, for any
    height of the slabs. Lines of the history that differ from slab to slab are kept as far as they agree.

    Memory: one slab of the scan, what the step that needs most takes for it, 0.3 GB for the interpreter and the
    libraries, and 0.2 GB to pack chunks. What is settled on 32 rows needs the memory for these.

    Examples
    --------
    >>> import pathlib, tempfile, numpy as np, voltome as vt
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> beam = vt.data.ParallelBeam(1, rotation_axis_px=15.5)
    >>> scan = vt.data.Projections(np.ones((24, 8, 32), np.float32), angles_deg=np.arange(24) * 7.5, geometry=beam,
    ...                            kind="absorbance")
    >>> _ = vt.io.write(scan, folder / "scan.zarr")
    >>> _ = (folder / "study.yaml").write_text(
    ...     "study: A block\nscans: {block: {source: scan.zarr}}\npipeline:\n  - fbp: {}\n")
    >>> study = vt.study.load(folder / "study.yaml")
    >>> vt.io.read_volume(vt.study.reconstruct(study, folder / "block.ome.zarr", memory_gb=1)).shape
    (8, 32, 32)
    """
    for node in study.graph.nodes:
        if isinstance(node.operation, ReadSource):
            node.operation.refuse_as_target(path)
    chain = _chain(study, scan)
    plan = _plan(chain, memory_gb)
    progress(ProgressEvent(f"{chain.scan}: settling", 0, plan.slab_count, str(plan)))
    chain.settle()
    histories: list[tuple[str, ...]] = []
    depth = plan.row_count // chain.factor

    def noted(volume: Volume) -> Volume:
        histories.append(volume.history)
        return volume

    def slabs() -> Iterator[Volume]:
        for number in range(plan.slab_count):
            first = number * plan.rows_per_slab
            stop = min(first + plan.rows_per_slab, depth * chain.factor)
            progress(ProgressEvent(f"{chain.scan}: rows {first} to {stop - 1}", number, plan.slab_count))
            yield noted(chain.slab(first, stop))  # under no name here, so that it goes before the next one is made

    written = write_slabs(slabs(), path, depth=depth, history=lambda: agreed(histories))
    progress(ProgressEvent(f"{chain.scan}: {written.name}", plan.slab_count, plan.slab_count))
    return written


def _chain(study: Study, scan: str | None) -> _Chain:
    """Return the steps from the projections of a scan to its first volume."""
    name = _scan(study, scan)
    source = study.graph.maker_of(Ref(name, SOURCE))
    volume = next((node for node in study.graph.nodes if _gives_volume(node, name)), None)
    nodes: list[Node] = []
    while volume is not None and volume is not source:
        nodes.insert(0, volume)
        refs = volume.refs
        volume = study.graph.maker_of(refs[0]) if len(refs) == 1 and isinstance(volume.operation, RunStep) else None
    operation = source.operation
    if volume is None or not isinstance(operation, ReadSource):
        raise ParameterError(
            f"the study makes no volume of the projections of {name!r} alone; expected `as: projections` and a "
            f"reconstruction such as fbp in its pipeline, with steps that take one noun each."
        )
    _check_rows(nodes)
    projections = _read(operation, source.parameters)
    if not isinstance(projections, Projections):
        raise ParameterError(f"the source of {name!r} is a {type(projections).__name__}; expected projections.")
    if isinstance(projections.geometry, ConeBeam) and projections.row_count > 1:
        raise ParameterError(
            f"{name!r} is a cone-beam scan, whose slices need rows of many heights; expected a parallel beam. Use "
            f"voltome run."
        )
    return _Chain(name, source, nodes, projections)


def _scan(study: Study, scan: str | None) -> str:
    """Return the scan that is meant."""
    names = list(study.scans)
    if scan is None and len(names) == 1:
        return names[0]
    if scan is None or scan not in names:
        known = ", ".join(map(repr, names))
        raise ParameterError(f"scan is {scan!r}; this study has {known}. Say which one to reconstruct.")
    return scan


def _gives_volume(node: Node, scan: str) -> bool:
    """Say whether a node gives a volume of this scan, and does not read it."""
    first = node.outputs[0]
    return first.ref.scan == scan and issubclass(first.noun, Volume) and first.ref.name != SOURCE


def _check_rows(nodes: list[Node]) -> None:
    """Refuse steps that cannot work on some rows alone."""
    whole = [node.operation.name for node in nodes if (step := step_of(node)) is None or step.rows is None]
    if whole:
        raise ParameterError(
            f"{', '.join(whole)} works on the whole scan, which slabs do not have; leave it out, or use voltome run."
        )


def _read(operation: ReadSource, parameters: Mapping[str, Any]) -> Noun:
    """Return the projections, lying in their file where the reader can leave them there."""
    reader = operation.source
    if reader is not None and "lazy" in reader.signature.parameters.model_fields:
        return cast(Noun, reader.call(str(operation.path), **{**parameters, "lazy": True}))
    return operation.perform({}, parameters, cast(Node, None))[0]


def _plan(chain: _Chain, memory_gb: float | None) -> SlabPlan:
    """Return the highest slabs that stay within the memory."""
    free = available_memory_bytes()
    limit = int(0.8 * free if memory_gb is None else check_positive("memory_gb", memory_gb) * 1e9)
    factor = chain.factor
    total = chain.projections.row_count // factor * factor  # rows that do not fill a slice at the end are left out
    if not total:
        raise ParameterError(
            f"{factor} rows become one, the detector of {chain.scan!r} has {chain.projections.row_count}; expected as "
            f"many or more. Bin fewer rows."
        )
    least = max(chain.bytes_of(factor), chain.settling_bytes)
    if least > min(limit, free):
        raise MemoryEstimateError(
            f"{chain.scan}: a slab of {factor} row{'s' if factor > 1 else ''} needs about "
            f"{least / 1e9:.2f} GB, but {min(limit, free) / 1e9:.2f} GB are allowed. Give at least "
            f"that much memory, crop the columns, or bin the pixels."
        )
    groups = 1 + bisect_right(
        range(2, total // factor + 1), min(limit, free), key=lambda count: chain.bytes_of(count * factor)
    )
    rows = min(int(groups) * factor, total)
    rows = _even(rows, factor, total)
    steps = tuple(node.operation.name for node in chain.nodes)
    return SlabPlan(chain.scan, steps, total, rows, chain.halo, max(chain.bytes_of(rows), chain.settling_bytes))


def _even(rows: int, factor: int, total: int) -> int:
    """Return slabs of whole chunks where they are high enough, else of equal height."""
    chunk = 64 * factor
    if rows >= total:
        return rows
    if rows >= chunk:
        return rows // chunk * chunk
    slabs = -(-total // rows)
    return -(-total // slabs // factor) * factor if total // slabs >= factor else factor


def _retold(noun: Any, line: str) -> Noun:
    """Return a noun whose history says something else about the last step."""
    return cast(Noun, replace(noun, history=(*noun.history[:-1], line)))

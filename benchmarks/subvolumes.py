"""Sub-volumes of one image: all at once against one after another, with the same numbers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import best_of, peak_bytes
from voltome.data import ResultTable
from voltome.study.model import Graph
from voltome.study.subvolumes import SubVolumes

CUBES_PER_EDGE = 8
"""Cubes of an eighth of the image's edge: 512 of 32 voxels in 256."""

MEASURES = {"phase_fractions": "phase_fractions", "surface_area": "surface_area: {phase: active}"}


def report(scene: phantom.Phantom, times: int) -> None:
    """Print times of both ways, and whether the tables are the same."""
    names = {0: "pore", 1: "active", 2: "binder"}
    phases = vt.data.PhaseImage(scene.phases, voxel_size_um=1.0, phases=names)
    edge = scene.phases.shape[0] // CUBES_PER_EDGE
    print(f"\n### {CUBES_PER_EDGE**3} cubes of {edge} voxels, and the whole image\n")
    print("| measure | way | s | ratio | same numbers | B/voxel |\n|---|---|---|---|---|---|")
    for measure, step in MEASURES.items():
        run = {way: _runner(phases, step, edge, at_once=way == "all at once") for way in ("one by one", "all at once")}
        for way in run.values():
            way()
        best, tables = best_of(run, times)
        same = tables["one by one"].frame.equals(tables["all at once"].frame)
        for way, seconds in best.items():
            memory = peak_bytes(run[way]) / scene.phases.size
            ratio = best["one by one"] / seconds
            print(f"| {measure} | {way} | {seconds:.3f} | {ratio:.1f} | {'yes' if same else 'NO'} | {memory:.1f} |")


def _runner(phases: vt.data.PhaseImage, step: str, edge: int, *, at_once: bool) -> Callable[[], ResultTable]:
    """Return what measures all cubes, one after another or at once."""
    graph, given, parameters, node = _planned(phases, step, edge)
    del graph

    class OneByOne(SubVolumes):
        def _measured_at_once(self, *given: object) -> bool:
            return False

    operation = (SubVolumes if at_once else OneByOne)(node.operation.nested)

    def run() -> ResultTable:
        return operation.perform(given, parameters, node)[0]  # type: ignore[return-value]

    return run


def _planned(phases: vt.data.PhaseImage, step: str, edge: int) -> tuple[Graph, dict, dict, object]:
    """Return the planned node of a study with one entry of sub-volumes."""
    with tempfile.TemporaryDirectory() as folder:
        # the study is only planned: a small image stands for the large one, which is given
        small = vt.data.PhaseImage(phases.values[:4, :4, :4].copy(), voxel_size_um=1.0, phases=phases.phases)
        vt.io.write(small, Path(folder) / "phases.ome.zarr")
        path = Path(folder) / "study.yaml"
        entry = f"  - subvolumes: {{edges_um: [{edge}], steps: [{step}]}}\n"
        path.write_text(f"study: x\nscans:\n  a: {{source: phases.ome.zarr}}\npipeline:\n{entry}")
        study = vt.study.load(path)
    node = next(node for node in study.graph.nodes if isinstance(node.operation, SubVolumes))
    return study.graph, dict.fromkeys(node.inputs, phases), dict(node.parameters), node

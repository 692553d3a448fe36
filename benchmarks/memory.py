"""What every step that works on an image takes at most above its input and output, each in a process of its own.

The calls are those of the test of threads. A child compiles what is needed on a small scene first; then the system says
the highest resident memory since the call began. Linux only, as only it can forget the highest before.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import machine

SMALL = 40
ALLOWED = 16.0
"""Bytes per voxel that a step may take; what needs more says why in `EXEMPT`."""

EXEMPT = {"local_thickness", "continuous_size_distribution", "intrusion_radius", "mercury_intrusion"}
"""The largest balls need distances, an order of them and what is painted; ways need two more images."""

_ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
"""What is freed goes back to the system at once; else the call would take it again, unseen."""

_CALLS = Path(__file__).parents[1] / "tests" / "_support"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks memory")
    parser.add_argument("--edge", type=int, default=256, help="voxels along an edge of the scene")
    parser.add_argument("--steps", nargs="*", help="names of steps; default: all")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(_CALLS))
    if options.one:
        print(json.dumps(measure(options.one, options.edge)))
        return
    import every_step

    import voltome as vt

    print(f"{machine()}; {options.edge}^3 voxels\n")
    print("| step, B/voxel | above input and output | of the output | both | stated for both | |\n" + 6 * "|---" + "|")
    for name, step in vt.study.STEPS.items():
        if name not in every_step.KNOWN or (options.steps and name not in options.steps):
            continue
        command = [sys.executable, "-m", "benchmarks", "memory", "--edge", str(options.edge), "--one", name]
        around = {**os.environ, **_ALLOCATOR}
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=around)  # noqa: S603
        peak, output = json.loads(done.stdout.splitlines()[-1])
        above = max(0.0, peak - output)
        notes = ["above the limit"] if above > ALLOWED and name not in EXEMPT else []
        notes += ["more than stated"] if peak > step.bytes_per_voxel + 0.05 else []
        row = f"| {name} | {above:.1f} | {output:.1f} | {peak:.1f} | {step.bytes_per_voxel:g} | {', '.join(notes)} |"
        print(row, flush=True)


def measure(name: str, edge: int) -> tuple[float, float]:
    """Return the bytes per voxel that a step takes at most above its input, and those of its output."""
    import every_step

    small = every_step.scene((SMALL,) * 3, voxel_size_um=(1.0, 1.0, 1.0), masked=False)
    every_step.calls(small, name)()
    scene = every_step.scene((edge,) * 3, voxel_size_um=(1.0, 1.0, 1.0), masked=False)
    call = every_step.calls(scene, name)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the highest resident memory is now that of this moment
    before = _highest_bytes()
    result = call()
    peak = _highest_bytes() - before
    return peak / edge**3, sum(_sizes(result, {}, _inputs(scene)).values()) / edge**3


def _highest_bytes() -> int:
    """Return the highest resident memory of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))


def _inputs(scene: Any) -> list[np.ndarray]:
    return [scene.grey.values, scene.phases.values, scene.particles.values]


def _sizes(result: Any, found: dict[int, int], known: list[np.ndarray]) -> dict[int, int]:
    """Return the bytes of the arrays that a result holds and its input does not, each once, by their place."""
    if isinstance(result, np.ndarray):
        if not any(np.may_share_memory(result, other) for other in known):
            found[result.__array_interface__["data"][0]] = result.nbytes
    elif isinstance(result, Mapping):
        for value in result.values():
            _sizes(value, found, known)
    elif dataclasses.is_dataclass(result):
        for field in dataclasses.fields(result):
            _sizes(getattr(result, field.name), found, known)
    return found

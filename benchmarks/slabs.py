"""The memory of a scan reconstructed in slabs, against the limit that was stated.

``python -m benchmarks slabs``: a scan of noise is written to a file and reconstructed in slabs in a process of its own,
whose largest resident memory - the interpreter, the libraries and all - is read at the end.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from benchmarks.measuring import machine

STUDY = """study: Noise
scans:
  noise: {source: scan.h5, as: projections, pixel_size_um: 0.5}
pipeline:
  - normalise: {}
  - absorbance: {}
  - set_rotation_axis: {rotation_axis_px: AXIS}
  - fbp: {}
"""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks slabs")
    parser.add_argument("--views", type=int, default=901)
    parser.add_argument("--rows", type=int, default=256)
    parser.add_argument("--columns", type=int, default=1024)
    parser.add_argument("--limits-gb", type=float, nargs="*", default=[1.0, 1.5, 2.5])
    options = parser.parse_args(arguments)
    print(f"{machine()}\n\n{options.views} views of {options.rows} x {options.columns} pixels, uint16\n")
    print("| stated limit GB | rows per slab | estimate GB | largest resident memory GB | of the limit | s |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_scan(folder, options.views, options.rows, options.columns)
        for limit in options.limits_gb:
            report = measured(folder, limit)
            print(
                f"| {limit:g} | {report['rows']} | {report['estimate'] / 1e9:.2f} | {report['peak'] / 1e9:.2f} "
                f"| {report['peak'] / 1e9 / limit:.2f} | {report['seconds']:.0f} |",
                flush=True,
            )


def write_scan(folder: Path, views: int, rows: int, columns: int) -> None:
    """Write a scan of noise as Data Exchange, view by view, and its study."""
    random = np.random.default_rng(1)
    with h5py.File(folder / "scan.h5", "w") as file:
        data = file.create_dataset("exchange/data", (views, rows, columns), np.uint16)
        for view in range(views):
            data[view] = random.integers(20_000, 30_000, (rows, columns), np.uint16)
        file["exchange/data_white"] = np.full((5, rows, columns), 40_000, np.uint16)
        file["exchange/data_dark"] = np.full((5, rows, columns), 100, np.uint16)
        file["exchange/theta"] = np.linspace(0, 180, views, endpoint=False)
    (folder / "study.yaml").write_text(STUDY.replace("AXIS", str((columns - 1) / 2)))


def measured(folder: Path, limit_gb: float) -> dict[str, float]:
    """Reconstruct in a new process, and return its plan, its largest memory and its time."""
    answer = folder / "answer.json"
    process = multiprocessing.get_context("spawn").Process(target=reconstructed, args=(folder, limit_gb, answer))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"the reconstruction within {limit_gb:g} GB failed")
    found: dict[str, float] = json.loads(answer.read_text())
    return found


def reconstructed(folder: Path, limit_gb: float, answer: Path) -> None:
    """Reconstruct, and write down what it took."""
    import voltome as vt

    study = vt.study.load(folder / "study.yaml")
    plan = vt.study.plan_slabs(study, memory_gb=limit_gb)
    start = time.perf_counter()
    vt.study.reconstruct(study, folder / "volume.ome.zarr", memory_gb=limit_gb)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    found = {"rows": plan.rows_per_slab, "estimate": plan.estimated_bytes, "peak": peak}
    answer.write_text(json.dumps({**found, "seconds": time.perf_counter() - start}))

"""A whole study on one large scan: time and memory of every step, and of the second, cached run.

``python -m benchmarks study`` (512^3 uint16; ``--edge 256`` for a smaller one).
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import machine
from voltome.runtime import ProgressEvent

STUDY = """\
study: One large scan
scans:
  scan: {source: scan.ome.zarr}
pipeline:
  - threshold: {intervals: {binder: [20000, 34999], active: [35000, null]}, rest: pore}
  - phase_fractions
  - phase_profile
  - surface_area: {phase: active}
  - separate_particles: {phase: active}
  - drop_touching_border
  - measure_particles
  - particle_statistics
  - size_distribution
"""


class Watch:
    """Splits time and peak memory of a run by the steps that it tells of."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, int]] = []
        self._task, self._since, self._peak = "start", time.perf_counter(), 0
        self._over = False
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def __call__(self, event: ProgressEvent) -> None:
        """Begin the row of what is told of."""
        self._close()
        self._task = event.task + (f" ({event.note})" if event.note else "")

    def end(self) -> None:
        """Close the last row and stop sampling."""
        self._close()
        self._over = True
        self._thread.join()

    def _close(self) -> None:
        now = time.perf_counter()
        self.rows.append((self._task, now - self._since, self._peak))
        self._since, self._peak = now, 0

    def _sample(self) -> None:
        process = psutil.Process()
        while not self._over:
            self._peak = max(self._peak, process.memory_info().rss)
            time.sleep(0.02)


def scan(edge: int) -> vt.data.Volume:
    """Return the phantom of the morphology benchmark, repeated to `edge` and stretched to 16 bits."""
    cell = min(edge, 256)
    spheres = round(2400 * (cell / 256) ** 3)
    grey = phantom.make(cell, spheres).grey.astype(np.uint16) * 256
    repeats = -(-edge // cell)
    values = np.tile(grey, (repeats,) * 3)[:edge, :edge, :edge]
    return vt.data.Volume(values, voxel_size_um=0.5, history=("simulated: spheres and binder of the benchmark",))


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks study")
    parser.add_argument("--edge", type=int, default=512, help="voxels along each axis")
    edge = parser.parse_args(arguments).edge
    print(f"{machine()}\nstudy on {edge}^3 uint16")
    with tempfile.TemporaryDirectory() as folder:
        vt.io.write(scan(edge), Path(folder) / "scan.ome.zarr")
        path = Path(folder) / "study.yaml"
        path.write_text(STUDY)
        for label in ("first run", "second run, cached"):
            watch = Watch()
            clock = time.perf_counter()
            results = vt.study.run(vt.study.load(path), progress=watch)
            vt.report.write(results, progress=watch)
            watch.end()
            print(f"\n{label}: {time.perf_counter() - clock:.1f} s\n")
            print("| step | seconds | peak of the process / GB |\n|---|---|---|")
            for task, seconds, peak in watch.rows:
                if seconds >= 0.05:
                    print(f"| {task} | {seconds:.1f} | {peak / 1e9:.2f} |")


if __name__ == "__main__":
    main([])

"""Stokes flow: the preconditioned solver against plain Jacobi-preconditioned minimal residuals, in one process.

Both stop by the same rule at an estimated error of 1e-3 of the permeability. Seconds are of the clock and of the
processor, as the latter depend less on what else the machine does; errors are against a solution right to 1e-6.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

import voltome as vt
from benchmarks.measuring import peak_bytes
from voltome.transport._kernels_stokes import PERIODIC
from voltome.transport._stokes import Flow, Fluid

TOLERANCE = 1e-3
POROSITY, WIDTH = 0.45, 2.5
"""Of thresholded smoothed noise, as wide at every size of the image."""

SOLVERS: tuple[tuple[Literal["multigrid", "diagonal"], str], ...] = (
    ("multigrid", "voltome"),
    ("diagonal", "Jacobi-preconditioned MINRES"),
)


def blobs(edge: int, seed: int = 1) -> NDArray[np.bool_]:
    """Return thresholded smoothed noise that repeats itself."""
    noise = np.random.default_rng(seed).standard_normal((edge,) * 3).astype(np.float32)
    smooth = gaussian_filter(noise, WIDTH, mode="wrap")
    return smooth > np.quantile(smooth, 1 - POROSITY)


def report(edges: Sequence[int] = (100, 200), tensor_edge: int | None = None) -> None:
    """Print how long one axis takes with either preconditioner, and time and memory of a whole tensor."""
    Flow(_fluid(blobs(16))).solve(0, tolerance=0.1, most=10)
    print("### Permeability along one axis to 1e-3\n")
    print("| blobs | solver | iterations | s | processor s | ratio | error of k | bound |\n" + 8 * "|---" + "|")
    for edge in edges:
        _report_axis(edge)
    print()
    _report_tensor(tensor_edge or max(edges))


def _fluid(pore: NDArray[np.bool_]) -> Fluid:
    return Fluid(pore, (PERIODIC, PERIODIC, PERIODIC), (1.0, 1.0, 1.0))


def _report_axis(edge: int) -> None:
    """Print both solvers on one image."""
    fluid = _fluid(blobs(edge))
    right = Flow(fluid).solve(0, tolerance=1e-6, most=3000).work
    first = 0.0
    for preconditioner, name in SOLVERS:
        clock, processor = time.perf_counter(), time.process_time()
        found = Flow(fluid, preconditioner).solve(0, tolerance=TOLERANCE, most=3000)
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        first = first or processor
        print(
            f"| {edge}^3 | {name} | {found.iterations} | {clock:.2f} | {processor:.2f} | {processor / first:.1f} | "
            f"{found.work / right - 1:+.1e} | {found.error_bound:.1e} |",
            flush=True,
        )


def _report_tensor(edge: int) -> None:
    """Print time and memory of the public function for all three axes."""
    image = vt.data.PhaseImage(blobs(edge).view(np.uint8), voxel_size_um=1.0, phases={0: "solid", 1: "pore"})
    clock, processor = time.perf_counter(), time.process_time()
    memory = peak_bytes(lambda: vt.transport.permeability(image, phase="pore", tolerance=TOLERANCE))
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(
        f"Tensor of {edge}^3 voxels: {clock:.1f} s, {processor:.1f} s of the processor, "
        f"{memory / 1e9:.2f} GB, {memory / edge**3:.0f} bytes per voxel."
    )


if __name__ == "__main__":
    report()

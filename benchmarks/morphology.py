"""Everything from grey values to morphology on one phantom, in one run: voltome and its peers."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import filters, particles
from benchmarks.running import on_phantom

REPORTS = [filters.report, particles.report]


def main(arguments: Sequence[str]) -> None:
    """Make the phantom, warm the kernels, run every case of every part and print its rows."""
    on_phantom("morphology", REPORTS, arguments)

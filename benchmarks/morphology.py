"""Everything from grey values to morphology on one phantom, in one run: voltome and its peers."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import filters, interfaces, intrusion, particles, separation, shapes, subvolumes, sweep, thickness, trust
from benchmarks.running import on_phantom

PARTS = (filters, separation, particles, thickness, intrusion, sweep, shapes, interfaces, subvolumes, trust)
"""In the order in which a study uses them."""


def main(arguments: Sequence[str]) -> None:
    """Make the phantom, warm the kernels, run every case of every part and print its rows."""
    on_phantom("morphology", [part.report for part in PARTS], arguments)

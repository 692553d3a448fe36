"""The command line that benchmarks on the phantom share."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from benchmarks import phantom
from benchmarks.measuring import machine

Report = Callable[[phantom.Phantom, int], None]
"""From the phantom and the number of interleaved runs to printed tables."""


def on_phantom(name: str, reports: Sequence[Report], arguments: Sequence[str]) -> None:
    """Read the arguments, say what the machine is, make the phantom, and run the reports on it one after the other."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {name}")
    parser.add_argument("--edge", type=int, default=256, help="voxels along an edge of the phantom")
    parser.add_argument("--spheres", type=int, default=2400)
    parser.add_argument("--times", type=int, default=5, help="interleaved runs; the best of each counts")
    options = parser.parse_args(arguments)
    print(f"{machine()}; {os.getloadavg()[0]:.1f} processes waiting; Python {sys.version.split()[0]}", flush=True)
    scene = phantom.make(options.edge, options.spheres)
    solid, whole = (scene.labels > 0).mean(), int(scene.whole.sum())
    print(
        f"{options.edge}^3 voxels, {options.spheres} spheres ({whole} whole), {solid:.1%} of the volume\n", flush=True
    )
    for report in reports:
        report(scene, options.times)

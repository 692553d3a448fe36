"""Best time of interleaved runs, and the memory that a call adds."""

from __future__ import annotations

import ctypes
import gc
import os
import platform
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil


def machine() -> str:
    """Return the processor, cores and memory of this machine in words."""
    model = platform.processor() or "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return f"{os.cpu_count()}-core {model}, {psutil.virtual_memory().total / 2**30:.0f} GiB"


def best_of(cases: dict[str, Callable[[], Any]], times: int) -> tuple[dict[str, float], dict[str, Any]]:
    """Run all cases in turn, `times` times over, so that a busy machine is busy for all; return best times, results."""
    best: dict[str, float] = dict.fromkeys(cases, float("inf"))
    results: dict[str, Any] = {}
    for _ in range(times):
        for name, run in cases.items():
            start = time.perf_counter()
            results[name] = run()
            best[name] = min(best[name], time.perf_counter() - start)
    return best, results


def peak_bytes(run: Callable[[], Any]) -> int:
    """Return by how much the resident memory of this process grows at most while `run` runs, sampled every 2 ms.

    What earlier calls let go is given back to the system before, or a second run would seem to need nothing.
    """
    _give_back_memory()
    process = psutil.Process()
    before = process.memory_info().rss
    peak, done = before, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.002):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        run()
    finally:
        done.set()
        watcher.join()
    return max(peak, process.memory_info().rss) - before


def _give_back_memory() -> None:
    """Collect what is no longer used, and give free memory back to the system, where the C library can."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)

"""Progress, and whether work fits in memory."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from voltome import runtime
from voltome.errors import MemoryEstimateError


def test_an_event_is_frozen_and_has_no_note_unless_given() -> None:
    event = runtime.ProgressEvent("uncycled: otsu", 1, 4)
    assert event.note == ""
    with pytest.raises(FrozenInstanceError):
        event.done = 2  # type: ignore[misc]


def test_silent_takes_an_event_and_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    runtime.silent(runtime.ProgressEvent("otsu", 1, 1))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("machine", "container", "available"), [(8, None, 8), (8, 3, 3), (2, 3, 2), (8, -1, 0)])
def test_the_lesser_of_machine_and_container_is_available(
    monkeypatch: pytest.MonkeyPatch, machine: int, container: int | None, available: int
) -> None:
    monkeypatch.setattr(runtime, "_machine_available_bytes", lambda: machine)
    monkeypatch.setattr(runtime, "_container_available_bytes", lambda: container)
    assert runtime.available_memory_bytes() == available


def test_what_fits_passes_and_what_does_not_says_the_largest_cube(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "available_memory_bytes", lambda: 8_000_000_000)
    runtime.check_memory(8_000_000_000, task="otsu", voxels=10**9)
    with pytest.raises(MemoryEstimateError) as raised:
        runtime.check_memory(64_000_000_000, task="otsu", voxels=1000**3)
    # an eighth of the memory holds an eighth of the voxels: half the edge
    assert "otsu needs about 64.0 GB for 1,000,000,000 voxels, but 8.0 GB are available" in str(raised.value)
    assert "about 500^3 voxels: crop the image" in str(raised.value)


def test_the_machine_says_what_is_available(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:       8000 kB\nMemFree:        1000 kB\nMemAvailable:   5000 kB\n", encoding="utf-8")
    assert runtime._machine_available_bytes(meminfo) == 5000 * 1024


def test_without_that_file_the_machine_still_has_memory(tmp_path: Path) -> None:
    assert runtime._machine_available_bytes(tmp_path / "absent") > 0


def test_a_container_without_a_limit_or_a_control_group_has_none(tmp_path: Path) -> None:
    assert runtime._container_available_bytes(tmp_path) is None
    (tmp_path / "memory.max").write_text("max\n", encoding="utf-8")
    (tmp_path / "memory.current").write_text("1000\n", encoding="utf-8")
    assert runtime._container_available_bytes(tmp_path) is None


def test_the_file_cache_of_a_container_counts_as_available(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("10000\n", encoding="utf-8")
    (tmp_path / "memory.current").write_text("6000\n", encoding="utf-8")
    assert runtime._container_available_bytes(tmp_path) == 4000
    (tmp_path / "memory.stat").write_text("anon 3000\ninactive_file 2500\n", encoding="utf-8")
    assert runtime._container_available_bytes(tmp_path) == 6500


def test_a_kernel_counts_as_compiled_once_its_form_is_on_disk(tmp_path: Path):
    module = ModuleType("voltome.room._kernels")
    module.flood = SimpleNamespace(py_func=len, stats=SimpleNamespace(cache_path=str(tmp_path)))
    assert not runtime.compiled_before(module)
    (tmp_path / "_kernels_of_others.flood-12.py311.nbi").touch()
    assert not runtime.compiled_before(module)
    (tmp_path / "_kernels.flood-12.py311.nbi").touch()
    assert runtime.compiled_before(module)

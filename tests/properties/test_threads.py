"""Every step on images gives the same bits for any number of threads, wherever that cuts the image into slabs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import every_step
import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.registration import _sampling
from voltome.segmentation import _features, _kernels_forest

SHAPE, EDGES = (26, 30, 34), (1.5, 1.0, 1.0)


@pytest.fixture(scope="module")
def scene() -> every_step.Scene:
    return every_step.scene(SHAPE, voxel_size_um=EDGES, masked=True)


def test_every_step_is_either_tried_or_works_on_a_table() -> None:
    assert {*vt.study.STEPS} == every_step.KNOWN | every_step.ON_TABLES
    assert not every_step.KNOWN & every_step.ON_TABLES


def force(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    """Let even a small image be cut, and every pool have so many threads."""
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: threads)
    monkeypatch.setattr(_kernels_forest, "get_num_threads", lambda: threads)
    monkeypatch.setattr(_sampling.os, "cpu_count", lambda: threads)
    monkeypatch.setattr(_features, "TILE", (13, 16, 16))


def bits(result: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a result holds as bytes and words, one after the other, with its name."""
    if isinstance(result, Mapping):
        for key, value in result.items():
            yield from ((f"{key}.{name}", found) for name, found in bits(value))
    elif isinstance(result, np.ndarray):
        yield "array", (result.dtype.str, result.shape, result.tobytes())
    elif isinstance(result, pd.DataFrame):
        for column in result:
            values = result[column]
            exact = values.to_numpy().tobytes() if values.dtype.kind in "biuf" else tuple(map(repr, values))
            yield str(column), exact
    elif dataclasses.is_dataclass(result):
        for field in dataclasses.fields(result):
            yield from ((f"{field.name}.{name}", found) for name, found in bits(getattr(result, field.name)))
    else:
        yield "value", repr(result)


@pytest.mark.parametrize("name", sorted(every_step.KNOWN))
def test_one_two_and_three_threads_give_the_same_bits(name, scene, monkeypatch) -> None:
    call = every_step.calls(scene, name)
    found = []
    for threads in (1, 2, 3):
        force(monkeypatch, threads)
        found.append(list(bits(call())))
    assert len(found[0]) > 1
    assert found[0] == found[1]
    assert found[0] == found[2]

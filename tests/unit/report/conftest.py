"""Finished studies in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from finished_study import Finished, Images, finished, images_of


@pytest.fixture(scope="session")
def images() -> Images:
    return images_of(1)


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[..., Finished]:
    return lambda scans, **options: finished(tmp_path / "results", scans, **options)


@pytest.fixture(scope="session")
def two_scans(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return finished(tmp_path_factory.mktemp("study") / "results", {"uncycled": 0, "cycle-10": 10})

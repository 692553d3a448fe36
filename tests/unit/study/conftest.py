from collections.abc import Callable
from pathlib import Path

import made_up
import numpy as np
import pytest

import voltome as vt
from voltome.study import Study


@pytest.fixture(autouse=True)
def _no_calls_yet():
    made_up.CALLS.clear()


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    """Three made-up scans with maxima 3, 6 and 12."""
    for name, top in (("a", 3.0), ("b", 6.0), ("c", 12.0)):
        (tmp_path / f"{name}.csv").write_text("\n".join(map(str, [0.0, top, 1.0])))
    return tmp_path


@pytest.fixture
def spheres(tmp_path: Path) -> Path:
    """Two grey scans with two balls each (radius 6 and 5 um at 1 um), and their study folder."""
    grid = np.stack(np.meshgrid(*(np.arange(24) + 0.5,) * 3, indexing="ij"))
    for name, radii in (("first", (6.0, 5.0)), ("second", (5.0, 4.0))):
        values = np.full((24, 24, 24), 100, np.uint16)
        for centre, radius in zip(((7.0, 7.0, 7.0), (16.0, 16.0, 16.0)), radii, strict=True):
            inside = sum((g - c) ** 2 for g, c in zip(grid, centre, strict=True)) <= radius**2
            values[inside] = 200
        vt.io.write(vt.data.Volume(values, voxel_size_um=1.0), tmp_path / f"{name}.tif")
    return tmp_path


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[[str], Path]:
    """Write a study file beside the scans and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "study.yaml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def load(write_study: Callable[[str], Path]) -> Callable[[str], Study]:
    """Check a study that may use the made-up steps."""

    def load_text(text: str) -> Study:
        return vt.study.load(write_study(text), steps=made_up.STEP_TABLE, sources=made_up.SOURCE_TABLE)

    return load_text

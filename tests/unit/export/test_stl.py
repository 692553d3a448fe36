"""Surfaces as STL: closed, pointing out, in the frame of the scan, of nearly the right volume."""

from pathlib import Path

import numpy as np
import pytest

import voltome as vt
from voltome.errors import FileFormatError, MemoryEstimateError, PhaseError

TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def phases(solid: np.ndarray, **grid: object) -> vt.data.PhaseImage:
    given = {"voxel_size_um": 1.0, **grid}
    return vt.data.PhaseImage(solid.astype(np.uint8), **given, phases={0: "pore", 1: "solid"})


def triangles(path: Path) -> np.ndarray:
    content = path.read_bytes()
    count = int(np.frombuffer(content, "<u4", 1, 80)[0])
    assert len(content) == 84 + 50 * count
    return np.frombuffer(content, TRIANGLE, count, 84)


def volume_of(found: np.ndarray) -> float:
    a, b, c = (found["corners"][:, corner].astype(float) for corner in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def test_a_ball_has_its_volume_less_what_the_corners_lose(tmp_path: Path):
    """Expected 4/3 pi r^3 = 4189 um3 for r = 10 um; bias below 0: corners and edges of voxels are cut."""
    grid = (np.indices((48, 24, 12)).transpose(1, 2, 3, 0) + 0.5) * (0.5, 1, 2) - 12
    solid = (grid**2).sum(axis=-1) <= 100
    image = phases(solid, voxel_size_um=(0.5, 1, 2))
    found = triangles(vt.export.write_stl(image, tmp_path / "ball.stl", phase="solid"))
    digitised = solid.sum() * 1.0
    assert 0.96 * digitised < volume_of(found) < digitised
    edges = np.diff(found["corners"], axis=1, append=found["corners"][:, :1])
    assert np.allclose(np.einsum("ij,ij->i", edges[:, 0], found["normal"]), 0, atol=1e-4)


def test_the_surface_is_closed_at_the_faces_and_in_the_frame_of_the_scan(tmp_path: Path):
    """A box of 4 x 4 x 4 voxels that fills its image: of its 64 um3 the 12 edges lose at most 1/8 um2 along 4 um."""
    image = phases(np.ones((4, 4, 4)), origin_um=(10, 20, 30))
    found = triangles(vt.export.write_stl(image, tmp_path / "box.stl", phase="solid"))
    corners = found["corners"].reshape(-1, 3)
    assert np.array_equal(corners.min(axis=0), (30, 20, 10))
    assert np.array_equal(corners.max(axis=0), (34, 24, 14))
    assert 58 < volume_of(found) < 64
    ends = {tuple(point) for point in np.round(corners, 5)}
    sides = found["corners"][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2, 3)
    ways = {(tuple(a), tuple(b)) for a, b in np.round(sides, 5)}
    assert {(b, a) for a, b in ways} == ways, "every edge is walked once each way: the surface is closed"
    assert len(ends) > 8


def test_a_mask_cuts_the_phase(tmp_path: Path):
    mask = np.ones((4, 4, 4), bool)
    mask[2:] = False
    found = triangles(vt.export.write_stl(phases(np.ones((4, 4, 4)), mask=mask), tmp_path / "a.stl", phase="solid"))
    assert found["corners"][..., 2].max() == 2


def test_what_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    image = phases(np.zeros((4, 4, 4)))
    with pytest.raises(FileFormatError, match=r"ends in '.obj'; expected '.stl'. Call it a.stl"):
        vt.export.write_stl(image, tmp_path / "a.obj", phase="solid")
    with pytest.raises(PhaseError, match="phase 'solid' has no voxel in the sample, so it has no surface"):
        vt.export.write_stl(image, tmp_path / "a.stl", phase="solid")
    with pytest.raises(PhaseError, match="unknown phase 'sold'"):
        vt.export.write_stl(image, tmp_path / "a.stl", phase="sold")
    monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 10)
    with pytest.raises(MemoryEstimateError, match="write_stl needs about"):
        vt.export.write_stl(image, tmp_path / "a.stl", phase="solid")

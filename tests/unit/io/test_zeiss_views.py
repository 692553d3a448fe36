"""Parts of images that lie in pieces in their file: any slice is that of the whole array."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from compound_file import compound_file, scattered, zeiss_scan
from hypothesis import given, settings
from hypothesis import strategies as st

from voltome.data import LazyArray
from voltome.io._zeiss_images import image_name, layout
from voltome.io._zeiss_streams import opened
from voltome.io._zeiss_views import images_of

# 30 x 100 x 2 bytes in 12 sectors of 512, of which two have changed places
VALUES = np.random.default_rng(9).integers(0, 60_000, (3, 30, 100)).astype(np.uint16)

FACTORS = np.array([1, 0.5, 3], np.float32)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scan") / "scan.txrm"
    path.write_bytes(scattered(compound_file(zeiss_scan(VALUES)), "Image2"))
    return path


def lazy(path: Path, factors: np.ndarray | None = None) -> LazyArray:
    with opened(path) as streams:
        found = layout(streams)
        return images_of(streams, [image_name(number) for number in (1, 2, 3)], found, factors)


def slices(extent: int) -> st.SearchStrategy[slice]:
    ends = st.integers(-extent - 2, extent + 2) | st.none()
    return st.builds(slice, ends, ends, st.integers(1, 7) | st.none())


@settings(max_examples=60, deadline=None)
@given(images=slices(3), rows=slices(30), columns=slices(100))
def test_any_slice_is_that_of_the_whole(path: Path, images: slice, rows: slice, columns: slice) -> None:
    box = (images, rows, columns)
    assert np.array_equal(lazy(path)[box], VALUES[box])
    scaled = lazy(path, FACTORS)
    assert scaled.dtype == np.float32
    assert np.array_equal(scaled[box], (VALUES * FACTORS[:, None, None])[box])


def test_the_pieces_are_joined_where_they_lie_side_by_side(path: Path) -> None:
    with opened(path) as streams:
        whole, cut = streams.runs("ImageData1/Image1"), streams.runs("ImageData1/Image2")
    assert whole[:, 1].tolist() == [6000]
    # the second and third sector have changed places: 1, 3, 2, and all others
    assert cut[:, 1].tolist() == [512, 512, 512, 6000 - 3 * 512]
    assert (np.diff(cut[:, 0]) // 512).tolist() == [2, -1, 2]

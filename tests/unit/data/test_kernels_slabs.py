import time

import pytest

from voltome.data import _kernels_slabs
from voltome.data._kernels_slabs import in_slabs, slab_count


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_layer_is_in_one_slab(threads, monkeypatch):
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: threads)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    layers = []
    in_slabs((13, 4, 4), lambda slab, first, stop: layers.extend(range(first, stop)))
    assert sorted(layers) == list(range(13))
    assert slab_count((13, 4, 4)) == threads
    assert slab_count((3, 4, 4), most=2) == min(threads, 2)


def test_a_small_image_is_one_slab(monkeypatch):
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 8)
    assert slab_count((10, 10, 10)) == 1


def test_what_a_thread_raises_is_raised(monkeypatch):
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 2)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)

    def fail(slab, first, stop):
        raise RuntimeError(f"slab {slab}")

    with pytest.raises(RuntimeError, match="slab 0"):
        in_slabs((4, 2, 2), fail)


def test_slabs_within_a_slab_do_not_wait_for_threads_that_wait_for_them(monkeypatch):
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 4)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    layers = []
    inner = lambda slab, first, stop: layers.extend(range(first, stop))  # noqa: E731
    in_slabs((4, 2, 2), lambda slab, first, stop: in_slabs((8, 2, 2), inner))
    assert sorted(layers) == sorted(4 * list(range(8)))


def test_all_threads_have_ended_when_one_has_raised(monkeypatch):
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 2)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    ended = []

    def fail_first(slab, first, stop):
        if slab == 0:
            raise RuntimeError("first")
        time.sleep(0.05)
        ended.append(slab)

    with pytest.raises(RuntimeError, match="first"):
        in_slabs((4, 2, 2), fail_first)
    assert ended == [1]
    in_slabs((4, 2, 2), lambda slab, first, stop: ended.append(slab))
    assert sorted(ended) == [0, 1, 1]

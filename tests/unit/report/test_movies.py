import io

import numpy as np
import pytest
from balls import particles_of_balls, phases_of_balls
from PIL import Image

from voltome.data import Volume
from voltome.errors import AxisError, GeometryError, ParameterError, ValuesError
from voltome.report import slice_movie, turntable
from voltome.report.movies import FOOT_PX, MOST_BYTES, MOST_FRAMES

LONGEST = 240


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr("voltome.report.movies.LONGEST_PX", LONGEST)


BALL = [((10.0, 10.0, 10.0), 7.0)]
SIZE = (20.0, 20.0, 20.0)


def frames_of(movie):
    with Image.open(io.BytesIO(movie)) as image:
        frames = []
        for number in range(image.n_frames):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB")))
        assert image.info["loop"] == 0
    return frames


def test_every_slice_is_a_frame_in_its_order():
    # slice number n is as bright as n
    values = np.repeat(np.arange(12, dtype=np.uint16), 30).reshape(12, 5, 6)
    frames = frames_of(slice_movie(Volume(values, voxel_size_um=1)))
    assert len(frames) == 12
    brightness = [frame[10, 10].mean() for frame in frames]
    assert brightness == sorted(brightness)
    assert brightness[0] < 10
    assert brightness[-1] > 245


def test_a_long_scan_gives_evenly_spaced_slices():
    values = np.repeat(np.arange(300, dtype=np.uint16), 4).reshape(300, 2, 2)
    frames = frames_of(slice_movie(Volume(values, voxel_size_um=1)))
    assert len(frames) == MOST_FRAMES
    assert len(frames_of(slice_movie(Volume(values, voxel_size_um=1), axis="x"))) == 2


def test_frames_keep_the_proportions_of_the_sample():
    volume = Volume(np.arange(3 * 10 * 10, dtype=np.uint16).reshape(3, 10, 10), voxel_size_um=(1, 1, 3))
    height, width = frames_of(slice_movie(volume))[0].shape[:2]
    assert (width, height) == (LONGEST, LONGEST // 3 + FOOT_PX)


def test_phases_are_drawn_over_grey_values_and_alone():
    phases = phases_of_balls(BALL, size=SIZE)
    volume = Volume(np.full(phases.shape, 7, np.uint8), voxel_size_um=1)
    for movie in (slice_movie(volume, phases), slice_movie(None, phases)):
        middle = frames_of(movie)[10]
        red, _, blue = (int(part) for part in middle[LONGEST // 2, LONGEST // 2])
        assert red > blue + 60  # orange, the colour of the second phase
    assert slice_movie(volume, phases) == slice_movie(volume, phases)


def test_a_noisy_movie_becomes_smaller_until_it_fits(monkeypatch):
    noise = np.random.default_rng(1).integers(0, 60000, (8, 64, 64)).astype(np.uint16)
    volume = Volume(noise, voxel_size_um=1)
    whole = slice_movie(volume)
    assert len(whole) < MOST_BYTES
    monkeypatch.setattr("voltome.report.movies.MOST_BYTES", len(whole) * 2 // 3)
    smaller = slice_movie(volume)
    assert len(smaller) < len(whole) * 2 // 3
    assert len(frames_of(smaller)) == 8
    monkeypatch.setattr("voltome.report.movies.MOST_BYTES", 100)
    with pytest.raises(ValuesError, match=r"expected fewer than 100\. Crop the image"):
        slice_movie(volume)


def test_a_turntable_shows_what_lies_in_front_from_every_side():
    # two balls on one line along x: from the side both are seen, along x the nearer hides the other
    balls = phases_of_balls([((10.0, 10.0, 5.0), 4.0), ((10.0, 10.0, 15.0), 4.0)], size=SIZE)
    frames = frames_of(turntable(balls, colours={"pore": "#8c8c8c", "ball-1": "#ff0000", "ball-2": "#0000ff"}, views=8))
    assert len(frames) == 8
    red = [int((frame[..., 0].astype(int) - frame[..., 2] > 60).sum()) for frame in frames]
    blue = [int((frame[..., 2].astype(int) - frame[..., 0] > 60).sum()) for frame in frames]
    assert min(red) < 0.8 * max(red)
    assert min(blue) < 0.8 * max(blue)
    assert max(max(frame.shape[:2]) for frame in frames) <= LONGEST + FOOT_PX


def test_the_same_particles_give_the_same_turntable():
    particles = particles_of_balls(BALL, size=SIZE)
    assert turntable(particles, views=3) == turntable(particles, views=3)


def test_what_cannot_be_made_into_a_movie_is_refused():
    volume = Volume(np.zeros((3, 3, 3), np.uint8), voxel_size_um=1)
    with pytest.raises(GeometryError, match="slice_movie got no image"):
        slice_movie()
    with pytest.raises(GeometryError, match="different grids"):
        slice_movie(volume, phases_of_balls(BALL, size=SIZE))
    with pytest.raises(AxisError):
        slice_movie(volume, axis="q")
    for views in (1, 121, 2.5, True):
        with pytest.raises(ParameterError, match="expected a whole number from 2 to 120"):
            turntable(particles_of_balls(BALL, size=SIZE), views=views)
    with pytest.raises(ValuesError, match="nothing to render"):
        turntable(particles_of_balls([], size=SIZE))

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from cutroom.errors import MediaError, TimeError, ValidationError
from cutroom.media import probe
from cutroom.preview import still
from cutroom.schema.clip import Clip, MediaSource, TitleSource
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.media import Colour
from cutroom.schema.track import Track
from cutroom.workers.inline import InlineExecutor
from cutroom.workers.pool import WorkerPool

SIZE = (320, 180)
RUN = InlineExecutor()


def _write(path: Path, frames: int, level, grain=np.zeros) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for i in range(frames):
            frame = av.VideoFrame(*SIZE, "yuv420p")
            for plane, value in zip(frame.planes, level(i), strict=True):
                np.frombuffer(plane, np.uint8)[:] = value + grain(plane.buffer_size)
            frame.pts = i
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.mkv"
    _write(path, 60, lambda i: (40 + 2 * i, 128, 128))
    media = probe(str(path), RUN)
    return media.replace(video=media.video.replace(colour=Colour(matrix="bt709")))


def _document(media, *effects, title=None):
    clip = Clip(id="c", source=MediaSource(media=media.id), duration=Fraction(2), effects=effects)
    tracks = [Track(id="v", kind="video", title="V1", items=(clip,))]
    if title:
        shown = Clip(id="t", source=TitleSource(text=title), duration=Fraction(2))
        tracks.append(Track(id="w", kind="title", title="T1", items=(shown,)))
    settings = ProjectSettings(width=320, height=180)
    return Document(id="d", settings=settings, media=(media,), timeline=Timeline(tracks=tuple(tracks)))


def _paths(media):
    return {media.fingerprint.sha256: media.path}


def _grey(y):
    return (y - 16) * 255 / 219


@pytest.mark.parametrize(
    ("time", "frame"), [(0, 0), (1, 30), (Fraction(31, 30), 31), ("00:00:01:15", 45), (0.3333333, 10), (9, 59)]
)
def test_the_frame_at_a_time(film, time, frame):
    array = still(_document(film), _paths(film), time, RUN)
    assert array.shape == (180, 320, 3)
    assert array.dtype == np.uint8
    assert np.abs(array - _grey(40 + 2 * frame)).max() <= 1


def test_colours_are_those_of_bt709(tmp_path):
    path = tmp_path / "red.mkv"
    _write(path, 2, lambda i: (63, 102, 240))
    media = probe(str(path), RUN)
    media = media.replace(video=media.video.replace(colour=Colour(matrix="bt709")))
    assert np.abs(still(_document(media), _paths(media), 0, RUN).astype(int) - [255, 0, 0]).max() <= 2


@pytest.mark.parametrize(
    ("size", "shape"),
    [((160, 90), (90, 160)), ((160, 160), (90, 160)), ((1000, 40), (40, 72)), ((999, 999), (180, 320))],
)
def test_a_size_is_stayed_within_at_the_projects_shape(film, size, shape):
    assert still(_document(film), _paths(film), 0, RUN, size=size).shape == (*shape, 3)


def test_a_jpeg_is_the_same_picture(film):
    document = _document(film, title="Hello")
    data = still(document, _paths(film), 1, RUN, format="jpeg", quality=95)
    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert np.abs(picture - still(document, _paths(film), 1, RUN)).mean() < 2


def test_a_small_still_is_the_large_one_made_small(film):
    move = Effect(id="e", effect="transform", parameters={"scale": 0.5, "rotation": 20.0, "position_x": 0.1})
    document = _document(film, move, title="Hello")
    large = still(document, _paths(film), 1, RUN).astype(float)
    small = still(document, _paths(film), 1, RUN, size=(160, 90))
    difference = np.abs(large.reshape(90, 2, 160, 2, 3).mean(axis=(1, 3)) - small)
    assert difference.mean() < 2.5
    assert np.percentile(difference, 90) < 8


def test_an_empty_timeline_is_black():
    assert not still(Document(id="d"), {}, 0, RUN, size=(160, 90)).any()


@pytest.mark.parametrize("bad", [{"time": -1}, {"time": float("nan")}, {"size": (0, 90)}, {"format": "png"}], ids=str)
def test_what_makes_no_sense_is_an_error(film, bad):
    values = {"time": 0, **bad}
    with pytest.raises((TimeError, ValidationError)):
        still(_document(film), _paths(film), values.pop("time"), RUN, **values)


def test_a_file_that_changed_under_a_warm_decoder_is_looked_at_again(tmp_path):
    path, rng = tmp_path / "film.mkv", np.random.default_rng(0)
    _write(path, 40, lambda i: (40 + i, 128, 128), lambda size: rng.integers(0, 9, size, dtype=np.uint8))
    media = probe(str(path), RUN)
    document, paths = _document(media), _paths(media)
    data = path.read_bytes()
    before = still(document, paths, 1, RUN)
    still(document, paths, 0, RUN)
    path.write_bytes(data[:2000] + b"\0" * (len(data) - 2000))
    with pytest.raises(MediaError):
        still(document, paths, 1, RUN)
    path.write_bytes(data)
    assert np.array_equal(still(document, paths, 1, RUN), before)


def test_in_a_real_worker_decoders_stay_warm_and_pictures_are_equal(film):
    from cutroom.workers.grants import Grants

    grants = Grants()
    grants.allow_read(film.path)
    blur = Effect(id="e", effect="blur", parameters={"radius": 0.02})
    document = _document(film, blur, title="Hello")
    pool = WorkerPool("media", workers=1, preload=("cutroom.preview.tasks",), grants=grants)
    try:
        for time in (1, Fraction(31, 30), Fraction(1, 2)):
            here = still(document, _paths(film), time, RUN)
            assert np.array_equal(still(document, _paths(film), time, pool), here)
    finally:
        pool.shutdown()

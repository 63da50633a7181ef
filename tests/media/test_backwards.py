"""Reading frames from later to earlier."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from cutroom.media import probe
from cutroom.media.backwards import Backwards
from cutroom.media.stretch import Lost, Shown
from cutroom.media.video import VideoReader
from cutroom.workers.inline import InlineExecutor

RATE = Fraction(30)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One GOP of 150 frames with B-frames, each of its own brightness."""
    path = tmp_path_factory.mktemp("film") / "long.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"g": "250", "crf": "4", "bf": "3"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(150):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 + i, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def seen(found: Shown | Lost) -> av.VideoFrame:
    assert isinstance(found, Shown)
    return found.frame


def luma(frame: av.VideoFrame) -> int:
    return int(np.frombuffer(frame.planes[0], np.uint8)[0])


def test_it_gives_the_frames_that_reading_forwards_gives(film: Path) -> None:
    media = probe(str(film), InlineExecutor())
    assert media.video is not None
    times = [Fraction(i, 90) for i in range(449, -1, -1)]
    with VideoReader(film.open("rb"), media.video) as reader:
        expected = [luma(reader.frame_at(time)) for time in reversed(times)][::-1]
    with VideoReader(film.open("rb"), media.video) as reader:
        backwards = Backwards(reader, media.video)
        assert [luma(seen(backwards.look_at(time))) for time in times] == expected
        jumps = [times[i] for i in (3, 400, 399, 20, 430, 0)]
        assert [luma(seen(backwards.look_at(time))) for time in jumps] == [expected[times.index(t)] for t in jumps]


def test_a_long_gop_is_decoded_a_few_times_and_not_once_per_frame(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media = probe(str(film), InlineExecutor())
    assert media.video is not None
    monkeypatch.setattr("cutroom.media.backwards._MOST", 50)
    with VideoReader(film.open("rb"), media.video) as reader:
        backwards, seeks = Backwards(reader, media.video), 0
        seek = reader._seek

        def counted(time: Fraction) -> None:
            nonlocal seeks
            seeks += 1
            seek(time)

        monkeypatch.setattr(reader, "_seek", counted)
        for i in range(149, -1, -1):
            backwards.look_at(i / RATE)
    assert seeks <= 4

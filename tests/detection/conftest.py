"""Clips of known colours, models that see them, and workers to run both."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

sys.path.append(str(Path(__file__).parent))

import tiny_model
from colour_clips import WriteClip

from cutroom.demo.film import FilmTruth, write_demo_film
from cutroom.detection import store
from cutroom.media.library import probe
from cutroom.schema.media import Media
from cutroom.workers import Grants, InlineExecutor, WorkerPool


@pytest.fixture
def inline() -> InlineExecutor:
    return InlineExecutor()


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerPool]:
    """A confined worker that may read what tests make."""
    grants = Grants(read=[tmp_path_factory.getbasetemp(), store.FOLDER])
    with WorkerPool("model", workers=1, preload=("cutroom.detection.tasks",), grants=grants, timeout=60) as pool:
        yield pool


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> store.Model:
    """A model that sees red and green cells of 32 pixels."""
    path = tmp_path_factory.mktemp("models") / "tiny.onnx"
    path.write_bytes(tiny_model.write())
    return store.load(path, InlineExecutor())


@pytest.fixture
def write_clip(tmp_path: Path) -> WriteClip:
    """Writes pictures as H.264 and probes the file."""

    def write(
        pictures: Sequence[np.ndarray],
        rate: Fraction = Fraction(25),
        times: Sequence[int] | None = None,
        name: str = "clip.mp4",
        rotation: int = 0,
    ) -> Media:
        path = tmp_path / name
        with av.open(path, "w") as out:
            stream = out.add_stream("libx264", rate=rate, options={"crf": "4", "preset": "ultrafast", "g": "12"})
            stream.height, stream.width = pictures[0].shape[:2]
            stream.pix_fmt = "yuv444p"
            stream.codec_context.colorspace, stream.codec_context.color_range = 1, 1
            if times is not None:
                stream.time_base = stream.codec_context.time_base = Fraction(1, 90000)
            if rotation:
                stream.set_display_rotation(rotation)
            for i, picture in enumerate(pictures):
                frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(
                    format="yuv444p", dst_colorspace=1, dst_color_range=1
                )
                frame.pts = i if times is None else times[i]
                frame.time_base = 1 / rate if times is None else Fraction(1, 90000)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return probe(path, InlineExecutor())

    return write


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Media, FilmTruth]:
    """Five seconds of the demo film, and what is in it."""
    path = tmp_path_factory.mktemp("film") / "demo.mp4"
    truth = write_demo_film(path, seconds=5, size=(640, 360))
    return probe(path, InlineExecutor()), truth

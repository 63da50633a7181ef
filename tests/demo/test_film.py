"""The written film, decoded again and compared with its truth."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from cutroom.demo.film import FilmTruth, find_clicks, read_frame_number, write_demo_film
from cutroom.demo.shapes import CLASSES
from cutroom.errors import OutputError, ValidationError


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FilmTruth]:
    path = tmp_path_factory.mktemp("film") / "demo.mp4"
    return path, write_demo_film(path, seconds=4, size=(640, 360))


def frames_of(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_it_is_h264_and_aac_with_keyframes_and_b_frames(film: tuple[Path, FilmTruth]) -> None:
    path, truth = film
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.average_rate, video.frames) == ("h264", 30, truth.frames)
        assert (video.width, video.height, video.codec_context.pix_fmt) == (640, 360, "yuv420p")
        assert video.codec_context.color_primaries == video.codec_context.colorspace == 1  # BT.709
        assert (audio.codec_context.name, audio.sample_rate, audio.layout.name) == ("aac", 48000, "stereo")
        packets = [packet for packet in container.demux(video) if packet.pts is not None]
        assert max(np.diff([n for n, packet in enumerate(packets) if packet.is_keyframe])) <= 60
        assert any(packet.pts > following.pts for packet, following in pairwise(packets))


def test_every_frame_carries_its_number(film: tuple[Path, FilmTruth]) -> None:
    path, truth = film
    assert [read_frame_number(frame) for frame in frames_of(path)] == list(range(truth.frames)) == list(range(120))


def test_clicks_sound_where_the_truth_says(film: tuple[Path, FilmTruth]) -> None:
    path, truth = film
    with av.open(str(path)) as container:
        blocks = list(container.decode(audio=0))
    assert blocks[0].pts == 0
    samples = np.concatenate([block.to_ndarray() for block in blocks], axis=1)
    assert samples.shape[1] - truth.samples in range(1024)
    assert len(truth.clicks) >= 2
    assert np.abs(find_clicks(samples, truth.sample_rate) - truth.clicks).max() <= 2
    quiet = [np.abs(samples[:, first + 480 : end - 480]).max() for first, end in truth.pauses[1:-1]]
    assert quiet
    assert max(quiet) < 0.01


def test_the_picture_jumps_at_the_cuts_and_nowhere_else(film: tuple[Path, FilmTruth]) -> None:
    path, truth = film
    small = [frame[:340:8, ::8].astype(int) for frame in frames_of(path)]
    jumps = [float(np.abs(b - a).mean()) for a, b in pairwise(small)]
    assert truth.cuts
    assert {number + 1 for number, jump in enumerate(jumps) if jump > 12} == set(truth.cuts)


def test_boxes_lie_on_shapes(film: tuple[Path, FilmTruth]) -> None:
    path, truth = film
    assert len(truth.boxes) == truth.frames
    for frame, boxes in list(zip(frames_of(path), truth.boxes, strict=True))[::20]:
        for box in boxes:
            assert CLASSES[box.class_id] == box.label
            assert 0 <= box.x1 < box.x2 <= 640
            assert 0 <= box.y1 < box.y2 <= 348
            if box.visible > 0.98:  # the shape's middle differs from what lies around its box
                x, y = int(box.x1 + box.x2) // 2, int(box.y1 + box.y2) // 2
                edge = frame[int(box.y1), max(0, int(box.x1) - 3)].astype(int)
                assert np.abs(frame[y, x].astype(int) - edge).max() > 25


def test_stars_make_a_meaningful_cut(film: tuple[Path, FilmTruth]) -> None:
    _, truth = film
    spans = truth.spans("star")
    shown = sum(end - first for first, end in spans)
    assert 0.2 * truth.frames < shown < 0.8 * truth.frames
    for frame in range(truth.frames):
        visible = any(box.label == "star" and box.visible >= 0.3 for box in truth.boxes[frame])
        assert visible == any(first <= frame < end for first, end in spans)


def test_the_same_seed_gives_the_same_film_and_another_one_another(tmp_path: Path) -> None:
    films = [
        (write_demo_film(tmp_path / name, seconds=1, size=(320, 180), seed=seed), (tmp_path / name).read_bytes())
        for name, seed in (("a.mp4", 1), ("b.mp4", 1), ("c.mp4", 2))
    ]
    assert films[0] == films[1]
    assert films[0] != films[2]


def test_other_rates_and_progress(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    rate = Fraction(30000, 1001)
    truth = write_demo_film(
        tmp_path / "ntsc.mp4", seconds=1, size=(320, 180), fps=rate, progress=lambda *done: calls.append(done)
    )
    assert calls[-1] == (truth.frames, truth.frames) == (30, 30)
    with av.open(str(tmp_path / "ntsc.mp4")) as container:
        times = [Fraction(frame.pts) * frame.time_base for frame in container.decode(video=0)]
    assert times == [number / rate for number in range(30)]


def test_a_failed_film_leaves_the_old_one_alone(tmp_path: Path) -> None:
    path = tmp_path / "demo.mp4"
    path.write_bytes(b"older")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_demo_film(path, seconds=1, size=(320, 180), progress=stop)
    assert path.read_bytes() == b"older"
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo.mp4"]


def test_a_folder_that_is_not_there_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere"):
        write_demo_film(tmp_path / "nowhere" / "demo.mp4", seconds=1, size=(320, 180))


@pytest.mark.parametrize(
    "options",
    [{"seconds": 0}, {"seconds": float("nan")}, {"size": (641, 360)}, {"size": (64, 36)}, {"fps": Fraction(0)}],
)
def test_what_cannot_be_filmed_is_a_validation_error(tmp_path: Path, options: dict) -> None:
    with pytest.raises(ValidationError):
        write_demo_film(tmp_path / "demo.mp4", **options)
    assert not list(tmp_path.iterdir())

"""Detection end to end: exact times from decoded frames, order, threads, interrupts, damage, bad arguments."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from colour_clips import GREEN, RED, WriteClip, draw

from cutroom.detection import store
from cutroom.detection.run import detect
from cutroom.errors import ModelError, TimeError, UnknownNameError, UnsupportedMediaError, ValidationError
from cutroom.schema.media import Media
from cutroom.schema.time import frames
from cutroom.workers import InlineExecutor, WorkerPool

RATE = Fraction(25)


def blinking(shown: str) -> list[np.ndarray]:
    """Pictures from a text: `.` nothing, `r` a red square, `g` a green one, `b` both."""
    squares = {".": [], "r": [(RED, 2, 1)], "g": [(GREEN, 7, 3)], "b": [(RED, 2, 1), (GREEN, 7, 3)]}
    return [draw(squares[letter]) for letter in shown]


def search(media: Media, model: store.Model, executor: object, **options: object) -> object:
    return detect(media, media.path, model, executor, **options)  # type: ignore[arg-type]


def test_spans_are_the_very_frames(write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor) -> None:
    media = write_clip(blinking("...rrrr..bb.gg......"))
    dets = detect(media, media.path, tiny, inline)
    red, green = (dets.query(f"label == '{label}'") for label in ("red", "green"))
    assert red.to_df().frame.tolist() == [3, 4, 5, 6, 9, 10]
    assert [(s.start * 25, s.end * 25) for s in red.spans()] == [(3, 7), (9, 11)]
    assert [(s.start * 25, s.end * 25) for s in green.spans()] == [(9, 11), (12, 14)]
    assert [(s.start * 25, s.end * 25) for s in dets.spans(min_count=2)] == [(9, 11)]
    assert dets.frames_df().frame.tolist() == list(range(20))
    assert dets.within == ((Fraction(0), Fraction(20, 25)),)
    assert dets.size == (320, 192)
    assert red.to_df()[["x1", "y1", "x2", "y2"]].drop_duplicates().to_numpy().tolist() == [[64, 32, 96, 64]]
    assert dets.provenance["model_sha256"] == tiny.card.sha256
    assert (~red.spans()).duration == Fraction(14, 25)


def test_tracks_go_through(write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor) -> None:
    media = write_clip(blinking("rrrrbbbbbb..rrg"))
    table = detect(media, media.path, tiny, inline, confidence=0.4).tracks_df()
    assert table.label.tolist() == ["red", "green"]
    assert table.track_id.tolist() == [1, 2]
    assert table.start_frame.tolist() == [0, 4]
    assert table.end_frame.tolist() == [14, 15]  # a gap of two frames is no end
    untracked = detect(media, media.path, tiny, inline, confidence=0.4, tracker=None)
    assert untracked.to_df().track_id.isna().all()
    assert len(untracked) == len(detect(media, media.path, tiny, inline, confidence=0.4))


def test_any_number_of_threads_gives_the_same_table(
    write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor
) -> None:
    media = write_clip(blinking("..rgb.rr.gb." * 4))
    one, four = (detect(media, media.path, tiny, inline, threads=n).to_df() for n in (1, 4))
    pd.testing.assert_frame_equal(one, four)


def test_every_nth_frame_stands_for_those_up_to_the_next(
    write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor
) -> None:
    media = write_clip(blinking("rrrrr....." + ".....rrrrr" + "rr"))
    dets = detect(media, media.path, tiny, inline, every=frames(5))
    assert dets.frames_df().frame.tolist() == [0, 5, 10, 15, 20]
    assert dets.frames_df().duration.tolist() == [0.04] * 5
    assert [(s.start * 25, s.end * 25) for s in dets.spans()] == [(0, 5), (15, 22)]
    assert dets.within == ((Fraction(0), Fraction(22, 25)),)
    whole = detect(media, media.path, tiny, inline, every=0.01)
    assert len(whole.frames) == 22


def test_a_span_of_the_media(write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor) -> None:
    media = write_clip(blinking("rrrrrrrrrr" * 3))
    dets = detect(media, media.path, tiny, inline, span=("00:00:00:13", 0.8))
    assert dets.frames_df().frame.tolist() == list(range(13, 20))
    assert dets.within == ((Fraction(13, 25), Fraction(20, 25)),)
    assert dets.spans().duration == Fraction(7, 25)
    between = detect(media, media.path, tiny, inline, span=(0.5, 5))
    assert between.frames_df().frame.tolist() == list(range(12, 30))


def test_times_of_a_variable_rate_are_the_files(
    write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor
) -> None:
    times = [0, 3600, 5000, 20000, 23600, 50000, 53600, 57200]
    media = write_clip(blinking(".rr..r.r"), times=times)
    assert media.video is not None
    assert media.video.variable_rate
    dets = detect(media, media.path, tiny, inline)
    starts = [Fraction(t, 90000) for t in times]
    assert dets.spans().starts == (starts[1], starts[5], starts[7])
    assert dets.spans().ends[:2] == (starts[3], starts[6])
    thinned = detect(media, media.path, tiny, inline, every=Fraction(15000, 90000))
    assert thinned.frames_df().time.tolist() == [float(starts[i]) for i in (0, 2, 4, 7)]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_boxes_stand_on_the_upright_picture(
    rotation: int, write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor
) -> None:
    upright = np.zeros((320, 160, 3), np.uint8) if rotation != 180 else np.zeros((160, 320, 3), np.uint8)
    upright[32:64, 64:96] = RED
    media = write_clip([np.rot90(upright, rotation // 90)] * 3, rotation=-rotation)
    assert media.video is not None
    if media.video.rotation != rotation:
        pytest.fail(f"the clip says {media.video.rotation}")
    dets = detect(media, media.path, tiny, inline, confidence=0.4, tracker=None)
    assert dets.size == upright.shape[1::-1]
    covered = dets.to_df()[["x1", "y1", "x2", "y2"]].to_numpy()
    assert len(covered) >= 3
    assert covered[:, 0].min() <= 64 < covered[:, 2].max()
    assert covered[:, 1].min() <= 40 < covered[:, 3].max()
    assert covered[:, 2].max() <= 128
    assert covered[:, 3].max() <= 80


def test_in_a_confined_worker_with_progress(write_clip: WriteClip, tiny: store.Model, pool: WorkerPool) -> None:
    media = write_clip(blinking("..rrgg" * 20))
    told: list[tuple[int, int]] = []
    dets = detect(media, media.path, tiny, pool, on_progress=lambda *now: told.append(now))
    assert dets.frames_df().detections.gt(0).tolist() == [letter != "." for letter in "..rrgg" * 20]
    assert told == sorted(told)
    assert all(total == 120 for _, total in told)
    pd.testing.assert_frame_equal(dets.to_df(), detect(media, media.path, tiny, InlineExecutor()).to_df())


def test_the_kernel_loads_no_codec_and_no_model() -> None:
    code = "import sys; from cutroom.detection import listen, run, store, watch\n"
    code += "print(*{'av', 'cv2', 'onnxruntime', 'scipy', 'numpy', 'scenedetect'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_an_interrupt_keeps_what_was_finished(
    write_clip: WriteClip, tiny: store.Model, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = write_clip(blinking("rrrrrrrrrr" * 300))
    main = threading.get_ident()

    def press(done: int, total: int) -> None:
        signal.pthread_kill(main, signal.SIGINT)

    with pytest.warns(RuntimeWarning, match="ended early: interrupted"):
        dets = detect(media, media.path, tiny, pool, on_progress=press)
    finished = len(dets.frames)
    assert 0 < finished < 3000
    assert dets.frames_df().frame.tolist() == list(range(finished))
    assert dets.within == ((Fraction(0), finished / RATE),)
    assert dets.provenance["ended"] == "interrupted"
    assert len(detect(media, media.path, tiny, pool, span=(0, 0.2)).frames) == 5  # the pool goes on


def test_a_file_that_breaks_off_keeps_what_came_before(
    write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor, tmp_path: Path
) -> None:
    noise = np.random.default_rng(1).integers(0, 60, (50, 192, 320, 3), np.uint8)
    noise[:, 32:64, 64:96] = RED
    media = write_clip(list(noise), name="whole.mkv")
    data = Path(media.path).read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(data[: len(data) * 2 // 3])  # Matroska ends without an error
    for every in (None, 0.2):
        with pytest.warns(RuntimeWarning, match="ended early: the picture"):
            dets = detect(media, cut, tiny, inline, every=every)
        assert 5 < dets.within[0][1] * 25 < 50
        assert dets.spans().duration == dets.within[0][1]


def test_bad_arguments_are_named(write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor) -> None:
    media = write_clip(blinking("...."))
    for options, error in (
        ({"confidence": 2}, ValidationError),
        ({"iou": float("nan")}, ValidationError),
        ({"every": 0}, TimeError),
        ({"every": -1}, TimeError),
        ({"classes": ["blue"]}, UnknownNameError),
        ({"tracker": "sort"}, UnknownNameError),
        ({"span": (3, 4)}, TimeError),
        ({"span": (0.1, 0.05)}, TimeError),
        ({"span": (1,)}, TimeError),
        ({"span": 3}, TimeError),
    ):
        with pytest.raises(error) as caught:
            search(media, tiny, inline, **options)
        assert caught.value.hint, options
    with pytest.raises(UnsupportedMediaError, match="no picture"):
        search(media.replace(video=None), tiny, inline)


def test_a_model_that_was_exchanged_is_noticed(
    write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor
) -> None:
    media = write_clip(blinking("...."))
    other = store.Model(tiny.title, tiny.path, tiny.card.replace(sha256="0" * 64))
    with pytest.raises(ModelError, match="has changed"):
        detect(media, media.path, other, inline)


def test_classes(write_clip: WriteClip, tiny: store.Model, inline: InlineExecutor) -> None:
    media = write_clip(blinking("bbbb"))
    dets = detect(media, media.path, tiny, inline, classes=["green"])
    assert dets.to_df().label.unique().tolist() == ["green"]
    assert dets.provenance["classes"] == ["green"]

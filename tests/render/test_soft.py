"""Soft subtitles: read back by the ffmpeg program, exact to the millisecond, beside a picture that shows none."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from cutroom.errors import ValidationError
from cutroom.render.cache import SegmentCache
from cutroom.render.export import export
from cutroom.render.orders import VerifyTask
from cutroom.render.plan import plan
from cutroom.render.soft import told
from cutroom.render.tasks import verify_file
from cutroom.schema.clip import Clip, TitleSource
from cutroom.schema.cue import Cue
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.export import ExportSettings
from cutroom.schema.track import Track
from cutroom.workers import InlineExecutor

F = Fraction
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
CUES = [
    (F(1, 3), F(1), "One & <two>"),
    (F("0.7505"), F("1.5"), "שלום\nlines"),
    (F(2), F("2.999"), "three"),
    (F(5), F(6), "x"),
]


def document(*more: Track) -> Document:
    cues = tuple(Cue(id=f"u_{i}", start=a, end=b, text=t) for i, (a, b, t) in enumerate(CUES))
    title = Clip(id="c", source=TitleSource(text="film"), duration=F(4))
    tracks = (
        Track(id="t_1", kind="video", title="V1", items=(title,)),
        Track(id="t_2", kind="subtitle", title="S1", cues=cues),
        *more,
    )
    settings = ProjectSettings(fps=F(25), width=160, height=96)
    return Document(id="p", settings=settings, timeline=Timeline(tracks=tracks))


WHOLE = (F(0), F(4))


def made(tmp_path: Path, doc: Document, name: str = "out.mp4", span=WHOLE, **settings):
    output, cache = tmp_path / name, SegmentCache(tmp_path / "cache")
    return export(doc, {}, output, ExportSettings(**settings), InlineExecutor(), cache, span=span), output


def texts(path: Path, stream: int = 0) -> list[tuple[str, str, str]]:
    command = [FFMPEG, "-v", "error", "-i", str(path), "-map", f"0:s:{stream}", "-f", "srt", "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return [
        (start, end, body.strip())
        for start, end, body in re.findall(r"(\S+) --> (\S+)\n(.*?)(?:\n\n|\Z)", text, re.DOTALL)
    ]


def streams(path: Path) -> list[str]:
    found = subprocess.run([FFMPEG, "-hide_banner", "-i", str(path)], capture_output=True, check=False).stderr.decode()
    return re.findall(r"Stream #0:\d+\S*?\((\w+)\): (Video|Subtitle)", found)


def luma(path: Path, time: float) -> np.ndarray:
    command = [FFMPEG, "-v", "error", "-ss", f"{time}", "-i", str(path), "-frames:v", "1", "-f", "rawvideo"]
    raw = subprocess.run([*command, "-pix_fmt", "gray", "-"], capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(96, 160)


def test_ffmpeg_reads_each_text_at_its_millisecond(tmp_path: Path) -> None:
    report, output = made(tmp_path, document(), subtitles="soft", subtitle_language="eng")
    assert texts(output) == [
        ("00:00:00,333", "00:00:00,751", "One & <two>"),
        ("00:00:00,751", "00:00:01,000", "שלום\nlines\nOne & <two>"),
        ("00:00:01,000", "00:00:01,500", "שלום\nlines"),
        ("00:00:02,000", "00:00:02,999", "three"),
    ]
    assert streams(output) == [("und", "Video"), ("eng", "Subtitle")]
    assert report.verified.subtitles == 4
    assert report.verified.ok
    assert report.frames == 100


def test_the_picture_shows_them_burned_or_not(tmp_path: Path) -> None:
    outputs = {how: made(tmp_path, document(), f"{how}.mp4", subtitles=how)[1] for how in ("burn", "soft", "none")}
    low = {how: int(luma(path, 2.5)[78:].max()) for how, path in outputs.items()}
    assert low["burn"] > 150
    assert low["soft"] < 40
    assert low["none"] < 40
    assert [len(streams(path)) for path in outputs.values()] == [1, 2, 1]
    soft, none = (plan(document(), ExportSettings(subtitles=how), (F(0), F(4))) for how in ("soft", "none"))
    assert [segment.key for segment in soft.segments] == [segment.key for segment in none.segments]


def test_a_span_counts_from_its_start_and_each_track_is_a_stream(tmp_path: Path) -> None:
    other = Track(id="t_3", kind="subtitle", title="S2", cues=(Cue(id="u", start=F(1), end=F(3), text="Un"),))
    hidden = other.replace(id="t_4", title="S3", hidden=True)
    report, output = made(tmp_path, document(other, hidden), subtitles="soft", span=(F(2), F(4)))
    assert texts(output) == [("00:00:00,000", "00:00:00,999", "three")]
    assert texts(output, 1) == [("00:00:00,000", "00:00:01,000", "Un")]
    assert [kind for _, kind in streams(output)] == ["Video", "Subtitle", "Subtitle"]
    assert report.verified.subtitles == 2


def test_verifying_notices_texts_that_are_missing_or_elsewhere(tmp_path: Path) -> None:
    _, output = made(tmp_path, document(), subtitles="soft")
    layout = plan(document(), ExportSettings(subtitles="soft"), (F(0), F(4))).layout
    assert verify_file(VerifyTask(str(output), layout))["problems"] == []
    (track,) = layout.subtitles
    fewer = replace(layout, subtitles=(track._replace(told=track.told[1:]),))
    assert verify_file(VerifyTask(str(output), fewer))["problems"] == ["subtitles: 4, expected 3"]
    moved = replace(layout, subtitles=(track._replace(told=(track.told[0]._replace(start=0), *track.told[1:])),))
    (problem,) = verify_file(VerifyTask(str(output), moved))["problems"]
    assert problem.startswith("1 subtitles stand at other times, the first at 0.333 s")
    none = replace(layout, subtitles=())
    assert verify_file(VerifyTask(str(output), none))["problems"] == ["streams of subtitles: 1, expected 0"]


def test_texts_that_overlap_stand_over_each_other() -> None:
    cues = [Cue(id=str(i), start=a, end=b, text=str(i)) for i, (a, b) in enumerate([(0, 9), (1, 3), (2, 4), (4, 5)])]
    assert [tuple(one) for one in told(cues, (F(0), F(8)))] == [
        (0, 1000, "0"),
        (1000, 2000, "1\n0"),
        (2000, 3000, "2\n1\n0"),
        (3000, 4000, "2\n0"),
        (4000, 5000, "3\n0"),
        (5000, 8000, "0"),
    ]
    assert not list(told(cues[1:2], (F(5), F(8))))
    long = Cue(id="x", start=F(0), end=F(1), text="é" * 10_000)
    (one,) = told([long] * 4, (F(0), F(1)))
    assert len(one.text.encode()) <= 0xFFFF


def test_settings_say_what_they_take() -> None:
    with pytest.raises(ValidationError, match="subtitles"):
        ExportSettings().replace(subtitles="hard")
    with pytest.raises(ValidationError, match="subtitle_language"):
        ExportSettings().replace(subtitle_language="english")

"""Subtitles: read by hand-written files, written and read back."""

from __future__ import annotations

from fractions import Fraction

import pytest
from documents import F
from hypothesis import given
from hypothesis import strategies as st

from cutroom.errors import InterchangeError, UnknownNameError
from cutroom.interchange.subtitles import read_subtitles, subtitle_format, write_subtitles
from cutroom.schema.clip import TitleStyle
from cutroom.schema.cue import Cue

SRT = """\
1
00:00:01,000 --> 00:00:02,500
<i>Hello</i>, {friend}

2
00:00:04,040 --> 00:00:06,000
two
lines

3
00:00:03,000 --> 00:00:03,000
nothing
"""
VTT = """\
WEBVTT

NOTE made by hand

00:01.000 --> 00:02.500 line:0
<v Bob>Salt &amp; pepper
"""
ASS = """\
[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, \
MarginV, Encoding
Style: Shout,Arial,20,&H00FFFFFF,&H000000FF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,2,2,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.50,0:00:02.00,Shout,,0,0,0,,{\\pos(1,2)}Over\\Nthere
Comment: 0,0:00:03.00,0:00:04.00,Shout,,0,0,0,,not shown
"""


def read(text: str, format: str) -> tuple[list[tuple[Fraction, Fraction, str]], set[str]]:
    cues, report = read_subtitles(text.encode(), format=format, title=f"talk.{format}")
    return [(cue.start, cue.end, cue.text) for cue in cues], {loss.what for loss in report}


def test_subrip() -> None:
    cues, losses = read(SRT, "srt")
    assert cues == [(F(1), F(5, 2), "Hello, {friend}"), (F(101, 25), F(6), "two\nlines")]
    assert losses == {"bold, italic, underlined", "cue"}


def test_webvtt() -> None:
    cues, losses = read(VTT, "vtt")
    assert cues == [(F(1), F(5, 2), "Salt & pepper")]
    assert losses == {"placing of cues", "voices, classes, inner times", "notes, styles, regions"}


def test_advanced_substation() -> None:
    cues, losses = read(ASS, "ass")
    assert cues == [(F(3, 2), F(2), "Over\nthere")]
    assert losses == {"placing and effects", "comment", "styles Shout"}


@pytest.mark.parametrize("format", ["srt", "vtt", "ass", "ssa"])
def test_written_and_read_back(format: str) -> None:
    cues = [
        Cue(id="s_1", start=F(1), end=F(5, 2), text="Salt & <pepper>"),
        Cue(id="s_2", start=F(2), end=F(4), text="over\nlap", style=TitleStyle(size=0.2)),
    ]
    text, report = write_subtitles(cues, format=format)
    back, _ = read(text, format)
    shown = "Salt &" if format == "srt" else "Salt & <pepper>"
    assert back[1] == (F(2), F(4), "over\nlap")
    assert back[0][:2] == (F(1), F(5, 2))
    assert back[0][2].startswith(shown)
    assert [loss.what for loss in report] == (["look", "text <pepper>"] if format == "srt" else ["look"])


plain = st.text(st.characters(codec="utf-8", exclude_characters="<>{}\\&", categories=["L", "N", "P"]), min_size=1)


@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 10**5), plain), max_size=8))
def test_plain_cues_on_milliseconds_are_carried_whole(rows: list[tuple[int, int, str]]) -> None:
    cues = [
        Cue(id=f"s_{i}", start=F(start, 1000), end=F(start + length, 1000), text=text)
        for i, (start, length, text) in enumerate(rows)
    ]
    cues.sort(key=lambda cue: (cue.start, cue.end))
    for format in ("srt", "vtt"):
        text, report = write_subtitles(cues, format=format)
        assert report.complete
        back, _ = read(text, format)
        assert back == [(cue.start, cue.end, cue.text) for cue in cues]


def test_times_between_two_ticks_are_told() -> None:
    cue = Cue(id="s", start=F(1, 3), end=F(1), text="x")
    assert [loss.what for loss in write_subtitles([cue], format="srt")[1]] == ["times"]
    assert "00:00:00,333" in write_subtitles([cue], format="srt")[0]


@pytest.mark.parametrize("data", [b"\0\1\2", b"no subtitles at all", b"1\n00:00:01,000 -> 2\nx\n"])
def test_what_is_no_subtitles_is_refused(data: bytes) -> None:
    with pytest.raises(InterchangeError, match=r"talk\.srt"):
        read_subtitles(data, format="srt", title="talk.srt")


def test_old_encodings_are_read_and_told() -> None:
    cues, report = read_subtitles(SRT.replace("two", "zwölf").encode("cp1252"), format="srt", title="talk.srt")
    assert cues[1].text.startswith("zwölf")
    assert "text encoding" in {loss.what for loss in report}


def test_formats_are_named() -> None:
    assert subtitle_format("talk.SRT") == "srt"
    with pytest.raises(UnknownNameError, match="subtitle format"):
        subtitle_format("talk.txt")

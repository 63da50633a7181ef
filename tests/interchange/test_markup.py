"""Tags in subtitles: what is italic, bold and coloured; styles and places of Advanced SubStation, burned in."""

from __future__ import annotations

import numpy as np
import pytest
from documents import F

from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.run import PictureRunner, Readers
from cutroom.interchange.report import Report
from cutroom.interchange.subtitles import read_subtitles, write_subtitles
from cutroom.schema.clip import TextSpan
from cutroom.schema.cue import SUBTITLE_STYLE, Cue
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.track import Track
from cutroom.workers.context import DIRECT

HEAD = "00:00:01,000 --> 00:00:02,000\n"


def srt(text: str) -> tuple[Cue, Report]:
    (cue,), report = read_subtitles(f"1\n{HEAD}{text}\n".encode(), format="srt", title="x.srt")
    return cue, report


def told(cue: Cue) -> list[tuple[str, bool | None, bool | None, str | None]]:
    return [(cue.text[span.start : span.end], span.italic, span.bold, span.colour) for span in cue.spans]


@pytest.mark.parametrize(
    ("text", "plain", "spans"),
    [
        ("a <i>b</i> c", "a b c", [("b", True, None, None)]),
        ("<b>a<i>b</i></b>", "ab", [("a", None, True, None), ("b", True, True, None)]),
        ("{\\i1}a{\\i0}b", "ab", [("a", True, None, None)]),
        ("<i>two\nlines</i>", "two\nlines", [("two", True, None, None), ("lines", True, None, None)]),
        ('<font color="#FF8000">a</font>b', "ab", [("a", None, None, "#ff8000")]),
        ("<i> a </i>", "a", [("a", True, None, None)]),
        ("<i>never closed", "never closed", [("never closed", True, None, None)]),
        ("</i>a</b>", "a", []),
        ("<I><EM>a</EM>b</I>", "ab", [("ab", True, None, None)]),
    ],
)
def test_tags_of_subrip_become_spans(text: str, plain: str, spans: list) -> None:
    cue, report = srt(text)
    assert cue.text == plain
    assert told(cue) == spans
    assert report.complete


def test_what_a_tag_says_beside_that_is_named() -> None:
    assert {loss.what for loss in srt("<u>a</u>")[1]} == {"underlined, struck out"}
    assert {loss.what for loss in srt('<font color="#ff0000" face="Arial">a</font>')[1]} == {"placing and effects"}
    assert {loss.what for loss in srt("<font color=nothing>a</font>")[1]} == {"placing and effects"}


def test_webvtt_has_the_same_and_names_of_characters() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<i>Salt</i> &amp; <b>pepper</b>\n"
    (cue,), report = read_subtitles(text.encode(), format="vtt", title="x.vtt")
    assert cue.text == "Salt & pepper"
    assert told(cue) == [("Salt", True, None, None), ("pepper", None, True, None)]
    assert report.complete


def test_written_files_tell_that_they_are_plain() -> None:
    cue = Cue(id="s", start=F(1), end=F(2), text="ab", spans=(TextSpan(start=0, end=1, italic=True),))
    for format in ("srt", "vtt", "ass"):
        assert [loss.what for loss in write_subtitles([cue], format=format)[1]] == ["italic, bold, colours"]


ASS = """\
[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 360

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, \
MarginV, Encoding
Style: Top,Times,36,&H000080FF,&H000000FF,&H00FF0000,&H80000000,0,-1,0,0,100,100,0,0,1,1.8,3.6,8,32,32,18,1
Style: Boxed,Times,36,&H00FFFFFF,&H000000FF,&H40000000,&H00000000,0,0,0,0,100,100,0,0,3,3.6,0,1,64,32,36,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def event(text: str, style: str = "Top") -> tuple[Cue, set[str]]:
    made = f"{ASS}Dialogue: 0,0:00:01.00,0:00:02.00,{style},,0,0,0,,{text}\n"
    (cue,), report = read_subtitles(made.encode(), format="ass", title="x.ass")
    return cue, {loss.what for loss in report}


def test_a_style_becomes_a_look() -> None:
    cue, losses = event("Up")
    look = cue.style
    assert look is not None
    assert losses == {"font Times"}
    assert (look.colour, look.outline_colour, look.shadow) == ("#ff8000", "#0000ff", "#0000007f")
    assert (look.size, look.outline, look.shadow_offset[0]) == pytest.approx((0.086, 0.005, 0.01))
    assert (look.anchor, look.align, look.italic) == ("top", "center", True)
    assert look.position == pytest.approx((0, -0.45))
    assert look.max_width == pytest.approx(0.9)
    boxed = event("Low", "Boxed")[0].style
    assert boxed is not None
    assert (boxed.background, boxed.outline, boxed.anchor, boxed.align) == ("#000000bf", 0.0, "bottom_left", "left")
    assert boxed.position == pytest.approx((-0.4, 0.4))


def test_tags_of_an_event_are_spans_and_places() -> None:
    cue, losses = event("{\\i0}a{\\b1}b{\\b0\\c&H0000FF&}c{\\r}d\\Ne{\\an3}{\\pos(320,90)}")
    assert cue.text == "abcd\ne"
    assert told(cue) == [("a", False, None, None), ("b", False, True, None), ("c", False, None, "#ff0000")]
    assert cue.style is not None
    assert (cue.style.anchor, cue.style.align) == ("bottom_right", "right")
    assert cue.style.position == pytest.approx((0, -0.25))
    assert losses == {"font Times"}
    corner = event("{\\an1}x")[0].style
    assert corner is not None
    assert corner.position == pytest.approx((-0.45, 0.45))
    assert event("{\\move(1,2,3,4)}x{\\fad(1,2)}")[1] == {"font Times", r"tag \move", r"tag \fad"}
    assert event("{\\u1}x")[1] == {"font Times", "underlined, struck out"}


def luma(cue: Cue) -> np.ndarray:
    track = Track(id="t", kind="subtitle", title="S1", cues=(cue,))
    settings = ProjectSettings(width=640, height=360, fps=F(30))
    segment = compile_picture(Document(id="p", settings=settings, timeline=Timeline(tracks=(track,))), 45, 1)
    with Readers(DIRECT, {}) as readers, PictureRunner(segment, readers) as runner:
        plane = runner.frame(0).planes[0]
        return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, :640].astype(float) - 16


def test_they_are_burned_in_where_they_belong() -> None:
    top = luma(event("Up here")[0])
    rows = np.flatnonzero((top > 60).any(axis=1))
    assert 12 < rows.min() < 45
    assert rows.max() < 80
    low = luma(event("Low", "Boxed")[0])
    columns = np.flatnonzero((low > 150).any(axis=0))
    assert columns.min() == pytest.approx(64, abs=8)
    assert np.flatnonzero((low > 150).any(axis=1)).max() == pytest.approx(360 - 36 - 8, abs=8)
    placed = luma(event("{\\an5\\pos(480,90)}X")[0])
    rows, columns = np.nonzero(placed > 60)
    assert (columns.mean(), rows.mean()) == pytest.approx((480, 90), abs=6)
    plain = Cue(id="s", start=F(1), end=F(2), text="HIH")
    leaning = plain.replace(spans=(TextSpan(start=1, end=2, italic=True),))
    assert not np.array_equal(luma(plain), luma(leaning))
    assert plain.style is None
    assert SUBTITLE_STYLE.position == (0.0, 0.4)


def test_cues_of_one_look_share_a_text_and_keep_their_spans() -> None:
    first = Cue(id="a", start=F(1), end=F(2), text="one", spans=(TextSpan(start=0, end=1, colour="#ff0000"),))
    other = Cue(id="b", start=F(1), end=F(2), text="three", spans=(TextSpan(start=1, end=2, colour="#00ff00"),))
    track = Track(id="t", kind="subtitle", title="S1", cues=(first, other))
    segment = compile_picture(Document(id="p", timeline=Timeline(tracks=(track,))), 45, 1)
    (layer,) = segment.layers
    assert layer.shot is not None
    source = layer.shot.source
    assert source.kind == "title"
    assert source.text == "three\none"
    assert [(source.text[span.start], span.colour) for span in source.spans] == [("h", "#00ff00"), ("o", "#ff0000")]

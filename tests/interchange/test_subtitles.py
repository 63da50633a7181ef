"""Subtitles: read by hand-written files, written and read back."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from time import process_time

import pytest
from documents import F
from hypothesis import given
from hypothesis import strategies as st

from cutroom.errors import InterchangeError, UnknownNameError
from cutroom.interchange.lettering import unseen_bold
from cutroom.interchange.markup import Look
from cutroom.interchange.substation import Canvas, event_of
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
    assert losses == {"cue"}


def test_webvtt() -> None:
    cues, losses = read(VTT, "vtt")
    assert cues == [(F(1), F(5, 2), "Salt & pepper")]
    assert losses == {"placing of cues", "voices, classes, inner times", "notes, styles, regions"}


def test_advanced_substation() -> None:
    cues, losses = read(ASS, "ass")
    assert cues == [(F(3, 2), F(2), "Over\nthere")]
    assert losses == {"comment"}


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


def test_a_damaged_file_is_refused_with_its_byte_and_a_remedy() -> None:
    with pytest.raises(InterchangeError, match=r"talk\.srt is damaged at byte 5\b") as caught:
        read_subtitles(b"\xef\xbb\xbf1\n\xff", format="srt", title="talk.srt")
    assert caught.value.hint


def test_old_encodings_are_read_and_told() -> None:
    cues, report = read_subtitles(SRT.replace("two", "zwölf").encode("cp1252"), format="srt", title="talk.srt")
    assert cues[1].text.startswith("zwölf")
    assert "text encoding" in {loss.what for loss in report}


def test_formats_are_named() -> None:
    assert subtitle_format("talk.SRT") == "srt"
    with pytest.raises(UnknownNameError, match="subtitle format"):
        subtitle_format("talk.txt")


def lines_of(text: str, format: str = "srt") -> tuple[list[tuple[float, float, str]], list[tuple[str, str]]]:
    cues, report = read_subtitles(text.encode(), format=format, title="talk")
    return [(float(cue.start), float(cue.end), cue.text) for cue in cues], [(loss.what, loss.where) for loss in report]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1\r\n00:00:01,000 --> 00:00:02,000\r\none\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\ntwo", ["one", "two"]),
        ("1\r00:00:01,000 --> 00:00:02,000\rone\r\r2\r00:00:03,000 --> 00:00:04,000\rtwo", ["one", "two"]),
        ("00:00:01,000 --> 00:00:02,000\none\n00:00:03,000 --> 00:00:04,000\ntwo\n", ["one", "two"]),
        ("1\n00:00:01.000-->00:00:02.000\none\n\n\n\n7\n00:00:03,0 --> 00:00:04\ntwo", ["one", "two"]),
        ("1\n00:00:01,000 --> 00:00:02,000\none\n\nmore\n\n2\n00:00:03,000 --> 00:00:04,000\n19", ["one\nmore", "19"]),
        ("1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n", ["two"]),
        ("\ufeff1\n00:00:01,000 --> 00:00:02,000  X1:10 X2:20\n{\\an8}<font color=red>one</font>", ["one"]),
        ("1\n00:00:01,000 --> 00:00:05,000\none\n\n2\n00:00:03,000 --> 00:00:04,000\nover\n", ["one", "over"]),
    ],
)  # fmt: skip
def test_subrip_as_people_write_it(text: str, shown: list[str]) -> None:
    assert [row[2] for row in lines_of(text)[0]] == shown


def test_hours_beyond_99() -> None:
    assert lines_of("1\n100:00:01,000 --> 101:00:02,500\nlate\n")[0] == [(360_001, 363_602.5, "late")]


def test_malformed_blocks_are_named_by_their_line_and_stay_out_of_the_text_of_others() -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:03,000 -> 00:00:04,000\ntwo\n\n"
        "3\n00:00:75,000 --> 00:01:04,000\nthree\n\n4\n00:00:09,000 --> 00:00:08,000\nfour\n"
    )
    rows, losses = lines_of(text)
    assert rows == [(1, 2, "one")]
    assert losses == [
        ("block", "talk, line 6"), ("block", "talk, line 10"), ("cue", "cue 2, line 14, 00:00:09,000"),
    ]  # fmt: skip
    with pytest.raises(InterchangeError, match="line 2"):
        lines_of("1\n00:00:03,000 -> 00:00:04,000\ntwo\n")


def test_webvtt_blocks_end_at_an_empty_line() -> None:
    text = (
        "WEBVTT - talk\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\nSTYLE\n::cue { color: red }\n\n"
        "NOTE\n00:01.000 --> 00:02.000\nnot shown\n\n"
        "intro\n00:01.000 --> 00:02.000\n<c.loud>A &lt; B</c> <00:01.500>now\n\nstray\n"
    )  # fmt: skip
    rows, losses = lines_of(text, "vtt")
    assert rows == [(1, 2, "A < B now")]
    assert [what for what, _ in losses] == [
        "notes, styles, regions",
        "time of a stream",
        "voices, classes, inner times",
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_any_usual_encoding_is_read_and_a_guess_is_told(encoding: str) -> None:
    data = SRT.replace("two", "zwölf").encode(encoding)
    cues, report = read_subtitles(data, format="srt", title="talk.srt")
    assert cues[1].text.startswith("zwölf")
    told = "text encoding" in {loss.what for loss in report}
    assert told == (encoding in {"utf-16-le", "utf-16-be", "latin-1"})


pieces = st.sampled_from(["1", "", "a", "00:00:01,000 --> 00:00:02,000", "-->", "NOTE"])


@given(st.text(max_size=300) | st.lists(pieces).map("\n".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    for format, head in (("srt", ""), ("vtt", "WEBVTT\n\n"), ("ass", "[Events]\n")):
        with contextlib.suppress(InterchangeError):
            cues, _ = read_subtitles((head + text).encode("utf-8", "replace"), format=format, title="x")
            assert all(cue.text and cue.start < cue.end for cue in cues)


@pytest.mark.parametrize("line", ["00:00:05,000 --> 00:00:06,000", "open 12:30 --> 14:00", "12\n12:30 - 14:00"])
def test_a_line_like_a_timing_stays_in_its_cue(line: str) -> None:
    cues = [Cue(id="s", start=Fraction(1), end=Fraction(2), text=f"Before\n{line}\nafter")]
    text, report = write_subtitles(cues, format="srt")
    assert [loss.what for loss in report] == ["text like a timing"]
    back, again = read_subtitles(text.encode(), format="srt", title="x")
    assert again.complete, again
    assert [cue.text.replace("→", "-->").replace("\u2013", "-") for cue in back] == [cues[0].text]


SHOP = "The shop is open\n9:00-17:00 on weekdays\nand closed on Sunday"


@pytest.mark.parametrize("format", ["srt", "vtt"])
@pytest.mark.parametrize("text", [SHOP, "9:00 - 17:00", "Before\n12:30 - 14:00\nafter", "{", "{friend} C:\\Users"])
def test_clock_times_in_a_cue_are_text(format: str, text: str) -> None:
    cue = Cue(id="s", start=Fraction(1), end=Fraction(2), text=text)
    made, report = write_subtitles([cue, cue.evolve(start=F(3), end=F(4), text="next")], format=format)
    assert report.complete, report
    assert lines_of(made, format) == ([(1, 2, text), (3, 4, "next")], [])


PIECES = [
    "\n", " ", "1", "9:00", "00:00:05,000", "-->", "-", "->", "{b}", r"{\an8}", r"\N", "<i>", "<00:01>", "&lt;",
    "NOTE", "<",
]  # fmt: skip
odd = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)


@given(st.lists(odd, min_size=1, max_size=4))
def test_a_text_comes_back_or_its_change_is_told(texts: list[str]) -> None:
    cues = [Cue(id=f"s_{i}", start=F(i), end=F(i + 1), text=text) for i, text in enumerate(texts)]
    for format in ("srt", "vtt"):
        made, report = write_subtitles(cues, format=format)
        told = {loss.where.partition(",")[0] for loss in report}
        back = {cue.start: cue.text for cue in read_subtitles(made.encode(), format=format, title="x")[0]}
        for i, cue in enumerate(cues, start=1):
            assert back.get(cue.start) == cue.text or f"cue {i}" in told


def test_an_arrow_in_the_text_of_others_ends_no_cue() -> None:
    for format, head in (("srt", "1\n"), ("vtt", "WEBVTT\n\n")):
        made = f"{head}00:00:01.000 --> 00:00:02.000\nA --> B\nC\n"
        assert lines_of(made, format) == ([(1, 2, "A --> B\nC")], [])


@pytest.mark.parametrize(
    "text", ["00:00:05.000 --> 00:00:06.000", "{b}x{/b}", "{\\an8}up", "C:\\Node", "A --> B", "&amp; <i>"]
)
def test_webvtt_carries_any_text(text: str) -> None:
    made, report = write_subtitles([Cue(id="s", start=Fraction(1), end=Fraction(2), text=text)], format="vtt")
    assert report.complete, report
    assert lines_of(made, "vtt") == ([(1, 2, text)], [])


@pytest.mark.parametrize("piece", ["{b}", "{\\an8}", "\\N", "\\h", "<c.loud>", "<00:01.000>", "<font color=red>"])
def test_what_subrip_takes_for_a_command_is_told_on_both_sides(piece: str) -> None:
    cue = Cue(id="s", start=Fraction(1), end=Fraction(2), text=f"C:{piece}ode")
    made, report = write_subtitles([cue], format="srt")
    assert [loss.what for loss in report] == [f"text {piece}"]
    (back,), read_losses = read_subtitles(made.encode(), format="srt", title="x")
    carried = piece in {"{b}", "<font color=red>"}
    assert (len(read_losses.losses), len(back.spans)) == ((0, 1) if carried else (1, 0))


@pytest.mark.parametrize(
    "line",
    [
        "1:" + "1" * 40_000,
        "1" * 40_000,
        "1:1" + " " * 40_000 + "x",
        "00:00:01,000 --> 00:00:02,000 a" + " " * 40_000 + "b",
        "00:00:01,000" + " " * 40_000 + "--> x",
        "{\\" * 10_000,
        "<font " * 7_000,
    ],
)
@pytest.mark.parametrize("format", ["srt", "vtt"])
def test_a_long_line_is_read_in_one_go(line: str, format: str) -> None:
    head = "1\n" if format == "srt" else "WEBVTT\n\n"
    began = process_time()
    with contextlib.suppress(InterchangeError):
        lines_of(f"{head}{line}\n\n{head[:2]}00:00:01,000 --> 00:00:02,000\none\n", format)
    assert process_time() - began < 1  # many seconds, where it takes steps by the square of the length


@pytest.mark.parametrize(
    ("tags", "lost"),
    [
        *((rf"\{tag}{value}", [rf"tag \{tag}"]) for tag, value in (("bord", 3), ("blur", 2), ("be", 1), ("shad", 2))),
        (r"\alpha&H80&", [r"tag \alpha"]),
        (r"\iclip(0,0,9,9)", [r"tag \iclip"]),
        (r"\t(0,500,\clip(0,0,1,1)\b0\c&H00FF00&)", [r"tag \t"]),
        (r"\u1", ["underlined, struck out"]),
        (r"\bizarre", [r"tag \bizarre"]),
        (r"\fnItalic Bold\fs20", [r"tag \fn", r"tag \fs"]),
        (r"\b1", []),
    ],
)
def test_a_tag_of_ass_is_its_whole_name(tags: str, lost: list[str]) -> None:
    style = TitleStyle(weight=700, anchor="top")
    read = event_of(f"{{\\c&H0000FF&{tags}}}x", style, Canvas(384, 288))
    assert read.letters == [("x", Look(colour="#ff0000"))]
    assert read.style == style
    assert read.lost == lost


def test_a_place_that_is_kept_is_not_among_what_was_left_out() -> None:
    read = event_of(r"{\pos(96,216)\fs30}x", TitleStyle(), Canvas(384, 288))
    assert read.style.position == (-0.25, 0.25)
    assert read.lost == [r"tag \fs"]


@pytest.mark.parametrize(("format", "text"), [("srt", ""), ("srt", "\n\n"), ("vtt", "WEBVTT\n"), ("ass", ASS)])
def test_a_file_without_subtitles_says_so(format: str, text: str) -> None:
    text = text[: text.index("Dialogue:")] if format == "ass" else text
    cues, report = read_subtitles(text.encode(), format=format, title="talk")
    assert cues == ()
    assert not report.complete
    assert [(loss.what, loss.why) for loss in report] == [("subtitles", "the file holds none")]


def test_bold_letters_that_nobody_sees_are_told() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n<b>bold</b> <i>lean</i>\n"
    cues, report = read_subtitles(text.encode(), format="srt", title="talk")
    assert report.complete
    (loss,) = unseen_bold(cues, "talk")
    assert loss.what == "bold letters"
    assert "bold throughout" in loss.why
    assert not list(unseen_bold([cue.evolve(spans=()) for cue in cues], "talk"))
    own = TitleStyle(font="0" * 64)
    assert not list(unseen_bold([cue.evolve(style=own) for cue in cues], "talk"))

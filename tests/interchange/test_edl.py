"""Edit decision lists: channels and links, fades, wipes, speeds, drop-frame, markers, and lists that are broken."""

from __future__ import annotations

import contextlib
from time import process_time

import pytest
from documents import MEDIA, F, make_media
from reading import known_media, shown

from cutroom.errors import InterchangeError
from cutroom.interchange.formats import read_timeline, write_timeline
from cutroom.interchange.references import Reference
from cutroom.schema.base import derive_id
from cutroom.schema.clip import Clip, Gap, MediaSource, Transition
from cutroom.schema.document import Document, Marker, ProjectSettings, Timeline
from cutroom.schema.media import Media
from cutroom.schema.track import Track

NDF, DF = F(25), F(30000, 1001)


def any_media(reference: Reference) -> Media:
    name = reference.url or reference.title
    return make_media(derive_id("m", name, 0), name, 400_000)


def read(text: str, fps: F | None = NDF) -> tuple[Document, dict[str, str]]:
    document, report = read_timeline(text.encode(), format="edl", name="x.edl", find=any_media, fps=fps)
    return document, {loss.what: f"{loss.where}: {loss.why}" for loss in report}


def clips(document: Document, track: int = 0) -> list[tuple[F, F, str, F]]:
    return [
        (at, clip.duration, document.find_media(clip.media or "").path, clip.start)
        for at, clip in document.tracks[track].clips()
    ]


def links(document: Document) -> list[set[str]]:
    """Titles of the tracks that share each link."""
    found: dict[str, set[str]] = {}
    for track in document.tracks:
        for _, clip in track.clips():
            if clip.link:
                found.setdefault(clip.link, set()).add(track.title)
    return list(found.values())


@pytest.mark.parametrize(
    ("channel", "tracks"),
    [
        ("V", ["V"]), ("A", ["A1"]), ("AA", ["A1", "A2"]), ("B", ["V", "A1"]), ("A2/V", ["V", "A2"]),
        ("AA/V", ["V", "A1", "A2"]), ("V2", ["V2"]), ("A3", ["A3"]), ("VA1A2", ["V", "A1", "A2"]),
    ],
)  # fmt: skip
def test_channels(channel: str, tracks: list[str]) -> None:
    document, _ = read(f"001  REEL  {channel}  C  00:00:10:00 00:00:12:00 00:00:00:00 00:00:02:00\n")
    assert [track.title for track in document.tracks] == tracks
    assert links(document) == ([set(tracks)] if len(tracks) > 1 and "V" in tracks else [])


def test_more_sound_by_an_aud_line_and_sound_that_agrees_is_linked() -> None:
    document, _ = read(
        "001  A1  V   C  00:00:10:00 00:00:12:00 00:00:00:00 00:00:02:00\n"
        "002  A1  A   C  00:00:10:00 00:00:12:00 00:00:00:00 00:00:02:00\nAUD  3   4\n"
        "003  A1  A   C  00:00:14:01 00:00:15:01 00:00:02:00 00:00:03:00\n"
        "004  A1  V   C  00:00:14:00 00:00:15:00 00:00:02:00 00:00:03:00\n"
    )
    assert [track.title for track in document.tracks] == ["V", "A1", "A3", "A4"]
    assert links(document) == [{"V", "A1", "A3", "A4"}]  # the second is out of step by a frame


def test_fades_from_and_to_black_and_a_wipe() -> None:
    document, losses = read(
        "001  BL  V  C      00:00:00:00 00:00:00:00 01:00:00:00 01:00:00:00\n"
        "001  ONE V  D 010  00:00:10:00 00:00:14:00 01:00:00:00 01:00:04:00\n* TO CLIP NAME: one.mov\n"
        "002  ONE V  C      00:00:14:00 00:00:14:00 01:00:04:00 01:00:04:00\n"
        "002  TWO V  W001 020  00:00:20:00 00:00:24:00 01:00:04:00 01:00:08:00\n"
        "* FROM CLIP NAME: one.mov\n* TO CLIP NAME: two.mov\n"
        "003  TWO V  C      00:00:24:00 00:00:24:00 01:00:08:00 01:00:08:00\n"
        "003  BL  V  D 025  00:00:00:00 00:00:02:00 01:00:08:00 01:00:10:00\n"
        "004  ONE V  C      00:00:30:00 00:00:31:00 01:00:10:00 01:00:11:00\n* FROM CLIP NAME: one.mov\n"
    )
    assert clips(document) == [
        (0, F(110, 25), "one.mov", 10), (F(110, 25), F(115, 25), "two.mov", F(510, 25)), (10, 1, "one.mov", 30),
    ]  # fmt: skip
    track = document.tracks[0]
    one, two = (clip.id for _, clip in track.clips()[:2])
    assert [(t.left, t.right, t.duration * 25) for t in track.transitions] == [
        (None, one, 10), (one, two, 20), (two, None, 25),
    ]  # fmt: skip
    assert "transition SMPTE_Wipe" in losses


def test_a_clip_that_is_seen_in_a_dissolve_only_is_there() -> None:
    document, _ = read(
        "001  ONE V  C      00:00:10:00 00:00:12:00 00:00:00:00 00:00:02:00\n"
        "002  TWO V  C      00:00:20:00 00:00:20:00 00:00:02:00 00:00:02:00\n"
        "002  THREE V D 020 00:00:30:00 00:00:32:00 00:00:02:00 00:00:04:00\n"
    )
    assert clips(document) == [
        (0, 2, "ONE", 10), (2, F(10, 25), "TWO", 20), (F(60, 25), F(40, 25), "THREE", F(760, 25)),
    ]  # fmt: skip
    assert [t.duration for t in document.tracks[0].transitions] == [F(20, 25)]


@pytest.mark.parametrize(
    ("rate", "speed", "reverse"), [("050.0", 2, False), ("-012.5", F(1, 2), True), ("000.0", 0, False)]
)
def test_speeds(rate: str, speed: F, reverse: bool) -> None:
    document, losses = read(
        f"001  ONE V  C  00:00:10:00 00:00:12:00 00:00:00:00 00:00:01:00\nM2   ONE   {rate}   00:00:10:00\n"
    )
    ((_, clip),) = document.tracks[0].clips()
    assert (clip.speed, clip.reverse, clip.start) == (speed, reverse, 10)
    assert not losses


def test_a_speed_without_a_reel_is_its_events() -> None:
    document, losses = read(
        "001  ONE V  C  00:00:10:00 00:00:12:00 00:00:00:00 00:00:01:00\nM2   050.0 00:00:10:00\n", NDF
    )
    (_, clip) = document.tracks[0].clips()[0]
    assert (clip.speed, losses) == (F(2), {})


@pytest.mark.parametrize(
    "line", ["M2 " + "1" * 40_000, "M2 A " + "1" * 40_000 + " x", "M2" + " " * 40_000, "001 " * 10_000]
)
def test_a_long_line_is_read_in_one_go(line: str) -> None:
    began = process_time()
    with contextlib.suppress(InterchangeError):
        read(f"001  ONE V  C  00:00:10:00 00:00:12:00 00:00:00:00 00:00:01:00\n{line}\n")
    assert process_time() - began < 1  # many seconds, where it takes steps by the square of the length


def test_lengths_that_differ_without_a_speed_are_told() -> None:
    _, losses = read("001  ONE V  C  00:00:10:00 00:00:12:00 00:00:00:00 00:00:01:00\n")
    assert "50 frames of source for 25" in losses["speed"]


def test_drop_frame_counts_the_clock() -> None:
    text = (
        "FCM: DROP FRAME\n001  ONE  V  C  00:00:10:00 00:01:10:02 01:00:00:00 01:01:00:02\n"
        "* LOC: 01:00:10;00 RED  here\n"
    )
    document, losses = read(text, None)
    assert document.settings.fps == DF
    assert clips(document) == [(0, 1800 / DF, "ONE", 300 / DF)]
    assert [(marker.time, marker.title) for marker in document.timeline.markers] == [(300 / DF, "here")]
    assert set(losses) == {"frame rate", "start timecode"}


def test_a_leader_before_the_hour_is_no_hour_of_nothing() -> None:
    document, _ = read("001  ONE  V  C  00:00:10:00 00:00:20:00 00:59:55:00 01:00:05:00\n")
    assert clips(document) == [(0, 10, "ONE", 10)]
    document, _ = read("001  ONE  V  C  00:00:10:00 00:00:20:00 01:00:05:00 01:00:15:00\n")
    assert clips(document) == [(5, 10, "ONE", 10)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("TITLE: x\n001  ONE  V  C  00:00:00:00 00:00:01:00\n", "line 2"),
        ("\n\n001  ONE  V  C  00:00:00:00 00:00:01:00 00:00:00:00 00:00:00:30\n", "line 3"),
        ("001  ONE  V  C  00:00:00:00 00:00:01:00 00:00:02:00 00:00:01:00\n", "line 1"),
        ("001  ONE  V  C  00:00:00:00 00:61:01:00 00:00:00:00 00:61:01:00\n", "line 1"),
        (
            "002  ONE  V  C  00:00:00:00 00:00:02:00 00:00:00:00 00:00:02:00\n"
            "003  ONE  V  C  00:00:00:00 00:00:02:00 00:00:01:00 00:00:03:00\n",
            "line 2",
        ),
        ("* FROM CLIP NAME: a\n", "no event"),
    ],
)
def test_a_broken_list_names_its_line(text: str, line: str) -> None:
    with pytest.raises(InterchangeError, match=line):
        read(text)


def pair(fps: F) -> Document:
    frame = 1 / fps

    def take(prefix: str) -> tuple[Clip, ...]:
        return (
            Clip(id=f"{prefix}1", source=MediaSource(media="m_a"), start=60 * frame, duration=90 * frame, link="l_1"),
            Clip(id=f"{prefix}2", source=MediaSource(media="m_b"), start=30 * frame, duration=60 * frame, link="l_2"),
        )

    faded = Transition(id="x1", left="v2", right=None, duration=12 * frame)
    late = Clip(id="a3", source=MediaSource(media="m_b"), start=300 * frame, duration=30 * frame)
    tracks = (
        Track(id="t1", kind="video", title="V", items=take("v"), transitions=(faded,)),
        Track(id="t2", kind="audio", title="A1", items=(*take("a"), Gap(duration=30 * frame), late)),
    )
    markers = (Marker(id="m", time=45 * frame, title="look here"),)
    timeline = Timeline(tracks=tracks, markers=markers)
    return Document(id="p", settings=ProjectSettings(fps=fps), media=MEDIA, timeline=timeline)


@pytest.mark.parametrize("fps", [NDF, DF, F(24000, 1001), F(60)])
def test_picture_and_sound_are_one_event_where_they_agree(fps: F) -> None:
    document = pair(fps)
    text, report = write_timeline(document, format="edl", title="Trip")
    assert [loss.why for loss in report] == ["left out: 2 clips are events of their own"]  # the picture that fades out
    events = [line.split()[2] for line in text.splitlines() if line[:3].isdigit()]
    assert events == ["B", "V", "A", "V", "V", "A"]
    assert (text.splitlines()[1] == "FCM: DROP FRAME") == (fps == DF)
    back, _ = read_timeline(text.encode(), format="edl", name="x", find=known_media, fps=fps)
    assert shown(back) == shown(document)
    assert links(back) == [{"V", "A1"}] * 2  # they agree, and so belong together again

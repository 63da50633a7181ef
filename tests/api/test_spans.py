"""Media spans on the timeline: which clips they are mapped through, and how fast."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from cutroom.api.spans import on_timeline
from cutroom.schema.clip import Clip, Item, MediaSource
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.media import Fingerprint, Media, VideoStream
from cutroom.schema.spans import Spans
from cutroom.schema.track import Track
from cutroom.session import Session

F = Fraction


def media(seconds: int) -> Media:
    return Media(
        id="m",
        path="m.mp4",
        fingerprint=Fingerprint(sha256="a" * 64, size=1),
        format="mp4",
        duration=F(seconds),
        video=VideoStream(
            index=0, codec="h264", width=640, height=360, rate=F(30), duration=F(seconds), frames=seconds * 30,
            pixel_format="yuv420p",
        ),
    )  # fmt: skip


def clip(name: str, start: int, end: int) -> Clip:
    return Clip(id=name, source=MediaSource(media="m"), start=F(start), duration=F(end - start))


def session(tracks: dict[str, Iterable[Item]], seconds: int = 10) -> Session:
    made = tuple(Track(id=title, kind="video", title=title, items=tuple(items)) for title, items in tracks.items())
    return Session(
        Document(id="p", settings=ProjectSettings(fps=F(30)), media=(media(seconds),), timeline=Timeline(tracks=made))
    )


def test_a_span_before_the_clip_is_left_out() -> None:
    shown = session({"V1": [clip("c", 5, 10)]})
    assert on_timeline(Spans.of_media([(0, 1), (6, 7)], media(10)), shown) == [(1, 2)]
    assert on_timeline(Spans.of_media([(0, 5), (7, 20)], media(30)), shown) == [(2, 5)]


def test_only_named_tracks_are_looked_through() -> None:
    shown = session({"V1": [clip("c", 0, 4)], "V2": [clip("d", 1, 5)]})
    spans = Spans.of_media([(2, 3)], media(10))
    assert on_timeline(spans, shown) == [(1, 3)]
    assert on_timeline(spans, shown, ["V1"]) == [(2, 3)]
    assert on_timeline(spans, shown, ["V2"]) == [(1, 2)]


def test_many_clips_and_many_spans() -> None:
    shown = session({"V1": [clip(f"c{i}", i, i + 1) for i in range(2000)]}, seconds=2000)
    spans = Spans.of_media([(2 * i, 2 * i + 1) for i in range(1000)], media(2000))
    assert on_timeline(spans, shown) == [(2 * i, 2 * i + 1) for i in range(1000)]

"""A small document to edit: two pictures with sound, eight seconds of media each."""

from __future__ import annotations

from fractions import Fraction

from cutroom.edit.apply import apply
from cutroom.edit.operations import AddMedia, AddTrack, Append
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document
from cutroom.schema.media import AudioStream, Fingerprint, Media, VideoStream

F = Fraction


def make_media(media_id: str, seconds: int = 8) -> Media:
    return Media(
        id=media_id,
        path=f"{media_id}.mp4",
        fingerprint=Fingerprint(sha256=media_id[-1] * 64, size=1000),
        format="mp4",
        duration=F(seconds),
        video=VideoStream(
            index=0, codec="h264", width=640, height=360, rate=F(30), duration=F(seconds), frames=seconds * 30,
            pixel_format="yuv420p",
        ),
        audio=AudioStream(
            index=1, codec="aac", sample_rate=48_000, channels=2, layout="stereo", duration=F(seconds)
        ),
    )  # fmt: skip


def build() -> Document:
    document = Document(id="p")
    for operation in (
        AddMedia(id="op_1", media=make_media("m_a")),
        AddMedia(id="op_2", media=make_media("m_b")),
        AddTrack(id="op_3", track="video", title="V1"),
        AddTrack(id="op_4", track="audio", title="A1"),
        AddTrack(id="op_5", track="video", title="V2"),
        Append(id="op_6", track="V1", source=MediaSource(media="m_a"), start=F(2), duration=F(3), sound_track="A1"),
        Append(id="op_7", track="V1", source=MediaSource(media="m_b"), start=F(1), duration=F(4), sound_track="A1"),
    ):
        document = apply(document, operation).document
    return document


def strip(document: Document, title: str) -> str:
    """A track as a picture: `a2-5` is media a from 2 to 5 s, `·1` a gap of a second."""
    parts = []
    for item in document.tracks[document.track_index(title)].items:
        if isinstance(item, Clip):
            parts.append(f"{(item.media or 'title')[-1]}{item.start}-{item.end}")
        else:
            parts.append(f"·{item.duration}")
    return " ".join(parts)


def ids(document: Document, title: str = "V1") -> list[str]:
    return [clip.id for _, clip in document.tracks[document.track_index(title)].clips()]

"""A small document to edit: two pictures with sound, eight seconds of media each."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cutroom.edit.apply import apply
from cutroom.edit.operations import AddMedia, AddTrack, Append, Operation, Overwrite, SetTrack
from cutroom.schema.clip import Gap, Item, MediaSource, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.media import AudioStream, Fingerprint, Media, VideoStream
from cutroom.schema.speed import Ramp

F = Fraction
Time = Fraction | int
Row = dict[str, Any]


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


def do(document: Document, *operations: Operation) -> Document:
    for operation in operations:
        document = apply(document, operation).document
    return document


def lay(
    document: Document,
    track: str,
    at: Time,
    duration: Time,
    media: str = "m_b",
    start: Time = 0,
    sound: str | None = None,
) -> Document:
    """Media on a track, over what is there; without a link where no track for its sound is named."""
    source = MediaSource(media=media)
    return do(document, Overwrite(track=track, at=at, source=source, start=start, duration=duration, sound_track=sound))


def switched(document: Document, title: str, **switches: Any) -> Document:
    """With switches of a track set."""
    return do(document, SetTrack(track=title, **switches))


def strip(document: Document, title: str) -> str:
    """A track as a picture: `a2-5` is media a from 2 to 5 s, `·1` a gap of a second.

    `a5-2` plays backwards, `a2-8*2` at twice the speed, `a2-8~` with a ramp, `T·3` is a title, `n0-3` a compound.
    """
    return " ".join(_picture(item) for item in document.tracks[document.track_index(title)].items)


def _picture(item: Item) -> str:
    if isinstance(item, Gap):
        return f"·{item.duration}"
    if item.is_title:
        return f"T·{item.duration}"
    first, last = (item.end, item.start) if item.reverse else (item.start, item.end)
    speed = "~" if isinstance(item.speed, Ramp) else f"*{item.speed}" if item.speed != 1 else ""
    held = f"·{item.duration}" if item.speed == 0 else ""
    return f"{item.media[-1] if item.media else 'n'}{first}-{last}{speed}{held}"


def strips(document: Document) -> dict[str, str]:
    """Every track that holds something."""
    return {track.title: strip(document, track.title) for track in document.tracks if track.items}


def ids(document: Document, title: str = "V1") -> list[str]:
    return [clip.id for _, clip in document.tracks[document.track_index(title)].clips()]


def cues(document: Document, title: str = "S1") -> str:
    """Subtitles as a picture: `x1-2` is a cue with the text x from 1 to 2 s."""
    return " ".join(f"{cue.text}{cue.start}-{cue.end}" for cue in document.tracks[document.track_index(title)].cues)


def moments(document: Document) -> list[Fraction]:
    return [marker.time for marker in document.timeline.markers]


def table(document: Document) -> list[Row]:
    """The rows of `Timeline.to_df` for a document without compounds in it, at 30 frames a second."""
    rows = []
    for track in document.tracks:
        for start, clip in track.clips():
            rows.append(
                {
                    "id": clip.id,
                    "track": track.title,
                    "media": clip.media and document.find_media(clip.media).path,
                    "text": clip.source.text if isinstance(clip.source, TitleSource) else None,
                    "start": float(start),
                    "end": float(start + clip.duration),
                    "duration": float(clip.duration),
                    "start_frame": int(start * 30),
                    "end_frame": int((start + clip.duration) * 30),
                    "source_start": float(clip.start),
                    "source_end": float(clip.end),
                    "speed": float(clip.speed) if isinstance(clip.speed, F) else None,
                    "reverse": clip.reverse,
                }
            )
    return rows

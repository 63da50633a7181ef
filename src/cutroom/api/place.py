"""How a media comes onto the timeline: which tracks, which stretch, which sound."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from cutroom.api.arguments import text, truth
from cutroom.api.clip import Clip
from cutroom.api.media import Media, MediaLibrary
from cutroom.api.times import Clock, source_range
from cutroom.edit import operations as ops
from cutroom.schema.clip import MediaSource
from cutroom.schema.time import TimeLike
from cutroom.schema.track import TrackKind
from cutroom.session import Session

if TYPE_CHECKING:
    from cutroom.api.timeline import Timeline

LETTER: dict[TrackKind, str] = {"video": "V", "audio": "A", "title": "T", "subtitle": "S"}
MediaLike = str | os.PathLike[str] | Media


class Placing(NamedTuple):
    """What the verbs that place have in common."""

    source: Any
    track: str | None
    sound: str | bool | None


def place(timeline: Timeline, verb: str, media: MediaLike, at: TimeLike | None, how: Placing) -> Clip:
    """Probe the media where it is new, make tracks that are missing, and place picture and sound as one step."""
    if how.track is not None:
        text("track", how.track)
    if how.sound is not None and not isinstance(how.sound, str):
        truth("sound", how.sound)
    session, library = timeline.session, MediaLibrary(timeline.session, timeline.app)
    found = media if isinstance(media, Media) else library.probe(media)  # takes its time: the session is not locked
    with session.edit(verb):
        known = found if isinstance(found, Media) else library.put(found)
        kind: TrackKind = "video" if known.video else "audio"
        target = f"{LETTER[kind]}1" if how.track is None else how.track
        ensure_track(session, target, kind)
        target_kind = timeline.track(target).kind
        clock = Clock.of(session.document, target_kind)
        begins, duration = source_range(how.source, known.value, clock)
        sound_track = _sound_track(session, known, target, how.sound) if target_kind == "video" else None
        placing: dict[str, Any] = {
            "track": target,
            "source": MediaSource(media=known.id),
            "start": begins,
            "duration": duration,
            "sound_track": sound_track,
        }
        if at is None:
            made = session.apply(ops.Append.checked(**placing))
        else:
            operation = ops.Insert if verb == "insert" else ops.Overwrite
            made = session.apply(operation.checked(at=clock.at(at), **placing))
        clock.tell(session)
        return Clip(session, made.created[0])


def _sound_track(session: Session, media: Media, target: str, sound: str | bool | None) -> str | None:
    if media.audio is None or sound is None or sound is False:
        return None
    name = sound if isinstance(sound, str) else f"A{target[1:]}" if target[1:].isdecimal() else "A1"
    ensure_track(session, name, "audio")
    return name


def ensure_track(session: Session, name: str, kind: TrackKind) -> None:
    """Make a track that is not there; a title such as "A2" says which kind it is."""
    if any(name in {track.title, track.id} for track in session.document.tracks):
        return
    named = next((k for k, letter in LETTER.items() if name[:1] == letter and name[1:].isdecimal()), kind)
    session.apply(ops.AddTrack.checked(track=named, title=name))


def linked_cut(left: Clip | None, right: Clip | None) -> tuple[str | None, str | None] | None:
    """The same cut on the linked sound, where there is one."""
    before = left.linked if left else []
    after = right.linked if right else []
    if (left and not before) or (right and not after):
        return None
    first = before[0] if before else None
    second = after[0] if after else None
    if first and second and first.end != second.start:
        return None
    return (first.id if first else None, second.id if second else None)

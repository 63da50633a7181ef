"""How a media or a compound comes onto the timeline: which tracks, which stretch, which sound, how fast."""

from __future__ import annotations

import difflib
import os
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cutroom.api.arguments import text, truth, wrong
from cutroom.api.clip import Clip
from cutroom.api.handle import Handle
from cutroom.api.media import Media, MediaLibrary
from cutroom.api.tempo import lasting, speed_of
from cutroom.api.times import Clock, Played, source_range, span_of
from cutroom.edit import operations as ops
from cutroom.edit.limits import readable
from cutroom.errors import EditError, HandlesError, UnknownNameError, warn
from cutroom.schema.clip import CompoundSource, MediaSource
from cutroom.schema.document import Document
from cutroom.schema.media import Media as MediaValue
from cutroom.schema.speed import FASTEST, NORMAL, SLOWEST, Ramp, Speed
from cutroom.schema.track import TrackKind
from cutroom.services import PreviewWorkers

if TYPE_CHECKING:
    from cutroom.api.compound import Compound
    from cutroom.api.timeline import Timeline

LETTER: dict[TrackKind, str] = {"video": "V", "audio": "A", "title": "T", "subtitle": "S"}
PADDING = Fraction(1, 10)
"""Seconds: by so much the two may end apart as encoders leave them."""
MediaLike = str | os.PathLike[str] | Media
"""A path, or a media of the project."""


class Placing(NamedTuple):
    """What the verbs that place have in common."""

    source: Any
    track: str | None
    sound: str | bool | None
    speed: Any = 1
    reverse: bool = False
    fit: bool = False
    """Whether the speed follows from the room, instead of the length from the speed."""


def place(timeline: Timeline, verb: str, media: Any, at: Any, how: Placing) -> Clip:
    """Probe the media where it is new, make tracks that are missing, and place picture and sound as one step.

    Args:
        timeline: where to.
        verb: append, insert, overwrite or fill.
        media: what to play.
        at: timeline time; for fill a span; None for append.
        how: all else.
    """
    if how.track is not None:
        text("track", how.track)
    if how.sound is not None and not isinstance(how.sound, str):
        truth("sound", how.sound)
    backwards = truth("reverse", how.reverse)
    known = _known(timeline, media)  # takes its time: the session is not locked
    with timeline.session.edit(verb):
        if isinstance(known, MediaValue):
            known = MediaLibrary(timeline.session, timeline.app).put(known)
        speed = speed_of(how.speed, timeline.fps)
        kind: TrackKind = "video" if _kinds(known).video else "audio"
        target = f"{LETTER[kind]}1" if how.track is None else how.track
        ensure_track(timeline, target, kind)
        target_kind = timeline.track(target).kind
        sound_track = _sound_track(timeline, known, target, how.sound) if target_kind == "video" else None
        clock = Clock.of(timeline.document, target_kind, ripple=verb == "insert")
        played = _played(timeline.document, known, seen=target_kind != "audio")
        begins, ends, asked = source_range(how.source, played)
        placing: dict[str, Any] = {"track": target, "source": _source(known), "start": begins}
        placing |= {"reverse": backwards, "sound_track": sound_track}
        if verb == "fill":
            start, end = span_of(at, clock)
            pace = speed if not how.fit else _fitting((ends - begins) / (end - start))
            if not how.fit and not (isinstance(known, Media) and known.value.is_still):
                _require_enough(min(ends, played.duration) - begins, end - start, clock)
            made = timeline.apply(ops.Fill.checked(**placing, at=start, duration=end - start, speed=pace))
        else:
            duration = _lasting(speed, (begins, ends, played.duration), clock, asked=asked)
            placing |= {"speed": speed, "duration": duration}
            if how.source is None:
                _tell_of_ends(timeline, known, heard=sound_track is not None)
            if verb == "append":
                made = timeline.apply(ops.Append.checked(**placing))
            else:
                operation = ops.Insert if verb == "insert" else ops.Overwrite
                made = timeline.apply(operation.checked(at=clock.at(at), **placing))
        first = Clip(timeline.session, timeline.within, made.created[0])
        if not isinstance(known, Media) and known.multicam:
            _first_angles(timeline, made.created[: 2 if sound_track else 1])
        clock.tell(timeline.session)
    timeline.app.start_ahead(PreviewWorkers)  # what was placed will be looked at
    return first


def _known(timeline: Timeline, media: Any) -> Media | Compound | MediaValue:
    from cutroom.api.compound import Compound

    if isinstance(media, Compound):
        if media.session is not timeline.session:
            raise wrong("media", "a compound of this project", media)
        return media
    if isinstance(media, Handle):
        raise wrong("media", "a path, a media or a compound", media)
    return media if isinstance(media, Media) else MediaLibrary(timeline.session, timeline.app).probe(media)


def _source(known: Media | Compound) -> MediaSource | CompoundSource:
    return MediaSource(media=known.id) if isinstance(known, Media) else CompoundSource(compound=known.id)


class _Kinds(NamedTuple):
    """What there is to see and to hear."""

    video: bool
    audio: bool


def _kinds(known: Media | Compound) -> _Kinds:
    if isinstance(known, Media):
        return _Kinds(known.video is not None, known.audio is not None)
    sounds = {track.kind == "audio" for track in known.tracks}
    return _Kinds(False in sounds, True in sounds)


def _played(document: Document, known: Media | Compound, *, seen: bool) -> Played:
    if not isinstance(known, Media):
        if not (duration := known.duration):
            raise EditError(f"compound {known.title!r} is empty", value=known.title, hint="put clips into it first")
        return Played(document.settings.fps, duration, duration)
    media = known.value
    rate = media.video.rate if media.video else Fraction(media.audio.sample_rate if media.audio else 1)
    pictures = media.video.start + media.video.duration if media.video and seen else media.duration
    return Played(rate, media.duration, pictures)


def _lasting(
    speed: Fraction | Ramp, stretch: tuple[Fraction, Fraction, Fraction], clock: Clock, *, asked: bool
) -> Fraction:
    """How long a stretch (in point, out point, end of the media) stands on the timeline."""
    begins, ends, room = stretch
    if speed == NORMAL:  # an out point beyond the media is refused, with by how much, when it is placed
        exact = ends - begins
        duration = max(lasting(NORMAL, exact, None, clock.grid), 1 / clock.grid)
        return clock.lasting(exact, duration) if asked else duration
    duration = lasting(speed, ends - begins, room - begins, clock.grid)
    if asked and isinstance(speed, Fraction):
        clock.lasting((ends - begins) / speed, duration)
    return duration


def _tell_of_ends(timeline: Timeline, known: Media | Compound, *, heard: bool) -> None:
    """Tell where all of a media was asked for, and its sound and its picture do not end together."""
    if not heard or not isinstance(known, Media) or known.video is None or known.audio is None or known.value.is_still:
        return
    seen, sound = (stream.start + stream.duration for stream in (known.video, known.audio))
    name = Path(known.value.path).name
    if sound - seen > PADDING:
        told = (
            f"{name}: its sound goes on for {readable(sound - seen)} after its picture ends at {readable(seen)}, and "
            "is left out; source=(0, None) takes it, too"
        )
    elif seen - sound > PADDING:
        told = f"{name}: its sound ends at {readable(sound)}, its picture at {readable(seen)}: silent in between"
    else:
        return
    timeline.session.note(told)
    warn(told)


def _fitting(speed: Fraction) -> Speed:
    if not SLOWEST <= speed <= FASTEST:
        raise EditError(
            f"to fit, it would have to play at {float(speed):.3g} times its speed",
            value=speed,
            hint=f"between {float(SLOWEST):g} and {float(FASTEST):g} is possible: give another source or span",
        )
    return speed


def _require_enough(there: Fraction, room: Fraction, clock: Clock) -> None:
    if room - there > 1 / clock.rate:
        raise HandlesError(
            f"the source is {readable(room - there)} shorter than the span",
            value=room - there,
            hint="fit=True plays it slower; or give a shorter span",
        )


def _first_angles(timeline: Timeline, created: tuple[str, ...]) -> None:
    """A multi-camera is shown by its first angle, and heard by its first sound: all at once would be none."""
    for name in created:
        clip = Clip(timeline.session, timeline.within, name)
        source = clip.value.source
        assert isinstance(source, CompoundSource)
        heard = clip.track.kind == "audio"
        inner = timeline.document.compound(source.compound).timeline.tracks
        angle = next((track.id for track in inner if (track.kind == "audio") == heard), None)
        timeline.apply(ops.SetAngle(clip=name, angle=angle))


def _sound_track(timeline: Timeline, known: Media | Compound, target: str, sound: str | bool | None) -> str | None:
    if not _kinds(known).audio or sound is None or sound is False:
        return None
    name = sound if isinstance(sound, str) else f"A{target[1:]}" if target[1:].isdecimal() else "A1"
    ensure_track(timeline, name, "audio")
    return name


def ensure_track(handle: Handle, name: str, kind: TrackKind) -> None:
    """Make a track that is not there, where its title says which kind it is: "V2", "A1".

    Raises:
        UnknownNameError: another title that no track has; names the nearest.
    """
    titles = [track.title for track in handle.document.tracks]
    if name in titles or any(name == track.id for track in handle.document.tracks):
        return
    named = next((k for k, letter in LETTER.items() if name[:1] == letter and name[1:].isdecimal()), None)
    if named is None:
        usual = f"{LETTER[kind]}{1 + sum(track.kind == kind for track in handle.document.tracks)}"
        close = difflib.get_close_matches(name.casefold(), {title.casefold(): title for title in titles}, 1)
        meant = next((title for title in titles if close and title.casefold() == close[0]), None)
        raise UnknownNameError(
            f"there is no track {name!r}",
            value=name,
            hint=(f"did you mean {meant!r}? " if meant else "")
            + f"tl.add_track({kind!r}, name={name!r}) adds it; {usual!r} would be made by itself",
        )
    handle.apply(ops.AddTrack.checked(track=named, title=name))

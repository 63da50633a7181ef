"""One row of an edited table of clips: the clip that it asks for, or why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from cutroom.edit.limits import check_kind, check_range, readable
from cutroom.edit.standing import TIMES, Known, Values
from cutroom.errors import EditError, nearest
from cutroom.schema.base import new_id
from cutroom.schema.clip import Clip, CompoundSource, MediaSource, Source, TitleSource
from cutroom.schema.document import Compound, Document
from cutroom.schema.resource import short_name
from cutroom.schema.speed import FASTEST, SLOWEST, travel
from cutroom.schema.time import parse_time, shown, snap, to_frame

FRAMES = {"start_frame": "start", "end_frame": "end"}
_SAME = 1e-9
_LAST = 10**10
_NAME = 100
"""Letters of the name of a group."""
_TITLE = Fraction(2)
"""How long a title stands whose row does not say it."""


class Snapped(NamedTuple):
    """A time that a row asks for, and the one it got."""

    exact: Fraction
    near: Fraction
    grid: Fraction
    """Frames or samples a second."""
    lasts: bool
    """Whether it is a length."""


@dataclass(slots=True)
class Wanted:
    """A clip as a row wants it."""

    row: Any
    """Label of the row; None for a clip that has none and goes along with another."""
    track: str
    clip: Clip
    changed: bool
    at: Fraction | None = None
    known: Known | None = None
    """The clip as it is; it starts where that does while `at` is None."""
    snapped: tuple[Snapped, ...] = ()
    """Times of the row that were moved to a grid."""

    @property
    def start(self) -> Fraction:
        """Where it is to start."""
        if self.at is None:
            assert self.known is not None
            self.at = self.known.start
        return self.at


def existing(document: Document, label: Any, values: Values, known: Known) -> Wanted:
    """What a row wants of a clip that is there.

    Raises:
        EditError: it cannot be; says why.
    """
    track, clip = known.track.title, known.clip
    if known.is_as(values, document):
        return Wanted(label, track, clip, changed=False, known=known)
    start = known.start
    now = {
        "start": start,
        "end": start + clip.duration,
        "duration": clip.duration,
        "source_start": clip.start,
        "source_end": clip.end,
    }
    target = str(values.get("track") or track)
    new, snapped = _times(document, values, now, _grid_of(document, target, known))
    _require_same(document, known, target, values)
    clip, changed = _changed(document, clip, target, values)
    one = _placed(document, label, (target, start, clip), new, changed=changed or bool(new) or target != track)
    one.known, one.snapped = known, snapped
    return one


def _kind(document: Document, track: str) -> str:
    return next((t.kind for t in document.tracks if t.title == track), "video")


def _grid(document: Document, track: str) -> Fraction:
    settings = document.settings
    return Fraction(settings.sample_rate) if _kind(document, track) == "audio" else settings.fps


def _grid_of(document: Document, track: str, known: Known) -> Fraction:
    """The grid of a clip's row. Sound that stands on frames with its picture goes to where the same row puts that."""
    fps, clip = document.settings.fps, known.clip
    on_frames = all((time * fps).denominator == 1 for time in (known.start, clip.duration))
    return fps if clip.link is not None and on_frames else _grid(document, track)


def _times(
    document: Document, values: Values, now: Mapping[str, Fraction], grid: Fraction
) -> tuple[dict[str, Fraction], tuple[Snapped, ...]]:
    """The times that differ from what they are now, on a grid, and what went to it."""
    fps = document.settings.fps
    found: dict[str, Fraction] = {}
    snapped: list[Snapped] = []
    for name in TIMES:
        if (value := values.get(name)) is None or (name in now and _equal(value, now[name])):
            continue
        exact = parse_time(value, rate=fps)
        found[name] = exact if name.startswith("source") else snap(exact, grid)
        if found[name] != exact:
            snapped.append(Snapped(exact, found[name], grid, name == "duration"))
    for name, time in FRAMES.items():
        if (value := values.get(name)) is None or time in found:
            continue
        frame = _frame(name, value)
        if time not in now or frame != to_frame(now[time], fps):
            found[time] = frame / fps
    return found, tuple(snapped)


def _frame(name: str, value: Any) -> int:
    if (
        not isinstance(value, int | float)
        or isinstance(value, bool)
        or not (0 <= value < _LAST and value == int(value))
    ):
        raise EditError(f"{name} is no frame: {shown(value)}", hint="give a whole number from 0")
    return int(value)


def _equal(value: Any, exact: Fraction) -> bool:
    return isinstance(value, int | float) and abs(float(value) - float(exact)) < _SAME


def _changed(document: Document, clip: Clip, track: str, values: Values) -> tuple[Clip, bool]:
    """A clip with the text, the speed, the direction, the group and the angle of a row."""
    new, fps, source = clip, document.settings.fps, clip.source
    text, speed, backwards = values.get("text"), values.get("speed"), values.get("reverse")
    if text is not None and isinstance(source, TitleSource) and text != source.text:
        new = new.evolve(source=source.replace(text=str(text), spans=()))
    angle = values.get("angle")
    if isinstance(source, CompoundSource) and (angle is not None or (source.angle and "angle" in values)):
        found = _angle_of(document.compound(source.compound), _kind(document, track), angle)
        if found != source.angle:
            new = new.evolve(source=source.evolve(angle=found))
    if speed is not None and not (isinstance(clip.speed, Fraction) and _equal(speed, clip.speed)):
        _require_played(clip, "speed")
        exact = _speed(speed)
        length = snap(travel(clip.speed, clip.duration) / exact, fps)
        new = new.paced(exact, max(length, 1 / fps))
    if backwards is not None and backwards not in (True, False):
        raise EditError(f"reverse is True or False, not {shown(backwards)}", hint="tick it, or not")
    if backwards is not None and bool(backwards) != clip.reverse:
        _require_played(clip, "direction")
        new = new.evolve(reverse=bool(backwards))
    if "group" in values and (group := _group(values["group"])) != clip.group:
        new = new.evolve(group=group)
    return new, new is not clip


def _require_played(clip: Clip, what: str) -> None:
    if clip.is_title:
        raise EditError(f"a title has no {what}: it stands as long as it is shown", hint=f"empty the column {what}")


def _speed(value: Any) -> Fraction:
    number = isinstance(value, int | float | Fraction) and not isinstance(value, bool)
    if not number or not SLOWEST <= value <= FASTEST:
        raise EditError(
            f"{shown(value)} is no speed for a clip",
            hint="a number between 0.1 and 10; reverse=True plays backwards, clip.freeze(...) holds a picture",
        )
    return parse_time(value)


def _group(value: Any) -> str | None:
    if not value:
        return None
    if not isinstance(value, str) or len(value) > _NAME:
        raise EditError(
            f"{shown(value)} is no group", hint="give each clip of a group the same short text, or leave it empty"
        )
    return value


def _require_same(document: Document, known: Known, track: str, values: Values) -> None:
    """Refuse a row that says what a table cannot do: it would be ignored, or let its clip be another."""
    clip, source = known.clip, known.clip.source
    path = document.find_media(source.media).path if isinstance(source, MediaSource) else None
    title = document.compound(source.compound).title if isinstance(source, CompoundSource) else None
    text = source.text if isinstance(source, TitleSource) else None
    for column, now in (("media", path), ("compound", title), ("text", text)):
        if (value := values.get(column)) is not None and value != now and (column != "text" or text is None):
            raise EditError(
                f"the clip shows {path or title or 'a title'}, not the {column} {shown(value)}",
                hint="for another clip, empty the id of the row",
            )
    if values.get("angle") is not None and title is None:
        raise EditError(f"the clip shows {path or 'a title'}, which has no angles", hint="empty the column angle")
    if values.get("kind") not in (None, known.track.kind, _kind(document, track)):
        raise EditError(
            f"a clip is of the kind of its track, not {shown(values['kind'])}", hint="change the column track instead"
        )
    for column, hint in (
        ("effects", "clip.effects.add(...) adds one, clip.effects[...].remove() takes one away"),
        ("link", "tl.link(clips) and clip.unlink() change what is linked"),
    ):
        now = ", ".join(short_name(effect.effect) for effect in clip.effects) if column == "effects" else clip.link
        if column in values and (values[column] or None) != (now or None):
            raise EditError(f"a table does not change the {column} of a clip: {shown(values[column])}", hint=hint)


def _placed(
    document: Document,
    label: Any,
    old: tuple[str, Fraction, Clip],
    new: Mapping[str, Fraction],
    *,
    changed: bool,
    fresh: bool = False,
) -> Wanted:
    """A clip at the times of a row; what is not given follows from the rest."""
    track, start, clip = old
    start = new.get("start", start)
    if "source_start" in new:
        clip = clip.evolve(start=new["source_start"])
    lengths = {}
    if "duration" in new:
        lengths["duration"] = new["duration"]
    if "end" in new:
        lengths["end"] = new["end"] - start
    if "source_end" in new and isinstance(clip.speed, Fraction) and clip.speed:
        length = (new["source_end"] - clip.start) / clip.speed
        lengths["source_end"] = snap(length, document.settings.fps)
    if len({*lengths.values()}) > 1:
        told = " and ".join(f"{name} says {readable(length)}" for name, length in lengths.items())
        raise EditError(f"the row contradicts itself about how long the clip lasts: {told}", hint="change one of them")
    duration = next(iter(lengths.values()), clip.duration)
    if duration <= 0:
        raise EditError(f"nothing would be left of the clip: {readable(duration)}", hint="delete the row instead")
    trimmed = not new.keys() & {"source_start", "source_end"} and not fresh
    clip = clip.part(Fraction(0), clip.duration - duration) if trimmed else clip.evolve(duration=duration)
    target = document.tracks[document.track_index(track)]
    if target.locked and changed:
        raise EditError(f"track {target.title} is locked", hint="unlock it first")
    check_kind(document, target, clip.source)
    check_range(document, clip)
    return Wanted(label, target.title, clip, changed, start)


def added(document: Document, label: Any, values: Values, within: str | None) -> Wanted:
    """The clip that a row without an id adds.

    Raises:
        EditError: it cannot be; says why.
    """
    track = values.get("track")
    if not track:
        raise EditError("a new row names its track", hint='for example track="V1"')
    new, snapped = _times(document, values, {}, _grid(document, str(track)))
    source, ends = _source(document, values, _kind(document, str(track)), within)
    if "start" not in new:
        raise EditError("a new row says where it starts", hint="fill in the column start")
    begins = new.get("source_start", Fraction(0))
    rest = _TITLE if ends is None else new.get("source_end", ends) - begins
    grid = _grid(document, str(track))
    clip = Clip(id=new_id("c"), source=source, duration=max(snap(rest, grid), 1 / grid))
    clip, _ = _changed(document, clip, str(track), {name: values.get(name) for name in ("speed", "reverse", "group")})
    one = _placed(document, label, (str(track), Fraction(0), clip), new, changed=True, fresh=True)
    told = rest == clip.duration or new.keys() & {"end", "duration", "source_end"} or values.get("speed") is not None
    one.snapped = snapped if told else (*snapped, Snapped(rest, clip.duration, grid, lasts=True))
    return one


def _source(document: Document, values: Values, kind: str, within: str | None) -> tuple[Source, Fraction | None]:
    """What a new row shows, and where that ends in its own time; None for a title, which does not."""
    path, title, text = values.get("media"), values.get("compound"), values.get("text")
    named = [name for name, value in (("media", path), ("compound", title), ("text", text)) if value]
    if len(named) > 1:
        raise EditError(f"a new row shows one thing, not {' and '.join(named)}", hint=f"empty the column {named[-1]}")
    if path:
        media = next((media for media in document.media if media.path == path), None)
        if media is None:
            raise EditError(f"the project has no media {shown(path)}", hint="add it first: project.media.add(...)")
        return MediaSource(media=media.id), media.duration
    if text:
        return TitleSource.checked(text=str(text)), None
    if not title:
        raise EditError("a new row shows something", hint="fill in the column media, compound or text")
    compound = next((known for known in document.compounds if title in (known.title, known.id)), None)
    if compound is None:
        raise nearest(str(title), [known.title for known in document.compounds], what="compound")
    if within is not None and within in {compound.id, *document.compounds_of(compound.timeline)}:
        raise EditError(
            f"compound {compound.title!r} would show itself", hint="a compound can hold anything but itself"
        )
    if not compound.timeline.duration:
        raise EditError(f"compound {compound.title!r} is empty", hint="put clips into it first")
    angle = values.get("angle")
    if angle is None and compound.multicam:  # all of them at once would be none
        angle = next((t.title for t in compound.timeline.tracks if (t.kind == "audio") == (kind == "audio")), None)
    found = None if angle is None else _angle(compound, kind, angle)
    return CompoundSource(compound=compound.id, angle=found), compound.timeline.duration


def _angle_of(compound: Compound, kind: str, angle: Any) -> str | None:
    """Id of the track that a clip is to show; None for all of them, where a multi-camera shows one at a time."""
    return None if angle is None and not compound.multicam else _angle(compound, kind, angle)


def _angle(compound: Compound, kind: str, angle: Any) -> str:
    """Id of the track of a compound that a clip on a track of some kind is to show."""
    fitting = [track for track in compound.timeline.tracks if (track.kind == "audio") == (kind == "audio")]
    for track in fitting:
        if angle in (track.title, track.id):
            return track.id
    titles = ", ".join(track.title for track in fitting)
    raise EditError(f"{compound.title!r} has no angle {shown(angle)} for this track", hint=f"angles: {titles}")

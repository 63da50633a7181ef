"""One row of an edited table of clips: the clip that it asks for, or why it cannot be."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from cutroom.edit.limits import check_kind, check_range, readable
from cutroom.errors import EditError, nearest
from cutroom.schema.base import new_id
from cutroom.schema.clip import Clip, CompoundSource, MediaSource, Source, TitleSource
from cutroom.schema.document import Compound, Document
from cutroom.schema.speed import FASTEST, SLOWEST, travel
from cutroom.schema.time import parse_time, shown, snap, to_frame
from cutroom.schema.track import Track

TIMES = ("start", "end", "duration", "source_start", "source_end")
FRAMES = {"start_frame": "start", "end_frame": "end"}
COLUMNS = ("id", "track", *TIMES, *FRAMES, "speed", "reverse", "text", "media", "compound", "angle")
"""What is read of a row; all other columns are for the eye."""
_SAME = 1e-9
_LAST = 10**10
_TITLE = Fraction(2)
"""How long a title stands whose row does not say it."""

Values = Mapping[str, Any]


class Known(NamedTuple):
    """A clip that is on the timeline."""

    track: Track
    item: int
    """Its index there."""
    clip: Clip

    @property
    def start(self) -> Fraction:
        """Where it starts on the timeline."""
        return self.track.start_of(self.item)

    def is_as(self, values: Values, document: Document) -> bool:
        """Whether a row has the very values of `Timeline.to_df`; any other row deserves a closer look."""
        get = values.get
        for name, now in zip(COLUMNS[1:-1], self._shown(document), strict=True):
            value = get(name)
            if value is not None and (value.__class__ is not now.__class__ or value != now):
                return False
        return get("angle") is None

    def _shown(self, document: Document) -> tuple[Any, ...]:
        base, ticks, clip = self.track.grid.base, self.track.grid.ticks, self.clip
        start, end, source = ticks[self.item], ticks[self.item + 1], clip.source
        speed, (above, below) = clip.speed, clip.start.as_integer_ratio()
        plain = isinstance(speed, Fraction) and speed.numerator == speed.denominator
        whole, twice = base * document.settings.fps.denominator, 2 * document.settings.fps.numerator
        return (
            *(self.track.title, start / base, end / base, (end - start) / base, above / below),
            (above * base + (end - start) * below) / (below * base) if plain else float(clip.end),
            *((twice * start + whole) // (2 * whole), (twice * end + whole) // (2 * whole)),
            1.0 if plain else float(speed) if isinstance(speed, Fraction) else None,
            clip.reverse,
            source.text if isinstance(source, TitleSource) else None,
            document.find_media(source.media).path if isinstance(source, MediaSource) else None,
            document.compound(source.compound).title if isinstance(source, CompoundSource) else None,
        )


class Standing:
    """The clips of a timeline by their ids. Each is made up when it is asked for: a table asks for few of them."""

    def __init__(self, document: Document) -> None:
        self._tracks = document.tracks
        self._places = {
            clip.id: (t, i)
            for t, track in enumerate(document.tracks)
            for i, clip in enumerate(track.items)
            if clip.kind == "clip"
        }

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def __getitem__(self, name: str) -> Known:
        t, i = self._places[name]
        clip = self._tracks[t].items[i]
        assert isinstance(clip, Clip)
        return Known(self._tracks[t], i, clip)

    def without(self, names: Container[str], tracks: Container[str]) -> list[str]:
        """The clips of some tracks, by title, that are not among some."""
        own = [track.title in tracks for track in self._tracks]
        return [name for name, (t, _) in self._places.items() if own[t] and name not in names]

    def linked(self, names: Iterable[str]) -> list[list[str]]:
        """The clips of each link that one of some clips has, pictures first."""
        asked = {self[name].clip.link for name in names if name in self} - {None}
        links: dict[str, list[str]] = {}
        for track in self._tracks if asked else ():
            for clip in track.items:
                if clip.kind == "clip" and clip.link is not None and clip.link in asked:
                    links.setdefault(clip.link, []).append(clip.id)
        return list(links.values())


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
    new = _times(document, target, values, now)
    clip, changed = _changed(document, clip, target, values)
    one = _placed(document, label, (target, start, clip), new, changed=changed or bool(new) or target != track)
    one.known = known
    return one


def _kind(document: Document, track: str) -> str:
    return next((t.kind for t in document.tracks if t.title == track), "video")


def _times(document: Document, track: str, values: Values, now: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The times that differ from what they are now, on the track's grid."""
    settings = document.settings
    grid = Fraction(settings.sample_rate) if _kind(document, track) == "audio" else settings.fps
    found: dict[str, Fraction] = {}
    for name in TIMES:
        if (value := values.get(name)) is None or (name in now and _equal(value, now[name])):
            continue
        exact = parse_time(value, rate=settings.fps)
        found[name] = exact if name.startswith("source") else snap(exact, grid)
    for name, time in FRAMES.items():
        if (value := values.get(name)) is None or time in found:
            continue
        frame = _frame(name, value)
        if time not in now or frame != to_frame(now[time], settings.fps):
            found[time] = frame / settings.fps
    return found


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
    """A clip with the text, the speed, the direction and the angle of a row."""
    new, fps, source = clip, document.settings.fps, clip.source
    text, speed, backwards = values.get("text"), values.get("speed"), values.get("reverse")
    _require_source(document, clip, values)
    if text is not None and isinstance(source, TitleSource) and text != source.text:
        new = new.evolve(source=source.replace(text=str(text)))
    if isinstance(source, CompoundSource) and (angle := values.get("angle")) is not None:
        found = _angle(document.compound(source.compound), _kind(document, track), angle)
        if found != source.angle:
            new = new.evolve(source=source.evolve(angle=found))
    if speed is not None and isinstance(clip.speed, Fraction) and not _equal(speed, clip.speed):
        exact = parse_time(speed)
        if not SLOWEST <= exact <= FASTEST:
            raise EditError(f"a speed of {float(exact):g} is out of range", hint="between 0.1 and 10")
        length = snap(travel(clip.speed, clip.duration) / exact, fps)
        new = new.paced(exact, max(length, 1 / fps))
    if backwards is not None and backwards not in (True, False):
        raise EditError(f"reverse is True or False, not {shown(backwards)}", hint="tick it, or not")
    if backwards is not None and bool(backwards) != clip.reverse:
        new = new.evolve(reverse=bool(backwards))
    return new, new is not clip


def _require_source(document: Document, clip: Clip, values: Values) -> None:
    """Refuse a row that would let its clip show something else: it would be another clip."""
    source = clip.source
    path = document.find_media(source.media).path if isinstance(source, MediaSource) else None
    title = document.compound(source.compound).title if isinstance(source, CompoundSource) else None
    for column, now in (("media", path), ("compound", title)):
        if (value := values.get(column)) is not None and value != now:
            raise EditError(
                f"the clip shows {now or path or title or 'a title'}, not the {column} {shown(value)}",
                hint="for another clip, empty the id of the row",
            )


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
    new = _times(document, str(track), values, {})
    source, ends = _source(document, values, _kind(document, str(track)), within)
    if "start" not in new:
        raise EditError("a new row says where it starts", hint="fill in the column start")
    begins = new.get("source_start", Fraction(0))
    rest = _TITLE if ends is None else new.get("source_end", ends) - begins
    fps = document.settings.fps
    clip = Clip(id=new_id("c"), source=source, duration=max(snap(rest, fps), 1 / fps))
    if values.get("speed") is not None or values.get("reverse"):
        clip, _ = _changed(document, clip, str(track), values)
    return _placed(document, label, (str(track), Fraction(0), clip), new, changed=True, fresh=True)


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


def _angle(compound: Compound, kind: str, angle: Any) -> str:
    """Id of the track of a compound that a clip on a track of some kind is to show."""
    fitting = [track for track in compound.timeline.tracks if (track.kind == "audio") == (kind == "audio")]
    for track in fitting:
        if angle in (track.title, track.id):
            return track.id
    titles = ", ".join(track.title for track in fitting)
    raise EditError(f"{compound.title!r} has no angle {shown(angle)} for this track", hint=f"angles: {titles}")

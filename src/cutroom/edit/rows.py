"""An edited table of clips becomes one operation, or says row by row why it cannot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from cutroom.edit.limits import check_kind, check_range, readable
from cutroom.edit.operations import Arrange, Placed
from cutroom.errors import CutroomError, EditError
from cutroom.schema.base import new_id
from cutroom.schema.clip import Clip, MediaSource, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.speed import FASTEST, SLOWEST, travel
from cutroom.schema.time import parse_time, shown, snap

TIMES = ("start", "end", "duration", "source_start", "source_end")
FRAMES = {"start_frame": "start", "end_frame": "end"}
COLUMNS = ("id", "track", "media", "text", *TIMES, *FRAMES, "speed", "reverse")
"""What is read of a row; all other columns are for the eye."""
_SAME = 1e-9
_LAST = 10**10


class Problem(NamedTuple):
    """Why a row cannot be."""

    row: Any
    """Its label in the table's index."""
    id: str
    problem: str
    hint: str


@dataclass
class _State:
    """A clip as a row wants it."""

    row: Any
    track: str
    start: Fraction
    clip: Clip
    changed: bool


@dataclass
class Reading:
    """What a table asks for.

    Args:
        operation: does all of it; None where a row cannot be, or nothing differs.
        problems: one for each row that cannot be.
    """

    operation: Arrange | None = None
    problems: list[Problem] = field(default_factory=list)


def read_rows(document: Document, rows: Iterable[tuple[Any, Mapping[str, Any]]], *, ripple: bool = False) -> Reading:
    """Compare a table with the timeline.

    A row whose id is on the timeline changes that clip: `track` and `start` move it, `end` and `duration` trim its end,
    `source_start` slips it, `source_end` trims its end, `speed`, `reverse` and `text` change it. What is linked to it
    follows, unless its own row was changed as well. A row without an id is a new clip. A clip without a row goes, where
    its track has rows at all; linked clips go with it, unless their rows were changed.

    Args:
        document: the timeline.
        rows: label and values of each row; None for what is missing.
        ripple: whether each clip starts where the one in the row before it on its track ends. Markers and subtitles
            ride along with the lowest track that has rows.
    """
    reading = Reading()
    known = {clip.id: (track.title, start, clip) for track in document.tracks for start, clip in track.clips()}
    states: dict[str, _State] = {}
    for label, values in rows:
        name = str(values.get("id") or "")
        try:
            if name in states:
                raise EditError(f"clip {name} has two rows", hint="give a copy an empty id, for a new clip")
            if name and name not in known:
                raise EditError(f"there is no clip {name}", hint="leave the id of a new clip empty")
            state = _existing(document, label, values, known[name]) if name else _new(document, label, values)
            states[state.clip.id] = state
        except CutroomError as error:
            reading.problems.append(Problem(label, name, error.message, error.hint or ""))
    if not reading.problems:
        named = {state.track for state in states.values()}
        tracks = _follow(states, known)
        if ripple:
            _close_up(states, named)
            _start_together(states, known, named, tracks)
        lead = next((track.title for track in document.tracks if ripple and track.title in named), None)
        _arrange(tracks, states, known, reading, lead)
    return reading


def _existing(document: Document, label: Any, values: Mapping[str, Any], old: tuple[str, Fraction, Clip]) -> _State:
    track, start, clip = old
    now = {
        "start": start,
        "end": start + clip.duration,
        "duration": clip.duration,
        "source_start": clip.start,
        "source_end": clip.end,
    }
    new = _times(document, track, values, now)
    clip, changed = _changed(clip, values, document.settings.fps)
    target = str(values.get("track") or track)
    return _placed(document, label, (target, start, clip), new, changed=changed or bool(new) or target != track)


def _times(
    document: Document, track: str, values: Mapping[str, Any], now: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """The times that differ from what they are now, on the track's grid."""
    settings = document.settings
    kind = next((t.kind for t in document.tracks if t.title == (values.get("track") or track)), "video")
    grid = Fraction(settings.sample_rate) if kind == "audio" else settings.fps
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
        if time not in now or frame != math.floor(now[time] * settings.fps + Fraction(1, 2)):
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


def _changed(clip: Clip, values: Mapping[str, Any], fps: Fraction) -> tuple[Clip, bool]:
    """A clip with the text, the speed and the direction of a row."""
    new = clip
    text, speed, backwards = values.get("text"), values.get("speed"), values.get("reverse")
    if text is not None and isinstance(clip.source, TitleSource) and text != clip.source.text:
        new = new.evolve(source=clip.source.replace(text=str(text)))
    if speed is not None and isinstance(clip.speed, Fraction) and not _equal(speed, clip.speed):
        exact = parse_time(speed)
        if not SLOWEST <= exact <= FASTEST:
            raise EditError(f"a speed of {float(exact):g} is out of range", hint="between 0.1 and 10")
        length = snap(travel(clip.speed, clip.duration) / exact, fps)
        new = new.evolve(speed=exact, duration=max(length, 1 / fps))
    if backwards is not None and backwards not in (True, False):
        raise EditError(f"reverse is True or False, not {shown(backwards)}", hint="tick it, or not")
    if backwards is not None and bool(backwards) != clip.reverse:
        new = new.evolve(reverse=bool(backwards))
    return new, new is not clip


def _placed(
    document: Document, label: Any, old: tuple[str, Fraction, Clip], new: Mapping[str, Fraction], *, changed: bool
) -> _State:
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
    clip = clip.evolve(duration=duration)
    target = document.tracks[document.track_index(track)]
    if target.locked and changed:
        raise EditError(f"track {target.title} is locked", hint="unlock it first")
    check_kind(document, target, clip.source)
    check_range(document, clip)
    return _State(label, target.title, start, clip, changed)


def _new(document: Document, label: Any, values: Mapping[str, Any]) -> _State:
    """A clip that a row adds."""
    track = values.get("track")
    if not track:
        raise EditError("a new row names its track", hint='for example track="V1"')
    new = _times(document, str(track), values, {})
    path, text = values.get("media"), values.get("text")
    if path:
        media = next((media for media in document.media if media.path == path), None)
        if media is None:
            raise EditError(f"the project has no media {path}", hint="add it first: project.media.add(...)")
        source: MediaSource | TitleSource = MediaSource(media=media.id)
        rest = media.duration - new.get("source_start", Fraction(0))
    elif text:
        source, rest = TitleSource.checked(text=str(text)), Fraction(2)
    else:
        raise EditError("a new row names a media or gives a text", hint="fill in the column media or text")
    if "start" not in new:
        raise EditError("a new row says where it starts", hint="fill in the column start")
    if "source_start" in new and "source_end" in new:
        rest = new["source_end"] - new["source_start"]
    clip = Clip(id=new_id("c"), source=source, duration=max(snap(rest, document.settings.fps), Fraction(1, 240)))
    if values.get("speed") is not None or values.get("reverse"):
        clip, _ = _changed(clip, values, document.settings.fps)
    return _placed(document, label, (str(track), Fraction(0), clip), new, changed=True)


def _close_up(states: Mapping[str, _State], named: set[str]) -> None:
    """Each clip of the tracks that have rows starts where the one in the row before it on its track ends."""
    ends: dict[str, Fraction] = {}
    for state in states.values():
        if state.track not in named:
            continue
        start = ends.get(state.track, Fraction(0))
        state.changed |= start != state.start
        state.start = start
        ends[state.track] = start + state.clip.duration


def _follow(states: dict[str, _State], known: Mapping[str, tuple[str, Fraction, Clip]]) -> set[str]:
    """What is linked to a changed or deleted clip does as it does, unless its own row says otherwise.

    Returns:
        The tracks that the table has something to say about.
    """
    tracks = {state.track for state in states.values()}
    gone = {name for name, (track, _, _) in known.items() if name not in states and track in tracks}
    own = {name for name, state in states.items() if state.changed}
    for members in _links(known):
        lead = next((states[name] for name in members if name in own), None)
        left = next((name for name in members if name in gone), None)
        if lead is None and left is None:
            continue
        for name in members:
            track, start, clip = known[name]
            if name in own:
                continue
            if track not in tracks:
                _include(track, states, known)
                tracks.add(track)
            if lead is not None:
                _, old_start, old = known[lead.clip.id]
                if (old_start, old.duration) == (start, clip.duration):
                    like = {key: getattr(lead.clip, key) for key in ("start", "duration", "speed", "reverse")}
                    followed = states.get(name, lead)
                    states[name] = _State(followed.row, track, lead.start, clip.evolve(**like), True)
            elif left is not None:
                states.pop(name, None)
    return tracks


def _links(known: Mapping[str, tuple[str, Fraction, Clip]]) -> list[list[str]]:
    """Ids of clips that are linked, pictures first."""
    links: dict[str, list[str]] = {}
    for name, (_, _, clip) in known.items():
        if clip.link is not None:
            links.setdefault(clip.link, []).append(name)
    return list(links.values())


def _start_together(
    states: dict[str, _State], known: Mapping[str, tuple[str, Fraction, Clip]], named: set[str], tracks: set[str]
) -> None:
    """After closing up: sound starts with the picture that it is linked to and started with."""
    for members in _links(known):
        lead = next((states[name] for name in members if name in states and states[name].track in named), None)
        if lead is None:
            continue
        _, old_start, _ = known[lead.clip.id]
        for name in members:
            track, start, _ = known[name]
            if name == lead.clip.id or start != old_start or (name not in states and track in tracks):
                continue
            if track not in tracks:
                _include(track, states, known)
                tracks.add(track)
            states[name].changed |= states[name].start != lead.start
            states[name].start = lead.start


def _include(track: str, states: dict[str, _State], known: Mapping[str, tuple[str, Fraction, Clip]]) -> None:
    """Rows for the clips of a track that has none, as they are."""
    for name, (title, start, clip) in known.items():
        if title == track and name not in states:
            states[name] = _State(None, track, start, clip, False)


def _arrange(
    tracks: set[str],
    states: dict[str, _State],
    known: Mapping[str, tuple[str, Fraction, Clip]],
    reading: Reading,
    lead: str | None,
) -> None:
    touched = {title for title in tracks if _differs(title, states, known)}
    lay: dict[str, list[_State]] = {title: [] for title in touched}
    for state in states.values():
        if state.track in touched:
            lay[state.track].append(state)
    placed: list[Placed] = []
    for title, members in lay.items():
        end = Fraction(0)
        for state in sorted(members, key=lambda state: state.start):
            if state.start < end:
                problem = f"it starts {readable(end - state.start)} before the clip before it on {title} ends"
                reading.problems.append(Problem(state.row, state.clip.id, problem, "move it, or pass ripple=True"))
            placed.append(Placed(track=title, at=state.start, clip=state.clip))
            end = state.start + state.clip.duration
    if touched and not reading.problems:
        reading.operation = Arrange(tracks=tuple(lay), placed=tuple(placed), lead=lead if lead in lay else None)


def _differs(title: str, states: Mapping[str, _State], known: Mapping[str, tuple[str, Fraction, Clip]]) -> bool:
    before = {name for name, (track, _, _) in known.items() if track == title}
    after = {name for name, state in states.items() if state.track == title}
    return before != after or any(states[name].changed for name in after)

"""A CMX 3600 list as an OpenTimelineIO timeline: a track for each channel, sound linked with its picture."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from opentimelineio import core, schema
from opentimelineio.opentime import RationalTime, TimeRange

from cutroom.errors import InterchangeError
from cutroom.interchange.edl_events import BLACK, HINT, Event, Events
from cutroom.interchange.moments import to_moment, to_range
from cutroom.interchange.pairs import link_pairs
from cutroom.interchange.report import Loss, place_of
from cutroom.schema.time import timecode

_HOUR = Fraction(3600)
_PREROLL = Fraction(120)
"""Seconds before an hour from which on a first event is taken for a leader, not for the rest of the hour before."""


def read(text: str, fps: Fraction | None) -> tuple[schema.Timeline, list[Loss]]:
    """The timeline of a list. Lists do not say their rate: `fps`, or 30 (29.97 where they count drop-frame).

    Raises:
        InterchangeError: not a list, or not at that rate; names the line.
    """
    drop = ";" in text or any(line.startswith("FCM: DROP") for line in text.splitlines())
    rate = fps or (Fraction(30000, 1001) if drop else Fraction(30))
    found = Events(rate)
    for number, line in enumerate(text.splitlines(), start=1):
        if stripped := line.strip(" \t\ufeff\0\x1a"):
            found.take(number, stripped)
    if not found.events:
        raise InterchangeError("the EDL holds no event", value=text[:40], hint=HINT)
    losses = found.losses
    if fps is None:
        why = f"an EDL does not say it: taken as {float(rate):g}; give fps=..."
        losses.insert(0, Loss(what="frame rate", where="file", why=why))
    first = min(event.record[0] for event in found.events)
    origin = first if -first % _HOUR <= _PREROLL else first // _HOUR * _HOUR
    if rate.denominator != 1 and origin != first:  # timecode runs slower than the clock
        origin = found.time(f"{timecode(first, rate).partition(':')[0]}:00:00:00", 0)
    if origin:
        losses.append(Loss(what="start timecode", where=timecode(origin, rate), why="the timeline starts at 0"))
    timeline = schema.Timeline()
    names = {channel for event in found.events for channel in event.channels}
    for name in sorted(names, key=lambda name: (name[0] != "V", len(name), name)):
        kind = schema.TrackKind.Video if name[0] == "V" else schema.TrackKind.Audio
        events = [event for event in found.events if name in event.channels]
        track = schema.Track(name=name, kind=kind)
        track.extend(_Channel(name, rate, origin, losses).items(events))
        timeline.tracks.append(track)
    link_pairs(timeline.tracks, rate)
    for time, title in found.markers:
        marked = TimeRange(to_moment(time - origin, rate), RationalTime(0, float(rate)))
        timeline.tracks.markers.append(schema.Marker(name=title, marked_range=marked))
    return timeline, losses


class _Channel:
    """One track while it is laid out."""

    def __init__(self, name: str, rate: Fraction, origin: Fraction, losses: list[Loss]) -> None:
        self.name, self.rate, self.losses = name, rate, losses
        self.at = origin
        self.made: list[core.Composable] = []

    def lose(self, what: str, event: Event, why: str) -> None:
        where = place_of(self.name, event.record[0], self.rate, event.reel)
        self.losses.append(Loss(what=what, where=f"line {event.line}, {where}", why=why))

    def items(self, events: list[Event]) -> list[core.Composable]:
        """Clips, gaps and transitions in order of record time."""
        ordered = sorted(events, key=lambda event: (event.record[0], event.line))
        for before, event in pairwise([None, *ordered]):
            assert event is not None
            leg = before is not None and before.number == event.number and before.record[0] == before.record[1]
            outgoing = before if leg and before is not None and event.kind != "C" else None
            if event.record[0] < self.at:
                where = f"line {event.line}: {self.name} has two events at {timecode(event.record[0], self.rate)}"
                raise InterchangeError(where, value=event.line, hint=HINT)
            self.gap(event.record[0] - self.at)
            if event.kind != "C":
                self.transition(event, outgoing)
            elif event.record[1] > event.record[0]:
                self.add(event, Fraction(0))
            self.at = event.record[1]
        return self.made

    def gap(self, length: Fraction) -> None:
        """Nothing for a while."""
        if length > 0:
            self.made.append(schema.Gap(source_range=to_range(Fraction(0), length, self.rate)))

    def transition(self, event: Event, outgoing: Event | None) -> None:
        """A dissolve or a wipe: it begins where its event does, and the outgoing clip plays on below it."""
        length = event.length / self.rate
        left = self.made[-1] if self.made and isinstance(self.made[-1], schema.Clip) else None
        from_black = outgoing is not None and outgoing.reel.upper() in BLACK
        fresh = False
        if outgoing is not None and not from_black and not self._goes_on(left, outgoing):
            outgoing.said = {key: event.said.get(key, "") for key in ("FROM CLIP NAME", "FROM CLIP")}
            outgoing.speeds = {**event.speeds, **outgoing.speeds}
            left, fresh = self.clip(outgoing), True
            self.made.append(left)
        if event.reel.upper() in BLACK:
            if left is not None and not from_black:
                self._lengthen(left, length)
                self.made.append(self._made(event, length, Fraction(0)))
                self.gap(event.record[1] - event.record[0] - length)
            else:
                self.gap(event.record[1] - event.record[0])
            return
        half = Fraction(event.length // 2) / self.rate
        if (left is not None and from_black) or (fresh and not half):
            self.lose("transition", event, "left out: there is no room for it before its clip")
            del self.made[len(self.made) - fresh :]
            self.add(event, Fraction(0))
        elif fresh and left is not None:  # it shows nowhere but in the transition: as Cutroom has it, half of that
            self._lengthen(left, half)
            self.made.append(self._made(event, half, length - half))
            self.add(event, half)
        else:
            self.made.append(self._made(event, Fraction(0), length))
            self.add(event, Fraction(0))

    def _made(self, event: Event, before: Fraction, after: Fraction) -> schema.Transition:
        dissolve = event.kind == "D"
        return schema.Transition(
            transition_type=schema.TransitionTypes.SMPTE_Dissolve if dissolve else "SMPTE_Wipe",
            in_offset=to_moment(before, self.rate),
            out_offset=to_moment(after, self.rate),
        )

    def add(self, event: Event, head: Fraction) -> None:
        """The clip of an event without its first `head` seconds; black is a gap."""
        if event.reel.upper() in BLACK:
            self.gap(event.record[1] - event.record[0] - head)
        else:
            self.made.append(self.clip(event, head))

    def clip(self, event: Event, head: Fraction = Fraction(0)) -> schema.Clip:
        """What an event shows."""
        side = "FROM" if event.kind == "C" else "TO"
        name, path = event.said.get(f"{side} CLIP NAME"), event.said.get(f"{side} CLIP")
        length, speed = event.record[1] - event.record[0], self.speed(event)
        if speed is None:
            speed, played = Fraction(1), event.source[1] - event.source[0]
            if length and abs(played - length) * self.rate > 1:
                frames = f"{round(played * self.rate)} frames of source for {round(length * self.rate)}"
                self.lose("speed", event, f"plays at natural speed: {frames}, and no M2 says why")
        begins = event.source[0] + head * max(Fraction(0), speed)  # backwards it ends there
        made = schema.Clip(name=name or event.reel, source_range=to_range(begins, length - head, self.rate))
        made.media_reference = schema.ExternalReference(target_url=path) if path else schema.MissingReference()
        if speed != 1:
            made.effects.append(schema.LinearTimeWarp(time_scalar=float(speed)))
        return made

    def speed(self, event: Event) -> Fraction | None:
        """Seconds of source a second; None where the list says nothing of it."""
        rate = event.speeds.get(event.reel, event.speeds.get(""))
        return None if rate is None else (rate / self.rate).limit_denominator(100_000)

    def _goes_on(self, left: schema.Clip | None, outgoing: Event) -> bool:
        """Whether the outgoing leg of a transition is the clip before it, played on."""
        if left is None:
            return False
        window, speed = left.source_range, _scalar(left)
        end = window.start_time.value + max(0.0, window.duration.value * speed)
        return bool(abs(end - float(outgoing.source[0] * self.rate)) < max(1.0, abs(speed)) + 0.5)

    def _lengthen(self, clip: schema.Clip, by: Fraction) -> None:
        """Play a clip on; backwards that reaches further to the front."""
        window, speed = clip.source_range, Fraction(_scalar(clip)).limit_denominator(100_000)
        ahead = to_moment(by * max(Fraction(0), -speed), self.rate)
        start = max(window.start_time - ahead, RationalTime(0, window.start_time.rate))  # the list had to round it
        clip.source_range = TimeRange(start, window.duration + to_moment(by, self.rate))


def _scalar(clip: schema.Clip) -> float:
    return float(next((one.time_scalar for one in clip.effects), 1.0))

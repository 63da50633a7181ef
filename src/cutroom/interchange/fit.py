"""A document cut down to what a format can say, and the list of what that took away."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from cutroom.interchange.report import Loss, place_of
from cutroom.schema.clip import Clip, CompoundSource, Gap, Item, TitleSource, TitleStyle, Transition
from cutroom.schema.cue import Cue
from cutroom.schema.curve import Curve, value_at
from cutroom.schema.document import Document, Marker, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.speed import NORMAL, Ramp, travel
from cutroom.schema.time import snap
from cutroom.schema.track import Track

FINEST_SPEED = 1000
"""Denominator of a speed that decimals tell apart from its neighbours."""
SAMPLES = Fraction(48_000)
"""A second of sound, as far as formats tell it exactly."""
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NOTHING = {"opacity": 0.0, "db": -96.0}
"""At which nothing of a clip is seen or heard."""
_ORDER = {"audio": 1, "subtitle": 2}
"""Formats list pictures first."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a format can say."""

    name: str
    """As people call it."""
    pictures: int = 200
    """Tracks of pictures."""
    sounds: int = 200
    """Tracks of sound."""
    titles: bool = False
    compounds: bool = False
    speeds: bool = False
    ramps: bool = False
    markers: bool = True
    late_markers: bool = True
    """Markers behind the last clip."""
    inner_markers: bool = False
    """Whether compounds have markers of their own."""
    marker_kinds: frozenset[str] = frozenset({"note"})
    subtitles: bool = False
    fine_sound: bool = False
    """Whether sound may start and end between two frames: on samples."""
    fades: bool = True
    """Transitions with nothing on one side."""
    hidden: bool = False
    """Whether a track can be there without being shown or heard."""
    multicam: bool = False
    locks: bool = False
    """Whether a track can be locked."""
    looks: bool = False
    """Size, colour, place and alignment of titles."""
    effects: frozenset[str] = frozenset()
    """Effects that it has a word for."""


def fitted(document: Document, able: Abilities) -> tuple[Document, list[Loss]]:
    """The document as a format can say it: whole frames, and nothing that it has no word for.

    What cannot be shown leaves a gap as long, so that everything else stays where it is.
    """
    fitter = _Fitter(document, able)
    shown = document.compounds_of(document.timeline) if able.compounds else set()
    timeline = fitter.timeline(document.timeline, None)
    compounds = tuple(
        compound.evolve(
            title=fitter.printable(compound.title, "compound") or "compound",
            timeline=fitter.timeline(compound.timeline, compound.title),
            multicam=False,
        )
        for compound in document.compounds
        if compound.id in shown
    )
    return document.evolve(timeline=timeline, compounds=compounds), list(dict.fromkeys(fitter.losses))


class _Fitter:
    def __init__(self, document: Document, able: Abilities) -> None:
        self.document, self.able, self.fps = document, able, document.settings.fps
        self.losses: list[Loss] = []

    def lose(self, what: str, where: str, why: str) -> None:
        self.losses.append(Loss(what=what, where=where, why=why))

    def timeline(self, timeline: Timeline, inside: str | None) -> Timeline:
        left = {"picture": self.able.pictures, "sound": self.able.sounds}
        tracks: list[Track] = []
        for track in timeline.tracks:
            title = f"{inside}/{track.title}" if inside else track.title
            if track.kind == "subtitle":
                if self.able.subtitles:
                    tracks.append(self.subtitles(track, title))
                elif track.cues:
                    self.lose(f"{len(track.cues)} subtitles", title, "left out: write them as a file of their own")
                continue
            kind = "sound" if track.kind == "audio" else "picture"
            if (track.hidden if kind == "picture" else track.muted) and not self.able.hidden:
                if track.clips():
                    self.lose(f"track {track.title}", title, "left out: it is hidden or muted")
                continue
            if not left[kind]:
                if track.clips():
                    most = getattr(self.able, f"{kind}s")
                    self.lose(f"track {track.title}", title, f"left out: {self.able.name} has {most} of {kind}s")
                continue
            if track.clips() or inside is None:
                left[kind] -= 1
                tracks.append(self.track(track, title))
        tracks.sort(key=lambda track: _ORDER.get(track.kind, 0))
        return timeline.evolve(tracks=tuple(tracks), markers=tuple(self.markers(timeline, tracks, inside)))

    def markers(self, timeline: Timeline, tracks: list[Track], inside: str | None) -> list[Marker]:
        made: list[Marker] = []
        where = inside or "timeline"
        end = max((track.duration for track in tracks), default=Fraction(0))
        for marker in timeline.markers:
            if not self.able.markers or (inside is not None and not self.able.inner_markers):
                self.lose(f"marker {marker.title}", where, f"left out: {self.able.name} has no place for it")
                continue
            if snap(marker.time, self.fps) >= end and not self.able.late_markers:
                self.lose(f"marker {marker.title}", where, "left out: nothing stands there")
                continue
            kind = marker.marker
            if kind not in self.able.marker_kinds:
                self.lose(f"marker {marker.title}", where, f"became a plain marker, not a {kind}")
                kind = "note"
            time = self.snapped(marker.time, f"marker {marker.title}", where)
            made.append(marker.evolve(time=time, title=self.printable(marker.title, where), marker=kind))
        return made

    def subtitles(self, track: Track, title: str) -> Track:
        """Cues on whole frames, of plain text."""
        cues: list[Cue] = []
        for cue in track.cues:
            where = place_of(title, cue.start, self.fps)
            start, end = self.snapped(cue.start, "subtitle", where), self.snapped(cue.end, "subtitle", where)
            text = self.printable(cue.text, where).strip()
            if cue.style is not None or cue.spans:
                self.lose("look of a subtitle", where, "left out: the text is carried")
            if not text:
                self.lose("subtitle", where, "left out: nothing of it can be printed")
                continue
            cues.append(Cue(id=cue.id, start=start, end=max(end, start + 1 / self.fps), text=text))
        if track.hidden or track.muted:
            self.lose(f"track's {'hidden' if track.hidden else 'muted'}", title, "left out: its subtitles are shown")
        return Track(id=track.id, kind="subtitle", title=self.printable(track.title, title), cues=tuple(cues))

    def track(self, track: Track, title: str) -> Track:
        bare = Track(
            id=track.id, kind="audio" if track.kind == "audio" else "video", title=self.printable(track.title, title)
        )
        switches = [n for n in ("solo", "volume", "pan") if getattr(track, n) != getattr(bare, n)]
        if track.kind == "audio" and track.hidden:
            switches.append("hidden")
        if track.kind != "audio" and track.muted:
            switches.append("muted")
        if switches:
            self.lose(f"track's {', '.join(switches)}", title, f"left out: {self.able.name} has no place for it")
        items: list[Item] = []
        grid = SAMPLES if self.able.fine_sound and track.kind == "audio" else self.fps
        for i, item in enumerate(track.items):
            start = track.start_of(i)
            length = snap(start + item.duration, grid) - snap(start, grid)
            where = place_of(title, start, self.fps, item.id if isinstance(item, Clip) else "")
            if length != item.duration:
                self.lose("a length", where, f"rounded to whole {'frames' if grid == self.fps else 'samples'}")
            if length > 0:
                made = self.clip(item, where, grid) if isinstance(item, Clip) else None
                items.append(made.evolve(duration=length) if made else Gap(duration=length))
        names = {item.id for item in items if isinstance(item, Clip)}
        kept = tuple(t for transition in track.transitions if (t := self.transition(transition, names, title)))
        return bare.evolve(
            items=tuple(_melted(items)), transitions=kept, hidden=track.hidden and track.kind != "audio",
            muted=track.muted and track.kind == "audio", locked=track.locked and self.able.locks,
        )  # fmt: skip

    def transition(self, transition: Transition, names: set[str], title: str) -> Transition | None:
        sides = {transition.left, transition.right} - {None}
        what = f"transition {transition.transition}"
        if not sides <= names:
            self.lose(what, title, "left out: a clip beside it is")
            return None
        if len(sides) == 1 and not self.able.fades:
            self.lose(what, title, f"left out: {self.able.name} has none at a clip's end")
            return None
        if transition.transition != "dissolve":
            self.lose(what, title, "became a dissolve")
        return transition.evolve(transition="dissolve", duration=max(1 / self.fps, snap(transition.duration, self.fps)))

    def clip(self, clip: Clip, where: str, grid: Fraction) -> Clip | None:
        if isinstance(clip.source, TitleSource) and not self.able.titles:
            self.lose(f"title {clip.source.text.strip()[:40]}", where, "left as a gap: its text is not carried")
            return None
        if isinstance(clip.source, CompoundSource):
            if not self.able.compounds:
                title = self.document.compound(clip.source.compound).title
                self.lose(f"compound {title}", where, "left as a gap: unnest it first")
                return None
            if clip.source.angle is not None and not self.able.multicam:
                self.lose("angle of a multi-camera", where, "all tracks are shown: render it, or flatten it first")
                clip = clip.evolve(source=clip.source.evolve(angle=None))
        kept = self.effects(clip, where)
        if isinstance(clip.source, TitleSource):
            style = self.style(clip.source, where)
            source = clip.source.evolve(text=self.printable(clip.source.text, where), style=style, spans=())
            return clip.evolve(source=source, effects=kept, link=None, group=None)
        speed: Fraction | Ramp = clip.speed
        if isinstance(speed, Ramp) and not self.able.ramps:
            speed = travel(speed, clip.duration) / clip.duration
            self.lose("speed ramp", where, f"became its mean, {float(speed):g}")
        if isinstance(speed, Fraction) and speed.denominator > FINEST_SPEED:
            speed = speed.limit_denominator(FINEST_SPEED)
            self.lose("speed", where, f"rounded to {speed}")
        if not speed:
            clip = clip.evolve(reverse=False)  # a held picture is the same both ways
        if (speed != NORMAL or clip.reverse) and not self.able.speeds:
            pace = travel(speed, Fraction(-1 if clip.reverse else 1))
            self.lose(f"speed {float(pace):g}", where, "plays at natural speed")
            speed, clip = NORMAL, clip.evolve(reverse=False)
        if clip.keep_pitch:
            if speed != NORMAL:
                self.lose("kept pitch", where, "the other program decides how high its sound is")
            clip = clip.evolve(keep_pitch=False)
        if clip.group is not None:
            self.lose("group", where, "left out")
        start = self.snapped(clip.start, "in point", where, grid)
        return clip.evolve(start=start, speed=speed, effects=kept, group=None)

    def style(self, source: TitleSource, where: str) -> TitleStyle:
        """How a title can look."""
        plain, style = TitleStyle(), source.style
        if self.able.looks:
            plain = plain.evolve(size=style.size, colour=style.colour, align=style.align, position=style.position)
        if style != plain or source.spans:
            self.lose("look of a title", where, "left out: the text is carried")
        return plain

    def effects(self, clip: Clip, where: str) -> tuple[Effect, ...]:
        """The effects that the format knows, as they are at the clip's start."""
        kept = []
        for effect in clip.effects:
            known = effect.effect in self.able.effects
            if known:
                held = {name: _held(name, curve, clip.duration) for name, curve in effect.curves.items()}
                values = {name: value for name, (value, _) in held.items()}
                kept.append(effect.evolve(parameters={**effect.parameters, **values}, curves={}))
            else:
                held = dict.fromkeys(effect.curves, (0.0, "left out"))
                self.lose(f"effect {effect.effect}", where, "left out")
            for parameter, (_, why) in held.items():
                if why:
                    self.lose(f"keyframes of {effect.effect} {parameter}", where, why)
        return tuple(kept)

    def printable(self, text: str, where: str) -> str:
        """A text that XML and lists of lines can hold."""
        made = CONTROLS.sub("", text)
        if made != text:
            self.lose("control characters", where, "left out")
        return made

    def snapped(self, time: Fraction, what: str, where: str, grid: Fraction | None = None) -> Fraction:
        grid = grid or self.fps
        if (time * grid).denominator != 1:
            self.lose(what, where, f"rounded to a whole {'frame' if grid == self.fps else 'sample'}")
        return snap(time, grid)


def _held(name: str, curve: Curve, duration: Fraction) -> tuple[float, str]:
    """What an animated parameter stays at, and what is lost by that; nothing where it does not move."""
    first = value_at(curve, Fraction(0))
    inside = [first, *(key.value for key in curve if 0 <= key.time < duration), value_at(curve, duration)]
    highest = max(inside)
    if first <= _NOTHING.get(name, -math.inf) < highest:
        return highest, f"it stays at {highest:g}, its highest: at the clip's start it is not there"
    return first, "" if min(inside) == highest else f"it stays at {first:g}, as at the clip's start"


def _melted(items: list[Item]) -> list[Item]:
    made: list[Item] = []
    for item in items:
        if isinstance(item, Gap) and made and isinstance(made[-1], Gap):
            made[-1] = Gap(duration=made[-1].duration + item.duration)
        else:
            made.append(item)
    if made and isinstance(made[-1], Gap):
        made.pop()
    return made

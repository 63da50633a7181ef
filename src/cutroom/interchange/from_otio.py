"""An OpenTimelineIO timeline as a document: Cutroom's own comes back whole, others' as far as it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from opentimelineio import core, schema

from cutroom.errors import InterchangeError
from cutroom.interchange.carried import CarriedClip, CarriedDocument, CarriedTrack, carried, is_shown
from cutroom.interchange.cuts import read_transitions, trimmed
from cutroom.interchange.guard import values_that_fit
from cutroom.interchange.moments import exact, exact_rate
from cutroom.interchange.read_items import ANGLE, SHARED, SHELF, ItemReader
from cutroom.interchange.references import Find, stated
from cutroom.interchange.report import Loss, Report, shortened
from cutroom.interchange.to_otio import KINDS, SUBTITLES
from cutroom.schema.base import derive_id, new_id
from cutroom.schema.clip import Clip, CompoundSource, Gap
from cutroom.schema.cue import Cue
from cutroom.schema.document import Compound, Document, ProjectSettings, Timeline
from cutroom.schema.time import timecode
from cutroom.schema.track import Track, TrackKind

USUAL = Fraction(30)
"""Frames a second of a file that does not say."""


def from_otio(
    timeline: schema.Timeline, *, find: Find = stated, fps: Fraction | None = None
) -> tuple[Document, Report]:
    """A document that shows what an OpenTimelineIO timeline shows.

    What `to_otio` made gives the very same document. Where another program changed something visible (a range, a
    speed, a name), that goes before what Cutroom wrote beside it.

    Args:
        timeline: to be read; it is not changed.
        find: the media that a reference means; None leaves a gap as long as the clip, and says so. As it is left out:
            what Cutroom itself wrote of the media.
        fps: frames a second of the timeline; None: as the file says.

    Raises:
        InterchangeError: damaged; names the place.
    """
    with values_that_fit():
        reader = _Reader(timeline, find, fps)
        document = reader.read(timeline)
    return document, Report(format="otio", verb="read", losses=tuple(dict.fromkeys(reader.losses)))


def rate_of(timeline: schema.Timeline) -> Fraction:
    """Frames a second of a timeline: of its pictures' first range that has a rate of pictures."""
    moments = [timeline.global_start_time] if timeline.global_start_time is not None else []
    tracks = sorted(timeline.tracks, key=lambda track: getattr(track, "kind", "") != schema.TrackKind.Video)
    for track in tracks:
        for child in getattr(track, "find_children", list)():
            if isinstance(child, core.Item) and child.source_range is not None:
                moments.append(child.source_range.duration)
    rates = (exact_rate(moment.rate) for moment in moments if moment.rate > 0)
    return next((rate for rate in rates if 1 < rate <= 240), USUAL)


class _Reader(ItemReader):
    """Reads one timeline with everything inside of it."""

    def __init__(self, timeline: schema.Timeline, find: Find, fps: Fraction | None) -> None:
        self.known = carried(timeline.metadata, CarriedDocument, "the timeline")
        if self.known is not None:
            self.base = self.known.document
        else:
            settings = ProjectSettings(fps=fps or rate_of(timeline), adopt=("size", "sample_rate"))
            self.base = Document(id=new_id("p"), settings=settings)
        super().__init__(self.base.settings.fps, find, self.base.media)
        self.compounds: dict[str, Compound] = {}
        self._copies: dict[str, str] = {}
        self._shelf: Mapping[str, schema.Stack] = {}
        self._under: list[str] = []

    def read(self, timeline: schema.Timeline) -> Document:
        """The whole of it."""
        shelf = timeline.metadata.get("cutroom_unused", ())
        for stack in (*shelf,):
            if isinstance(stack, schema.Stack) and (kept := self._known(stack)) is not None:
                self._remember(kept, self.timeline(stack, stack.name, None), stack.name)
        if self.known is None and timeline.global_start_time is not None and timeline.global_start_time.value:
            why = "the timeline starts at 0"
            self.losses.append(Loss(what="start timecode", where=timeline.global_start_time.to_timecode(), why=why))
        held = timeline.metadata.get(SHELF)
        self._shelf = held if isinstance(held, Mapping) else {}
        main = self.timeline(timeline.tracks, "", None)
        order = {name: i for i, name in enumerate(self.known.compounds if self.known else ())}
        compounds = sorted(self.compounds.values(), key=lambda compound: order.get(compound.id, len(order)))
        return self.base.replace(media=tuple(self.media.values()), timeline=main, compounds=tuple(compounds))

    def timeline(self, stack: core.Composition, where: str, angle: str | None) -> Timeline:
        """Tracks and markers of a stack."""
        leads = {i: lead for i, child in enumerate(stack) if (lead := _lead(child)) is not None}
        first = min(leads.values(), default=Fraction(0))
        if leads and first:
            why = "the timeline starts at 0"
            self.losses.append(Loss(what="start timecode", where=timecode(first, self.fps), why=why))
        tracks = tuple(
            self.track(child, i, where, angle, leads[i] - first if i in leads else None)
            for i, child in enumerate(stack)
        )
        markers = [self.marker(marker, Fraction(0), where) for marker in stack.markers]
        markers += self.take_markers()
        found = [marker for marker in markers if marker is not None]
        if any(a.time > b.time for a, b in pairwise(found)):
            found.sort(key=lambda marker: marker.time)
        return Timeline(tracks=tracks, markers=tuple(found))

    def track(
        self, child: core.Composable, number: int, where: str, angle: str | None, lead: Fraction | None = None
    ) -> Track:
        """A track, `lead` seconds late; what lies in a stack without one becomes a track of its own."""
        if not isinstance(child, schema.Track):
            title = f"V{number + 1}"
            return self._filled(Track(id=new_id("t"), kind="video", title=title), [child], where)
        known = carried(child.metadata, CarriedTrack, f"track {child.name}")
        kind = _kind(child, known)
        if known is not None and known.track.kind == kind:
            value = known.track
            if child.enabled != is_shown(value, angle):
                value = value.evolve(muted=not child.enabled, hidden=not child.enabled and kind != "audio")
        else:
            usual = f"{'A' if kind == 'audio' else 'S' if kind == 'subtitle' else 'V'}{number + 1}"
            value = Track(id=new_id("t"), kind=kind, title=shortened(child.name, 200, usual, self.lose) or usual)
            if not child.enabled:
                value = value.evolve(muted=kind == "audio", hidden=kind != "audio")
        if kind == "subtitle":
            return value.evolve(cues=tuple(self.cues(child)))
        value = self._filled(value, child, where)
        if known is not None:
            order = {name: i for i, name in enumerate(known.transitions)}
            ordered = sorted(value.transitions, key=lambda t: order.get(t.id, len(order)))
            value = value.evolve(transitions=tuple(ordered))
        if lead:
            value = value.evolve(items=(Gap(duration=lead), *value.items))
        elif lead is None and child.source_range is not None:
            value = trimmed(value, exact(child.source_range.start_time), exact(child.source_range.duration))
        if known is None:
            self.place_markers(child.markers, value, where)
        return value

    def _filled(self, track: Track, children: Sequence[core.Composable], where: str) -> Track:
        items: list[Clip | Gap] = []
        cuts: list[tuple[int, schema.Transition]] = []
        title = f"{where}/{track.title}" if where else track.title
        at = Fraction(0)
        for child in children:
            if isinstance(child, schema.Transition):
                cuts.append((len(items), child))
            elif (item := self.item(child, track, title, at)) is not None:
                items.append(item)
                at += item.duration
        items, transitions = read_transitions(self, items, cuts, track)
        made = track.evolve(items=tuple(items), transitions=tuple(transitions))
        self.place_pending(made, title)
        return made

    def compound(self, child: core.Composition, where: str) -> CompoundSource:
        """The compound that a nested stack is; copies that are equal are one."""
        if isinstance(key := child.metadata.get(SHARED), str):
            return self._shared(key, child.metadata.get(ANGLE), where)
        known = self._known(child)
        angle = known.clip.source.angle if known and isinstance(known.clip.source, CompoundSource) else None
        content = "" if known else _content(child)
        if content in self._copies:
            return CompoundSource(compound=self._copies[content])
        inner = self._inner(child, where, angle)
        if known is not None:
            return CompoundSource(compound=self._remember(known, inner, where), angle=angle)
        name = self._copies[content] = new_id("n")
        self.compounds[name] = Compound(
            id=name, title=shortened(child.name, 200, where, self.lose) or "compound", timeline=inner
        )
        return CompoundSource(compound=name)

    def _inner(self, child: core.Composition, where: str, angle: str | None) -> Timeline:
        """What a nested stack or track holds; the markers in it stay in it."""
        outer, self.pending = self.pending, []
        found, self.found = self.found, []
        stack = child if isinstance(child, schema.Stack) else schema.Stack(children=[child.deepcopy()])
        inner = self.timeline(stack, where, angle)
        self.pending, self.found = outer, found
        return inner

    def _shared(self, key: str, angle: object, where: str) -> CompoundSource:
        """The compound that the timeline's shelf holds under a key; each is read once."""
        if key not in self._copies:
            stack = self._shelf.get(key)
            if not isinstance(stack, schema.Stack) or key in self._under:
                raise InterchangeError(f"a clip shows {key!r}, which is not there", value=key, hint="export it anew")
            self._under.append(key)
            inner = self._inner(stack, where, None)
            self._under.pop()
            name = self._copies[key] = new_id("n")
            multicam = bool(stack.metadata.get("cutroom_multicam"))
            title = shortened(stack.name, 200, where, self.lose) or "compound"
            self.compounds[name] = Compound(id=name, title=title, timeline=inner, multicam=multicam)
        compound = self.compounds[self._copies[key]]
        shown = next((track.id for track in compound.timeline.tracks if track.title == angle), None)
        return CompoundSource(compound=compound.id, angle=shown)

    def _known(self, stack: core.Composition) -> CarriedClip | None:
        known = carried(stack.metadata, CarriedClip, f"compound {stack.name}")
        return known if known is not None and isinstance(known.clip.source, CompoundSource) else None

    def _remember(self, known: CarriedClip, timeline: Timeline, where: str) -> str:
        """The id of the compound that holds this; a new one where another program changed one of its copies."""
        assert isinstance(known.clip.source, CompoundSource)
        name = first = known.clip.source.compound
        title = known.title or "compound"
        number = 1
        while name in self.compounds and self.compounds[name].timeline != timeline:
            name, number = derive_id("n", first, number), number + 1
        if name not in self.compounds:
            if number > 1:
                why = f"its copies differ: this one became the compound {title} {number}"
                self.lose(f"compound {title}", where, why)
                title = f"{title} {number}"
            self.compounds[name] = Compound(id=name, title=title[:200], timeline=timeline, multicam=known.multicam)
        return name

    def cues(self, track: schema.Track) -> list[Cue]:
        """The subtitles of a track."""
        cues: list[Cue] = []
        for marker in track.markers:
            known = carried(marker.metadata, Cue, f"a cue of track {track.name}")
            start = exact(marker.marked_range.start_time, known.start if known else None, self.fps)
            length = exact(marker.marked_range.duration, known.end - known.start if known else None, self.fps)
            text = known.text if known is not None and self.same_text(known.text, marker.name) else marker.name
            if start < 0 or length <= 0 or not text:
                self.losses.append(Loss(what="a subtitle", where=track.name, why="left out: without text or length"))
                continue
            text = shortened(text, 10_000, track.name, self.lose)
            name = known.id if known is not None else new_id("s")
            cue = Cue(id=name, start=start, end=start + length, text=text, style=known.style if known else None)
            cues.append(cue if known is None or text != known.text else cue.evolve(spans=known.spans))
        if any((a.start, a.end) > (b.start, b.end) for a, b in pairwise(cues)):
            cues.sort(key=lambda cue: (cue.start, cue.end))
        return cues


def _lead(child: core.Composable) -> Fraction | None:
    """At what time a track says that it begins, where its range ends before its first item: lists leave it so."""
    if not isinstance(child, schema.Track) or child.source_range is None:
        return None
    start, duration = exact(child.source_range.start_time), exact(child.source_range.duration)
    return -start if start < 0 and start + duration <= 0 else None


def _content(stack: core.Composition) -> str:
    """What tells whether two stacks of another program hold the same."""
    bare = stack.deepcopy()
    bare.source_range = None
    bare.effects.clear()
    return str(core.serialize_json_to_string(bare))


def _kind(child: schema.Track, known: CarriedTrack | None) -> TrackKind:
    if known is not None and KINDS.get(known.track.kind, SUBTITLES) == child.kind:
        return known.track.kind
    return "audio" if child.kind == schema.TrackKind.Audio else "subtitle" if child.kind == SUBTITLES else "video"

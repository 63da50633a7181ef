"""Tracks of Final Cut Pro 7's XML: where items stand, what is linked, and cuts with transitions over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from cutroom.interchange.fcp7_items import ItemMaker
from cutroom.interchange.fcp7_library import ITEMS
from cutroom.interchange.fcp7_values import frames_of, named, rate_of, said, seconds, words
from cutroom.interchange.report import place_of, shortened
from cutroom.schema.base import new_id
from cutroom.schema.clip import Clip, Gap, Transition
from cutroom.schema.speed import Ramp
from cutroom.schema.time import snap
from cutroom.schema.track import Track

DISSOLVES = ("dissolve", "cross fade", "crossfade", "constant power", "constant gain", "exponential fade")


@dataclass
class _Place:
    """An item in the sequence's frames: where its material reaches, and where it stands between its cuts."""

    element: Element
    start: Fraction
    end: Fraction
    begin: Fraction = Fraction(0)
    finish: Fraction = Fraction(0)
    clip: Clip | None = None

    def __post_init__(self) -> None:
        self.begin, self.finish = self.start, self.end


@dataclass
class _Over:
    """A transition, its frames, and the items beside it."""

    element: Element
    length: Fraction
    left: _Place | None
    right: _Place | None


def tracks_of(sequence: Element, maker: ItemMaker) -> Iterator[Track]:
    """Tracks of pictures from the lowest up, then those of sound."""
    links = _links(sequence)
    made: list[Track] = []
    for kind in ("video", "audio"):
        layer, number = _Layer(maker, kind == "audio", links), 0
        for element in sequence.findall(f"media/{kind}/track"):
            track = layer.track(element, number + 1)
            if track is not None:
                made.append(track)
                number += 1
    return _linked(made)


@dataclass
class _Layer:
    """The tracks of pictures, or of sound, of one sequence."""

    maker: ItemMaker
    sound: bool
    links: dict[str, str]
    heard: dict[tuple[str, ...], str] = field(default_factory=dict)
    """The first channels of sounds that stand channel by channel."""

    def track(self, element: Element, number: int) -> Track | None:
        """A track; None for one that held only second channels."""
        context = self.maker.context
        usual = f"{'A' if self.sound else 'V'}{number}"
        title = element.get("MZ.TrackName") or words(element, "name") or usual
        title = shortened(title, 200, usual, context.reader.lose)
        place = f"{context.where}/{title}" if context.where else title
        children = [one for one in element if one.tag in ITEMS or one.tag == "transitionitem"]
        places, overs = self.laid(children, place)
        channels = {id(one) for one in places if self.sound and self.second(one.element)}
        if self.sound and number > 1 and (element.get("currentExplodedTrackIndex") or "0") != "0":
            channels = {id(one) for one in places}  # Premiere's word for another channel of the track before
            if not places:
                return None
        if channels:
            why = f"left out: {len(channels)} second channels of clips that are heard with the first"
            context.reader.lose(f"track {title}", place, why)
            if len(channels) == len(places):
                return None
        items: list[Clip | Gap] = []
        position = Fraction(0)
        for one in sorted((one for one in places if id(one) not in channels), key=lambda one: one.begin):
            at, until = self.at(one.begin, one.element, "start"), self.at(one.finish, one.element, "end")
            if at < position:
                where = place_of(place, max(at, Fraction(0)), context.reader.fps, words(one.element, "name"))
                context.reader.lose(named(one.element), where, "begins where the one before it ends: they overlap")
                at = position
            if until <= at:
                continue
            one.clip = self.clip(one, at, until, place)
            if one.clip is not None:
                items += [Gap(duration=at - position)] if at > position else []
                items.append(one.clip)
                position = until
        on = said(element, "enabled", True)
        return Track(
            id=new_id("t"), kind="audio" if self.sound else "video", title=title, items=tuple(items),
            transitions=tuple(self.transitions(overs, place)), muted=self.sound and not on,
            hidden=not self.sound and not on, locked=said(element, "locked", False),
        )  # fmt: skip

    def at(self, frames: Fraction, element: Element, tag: str) -> Fraction:
        """The moment of a frame, on the grid of the project."""
        time = seconds(frames, self.maker.context.rate, element, tag)
        fps = self.maker.context.reader.fps
        return time if fps == self.maker.context.rate and frames.denominator == 1 else snap(time, fps)

    def clip(self, one: _Place, at: Fraction, until: Fraction, place: str) -> Clip | None:
        """The clip between its cuts."""
        start = self.at(one.start, one.element, "start")
        end = self.at(one.end, one.element, "end")
        link = self.links.get(one.element.get("id", ""))
        made = self.maker.clip(one.element, self.sound, start, end - start, place, link)
        if made is None:
            return None
        made = made.part(at - start, end - until)
        if isinstance(made.speed, Ramp):  # what its ramp travels beside a cut is not exact: in points are whole frames
            whole = snap(made.start, self.maker.context.rate)
            if abs(whole - made.start) * self.maker.context.rate < Fraction(1, 10):
                made = made.evolve(start=whole)
        if made.start < 0:
            where = place_of(place, at, self.maker.context.reader.fps, words(one.element, "name"))
            self.maker.context.reader.lose(named(one.element), where, "left as a gap: it starts before its media")
            return None
        return made

    def second(self, item: Element) -> bool:
        """Whether this is another channel of a sound that is heard already: linked, in the same place."""
        link, source = self.links.get(item.get("id", "")), item.find("file")
        source = source if source is not None else item.find("sequence")
        channel = item.findtext("sourcetrack/trackindex")
        if link is None or source is None or not source.get("id") or channel is None:
            return False
        times = (item.findtext(tag, "") for tag in ("in", "out", "start", "end"))
        return self.heard.setdefault((link, source.tag, source.get("id", ""), *times), channel) != channel

    def laid(self, children: list[Element], place: str) -> tuple[list[_Place], list[_Over]]:
        """Items with their cuts, and the transitions over these."""
        stretches = [(frames_of(one, "start"), frames_of(one, "end")) for one in children]
        places: list[_Place | None] = []
        last = Fraction(0)
        for i, child in enumerate(children):
            if child.tag == "transitionitem":
                places.append(None)
                continue
            start, end = stretches[i]
            length = self.length(child)
            if start is None and i and children[i - 1].tag == "transitionitem":
                start = stretches[i - 1][0]
            if end is None and i + 1 < len(children) and children[i + 1].tag == "transitionitem":
                end = stretches[i + 1][1]
            if start is None:
                start = end - length if end is not None else last
            one = _Place(child, start, end if end is not None else start + length)
            if one.end <= one.start:
                self.maker.context.reader.lose(named(child), place, "left out: it lasts no time")
                places.append(None)
                continue
            if one.start < 0:
                self.maker.context.reader.lose(named(child), place, "what lies before the start is left out")
                one.begin = Fraction(0)
            places.append(one)
            last = one.end
        overs: list[_Over] = []
        for i, (child, stretch) in enumerate(zip(children, stretches, strict=True)):
            if child.tag == "transitionitem":
                left = places[i - 1] if i else None
                right = places[i + 1] if i + 1 < len(places) else None
                overs += self.over(child, stretch, left, right, place)
        return [one for one in places if one is not None], overs

    def length(self, item: Element) -> Fraction:
        """How long an item says it is, in frames of the sequence."""
        first, last = frames_of(item, "in"), frames_of(item, "out")
        if last is None:
            return frames_of(item, "duration") or Fraction(0)
        rate = rate_of(item, self.maker.context.rate)
        return (last - (first or 0)) / rate * self.maker.context.rate

    def over(
        self,
        element: Element,
        stretch: tuple[Fraction | None, Fraction | None],
        left: _Place | None,
        right: _Place | None,
        place: str,
    ) -> Iterator[_Over]:
        """A transition, with the cut beneath it in its middle; at a clip's end all of it lies in the clip."""
        start, end = stretch
        alignment = words(element, "alignment").lower()
        if start is None or end is None or end <= start:
            self.lose(element, place, "left out: it lasts no time")
            return
        left = left if left is not None and left.end >= start and alignment != "start-black" else None
        right = right if right is not None and right.start <= end and alignment != "end-black" else None
        if left is not None and right is not None and left.end < right.start:
            left, right = (left, None) if left.end - start >= end - right.start else (None, right)
        length = end - start
        if left is not None and right is not None:
            cut = start + length // 2
            early = max(Fraction(0), right.start - cut) - (frames_of(right.element, "in") or 0)
            if cut <= left.begin or cut >= right.finish or early > 0:
                left.finish = right.begin = min(max(cut, right.start), left.end)
                self.lose(element, place, "left out: a clip beside it is too short")
                return
            left.finish = right.begin = cut
        elif right is not None:
            length = end - max(start, right.start)
        elif left is not None:
            length = min(end, left.end) - start
        else:
            self.lose(element, place, "left out: no clip beside it")
            return
        if length > 0:
            yield _Over(element, length, left, right)

    def transitions(self, overs: list[_Over], place: str) -> Iterator[Transition]:
        """The transitions of clips that are there."""
        fps = self.maker.context.reader.fps
        for over in overs:
            sides = [
                one.clip.id if one is not None and one.clip is not None else None for one in (over.left, over.right)
            ]
            gone = [
                one for one, side in zip((over.left, over.right), sides, strict=True) if one is not None and not side
            ]
            if gone:
                self.lose(over.element, place, "left out: a clip beside it is")
                continue
            told = " ".join((words(over.element, "effect/name"), words(over.element, "effect/effectid"))).lower()
            if told.strip() and not any(name in told for name in DISSOLVES):
                self.lose(over.element, place, "became a dissolve: Cutroom does not know this one")
            length = max(1 / fps, snap(over.length / self.maker.context.rate, fps))
            yield Transition(id=new_id("x"), left=sides[0], right=sides[1], duration=length)

    def lose(self, element: Element, place: str, why: str) -> None:
        """Note a transition."""
        title = words(element, "effect/name") or "transition"
        at = max(Fraction(0), (frames_of(element, "start") or Fraction(0)) / self.maker.context.rate)
        self.maker.context.reader.lose(f"transition {title}", place_of(place, at, self.maker.context.reader.fps), why)


def _links(sequence: Element) -> dict[str, str]:
    """The link that clips share, by the ids of their items."""
    items = [one for one in sequence.iterfind("media/*/track/clipitem") if one.get("id")]
    above = {one.get("id", ""): one.get("id", "") for one in items}

    def top(name: str) -> str:
        while above[name] != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for one in items:
        for link in one.iterfind("link"):
            other = words(link, "linkclipref")
            if other in above:
                above[top(other)] = top(one.get("id", ""))
    groups: dict[str, list[str]] = {}
    for name in above:
        groups.setdefault(top(name), []).append(name)
    return {name: link for group in groups.values() if len(group) > 1 for link in [new_id("l")] for name in group}


def _linked(tracks: list[Track]) -> Iterator[Track]:
    """The tracks without links that only one clip has, or that two on one track share."""
    shared = Counter(clip.link for track in tracks for clip in _once(track).values())
    for track in tracks:
        kept = {clip.id for link, clip in _once(track).items() if shared[link] > 1}
        items = (
            one.evolve(link=None) if isinstance(one, Clip) and one.link and one.id not in kept else one
            for one in track.items
        )
        yield track.evolve(items=tuple(items))


def _once(track: Track) -> dict[str, Clip]:
    """The first clip of each link."""
    return {one.link: one for one in reversed(track.items) if isinstance(one, Clip) and one.link}

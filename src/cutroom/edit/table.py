"""What a whole table of clips asks for: which clips go, which follow others, and which operation does it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from cutroom.edit.operations import Arrange, Batch, Placed, Ripple
from cutroom.edit.row import Wanted
from cutroom.edit.standing import Known, Standing
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document
from cutroom.schema.span import Interval


@dataclass
class Table:
    """The clips that are wanted on a timeline, and those that go."""

    document: Document
    known: Standing
    wanted: dict[str, Wanted]
    """In the order of the rows."""
    gone: dict[str, None]

    @classmethod
    def of(
        cls, document: Document, known: Standing, wanted: dict[str, Wanted], tracks: Collection[str] | None = None
    ) -> Table:
        """A table whose linked clips follow each other.

        Args:
            document: the timeline.
            known: its clips.
            wanted: one for each row, in order.
            tracks: titles of those whose clips go where they have no row; None: all.
        """
        scope = {track.title for track in document.tracks} if tracks is None else tracks
        table = cls(document, known, wanted, dict.fromkeys(known.without(wanted, scope)))
        table._follow()
        return table

    def _follow(self) -> None:
        """What is linked to a clip that changes or goes does as it does, unless its own row says otherwise.

        Sound goes with its picture; a picture stays where only its sound goes.
        """
        own = {name for name, one in self.wanted.items() if one.changed}
        for members in self.known.linked([*self.gone, *own]):
            lead = next((name for name in members if name in own), None)
            pictures = [name for name in members if not self._is_sound(name)]
            leaves = bool(pictures) and all(name in self.gone for name in pictures)
            for name in members:
                if name in own or name in self.gone:
                    continue
                if lead is not None:
                    self._let_follow(name, self.wanted[lead])
                elif leaves:
                    self.wanted.pop(name, None)
                    self.gone[name] = None

    def _is_sound(self, name: str) -> bool:
        return self.known[name].track.kind == "audio"

    def _let_follow(self, name: str, lead: Wanted) -> None:
        old, before = self.known[name], self.known[lead.clip.id]
        if (before.start, before.clip.duration) != (old.start, old.clip.duration):
            return
        speed, same = lead.clip.speed, old.clip.speed == lead.clip.speed
        paced = old.clip if same else old.clip.paced(speed, lead.clip.duration)
        like = {key: getattr(lead.clip, key) for key in ("start", "duration", "reverse")}
        row = self.wanted.get(name, lead).row
        self.wanted[name] = Wanted(row, old.track.title, paced.evolve(**like), True, lead.start, old)

    def standing(self, title: str) -> list[Wanted]:
        """All the clips that a track is to have, those without a row as they are."""
        rows = [one for one in self.wanted.values() if one.track == title]
        others = [self.known[name] for name in self.known.without({*self.wanted, *self.gone}, {title})]
        return [*rows, *(Wanted(None, title, old.clip, changed=False, known=old) for old in others)]

    def arranged(self, lead: str | None = None) -> Arrange | None:
        """The operation that puts each clip where its row says; None where nothing differs.

        Args:
            lead: title of the track that markers and subtitles ride along with, where it is touched.
        """
        return self._arrange([one for one in self.wanted.values() if one.changed], self.gone, lead)

    def _arrange(self, placed: Iterable[Wanted], gone: Iterable[str], lead: str | None = None) -> Arrange | None:
        placed, gone = list(placed), tuple(gone)
        left = (one.known.track.title for one in placed if one.known is not None)
        touched = {*left, *(one.track for one in placed), *(self.known[name].track.title for name in gone)}
        if not touched:
            return None
        return Arrange(
            tracks=tuple(track.title for track in self.document.tracks if track.title in touched),
            placed=tuple(Placed(track=one.track, at=one.start, clip=one.clip) for one in placed),
            gone=gone,
            lead=lead if lead in touched else None,
        )

    def rippled(self) -> Arrange | Ripple | Batch | None:
        """The operation after which what follows each change has moved along; None where nothing differs.

        First come the clips that are others in their places, then what ripples, then what stands elsewhere.
        """
        titles = self._reordered()
        self._close_up(titles)
        self._start_together(titles)
        lead = next((track.title for track in self.document.tracks if track.title in titles), None)
        loose = self._loose(titles)
        changed = [one for one in self.wanted.values() if one.changed]
        stay: list[Wanted] = []
        resized: list[Wanted] = []
        new: list[Wanted] = []
        placed: list[Wanted] = []
        for one in changed:
            if one.known is None and one.track not in titles:
                new.append(one)
            elif one.known is None or one.clip.id in loose or _is_moved(one, one.known):
                placed.append(one)
            else:
                (stay if one.clip.duration == one.known.clip.duration else resized).append(one)
        gone = [name for name in self.gone if name not in loose]
        ripple = Ripple(
            gone=tuple(gone),
            closed=tuple(self._spans(gone)),
            changed=tuple(self._together(resized)),
            added=tuple(Placed(track=one.track, at=one.start, clip=one.clip) for one in new),
        )
        if not (ripple.gone or ripple.changed or ripple.added):
            return self.arranged(lead)
        if titles:  # what ripples moves them, too
            placed += [one for one in self.wanted.values() if one.track in titles and not one.changed]
        last = self._arrange(placed, [name for name in self.gone if name in loose], lead)
        parts = [part for part in (self._arrange(stay, ()), ripple, last) if part is not None]
        return parts[0] if len(parts) == 1 else Batch(operations=tuple(parts))

    def _reordered(self) -> set[str]:
        """The tracks whose clips the rows put into another order. Their rows are in that order afterwards."""
        rows: dict[str, list[tuple[Wanted, Known]]] = {}
        for one in self.wanted.values():
            if one.known is not None and one.known.track.title == one.track and one.row is not None:
                rows.setdefault(one.track, []).append((one, one.known))
        found: set[str] = set()
        for title, own in rows.items():
            stay = [known.item for one, known in own if not _is_moved(one, known)]
            moved = [(one.start, known.start) for one, known in own if one.at is not None and _is_moved(one, known)]
            if any(item > following for item, following in pairwise(stay)):
                found.add(title)
            elif len(moved) > 1 and sorted(now for now, _ in moved) == sorted(old for _, old in moved):
                found.add(title)
                names = sorted((n for n, one in self.wanted.items() if one.track == title), key=self._start)
                ordered = {name: self.wanted.pop(name) for name in names}
                self.wanted |= ordered
        return found

    def _start(self, name: str) -> Fraction:
        return self.wanted[name].start

    def _close_up(self, titles: Collection[str]) -> None:
        """Each clip of some tracks starts where the one in the row before it ends."""
        ends: dict[str, Fraction] = {}
        for one in self.wanted.values():
            if one.track not in titles:
                continue
            start = ends.get(one.track, Fraction(0))
            one.changed |= start != one.start
            one.at = start
            ends[one.track] = start + one.clip.duration

    def _start_together(self, titles: Collection[str]) -> None:
        """After closing up: sound starts with the picture that it is linked to and started with."""
        names = [name for name, one in self.wanted.items() if one.changed and one.track in titles]
        for members in self.known.linked(names):
            lead = next((n for n in members if n in self.wanted and self.wanted[n].track in titles), None)
            if lead is None:
                continue
            start = self.wanted[lead].start
            for name in members:
                old = self.known[name]
                if name == lead or name in self.gone or old.start != self.known[lead].start:
                    continue
                one = self.wanted.setdefault(name, Wanted(None, old.track.title, old.clip, changed=False, known=old))
                one.changed |= one.start != start
                one.at = start

    def _loose(self, titles: Collection[str]) -> set[str]:
        """The clips that come or go with the tracks that close up: these, and what is linked to them."""
        if not titles:
            return set()
        own = [name for name, one in self.wanted.items() if one.track in titles]
        own += [name for name in self.gone if self.known[name].track.title in titles]
        return {*own, *(name for members in self.known.linked(own) for name in members)}

    def _together(self, resized: Iterable[Wanted]) -> list[tuple[Clip, ...]]:
        """Clips with new ends, each with those linked to it, pictures first."""
        found: dict[str, list[Wanted]] = {}
        for one in resized:
            found.setdefault(one.clip.link or one.clip.id, []).append(one)
        return [
            tuple(one.clip for one in sorted(own, key=lambda one: self._is_sound(one.clip.id)))
            for own in found.values()
        ]

    def _spans(self, gone: Iterable[str]) -> list[Interval]:
        """The time that goes with clips: of linked ones, the picture's; none where the picture stays."""
        spans: list[Interval] = []
        linked = {name: members for members in self.known.linked(gone) for name in members}
        seen: set[str] = set()
        for name in gone:
            members = sorted(linked.get(name, [name]), key=self._is_sound)
            if name in seen or any(other not in self.gone for other in members):
                continue
            seen.update(members)
            old = self.known[members[0]]
            spans.append((old.start, old.start + old.clip.duration))
        return spans


def _is_moved(one: Wanted, known: Known) -> bool:
    return known.track.title != one.track or (one.at is not None and one.at != known.start)

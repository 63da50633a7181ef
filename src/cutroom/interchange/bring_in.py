"""What was read, as one operation on a project; each part of it is tried on the document first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from cutroom.edit import operations as ops
from cutroom.edit.apply import apply
from cutroom.edit.limits import beyond, check_kind
from cutroom.errors import CutroomError, EditError
from cutroom.interchange.conform import conformed
from cutroom.interchange.report import Loss, place_of
from cutroom.schema.base import new_id
from cutroom.schema.clip import Clip, CompoundSource, MediaSource, Transition
from cutroom.schema.document import Compound, Document, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.media import Fingerprint, Media
from cutroom.schema.track import Track

Check = Callable[[Document], None]
"""Refuses a document with effects or transitions that nobody knows."""
SWITCHES = ("muted", "solo", "hidden", "sync_lock", "volume", "pan")


def bring_in(part: Document, into: Document, *, check: Check | None = None) -> tuple[ops.Batch, tuple[Loss, ...]]:
    """Put a document that was read on new tracks of a project, from the start of its timeline.

    A project without clips takes over rate and size. Elsewhere times go to the nearest frame of the project. Titles of
    tracks and compounds, and ids, that are taken get new ones. A clip that its media cannot give becomes a gap, a
    transition without enough media beyond its cut a plain cut; the losses say so.

    Args:
        part: what was read; media that clips do not show stay behind.
        into: the project; it is not changed.
        check: refuses effects and transitions that nobody knows.

    Returns:
        One operation, and what could not be taken over.

    Raises:
        EditError: the project cannot take it.

    Example:
        >>> from cutroom.schema.track import Track
        >>> part = Document(id="q", timeline=Timeline(tracks=(Track(id="t", kind="video", title="V1"),)))
        >>> batch, losses = bring_in(part, Document(id="p"))
        >>> [track.title for track in apply(Document(id="p"), batch).document.tracks]
        ['V1']
    """
    moving = _Moving(into, check)
    empty = not into.media and not any(track.items or track.cues for track in into.tracks)
    if empty and part.settings != into.settings:
        adopted = into.settings.replace(**_chosen(part, into))
        moving.do(ops.SetSettings(settings=adopted))
    part, moved = conformed(part, moving.document.settings.fps)
    moving.losses += moved
    moving.resources_of(part)
    moving.media_of(part)
    for compound in _inner_first(part):
        made = moving.do(
            ops.AddCompound(title=moving.free_title(compound.title, compounds=True), multicam=compound.multicam)
        )
        moving.compounds[compound.id] = made[0]
        moving.timeline(compound.timeline, made[0])
    moving.timeline(part.timeline, None)
    return ops.Batch(operations=tuple(moving.done)), tuple(moving.losses)


def _chosen(part: Document, into: Document) -> dict[str, object]:
    """What the project takes over: what nobody chose here, and the file says."""
    names = {"fps": ("fps",), "size": ("width", "height"), "sample_rate": ("sample_rate", "channels")}
    taken = [name for name in into.settings.adopt if name not in part.settings.adopt]
    changes: dict[str, object] = {one: getattr(part.settings, one) for name in taken for one in names[name]}
    return {**changes, "adopt": tuple(name for name in into.settings.adopt if name not in taken)}


def _inner_first(part: Document) -> list[Compound]:
    """Compounds in an order in which each comes after those that it shows."""
    ordered: dict[str, Compound] = {}

    def visit(name: str, under: tuple[str, ...]) -> None:
        if name in under:
            raise EditError(f"compound {name!r} shows itself", value=name, hint="correct the file")
        if name in ordered:
            return
        compound = part.compound(name)
        for clip in _clips(compound.timeline):
            if isinstance(clip.source, CompoundSource):
                visit(clip.source.compound, (*under, name))
        ordered[name] = compound

    for compound in part.compounds:
        visit(compound.id, ())
    return list(ordered.values())


def _clips(timeline: Timeline) -> Iterable[Clip]:
    return (clip for track in timeline.tracks for _, clip in track.clips())


@dataclass
class _Moving:
    """A document while things are brought into it."""

    document: Document
    check: Check | None
    done: list[ops.Operation] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    media: dict[str, str] = field(default_factory=dict)
    compounds: dict[str, str] = field(default_factory=dict)
    tracks: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    """What a clip of a track of the part is called here."""
    _taken: set[str] | None = None

    def do(self, operation: ops.Operation) -> tuple[str, ...]:
        """Apply one operation and keep it."""
        made = apply(self.document, operation)
        self.document = made.document
        self.done.append(operation)
        return made.created

    def resources_of(self, part: Document) -> None:
        """Add the fonts and files that titles and effects of the part name, where the project has not got them."""
        known = {resource.sha256 for resource in self.document.resources}
        for resource in part.resources:
            if resource.sha256 in part.used_resources - known:
                self.do(ops.AddResource(resource=resource))

    def media_of(self, part: Document) -> None:
        """Add the media that the part shows, where the project has not got them."""
        for media in part.media:
            if media.id not in part.used_media:
                continue
            same = [m for m in self.document.media if _file(m) == _file(media)]
            if same:
                self.media[media.id] = same[0].id
                continue
            own = media if all(m.id != media.id for m in self.document.media) else media.evolve(id=new_id("m"))
            self.media[media.id] = self.do(ops.AddMedia(media=own))[0]

    def free_title(self, title: str, *, compounds: bool = False, inside: str | None = None) -> str:
        """A title that no track (no compound) has."""
        named = self.document.compounds if compounds else self.document.inside(inside).tracks
        taken = {one.title for one in named}
        title = title.strip() or ("compound" if compounds else "track")
        number, free = 1, title[:200]
        while free in taken:
            number += 1
            free = f"{title[:190]} {number}"
        return free

    def timeline(self, timeline: Timeline, inside: str | None) -> None:
        """Put tracks and markers on a timeline: the project's, or that of a compound."""
        bare = not self.document.inside(inside).tracks
        self.clips(timeline, inside)
        for track in timeline.tracks:
            self.rest(track, inside)
        for marker in timeline.markers:
            self.do(ops.AddMarker(compound=inside, time=marker.time, title=marker.title, marker=marker.marker))
        if bare:
            self.order(timeline, inside)
        for track in timeline.tracks:
            if track.locked:
                self.do(ops.SetTrack(compound=inside, track=self.tracks[track.id], locked=True))

    def order(self, timeline: Timeline, inside: str | None) -> None:
        """Stack the tracks as the part has them, where there are no others."""
        for index, track in enumerate(timeline.tracks):
            if self.document.inside(inside).tracks[index].id != self.tracks[track.id]:
                self.do(ops.MoveTrack(compound=inside, track=self.tracks[track.id], index=index))

    def clips(self, timeline: Timeline, inside: str | None) -> None:
        """New tracks with their clips, all at once: a clip that is placed before its partner would lose the link."""
        placed = []
        for track in timeline.tracks:
            title = self.free_title(track.title, inside=inside)
            made = self.do(ops.AddTrack(compound=inside, track=track.kind, title=title))[0]
            self.tracks[track.id] = made
            for at, clip in track.clips():
                if (own := self.clip(clip, track, at, made, inside)) is not None:
                    self.names[track.id, clip.id] = own.id
                    placed.append(ops.Placed(track=made, at=at, clip=own))
        if placed:
            tracks = tuple(dict.fromkeys(row.track for row in placed))
            self.do(ops.Arrange(compound=inside, tracks=tracks, placed=tuple(placed)))

    def rest(self, track: Track, inside: str | None) -> None:
        """Transitions, subtitles and switches of a track whose clips are there; it is not yet locked."""
        made = self.tracks[track.id]
        title = next(known.title for known in self.document.inside(inside).tracks if known.id == made)
        for transition in track.transitions:
            sides = (
                self.names.get((track.id, transition.left or "")),
                self.names.get((track.id, transition.right or "")),
            )
            where = place_of(
                track.title, _start(track, transition.right or transition.left), self.document.settings.fps
            )
            try:
                self.checked(transition.transition, track)
                if (sides[0] is None) != (transition.left is None) or (sides[1] is None) != (transition.right is None):
                    raise EditError("a clip beside it is missing")
                self.do(
                    ops.AddTransition(
                        compound=inside, transition=transition.transition, left=sides[0], right=sides[1],
                        duration=transition.duration,
                    )
                )  # fmt: skip
            except CutroomError as error:
                self.losses.append(
                    Loss(what=f"transition {transition.transition}", where=where, why=f"left out: {error.message}")
                )
        if track.cues:
            cues = tuple(cue.evolve(id=self.fresh(cue.id, "s")) for cue in track.cues)
            self.do(ops.SetCues(compound=inside, track=made, cues=cues))
        plain = Track(id=made, kind=track.kind, title=title)
        changes = {n: getattr(track, n) for n in SWITCHES if getattr(track, n) != getattr(plain, n)}
        if changes:
            self.do(ops.SetTrack(compound=inside, track=made, **changes))

    def clip(self, clip: Clip, track: Track, at: Fraction, made: str, inside: str | None) -> Clip | None:
        """The clip as the project can have it; None and a loss where it cannot."""
        source = clip.source
        if isinstance(source, MediaSource):
            source = source.evolve(media=self.media[source.media])
        elif isinstance(source, CompoundSource):
            angle = self.tracks.get(source.angle) if source.angle else None
            source = source.evolve(compound=self.compounds[source.compound], angle=angle)
        where = place_of(track.title, at, self.document.settings.fps, clip.id)
        own = clip.evolve(
            id=self.fresh(clip.id, "c"), source=source, link=self.shared(clip.link),
            group=self.shared(clip.group), effects=tuple(self.effects(clip, track, where)),
        )  # fmt: skip
        early, late = beyond(self.document, own)
        if early or late > 1 / self.document.settings.fps:
            short = float(early or late)
            self.losses.append(
                Loss(what=f"clip {clip.id}", where=where, why=f"left as a gap: its media is {short:.3f} s too short")
            )
            return None
        document = self.document.inside(inside)
        try:
            check_kind(document, document.tracks[document.track_index(made)], own.source)
        except EditError as error:
            self.losses.append(Loss(what=f"clip {clip.id}", where=where, why=f"left as a gap: {error.message}"))
            return None
        return own

    def effects(self, clip: Clip, track: Track, where: str) -> Iterable[Effect]:
        """The effects that are known, with ids that are free."""
        for effect in clip.effects:
            alone = clip.evolve(effects=(effect,))
            try:
                self.examine(track.evolve(items=(alone,), transitions=(), cues=()))
            except CutroomError as error:
                self.losses.append(Loss(what=f"effect {effect.effect}", where=where, why=f"left out: {error.message}"))
            else:
                yield effect.evolve(id=self.fresh(effect.id, "e"))

    def checked(self, transition: str, track: Track) -> None:
        """Refuse a transition that nobody knows."""
        one = Transition(id="x", transition=transition, left=None, right=None, duration=Fraction(1))
        self.examine(track.evolve(items=(), transitions=(one,), cues=()))

    def examine(self, track: Track) -> None:
        """Ask whether what is on a track is known."""
        if self.check is not None:
            alone = Timeline.model_construct(tracks=(track,), markers=())
            self.check(Document(id="p", timeline=alone, resources=self.document.resources))

    def fresh(self, name: str, prefix: str) -> str:
        """The id, or a new one where it is taken."""
        if self._taken is None:
            timelines = (self.document.timeline, *(compound.timeline for compound in self.document.compounds))
            tracks = [track for timeline in timelines for track in timeline.tracks]
            clips = [clip for track in tracks for _, clip in track.clips()]
            self._taken = {clip.id for clip in clips} | {cue.id for track in tracks for cue in track.cues}
            self._taken |= {effect.id for clip in clips for effect in clip.effects}
            self.links = {shared: new_id("l") for clip in clips for shared in (clip.link, clip.group) if shared}
        own = new_id(prefix) if name in self._taken else name
        self._taken.add(own)
        return own

    def shared(self, name: str | None) -> str | None:
        """A link or a group; another one where clips of the project share this one."""
        return self.links.get(name, name) if name else None


def _start(track: Track, clip_id: str | None) -> Fraction:
    index = track.index_of(clip_id) if clip_id else None
    return Fraction(0) if index is None else track.start_of(index)


def _file(media: Media) -> tuple[Fingerprint, str]:
    """Which file a media is, whether it or its proxy is in use."""
    whole = media.as_original()
    return whole.fingerprint, whole.path

"""Verbs on timelines inside of the project: compounds and multi-cameras."""

from __future__ import annotations

import math
from fractions import Fraction

from cutroom.edit.draft import Draft
from cutroom.edit.items import between, cut_sides
from cutroom.edit.limits import readable
from cutroom.edit.operations import AddCompound, Nest, RemoveCompound, SetAngle, Unnest
from cutroom.edit.structure import make_track
from cutroom.errors import EditError
from cutroom.schema.base import derive_id
from cutroom.schema.clip import Clip, CompoundSource, Gap, Item
from cutroom.schema.document import Compound, Document, Timeline
from cutroom.schema.speed import NORMAL
from cutroom.schema.track import Track


def add_compound(draft: Draft, op: AddCompound) -> None:
    """Begin an empty compound.

    Raises:
        EditError: the title is taken.
    """
    _add(draft, Compound(id=draft.make_id("n"), title=op.title, multicam=op.multicam))


def _add(draft: Draft, compound: Compound) -> None:
    document = draft.document
    if any(known.title == compound.title for known in document.compounds):
        raise EditError(
            f"there is a compound {compound.title!r} already", value=compound.title, hint="choose another title"
        )
    draft.document = document.replace(compounds=(*document.compounds, compound))
    draft.created.append(compound.id)


def remove_compound(draft: Draft, op: RemoveCompound) -> None:
    """Take a compound out of the project.

    Raises:
        EditError: a clip shows it.
    """
    compound = draft.document.compound(op.name)
    if users := uses(draft.document, compound.id):
        raise EditError(
            f"compound {compound.title!r} is shown by {len(users)} clips",
            value=users,
            hint="delete or unnest those clips first",
        )
    left = tuple(known for known in draft.document.compounds if known.id != compound.id)
    draft.document = draft.document.evolve(compounds=left)


def uses(document: Document, compound_id: str) -> list[str]:
    """Ids of the clips that show a compound, anywhere in the project."""
    return [
        clip.id
        for _, clip in document.everywhere()
        if isinstance(clip.source, CompoundSource) and clip.source.compound == compound_id
    ]


def check_cycles(document: Document) -> None:
    """Refuse a compound that shows itself, directly or through others.

    Raises:
        EditError: names it.
    """
    shows = {compound.id: _shown_by(compound.timeline) for compound in document.compounds}
    for compound in document.compounds:
        seen: set[str] = set()
        waiting = [*shows[compound.id]]
        while waiting:
            name = waiting.pop()
            if name == compound.id:
                raise EditError(
                    f"compound {compound.title!r} would show itself",
                    value=compound.id,
                    hint="a compound can hold anything but itself",
                )
            if name not in seen:
                seen.add(name)
                waiting += shows.get(name, ())


def _shown_by(timeline: Timeline) -> set[str]:
    clips = (clip for track in timeline.tracks for _, clip in track.clips())
    return {clip.source.compound for clip in clips if isinstance(clip.source, CompoundSource)}


def nest(draft: Draft, op: Nest) -> None:
    """``V2 ··[B]`` over ``V1 [A~][C]`` → ``V1 [compound]``: what was shown is shown still.

    Raises:
        EditError: another clip stands in between on the track that the compound clip takes.
    """
    document = draft.document
    places = list(dict.fromkeys(place for clip in op.clips for place in draft.group(clip)))
    fps = document.settings.fps
    begin = math.floor(min(document.tracks[t].start_of(i) for t, i in places) * fps) / fps
    end = math.ceil(max(document.tracks[t].start_of(i + 1) for t, i in places) * fps) / fps
    chosen: dict[int, set[int]] = {}
    for t, i in places:
        chosen.setdefault(t, set()).add(i)
    inner = tuple(_taken(draft, document.tracks[t], items, begin) for t, items in sorted(chosen.items()))
    for t, items in chosen.items():
        track = document.tracks[t]
        draft.set_items(t, [Gap(duration=x.duration) if i in items else x for i, x in enumerate(track.items)])
    compound = Compound(id=draft.make_id("n"), title=op.title, timeline=Timeline(tracks=inner))
    _add(draft, compound)
    shown = {
        min(t for t in chosen if (document.tracks[t].kind == "audio") is sound)
        for sound in (False, True)
        if any((document.tracks[t].kind == "audio") is sound for t in chosen)
    }
    link = draft.make_id("l") if len(shown) > 1 else None
    for t in sorted(shown):
        track = draft.document.tracks[t]
        if track.kind not in {"video", "audio"}:
            raise EditError(
                f"a compound cannot stand on track {track.title}",
                value=track.id,
                hint="include a clip of a video track",
            )
        other = next((item for item in between(track, begin, end) if isinstance(item, Clip)), None)
        if other is not None:
            raise EditError(
                f"clip {other.id} stands in between on track {track.title}", value=other.id, hint="include it as well"
            )
        clip = Clip(id=draft.make_id("c"), source=CompoundSource(compound=compound.id), duration=end - begin, link=link)
        draft.created.append(clip.id)
        draft.put(t, begin, end, [clip])


def _taken(draft: Draft, track: Track, chosen: set[int], begin: Fraction) -> Track:
    """The chosen items of a track as a track of their own, which starts at `begin`."""
    items: list[Item] = []
    position = begin
    for i in sorted(chosen):
        start = track.start_of(i)
        if start > position:
            items.append(Gap(duration=start - position))
        items.append(track.items[i])
        position = track.start_of(i + 1)
    names = {item.id for item in items if isinstance(item, Clip)}
    kept = tuple(t for t in track.transitions if {t.left, t.right} - {None} <= names)
    return track.evolve(id=draft.make_id("t"), items=tuple(items), transitions=kept)


def unnest(draft: Draft, op: Unnest) -> None:
    """``V1 [compound]`` → ``V2 ··[B]`` over ``V1 [A~][C]``: on tracks of the same titles.

    Raises:
        EditError: the clip shows no compound, plays it at another speed, has effects or one angle only, or a clip is in
            the way.
    """
    places = draft.group(op.clip)
    begin = draft.document.clip_start(op.clip)
    clips = [draft.document.tracks[t].items[i] for t, i in places]
    first = clips[0]
    assert isinstance(first, Clip)
    for clip, (t, i) in zip(clips, places, strict=True):
        assert isinstance(clip, Clip)
        _require_plain(clip, first)
        items = list(draft.document.tracks[t].items)
        items[i] = Gap(duration=clip.duration)
        draft.set_items(t, items)
    assert isinstance(first.source, CompoundSource)
    kinds = {draft.document.tracks[t].kind == "audio" for t, _ in places}
    for inner in draft.document.compound(first.source.compound).timeline.tracks:
        if (inner.kind == "audio") in kinds:
            _put_back(draft, inner, first, begin)


def _require_plain(clip: Clip, first: Clip) -> None:
    why = None
    if not isinstance(clip.source, CompoundSource):
        why = "shows no compound"
    elif clip.source != first.source or (clip.start, clip.duration) != (first.start, first.duration):
        why = "is linked to a clip that shows another part"
    elif clip.source.angle is not None:
        why = "shows one angle only"
    elif clip.speed != NORMAL or clip.reverse:
        why = "plays at another speed"
    elif clip.effects:
        why = "has effects"
    if why:
        raise EditError(
            f"clip {clip.id} {why}, so its parts cannot take its place", value=clip.id, hint="undo that first"
        )


def _put_back(draft: Draft, inner: Track, shown: Clip, begin: Fraction) -> None:
    middle = between(inner, shown.start, shown.end)
    if not any(isinstance(item, Clip) for item in middle):
        return
    titles = [track.title for track in draft.document.tracks]
    if inner.title not in titles:
        make_track(draft, inner.kind, inner.title)
    t = draft.track(inner.title)
    track = draft.document.tracks[t]
    end = begin + shown.duration
    other = next((item for item in between(track, begin, end) if isinstance(item, Clip)), None)
    if other is not None:
        raise EditError(
            f"clip {other.id} is in the way on track {track.title} for {readable(other.duration)}",
            value=other.id,
            hint="move it to another track first",
        )
    taken = any(draft.holds(item.id) for item in middle if isinstance(item, Clip))
    named = [_renamed(draft, item) if taken and isinstance(item, Clip) else item for item in middle]
    draft.created += [item.id for item in named if isinstance(item, Clip)]
    missing = shown.duration - sum(item.duration for item in named)
    draft.put(t, begin, end, [*named, *([Gap(duration=missing)] if missing else [])])
    if taken:
        return
    track = draft.document.tracks[t]
    kept = tuple(old for old in inner.transitions if cut_sides(track, old.left, old.right) is not None)
    draft.set_tracks({t: track.evolve(transitions=(*track.transitions, *kept))})


def _renamed(draft: Draft, clip: Clip) -> Clip:
    """A copy with ids of its own; picture and sound get the same new link."""
    link = clip.link and derive_id("l", f"{draft.seed}/{clip.link}", 0)
    return clip.evolve(id=draft.make_id("c"), link=link)


def set_angle(draft: Draft, op: SetAngle) -> None:
    """Show another angle.

    Raises:
        EditError: the clip shows no compound, or its compound has no such track for it.
    """
    t, i = draft.document.locate(op.clip)
    draft.require_unlocked(t)
    track = draft.document.tracks[t]
    clip = track.items[i]
    assert isinstance(clip, Clip)
    if not isinstance(clip.source, CompoundSource):
        raise EditError(f"clip {clip.id} shows no multi-camera", value=clip.id, hint="project.multicam(...) makes one")
    compound = draft.document.compound(clip.source.compound)
    fitting = [x for x in compound.timeline.tracks if (x.kind == "audio") == (track.kind == "audio")]
    found = next((x.id for x in fitting if op.angle in {x.id, x.title}), None)
    if found is None and op.angle is not None:
        titles = ", ".join(x.title for x in fitting)
        raise EditError(f"{compound.title!r} has no angle {op.angle!r}", value=op.angle, hint=f"angles: {titles}")
    draft.set_clip(clip.evolve(source=clip.source.evolve(angle=found)))

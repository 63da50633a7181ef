"""Verbs on timelines inside of the project: compounds and multi-cameras."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from cutroom.edit.draft import Draft
from cutroom.edit.items import between
from cutroom.edit.limits import readable
from cutroom.edit.operations import AddCompound, Nest, RemoveCompound, SetAngle, SetCompound
from cutroom.edit.switches import beneath, is_off, present
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, CompoundSource, Gap, Item
from cutroom.schema.document import Compound, Document, Timeline
from cutroom.schema.places import same_ends
from cutroom.schema.track import Track


def add_compound(draft: Draft, op: AddCompound) -> None:
    """Begin an empty compound.

    Raises:
        EditError: the title is taken.
    """
    _add(draft, Compound(id=draft.make_id("n"), title=op.title, multicam=op.multicam))


def _add(draft: Draft, compound: Compound) -> None:
    document = draft.document
    _require_free(document, compound.title)
    draft.document = document.replace(compounds=(*document.compounds, compound))
    draft.created.append(compound.id)


def _require_free(document: Document, title: str) -> None:
    if any(known.title == title for known in document.compounds):
        raise EditError(f"there is a compound {title!r} already", value=title, hint="choose another title")


def set_compound(draft: Draft, op: SetCompound) -> None:
    """``[Scene]`` → ``[Opening]``: what shows it shows it still.

    Raises:
        EditError: the title is taken, or there is no such compound.
    """
    compound = draft.document.compound(op.name)
    if op.title is None or op.title == compound.title:
        return
    _require_free(draft.document, op.title)
    new = compound.evolve(title=op.title)
    compounds = tuple(new if known.id == new.id else known for known in draft.document.compounds)
    draft.document = draft.document.evolve(compounds=compounds)


def remove_compound(draft: Draft, op: RemoveCompound) -> None:
    """Take a compound out of the project.

    Raises:
        EditError: a clip shows it.
    """
    compound = draft.document.compound(op.name)
    if users := [clip.id for _, clip in _showing(draft.document, compound.id)]:
        raise EditError(
            f"compound {compound.title!r} is shown by {len(users)} clips",
            value=users,
            hint="delete or unnest those clips first",
        )
    left = tuple(known for known in draft.document.compounds if known.id != compound.id)
    draft.document = draft.document.evolve(compounds=left)


def _showing(document: Document, compound_id: str) -> list[tuple[Track, Clip]]:
    """The clips that show a compound, anywhere in the project, and their tracks."""
    return [
        (track, clip)
        for track, clip in document.everywhere()
        if isinstance(clip.source, CompoundSource) and clip.source.compound == compound_id
    ]


def settle_compounds(before: Document, draft: Draft) -> None:
    """Refuse compounds that cannot be shown; where one shows less now, tell by how much the clips that show it lack.

    Transitions that lack what they need beyond a cut are removed, with a note, as they are where a media is shorter.

    Args:
        before: the project before an edit.
        draft: the project after it.

    Raises:
        EditError: a compound would show itself, directly or through others, or a clip the angle that was removed.
    """
    known = {compound.id: compound.timeline for compound in before.compounds}
    if any(_shows_more(known.get(one.id, Timeline()), one.timeline) for one in draft.document.compounds):
        _check_cycles(draft.document)
    less = False
    for compound in draft.document.compounds:
        old = known.get(compound.id, compound.timeline)
        left, end = {track.id for track in compound.timeline.tracks}, compound.timeline.duration
        gone = {track.id: track for track in old.tracks if track.id not in left}
        if not gone and end >= old.duration:
            continue
        less = less or end < old.duration
        for track, clip in _showing(draft.document, compound.id):
            angle = clip.source.angle if isinstance(clip.source, CompoundSource) else None
            if angle in gone:
                raise EditError(
                    f"track {gone[angle].title} is the angle that clip {clip.id} shows",
                    value=clip.id,
                    hint="choose another angle there first",
                )
            if clip.end > end:
                draft.notes.append(
                    f"clip {clip.id} shows {readable(clip.end - end)} beyond the end of {compound.title}"
                )
            sound = track.kind == "audio"
            if gone and all((inner.kind == "audio") != sound for inner in compound.timeline.tracks):
                what = "sound" if sound else "picture"
                draft.notes.append(f"clip {clip.id} shows nothing: {compound.title} has no {what} any more")
    if less:
        document = draft.document
        compounds = tuple(one.evolve(timeline=draft.rechecked(one.timeline)) for one in document.compounds)
        draft.document = document.evolve(timeline=draft.rechecked(document.timeline), compounds=compounds)


def _shows_more(old: Timeline, new: Timeline) -> bool:
    """Whether a timeline may show a compound that it did not show: only what differs is looked at."""
    known = {track.id: track.items for track in old.tracks}
    for track in new.tracks if new is not old else ():
        items = known.get(track.id, ())
        if items is not track.items:
            head, tail = same_ends(items, track.items)
            for item in track.items[head : len(track.items) - tail]:
                if isinstance(item, Clip) and isinstance(item.source, CompoundSource):
                    return True
    return False


def _check_cycles(document: Document) -> None:
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
    """``V2 ··[B]`` over ``V1 [A~][C]`` → ``V1 [compound]``: what was seen and heard is so still.

    Transitions between the clips go along; the rest of the timeline stays where it is. The compound stands on the
    lowest of their tracks that is seen, and heard; the tracks inside keep what its switches do not do already.

    Raises:
        EditError: another clip stands in between, on the track that the compound clip takes or under one of them, or
            their tracks are so loud that none of them can hold the compound.
    """
    document = draft.document
    places = list(dict.fromkeys(place for clip in op.clips for place in draft.group(clip)))
    fps = document.settings.fps
    begin = math.floor(min(document.tracks[t].start_of(i) for t, i in places) * fps) / fps
    end = math.ceil(max(document.tracks[t].start_of(i + 1) for t, i in places) * fps) / fps
    chosen: dict[int, set[int]] = {}
    for t, i in places:
        chosen.setdefault(t, set()).add(i)
    stands = [_stands(document, chosen, sound=sound) for sound in (False, True)]
    outer = {sound: t for sound, t in zip((False, True), stands, strict=True) if t is not None}
    inner = {
        t: _taken(draft, document.tracks[t], items, begin, document.tracks[outer[document.tracks[t].kind == "audio"]])
        for t, items in sorted(chosen.items())
    }
    for t, items in chosen.items():
        track = document.tracks[t]
        left = tuple(old for old in track.transitions if old not in inner[t].transitions)
        draft.set_tracks({t: track.evolve(transitions=left)})
        draft.set_items(t, [Gap(duration=x.duration) if i in items else x for i, x in enumerate(track.items)])
    compound = Compound(id=draft.make_id("n"), title=op.title, timeline=Timeline(tracks=tuple(inner.values())))
    _add(draft, compound)
    if False in outer:
        _require_order(document, draft.document, chosen, outer[False])
    link = draft.make_id("l") if len(outer) > 1 else None
    for t in sorted(outer.values()):
        track = draft.document.tracks[t]
        other = next((item for item in between(track, begin, end) if isinstance(item, Clip)), None)
        if other is not None:
            raise EditError(
                f"clip {other.id} stands in between on track {track.title}", value=other.id, hint="include it as well"
            )
        clip = Clip(id=draft.make_id("c"), source=CompoundSource(compound=compound.id), duration=end - begin, link=link)
        draft.created.append(clip.id)
        draft.put(t, begin, end, [clip])


def _stands(document: Document, chosen: Mapping[int, set[int]], *, sound: bool) -> int | None:
    """Index of the track for the compound; None where nothing of the kind goes into it."""
    tracks = {t: document.tracks[t] for t in sorted(chosen) if (document.tracks[t].kind == "audio") is sound}
    if not tracks:
        return None
    alive = [track for track in present(document.tracks, sound=sound) if track in tracks.values()]
    fitting = [t for t, track in tracks.items() if track.kind in {"video", "audio"}]
    if not fitting:
        first = next(iter(tracks.values()))
        raise EditError(
            f"a compound cannot stand on track {first.title}", value=first.id, hint="include a clip of a video track"
        )
    for t in fitting if not alive else [t for t in fitting if tracks[t] in alive]:
        if all(beneath(track, tracks[t]) for track in alive) and (alive or not is_off(tracks[t])):
            return t
    if not alive:
        return fitting[0]
    titles = " and ".join(track.title for track in alive)
    raise EditError(
        f"no track of theirs can {'sound' if sound else 'look'} like {titles} together",
        value=[track.id for track in alive],
        hint="bring their volume and pan nearer to each other first"
        if sound
        else "include a clip of a shown video track",
    )


def _require_order(before: Document, after: Document, chosen: Mapping[int, set[int]], stands: int) -> None:
    """Refuse a clip that lies between the chosen ones and the track of the compound: it would change places with one.

    Raises:
        EditError: names it.
    """
    seen = present(before.tracks, sound=False)
    for t, items in chosen.items():
        if before.tracks[t] not in seen:
            continue
        for u in range(min(t, stands) + 1, max(t, stands)):
            track = after.tracks[u]
            if before.tracks[u] not in seen:
                continue
            for i in items:
                start, end = before.tracks[t].start_of(i), before.tracks[t].start_of(i + 1)
                other = next((item for item in between(track, start, end) if isinstance(item, Clip)), None)
                if other is not None:
                    raise EditError(
                        f"clip {other.id} on track {track.title} lies between those of the compound",
                        value=other.id,
                        hint="include it as well",
                    )


def _taken(draft: Draft, track: Track, chosen: set[int], begin: Fraction, outer: Track) -> Track:
    """The chosen items of a track as a track of their own, which starts at `begin`; its compound stands on `outer`."""
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
    switched = beneath(track, outer) or track
    return switched.evolve(id=draft.make_id("t"), items=tuple(items), transitions=kept)


def set_angle(draft: Draft, op: SetAngle) -> None:
    """``[compound: left]`` → ``[compound: right]``: the same stretch of time, another of its tracks.

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

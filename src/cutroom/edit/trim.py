"""Trim: move one edge of a clip. Nothing is clamped: what does not fit is an error that says by how much."""

from __future__ import annotations

from fractions import Fraction

from cutroom.edit.draft import Draft
from cutroom.edit.limits import readable
from cutroom.edit.operations import Trim
from cutroom.edit.sync import require_sync
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, Gap, Item


def trim(draft: Draft, op: Trim) -> None:
    """``[A~~~A]··[B]`` → ``[A]····[B]``, or with `ripple` → ``[A]··[B]`` further left; linked clips follow.

    What is left of the clip plays what it played. Without `ripple` it plays it when it did, and nothing else changes;
    with it, what follows moves by as much as the clip became shorter or longer, on every sync-locked track; pictures by
    whole frames, with a gap for what is left of one.

    Raises:
        HandlesError: the media does not reach that far.
        EditError: nothing would be left of the clip, its neighbour is in the way, or a ripple would lose sync.
    """
    document, members = draft.document, draft.group(op.clip)
    at_start = op.edge == "start"
    t0, i0 = members[0]
    track = draft.document.tracks[t0]
    start, end = track.start_of(i0), track.start_of(i0 + 1)
    delta = op.to - (start if at_start else end)
    edges = {document.tracks[t].start_of(i if at_start else i + 1) for t, i in members}
    # a head comes or goes before what is left of the clip, which moves with all that follows
    at, moved = (max(start, op.to), -delta) if at_start else (end, delta)
    own = [t for t, _ in members]
    moved, left = draft.whole_frames(at, moved, own) if op.ripple else (moved, Fraction(0))
    for t, i in members:
        _trim_one(draft, t, i, delta, at_start=at_start, ripple=op.ripple)
        if left:
            items = list(draft.document.tracks[t].items)
            items.insert(i if at_start else i + 1, Gap(duration=left))
            draft.set_items(t, items)
    if op.ripple:
        draft.shift(at, moved, skip=own)
        if len(edges) > 1:
            require_sync(document, draft.document, edges | {at})


def _trim_one(draft: Draft, t: int, i: int, delta: Fraction, *, at_start: bool, ripple: bool) -> None:
    track = draft.document.tracks[t]
    clip = track.items[i]
    assert isinstance(clip, Clip)
    duration = clip.duration - delta if at_start else clip.duration + delta
    if duration <= 0:
        raise EditError(
            f"nothing would be left of clip {clip.id}: it lasts {readable(clip.duration)}",
            value=delta,
            hint="delete the clip, or trim it less",
        )
    trimmed = clip.part(delta, Fraction(0)) if at_start else clip.part(Fraction(0), -delta)
    draft.check_range(t, trimmed, clip)
    items: list[Item] = list(track.items)
    items[i] = trimmed
    if not ripple:
        freed = clip.duration - duration
        neighbour = i - 1 if at_start else i + 1
        give(items, track.title, i if at_start else i + 1, neighbour, freed)
    draft.set_items(t, items)


def give(items: list[Item], title: str, where: int, neighbour: int, freed: Fraction) -> None:
    """Hand freed time to a gap beside the clip, or take what it grew from one."""
    if freed > 0:
        items.insert(where, Gap(duration=freed))
        return
    if freed == 0 or neighbour >= len(items):
        return
    gap = items[neighbour] if neighbour >= 0 else None
    room = gap.duration if isinstance(gap, Gap) else Fraction(0)
    if room < -freed:
        beside = f"clip {gap.id}" if isinstance(gap, Clip) else "the start of the timeline"
        raise EditError(
            f"{beside} on track {title} is in the way: {readable(-freed - room)} too far",
            value=-freed - room,
            hint="clip.ripple(...) moves what follows; or trim the neighbour first",
        )
    assert isinstance(gap, Gap)
    if room == -freed:
        del items[neighbour]
    else:
        items[neighbour] = Gap(duration=room + freed)

"""Trim: move one edge of a clip. Nothing is clamped: what does not fit is an error that says by how much."""

from __future__ import annotations

from fractions import Fraction

from cutroom.edit.draft import Draft
from cutroom.edit.limits import check_range, readable
from cutroom.edit.operations import Trim
from cutroom.errors import EditError, HandlesError
from cutroom.schema.clip import Clip, Gap, Item


def trim(draft: Draft, op: Trim) -> None:
    """``[A~~~A]··[B]`` → ``[A]····[B]``, or with `ripple` → ``[A]··[B]`` further left; linked clips follow.

    Raises:
        HandlesError: the media does not reach that far.
        EditError: nothing would be left of the clip, or its neighbour is in the way.
    """
    members = draft.group(op.clip)
    t0, i0 = members[0]
    track = draft.document.tracks[t0]
    start, end = track.start_of(i0), track.start_of(i0 + 1)
    delta = op.to - (start if op.edge == "start" else end)
    for t, i in members:
        _trim_one(draft, t, i, delta, at_start=op.edge == "start", ripple=op.ripple)
    if op.ripple:
        draft.shift(end, -delta if op.edge == "start" else delta, skip=[t for t, _ in members])


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
    source_start = clip.start + delta if at_start else clip.start
    if source_start < 0:
        if clip.media is not None:
            raise HandlesError(
                f"clip {clip.id} lacks {readable(-source_start)} of media before its in point",
                value=-source_start,
                hint=f"it can start {readable(clip.start)} earlier at most",
            )
        source_start = Fraction(0)
    trimmed = clip.evolve(start=source_start, duration=duration)
    check_range(draft.document, trimmed)
    items: list[Item] = list(track.items)
    items[i] = trimmed
    if not ripple:
        freed = clip.duration - duration
        neighbour = i - 1 if at_start else i + 1
        _give(items, track.title, i if at_start else i + 1, neighbour, freed)
    draft.set_items(t, items)


def _give(items: list[Item], title: str, where: int, neighbour: int, freed: Fraction) -> None:
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
            hint="trim with ripple=True, or trim the neighbour first",
        )
    assert isinstance(gap, Gap)
    if room == -freed:
        del items[neighbour]
    else:
        items[neighbour] = Gap(duration=room + freed)

"""Verbs that share out time between neighbours: roll, slip, slide. The timeline keeps its length."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cutroom.edit.draft import Draft
from cutroom.edit.limits import readable, source_end
from cutroom.edit.operations import Roll, Slide, Slip
from cutroom.edit.sync import parted, playing
from cutroom.errors import EditError, HandlesError
from cutroom.schema.clip import Clip, Gap, Item
from cutroom.schema.document import Document

_NONE = Fraction(0)


def roll(draft: Draft, op: Roll) -> None:
    """``[A~~~~][B~~]`` → ``[A~][B~~~~~]``: the cut moves, the rest stays; linked clips follow.

    Nothing changes but between the old cut and the new one. A gap may be one of the two, and may be used up. A sound
    that was not cut there, and goes on beneath all of the neighbour, stays as it is.

    Raises:
        HandlesError: one of the two has no media to grow by so much.
        EditError: one of the two would vanish, or there is no cut at that edge.
    """
    members = draft.group(op.clip)
    at_start = op.edge == "start"
    t0, i0 = members[0]
    track = draft.document.tracks[t0]
    if at_start and i0 == 0:
        raise EditError(f"clip {op.clip} starts the track: there is no cut to roll", value=op.clip, hint="trim it")
    delta = op.to - track.start_of(i0 if at_start else i0 + 1)
    for t, i in members:
        if (at_start and i == 0) or (t != t0 and _goes_on(draft.document, (t, i), (t0, i0 + (-1 if at_start else 1)))):
            continue
        _roll_cut(draft, t, i - 1 if at_start else i, delta)


def _goes_on(document: Document, place: tuple[int, int], beside: tuple[int, int]) -> bool:
    """Whether a clip plays along with all of another one, on another track."""
    (t, i), (u, j) = place, beside
    track, other = document.tracks[t], document.tracks[u]
    clip, neighbour = track.items[i], other.items[j] if j < len(other.items) else None
    if not isinstance(clip, Clip) or not isinstance(neighbour, Clip) or neighbour.is_title:
        return False
    covers = track.start_of(i) <= other.start_of(j) and other.start_of(j + 1) <= track.start_of(i + 1)
    return covers and playing(track.start_of(i), clip) == playing(other.start_of(j), neighbour)


def _roll_cut(draft: Draft, t: int, left: int, delta: Fraction) -> None:
    """Move the cut behind item `left`; where nothing follows, its end."""
    items = draft.document.tracks[t].items
    before = _resized(draft, t, items[left : left + 1], _NONE, -delta)
    after = _resized(draft, t, items[left + 1 : left + 2], delta, _NONE)
    draft.set_items(t, [*items[:left], *before, *after, *items[left + 2 :]])


def slide(draft: Draft, op: Slide) -> None:
    """``[A~~][B][C~~]`` → ``[A][B][C~~~~]``: B moves, A and C give and take; linked clips follow.

    B plays what it played; A's start and C's end stay. Nothing gives way behind the last clip of a track.

    Raises:
        HandlesError: the neighbour that grows has no media for it.
        EditError: the neighbour that shrinks is too short, or the clip would start before the timeline does.
    """
    for t, i in draft.group(op.clip):
        items = draft.document.tracks[t].items
        if i == 0 and op.by < 0:
            raise EditError(
                f"clip {op.clip} would start {readable(-op.by)} before the timeline does",
                value=op.by,
                hint="nothing is before it that could give way",
            )
        before = [Gap(duration=op.by)] if i == 0 and op.by else _resized(draft, t, items[i - 1 : i], _NONE, -op.by)
        after = _resized(draft, t, items[i + 1 : i + 2], op.by, _NONE)
        draft.set_items(t, [*items[: max(0, i - 1)], *before, items[i], *after, *items[i + 2 :]])


def _resized(draft: Draft, t: int, neighbours: Sequence[Item], head: Fraction, tail: Fraction) -> list[Item]:
    """The neighbour on track `t`, if there is one, with so much less (or more) at its edges; a gap may vanish."""
    made: list[Item] = []
    for item in neighbours:
        left = item.duration - head - tail
        if left < 0 or (left == 0 and isinstance(item, Clip)):
            lasts = f"it lasts {readable(item.duration)}"
            raise EditError(
                f"nothing would be left of clip {item.id}: {lasts}"
                if isinstance(item, Clip)
                else f"the gap beside it is {readable(-left)} too short: {lasts}",
                value=-left,
                hint="go less far, or delete what is in the way",
            )
        if left:
            made.append(resized := item.part(head, tail))
            if isinstance(resized, Clip) and isinstance(item, Clip):
                draft.check_range(t, resized, item)
    return made


def slip(draft: Draft, op: Slip) -> None:
    """``[A:2-5]`` → ``[A:3-6]``: another stretch of the media in the same place; linked clips follow.

    No edge moves, and no other clip changes. A part of the picture that was cut off, and played along with the sound
    until now, is out of sync then: a note says by how much.

    Raises:
        HandlesError: the media does not reach that far; says by how much.
        EditError: the clip is a title.
    """
    before, members = draft.document, draft.group(op.clip)
    for t, i in members:
        items = list(draft.document.tracks[t].items)
        clip = items[i]
        assert isinstance(clip, Clip)
        require_media(clip, "slipped")
        items[i] = slipped = clip.evolve(start=clip.start + op.by)
        try:
            draft.check_range(t, slipped, clip)
        except HandlesError as error:
            raise HandlesError(error.message, value=error.value, hint=_reach(draft.document, clip)) from None
        draft.set_items(t, items)
    edges = [before.tracks[t].start_of(edge) for t, i in members for edge in (i, i + 1)]
    own = {clip.id for t, i in members if isinstance(clip := before.tracks[t].items[i], Clip)}
    for one, other, off in parted(before, draft.document, edges):
        if one in own and other not in own:
            draft.notes.append(f"clip {other} is {readable(off)} out of sync with clip {one} now")


def _reach(document: Document, clip: Clip) -> str:
    """How far a clip can slip, for a hint."""
    end = source_end(document, clip.source)
    assert end is not None
    later = max(Fraction(0), end - clip.end)
    return f"it can slip by {readable(-clip.start)} to {readable(later)}"


def require_media(clip: Clip, done: str) -> None:
    """Refuse what only makes sense for a clip that plays something.

    Raises:
        EditError: the clip is a title.
    """
    if clip.is_title:
        raise EditError(
            f"clip {clip.id} is a title, which plays no media and cannot be {done}",
            value=clip.id,
            hint="trim it to change how long it stands",
        )

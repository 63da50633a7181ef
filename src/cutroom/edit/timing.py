"""Verbs on how fast a clip plays: retime, reverse, freeze."""

from __future__ import annotations

from fractions import Fraction

from cutroom.edit.draft import Draft
from cutroom.edit.items import edge_effects, gaps
from cutroom.edit.limits import readable
from cutroom.edit.neighbours import require_media
from cutroom.edit.operations import Freeze, Retime, Reverse
from cutroom.edit.trim import give
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, Item

_NONE = Fraction(0)


def retime(draft: Draft, op: Retime) -> None:
    """``[A~~~~~~][B]`` → ``[A~~][B]`` at three times the speed; linked clips follow.

    The in point stays, and so does the duration of all else; without `ripple` nothing else moves: ``[A~~]····[B]``.
    Keyframes keep their places in the clip: half-way stays half-way.
    Pictures that follow move by whole frames; what is left of one is a gap behind the clip.

    Raises:
        HandlesError: at that speed and duration the media does not suffice; says by how much.
        EditError: the neighbour is in the way (without `ripple`), or linked clips do not share their edges.
    """
    members, (start, end) = _together(draft, op.clip)
    document = draft.document
    own = [t for t, _ in members]
    amount, left = draft.whole_frames(end, op.duration - (end - start), own) if op.ripple else (_NONE, _NONE)
    for t, i in members:
        track = document.tracks[t]
        clip = track.items[i]
        assert isinstance(clip, Clip)
        require_media(clip, "retimed")
        changed = clip.paced(op.speed, op.duration)
        if op.keep_pitch is not None:
            changed = changed.evolve(keep_pitch=op.keep_pitch)
        draft.check_range(t, changed, clip)
        items: list[Item] = [*track.items[:i], changed, *gaps(left), *track.items[i + 1 :]]
        if not op.ripple:
            give(items, track.title, i + 1, i + 1, clip.duration - op.duration)
        draft.set_items(t, items)
    if op.ripple:
        draft.shift(end, amount, skip=own)


def _together(draft: Draft, clip_id: str) -> tuple[list[tuple[int, int]], tuple[Fraction, Fraction]]:
    """Where a clip and what is linked to it stand, and their common edges.

    Raises:
        EditError: they have none; at another speed, or backwards, each in its place, they would lose sync.
    """
    members, tracks = draft.group(clip_id), draft.document.tracks
    edges = {(tracks[t].start_of(i), tracks[t].start_of(i + 1)) for t, i in members}
    if len(edges) > 1:
        raise EditError(
            f"clip {clip_id} and what is linked to it do not start and end together",
            value=clip_id,
            hint="bring their edges together first, or unlink them",
        )
    return members, edges.pop()


def reverse(draft: Draft, op: Reverse) -> None:
    """``[1 2 3]`` → ``[3 2 1]``: the same stretch of media, backwards; linked clips too. Nothing moves.

    Keyframes stay where they are on the timeline: what fades in fades in still.

    Raises:
        EditError: the clip is a title, or linked clips do not share their edges.
    """
    for t, i in _together(draft, op.clip)[0]:
        items = list(draft.document.tracks[t].items)
        clip = items[i]
        assert isinstance(clip, Clip)
        require_media(clip, "reversed")
        items[i] = clip.evolve(reverse=not clip.reverse)
        draft.set_items(t, items)


def freeze(draft: Draft, op: Freeze) -> None:
    """``[A~~~~A]`` → ``[A~][hold][A'~~]``: one picture stands still; its sound falls silent meanwhile.

    What was shown is shown still, later by the hold from `at` on. A fade stays with its edge: a hold at the start of
    the clip fades in in its place. What is animated has the values of that moment while it is held, and then goes on.

    Raises:
        EditError: the time is not in the clip, or the clip has no picture.
    """
    t, i = draft.document.locate(op.clip)
    draft.require_unlocked(t)
    track = draft.document.tracks[t]
    start, end = track.start_of(i), track.start_of(i + 1)
    clip = track.items[i]
    assert isinstance(clip, Clip)
    require_media(clip, "frozen")
    if track.kind == "audio":
        raise EditError(f"clip {clip.id} is sound, which cannot be held", value=clip.id, hint="freeze its picture")
    if not start <= op.at < end:
        raise EditError(
            f"{readable(op.at)} is not inside clip {op.clip}",
            value=op.at,
            hint=f"it lies between {readable(start)} and {readable(end)}",
        )
    at_start = op.at == start
    frame = 1 / draft.document.settings.fps
    shown = clip.media_at(op.at - start + (frame if clip.reverse else 0))  # backwards, the end of the frame's time
    hold = clip.evolve(
        id=draft.make_id("c"),
        start=max(shown, clip.start),
        duration=op.duration,
        speed=Fraction(0),
        reverse=False,
        link=None,
        effects=edge_effects(clip.held(op.at - start), is_first=at_start, is_last=False),
    )
    draft.created.append(hold.id)
    if at_start and clip.effects:
        draft.set_clip(clip.evolve(effects=edge_effects(clip.effects, is_first=False, is_last=True)))
    draft.put(t, op.at, op.at, [hold])
    draft.shift(op.at, op.duration, skip=[t])

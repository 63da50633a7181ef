"""Verbs on what belongs together: link, unlink, group, ungroup."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cutroom.edit.draft import Draft
from cutroom.edit.operations import Group, Link, Ungroup, Unlink
from cutroom.errors import EditError
from cutroom.schema.clip import Clip
from cutroom.schema.track import Track


def link(draft: Draft, op: Link) -> None:
    """``V1 [A]`` over ``A1 [B]`` → ``V1 [A=]`` over ``A1 [B=]``; each leaves what it was linked to before.

    Nothing moves, and what is shown does not change.

    Raises:
        EditError: two of them stand on the same track.
    """
    tracks = [draft.document.locate(clip)[0] for clip in op.clips]
    if len(set(tracks)) < len(tracks):
        raise EditError(
            "linked clips stand on different tracks", value=op.clips, hint="group clips of one track instead"
        )
    name = draft.make_id("l")
    _change(draft, set(op.clips), lambda clip: clip.evolve(link=name))


def unlink(draft: Draft, op: Unlink) -> None:
    """``V1 [A=]`` over ``A1 [B=]`` → ``V1 [A]`` over ``A1 [B]``: no clip of the link has one any more.

    Raises:
        EditError: it is not linked.
    """
    name = draft.document.clip(op.clip).link
    members = [] if name is None else [clip.id for clip in _all(draft.document.tracks) if clip.link == name]
    if len(members) < 2:
        raise EditError(f"clip {op.clip} is not linked", value=op.clip, hint="clip.linked is empty")
    _change(draft, set(members), lambda clip: clip.evolve(link=None))


def group(draft: Draft, op: Group) -> None:
    """``[A][B][C]`` → ``[A+][B][C+]``: A and C are moved and deleted together; each leaves the group that it was in.

    Raises:
        EditError: it is one clip only.
    """
    if len({*op.clips}) < 2:
        raise EditError("a group holds two clips or more", value=op.clips, hint="name another clip")
    name = draft.make_id("g")
    for clip in op.clips:
        draft.document.locate(clip)
    _change(draft, set(op.clips), lambda clip: clip.evolve(group=name))


def ungroup(draft: Draft, op: Ungroup) -> None:
    """``[A+][B][C+]`` → ``[A][B][C]``: the clip's group is no more.

    Raises:
        EditError: the clip is in none.
    """
    name = draft.document.clip(op.clip).group
    if name is None:
        raise EditError(f"clip {op.clip} is in no group", value=op.clip, hint="tl.group(clips) makes one")
    members = {clip.id for clip in _all(draft.document.tracks) if clip.group == name}
    _change(draft, members, lambda clip: clip.evolve(group=None))


def _all(tracks: Iterable[Track]) -> Iterable[Clip]:
    return (clip for track in tracks for _, clip in track.clips())


def _change(draft: Draft, clips: set[str], changed: Callable[[Clip], Clip]) -> None:
    """Change clips in place; no duration does, so starts and transitions stay."""
    tracks: dict[int, Track] = {}
    for t, track in enumerate(draft.document.tracks):
        if any(track.index_of(clip) is not None for clip in clips):
            draft.require_unlocked(t)
            draft.ties.add(item for item in track.items if isinstance(item, Clip) and item.id in clips)
            items = tuple(
                changed(item) if isinstance(item, Clip) and item.id in clips else item for item in track.items
            )
            tracks[t] = track.evolve(items=items)
    draft.set_tracks(tracks)

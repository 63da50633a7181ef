"""Verbs that put something on the timeline: append, insert, overwrite, move."""

from __future__ import annotations

from fractions import Fraction

from cutroom.edit.draft import Draft
from cutroom.edit.limits import check_kind, check_range, readable
from cutroom.edit.operations import Append, Insert, Move, Overwrite
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, Gap


def _new_clips(draft: Draft, op: Append | Insert | Overwrite) -> dict[int, Clip]:
    """The clip, and its linked sound, by track index."""
    names = [op.track, *([op.sound_track] if op.sound_track else [])]
    tracks = [draft.track(name) for name in names]
    if len(set(tracks)) < len(tracks):
        raise EditError("picture and sound cannot share a track", value=op.track, hint="name a sound track")
    link = draft.make_id("l") if op.sound_track else None
    clips: dict[int, Clip] = {}
    for index in tracks:
        check_kind(draft.document, draft.document.tracks[index], op.source)
        clip = Clip(id=draft.make_id("c"), source=op.source, start=op.start, duration=op.duration, link=link)
        check_range(draft.document, clip)
        clips[index] = clip
        draft.created.append(clip.id)
    return clips


def append(draft: Draft, op: Append) -> None:
    """``[A][B]`` + C → ``[A][B][C]``; the sound starts with its picture, so the shorter track is filled up."""
    clips = _new_clips(draft, op)
    at = max(draft.document.tracks[index].duration for index in clips)
    for index, clip in clips.items():
        draft.put(index, at, at, [clip])


def insert(draft: Draft, op: Insert) -> None:
    """``[A~~~A][B]`` + C in the middle of A → ``[A][C][A'][B]``; every sync-locked track moves along."""
    clips = _new_clips(draft, op)
    for index, clip in clips.items():
        draft.put(index, op.at, op.at, [clip])
    draft.shift(op.at, op.duration, skip=clips)


def overwrite(draft: Draft, op: Overwrite) -> None:
    """``[A~~~A][B]`` + C over A's end → ``[A][C][B]``; nothing else moves."""
    for index, clip in _new_clips(draft, op).items():
        draft.put(index, op.at, op.at + op.duration, [clip])


def move(draft: Draft, op: Move) -> None:
    """Take a clip and what is linked to it elsewhere; it leaves a gap, and overwrites what is at its new place.

    Raises:
        EditError: something linked to it would start before 0.
    """
    document = draft.document
    members = draft.group(op.clip)
    delta = op.to - document.clip_start(op.clip)
    moves: list[tuple[int, Clip, Fraction]] = []
    for number, (t, i) in enumerate(members):
        clip, start = document.tracks[t].items[i], document.tracks[t].start_of(i)
        assert isinstance(clip, Clip)
        to = start + delta
        if to < 0:
            raise EditError(
                f"clip {clip.id}, linked to {op.clip}, would start {readable(-to)} before the timeline does",
                value=to,
                hint=f"move it to {readable(op.to - to)} or later",
            )
        target = draft.track(op.track) if op.track and number == 0 else t
        check_kind(document, document.tracks[target], clip.source)
        sound, heard = (document.tracks[index].kind == "audio" for index in (t, target))
        if sound != heard:
            what = ("sound", "a picture") if sound else ("a picture", "sound")
            raise EditError(
                f"clip {clip.id} is {what[0]}, and track {document.tracks[target].title} would make it {what[1]}",
                value=op.track,
                hint="move it to a track of its own kind",
            )
        if (target, to) != (t, start):
            moves.append((target, clip, to))
    for _, clip, _ in moves:
        t, i = draft.document.locate(clip.id)
        draft.splice(t, i, i + 1, [Gap(duration=clip.duration)])
    for target, clip, to in moves:
        draft.put(target, to, to + clip.duration, [clip])

"""Verbs that put something on the timeline: append, insert, overwrite, fill, move, arrange."""

from __future__ import annotations

import math
from collections.abc import Collection
from fractions import Fraction

from cutroom.edit.draft import Draft
from cutroom.edit.items import between, gaps
from cutroom.edit.limits import check_kind, readable
from cutroom.edit.operations import Append, Arrange, Fill, Insert, Move, Overwrite, Placed
from cutroom.edit.ride import Ride
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, Gap, Item, Transition
from cutroom.schema.track import Track


def _new_clips(draft: Draft, op: Append | Insert | Overwrite | Fill) -> dict[int, Clip]:
    """The clip, and its linked sound, by track index."""
    names = [op.track, *([op.sound_track] if op.sound_track else [])]
    tracks = [draft.track(name) for name in names]
    if len(set(tracks)) < len(tracks):
        raise EditError("picture and sound cannot share a track", value=op.track, hint="name a sound track")
    link = draft.make_id("l") if op.sound_track else None
    clips: dict[int, Clip] = {}
    for index in tracks:
        check_kind(draft.document, draft.document.tracks[index], op.source)
        clip = Clip(
            id=draft.make_id("c"),
            source=op.source,
            start=op.start,
            duration=op.duration,
            speed=op.speed,
            reverse=op.reverse,
            keep_pitch=op.keep_pitch,
            link=link,
        )
        draft.check_range(index, clip)
        clips[index] = clip
        draft.created.append(clip.id)
    return clips


def append(draft: Draft, op: Append) -> None:
    """``[A][B]`` + C → ``[A][B][C]``; the sound starts with its picture, so the shorter track is filled up.

    Nothing that is there moves.
    """
    clips = _new_clips(draft, op)
    at = max(draft.document.tracks[index].duration for index in clips)
    for index, clip in clips.items():
        draft.put(index, at, at, [clip])


def insert(draft: Draft, op: Insert) -> None:
    """``[A~~~A][B]`` + C in the middle of A → ``[A][C][A'][B]``; every sync-locked track moves along.

    What was shown is shown still: before `at` when it was, from `at` on later by the clip's duration.
    """
    clips = _new_clips(draft, op)
    amount, left = draft.whole_frames(op.at, op.duration, clips)
    for index, clip in clips.items():
        draft.put(index, op.at, op.at, [clip, *gaps(left)])
    draft.shift(op.at, amount, skip=clips)


def overwrite(draft: Draft, op: Overwrite) -> None:
    """``[A~~~A][B]`` + C over A's end → ``[A][C][B]``; nothing else moves, and beside the clip nothing changes."""
    for index, clip in _new_clips(draft, op).items():
        draft.put(index, op.at, op.at + op.duration, [clip])


def fill(draft: Draft, op: Fill) -> None:
    """``[A]·····[B]`` + C → ``[A]·[C]··[B]``: only into a gap; behind the last clip there is one without end.

    No clip that is there changes or moves.

    Raises:
        EditError: a clip is in the way; says how much room there is.
    """
    for index, clip in _new_clips(draft, op).items():
        track = draft.document.tracks[index]
        end = op.at + clip.duration
        taken = next((item for item in between(track, op.at, end) if isinstance(item, Clip)), None)
        if taken is not None:
            room = max(Fraction(0), track.start_of(track.index_of(taken.id) or 0) - op.at)
            raise EditError(
                f"clip {taken.id} on track {track.title} leaves {readable(room)} of the {readable(clip.duration)}",
                value=clip.duration - room,
                hint="fill less, or use overwrite or insert",
            )
        draft.put(index, op.at, end, [clip])


def move(draft: Draft, op: Move) -> None:
    """``[A][B][C]``, A to C's end → ``···[B][C][A]``: over what is there; gaps stay behind, nothing else moves.

    What is linked to the clip and its group go as far, each on its own track; only the clip itself changes tracks.
    Fades from and to nothing go along, where there is nothing.

    Raises:
        EditError: something that goes along would start before 0, or lie on the same track as the clip.
    """
    document = draft.document
    members = [place for family in draft.families(op.clip) for place in family]
    delta = op.to - document.clip_start(op.clip)
    moves: list[tuple[int, Clip, Fraction]] = []
    for number, (t, i) in enumerate(members):
        clip, start = document.tracks[t].items[i], document.tracks[t].start_of(i)
        assert isinstance(clip, Clip)
        to = start + delta
        if to < 0:
            raise EditError(
                f"clip {clip.id}, which goes with {op.clip}, would start {readable(-to)} before the timeline does",
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
        moves.append((target, clip, to))
    _require_room(draft, *moves)
    moves = [row for row, (t, i) in zip(moves, members, strict=True) if delta or row[0] != t]
    fades = [_take_fades(draft, clip) for _, clip, _ in moves]
    for _, clip, _ in moves:
        t, i = draft.document.locate(clip.id)
        draft.splice(t, i, i + 1, [Gap(duration=clip.duration)])
    for target, clip, to in moves:
        draft.put(target, to, to + clip.duration, [clip])
    for (target, _, _), taken in zip(moves, fades, strict=True):
        if taken:
            track = draft.document.tracks[target]
            draft.set_tracks({target: track.evolve(transitions=draft.standing(track, (*track.transitions, *taken)))})


def _take_fades(draft: Draft, clip: Clip) -> tuple[Transition, ...]:
    """Take off a clip's transitions from and to nothing, which go with it as long as nothing is beside it there."""
    t, _ = draft.document.locate(clip.id)
    track = draft.document.tracks[t]
    alone = ((clip.id, None), (None, clip.id))
    taken = tuple(known for known in track.transitions if (known.left, known.right) in alone)
    if taken:
        left = tuple(known for known in track.transitions if known not in taken)
        draft.set_tracks({t: track.evolve(transitions=left)})
    return taken


def _require_room(draft: Draft, first: tuple[int, Clip, Fraction], *others: tuple[int, Clip, Fraction]) -> None:
    target, moved, at = first
    for t, clip, to in others:
        linked = clip.link is not None and clip.link == moved.link
        if t == target and (linked or (to < at + moved.duration and at < to + clip.duration)):
            raise EditError(
                f"clip {clip.id}, which goes with {moved.id}, is on track {draft.document.tracks[t].title} itself",
                value=clip.id,
                hint="choose another track, or unlink and ungroup them first",
            )


def arrange(draft: Draft, op: Arrange) -> None:
    """``[A][B]·[C]`` with rows B at 1, D at 5 → ``·[B]··[D]``: what is named stays or comes, what is not named goes.

    With a list of those that are `gone`, the others that are not placed stay where they are. Tracks that are not named
    stay as they are, and so do transitions between clips that still meet. With a `lead`, markers and the subtitles of
    sync-locked tracks go with its clips, and to the cut where a clip went; without, they stay.

    Raises:
        EditError: two clips overlap, one stands there twice, linked ones on one track, or a track is not among those to
            lay out; names them and says by how much.
        ClipGoneError: there is no clip that is to go.
        HandlesError: a clip reaches beyond its media.
    """
    document = draft.document
    rows: dict[int, list[Placed]] = {draft.track(name): [] for name in op.tracks}
    for row in op.placed:
        rows[_laid_out(draft, row.track, rows)].append(row)
    for name in op.gone or ():
        _laid_out(draft, document.tracks[document.locate(name)[0]].id, rows)
    known = {item.id: item for t in rows for item in document.tracks[t].items if isinstance(item, Clip)}
    leaving = {*known} if op.gone is None else {*op.gone, *(row.clip.id for row in op.placed)}
    _require_once(draft, op, {*rows}, leaving)
    lead = None if op.lead is None else document.track_index(op.lead)
    for index, placed in rows.items():
        for row in placed:
            check_kind(document, document.tracks[index], row.clip.source)
            draft.check_range(index, row.clip, known.get(row.clip.id))
        draft.created += [row.clip.id for row in sorted(placed, key=lambda row: row.at) if row.clip.id not in known]
        draft.set_items(index, _in_order(document.tracks[index], placed, leaving))
    if lead is not None:
        draft.ride(Ride.of(document.tracks[lead], draft.document.tracks[lead]))


def _laid_out(draft: Draft, track: str, rows: Collection[int]) -> int:
    index = draft.document.track_index(track)
    if index not in rows:
        raise EditError(f"track {track} is not among those to lay out", value=track, hint="name it in tracks")
    return index


def _in_order(track: Track, placed: list[Placed], leaving: Collection[str]) -> list[Item]:
    """What stays on a track and what is placed there, with gaps between; in ticks, as there may be ten thousand."""
    ends = {row.clip.id: row.at + row.clip.duration for row in placed}
    times = (time.denominator for row in placed for time in (row.at, ends[row.clip.id]))
    grid = track.grid
    base = math.lcm(grid.base, *{*times})
    scale = base // grid.base
    stay = [i for i, item in enumerate(track.items) if item.kind == "clip" and item.id not in leaving]
    clips = [*(one for i in stay if isinstance(one := track.items[i], Clip)), *(row.clip for row in placed)]
    starts = [*(grid.ticks[i] * scale for i in stay), *(_ticks(row.at, base) for row in placed)]
    stops = [*(grid.ticks[i + 1] * scale for i in stay), *(_ticks(ends[row.clip.id], base) for row in placed)]
    items: list[Item] = []
    position = 0
    for number in sorted(range(len(clips)), key=starts.__getitem__):
        start, clip = starts[number], clips[number]
        if start < position:
            by = Fraction(position - start, base)
            raise EditError(
                f"clip {clip.id} would start {readable(by)} before the one before it ends, on track {track.title}",
                value=by,
                hint="start it later, or end the one before sooner",
            )
        if start > position:
            items.append(Gap(duration=Fraction(start - position, base)))
        items.append(clip)
        position = stops[number]
    return items


def _ticks(time: Fraction, base: int) -> int:
    return time.numerator * (base // time.denominator)


def _require_once(draft: Draft, op: Arrange, indices: Collection[int], leaving: Collection[str]) -> None:
    stay = [
        (t, item)
        for t, track in enumerate(draft.document.tracks)
        for item in track.items
        if item.kind == "clip" and (t not in indices or item.id not in leaving)
    ]
    seen = {clip.id for _, clip in stay}
    for row in op.placed:
        if row.clip.id in seen:
            raise EditError(f"clip {row.clip.id} would stand there twice", value=row.clip.id, hint="give each id once")
        seen.add(row.clip.id)
    links = {(t, clip.link) for t, clip in stay}
    for row in op.placed:
        place = draft.document.track_index(row.track), row.clip.link
        if row.clip.link is not None and place in links:
            raise EditError(
                f"another clip on track {row.track} is linked to {row.clip.id}: linked clips stand on different tracks",
                value=row.clip.id,
                hint="give copies no link",
            )
        links.add(place)

"""The verb that ripples many changes at once: what an edited table asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from cutroom.edit.draft import Draft
from cutroom.edit.items import between, closed, gaps
from cutroom.edit.limits import check_kind, check_range
from cutroom.edit.operations import Placed, Ripple
from cutroom.edit.sync import require_sync
from cutroom.edit.trim import give
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, Gap, Item
from cutroom.schema.span import Interval

_NONE = Fraction(0)


class _Change(NamedTuple):
    """Time that goes away, or comes in at its start."""

    start: Fraction
    end: Fraction
    clips: list[Clip]
    """Those that become shorter or longer by it; none where clips went."""


def ripple(draft: Draft, op: Ripple) -> None:
    """``[A][B]·[C]`` - B, A longer, + D where C starts → ``[A~~]·[D][C]``; every sync-locked track moves along.

    What goes away closes up, the last first; then room is made for what is longer or new, the last first: each as by
    `delete`, `trim` and `insert`. What lies within other time that goes away goes with that. New clips that start
    where those before them end, or sooner, come as one. Gaps that were there stay.

    Raises:
        EditError: a track has no room to close up; says how much is in the way.
        HandlesError: a clip reaches beyond its media.
    """
    longer, shorter = _resized(draft, op)
    held = _lift(draft, op.gone)
    alone, within = _nested([*shorter, *(_Change(*span, []) for span in _joined(op.closed))])
    for change in (one for one in within if one.clips):
        _resize(draft, change.clips, _NONE)
    gone: list[tuple[Interval, Fraction]] = []
    for change in reversed(alone):
        by = change.start - change.end
        amount = _resize(draft, change.clips, by) if change.clips else _close(draft, change.start, change.end, held)
        gone.append(((change.start, change.end), amount))
    blocks = [(_moved(rows[0].at, gone), rows) for rows in _blocks(op.added)]
    for at, change in sorted(((_moved(one.start, gone), one) for one in longer), key=lambda one: one[0], reverse=True):
        while blocks and blocks[-1][0] >= at:  # before it is pushed by what ends there
            _insert(draft, *blocks.pop())
        _resize(draft, change.clips, change.end - change.start)
    for at, rows in reversed(blocks):
        _insert(draft, at, rows)
    draft.created += [row.clip.id for row in sorted(op.added, key=lambda row: row.at)]


def _resized(draft: Draft, op: Ripple) -> tuple[list[_Change], list[_Change]]:
    """What becomes longer, and what shorter; what ends together and changes by as much is one change."""
    document = draft.document
    found: dict[tuple[Fraction, Fraction], list[Clip]] = {}
    for clips in op.changed:
        lead = document.clip(clips[0].id)
        end = document.clip_start(lead.id) + lead.duration
        found.setdefault((end, clips[0].duration - lead.duration), []).extend(clips)
    longer = [_Change(end, end + by, clips) for (end, by), clips in found.items() if by > 0]
    return longer, [_Change(end + by, end, clips) for (end, by), clips in found.items() if by <= 0]


def _joined(spans: Iterable[Interval]) -> list[Interval]:
    """Spans in order, overlapping ones made one; touching ones stay apart, as each closes by itself."""
    found: list[Interval] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def _nested(changes: Iterable[_Change]) -> tuple[list[_Change], list[_Change]]:
    """Time that goes away, in order, and what of it lies within other time that does."""
    alone: list[_Change] = []
    within: list[_Change] = []
    reach = _NONE
    for change in sorted(changes, key=lambda change: (change.start, -change.end)):
        (within if change.end <= reach else alone).append(change)
        reach = max(reach, change.end)
    return alone, within


def _lift(draft: Draft, names: Iterable[str]) -> dict[int, list[Interval]]:
    """Leave gaps in the places of some clips. Returns where these are, by track."""
    places = sorted(draft.document.locate(name) for name in names)
    held: dict[int, list[Interval]] = {}
    for t, found in groupby(places, key=lambda place: place[0]):
        draft.require_unlocked(t)
        track = draft.document.tracks[t]
        items: list[Item] = list(track.items)
        for _, i in found:
            held.setdefault(t, []).append((track.start_of(i), track.start_of(i + 1)))
            items[i] = Gap(duration=items[i].duration)
        draft.set_items(t, items)
    return held


def _close(draft: Draft, start: Fraction, end: Fraction, held: dict[int, list[Interval]]) -> Fraction:
    """Close time up that clips held. Returns by how much what follows moved, in whole frames; less than 0."""
    own = [t for t, spans in held.items() if any(first < end and start < last for first, last in spans)]
    amount, _ = draft.whole_frames(end, start - end, own)
    empty = [t for t in own if not any(isinstance(x, Clip) for x in between(draft.document.tracks[t], start, end))]
    for t in empty if amount else ():
        draft.set_items(t, closed(draft.document.tracks[t], end, -amount))
    draft.shift(end, amount, skip=empty)
    return amount


def _resize(draft: Draft, clips: Sequence[Clip], by: Fraction) -> Fraction:
    """Give clips other ends, and move what follows. Returns by how much, in whole frames.

    Args:
        draft: is edited.
        clips: as they are to be; the first says from where.
        by: seconds by which what follows is to move; 0 where it stays.
    """
    before = draft.document
    places = [before.locate(clip.id) for clip in clips]
    ends = [before.tracks[t].start_of(i + 1) for t, i in places]
    own = [t for t, _ in places]
    amount = draft.whole_frames(ends[0], by, own)[0] if by else by
    for clip, (t, i) in zip(clips, places, strict=True):
        draft.require_unlocked(t)
        check_range(before, clip)
        items: list[Item] = list(draft.document.tracks[t].items)
        freed = amount - (clip.duration - items[i].duration)
        items[i] = clip
        give(items, draft.document.tracks[t].title, i + 1, i + 1, freed)
        draft.set_items(t, items)
    draft.shift(ends[0], amount, skip=own)
    if amount and len({*ends}) > 1:
        require_sync(before, draft.document, {*ends})
    return amount


def _blocks(added: Iterable[Placed]) -> list[list[Placed]]:
    """New clips in order, those together of which each starts where the ones before it end, or sooner."""
    blocks: list[list[Placed]] = []
    reach = _NONE
    for row in sorted(added, key=lambda row: row.at):
        if blocks and row.at <= reach:
            blocks[-1].append(row)
        else:
            blocks.append([row])
            reach = row.at
        reach = max(reach, row.at + row.clip.duration)
    return blocks


def _insert(draft: Draft, at: Fraction, rows: Sequence[Placed]) -> None:
    """Make room for new clips at a time, and put them there as they stand to each other."""
    document, first = draft.document, rows[0].at
    length = max(row.at + row.clip.duration for row in rows) - first
    tracks: dict[int, list[Placed]] = {}
    for row in rows:
        tracks.setdefault(draft.track(row.track), []).append(row)
    amount, _ = draft.whole_frames(at, length, tracks)
    for t, own in tracks.items():
        items: list[Item] = []
        position = first
        for row in own:
            if row.at < position or draft.holds(row.clip.id):
                raise EditError(
                    f"new clip {row.clip.id} has no place of its own on track {row.track}",
                    value=row.clip.id,
                    hint="start it where the one before it ends, and give each its own id",
                )
            check_kind(document, document.tracks[t], row.clip.source)
            check_range(document, row.clip)
            items += [*gaps(row.at - position), row.clip]
            position = row.at + row.clip.duration
        draft.put(t, at, at, [*items, *gaps(first + amount - position)])
    draft.shift(at, amount, skip=tracks)


def _moved(time: Fraction, gone: Iterable[tuple[Interval, Fraction]]) -> Fraction:
    """Where a time is after some went away; one within it goes to the cut."""
    moved = time
    for (start, end), amount in gone:
        if time >= end:
            moved += amount
        elif time > start:
            moved -= time - start
    return moved

"""Verbs that cut and take away: split, lift, extract, delete."""

from __future__ import annotations

from fractions import Fraction

from cutroom.edit.cues import removed
from cutroom.edit.draft import Draft
from cutroom.edit.items import after, between, closed, gaps
from cutroom.edit.limits import readable
from cutroom.edit.operations import Delete, Extract, Lift, Span, Split
from cutroom.errors import EditError, TimeError
from cutroom.schema.clip import Clip, Gap, Item
from cutroom.schema.span import cover


def split(draft: Draft, op: Split) -> None:
    """``[A~~~A]`` → ``[A][A']``. The left part keeps the id; what is linked is split too, unless that is not wanted.

    What is shown does not change. A sound that is not cut stays linked to the left part.

    Raises:
        EditError: the time is not inside the clip.
    """
    if op.clip is None:
        places = [(t, track.index_at(op.at)) for t, track in enumerate(draft.document.tracks) if not track.locked]
    else:
        places = draft.group(op.clip) if op.linked else [draft.document.locate(op.clip)]
        draft.require_unlocked(places[0][0])
        t, i = places[0]
        start = draft.document.tracks[t].start_of(i)
        end = draft.document.tracks[t].start_of(i + 1)
        if not start < op.at < end:
            raise EditError(
                f"{readable(op.at)} is not inside clip {op.clip}",
                value=op.at,
                hint=f"it lies between {readable(start)} and {readable(end)}",
            )
    done = 0
    for t, i in places:
        track = draft.document.tracks[t]
        if i >= len(track.items) or isinstance(track.items[i], Gap):
            continue
        if track.start_of(i) < op.at < track.start_of(i + 1):
            draft.put(t, op.at, op.at, [])
            done += 1
    if not done:
        raise EditError(f"there is no clip to split at {readable(op.at)}", value=op.at, hint="choose a time in a clip")


def tidy(spans: tuple[Span, ...]) -> list[Span]:
    """Spans in order, overlapping and touching ones joined.

    Raises:
        TimeError: a span that ends before it starts.
    """
    for start, end in spans:
        if end <= start:
            raise TimeError(
                f"a span must end after it starts: {readable(start)} to {readable(end)}",
                value=(start, end),
                hint="give (start, end), end exclusive",
            )
    return cover(spans)


def lift(draft: Draft, op: Lift) -> None:
    """``[A][B][C]`` - B → ``[A]···[C]``. Outside of the spans nothing changes, and nothing moves."""
    spans = tidy(op.spans)
    for index in draft.unlocked(op.tracks):
        track = draft.document.tracks[index]
        if track.cues:
            _remove_cues(draft, index, spans, close=False)
            continue
        items: list[Item] = []
        position = Fraction(0)
        for start, end in spans:
            items += between(track, position, start)
            if start < track.duration:
                items.append(Gap(duration=min(end, track.duration) - start))
            position = end
        draft.set_items(index, [*items, *after(track, position)])


def extract(draft: Draft, op: Extract) -> None:
    """``[A][B][C]`` - B → ``[A][C]``. Sync-locked tracks that are not named close up too, where they have gaps.

    What is left plays as it did, earlier by the spans before it. Markers of a span go to where it was.

    Raises:
        EditError: a track that is not named has no room to close up.
    """
    spans = tidy(op.spans)
    tracks = draft.unlocked(op.tracks)
    amounts = [draft.whole_frames(end, start - end, tracks) for start, end in spans]
    for index in tracks:
        track = draft.document.tracks[index]
        if track.cues:
            _remove_cues(draft, index, spans, close=True)
            continue
        items: list[Item] = []
        position = Fraction(0)
        for (start, end), (_, left) in zip(spans, amounts, strict=True):
            items += [*between(track, position, start), *gaps(left)]
            position = end
        draft.set_items(index, [*items, *after(track, position)])
    for (_, end), (amount, _) in zip(reversed(spans), reversed(amounts), strict=True):
        draft.shift(end, amount, skip=tracks)


def _remove_cues(draft: Draft, index: int, spans: list[Span], *, close: bool) -> None:
    track = draft.document.tracks[index]
    cues = track.cues
    for start, end in reversed(spans):
        cues = removed(cues, start, end, close=close)
    draft.set_tracks({index: track.evolve(cues=cues)})


def delete(draft: Draft, op: Delete) -> None:
    """``[A][B][C]`` - B → ``[A]···[C]``, or with `ripple` → ``[A][C]``; what is linked and the group go too.

    The time that closes is the clip's own, and that of each other clip of its group: on the tracks that held them, and
    on every sync-locked one. All else keeps its duration. What moves pictures closes whole frames, and leaves the rest.

    Raises:
        EditError: a track has no room to close up.
    """
    document, families = draft.document, draft.families(op.clip)
    tracks = {t for family in families for t, _ in family}
    spans = tidy(tuple((document.tracks[t].start_of(i), document.tracks[t].start_of(i + 1)) for (t, i), *_ in families))
    for t, i in sorted({place for family in families for place in family}, reverse=True):
        draft.splice(t, i, i + 1, [Gap(duration=document.tracks[t].items[i].duration)])
    for start, end in reversed(spans if op.ripple else []):
        amount, _ = draft.whole_frames(end, start - end, tracks)
        empty = [
            t for t in tracks if not any(isinstance(x, Clip) for x in between(draft.document.tracks[t], start, end))
        ]
        for t in empty if amount else ():
            draft.set_items(t, closed(draft.document.tracks[t], end, -amount))
        draft.shift(end, amount, skip=empty)

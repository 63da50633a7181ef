"""What each verb leaves as it was: compared moment by moment, before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from drawn import GRID, edits, rich
from hypothesis import given, settings
from hypothesis import strategies as st
from invariants import Shown, flat, shown

from cutroom.edit import operations as ops
from cutroom.edit.apply import apply
from cutroom.errors import CutroomError
from cutroom.schema.document import Document

Ranges = dict[str, list[tuple[Fraction, Fraction]]]
HALF = Fraction(1, 2 * GRID)


def family(document: Document, clip: str, *, grouped: bool = False) -> list[str]:
    """A clip with what is linked to it, and to its group."""
    first = document.clip(clip)
    every = [known for track in document.tracks for _, known in track.clips()]
    group = [known for known in every if grouped and first.group and known.group == first.group] or [first]
    links = {known.link for known in group if known.link}
    return [known.id for known in every if known in group or known.link in links]


def places(document: Document, clips: list[str]) -> Ranges:
    found: Ranges = {}
    for clip in clips:
        start = document.clip_start(clip)
        title = document.tracks[document.locate(clip)[0]].title
        found.setdefault(title, []).append((start, start + document.clip(clip).duration))
    return found


def outside(what: Shown, *ranges: Ranges) -> Shown:
    return {
        (title, time): value
        for (title, time), value in what.items()
        if not any(start <= time < end for known in ranges for start, end in known.get(title, ()))
    }


def inside(what: Shown, ranges: Ranges) -> Shown:
    rest = outside(what, ranges)
    return {key: value for key, value in what.items() if key not in rest}


def moved(what: Shown, at: Fraction, by: Fraction, titles: set[str]) -> Shown:
    """With what comes after `at` that much later, on some tracks."""
    return {
        (title, time + by if title in titles and time > at else time): value for (title, time), value in what.items()
    }


def rippling(document: Document) -> set[str]:
    return {track.title for track in document.tracks if track.sync_lock and not track.locked}


def same(op: Any, before: Document, after: Document) -> None:
    assert shown(after) == shown(before)


def same_media(op: Any, before: Document, after: Document) -> None:
    assert shown(after, values=False) == shown(before, values=False)


def rearranged_in_depth(op: Any, before: Document, after: Document) -> None:
    assert flat(after) == flat(before)


def put(op: Any, before: Document, after: Document) -> None:
    """What is placed is there; outside of it nothing changed."""
    at = (
        max(before.tracks[before.track_index(t)].duration for t in (op.track, op.sound_track) if t)
        if op.op == "append"
        else op.at
    )
    ranges = {title: [(at, at + op.duration)] for title in (op.track, op.sound_track) if title}
    assert outside(shown(after), ranges) == outside(shown(before), ranges)
    assert len(inside(shown(after), ranges)) == len(ranges) * op.duration * GRID
    assert op.op == "overwrite" or not inside(shown(before), ranges)
    for title in ranges:
        track = after.tracks[after.track_index(title)]
        assert track.duration == max(before.tracks[before.track_index(title)].duration, at + op.duration)


def opened(op: Any, before: Document, after: Document, *titles: str) -> None:
    """What followed follows later, on the named tracks and on those that ripple; the rest stays."""
    follow = {*titles, *rippling(before)}
    new = {title: [(op.at, op.at + op.duration)] for title in follow}
    assert outside(shown(after), new) == moved(shown(before), op.at, op.duration, follow)
    assert len(inside(shown(after), new)) == len(titles) * op.duration * GRID


def insert(op: ops.Insert, before: Document, after: Document) -> None:
    opened(op, before, after, op.track, *([op.sound_track] if op.sound_track else []))


def freeze(op: ops.Freeze, before: Document, after: Document) -> None:
    opened(op, before, after, before.tracks[before.locate(op.clip)[0]].title)


def lift(op: ops.Lift, before: Document, after: Document) -> None:
    titles = op.tracks or [track.title for track in before.tracks if not track.locked]
    ranges = {title: list(op.spans) for title in titles}
    assert shown(after) == outside(shown(before), ranges)


def extract(op: ops.Extract, before: Document, after: Document) -> None:
    titles = op.tracks or [track.title for track in before.tracks if not track.locked]
    kept = outside(shown(before), {title: list(op.spans) for title in titles})
    gone = {
        step for start, end in op.spans for step in range(int(start * GRID), int(end * GRID))
    }  # as sixths of a second, each once
    closed = {
        (title, time - Fraction(sum(HALF + Fraction(step, GRID) < time for step in gone), GRID)): value
        for (title, time), value in kept.items()
        if title in titles
    }
    assert {key: value for key, value in shown(after).items() if key[0] in titles} == closed


def move(op: ops.Move, before: Document, after: Document) -> None:
    clips = family(before, op.clip, grouped=True)
    old, new, by = places(before, clips), places(after, clips), op.to - before.clip_start(op.clip)
    assert outside(shown(after), old, new) == outside(shown(before), old, new)
    for clip in clips:
        assert after.clip(clip) == before.clip(clip)
        assert after.clip_start(clip) == before.clip_start(clip) + by


def delete(op: ops.Delete, before: Document, after: Document) -> None:
    left = outside(shown(before), places(before, family(before, op.clip, grouped=True)))
    if not op.ripple:
        assert shown(after) == left
        return
    assert Counter((t, v) for (t, _), v in shown(after).items()) == Counter((t, v) for (t, _), v in left.items())
    first = min(
        start for ranges in places(before, family(before, op.clip, grouped=True)).values() for start, _ in ranges
    )
    earlier = {key: value for key, value in left.items() if key[1] < first}
    assert earlier == {key: value for key, value in shown(after).items() if key[1] < first}


def trim(op: ops.Trim, before: Document, after: Document) -> None:
    clips = family(before, op.clip)
    old, new = places(before, clips), places(after, clips)
    start = before.clip_start(op.clip)
    by = op.to - (start if op.edge == "start" else start + before.clip(op.clip).duration)
    for clip in clips:
        assert after.clip(clip).duration - before.clip(clip).duration == (-by if op.edge == "start" else by)
    if not op.ripple:
        assert outside(shown(after), new) == outside(shown(before), old)
        both = shown(before).keys() & shown(after).keys()
        assert {key: shown(before)[key] for key in both} == {key: shown(after)[key] for key in both}
        return
    for title in old:
        tracks = [document.tracks[document.track_index(title)] for document in (before, after)]
        by_now = tracks[1].duration - tracks[0].duration - (-by if op.edge == "start" else by)
        assert 0 <= by_now < 1 / before.settings.fps  # what moves pictures moves by whole frames


def roll(op: ops.Roll, before: Document, after: Document) -> None:
    changed: Ranges = {}
    for clip in family(before, op.clip):
        cuts = [
            document.clip_start(clip) + (document.clip(clip).duration if op.edge == "end" else 0)
            for document in (before, after)
        ]
        changed.setdefault(after.tracks[after.locate(clip)[0]].title, []).append((min(cuts), max(cuts)))
    assert outside(shown(after), changed) == outside(shown(before), changed)


def slide(op: ops.Slide, before: Document, after: Document) -> None:
    clips = family(before, op.clip)
    old, new = places(before, clips), places(after, clips)
    over = {title: [(min(old[title] + new[title])[0], max(old[title] + new[title])[1])] for title in old}
    assert outside(shown(after), over) == outside(shown(before), over)
    for clip in clips:
        assert after.clip(clip) == before.clip(clip)
        assert after.clip_start(clip) == before.clip_start(clip) + op.by


def in_place(op: Any, before: Document, after: Document) -> None:
    ranges = places(before, family(before, op.clip))
    assert places(after, family(after, op.clip)) == ranges
    assert outside(shown(after), ranges) == outside(shown(before), ranges)


def retime(op: ops.Retime, before: Document, after: Document) -> None:
    clips = family(before, op.clip)
    old, new = places(before, clips), places(after, clips)
    if not op.ripple:
        assert outside(shown(after), old, new) == outside(shown(before), old, new)
        return
    end, by = before.clip_start(op.clip) + before.clip(op.clip).duration, op.duration - before.clip(op.clip).duration
    rest = moved(outside(shown(before), old), end, by, set(old))
    assert {k: v for k, v in outside(shown(after), new).items() if k[0] in old} == {
        k: v for k, v in rest.items() if k[0] in old
    }


LAWS: dict[str, Callable[[Any, Document, Document], None]] = {
    **dict.fromkeys(
        ("split", "link", "unlink", "group", "ungroup", "add_transition", "set_transition", "remove_transition",
         "add_track", "set_track", "move_track", "add_marker", "set_marker", "remove_marker", "set_cues", "set_media",
         "set_settings", "add_compound", "set_compound", "set_angle"), same
    ),
    **dict.fromkeys(("add_effect", "set_effect", "set_keyframes", "move_effect", "remove_effect"), same_media),
    **dict.fromkeys(("append", "overwrite", "fill"), put),
    **dict.fromkeys(("nest", "unnest"), rearranged_in_depth),
    **dict.fromkeys(("slip", "reverse"), in_place),
    **dict.fromkeys(("trim", "ripple"), trim),
    "insert": insert, "freeze": freeze, "lift": lift, "extract": extract, "move": move, "delete": delete, "roll": roll,
    "slide": slide, "retime": retime,
}  # fmt: skip


@pytest.mark.parametrize("verb", LAWS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_what_a_verb_leaves_alone(verb: str, data: st.DataObject) -> None:
    document = rich()
    for _ in range(data.draw(st.integers(0, 3))):
        operation = data.draw(edits(document))
        try:
            document = apply(document, operation).document
        except CutroomError:
            continue
    operation = data.draw(edits(document, verb))
    try:
        after = apply(document, operation).document
    except CutroomError:
        return
    LAWS[verb](operation, document.inside(operation.compound), after.inside(operation.compound))


SWITCHES: list[dict[str, Any]] = [
    {}, {"muted": True}, {"hidden": True}, {"solo": True}, {"volume": 0.0}, {"volume": 0.5}, {"volume": 2.0},
    {"pan": -1.0}, {"pan": 0.5},
]  # fmt: skip


@pytest.mark.parametrize("verb", ["nest", "unnest"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_nesting_changes_nothing_that_is_seen_or_heard(verb: str, data: st.DataObject) -> None:
    document = rich()
    for compound in (None, document.compounds[0].id if verb == "unnest" else None):
        for track in document.inside(compound).tracks:
            switches = data.draw(st.sampled_from(SWITCHES))
            document = apply(document, ops.SetTrack(track=track.id, compound=compound, **switches)).document
    try:
        after = apply(document, data.draw(edits(document, verb))).document
    except CutroomError:
        return
    assert flat(after) == flat(document)

"""Verbs of a clip that cut it, move its edges, and move it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from cutroom.api.arguments import text, truth
from cutroom.api.times import step
from cutroom.edit import operations as ops
from cutroom.schema.clip import MediaSource
from cutroom.schema.time import TimeLike, parse_time

if TYPE_CHECKING:
    from cutroom.api.clip import Clip


def split(clip: Clip, at: TimeLike) -> tuple[Clip, Clip]:
    """Cut it in two at a timeline time; what is linked to it is cut too. The left part keeps the id.

    ::

        before  [A~~~~~~A]
        after   [A~][A'~~]      A keeps id and in point, A' the out point; nothing moves

    Raises:
        EditError: the time is not inside the clip.

    Example:
        >>> left, right = clip.split(at=1.5)  # doctest: +SKIP
    """
    _ = clip.value
    with step(clip, "split", clip.clock_kind) as clock:
        made = clip.apply(ops.Split(clip=clip.id, at=clock.at(at)))
    own = clip.document.tracks[clip.document.locate(clip.id)[0]]
    right = next(name for name in made.created if own.index_of(name) is not None)
    return clip, clip.other(right)


def trim(clip: Clip, *, start: TimeLike | None = None, end: TimeLike | None = None) -> Clip:
    """Move its edges to timeline times; a gap opens or is taken, nothing else moves.

    ::

        before  [A~~~~~A][B]
        after   [A~~A]···[B]    clip.trim(end=…)

    Raises:
        HandlesError: the media does not reach that far; says by how much.
        EditError: a neighbour is in the way.

    Example:
        >>> clip.trim(end="00:00:04:00")  # doctest: +SKIP
    """
    return _trimmed(clip, start, end, ripple=False)


def ripple(clip: Clip, *, start: TimeLike | None = None, end: TimeLike | None = None) -> Clip:
    """Move its edges; what follows moves along on every sync-locked track.

    ::

        before  [A~~~~~A][B]
        after   [A~~A][B]       clip.ripple(end=…)

    Raises:
        HandlesError: the media does not reach that far; says by how much.

    Example:
        >>> clip.ripple(start=1, end=4)  # doctest: +SKIP
    """
    return _trimmed(clip, start, end, ripple=True)


def _trimmed(clip: Clip, start: TimeLike | None, end: TimeLike | None, *, ripple: bool) -> Clip:
    """Move the edges, the end first; where it goes to before the start, the start first: something is always left."""
    _ = clip.value
    with step(clip, "ripple trim" if ripple else "trim", clip.clock_kind, ripple=ripple) as clock:
        last = None if end is None else clock.beside(end, clip.end) if ripple else clock.at(end)
        first = None if start is None else clock.beside(start, clip.start) if ripple else clock.at(start)
        if last is not None and first is not None and first < last <= clip.start:
            before = clip.end
            clip.apply(ops.Trim(clip=clip.id, edge="start", to=first, ripple=ripple))
            first, last = None, last + clip.end - before  # a ripple of the start has moved the end
        if last is not None:
            clip.apply(ops.Trim(clip=clip.id, edge="end", to=last, ripple=ripple))
        if first is not None:
            clip.apply(ops.Trim(clip=clip.id, edge="start", to=first, ripple=ripple))
    return clip


def roll(clip: Clip, *, start: TimeLike | None = None, end: TimeLike | None = None) -> Clip:
    """Move the cut between it and its neighbour to a timeline time: one grows by what the other loses.

    ::

        before  [A~~~~~A][B~~B]
        after   [A~~A][B~~~~~B]     clip.roll(end=…)

    Linked sound follows; nothing else moves, and the timeline keeps its length.

    Args:
        start: where the cut before it goes.
        end: where the cut after it goes.

    Raises:
        HandlesError: one of the two has no media to grow by so much; says by how much.
        EditError: one of the two would vanish, or there is no cut at that edge.

    Example:
        >>> clip.roll(end=3.2)  # doctest: +SKIP
    """
    _ = clip.value
    with step(clip, "roll", clip.clock_kind) as clock:
        if end is not None:
            clip.apply(ops.Roll(clip=clip.id, edge="end", to=clock.at(end)))
        if start is not None:
            clip.apply(ops.Roll(clip=clip.id, edge="start", to=clock.at(start)))
    return clip


def slip(clip: Clip, by: TimeLike) -> Clip:
    """Show another stretch of the media in the same place.

    ::

        before  [A:2-5][B]
        after   [A:3-6][B]      clip.slip(1)

    Linked sound follows; no edge moves, and no other clip changes. Where the picture was cut, and its sound goes on
    beneath both parts, `project.last` says how far the other part is out of sync now.

    Args:
        by: media time, exact; more than 0 shows later moments, less than 0 earlier ones. `cr.frames(n)` counts the
            frames of the media.

    Raises:
        HandlesError: the media does not reach that far; says by how much.
        EditError: the clip is a title.

    Example:
        >>> clip.slip(cr.frames(-3))  # doctest: +SKIP
    """
    source, rate = clip.value.source, clip.document.settings.fps
    if isinstance(source, MediaSource):
        media = clip.document.find_media(source.media)
        rate = media.video.rate if media.video else Fraction(media.audio.sample_rate if media.audio else rate)
    clip.apply(ops.Slip(clip=clip.id, by=parse_time(by, rate=rate, signed=True)))
    return clip


def slide(clip: Clip, by: TimeLike) -> Clip:
    """Move it between its neighbours, which give and take what it needs.

    ::

        before  [A~~~~][B][C~~]
        after   [A~][B][C~~~~~]     clip.slide(-1), with clip B

    It plays what it played; A's start and C's end stay. Linked sound follows.

    Args:
        by: timeline time; more than 0 moves it to the right, less than 0 to the left.

    Raises:
        HandlesError: the neighbour that grows has no media for it; says by how much.
        EditError: the neighbour that shrinks is too short, or the clip would start before the timeline does.

    Example:
        >>> clip.slide(0.5)  # doctest: +SKIP
    """
    _ = clip.value
    with step(clip, "slide", clip.clock_kind, ripple=True) as clock:
        clip.apply(ops.Slide(clip=clip.id, by=clock.offset(by)))
    return clip


def move(clip: Clip, to: TimeLike | None = None, *, track: str | None = None) -> Clip:
    """Take it, and what is linked to it or grouped with it, to a timeline time or another track, over what is there.

    ::

        before  [A][B~~~][C]
        after   [A]·····[C][B~~~]   clip.move(to=…)

    Fades from and to nothing go along, where nothing is beside it there.

    Args:
        to: timeline time; None: where it is.
        track: another track for the clip itself, as `append` takes it: "V2" is made when it is missing.

    Raises:
        UnknownNameError: another title that no track has; names the nearest.
        EditError: the track cannot hold it, or something that goes along would start before 0.

    Example:
        >>> clip.move(to=5, track="V2")  # doctest: +SKIP
    """
    from cutroom.api.place import ensure_track

    _ = clip.value
    named = None if track is None else text("track", track)
    with step(clip, "move", clip.clock_kind) as clock:
        if named is not None:
            ensure_track(clip, named, clip.track.value.kind)
        target = clip.start if to is None else clock.at(to)
        clip.apply(ops.Move.checked(clip=clip.id, to=target, track=named))
    return clip


def delete(clip: Clip, *, ripple: bool = False) -> None:
    """Remove it with what is linked to it or grouped with it; leave a gap, or close it.

    A clip that is gone already, with another one perhaps, is no error: `[clip.delete() for clip in tl.clips]`.

    ::

        before  [A][B][C]
        after   [A]···[C]       ripple=False
        after   [A][C]          ripple=True

    Raises:
        EditError: closing the gap would push another track into the clip before; says by how much.

    Example:
        >>> clip.delete(ripple=True)  # doctest: +SKIP
    """
    closing = truth("ripple", ripple)
    if clip.exists:
        clip.apply(ops.Delete(clip=clip.id, ripple=closing))

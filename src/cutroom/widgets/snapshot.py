"""A document as the browser gets it: one message, and the columns of all items in one binary buffer."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath

from pydantic_core import to_json

from cutroom.edit.history import History
from cutroom.edit.limits import transition_parts
from cutroom.schema.clip import Item, Source, Transition
from cutroom.schema.document import Document
from cutroom.schema.media import Media
from cutroom.schema.track import Track
from cutroom.widgets.protocol import (
    Clock,
    ItemRow,
    MarkerRow,
    MediaRow,
    Snapshot,
    TrackColumns,
    TrackRow,
    TransitionRow,
)

TITLE, GAP = -1, -2
_LONGEST = 2 * 86_400
"""Seconds that ticks must count without leaving the whole numbers that JavaScript has (2^53)."""


def clock_of(document: Document) -> Clock:
    """A clock whose ticks hold every frame, every sample and every edit point of the timeline."""
    settings = document.settings
    grid = math.lcm(settings.fps.numerator, settings.sample_rate)
    denominators = {item.duration.denominator for track in document.tracks for item in track.items}
    whole = math.lcm(grid, *denominators)
    exact = whole * _LONGEST < 2**53
    return Clock(
        timescale=whole if exact else grid,
        fps=(settings.fps.numerator, settings.fps.denominator),
        sample_rate=settings.sample_rate,
        exact=exact,
    )


def ticks(seconds: Fraction, clock: Clock) -> int:
    """Whole ticks, rounded down where the clock does not hold the time exactly."""
    return seconds.numerator * clock.timescale // seconds.denominator


@dataclass(frozen=True, slots=True)
class State:
    """A document at a revision, and what undo and redo would do there, in words (None: nothing)."""

    document: Document
    revision: int
    undo: str | None = None
    redo: str | None = None


def snapshot(state: State, clock: Clock, session: str, frame: int) -> tuple[Snapshot, bytes]:
    """The message, and its buffer.

    The buffer holds, for `n` items in all: n durations and n in points (float64, whole numbers of ticks), n media
    indices (int32; -1 a title or a compound, -2 a gap), n effect counts (uint8), and JSON `[ids, links, texts]` of the clips.

    Args:
        state: what to show.
        clock: what ticks are counted on.
        session: the bridge's name.
        frame: where the playhead is.
    """
    document = state.document
    scale = clock.timescale
    number = {media.id: i for i, media in enumerate(document.media)}
    # column by column, and kinds by name (isinstance on pydantic models is slow): 10,000 clips pass here at every start
    items = [item for track in document.tracks for item in track.items]
    clips = [item for item in items if item.kind == "clip"]
    sources = [None if item.kind == "gap" else item.source for item in items]
    columns: list[array[float] | array[int]] = [
        array("d", [(time := item.duration).numerator * scale // time.denominator for item in items]),
        array("d", [(t := i.start).numerator * scale // t.denominator if i.kind == "clip" else 0 for i in items]),
        array("i", [GAP if s is None else number[s.media] if s.kind == "media" else TITLE for s in sources]),
    ]
    effects = bytes([min(255, len(item.effects)) if item.kind == "clip" and item.effects else 0 for item in items])
    titles = compound_titles(document)
    texts = [_text(source, titles) for source in sources if source is not None and source.kind != "media"]
    text = to_json([[clip.id for clip in clips], [clip.link for clip in clips], texts])
    message = Snapshot(
        session=session,
        revision=state.revision,
        clock=clock,
        width=document.settings.width,
        height=document.settings.height,
        tracks=tuple(
            TrackColumns(
                **track_row(track).model_dump(),
                items=len(track.items),
                transitions=tuple(transition_row(one, document, clock) for one in track.transitions),
            )
            for track in document.tracks
        ),
        media=tuple(media_row(media, clock) for media in document.media),
        markers=marker_rows(document, clock),
        text_bytes=len(text),
        frame=frame,
        undo=state.undo,
        redo=state.redo,
    )
    return message, b"".join([*(column.tobytes() for column in columns), effects, text])


def _source(item: Item, number: Mapping[str, int]) -> int:
    if item.kind == "gap":
        return GAP
    return number[item.source.media] if item.source.kind == "media" else TITLE


def compound_titles(document: Document) -> dict[str, str]:
    """What is written on clips that show a compound, by its id."""
    return {compound.id: compound.title for compound in document.compounds}


def _text(source: Source, titles: Mapping[str, str]) -> str | None:
    if source.kind == "media":
        return None
    return source.text if source.kind == "title" else titles[source.compound]


def track_row(track: Track) -> TrackRow:
    """A track's name and switches."""
    return TrackRow(
        id=track.id,
        kind=track.kind,
        title=track.title,
        muted=track.muted,
        solo=track.solo,
        locked=track.locked,
        hidden=track.hidden,
    )


def item_row(item: Item, clock: Clock, number: Mapping[str, int], titles: Mapping[str, str]) -> ItemRow:
    """A clip or a gap; `number` gives the index of each media, `titles` what each compound is called."""
    media, length = _source(item, number), ticks(item.duration, clock)
    if item.kind == "gap":
        return ItemRow(id="", ticks=length, start=0, media=media)
    return ItemRow(
        id=item.id,
        ticks=length,
        start=ticks(item.start, clock),
        media=media,
        text=_text(item.source, titles),
        link=item.link,
        effects=min(255, len(item.effects)),
    )


def transition_row(transition: Transition, document: Document, clock: Clock) -> TransitionRow:
    """A transition, with how it lies around its cut."""
    before, after = transition_parts(transition.duration, document.settings.fps)
    if transition.left is None or transition.right is None:  # a fade from or to nothing lies inside its clip
        whole = before + after
        nothing = Fraction(0)
        before, after = (whole, nothing) if transition.right is None else (nothing, whole)
    return TransitionRow(
        id=transition.id,
        transition=transition.transition,
        left=transition.left,
        right=transition.right,
        before=ticks(before, clock),
        after=ticks(after, clock),
    )


def media_row(media: Media, clock: Clock) -> MediaRow:
    """A media by the name of its file."""
    return MediaRow(id=media.id, label=PurePosixPath(media.path).name, ticks=ticks(media.duration, clock))


def marker_rows(document: Document, clock: Clock) -> tuple[MarkerRow, ...]:
    """The markers, in order."""
    markers = sorted(document.timeline.markers, key=lambda marker: marker.time)
    return tuple(
        MarkerRow(id=one.id, ticks=ticks(one.time, clock), title=one.title, marker=one.marker) for one in markers
    )


def steps(history: History) -> tuple[str | None, str | None]:
    """What undo and redo would do, in words; None: nothing."""
    done, taken = history.done, list(history.steps)
    undo = taken[done - 1].label if 0 < done <= len(taken) else None
    return undo, taken[done].label if done < len(taken) else None

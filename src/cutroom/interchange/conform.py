"""A document's times on the frame grid of another rate."""

from __future__ import annotations

from fractions import Fraction

from cutroom.interchange.report import Loss
from cutroom.schema.clip import Clip, Gap, Item
from cutroom.schema.document import Document, Timeline
from cutroom.schema.speed import travel
from cutroom.schema.time import snap
from cutroom.schema.track import Track


def conformed(document: Document, fps: Fraction) -> tuple[Document, list[Loss]]:
    """The document with every cut on the nearest frame of `fps`, sound with its picture; as it is where all are.

    Starts and ends are rounded, not lengths, so that nothing drifts; in points stay. A clip that rounds away becomes
    part of its neighbour's gap.
    """
    timelines = (document.timeline, *(compound.timeline for compound in document.compounds))
    if all(_fits(timeline, fps) for timeline in timelines):
        return document.evolve(settings=document.settings.evolve(fps=fps)), []
    losses: list[Loss] = []
    made = [_conformed(timeline, fps, losses) for timeline in timelines]
    compounds = tuple(c.evolve(timeline=t) for c, t in zip(document.compounds, made[1:], strict=True))
    why = f"cuts are on the nearest frame at {float(fps):g} frames a second"
    losses.insert(0, Loss(what=f"frame rate {float(document.settings.fps):g}", where="timeline", why=why))
    settings = document.settings.evolve(fps=fps)
    return document.evolve(settings=settings, timeline=made[0], compounds=compounds), losses


def _fits(timeline: Timeline, fps: Fraction) -> bool:
    """Whether every cut of a picture is on the grid; sound has a finer one."""
    pictures = (track for track in timeline.tracks if track.kind != "audio")
    return all((item.duration * fps).denominator == 1 for track in pictures for item in track.items) and all(
        (t.duration * fps).denominator == 1 for track in timeline.tracks for t in track.transitions
    )


def _conformed(timeline: Timeline, fps: Fraction, losses: list[Loss]) -> Timeline:
    return timeline.evolve(tracks=tuple(_track(track, fps, losses) for track in timeline.tracks))


def _track(track: Track, fps: Fraction, losses: list[Loss]) -> Track:
    items: list[Item] = []
    for i, item in enumerate(track.items):
        length = snap(track.start_of(i + 1), fps) - snap(track.start_of(i), fps)
        if length > 0:
            items.append(_lasting(item, length))
        elif isinstance(item, Clip):
            losses.append(Loss(what=f"clip {item.id}", where=track.title, why="left out: shorter than half a frame"))
    names = {item.id for item in items if isinstance(item, Clip)}
    transitions = tuple(
        t.evolve(duration=max(1 / fps, snap(t.duration, fps)))
        for t in track.transitions
        if {t.left, t.right} - {None} <= names
    )
    return track.evolve(items=tuple(items), transitions=transitions)


def _lasting(item: Item, length: Fraction) -> Item:
    if isinstance(item, Gap):
        return Gap(duration=length)
    if item.reverse and length != item.duration:  # it begins at its out point, which stays
        out = item.start + travel(item.speed, item.duration)
        begins = max(Fraction(0), out - travel(item.speed, length))
        return item.evolve(duration=length, start=begins)
    return item.evolve(duration=length)

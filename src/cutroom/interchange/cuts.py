"""Transitions between the conventions: here half of one lies on each side of its cut, elsewhere anything goes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from opentimelineio import schema

from cutroom.edit.items import between
from cutroom.edit.limits import transition_parts
from cutroom.interchange.carried import CarriedTransition, carried
from cutroom.interchange.moments import exact
from cutroom.interchange.report import place_of
from cutroom.schema.base import new_id
from cutroom.schema.clip import Clip, Gap, Item, Transition
from cutroom.schema.time import snap
from cutroom.schema.track import Track

if TYPE_CHECKING:
    from cutroom.interchange.read_items import ItemReader


def read_transitions(
    reader: ItemReader, items: list[Clip | Gap], cuts: list[tuple[int, schema.Transition]], track: Track
) -> tuple[list[Clip | Gap], list[Transition]]:
    """Items with their cuts where Cutroom has them, and the transitions on them; the picture stays the same.

    Args:
        reader: notes what is lost.
        items: of the track.
        cuts: transitions, each with the index of the item behind it.
        track: where they stand.
    """
    found: list[Transition] = []
    for index, made in cuts:
        left = items[index - 1] if index else None
        right = items[index] if index < len(items) else None
        one = _transition(reader, made, left, right, track)
        if one is None:
            continue
        transition, shift = one
        if shift and left is not None and right is not None:
            if left.duration + shift <= 0 or right.duration - shift <= 0 or _early(right, shift):
                why = "left out: a clip beside it is too short"
                reader.lose(f"transition {transition.transition}", place_of(track.title, Fraction(0), reader.fps), why)
                continue
            items[index - 1], items[index] = left.part(Fraction(0), -shift), right.part(shift, Fraction(0))
        found.append(transition)
    return items, found


def _early(right: Clip | Gap, shift: Fraction) -> bool:
    return isinstance(right, Clip) and not right.is_title and right.part(shift, Fraction(0)).start < 0


def _transition(
    reader: ItemReader, made: schema.Transition, left: Item | None, right: Item | None, track: Track
) -> tuple[Transition, Fraction] | None:
    """The transition, and by how much its cut moves to the right."""
    name = made.name or made.transition_type or "transition"
    where = place_of(track.title, Fraction(0), reader.fps, name)
    before, after = exact(made.in_offset, None, reader.fps), exact(made.out_offset, None, reader.fps)
    sides = left.id if isinstance(left, Clip) else None, right.id if isinstance(right, Clip) else None
    known = carried(made.metadata, CarriedTransition, f"transition {name}")
    length = before + after
    if before < 0 or after < 0 or not length:
        return None
    if known is not None and (known.left, known.right) == sides:
        kept = Fraction(known.duration)
        if abs(kept - length) * reader.fps < Fraction(1, 1000):
            kind = known.transition
            return Transition(id=known.id, transition=kind, left=sides[0], right=sides[1], duration=kept), Fraction(0)
    if sides == (None, None):
        reader.lose(f"transition {name}", where, "left out: no clip beside it")
        return None
    length = snap(length, reader.fps)
    if known is not None:
        kind = known.transition
    else:
        kind = "dissolve"
        if made.transition_type != schema.TransitionTypes.SMPTE_Dissolve:
            reader.lose(f"transition {name}", where, "became a dissolve: Cutroom does not know this one")
    first = transition_parts(length, reader.fps)[0]
    if sides[0] is None:
        first = Fraction(0)
    elif sides[1] is None:
        first = length
    value = Transition(id=new_id("x"), transition=kind, left=sides[0], right=sides[1], duration=length)
    return value, first - before


def trimmed(track: Track, start: Fraction, duration: Fraction) -> Track:
    """The part of a track that its file shows; a start before 0 is a gap at the head."""
    items: list[Item] = between(track, max(start, Fraction(0)), start + duration)
    if start < 0 and items:
        items.insert(0, Gap(duration=-start))
    names = {item.id for item in items if isinstance(item, Clip)}
    kept = tuple(t for t in track.transitions if {t.left, t.right} - {None} <= names)
    return track.evolve(items=tuple(items), transitions=kept)

"""Items of a track as they are cut, joined and melted: pure functions on tracks and lists of items."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from cutroom.edit.limits import FADES_IN, FADES_OUT, readable
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, Gap, Item
from cutroom.schema.effect import Effect
from cutroom.schema.track import Track


def cut_sides(track: Track, left: str | None, right: str | None) -> tuple[Clip | None, Clip | None] | None:
    """The clips on both sides of a cut, where `left` and `right` do meet at one; else None."""
    i = track.index_of(left) if left else None
    j = track.index_of(right) if right else None
    if (left and i is None) or (right and j is None) or (i is None and j is None):
        return None
    items = track.items
    before = items[i] if i is not None else None
    after = items[j] if j is not None else None
    if before is not None and after is not None:
        meets = j == i + 1 if i is not None else False
    elif after is not None:
        assert j is not None
        meets = j == 0 or isinstance(items[j - 1], Gap)
    else:
        assert i is not None
        meets = i == len(items) - 1 or isinstance(items[i + 1], Gap)
    if not meets:
        return None
    assert not isinstance(before, Gap)
    assert not isinstance(after, Gap)
    return before, after


def between(track: Track, start: Fraction, end: Fraction) -> list[Item]:
    """The items of a track in [start, end), cut to it; nothing beyond the last."""
    end = min(end, track.start_of(-1))
    if end <= start:
        return []
    first, last = track.index_at(start), track.index_at(end)
    if last == len(track.items) or track.start_of(last) == end:
        last -= 1
    head, tail = start - track.start_of(first), track.start_of(last + 1) - end
    if first == last:
        return [track.items[first].part(head, tail)]
    none = Fraction(0)
    return [
        track.items[first].part(head, none),
        *track.items[first + 1 : last],
        track.items[last].part(none, tail),
    ]


def gaps(length: Fraction) -> list[Item]:
    """A gap, unless it would last for nothing."""
    return [Gap(duration=length)] if length else []


def after(track: Track, time: Fraction) -> list[Item]:
    """What a track holds from `time` on."""
    return between(track, time, track.duration)


def melt(items: list[Item], *, at_end: bool) -> list[Item]:
    """Neighbouring gaps become one; a gap at the end of the track goes."""
    melted: list[Item] = []
    for item in items:
        if item.kind == "gap" and melted and melted[-1].kind == "gap":
            melted[-1] = Gap(duration=melted[-1].duration + item.duration)
        else:
            melted.append(item)
    if at_end and melted and melted[-1].kind == "gap":
        melted.pop()
    return melted


def closed(
    track: Track, at: Fraction, length: Fraction, tied: Callable[[Clip], bool] = lambda clip: clip.link is not None
) -> list[Item]:
    """The items with what starts at or after `at` moved left by `length`, into the gap before it.

    Music and titles that are not tied to anything may lie there, and stay whole, where they leave room.
    """
    for item in between(track, at - length, at):
        if isinstance(item, Clip) and tied(item):
            raise _in_the_way(
                f"closing up would tear clip {item.id} on track {track.title} from what it is linked to: "
                f"{readable(item.duration)} in the way",
                item.duration,
                track,
            )
    index = track.index_at(at)
    if index < len(track.items) and track.start_of(index) < at:
        index += 1
    if index < len(track.items) and isinstance(track.items[index], Gap):
        index += 1
    head, tail = list(track.items[:index]), list(track.items[index:])
    if not tail:
        return head
    gap = head[-1] if head and isinstance(head[-1], Gap) else None
    missing = length - (gap.duration if gap else Fraction(0))
    if missing > 0:
        raise _in_the_way(
            f"closing up would push track {track.title} {readable(missing)} into the clip before", missing, track
        )
    return [*head[:-1], *gaps(-missing), *tail]


def _in_the_way(message: str, value: Fraction, track: Track) -> EditError:
    return EditError(message, value=value, hint=f"switch off the sync lock of {track.title}, or make room there first")


def edge_effects(effects: tuple[Effect, ...], is_first: bool, is_last: bool) -> tuple[Effect, ...]:
    """What a piece of a clip keeps of its effects: a fade in goes with the first piece, a fade out with the last."""
    dropped = (frozenset() if is_first else FADES_IN) | (frozenset() if is_last else FADES_OUT)
    return tuple(effect for effect in effects if effect.effect not in dropped) if dropped else effects

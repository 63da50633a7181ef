"""Which tracks are seen or heard, and how loud: what nesting leaves as it was. Pure functions on tracks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import starmap

from cutroom.schema.track import Track

Gains = tuple[float, float]
"""Of the left channel and of the right one."""
LOUDEST = 2.0


def present(tracks: Iterable[Track], *, sound: bool) -> list[Track]:
    """The tracks of one kind that are heard, or seen: without those switched off; where some are solo, only those."""
    kind = [track for track in tracks if (track.kind == "audio") is sound]
    return [track for track in [track for track in kind if track.solo] or kind if not is_off(track)]


def is_off(track: Track) -> bool:
    """Whether its own switches say that nobody sees or hears it."""
    return (track.muted or not track.volume) if track.kind == "audio" else track.hidden


def gains(track: Track) -> Gains:
    """How loud a sound track is in each channel."""
    return track.volume * min(1.0, 1.0 - track.pan), track.volume * min(1.0, 1.0 + track.pan)


def sounding(track: Track, wanted: Gains) -> Track | None:
    """A track with the volume and the pan that have these gains; None where that is too loud for a track."""
    left, right = wanted
    volume = max(wanted)
    if volume > LOUDEST and not math.isclose(volume, LOUDEST):
        return None
    pan = 0.0 if left == right else 1 - left / volume if left < right else right / volume - 1
    return track.evolve(volume=min(volume, LOUDEST), pan=pan)


def beneath(track: Track, outer: Track) -> Track | None:
    """A track as it must be inside of a compound that stands on another one, so that it is seen or heard as before.

    None where it would have to be louder than a track can be.
    """
    changed = track.evolve(hidden=track.hidden and not outer.hidden, muted=track.muted and not outer.muted)
    if track.kind != "audio":
        return changed
    quotients = tuple(starmap(_quotient, zip(gains(track), gains(outer), strict=True)))
    return None if math.inf in quotients else sounding(changed, (quotients[0], quotients[1]))


def _quotient(part: float, whole: float) -> float:
    if whole:
        return part / whole
    return math.inf if part else 1.0


def above(inner: Track, outer: Track, *, seen: bool) -> Track | None:
    """A track of a compound as it must be beside the track on which the compound stands; None: it would be too loud.

    Args:
        inner: a track of the compound.
        outer: where the compound stands.
        seen: whether the inner one is seen, or heard, in the compound.
    """
    changed = inner.evolve(hidden=outer.hidden or not seen, muted=outer.muted or not seen, solo=outer.solo)
    if inner.kind != "audio":
        return changed
    (a, b), (c, d) = gains(inner), gains(outer)
    return sounding(changed, (a * c, b * d))


def alike(one: Track, other: Track) -> bool:
    """Whether two sound tracks are equally loud, but for rounding."""
    return all(math.isclose(*pair, abs_tol=1e-9) for pair in zip(gains(one), gains(other), strict=True))

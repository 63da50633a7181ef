"""Which sound track goes into the clips of which picture track: FCPXML has one clip for a picture with its sound."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cutroom.schema.clip import Clip, Transition
from cutroom.schema.track import Track


def partners(pictures: Sequence[Track], sounds: Sequence[Track]) -> dict[str, Track]:
    """The sound tracks that can go into a picture track whole, by its id.

    Each clip of the sound has a picture that is linked with it and plays the same at the same time; where both tracks
    have a transition on a cut, it is the same one. Tracks keep their order: a sound track after one that stands by
    itself, or before one of a lower picture track, stands by itself too.
    """
    found: dict[str, Track] = {}
    lowest = 0
    for sound in sounds:
        if not sound.clips():
            continue
        place = next((i for i in range(lowest, len(pictures)) if _goes_into(sound, pictures[i])), None)
        if place is None:
            break
        found[pictures[place].id] = sound
        lowest = place + 1
    return found


def cuts_of(track: Track) -> dict[Fraction, Transition]:
    """Its transitions, by the time of their cut."""
    starts = {clip.id: (at, at + clip.duration) for at, clip in track.clips()}
    return {starts[t.right][0] if t.right else starts[t.left or ""][1]: t for t in track.transitions}


def take_of(at: Fraction, clip: Clip) -> tuple[object, ...]:
    """What two clips have in common that are picture and sound of one take."""
    return clip.link, at, clip.duration, clip.source, clip.start, clip.speed, clip.reverse


def _goes_into(sound: Track, picture: Track) -> bool:
    takes = {take_of(at, clip) for at, clip in picture.clips() if clip.link}
    if not all(take_of(at, clip) in takes for at, clip in sound.clips()):
        return False
    theirs = cuts_of(picture)
    return all(
        (other := theirs.get(cut)) is None
        or (other.duration, other.left is None, other.right is None) == (t.duration, t.left is None, t.right is None)
        for cut, t in cuts_of(sound).items()
    )

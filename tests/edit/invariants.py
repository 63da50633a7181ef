"""What holds of every document, whatever edits made it; and what a document shows, moment by moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from fractions import Fraction

from drawn import GRID

from cutroom.edit.items import cut_sides
from cutroom.edit.limits import FADES_IN, FADES_OUT, check_overlaps, check_transition
from cutroom.edit.references import problems
from cutroom.edit.rules import breaches
from cutroom.edit.sync import playing
from cutroom.schema.clip import Clip, CompoundSource, TitleSource
from cutroom.schema.curve import value_at
from cutroom.schema.document import Document
from cutroom.schema.track import Track


def check(document: Document) -> None:
    """Assert all of it, for the timeline and those inside of compounds."""
    assert list(problems(document)) == []
    assert list(breaches(document)) == []
    for compound in (None, *[compound.id for compound in document.compounds]):
        inside = document.inside(compound)
        for track in inside.tracks:
            _check_track(inside, track)
        every = [clip for track in inside.tracks for _, clip in track.clips()]
        for tie in ("link", "group"):
            held = Counter(getattr(clip, tie) for clip in every)
            assert 1 not in {count for name, count in held.items() if name is not None}, (tie, held)


def _check_track(document: Document, track: Track) -> None:
    for item in track.items:
        assert item.duration > 0
        if isinstance(item, Clip):
            _check_clip(document, item)
    links = [clip.link for _, clip in track.clips() if clip.link]
    fresh = track.evolve(items=track.items)  # works out anew what the edited one has taken over
    every = range(len(track.items) + 1)
    assert [track.start_of(i) for i in every] == [fresh.start_of(i) for i in every]
    assert [track.index_of(clip.id) for _, clip in track.clips()] == [
        fresh.index_of(clip.id) for _, clip in fresh.clips()
    ]
    assert [track.linked(link) for link in links] == [fresh.linked(link) for link in links]
    assert track.clips() == fresh.clips()
    for i, known in enumerate(track.transitions):
        sides = cut_sides(track, known.left, known.right)
        assert sides is not None
        check_transition(document, *sides, known.duration)
        check_overlaps(document, track, track.transitions[:i], known)
    cues = [(cue.start, cue.end) for cue in track.cues]
    assert cues == sorted(cues)
    assert all(start < end for start, end in cues)
    assert len({cue.id for cue in track.cues}) == len(cues)


def _check_clip(document: Document, clip: Clip) -> None:
    assert clip.start >= 0
    if clip.media is not None:
        assert clip.end <= document.find_media(clip.media).duration + Fraction(1, 24)  # of the slowest rate drawn


def in_sync(document: Document) -> set[tuple[str, str]]:
    """Pairs of linked clips that play the same moments of the same media, on tracks that ripples take along."""
    found: set[tuple[str, str]] = set()
    linked: dict[str, list[tuple[Fraction, Clip]]] = {}
    for track in document.tracks:
        for begins, clip in track.clips() if track.sync_lock and not track.locked else ():
            if clip.link and not isinstance(clip.source, TitleSource):
                linked.setdefault(clip.link, []).append((begins, clip))
    for clips in linked.values():
        for i, one in enumerate(clips):
            found |= {(one[1].id, other[1].id) for other in clips[i + 1 :] if playing(*one) == playing(*other)}
    return found


Shown = dict[tuple[str, Fraction], Hashable]
Gains = tuple[float, float]


def shown(document: Document, *, values: bool = True) -> Shown:
    """For each track and each sixth of a second in which it holds a clip: which moment of what it shows.

    Args:
        document: is looked at.
        values: whether what is animated has come to counts as well.
    """
    return {
        (track.title, time): (_moment(clip, time - begins), _values(clip, time - begins) if values else ())
        for track in document.tracks
        for begins, clip in track.clips()
        for time in _times(begins, clip.duration)
    }


def _times(begins: Fraction, duration: Fraction) -> Iterator[Fraction]:
    first = begins + Fraction(1, 2 * GRID)
    return (first + Fraction(i, GRID) for i in range(int(duration * GRID)))


def _values(clip: Clip, time: Fraction) -> Hashable:
    """What the animated parameters have come to, and those that were animated, where the clip stands still."""
    return tuple(
        (effect.effect, name, value_at(effect.curves[name], time) if name in effect.curves else value)
        for effect in clip.effects
        if effect.effect not in FADES_IN | FADES_OUT
        for name, value in sorted({**effect.parameters, **dict.fromkeys(effect.curves)}.items())
    )


def _moment(clip: Clip, time: Fraction) -> Hashable:
    if isinstance(clip.source, TitleSource):
        return clip.source.text
    source = clip.source.compound if isinstance(clip.source, CompoundSource) else clip.media
    return source, clip.media_at(time)


def flat(document: Document) -> list[tuple[str, Fraction, Hashable]]:
    """What is shown, how loud, and what is not, with the tracks of compounds in the place of the clips showing them."""
    found: list[tuple[str, Fraction, Hashable]] = []
    for track in document.tracks:
        for begins, clip in track.clips():
            for time in _times(begins, clip.duration):
                found += [
                    (title, time, what) for title, what in _deep(document, document.tracks, track, clip, time - begins)
                ]
    return sorted(found, key=repr)


def _deep(
    document: Document, tracks: Sequence[Track], track: Track, clip: Clip, time: Fraction, louder: Gains = (1.0, 1.0)
) -> Iterator[tuple[str, Hashable]]:
    gains = tuple(mine * theirs for mine, theirs in zip(gains_of(tracks, track), louder, strict=True))
    if not isinstance(clip.source, CompoundSource):
        heard = tuple(round(gain, 6) for gain in gains)
        yield track.title, (heard, _moment(clip, time), _values(clip, time))
        return
    moment = clip.media_at(time)
    inside = document.inside(clip.source.compound, clip.source.angle).tracks
    for inner in inside:
        if (inner.kind == "audio") != (track.kind == "audio"):
            continue
        i = inner.index_at(moment)
        if i < len(inner.items) and isinstance(item := inner.items[i], Clip):
            for title, what in _deep(document, inside, inner, item, moment - inner.start_of(i), (gains[0], gains[1])):
                yield title, (what, values) if (values := _values(clip, time)) else what


def gains_of(tracks: Sequence[Track], track: Track) -> Gains:
    """How loud a track sounds on the left and on the right; 1 or 0 for a picture that is seen or not."""
    sound = track.kind == "audio"
    if any(other.solo for other in tracks if (other.kind == "audio") == sound) and not track.solo:
        return 0.0, 0.0
    if not sound:
        return (0.0, 0.0) if track.hidden else (1.0, 1.0)
    volume = 0.0 if track.muted else track.volume
    return volume * min(1.0, 1 - track.pan), volume * min(1.0, 1 + track.pan)

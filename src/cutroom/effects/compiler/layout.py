"""Where a track's items and transitions stand on the frame grid, and on the sample grid. Kept per track: tracks live on
unchanged through most edits."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from cutroom.edit.limits import transition_parts
from cutroom.effects.compiler.travel import frame_turns
from cutroom.errors import HandlesError
from cutroom.schema.clip import Clip, Transition
from cutroom.schema.speed import Ramp
from cutroom.schema.time import to_frame
from cutroom.schema.track import Track


@dataclass(frozen=True)
class Window:
    """A transition's stretch on a grid: [begin, end) around the cut, with the items beside it (None: nothing)."""

    begin: int
    end: int
    cut: int
    transition: Transition
    left: int | None
    right: int | None


@dataclass(frozen=True)
class Layout:
    """A track on a grid of frames or samples.

    Args:
        track: the track.
        starts: where each item starts, then the end of the last.
        windows: its transitions in order; they never overlap.
        edges: where its structure changes: at the items' starts and the end, but for cuts inside a transition, at the
            edges of transitions, and where the speed of a clip takes another turn.
    """

    track: Track
    starts: array[int]
    windows: tuple[Window, ...]
    edges: array[int]
    _begins: tuple[int, ...]

    def item_at(self, position: int) -> int | None:
        """Index of the item there; None past the end. Items that round to nothing are never found."""
        index = bisect_right(self.starts, position) - 1
        return index if 0 <= index < len(self.track.items) else None

    def clip(self, index: int | None) -> Clip | None:
        """The clip at an item index; None for a gap, or for None."""
        item = None if index is None else self.track.items[index]
        return item if isinstance(item, Clip) else None

    def window_at(self, position: int) -> Window | None:
        """The transition at work there, if any."""
        index = bisect_right(self._begins, position) - 1
        return self.windows[index] if index >= 0 and position < self.windows[index].end else None

    def shown(self, index: int) -> tuple[int, int]:
        """Where a clip begins and ends to be seen or heard: transitions begin before it and end behind it."""
        begin, end = self.starts[index], self.starts[index + 1]
        if (window := self.window_at(begin)) is not None and window.right == index:
            begin = window.begin
        if (window := self.window_at(end - 1)) is not None and window.left == index:
            end = window.end
        return begin, end

    def next_edge(self, position: int) -> int | None:
        """The first structural change after `position`; None when there is none."""
        index = bisect_right(self.edges, position)
        return self.edges[index] if index < len(self.edges) else None


@lru_cache(maxsize=256)
def _layout(key: _Same, rate: Fraction, fps: Fraction) -> Layout:
    track = key.track
    twice, whole = 2 * rate.numerator, track.grid.base * rate.denominator
    starts = array("q", ((twice * tick + whole) // (2 * whole) for tick in track.grid.ticks))
    found = (_window(track, starts, t, rate, fps) for t in track.transitions)
    windows = sorted((w for w in found if w.begin < w.end), key=lambda w: (w.cut, w.begin))
    for a, b in pairwise(windows):
        if b.begin < a.end:
            raise HandlesError(
                f"two transitions meet inside clip {b.transition.left or b.transition.right}",
                value=b.transition.id,
                hint="shorten one of them",
            )
    cuts = {w.cut for w in windows if w.begin < w.cut < w.end}
    edges = {*(start for start in starts if start not in cuts), *(at for w in windows for at in (w.begin, w.end))}
    layout = Layout(track, starts, tuple(windows), array("q"), tuple(w.begin for w in windows))
    for index, item in enumerate(track.items):
        if isinstance(item, Clip) and isinstance(item.speed, Ramp):
            begin, end = layout.shown(index)
            edges.update(at for turn in frame_turns(item, rate) if begin < (at := starts[index] + turn) < end)
    edges.update(edge for cue in track.cues for edge in (to_frame(cue.start, rate), to_frame(cue.end, rate)))
    return replace(layout, edges=array("q", sorted(edges)))


@dataclass(frozen=True, eq=False)
class _Same:
    """A track as a cache key by identity: comparing ten thousand clips would cost more than it saves."""

    track: Track

    def __hash__(self) -> int:
        return id(self.track)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.track is self.track


def frames_layout(track: Track, fps: Fraction) -> Layout:
    """The track on the frame grid.

    Raises:
        HandlesError: a clip is too short for the transitions on it.
    """
    return _layout(_Same(track), fps, fps)


def samples_layout(track: Track, sample_rate: int, fps: Fraction) -> Layout:
    """The track on the sample grid; its transitions lie around their cuts as those of pictures do.

    Raises:
        HandlesError: a clip is too short for the transitions on it.
    """
    return _layout(_Same(track), Fraction(sample_rate), fps)


def _window(track: Track, starts: array[int], transition: Transition, rate: Fraction, fps: Fraction) -> Window:
    left = track.index_of(transition.left) if transition.left else None
    right = track.index_of(transition.right) if transition.right else None
    total = to_frame(transition.duration, rate)
    if left is None and right is None:
        raise HandlesError(f"transition {transition.id} stands at no clip", value=transition.id, hint="remove it")
    if left is None or right is None:  # a fade from or to nothing lies inside its clip
        cut = starts[right] if right is not None else starts[(left or 0) + 1]
        begin, end = (cut, cut + total) if right is not None else (cut - total, cut)
    else:
        cut = starts[right]
        begin = cut - to_frame(transition_parts(transition.duration, fps)[0], rate)
        end = begin + total
    for index, room, needed in ((left, "end", cut - begin), (right, "start", end - cut)):
        if index is not None and starts[index + 1] - starts[index] < needed:
            item = track.items[index]
            assert isinstance(item, Clip)
            raise HandlesError(
                f"clip {item.id} is shorter than the {transition.transition} at its {room}",
                value=transition.id,
                hint="shorten the transition or lengthen the clip",
            )
    return Window(begin, end, cut, transition, left, right)
